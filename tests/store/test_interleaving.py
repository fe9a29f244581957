"""A reader beside a writer sees all of a change or nothing of it, however their calls fall."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import scenes
from interleaving import Orders, interleaved

from fakegracedb.store import Store, exchange


def change(store: Store) -> None:
    with store.transaction("all together") as tx:
        scenes.label_in(tx, "T0001", "INJ")
        scenes.label_in(tx, "T0002", "INJ")
        scenes.log_in(tx, "T0001", "more", "more.txt")
        scenes.create_in(tx, files=1)


def twice(store: Store) -> None:
    change(store)
    change(store)


def compact(store: Store) -> None:
    store.compact()


def reset(store: Store) -> None:
    store.reset()


def restore(store: Store) -> None:
    store.restore(store.path.parent / "snapshot")


def look(store: Store) -> Any:
    return store.read(scenes.everything_in)


def search(store: Store) -> Any:
    return sorted(scenes.indexed(store))


def copy(store: Store) -> Any:
    target = store.path.parent / "copied"
    shutil.rmtree(target, ignore_errors=True)
    copied = store.copy(target)
    assert {problem.kind for problem in copied.check()} <= {"leftover"}
    return copied.read(scenes.everything_in)


def check(store: Store) -> Any:
    return {problem.kind for problem in store.check()} <= {"leftover"}


def prepared(work: Path) -> Path:
    path = work / "begin"
    store = Store(path)
    store.clock.set("2026-03-01 17:00:00")
    scenes.create(store, files=1)
    scenes.create(store, files=1)
    scenes.log(store, "T0001", "before the snapshot")
    store.snapshot(work / "snapshot")
    scenes.log(store, "T0001", "after the snapshot", "later.txt")
    return path


def copied(path: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(path, target)


@pytest.mark.parametrize("reading", [look, search, copy, check])
@pytest.mark.parametrize("writing", [change, twice, compact, reset, restore])
def test_a_reader_sees_whole_changes_at_whatever_moment_the_writer_comes(
    reading: Callable[[Store], Any],
    writing: Callable[[Store], None],
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    begin, path = prepared(work), work / "store"
    copied(begin, path)
    allowed = [reading(scenes.fresh(path))]
    if writing is twice:
        change(Store(path))
        allowed.append(reading(scenes.fresh(path)))
        change(Store(path))
    else:
        writing(Store(path))
    allowed.append(reading(scenes.fresh(path)))
    orders = Orders()
    for reader_first, writer_next in orders:
        copied(begin, path)
        # readers who know the store, and others who do not
        store = Store(path) if orders.tried % 2 else scenes.fresh(path)
        if orders.tried % 3:
            look(store)
        found, calls = interleaved(
            monkeypatch,
            partial(reading, store),
            lambda: writing(scenes.fresh(path)),
            reader_first,
            writer_next,
        )
        assert found in allowed, f"after {reader_first} and {writer_next} calls"
        orders.saw(calls)
        assert scenes.fresh(path).read(scenes.everything_in) == look(store)
    with capsys.disabled():
        print(f" [{reading.__name__} beside {writing.__name__}: {orders.tried} orders]", end="")
    assert orders.tried > 3


# What somebody asks for bit by bit, of a store as it is at each moment


def ids(store: Store) -> Any:
    view = store.view()
    return sorted(view.graceids()), sorted(view.superevent_ids())


def glances(store: Store) -> Any:
    view = store.view()
    event, data = view.peek("T0001"), view.peek_json("events/T0002/event.json")
    assert event is not None
    assert data is not None
    labels = data.get("labels", ())
    return [label.name for label in event.labels], [label["name"] for label in labels]


def file(store: Store) -> Any:
    view = store.view()
    first, *_ = view.files("events/T0001")
    stream, length = view.open_file("events/T0001", first)
    with stream:
        return len(stream.read()) == length


def newest(store: Store) -> Any:
    return [event.graceid for event in store.view().newest() or ()]


@pytest.mark.parametrize(
    ("asking", "writing"),
    [
        *((ids, change), (glances, change)),
        *((ids, restore), (glances, restore), (file, restore), (newest, restore)),
    ],
)
def test_what_is_asked_for_bit_by_bit_is_whole_too(
    asking: Callable[[Store], Any],
    writing: Callable[[Store], None],
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin, path = prepared(work), work / "store"
    copied(begin, path)
    before = asking(scenes.fresh(path))
    writing(Store(path))
    after = asking(scenes.fresh(path))
    allowed = [before, after]
    if asking is glances:
        allowed.append((before[0], after[1]))  # each is of its own moment
    orders = Orders(4, 6)
    for reader_first, writer_next in orders:
        copied(begin, path)
        found, calls = interleaved(
            monkeypatch,
            partial(asking, scenes.fresh(path)),
            lambda: writing(scenes.fresh(path)),
            reader_first,
            writer_next,
        )
        assert found in allowed, f"after {reader_first} and {writer_next} calls"
        orders.saw(calls)
    assert orders.tried > 20


@pytest.mark.usefixtures("validated_once")
def test_who_opens_a_long_journal_is_not_taken_in_by_a_short_one_in_its_place(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, path = prepared(work), work / "store"
    for _ in range(60):
        scenes.log(Store(begin), "T0001", "long " * 40)
    assert (begin / "journal.jsonl").stat().st_size > 20_000

    def newest(store: Store) -> Any:
        return store.read(
            lambda view: ([event.graceid for event in view.newest() or ()], view.counters)
        )

    allowed = newest(scenes.fresh(begin))
    orders = Orders(of_reader=40, of_writer=1)
    for reader_first, _ in orders:
        copied(begin, path)
        store = scenes.fresh(path)
        found, calls = interleaved(
            monkeypatch,
            partial(newest, store),
            lambda: compact(scenes.fresh(path)),
            reader_first,
            1000,  # all of them
        )
        assert (path / "journal.jsonl").stat().st_size < 8000
        assert found == allowed, f"after {reader_first} calls"
        scenes.log(store, "T0001", "afterwards")
        assert not store.check(), f"after {reader_first} calls"
        orders.saw({**calls, "writer": 0})
    assert orders.tried > 10


def test_a_reader_finds_everything_while_the_folders_change_places(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, path = prepared(work), work / "store"
    with monkeypatch.context() as patched:
        patched.setattr(exchange, "finish", lambda core: None)  # who dies right after the commit
        Store(begin).restore(work / "snapshot")
    assert (begin / ".restoring" / "events").exists()

    def look_at_one(store: Store) -> Any:
        return store.read(
            lambda view: (
                sorted(view.graceids()),
                view.event("T0001"),
                [entry.comment for entry in view.logs("events/T0001")],
                view.settings,
            )
        )

    def follow(store: Store) -> None:
        with store.transaction():
            pass

    allowed = look_at_one(scenes.fresh(begin))
    assert allowed[2][-1] == "before the snapshot"
    orders = Orders(of_reader=10, of_writer=9)
    for reader_first, writer_next in orders:
        copied(begin, path)
        store = scenes.fresh(path)
        found, calls = interleaved(
            monkeypatch,
            partial(look_at_one, store),
            lambda: follow(scenes.fresh(path)),
            reader_first,
            writer_next,
        )
        assert found == allowed, f"after {reader_first} and {writer_next} calls"
        orders.saw(calls)
    assert orders.tried > 50
