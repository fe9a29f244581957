"""Care of a store: what `check` finds, what `reindex` takes over, what `compact` leaves."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import scenes

from fakegracedb.errors import StoreError
from fakegracedb.store import Store, View, disk
from fakegracedb.store.layout import line_text
from fakegracedb.store.survey import file_sum

EVENT = "events/T0001/event.json"
LOGS = "events/T0001/logs.jsonl"
FILES = "events/T0001/files.jsonl"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    scenes.create(store, files=2)
    scenes.create(store, files=1)
    scenes.label(store, "T0001", "INJ")
    return store


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def rewritten(path: Path, old: str, new: str) -> None:
    """Edit a checkpoint and make it look whole."""
    text = path.read_text().partition("\n")[2]
    assert old in text
    data = text.replace(old, new, 1).encode()
    path.write_bytes(line_text(file_sum(data)) + data)


def appended(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_a_good_store_has_no_problems(store: Store) -> None:
    assert store.check() == []
    assert scenes.fresh(store.path).check() == []
    before = scenes.tree(store.path)
    store.check()
    assert scenes.tree(store.path) == before


DAMAGES: dict[str, tuple[Callable[[Path], object], str, str, str]] = {
    "document by hand": (
        lambda at: edited(at / EVENT, '"gstlal"', '"pycbc"'),
        EVENT,
        "edited by hand",
        "edited",
    ),
    "settings by hand": (
        lambda at: edited(at / "store.json", '"2.36"', '"2.33"'),
        "store.json",
        "edited by hand",
        "edited",
    ),
    "log by hand": (
        lambda at: edited(at / LOGS, "made 0", "MADE 0"),
        LOGS,
        "edited by hand",
        "edited",
    ),
    "log entry by hand": (
        lambda at: appended(
            at / LOGS,
            '{"N":4,"comment":"","created":"2026-03-01T17:00:00.000000Z","issuer":"eve"}\n',
        ),
        LOGS,
        "edited by hand",
        "edited",
    ),
    "event added by hand": (
        lambda at: (
            (at / "events/T0007").mkdir(),
            (at / "events/T0007/event.json").write_text(
                (at / EVENT).read_text().replace("T0001", "T0007")
            ),
        ),
        "events/T0007/event.json",
        "edited by hand",
        "edited",
    ),
    "broken document": (
        lambda at: (at / EVENT).write_text("{"),
        EVENT,
        "JSON",
        "damage",
    ),
    "document against its schema": (
        lambda at: edited(at / EVENT, '"T0001"', "1"),
        EVENT,
        "graceid",
        "damage",
    ),
    "document in the wrong folder": (
        lambda at: edited(at / EVENT, '"T0001"', '"T0003"'),
        EVENT,
        "does not belong in this folder",
        "damage",
    ),
    "missing document": (
        lambda at: (at / EVENT).unlink(),
        EVENT,
        "missing",
        "damage",
    ),
    "missing log": (lambda at: (at / LOGS).unlink(), LOGS, "missing", "damage"),
    "missing settings": (
        lambda at: (at / "store.json").unlink(),
        "store.json",
        "missing",
        "damage",
    ),
    "gap in the log": (
        lambda at: edited(at / LOGS, '"N":2', '"N":9'),
        LOGS,
        "gaps",
        "damage",
    ),
    "gap in the versions": (
        lambda at: edited(at / FILES, '"version":0', '"version":1'),
        FILES,
        "versions",
        "damage",
    ),
    "log of a missing file": (
        lambda at: edited(at / LOGS, '"file1.txt"', '"file9.txt"'),
        LOGS,
        "file9.txt",
        "damage",
    ),
    "missing file": (
        lambda at: (at / "events/T0001/file0.txt,0").unlink(),
        "events/T0001/file0.txt,0",
        "missing",
        "damage",
    ),
    "shorter file": (
        lambda at: (at / "events/T0001/file0.txt,0").write_bytes(b""),
        "events/T0001/file0.txt,0",
        "bytes instead of",
        "damage",
    ),
    "other bytes": (
        lambda at: edited(at / "events/T0001/file0.txt,0", "made", "MADE"),
        "events/T0001/file0.txt,0",
        "other bytes",
        "damage",
    ),
    "stray file": (
        lambda at: (at / "events/T0001/notes.md").write_text("mine"),
        "events/T0001/notes.md",
        "no file of the event",
        "damage",
    ),
    "stray folder": (
        lambda at: (at / "events/backup").mkdir(),
        "events/backup",
        "no graceid",
        "damage",
    ),
    "link": (
        lambda at: (at / "events/T0001/x").symlink_to("/etc/passwd"),
        "events/T0001/x",
        "link",
        "damage",
    ),
    "left file": (
        lambda at: (at / "events/T0001/left.txt,0").write_text("left"),
        "events/T0001/left.txt,0",
        "writer that died",
        "leftover",
    ),
    "left temporary file": (
        lambda at: (at / ".journal.jsonl.7.tmp").write_text("left"),
        ".journal.jsonl.7.tmp",
        "writer that died",
        "leftover",
    ),
    "left folder": (
        lambda at: (at / "events/T0008").mkdir(),
        "events/T0008",
        "writer that died",
        "leftover",
    ),
    "left snapshot": (
        lambda at: (at / ".restoring").mkdir(),
        ".restoring",
        "writer that died",
        "leftover",
    ),
    "cut line": (
        lambda at: appended(at / "journal.jsonl", '{"n":'),
        "journal.jsonl",
        "cut short",
        "leftover",
    ),
    "missing journal": (
        lambda at: (at / "journal.jsonl").unlink(),
        "journal.jsonl",
        "missing",
        "damage",
    ),
    "commits out of order": (
        lambda at: (at / "journal.jsonl").write_bytes(
            b"".join((at / "journal.jsonl").read_bytes().splitlines(keepends=True)[2:])
            + (at / "journal.jsonl").read_bytes()
        ),
        "journal.jsonl",
        "follows",
        "damage",
    ),
    "commit against its schema": (
        lambda at: edited(at / "journal.jsonl", '"user":"ada"', '"user":3'),
        "journal.jsonl",
        "user",
        "damage",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_check_finds(store: Store, name: str) -> None:
    damage, path, message, kind = DAMAGES[name]
    damage(store.path)
    for checker in (store, scenes.fresh(store.path)):
        problems = [one for one in checker.check() if one.path == path]
        assert problems, checker.check()
        assert any(message in one.message and one.kind == kind for one in problems), problems


@pytest.mark.parametrize("name", [name for name in DAMAGES if "hand" in name])
def test_check_finds_it_also_after_compacting(store: Store, name: str) -> None:
    damage, path, _, kind = DAMAGES[name]
    store.compact()
    assert store.check() == []
    damage(store.path)
    (first, *rest) = [one for one in store.check() if one.path != "journal.jsonl"]
    assert (first.path, first.kind) == (path, kind)
    assert not rest
    assert store.reindex() == 1
    assert store.check() == []


def test_check_of_a_store_that_others_write_to_tells_nothing_wrong(store: Store) -> None:
    other = scenes.fresh(store.path)

    def write() -> None:
        for _ in range(15):
            scenes.log(other, "T0001", "more", "more.txt")
            scenes.label(other, "T0002", "x")

    thread = threading.Thread(target=write)
    thread.start()
    checks = 0
    while thread.is_alive() or not checks:
        assert store.check() == []
        checks += 1
    thread.join()


# Reindexing


def rows(store: Store) -> dict[str, float | None]:
    def found(view: View) -> dict[str, float | None]:
        with store.index.tables(view) as tables:
            times, slots = tables.events.numbers["gpstime"], tables.events.slots
            return {tables.events.graceid(slots[n]): times.get(slots[n]) for n in sorted(slots)}

    return store.read(found)


def test_reindex_takes_over_what_was_edited_by_hand_and_searches_see_it(store: Store) -> None:
    other = scenes.fresh(store.path)
    assert rows(other) == rows(store) == {"T0001": None, "T0002": None}
    edited(store.path / EVENT, '"group"', '"gpstime": 1.5,\n "group"')
    edited(store.path / LOGS, "made 0", "by hand")
    assert rows(store)["T0001"] is None
    assert store.reindex() == 2
    assert rows(store) == rows(other) == {"T0001": 1.5, "T0002": None}
    assert rows(scenes.fresh(store.path)) == rows(store)
    assert store.check() == []
    assert store.reindex() == 0
    (logs,) = other.read(lambda view: [view.logs("events/T0001")])
    assert logs.get(1).comment == "by hand"
    scenes.log(other, "T0001", "goes on")
    assert store.check() == []


def test_reindex_takes_over_events_that_were_added_and_removed_by_hand(store: Store) -> None:
    other = scenes.fresh(store.path)
    rows(other)
    giver = Store(store.path.parent / "giver")
    for _ in range(9):
        scenes.create(giver, files=1)
    shutil.copytree(giver.path / "events/T0009", store.path / "events/T0009")
    shutil.rmtree(store.path / "events/T0001")
    assert store.read(lambda view: view.event("T0009")) is not None
    assert store.read(lambda view: view.event("T0001")) is None
    assert store.reindex() == 6
    for one in (store, other, scenes.fresh(store.path)):
        assert list(rows(one)) == ["T0002", "T0009"]
        newest = one.read(lambda view: [event.graceid for event in view.newest() or ()])
        assert newest == ["T0009", "T0002"]
    assert store.check() == []
    assert scenes.create(other) == "T0010"
    assert store.check() == []


def test_reindex_refuses_what_breaks_a_rule_and_changes_nothing(store: Store) -> None:
    edited(store.path / EVENT, '"gstlal"', '"pycbc"')
    edited(store.path / LOGS, '"N":1', '"N":0')
    before = scenes.tree(store.path)
    with pytest.raises(StoreError, match=r"logs\.jsonl, line 1: N"):
        store.reindex()
    assert scenes.tree(store.path) == before


def test_reindex_makes_a_journal_for_documents_that_have_none(store: Store) -> None:
    found = scenes.everything(store)
    (store.path / "journal.jsonl").unlink()
    with pytest.raises(StoreError, match="reindex"):
        scenes.create(store)
    assert not store.exists()
    assert store.reindex() == 7
    assert store.check() == []
    for one in (store, scenes.fresh(store.path)):
        assert scenes.everything(one) == found
    assert scenes.create(store) == "T0003"


def test_reindex_counts_anew(store: Store) -> None:
    journal = store.path / "journal.jsonl"
    text = journal.read_text()
    assert '"events":2' in text
    journal.write_text(text.replace('"events":2', '"events":7'))
    (problem,) = store.check()
    assert "counts anew" in problem.message
    store.reindex()
    assert store.check() == []
    assert store.read(lambda view: view.counters["events"]) == 2


# Compacting


def test_compact_keeps_everything_but_the_past_and_what_counts_for_nothing(store: Store) -> None:
    with store.transaction() as tx:
        log = tx.logs("events/T0001").get(1)
        tx.add_log("events/T0001", scenes.replace(log, tags=("pe",)))
    for name in ("left temporary file", "left file", "left folder", "left snapshot", "stray file"):
        DAMAGES[name][0](store.path)
    found = scenes.everything(store)
    other = scenes.fresh(store.path)
    rows(other)
    store.compact()
    assert [problem.path for problem in store.check()] == ["events/T0001/notes.md"]
    for one in (store, other, scenes.fresh(store.path)):
        assert scenes.everything(one) == found
    journal = (store.path / "journal.jsonl").read_text().splitlines()
    assert len(journal) == 2
    assert len((store.path / LOGS).read_text().splitlines()) == 3
    assert not (store.path / "events/T0008").exists()
    assert not (store.path / ".restoring").exists()
    n = store.read(lambda view: view.version[1])
    assert store.read(lambda view: [commit.base for commit in view.commits(0)]) == [True, True]
    scenes.log(other, "T0001", "goes on")
    assert store.read(lambda view: [commit.n for commit in view.commits(n)]) == [n + 1]
    assert [problem.path for problem in store.check()] == ["events/T0001/notes.md"]


def test_after_compacting_a_cold_start_reads_only_the_last_line(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.transaction() as tx:
        for _ in range(300):
            scenes.create_in(tx, files=0)
    store.compact()
    read: list[int] = []
    original = disk.read_from
    monkeypatch.setattr(
        disk, "read_from", lambda p, o: (lambda f: read.append(len(f[0])) or f)(original(p, o))
    )
    scenes.fresh(store.path).read(lambda view: view.counters["events"])
    assert (store.path / "journal.jsonl").stat().st_size > 15_000
    assert sum(read) < 8_500


def test_info_tells_what_is_there(store: Store) -> None:
    info = store.info()
    assert info["events"] == 2
    assert info["commits"] == 3
    assert info["format"] == 1
    assert info["path"] == str(store.path)
    assert info["bytes"] > info["journal_bytes"] > 500
    assert info["files"] == len([path for path in store.path.rglob("*") if path.is_file()])
    json.dumps(info)


# What is derived


def test_the_checkpoint_of_the_index_spares_a_cold_start_the_documents(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.compact()
    scenes.create(store, gpstime=2.5)
    edited_event = scenes.replace(store.events["T0001"], gpstime=1.5)
    with store.transaction() as tx:
        tx.put_event(edited_event)
    cold = scenes.fresh(store.path)
    read: list[str] = []
    original = disk.read
    monkeypatch.setattr(disk, "read", lambda path: read.append(path) or original(path))
    assert rows(cold) == {"T0001": 1.5, "T0002": None, "T0003": 2.5}
    assert sorted(path for path in read if path.endswith("event.json")) == [
        f"{store.path}/events/T0001/event.json",
        f"{store.path}/events/T0003/event.json",
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.unlink(), id="deleted"),
        pytest.param(lambda path: path.write_text("{"), id="broken"),
        pytest.param(lambda path: path.write_text("[]"), id="a-list"),
        pytest.param(lambda path: edited(path, '"letters":"', '"letters":"T'), id="damaged"),
        pytest.param(lambda path: edited(path, "\n", "\r\n"), id="odd-lines"),
        pytest.param(lambda path: rewritten(path, '"gpstime"', '"other"'), id="of-another-version"),
        pytest.param(lambda path: rewritten(path, '"events":{', '"x":{'), id="of-other-tables"),
        pytest.param(lambda path: rewritten(path, '"n":', '"x":'), id="of-no-commit"),
        pytest.param(lambda path: rewritten(path, '"offset":', '"offset":1'), id="elsewhere"),
        pytest.param(lambda path: rewritten(path, '"letters":"', '"letters":"T'), id="odd-columns"),
        pytest.param(lambda path: path.write_bytes(b"\xff\0"), id="binary"),
    ],
)
def test_a_checkpoint_that_is_of_no_use_is_made_good_from_the_documents(
    store: Store, spoil: Callable[[Path], object]
) -> None:
    scenes.create(store, gpstime=2.5)
    store.compact()
    path = store.path / "index.checkpoint"
    spoil(path)
    assert rows(scenes.fresh(store.path)) == {"T0001": None, "T0002": None, "T0003": 2.5}
    assert store.check() == []


def test_a_checkpoint_of_another_past_is_not_believed(store: Store, tmp_path: Path) -> None:
    store.snapshot(tmp_path / "snapshot")
    scenes.create(store)
    store.compact()
    assert (store.path / "index.checkpoint").exists()
    store.restore(tmp_path / "snapshot")
    assert list(rows(scenes.fresh(store.path))) == ["T0001", "T0002"]
    store.reset()
    assert rows(scenes.fresh(store.path)) == {}
    scenes.create(store, gpstime=7.5)
    assert rows(scenes.fresh(store.path)) == {"T0001": 7.5}


def test_a_busy_index_is_written_down_now_and_then(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fakegracedb.store.index import index

    monkeypatch.setattr(index, "_COMMITS", 5)
    for _ in range(5):
        scenes.log(store, "T0001", "not searched")
    assert not (store.path / "index.checkpoint").exists()
    rows(store)
    for _ in range(5):
        scenes.create(store, files=0)
    assert (store.path / "index.checkpoint").exists()
    assert rows(scenes.fresh(store.path)) == rows(store)
