"""The verbs ``store …``: each of them, and each way in which it fails."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import Store
from fakegracedb.clock import Clock
from fakegracedb.documents import Event, Superevent

EXISTING = ["info", "check", "snapshot", "copy", "restore", "reset", "reindex", "compact"]


def add_event(store: Store, content: bytes = b"0123456789") -> str:
    with store.transaction("test") as tx:
        number = tx.new_number()
        graceid = f"T{number:04d}"
        tx.put_event(
            Event(
                graceid=graceid,
                submitter="ada",
                created=tx.timestamp(),
                group="Test",
                pipeline="gstlal",
            )
        )
        tx.write_file(f"events/{graceid}", "a.txt", content)
    return graceid


@pytest.fixture
def store(here: Path) -> Store:
    """A store with two events in it, `s` in the working directory."""
    store = Store("s")
    add_event(store)
    add_event(store)
    return store


def arguments(verb: str) -> list[str]:
    """A command line of the verb that works on a store with a snapshot `kept` beside it."""
    more = {"snapshot": ["new"], "copy": ["new"], "restore": ["kept"], "reset": ["--yes"]}
    return ["store", verb, *more.get(verb, [])]


# Which store


@pytest.mark.parametrize("verb", EXISTING)
@pytest.mark.parametrize("way", ["option", "environment", "default"])
def test_missing_store_is_a_failure(
    run: Any, here: Path, monkeypatch: pytest.MonkeyPatch, verb: str, way: str
) -> None:
    add_event(Store("kept"))
    if way == "environment":
        monkeypatch.setenv("FAKEGRACEDB_STORE", "nowhere")
    option = ["--store", "nowhere"] if way == "option" else []
    ended = run(*arguments(verb), *option)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("fakegracedb: there is no store in ")
    assert ended.err.count("\n") == 1
    assert [path.name for path in here.iterdir()] == ["kept"]


@pytest.mark.parametrize("verb", EXISTING)
def test_store_is_the_option_then_the_environment_then_the_default(
    run: Any, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    add_event(Store("kept"))
    chosen = []
    for name, option in (("gracedb-store", []), ("two", []), ("three", ["--store", "three"])):
        add_event(Store(name))
        if name == "two":
            monkeypatch.setenv("FAKEGRACEDB_STORE", "two")
        argv = [f"{a}-{name}" if a == "new" else a for a in arguments(verb)]
        ended = run(*argv, *option, "--json")
        assert (ended.status, ended.err) == (0, "")
        chosen.append(Path(ended.json["path"]).name)
    assert chosen == ["gracedb-store", "two", "three"]


def test_empty_environment_variable_is_none(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKEGRACEDB_STORE", "")
    assert run("store", "init").status == 0
    assert Store("gracedb-store").exists()


# init


def test_init_makes_a_store_and_says_where(run: Any, here: Path) -> None:
    ended = run("store", "init")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"made an empty store in {here / 'gracedb-store'}\n"
    settings = Store.open("gracedb-store").settings
    assert settings["server_version"] == "2.36"
    assert settings["user"] == "albert.einstein@ligo.org"
    assert settings["clock"] == {"kind": "system"}
    assert settings["fsync"] is False
    assert Store("gracedb-store").check() == []


def test_init_takes_the_settings(run: Any, here: Path) -> None:
    ended = run(
        *("store", "init", "--store", "deep/er", "--server-version", "2.33", "--user", "ada"),
        *("--clock", "2026-03-01 17:00", "--fsync", "--json"),
    )
    facts = ended.json
    assert facts["path"] == str(here / "deep" / "er")
    store = Store.open("deep/er")
    assert dict(store.settings) == facts["settings"]
    assert (store.settings["server_version"], store.settings["user"]) == ("2.33", "ada")
    assert store.settings["fsync"] is True
    assert store.clock == Clock.fixed("2026-03-01 17:00")
    assert store.check() == []


def test_init_takes_a_gps_time(run: Any) -> None:
    run("store", "init", "--clock", "1456419618.5")
    assert Store("gracedb-store").clock == Clock.fixed("2026-03-01T17:00:00.5Z")


def test_init_leaves_a_store_alone(run: Any, store: Store) -> None:
    ended = run("store", "init", "--store", "s", "--user", "ada")
    assert ended.status == 1
    assert "is a store already" in ended.err
    assert store.settings["user"] == "albert.einstein@ligo.org"
    assert len(store.events) == 2


def test_init_leaves_a_foreign_folder_alone(run: Any, here: Path) -> None:
    (here / "thesis.tex").write_text("x")
    ended = run("store", "init", "--store", here)
    assert ended.status == 1
    assert "thesis.tex" in ended.err
    assert [path.name for path in here.iterdir()] == ["thesis.tex"]


# info


def test_info_tells_what_a_store_holds(run: Any, store: Store, here: Path) -> None:
    ended = run("store", "info", "--store", "s")
    rows = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert rows["store"] == str(here / "s")
    assert rows["events"] == "2"
    assert rows["superevents"] == "0"
    assert rows["imitates"] == "server 2.36.0"
    assert rows["user"] == "albert.einstein@ligo.org"
    assert rows["fsync"] == "off"
    assert rows["changes"] == "2"
    facts = run("store", "info", "--store", "s", "--json").json
    assert facts == {**store.info(), "fsync": False}


@pytest.mark.parametrize(
    ("clock", "text"),
    [
        (Clock(), "the system's"),
        (Clock().advanced(-30), "the system's -30 s"),
        (Clock.fixed("2026-03-01"), "stands at 2026-03-01T00:00:00.000000Z"),
        (
            Clock.stepping("2026-03-01", 0.5),
            "from 2026-03-01T00:00:00.000000Z on, 0.5 s later at every reading",
        ),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_info_says_how_the_clock_is_set(run: Any, store: Store, clock: Clock, text: str) -> None:
    store.clock.set(clock)
    assert f"clock       {text}\n" in run("store", "info", "--store", "s").out


# check


def test_check_of_a_good_store_says_so(run: Any, store: Store) -> None:
    ended = run("store", "check", "--store", "s")
    assert (ended.status, ended.out, ended.err) == (0, "no problems found\n", "")
    facts = run("store", "check", "--store", "s", "--json").json
    assert facts == {"path": str(Path("s").resolve()), "problems": []}


def test_check_names_every_problem_and_ends_with_1(run: Any, store: Store) -> None:
    Path("s/events/T0001/a.txt,0").write_bytes(b"9876543210")
    Path("s/events/T0002/a.txt,0").unlink()
    ended = run("store", "check", "--store", "s")
    assert (ended.status, ended.err) == (1, "")
    first, second = ended.out.splitlines()
    assert first.startswith("events/T0001/a.txt,0: ")
    assert second == "events/T0002/a.txt,0: is missing"
    ended = run("store", "check", "--store", "s", "--json")
    assert ended.status == 1
    paths = [problem["path"] for problem in ended.json["problems"]]
    assert paths == ["events/T0001/a.txt,0", "events/T0002/a.txt,0"]
    assert ended.json["problems"][1]["message"] == "is missing"


def test_check_finds_that_the_settings_are_gone(run: Any, store: Store) -> None:
    Path("s/store.json").unlink()
    ended = run("store", "check", "--store", "s")
    assert ended.status == 1
    assert "store.json: is missing" in ended.out.splitlines()


# snapshot, copy, restore


def test_snapshot_and_restore_bring_a_store_back(run: Any, store: Store, here: Path) -> None:
    ended = run("store", "snapshot", "kept", "--store", "s")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"kept {here / 's'} (2 events) in {here / 'kept'}\n"
    add_event(store)
    ended = run("store", "restore", "kept", "--store", "s")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"restored {here / 's'} from {here / 'kept'}: 2 events\n"
    assert list(store.events) == ["T0001", "T0002"]
    assert store.check() == []


def test_copy_is_a_store_of_its_own(run: Any, store: Store, here: Path) -> None:
    facts = run("store", "copy", "other", "--store", "s", "--json").json
    held = {"events": 2, "superevents": 0}
    assert facts == {"path": str(here / "s"), "copy": str(here / "other"), **held}
    add_event(Store("other"))
    assert (len(store.events), len(Store("other").events)) == (2, 3)


def test_superevents_are_counted_too(run: Any, store: Store, here: Path) -> None:
    times = dict.fromkeys(("t_start", "t_0", "t_end"), 1456419850.25)
    with store.transaction() as tx:
        event = tx.event("T0001")
        assert event is not None
        superevent = Superevent(
            superevent_id="TS260301a",
            category="T",
            submitter="ada",
            created=event.created,
            serial=tx.new_serial(),
            preferred_event="T0001",
            gw_events=("T0001",),
            **times,
        )
        tx.put_superevent(superevent)
        tx.put_event(replace(event, superevent=superevent.id))
    ended = run("store", "snapshot", "kept", "--store", "s")
    assert ended.out == f"kept {here / 's'} (2 events and 1 superevent) in {here / 'kept'}\n"
    assert run("store", "reset", "--yes", "--store", "s", "--json").json["removed_superevents"] == 1


@pytest.mark.parametrize("verb", ["snapshot", "copy"])
def test_journal_comes_along_unless_told_otherwise(run: Any, store: Store, verb: str) -> None:
    assert run("store", verb, "whole", "--store", "s").status == 0
    assert run("store", verb, "bare", "--store", "s", "--no-journal").status == 0
    whole, bare = (Path(folder, "journal.jsonl").read_text() for folder in ("whole", "bare"))
    assert (whole.count('"call":"test"'), bare.count('"call":"test"')) == (2, 0)
    assert Store("bare").check() == []
    assert len(Store("bare").events) == 2


@pytest.mark.parametrize("verb", ["snapshot", "copy"])
def test_target_that_is_not_empty_is_a_failure(run: Any, store: Store, verb: str) -> None:
    Path("full").mkdir()
    Path("full/x").touch()
    ended = run("store", verb, "full", "--store", "s")
    assert (ended.status, ended.out) == (1, "")
    assert "full is not empty" in ended.err
    assert [path.name for path in Path("full").iterdir()] == ["x"]


def test_restore_of_what_is_no_snapshot_changes_nothing(run: Any, store: Store) -> None:
    ended = run("store", "restore", "nowhere", "--store", "s")
    assert (ended.status, ended.out) == (1, "")
    assert "nowhere" in ended.err
    assert len(store.events) == 2


def test_restore_tells_in_json_what_it_did(run: Any, store: Store, here: Path) -> None:
    facts = run("store", "snapshot", "kept", "--store", "s", "--json").json
    held = {"events": 2, "superevents": 0}
    assert facts == {"path": str(here / "s"), "snapshot": str(here / "kept"), **held}
    assert run("store", "restore", "kept", "--store", "s", "--json").json == facts


# reset


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_reset_refuses_without_yes_when_nobody_can_be_asked(
    run: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))  # piped in, not said by a person
    ended = run("store", "reset", "--store", "s")
    assert (ended.status, ended.out) == (1, "")
    assert "--yes" in ended.err
    assert ended.err.count("\n") == 1
    assert len(store.events) == 2


@pytest.mark.parametrize("answer", ["y\n", "YES\n"])
def test_reset_asks_and_empties_the_store_on_yes(
    run: Any, store: Store, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    store.settings["user"] = "ada"
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    ended = run("store", "reset", "--store", "s", "--json")
    assert ended.status == 0
    assert ended.json["removed_events"] == 2
    assert ended.err.startswith("Empty ")
    assert "2 events? [y/N] " in ended.err
    assert len(store.events) == 0
    assert store.settings["user"] == "ada"


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "why\n"])
def test_reset_changes_nothing_on_any_other_answer(
    run: Any, store: Store, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    ended = run("store", "reset", "--store", "s")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith("fakegracedb: nothing was changed\n")
    assert len(store.events) == 2


def test_reset_with_yes_does_not_ask(
    run: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    ended = run("store", "reset", "--store", "s", "--yes")
    assert (ended.status, ended.err) == (0, "")
    assert "2 events" in ended.out
    assert len(store.events) == 0
    assert store.check() == []


# reindex, compact


def test_reindex_takes_what_was_edited_by_hand(run: Any, store: Store) -> None:
    document = Path("s/events/T0001/event.json")
    document.write_text(document.read_text().replace('"ada"', '"grace"'))
    assert run("store", "check", "--store", "s").status == 1
    ended = run("store", "reindex", "--store", "s")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.endswith(": 1 file had been edited by hand\n")
    assert run("store", "check", "--store", "s").status == 0
    assert store.events["T0001"].submitter == "grace"
    assert run("store", "reindex", "--store", "s", "--json").json["edited"] == 0


def test_compact_shortens_the_journal_and_keeps_the_rest(run: Any, store: Store) -> None:
    for number in range(30):
        store.settings["user"] = f"user-{number}"
    facts = run("store", "compact", "--store", "s", "--json").json
    sizes = facts["journal_bytes"]
    assert sizes["after"] < sizes["before"]
    assert sizes["after"] == Path("s/journal.jsonl").stat().st_size
    assert facts["bytes"]["after"] == store.info()["bytes"]
    assert store.settings["user"] == "user-29"
    assert len(store.events) == 2
    assert store.check() == []
    ended = run("store", "compact", "--store", "s")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"compacted {Path('s').resolve()}: ")
