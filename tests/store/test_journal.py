"""The journal: lines that count, lines that do not, and how little of it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import scenes

from fakegracedb.errors import StoreError
from fakegracedb.store import Store, disk
from fakegracedb.store.commits import Commit
from fakegracedb.store.journal import Journal
from fakegracedb.store.state import State


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(f"{tmp_path}/journal.jsonl")


def written(journal: Journal, count: int, *, size: int = 10) -> State:
    state = State()
    for _ in range(count):
        commit = Commit(n=state.n + 1, call="x" * size, counters={"events": state.n + 1})
        state = journal.mark(journal.append(state, commit))
    return state


def facts(state: State) -> tuple[Any, ...]:
    pending = [commit.n for commit in state.pending]
    return state.n, state.applied, state.offset, dict(state.counters), pending


@pytest.mark.parametrize("size", [1, 500, 5_000, 9_000, 20_000, 100_000])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_cold_start_finds_what_the_writer_knows_whatever_the_lengths(
    journal: Journal, count: int, size: int
) -> None:
    state = written(journal, count, size=size)
    assert facts(journal.refresh(State())[0]) == facts(state)
    pending = journal.append(state, Commit(n=count + 1, call="y" * size, counters={"events": 9}))
    assert facts(journal.refresh(State())[0]) == facts(pending)
    more = journal.append(pending, Commit(n=count + 2, call="z", counters={"events": 10}))
    assert facts(journal.refresh(State())[0]) == facts(more)
    assert [commit.n for commit in more.pending] == [count + 1, count + 2]


@pytest.mark.parametrize("torn", [1, 100, 8_192, 10_000, 70_000, 300_000])
def test_a_line_without_its_end_did_not_happen_however_long_it_is(
    journal: Journal, torn: int
) -> None:
    state = written(journal, 3)
    with Path(journal.path).open("ab") as file:
        file.write((b'{"n":4,"call":"' + b"x" * torn)[:torn])
    cold, touched = journal.refresh(State())
    assert facts(cold) == facts(state)
    assert touched is None
    warm, touched = journal.refresh(state)
    assert facts(warm) == facts(state)
    assert touched == {}
    after = journal.mark(journal.append(cold, Commit(n=4, call="real")))
    assert [commit.call for commit in journal.commits(3)] == ["real"]
    assert facts(journal.refresh(warm)[0]) == facts(after) == facts(journal.refresh(State())[0])


def test_a_reader_that_knows_the_journal_reads_only_what_is_new(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = written(journal, 100, size=1000)
    known = journal.refresh(State())[0]
    commit = Commit(
        n=101, documents={"a.json": {}}, lines={"b.jsonl": [{}]}, sums={"c.jsonl": None}
    )
    journal.mark(journal.append(state, commit))
    read: list[int] = []

    def read_from(path: str, offset: int) -> Any:
        found = original(path, offset)
        read.append(len(found[0]))
        return found

    original = disk.read_from
    monkeypatch.setattr(disk, "read_from", read_from)
    newer, touched = journal.refresh(known)
    assert touched == {"a.json": True, "b.jsonl": False, "c.jsonl": True}
    assert newer.n == newer.applied == 101
    assert sum(read) < 500
    assert journal.refresh(newer) == (newer, {})
    assert len(read) == 1


@pytest.mark.parametrize("after", [0, 1, 50, 98, 99, 100, 500])
def test_the_commits_after_one_are_read_from_the_end(
    journal: Journal, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(journal, 100, size=2000)
    read: list[int] = []
    original = disk.read_end
    monkeypatch.setattr(disk, "read_end", lambda p, n: read.append(n) or original(p, n))
    assert [commit.n for commit in journal.commits(after)] == list(range(after + 1, 101))
    assert sum(read) < 20_000 + 8 * 2_100 * max(0, 100 - after)
    assert [commit.n for commit in journal.commits(after, 60)] == list(range(after + 1, 61))


def test_another_journal_in_the_place_of_the_known_one_is_noticed(journal: Journal) -> None:
    path = Path(journal.path)
    known = written(journal, 5)
    longer = b"".join(
        Commit(n=n, call="other", counters={}).to_line() + b'{"applied":%d}\n' % n
        for n in range(1, 12)
    )
    with path.open("r+b") as file:  # the same inode, as after deleting and making anew
        file.truncate(0)
        file.write(longer)
    state, touched = journal.refresh(known)
    assert touched is None
    assert state.n == 11
    assert state.epoch != known.epoch
    path.unlink()
    gone, touched = journal.refresh(state)
    assert (gone.n, gone.identity, touched) == (0, None, None)


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[]",
        b"nonsense",
        b'{"n":"4"}',
        b'{"n":4,"documents":[]}',
        b'{"applied":null}',
        b"\xff",
    ],
)
def test_a_damaged_line_is_told_and_compacting_mends_it(tmp_path: Path, line: bytes) -> None:
    store = Store(tmp_path)
    graceid = scenes.create(store)
    before = scenes.everything(store)
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(line + b"\n")
    for reader in (store, scenes.fresh(tmp_path)):
        with pytest.raises(StoreError, match="damaged line"):
            reader.read(lambda view: view.event(graceid))
        with pytest.raises(StoreError, match="damaged line"):
            scenes.create(reader)
    assert [problem.path for problem in store.check()] == ["journal.jsonl"]
    store.compact()
    assert store.check() == []
    assert scenes.everything(store) == before
    assert scenes.create(store) == "T0002"


def test_compacting_a_damaged_journal_keeps_what_was_committed_last(tmp_path: Path) -> None:
    store = Store(tmp_path)
    scenes.create(store)
    state = store._core.refresh()
    event = store.read(lambda view: view.event("T0001"))
    assert event is not None
    data = {**event.to_json(), "far": 0.5}
    commit = Commit(n=state.n + 1, documents={"events/T0001/event.json": data})
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b"damaged\n" + commit.to_line() + b"damaged\n")
    scenes.fresh(tmp_path).compact()
    changed = scenes.fresh(tmp_path).read(lambda view: view.event("T0001"))
    assert changed is not None
    assert changed.far == 0.5


def test_a_thousand_entries_with_files_take_less_than_1500_kB(tmp_path: Path) -> None:
    store = Store(tmp_path)
    scenes.create(store)
    with store.transaction() as tx:
        for number in range(100):
            scenes.log_in(tx, "T0001", "a comment of the usual length, I think", f"p{number}.png")
    size = (tmp_path / "journal.jsonl").stat().st_size
    for number in range(100):
        scenes.log(store, "T0001", "a comment of the usual length, I think", f"q{number}.png")
    assert ((tmp_path / "journal.jsonl").stat().st_size - size) * 10 < 1_500_000


def test_every_line_of_the_journal_keeps_its_schema(tmp_path: Path) -> None:
    from fakegracedb import schemas

    store = Store(tmp_path)
    scenes.create(store)
    scenes.label(store, "T0001", "INJ")
    store.compact()
    scenes.log(store, "T0001", "more", "more.txt")
    store.restore(store.snapshot(tmp_path.parent / f"{tmp_path.name}-snapshot"))
    lines = (tmp_path / "journal.jsonl").read_bytes().splitlines()
    assert len(lines) > 5
    for number, line in enumerate(lines):
        schemas.validate("commit", json.loads(line), where=f"line {number}")
