"""The verb ``demo``: what it does and tells, and that it finds every difference."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import importlib.machinery
import importlib.util
import json
import lzma
import os
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ligo.gracedb
import pytest

import fakegracedb
from fakegracedb import FakeGraceDb, Store, samples
from fakegracedb.cli.demo.picture import chirp_png
from fakegracedb.schemas import gwalert

ROOT = str(Path(fakegracedb.__file__).parents[1])
DATA = Path(ligo.gracedb.__path__[0]) / "test" / "integration" / "data"
LM = (DATA / "cbc-lm.xml").read_bytes()
LM2 = (DATA / "cbc-lm2.xml").read_bytes()
LOG = [
    ("Original Data", "cbc-lm.xml", 0, []),
    ("Log File Created", "event.log", 0, []),
    ("Coinc Table Created", "coinc.xml", 0, []),
    ("Label: INJ", "", None, []),
    ("Label: DQV", "", None, []),
    ("The chirp in time and frequency", "chirp.png", 0, ["tfplots"]),
    ("Tagged message 6: tfplots ", "", None, []),
    ("Label: EM_Selected", "", None, []),
    ("Original Data", "cbc-lm2.xml", 0, []),
    ("Log File Created", "event.log", 0, []),
    ("Coinc Table Created", "coinc.xml", 0, []),
    ("Set as preferred event for superevent: TS101020a", "", None, []),
]
SKY_MAP, CLASSES = "bayestar.multiorder.fits", "p_astro.json"
NOTICE = "TS101020a-1-initial.json"
SUPEREVENT_LOG = [
    (
        "Superevent created with t_start=971609248.151741, t_0=971609249.151741, "
        "t_end=971609250.151741, preferred_event=T0001",
        *("", []),
    ),
    ("Sky localization", SKY_MAP, ["sky_loc", "lvem", "public"]),
    ("Tagged message 2: sky_loc.", "", []),
    ("Tagged message 2: lvem.", "", []),
    ("Tagged message 2: public.", "", []),
    ("Added label: SKYMAP_READY", "", []),
    ("Source classification", CLASSES, ["lvem", "public", "p_astro"]),
    ("Tagged message 7: p_astro.", "", []),
    ("Tagged message 7: lvem.", "", []),
    ("Tagged message 7: public.", "", []),
    ("Added label: PASTRO_READY", "", []),
    ("Added label: ADVREQ", "", []),
    (
        "Advocate signoff certified status as OK: 'The detectors were quiet'; "
        "label ADVREQ removed and label ADVOK applied",
        *("", ["em_follow"]),
    ),
    ("Tagged message 13: em_follow.", "", []),
    ("New notice", NOTICE, ["em_follow"]),
    ("Tagged message 15: em_follow.", "", []),
    ("Exposed to LV-EM observers and the general public.", "", []),
]


# What it does


def test_demo_leaves_what_it_says(run: Any, tmp_path: Path) -> None:
    ended = run("demo", "--json")
    assert (ended.status, ended.err) == (0, "")
    facts = ended.json
    (folder,) = (tmp_path / "temporary").iterdir()
    assert facts["path"] == str(folder)
    with FakeGraceDb(store=folder) as client:
        (event,) = client.events()
        log = client.logs("T0001").json()["log"]
        found = {
            f"{file['name']},{file['version']}": client.files(
                "T0001", f"{file['name']},{file['version']}"
            ).read()
            for file in facts["files"]
        }
        labels = [label["name"] for label in client.labels("T0001").json()["labels"]]
    assert facts["graceid"] == "T0001"
    assert facts["event"] == event
    assert facts["gpstime"] == {"before": 971609248.151741, "after": 971609249.151741}
    assert event["gpstime"] == 971609249.151741
    assert event["far"] == 0.0003680075621499241
    assert facts["log"] == log
    assert [
        (entry["comment"], entry["filename"], entry["file_version"], entry["tag_names"])
        for entry in log
    ] == LOG
    assert facts["labels"] == labels == ["INJ", "DQV", "EM_Selected"]
    assert facts["tags"] == ["tfplots"]
    assert facts["neighbors"] == []
    assert sorted(found) == [
        *("cbc-lm.xml,0", "cbc-lm2.xml,0", "chirp.png,0", "coinc.xml,0", "coinc.xml,1"),
        *("event.log,0", "event.log,1"),
    ]
    assert found["cbc-lm.xml,0"] == found["coinc.xml,0"] == LM
    assert found["cbc-lm2.xml,0"] == found["coinc.xml,1"] == LM2
    for file in facts["files"]:
        content = found[f"{file['name']},{file['version']}"]
        assert file["bytes"] == len(content)
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert facts["comparisons"] > 100
    assert 0 < facts["seconds"] < 60
    assert Store(folder).check() == []


def said(log: list[dict[str, Any]]) -> list[tuple[str, str, list[str]]]:
    return [(entry["comment"], entry["filename"], entry["tag_names"]) for entry in log]


def test_demo_leaves_a_superevent_with_all_that_hangs_on_it(run: Any) -> None:
    facts = run("demo", "--store", "s", "--json").json
    seen = facts["candidate"]
    with FakeGraceDb(store="s") as client:
        (superevent,) = client.superevents()
        event = client.event("T0001").json()
        log = client.logs("TS101020a").json()["log"]
        files = {
            file["name"]: client.files("TS101020a", file["name"]).read() for file in seen["files"]
        }
        (signoff,) = client.signoffs("TS101020a").json()["signoffs"]
        (notice,) = client.notices("TS101020a").json()["notices"]
        permissions = client.permissions("TS101020a").json()["permissions"]
    assert facts["superevent_id"] == superevent["superevent_id"] == "TS101020a"
    assert event["superevent"] == "TS101020a"
    assert seen["superevent"] == superevent
    assert superevent["preferred_event_data"] == event == facts["event"]
    assert [superevent[key] for key in ("category", "t_start", "t_0", "t_end", "gw_events")] == [
        *("Test", 971609248.151741, 971609249.151741, 971609250.151741, ["T0001"]),
    ]
    assert seen["log"] == log
    assert said(log) == SUPEREVENT_LOG
    assert (
        sorted(superevent["labels"])
        == seen["labels"]
        == [
            *("ADVOK", "PASTRO_READY", "SKYMAP_READY"),
        ]
    )
    assert sorted(files) == [NOTICE, SKY_MAP, CLASSES]
    assert files[SKY_MAP].startswith(b"SIMPLE  =")
    for file in seen["files"]:
        assert file["sha256"] == hashlib.sha256(files[file["name"]]).hexdigest()
    assert seen["signoffs"] == [signoff]
    assert (signoff["status"], signoff["submitter"]) == ("OK", "ada.lovelace@ligo.org")
    assert seen["notices"] == [notice]
    assert (notice["notice_type"], notice["filename"], notice["prob_bns"]) == ("IN", NOTICE, 0.98)
    assert seen["permissions"] == permissions
    assert {"group": "public_users", "permission": "view_superevent"} in permissions


def test_notice_is_an_alert_made_from_the_superevent(run: Any) -> None:
    run("demo", "--store", "s")
    with FakeGraceDb(store="s") as client:
        alert = json.loads(client.files("TS101020a", NOTICE).read())
        sky_map = client.files("TS101020a", SKY_MAP).read()
        classes = json.loads(client.files("TS101020a", CLASSES).read())
    assert gwalert.problem(alert) is None
    event = alert.pop("event")
    assert alert.pop("time_created").endswith("Z")
    assert alert == {
        "alert_type": "INITIAL",
        "superevent_id": "TS101020a",
        "urls": {"gracedb": "https://gracedb.ligo.org/superevents/TS101020a/view/"},
        "external_coinc": None,
    }
    assert base64.b64decode(event.pop("skymap")) == sky_map
    assert event == {
        "time": "2010-10-20T11:27:14.151Z",
        "far": 0.0003680075621499241,
        "significant": True,
        "instruments": ["H1", "L1", "V1"],
        "group": "Test",
        "pipeline": "gstlal",
        "search": "",
        "properties": {},
        "classification": classes,
        "duration": None,
        "central_frequency": None,
    }


def test_public_sees_what_is_tagged_public_only(run: Any) -> None:
    seen = run("demo", "--store", "s", "--json").json["public"]
    with FakeGraceDb(store="s", force_noauth=True) as anybody:
        assert seen["superevent"] == anybody.superevent("TS101020a").json()
        assert seen["log"] == anybody.logs("TS101020a").json()["log"]
    assert said(seen["log"]) == [SUPEREVENT_LOG[1], SUPEREVENT_LOG[6]]
    assert [file["name"] for file in seen["files"]] == [SKY_MAP, CLASSES]
    assert [notice["filename"] for notice in seen["notices"]] == [NOTICE]
    assert "preferred_event" not in seen["superevent"]


def test_demo_describes_every_file_of_the_folder(run: Any) -> None:
    facts = run("demo", "--store", "s", "--json").json
    rows = {row["path"]: row for row in facts["folder"]}
    lying = {
        path.relative_to("s").as_posix(): path.stat().st_size
        for path in Path("s").rglob("*")
        if path.is_file()
    }
    assert {path: row["bytes"] for path, row in rows.items()} == lying
    assert all(row["what"] for row in rows.values())
    assert rows["events/T0001/event.json"]["what"] == "the event and its labels"
    what = rows["superevents/TS101020a/superevent.json"]["what"]
    assert what == "the superevent, its labels and signoffs"
    assert rows[f"superevents/TS101020a/{NOTICE},0"]["what"] == "the notice, an alert as JSON"


def test_demo_tells_a_story_with_the_real_values(run: Any, tmp_path: Path) -> None:
    ended = run("demo")
    assert (ended.status, ended.err) == (0, "")
    (folder,) = (tmp_path / "temporary").iterdir()
    story, tree, ways = ended.out.split("\n\n")
    steps = [line.partition(".")[0] for line in story.splitlines() if line[:1].isdigit()]
    assert steps == [str(number) for number in range(1, 13)]
    for value in (
        *(str(folder), "cbc-lm.xml (14.1 kB)", "T0001", "971609248.151741", "0.000368 Hz"),
        *("9.318", "H1,L1,V1", "INJ and DQV", "chirp.png", "tfplots", "EM_Selected"),
        *("becomes 971609249.151741", "12 log entries", "7 file versions", "3 labels", "1 tag"),
        *("TS101020a", "bayestar.multiorder.fits (37.4 kB)", "p_astro.json (BNS 98%)", "ADVREQ"),
        *("ada.lovelace@ligo.org", "ADVOK", f"notice 1, {NOTICE} (", "17 log entries"),
        *("1 signoff", "3 permissions", "2 log entries, 2 file versions, 3 labels, 1 notice"),
        *(str(DATA / "cbc-lm.xml"), "server 2.36.0", "no neighbours"),
    ):
        assert value in story
    assert tree.startswith(f"{folder}/\n")
    for name in ("store.json", "journal.jsonl", "events/T0001/", "event.json", "coinc.xml,1",
                 "superevents/TS101020a/", "superevent.json", "notices.jsonl"):  # fmt: skip
        assert f" {name}" in tree
    assert f"fakegracedb store check --store {folder}" in ways
    assert f"rm -r {folder}" in ways
    story_without_paths = story.replace(str(folder), "").replace(str(DATA), "")
    assert max(map(len, story_without_paths.splitlines())) <= 110


def test_ways_to_look_further_work(run: Any, tmp_path: Path) -> None:
    out = run("demo").out.partition("To look further:\n")[2]
    lines = [line.strip() for line in out.splitlines()]
    for line in lines:
        if line.startswith("fakegracedb"):
            command = line.split("  ")[0]
            assert run(*command.split()[1:]).status == 0
    code = [line[4:].split("  ")[0] for line in lines if line.startswith(">>> ")]
    *statements, last = code
    names: dict[str, Any] = {}
    exec("\n".join(statements), names)
    with names["client"]:
        assert len(eval(last, names)["log"]) == len(LOG)
    less = [line.split()[1] for line in lines if line.startswith("less ")]
    assert [Path(path).name for path in less] == ["event.json", "superevent.json"]
    assert all(Path(path).is_file() for path in less)


def test_demo_opens_no_socket(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a socket was asked for")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    assert run("demo").status == 0


def test_demo_runs_as_a_program_of_its_own(here: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "fakegracedb", "demo", "--store", "s"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"1. The store is {here / 's'}, new." in ended.stdout
    assert len(Store("s").events) == 1


def test_demo_runs_none_of_the_clients_tests(run: Any) -> None:
    before = set(sys.modules)
    run("demo")
    assert not [name for name in set(sys.modules) - before if name.startswith("ligo.gracedb.test")]


@pytest.mark.parametrize("version", ["2.36", "2.33"])
def test_demo_runs_against_every_server_version(run: Any, version: str) -> None:
    run("store", "init", "--store", "s", "--server-version", version)
    facts = run("demo", "--store", "s", "--json").json
    assert facts["server_version"].startswith(version)
    assert [notice["N"] for notice in facts["candidate"]["notices"]] == [1] * (version == "2.36")
    assert facts["public"]["notices"] == facts["candidate"]["notices"] or version == "2.36"


def test_demo_says_where_there_are_no_notices(run: Any) -> None:
    run("store", "init", "--store", "s", "--server-version", "2.33")
    out = run("demo", "--store", "s").out
    assert "9. Server 2.33.1 knows no notices: none is uploaded." in out
    assert "notices.jsonl" not in out


# Where


def test_demo_leaves_the_store_of_the_environment_alone(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKEGRACEDB_STORE", "mine")
    ended = run("demo", "--json")
    assert Path(ended.json["path"]).parent == tmp_path / "temporary"
    assert not Path("mine").exists()


def test_demo_adds_to_a_store_that_holds_events(run: Any) -> None:
    assert run("demo", "--store", "s").status == 0
    again = run("demo", "--store", "s", "--json").json
    assert again["graceid"] == "T0002"
    assert again["neighbors"] == ["T0001"]
    assert again["superevent_id"] == "TS101020b"
    assert again["candidate"]["superevent"]["gw_events"] == ["T0002"]
    third = run("demo", "--store", "s")
    assert third.status == 0
    assert "which holds 2 events." in third.out
    assert "2 neighbours within 5 s" in third.out
    assert "(beside 2 other events)" in third.out
    assert "(beside 2 other superevents)" in third.out
    assert "rm -r" not in third.out
    assert len(Store("s").events) == 3
    assert list(Store("s").superevents) == ["TS101020a", "TS101020b", "TS101020c"]
    assert Store("s").check() == []


def test_id_of_the_superevent_follows_those_of_its_day_and_category(run: Any) -> None:
    with FakeGraceDb(store="s") as client:
        for group, category, count in (("Test", "test", 26), ("CBC", "production", 2)):
            for number in range(count):
                coinc = samples.coinc_xml(f"971609250.{number:03d}")
                event = client.create_event(group, "gstlal", "c.xml", filecontents=coinc).json()
                client.create_superevent(1, 971609250, 2, event["graceid"], category=category)
        event = client.create_event("Test", "gstlal", "c.xml", filecontents=coinc).json()
        client.create_superevent(1, 971700000, 2, event["graceid"], category="test")
    assert run("demo", "--store", "s", "--json").json["superevent_id"] == "TS101020aa"


def test_demo_leaves_a_foreign_folder_alone(run: Any, here: Path) -> None:
    (here / "thesis.tex").write_text("x")
    ended = run("demo", "--store", here)
    assert (ended.status, ended.out) == (1, "")
    assert "thesis.tex" in ended.err
    assert [path.name for path in here.iterdir()] == ["thesis.tex"]


# The event file


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.xml", LM),
        ("coinc.xml", LM),
        ("event.log", LM),
        ("chirp.png", LM),
        ("files", LM),
        ("coinc.xml.gz", gzip.compress(LM, mtime=0)),
        ("initial.data", gzip.compress(LM, mtime=0)),
        ("coinc.xml.bz2", bz2.compress(LM)),
        ("coinc.xml.xz", lzma.compress(LM)),
        ('a "é" #1?%20&amp;.xml', LM),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_own_file_is_uploaded_and_replaces_itself(run: Any, name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    ended = run("demo", "--file", name, "--store", "s", "--json")
    assert (ended.status, ended.err) == (0, "")
    facts = ended.json
    assert facts["uploads"] == [{"path": name, "bytes": len(content)}] * 2
    assert facts["gpstime"] == {"before": 971609248.151741, "after": 971609248.151741}
    assert facts["log"][0]["comment"] == "Original Data"
    assert facts["log"][8]["comment"] == "Event data replaced by new upload"
    assert Store("s").check() == []


def test_own_file_that_stays_the_same_is_told_so(run: Any) -> None:
    Path("mine.xml").write_bytes(LM)
    out = run("demo", "--file", "mine.xml").out
    assert "5. mine.xml takes the place of the event's data: GPS 971609248.151741 stays." in out


@pytest.mark.parametrize(
    ("mass1", "mass2", "said"), [(1.4, 1.4, "BNS"), (10.0, 1.4, "NSBH"), (30.0, 30.0, "BBH")]
)
def test_classification_is_what_the_masses_say(
    run: Any, mass1: float, mass2: float, said: str
) -> None:
    Path("mine.xml").write_bytes(samples.coinc_xml("1400000000.25", mass1=mass1, mass2=mass2))
    ended = run("demo", "--file", "mine.xml")
    assert (ended.status, ended.err) == (0, "")
    assert f"p_astro.json ({said} 98%)" in ended.out


def test_event_without_a_rate_gets_no_notice(run: Any) -> None:
    Path("mine.xml").write_bytes(samples.coinc_xml("1400000000.25", far=None))
    ended = run("demo", "--file", "mine.xml")
    assert (ended.status, ended.err) == (0, "")
    assert "9. No notice is uploaded: an alert needs a false-alarm rate." in ended.out


@pytest.mark.parametrize(
    "name",
    [
        "cbc-lm-missing-entry.xml",
        "cbc-lm-no-ilwdchar.xml",
        "cbc-mbta.xml",
        "spiir-test.xml",
        "upload.data.gz",
    ],
)
def test_coincidences_of_every_pipeline_come_out_as_the_demo_reads_them(
    run: Any, name: str
) -> None:
    assert run("demo", "--file", DATA / name, "--json").status == 0


def replaced(old: bytes, new: bytes) -> bytes:
    assert old in LM
    return LM.replace(old, new)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no element found"),
        (b"plain text", "syntax error"),
        (b"<a/>", "it has no coinc_inspiral"),
        (gzip.compress(LM, mtime=0)[:-20], "Compressed file ended"),
        (gzip.compress(LM, mtime=0)[:10] + b"\xff" * 50, "invalid block type"),
        (lzma.compress(LM)[:500] + b"nonsense" * 500, "Corrupt input data"),
        (bz2.compress(LM)[:500], "Compressed"),
        (replaced(b"coinc_event:table", b"other:table"), "it has no coinc_event"),
        (replaced(b"971609248,", b","), "its end_time is empty"),
        (replaced(b"971609248,", b"soon,"), "invalid literal"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_file_that_is_no_coincidence_is_refused(
    run: Any, tmp_path: Path, content: bytes, reason: str
) -> None:
    Path("x.xml").write_bytes(content)
    ended = run("demo", "--file", "x.xml")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("fakegracedb: x.xml is no compact-binary coincidence as LIGO_LW: ")
    assert reason in ended.err
    assert ended.err.count("\n") == 1
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(("name", "reason"), [("nope", "No such file"), (".", "Is a directory")])
def test_file_that_cannot_be_read_is_a_failure(run: Any, name: str, reason: str) -> None:
    ended = run("demo", "--file", name)
    assert ended.status == 1
    assert ended.err.startswith(f"fakegracedb: {name}: {reason}")


def test_file_that_the_server_refuses_is_told_with_its_answer(run: Any) -> None:
    Path("a,b.xml").write_bytes(LM)
    ended = run("demo", "--file", "a,b.xml")
    assert ended.status == 1
    assert "POST /api/events/: 400: " in ended.err
    assert "cannot contain a ','" in ended.err


@pytest.mark.parametrize("lacking", ["files", "package"])
def test_client_without_its_event_files_is_told_clearly(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    spec = importlib.machinery.ModuleSpec("ligo.gracedb", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    found = spec if lacking == "files" else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    ended = run("demo")
    assert (ended.status, ended.out) == (1, "")
    assert "cbc-lm.xml" in ended.err
    assert "--file" in ended.err
    assert list((tmp_path / "temporary").iterdir()) == []


# Differences

Answer = Callable[..., Any]


def spoil(monkeypatch: pytest.MonkeyPatch, method: str, change: Callable[[Any], None]) -> None:
    """Let a method of the client answer something else than the server said."""
    real: Answer = getattr(FakeGraceDb, method)

    def spoiled(self: FakeGraceDb, *args: Any, **kwargs: Any) -> Any:
        response = real(self, *args, **kwargs)
        is_file = not hasattr(response, "request")  # a stream
        if response.headers.get("Content-Type") == "application/json" and not is_file:
            data = response.json()
            change(data)
            response._content = json.dumps(data).encode()
        return response

    monkeypatch.setattr(FakeGraceDb, method, spoiled, raising=False)


def one_more(data: Any) -> None:
    data["log"].append(data["log"][0])


def other_comment(data: Any) -> None:
    data["log"][2]["comment"] = "Coinc Table created"


def other_version(data: Any) -> None:
    data["log"][10]["file_version"] = 1


@pytest.mark.parametrize(
    ("method", "change", "message"),
    [
        (
            "labels",
            lambda data: data["labels"].pop(),
            "labels of T0001: expected ['INJ', 'DQV', 'EM_Selected'], found ['INJ', 'DQV']",
        ),
        (
            "event",
            lambda data: data.update(gpstime=971609248.151742),
            "gpstime of T0001: expected 971609248.151741, found 971609248.151742",
        ),
        (
            "event",
            lambda data: data["extra_attributes"]["CoincInspiral"].update(snr=1.0),
            "CoincInspiral.snr of T0001: expected 9.31793628458239, found 1.0",
        ),
        (
            "event",
            lambda data: data["extra_attributes"]["SingleInspiral"].pop(),
            "single triggers of T0001: expected ['H1', 'L1', 'V1'], found ['H1', 'L1']",
        ),
        ("event", lambda data: data["labels"].clear(), "labels in T0001: expected ['DQV', 'INJ']"),
        ("logs", one_more, "number of log entries of T0001: expected 12, found 13"),
        ("logs", lambda data: data["log"].pop(), "log entries of T0001: expected 12, found 11"),
        ("logs", other_comment, "log entry 3 of T0001: expected"),
        ("logs", other_version, "log entry 11 of T0001: expected"),
        ("tags", lambda data: data["tags"].clear(), "tags of log entry 6 of T0001: expected"),
        ("files", lambda data: data.pop("coinc.xml,1"), "file names of T0001: expected"),
        (
            "create_event",
            lambda data: data["warnings"].append("odd"),
            "warnings at the upload of cbc-lm.xml: expected [], found ['odd']",
        ),
        (
            "create_event",
            lambda data: data.update(far=1),
            "answer to the upload of T0001: expected",
        ),
        (
            "write_log",
            lambda data: data.update(N=7),
            "number of the log entry: expected 6, found 7",
        ),
        (
            "create_superevent",
            lambda data: data.update(superevent_id="TS101020b"),
            "answer to the creation of TS101020a: expected",
        ),
        (
            "superevent",
            lambda data: data.update(t_0=971609249.0),
            "t_0 of TS101020a: expected 971609249.151741, found 971609249.0",
        ),
        (
            "superevent",
            lambda data: data["preferred_event_data"].update(far=1.0),
            "preferred_event_data of TS101020a: expected",
        ),
        (
            "superevent",
            lambda data: data.update(gw_events=[]),
            "gw_events of TS101020a: expected ['T0001'], found []",
        ),
        (
            "superevent",
            lambda data: data.setdefault("preferred_event", "T0001"),
            "what TS101020a for the public must not show: expected [], found ['preferred_event']",
        ),
        (
            "superevent",
            lambda data: data["links"].setdefault("events", "x"),
            "what TS101020a for the public must not show: expected [], found ['links.events']",
        ),
        (
            "create_signoff",
            lambda data: data.update(submitter="x"),
            "submitter of the signoff of TS101020a: expected 'ada.lovelace@ligo.org', found 'x'",
        ),
        ("signoffs", lambda data: data["signoffs"].clear(), "signoffs of TS101020a: expected"),
        (
            "create_notice",
            lambda data: data.update(prob_bns=0.5),
            "prob_bns of the notice of TS101020a: expected 0.98, found 0.5",
        ),
        ("notices", lambda data: data["notices"].clear(), "notices of TS101020a: expected"),
        (
            "modify_permissions",
            lambda data: data.pop(),
            "answer to the exposure of TS101020a: expected",
        ),
        (
            "permissions",
            lambda data: data["permissions"].pop(),
            "permissions of TS101020a: expected",
        ),
        (
            "logs",
            lambda data: len(data["log"]) == 17 and data["log"].pop(),
            "number of log entries of TS101020a: expected 17, found 16",
        ),
        (
            "logs",
            lambda data: len(data["log"]) == 2 and data["log"].pop(),
            "number of log entries of TS101020a for the public: expected 2, found 1",
        ),
        (
            "files",
            lambda data: NOTICE not in data and SKY_MAP in data and data.update({NOTICE: "x"}),
            "file names of TS101020a for the public: expected",
        ),
        (
            "labels",
            lambda data: data["labels"][0]["name"] == "ADVOK" and data["labels"].pop(0),
            "labels of TS101020a: expected ['ADVOK', 'PASTRO_READY', 'SKYMAP_READY'], found",
        ),
    ],
)
def test_difference_is_told_in_one_line_and_ends_with_1(
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    change: Callable[[Any], None],
    message: str,
) -> None:
    spoil(monkeypatch, method, change)
    ended = run("demo", "--store", "s")
    assert ended.status == 1
    assert message in ended.err
    assert ended.err.count("\n") == 1
    assert len(ended.err) < 700
    assert f"(the store is kept in {Path('s').resolve()})" in ended.err
    assert "no difference" not in ended.out


def test_difference_leaves_no_half_of_a_json_object(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, "labels", lambda data: data["labels"].pop())
    ended = run("demo", "--json")
    assert (ended.status, ended.out) == (1, "")
    assert "labels of T0001" in ended.err


def test_files_with_other_bytes_are_a_difference(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Answer = FakeGraceDb.files

    def other_bytes(self: FakeGraceDb, graceid: str, filename: str = "") -> Any:
        asked = "event.log,1" if filename == "event.log,0" else filename
        return real(self, graceid, asked)

    monkeypatch.setattr(FakeGraceDb, "files", other_bytes)
    ended = run("demo")
    assert ended.status == 1
    assert "file event.log,0 of T0001: expected 125 bytes with sha256 " in ended.err


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("superevent", "status of TS101020a for the public, before it is exposed: expected 404"),
        ("event", "status of T0001 for the public: expected 403"),
        ("signoffs", "status of signoffs of TS101020a for the public: expected 403"),
    ],
)
def test_what_the_public_must_not_see_is_a_difference(
    run: Any, monkeypatch: pytest.MonkeyPatch, method: str, message: str
) -> None:
    real: Answer = getattr(FakeGraceDb, method)

    def as_somebody(self: FakeGraceDb, *args: Any) -> Any:
        return real(self.as_user("somebody@ligo.org"), *args)

    monkeypatch.setattr(FakeGraceDb, method, as_somebody)
    ended = run("demo")
    assert ended.status == 1
    assert f"{message}, found 200" in ended.err


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("superevents", "superevents found by 'TS101020a': expected"),
        ("events", "events found by 'group: Test T0001': expected"),
        ("num_events", "number of events found by 'group: Test T0001': expected 1, found 0"),
    ],
)
def test_search_that_finds_nothing_is_a_difference(
    run: Any, monkeypatch: pytest.MonkeyPatch, method: str, message: str
) -> None:
    nothing: dict[str, Answer] = {
        "superevents": lambda self, query: iter(()),
        "events": lambda self, query, **_: iter(()),
        "num_events": lambda self, query: 0,
    }
    monkeypatch.setattr(FakeGraceDb, method, nothing[method])
    ended = run("demo")
    assert ended.status == 1
    assert message in ended.err


@pytest.mark.parametrize("wrong", ["lost", "far away", "itself"])
def test_wrong_neighbours_are_a_difference(
    run: Any, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    assert run("demo", "--store", "s").status == 0

    def change(data: Any) -> None:
        if "neighbors" in data:
            if wrong == "lost":
                data["neighbors"].clear()
            elif wrong == "far away":
                data["neighbors"].append({**data["neighbors"][0], "graceid": "T9", "gpstime": 1.0})
            else:
                data["neighbors"].append({**data["neighbors"][0], "graceid": "T0002"})

    spoil(monkeypatch, "get", change)
    ended = run("demo", "--store", "s")
    assert ended.status == 1
    assert "neighbours of T0002: expected ['T0001'], found " in ended.err


# The picture


def track(content: bytes) -> list[int]:
    """The brightest row of every tenth column of a picture, counted from below."""
    chunks = {}
    place = 8
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        body = content[place + 4 : place + 8 + length]
        assert struct.unpack_from(">I", content, place + 8 + length) == (zlib.crc32(body),)
        chunks[body[:4]] = body[4:]
        place += length + 12
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colour = struct.unpack_from(">2I2B", chunks[b"IHDR"])
    assert (depth, colour) == (8, 0)
    pixels = zlib.decompress(chunks[b"IDAT"])
    rows = [pixels[start + 1 : start + 1 + width] for start in range(0, len(pixels), width + 1)]
    assert len(rows) == height
    assert {len(row) for row in rows} == {width}
    return [
        height - 1 - max(range(height), key=lambda row: rows[row][column])
        for column in range(0, width, 10)
    ]


def test_picture_is_a_png_whose_track_rises() -> None:
    content = chirp_png(1.2188)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    rows = track(content)
    assert rows == sorted(rows)
    assert rows[-1] > rows[0] > 0


def test_heavier_binaries_are_drawn_at_lower_frequencies() -> None:
    light, middle, heavy = (track(chirp_png(mchirp)) for mchirp in (0.9, 1.2188, 1.6))
    assert light[5] > middle[5] > heavy[5]


@pytest.mark.parametrize("mchirp", [1e-3, 1e3])
def test_masses_beyond_the_picture_leave_it_a_picture(mchirp: float) -> None:
    rows = track(chirp_png(mchirp))
    assert len(rows) == 16
