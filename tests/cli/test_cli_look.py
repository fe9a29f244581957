"""The verbs that look into a store: ``ls``, ``show``, ``log``, ``files``, ``cat``."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fakegracedb
from fakegracedb import FakeGraceDb, Store
from fakegracedb.cli.progress import _QUIET as QUIET
from fakegracedb.cli.progress import Progress
from fakegracedb.cli.tables import facts_text, table_text

ROOT = Path(fakegracedb.__file__).parents[1]
SMALL = ROOT / "fixtures" / "store"
EVENTS = ["E0005", "G0004", "M0003", "T0002", "G0001"]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look into the small store of the fixtures, which the verbs must leave as it is."""
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(SMALL))


def first_words(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if line and line[0] != " "]


# ls


def test_everything_is_listed_without_a_query(run: Any) -> None:
    ended = run("ls")
    assert (ended.status, ended.err) == (0, "")
    superevents, events = ended.out.split("\n\n")
    assert first_words(superevents) == ["1", "superevent", "S260301a"]
    assert first_words(events) == ["5", "event", *EVENTS]
    row = events.splitlines()[-1]
    for told in ("CBC gstlal AllSky", "1456419600.125", "2026-03-01 16:59:42.125", "1e-09",
                 "GW260301A", "SKYMAP_READY EMBRIGHT_READY PASTRO_READY"):  # fmt: skip
        assert told in row
    assert "S260301a GW260301A" in superevents


def test_query_lists_the_kinds_in_whose_language_it_is_one(run: Any) -> None:
    both = run("ls", "PASTRO_READY")
    assert first_words(both.out) == ["1", "superevent", "S260301a", "1", "event", "G0001"]
    ended = run("ls", "gstlal")
    assert first_words(ended.out) == ["1", "event", "G0001", "superevents"]
    assert "superevents are left out: no query of superevents (nothing that is kn" in ended.out
    ended = run("ls", "category: Production")
    assert "events are left out: no query of events (" in ended.out
    assert "S260301a" in ended.out


def test_query_that_means_something_else_than_it_seems_is_told(run: Any) -> None:
    ended = run("ls", "PASTRO_READY DQV", "--events")
    assert first_words(ended.out) == ["1", "event", "G0001", "Beware:", "-"]
    assert "- events: `DQV` is ignored: only the first label group counts" in ended.out
    told = run("ls", "PASTRO_READY DQV", "--events", "--json").json["beware"]
    assert list(told) == ["events"]
    assert "Beware" not in run("ls", "PASTRO_READY").out


def test_flag_says_of_which_kind_a_query_is(run: Any) -> None:
    ended = run("ls", "PASTRO_READY", "--events")
    assert first_words(ended.out) == ["1", "event", "G0001"]
    ended = run("ls", "--superevents")
    assert first_words(ended.out) == ["1", "superevent", "S260301a"]
    ended = run("ls", "--superevents", "gstlal")
    assert (ended.status, ended.out) == (1, "")
    assert "'gstlal' is no query of superevents (nothing" in ended.err
    assert run("ls", "--superevents", "--events").status == 2


def test_query_of_no_language_is_refused_in_one_line(run: Any) -> None:
    ended = run("ls", "far < x")
    assert (ended.status, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "no query of superevents (" in ended.err
    assert "no query of events (" in ended.err
    assert "`fakegracedb explain` shows how a query is read" in ended.err


def test_structured_query_lists_what_it_finds(run: Any) -> None:
    ended = run("ls", '{"field": "far", "op": "<", "value": 5e-9}', "--events")
    assert first_words(ended.out) == ["1", "event", "G0001"]
    ended = run("ls", '{"field": "pipeline", "op": "=", "value": "CWB"}')
    assert first_words(ended.out)[:3] == ["1", "event", "G0004"]
    assert "superevents are left out: no structured query of superevents" in ended.out
    ended = run("ls", '{"field": "nonsense"}')
    assert (ended.status, ended.out) == (1, "")
    assert "(the store answers 400: " in ended.err
    assert "{" not in ended.err


def test_nothing_found_is_told(run: Any) -> None:
    assert run("ls", "INJ", "--events").out == "0 events\n"


def test_order_and_number_of_rows_are_chosen(run: Any) -> None:
    ended = run("ls", "--events", "--sort", "far", "--limit", "2")
    assert ended.out.startswith("5 events, 2 of them shown\n")
    assert first_words(ended.out)[2:] == ["T0002", "G0001"]
    assert run("ls", "--events", "--limit", "0").out == "5 events, 0 of them shown\n"
    ended = run("ls", "--events", "--sort", "nonsense")
    assert ended.err.startswith(
        "fakegracedb: the store answers 400: Cannot resolve keyword 'nonsense' into field. Choices"
    )
    assert run("ls", "--limit", "-1").status == 2
    assert run("ls", "--limit", "many").status == 2


def test_order_that_falls_is_written_with_a_minus(run: Any) -> None:
    ended = run("ls", "--events", "--sort", "-far", "--json")
    assert ended.json == run("ls", "--events", "--sort=-far", "--json").json
    rates = [row["far"] for row in ended.json["events"] if row["far"] is not None]
    assert rates == sorted(rates, reverse=True)
    assert run("ls", "--events", "--sort", "--json").status == 2


def test_order_that_superevents_do_not_have_is_refused(run: Any) -> None:
    ended = run("ls", "--superevents", "--sort", "nope")
    assert (ended.status, ended.out) == (1, "")
    assert "superevents cannot be sorted by 'nope'; they can by created, t_0, " in ended.err
    assert run("ls", "--superevents", "--sort", "-t_0,superevent_id").status == 0


def test_bytes_that_are_gone_are_told_to_be(run: Any, tmp_path: Path) -> None:
    store = Store(SMALL).copy(tmp_path / "lost")
    (store.path / "events" / "G0004" / "cwb-allsky.txt,0").unlink()
    for name in ("cwb-allsky.txt", "cwb-allsky.txt,0"):
        ended = run("cat", "G0004", name, "--store", store.path)
        assert (ended.status, ended.out) == (1, "")
        assert f"the bytes of {name} of G0004 are missing in " in ended.err
        assert "store check" in ended.err


def test_list_of_many_is_read_page_by_page(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "many")
    template = replace(Store(SMALL).events["T0002"], superevent=None)
    store.bulk_load(replace(template, graceid=f"T{n:04}") for n in range(1, 36))
    monkeypatch.setattr("fakegracedb.cli.look.reading._PAGE", 10)
    told: list[int] = []
    monkeypatch.setattr(Progress, "at", lambda self, done, total: told.append(done))
    ended = run("ls", "--events", "--json", "--store", store.path)
    listed = [row["graceid"] for row in ended.json["events"]]
    assert listed == [f"T{n:04}" for n in range(35, 0, -1)]
    assert told == [10, 20, 30]
    for limit in (10, 11, 30, 34):
        ended = run("ls", "--events", "--limit", str(limit), "--json", "--store", store.path)
        assert [row["graceid"] for row in ended.json["events"]] == listed[:limit]
        assert ended.json["total"] == {"events": 35}


def test_lists_are_json(run: Any) -> None:
    ended = run("ls", "gstlal", "--json").json
    assert ended["total"] == {"events": 1}
    assert list(ended["refused"]) == ["superevents"]
    with FakeGraceDb(store=SMALL) as client:
        answered = client.event("G0001").json()
    for data in (answered, *ended["events"]):
        del data["links"]  # which have the server's name
    assert ended["events"] == [answered]


# show


def test_event_is_shown_with_times_in_utc_and_gps(run: Any) -> None:
    ended = run("show", "G0001")
    assert (ended.status, ended.err) == (0, "")
    for line in (
        "event        G0001",
        "kind         CBC gstlal AllSky",
        "time         GPS 1456419600.125 = 2026-03-01 16:59:42.125 UTC",
        "created      2026-03-01 16:59:54 UTC (GPS 1456419612), 12.5 s later",
        "far          1e-09 Hz (one in 31.7 years)",
        "superevent   GW260301A",
        "log          17 entries",
        f"folder       {SMALL / 'events' / 'G0001'}",
        "combined_far      1e-09",
        "ifo             H1                   L1                   V1",
    ):
        assert line in ended.out.splitlines()


@pytest.mark.parametrize("name", ["S260301a", "GW260301A"])
def test_superevent_is_shown_by_either_id(run: Any, name: str) -> None:
    lines = run("show", name).out.splitlines()
    for line in (
        "superevent       S260301a",
        "GW id            GW260301A",
        "preferred event  G0001 (CBC gstlal AllSky)",
        "... by pipeline  gstlal: G0001",
        "external events  E0005",
        "coincidence far  1.5e-06 Hz (one in 7.72 days)",
        "signoffs         advocate OK (marie.curie@ligo.org)",
        "exposed          yes",
    ):
        assert line in lines


@pytest.mark.parametrize("graceid", EVENTS)
def test_event_of_every_kind_can_be_shown(run: Any, graceid: str) -> None:
    ended = run("show", graceid)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("event ")
    assert "None" not in ended.out
    assert run("show", graceid, "--json").json["graceid"] == graceid


def test_event_without_anything_can_be_shown(run: Any, tmp_path: Path) -> None:
    with FakeGraceDb(store=tmp_path / "s") as client:
        client.create_event("Test", "X", "x.txt", filecontents="?")
    ended = run("show", "T0001", "--store", tmp_path / "s")
    assert (ended.status, ended.err) == (0, "")
    assert "time" in ended.out


@pytest.mark.parametrize("verb", ["show", "log", "files", "cat"])
def test_object_that_is_not_there_is_told_with_those_that_are(run: Any, verb: str) -> None:
    more = ("x.txt",) if verb == "cat" else ()
    ended = run(verb, "G999", *more)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == (
        f"fakegracedb: no event G999 in {SMALL} (5 events: E0005, G0004, M0003, T0002, G0001)\n"
    )
    ended = run(verb, "S270101a", *more)
    assert "no superevent S270101a" in ended.err
    assert "(1 superevent: S260301a)" in ended.err


def test_reserved_event_is_not_there_yet(run: Any, tmp_path: Path) -> None:
    with FakeGraceDb(store=tmp_path / "s") as client:
        client.post(client.service_info["links"]["self"] + "events/reserve/",
                    data={"group": "Test", "pipeline": "gstlal"})  # fmt: skip
        assert len(list(client.store.events)) == 1
    assert "(0 events)" in run("show", "T0001", "--store", tmp_path / "s").err


# log, files, cat


@pytest.mark.parametrize("name", ["G0001", "S260301a"])
def test_log_is_shown_entry_by_entry(run: Any, name: str) -> None:
    with FakeGraceDb(store=SMALL) as client:
        entries = client.logs(name).json()["log"]
    head, *lines = run("log", name).out.splitlines()
    assert head.split()[:4] == ["N", "UTC,", "GPS", "time"]
    assert len(lines) == len(entries)
    for line, entry in zip(lines, entries, strict=True):
        assert line.startswith(f"{entry['N']} ")
        assert f" {entry['created'][:19]} 1456" in line
        assert " ".join(entry["comment"].split()) in line
        assert " ".join(entry["tag_names"]) in line
    told = run("log", name, "--json").json
    assert [one["comment"] for one in told] == [one["comment"] for one in entries]


def test_log_cannot_move_the_cursor(run: Any, tmp_path: Path) -> None:
    with FakeGraceDb(store=tmp_path / "s") as client:
        client.create_event("Test", "X", "x.txt", filecontents="?")
        client.write_log("T0001", "two\nlines \x1b[31mred\x07 é")
    out = run("log", "T0001", "--store", tmp_path / "s").out
    assert r"two lines \x1b[31mred\x07 é" in out
    assert "\x1b" not in out


def test_files_are_listed_with_every_version(run: Any, tmp_path: Path) -> None:
    with FakeGraceDb(store=tmp_path / "s") as client:
        client.create_event("Test", "X", "x.txt", filecontents="12")
        client.write_log("T0001", "again", "x.txt", b"345")
        client.write_log("T0001", "an odd name", "a?b", b"")
    ended = run("files", "T0001", "--store", tmp_path / "s")
    rows = [line.split() for line in ended.out.splitlines()]
    assert [(row[0], *row[1:3], row[-1]) for row in rows[1:]] == [
        ("x.txt,0", "2", "B", "1"),
        ("x.txt,1", "3", "B", "2"),
        ("a?b,0", "0", "B", "3"),
    ]
    told = run("files", "T0001", "--store", tmp_path / "s", "--json").json
    assert [Path(row["path"]).read_bytes() for row in told] == [b"12", b"345", b""]
    assert [(row["name"], row["version"], row["log"]) for row in told][1] == ("x.txt", 1, 2)


def test_files_of_an_object_without_any_are_none(run: Any, tmp_path: Path) -> None:
    with FakeGraceDb(store=tmp_path / "s") as client:
        client.create_event("Test", "X", "x.txt", filecontents="12")
        made = client.create_superevent(1.4e9, 1.4e9, 1.4e9, "T0001", "test")
    name = made.json()["superevent_id"]
    assert run("files", name, "--store", tmp_path / "s").out == f"{name} has no files\n"


def cat(*argv: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "fakegracedb", "cat", *map(str, argv)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )


def test_bytes_of_a_file_come_as_they_are(tmp_path: Path) -> None:
    content = bytes(range(256)) * 8192
    with FakeGraceDb(store=tmp_path / "s") as client:
        client.create_event("Test", "X", "x.bin", filecontents=b"old")
        client.write_log("T0001", "again", "x.bin", content)
    ended = cat("T0001", "x.bin", "--store", tmp_path / "s")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout == content
    assert cat("T0001", "x.bin,0", "--store", tmp_path / "s").stdout == b"old"


def test_text_of_a_file_is_shown(run: Any) -> None:
    assert run("cat", "G0001", "em_bright.json").out.startswith('{"HasNS": 1.0')
    assert run("cat", "GW260301A", "p_astro.json,0").status == 0


def test_file_that_is_not_there_is_told_with_those_that_are(run: Any) -> None:
    ended = run("cat", "G0001", "psd.xml")
    assert (ended.status, ended.out) == (1, "")
    assert "no file psd.xml of G0001 (gstlal-allsky.xml, coinc.xml, event.log, " in ended.err
    ended = run("cat", "G0001", "coinc.xml,7")
    assert "coinc.xml of G0001 has no such version as coinc.xml,7 (0)" in ended.err
    assert "--json is not for it" in run("cat", "G0001", "coinc.xml", "--json").err


# The store


@pytest.mark.parametrize(
    "argv",
    [["ls"], ["show", "G1"], ["log", "G1"], ["files", "G1"], ["cat", "G1", "x"]],
    ids=lambda argv: argv[0],
)
def test_verbs_that_read_want_a_store(
    run: Any, here: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    monkeypatch.delenv("FAKEGRACEDB_STORE")
    ended = run(*argv)
    assert (ended.status, ended.out) == (1, "")
    assert "there is no store in ./gracedb-store: name one with --store DIR" in ended.err
    ended = run(*argv, "--store", "nowhere")
    assert "there is no store in nowhere" in ended.err
    assert list(here.iterdir()) == []


def test_whoever_looks_sees_all_and_needs_no_rights(run: Any, tmp_path: Path) -> None:
    with FakeGraceDb(store=tmp_path / "s") as client:
        client.create_event("Test", "X", "x.txt", filecontents="12")
        user = client.store.settings["user"]
        client.store.users[user] = {"groups": ["lvem_observers"]}  # type: ignore[assignment]
    assert "T0001" in run("ls", "--store", tmp_path / "s").out
    assert run("show", "T0001", "--store", tmp_path / "s").status == 0


def test_looking_loads_no_client() -> None:
    code = (
        "import sys; from fakegracedb.cli import main; "
        f"main(['ls', '--store', {str(SMALL)!r}]); print(*sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=True,
    )
    modules = set(ended.stdout.splitlines()[-1].split())
    assert not modules & {"requests", "urllib3", "ligo.gracedb", "fakegracedb.client"}


# Tables and progress


@pytest.mark.parametrize("verb", [["ls"], ["show", "G0001"], ["log", "S260301a"],
                                  ["files", "G0001"]], ids=lambda v: v[0])  # fmt: skip
@pytest.mark.parametrize("columns", [40, 60, 80, 132])
def test_tables_fit_the_terminal(
    run: Any, monkeypatch: pytest.MonkeyPatch, verb: list[str], columns: int
) -> None:
    whole = run(*verb).out
    monkeypatch.setenv("COLUMNS", str(columns))
    folded = run(*verb).out
    assert max(map(len, folded.splitlines())) <= columns
    letters = sorted(folded.replace("\n", "").replace(" ", ""))
    assert letters == sorted(whole.replace("\n", "").replace(" ", ""))


def test_cells_are_folded_between_words_where_that_will_do() -> None:
    text = table_text(("N", "comment"), [("1", "one two three four"), ("2", "five")], 14)
    assert text == "N  comment\n1  one two\n   three four\n2  five"
    assert table_text(("a", "b"), [("x" * 30, "y")], None) == f"{'a':<30}  b\n{'x' * 30}  y"
    narrow = table_text(("id", "b"), [("0123456789" * 3, "y")], 15)
    assert max(map(len, narrow.splitlines())) <= 15
    assert facts_text([("name", "one two three"), ("x", "")], 12) == "name  one two\n      three\nx"


def test_characters_of_east_asia_take_two_places() -> None:
    text = table_text(("N", "comment", "by"), [("1", "重力波 天体", "你"), ("2", "ö" * 9, "x")], 17)
    assert text == "N  comment     by\n1  重力波      你\n   天体\n2  ööööööööö   x"
    long = table_text(("N", "comment"), [("1", "合図 " + "重力波" * 5)], 13)
    assert long == "N  comment\n1  合図 重力\n   波重力波重\n   力波重力波\n   重力波"
    accents = table_text(("comment", "by"), [("e\u0301" * 6, "x")], 12)
    assert accents == "comment  by\n" + "e\u0301" * 6 + "   x"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the time that it is for whoever tells of progress."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("fakegracedb.cli.progress._QUIET", QUIET)
    return now


def test_progress_is_told_on_stderr_after_a_second(
    now: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress("reading events") as progress:
        for done in range(1, 40):
            now[0] += 0.1
            progress.at(done, 40)
    told = capsys.readouterr()
    assert told.out == ""
    first, *others = told.err.splitlines()
    assert first == "fakegracedb: reading events: 11 of 40"
    assert 1 <= len(others) <= 4


def test_progress_on_a_terminal_leaves_nothing_behind(
    now: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress("x") as progress:
        now[0] += 2
        progress.at(1)
    line = "fakegracedb: x: 1"
    assert capsys.readouterr().err == f"\r{line}\r{' ' * len(line)}\r"
