"""The verbs ``create``, ``cycle``, ``validate`` and ``ca-certificate``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE, ending

from fakegracedb import FakeGraceDb, samples
from fakegracedb.archive import Archive, fetch

T_0 = 1456420000


@pytest.fixture
def source(here: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGraceDb:
    """A store with a superevent S260301a of two events, and an empty archive."""
    monkeypatch.setenv("FAKEGRACEDB_ARCHIVE", str(here / "archive"))
    client = FakeGraceDb(store=here / "source")
    client.clock = str(T_0 + 20)
    for delay in (0, 5):
        client.create_event(
            "CBC", "gstlal", "coinc.xml", search="AllSky",
            filecontents=samples.coinc_xml(f"{T_0}.25", far=1e-9),
        )  # fmt: skip
        client.clock.advance(delay + 1)
        client.write_log(f"G000{1 + delay // 5}", "p", "p_astro.json", b"{}", tag_name="p_astro")
    client.create_superevent(T_0 - 1, T_0, T_0 + 1, "G0001", events=["G0002"])
    client.clock.advance(100)
    client.write_log("S260301a", "Sky map", "bayestar.fits", samples.skymap(), tag_name="sky_loc")
    return client


def test_a_superevent_is_fetched_and_created_with_its_report(run: Any, source: Any) -> None:
    ended = run(
        "create", "S260301a", "--source", "source", "--target", "there", "--at", "1500000000",
        "--report", "reports",
    )  # fmt: skip
    assert (ended.status, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "S260301a: GPS 1456420000 becomes 1500000000"
    assert lines[1] == "Created G0001 -> M0001  gstlal  CBC  AllSky -> MDC  (1500000000.25)"
    assert lines[3].split() == ["old", "id", "new", "id", "delta", "[s]", "uploads", "labels"]
    assert "S260301a" in Archive(Path("archive"))
    (report,) = Path("reports").glob("S260301a-*.json")
    data = json.loads(report.read_text())["report"]
    assert data["delta"] == "43580000"
    assert "the sky is turned by" in report.with_suffix(".txt").read_text()
    there = FakeGraceDb(store="there")
    assert there.event("M0001").json()["reporting_latency"] == 19.75


def test_history_is_created_whole(run: Any, source: Any) -> None:
    ended = run(
        "create", "S260301a", "--source", "source", "--target", "there", "--mode", "history",
        "--shift", "86400", "--original-search", "--json",
    )  # fmt: skip
    assert ended.status == 0
    (result,) = ended.json
    assert (result["superevent_id"], result["differences"]) == ("S260302a", [])
    assert result["report"]["notes"] == []
    there = FakeGraceDb(store="there")
    assert there.superevent("S260302a").json()["gw_events"] == ["G0002", "G0001"]


def test_a_dry_run_creates_nothing(run: Any, source: Any) -> None:
    ended = run(
        "create", "S260301a", "--source", "source", "--target", "there", "--dry-run",
        "--no-time-shift",
    )  # fmt: skip
    assert ended.status == 0
    assert ended.out.splitlines()[1].startswith(
        "Would: Created G0001 -> M0001  gstlal  CBC  AllSky -> MDC  ("
    )
    assert not Path("there").exists()
    assert not Path("archive", "reports").exists()
    assert list(Path("..", "temporary").iterdir()) == []


@pytest.mark.parametrize("name", ["production", "https://gracedb.ligo.org/api/"])
def test_production_is_refused(run: Any, source: Any, name: str) -> None:
    for verb in (["create", "S260301a"], ["cycle", "1", "2"]):
        ended = run(*verb, "--source", "source", "--target", name)
        assert ended.status == 1
        assert "is the production server: nothing is ever created or tried there" in ended.err
        assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--target", "x", "--search", "MDC", "--original-search"],
        ["--target", "x", "--at", "now", "--shift", "1"],
        ["--target", "x", "--shift", "1", "--no-time-shift"],
        ["--target", "x", "--mode", "magic"],
        ["--target", "x", "--all-files", "--essential-files"],
    ],
)
def test_bad_usage_exits_2(run: Any, options: list[str]) -> None:
    assert run("create", "S260301a", *options).status == 2


def test_bad_ids_are_all_named(run: Any) -> None:
    ended = run("create", "S260301a", "x1", "nonsense", "--target", "there")
    assert ended.status == 1
    assert "'x1', 'nonsense'" in ended.err
    assert not Path("there").exists()


def test_basic_auth_is_explained(run: Any, source: Any) -> None:
    ended = run(
        "create", "S260301a", "--source", "source", "--target", "there", "--username", "a",
        "--password", "b",
    )  # fmt: skip
    assert ended.status == 0
    assert "ligo-gracedb removed them in 2.8" in ended.err


def test_others_are_created_when_one_fails(run: Any, source: Any) -> None:
    fetch(["G0001", "G0002"], source, Archive())
    broken = Path("archive") / "G0001" / "coinc.xml,0"
    broken.write_bytes(b"short")
    ended = run("create", "G0001", "G0002", "--target", "there")
    assert ended.status == 1
    assert "Failed G0001: G0001: coinc.xml,0 has 5 bytes" in ended.out
    assert "Created G0002 -> M0001" in ended.out


def test_an_archive_elsewhere_has_its_reports_here(run: Any, source: Any) -> None:
    pytest.importorskip("fsspec")
    where = ("--archive", "memory://reports-here")
    ended = run("fetch", "S260301a", "--source", "source", *where)
    assert ended.out.endswith("in memory://reports-here/S260301a\n")
    ended = run("create", "S260301a", "--target", "there", *where)
    assert (ended.status, ended.err) == (0, "")
    assert "report of the shift: reports/S260301a-" in ended.out
    assert len(list(Path("reports").iterdir())) == 2


def test_several_are_created_on_one_timeline(run: Any, source: Any) -> None:
    ended = run(
        *("create", "G0002", "G0001", "--source", "source", "--target", "there", "--shift", "86400")
    )
    assert (ended.status, ended.err) == (0, "")
    created = [line for line in ended.out.splitlines() if line.startswith("Created")]
    assert [line.split()[1] for line in created] == ["G0001", "G0002"]  # which is how they came
    assert ended.out.count("report of the shift") == 2
    rows = run("create", "G0002", "G0009", "--source", "source", "--target", "there", "--json")
    assert rows.status == 1
    assert "G0009" in rows.err


def test_interrupted_it_says_what_is_there(here: Path, source: Any) -> None:
    fetch(["S260301a"], source, Archive())
    command = [
        *(sys.executable, "-m", "fakegracedb", "create", "S260301a", "--target", "there"),
        *("--clock", "wall", "--report", "reports"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with ending(process):
        assert process.stdout is not None
        assert process.stdout.readline().startswith("S260301a: GPS 1456420000 becomes ")
        process.send_signal(signal.SIGINT)  # it waits for its first event, which is due in 20 s
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert "interrupted" in err
    assert "Traceback" not in err
    assert out.splitlines()[0].split()[:2] == ["old", "id"]


def test_a_loop_is_replayed(run: Any, source: Any) -> None:
    there = FakeGraceDb(store="there")
    there.clock = str(T_0 + 20 * 1000 - 500)
    ended = run(
        "cycle", T_0 - 600, T_0 + 400, "--source", "source", "--target", "there",
        "--cycles", "2", "--checkpoint", "mark.json",
    )  # fmt: skip
    assert (ended.status, ended.err) == (0, "")
    assert "S260301a: GPS 1456420000 becomes 1456440000" in ended.out
    assert there.num_events() == 4
    assert json.loads(Path("mark.json").read_text())["cycles"] == 2
    assert ended.out.endswith("2 objects with 4 events created; 2 cycles over\n")
    ended = run(
        "cycle", T_0 - 600, T_0 + 400, "--source", "source", "--target", "there",
        "--cycles", "2", "--checkpoint", "mark.json", "--json",
    )  # fmt: skip
    *lines, last = map(json.loads, ended.out.splitlines())
    assert lines == []
    assert last["report"] == {
        "objects": 0, "events": 0, "failures": {}, "cycles": 2, "stopped": False,
    }  # fmt: skip
    ended = run("cycle", "1", "9", "--source", "source", "--target", "there", "--kind", "events",
                "--only-search", "Nothing")  # fmt: skip
    assert ended.status == 1
    assert "no search 'Nothing'; there are " in ended.err


def test_a_superevent_is_validated(run: Any, source: Any) -> None:
    ended = run("validate", "G0002", "--source", "source")
    assert ended.status == 2
    lines = ended.out.splitlines()
    assert lines[0].startswith("S260301a: all events are complete: G000")
    assert lines[-1] == "latencies: S260301a_latency_data.json"
    (file,) = json.loads(Path("S260301a_latency_data.json").read_text())
    assert file == {"kind": "file", "name": "bayestar.fits", "seconds": 127.0, "log": 2}
    ended = run("validate", "--print-checklist")
    assert {check["name"] for check in ended.json["checks"]} >= {"all events are complete"}
    Path("mine.json").write_text('{"checks": [{"name": "x", "files": ["bayestar.fits"]}]}')
    ended = run(
        "validate", "S260301a", "--store", "source", "--checklist", "mine.json", "--json",
        "--output", "out",
    )  # fmt: skip
    assert ended.status == 0
    assert ended.json["checks"] == [{"name": "x", "applies": True, "problem": ""}]
    assert Path("out", "S260301a_latency_data.json").exists()


def test_certificates_are_kept(run: Any, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import certifi

    monkeypatch.setenv("XDG_CONFIG_HOME", str(here / "config"))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    path = here / "config" / "fakegracedb" / "cacert.pem"
    assert run("ca-certificate").out == f"{path} (not there yet)\n"
    ended = run("ca-certificate", certifi.where())
    assert ended.out.startswith(f"{path}: 0 added, ")
    assert run("ca-certificate", "--reset").out == f"{path}\n"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "x")
    assert "REQUESTS_CA_BUNDLE is set and wins" in run("ca-certificate").err
    Path("no.pem").write_text("nothing")
    assert run("ca-certificate", "no.pem").status == 1
