"""What readers see, and what it costs them."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import scenes
from index_contents import rows
from patience import until

from fakegracedb.documents import Tag
from fakegracedb.errors import StoreError
from fakegracedb.store import Store, View, disk, transaction
from fakegracedb.store import core as core_module
from fakegracedb.store.index.bits import listed

EVENT = "events/T0001/event.json"
LOGS = "events/T0001/logs.jsonl"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    scenes.create(store, files=2)
    return store


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the file-system calls that are made."""
    made: list[str] = []

    class Counted:
        path = os.path

        def __getattr__(self, name: str) -> Any:
            if name in ("stat", "listdir", "scandir", "mkdir", "replace", "open", "link"):
                made.append(name)
            return getattr(os, name)

    def opened(*args: Any, **options: Any) -> Any:
        made.append("open")
        return open(*args, **options)  # noqa: PTH123

    monkeypatch.setattr(disk, "os", Counted())
    monkeypatch.setattr(disk, "io", SimpleNamespace(open=opened))
    return made


def comments(view: View) -> list[str]:
    return [log.comment for log in view.logs("events/T0001")]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_reading_what_has_not_changed_costs_a_look_at_it_and_two_at_the_journal(
    store: Store, calls: list[str]
) -> None:
    first = store.read(lambda view: view.event("T0001"))
    calls.clear()
    assert store.read(lambda view: view.event("T0001")) is first
    assert calls == ["stat"] * 3


def test_a_reader_of_another_process_reads_only_the_new_lines_of_a_log(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = scenes.fresh(store.path)
    for number in range(50):
        scenes.log(store, "T0001", f"number {number} " + "x" * 500)
    assert len(other.read(comments)) == 52
    scenes.log(store, "T0001", "the last one")
    read: list[int] = []
    original = disk.read_from

    def read_from(path: str, offset: int) -> Any:
        found = original(path, offset)
        read.append(len(found[0]))
        return found

    monkeypatch.setattr(disk, "read_from", read_from)
    assert other.read(comments)[-1] == "the last one"
    assert sum(read) < 2000


@pytest.mark.parametrize("warm", [True, False])
def test_a_document_edited_by_hand_shows_at_once(store: Store, warm: bool) -> None:
    if warm:
        store.read(scenes.everything_in)
    edit(store.path / EVENT, '"gstlal"', '"pycbc"')
    reader = store if warm else scenes.fresh(store.path)
    event = reader.read(lambda view: view.event("T0001"))
    assert event is not None
    assert event.pipeline == "pycbc"


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("made 0", "MADE 0"), id="of-the-same-length"),
        pytest.param(lambda text: text.replace("made 0", "made by hand"), id="longer"),
        pytest.param(lambda text: text.replace("made 0", ""), id="shorter"),
        pytest.param(lambda text: text.rstrip("\n"), id="without-the-last-newline"),
        pytest.param(lambda text: "\n" + text.replace("\n", "\n\n"), id="with-empty-lines"),
        pytest.param(lambda text: text.splitlines()[1] + "\n", id="a-line-less"),
        pytest.param(
            lambda text: text + text.splitlines()[0].replace("made 0", "again"), id="a-line-more"
        ),
    ],
)
def test_a_log_edited_by_hand_shows_at_once_and_can_be_added_to(
    store: Store, change: Callable[[str], str], warm: bool
) -> None:
    if warm:
        store.read(scenes.everything_in)
    path = store.path / LOGS
    text = change(path.read_text())
    with path.open("r+") as file:  # in place, as some editors do
        file.write(text)
        file.truncate()
    lines = [json.loads(line) for line in text.split("\n") if line]
    expected = {line["N"]: line["comment"] for line in lines}
    reader = store if warm else scenes.fresh(store.path)
    assert reader.read(comments) == list(expected.values())
    added = scenes.log(reader, "T0001", "added")
    assert max(expected) + 1 == added.N
    for one in (reader, scenes.fresh(store.path)):
        assert one.read(comments) == [*expected.values(), "added"]


@pytest.mark.parametrize(
    ("path", "old", "new", "place", "rule"),
    [
        (EVENT, '"submitter": "ada"', '"submitter": 3', "submitter", "type"),
        (EVENT, '"submitter"', '"submitted_by"', "submitter", "required|missing"),
        (EVENT, '"gstlal"', "gstlal", "line 6", "JSON"),
        (LOGS, '"N":2', '"N":"two"', "line 2", "N: .*type"),
        (LOGS, '"comment":"made 1"', '"comment":null', "line 2", "comment: .*type"),
        (LOGS, '"N":2', '"N":2,,', "line 2", "JSON"),
        ("store.json", '"fsync": false', '"fsync": "no"', "fsync", "type"),
        ("store.json", '"kind": "system"', '"kind": "sundial"', "clock", "sundial"),
    ],
)
@pytest.mark.parametrize("warm", [True, False])
def test_a_hand_edit_that_breaks_a_rule_is_refused_with_file_place_and_rule(
    store: Store, path: str, old: str, new: str, place: str, rule: str, warm: bool
) -> None:
    if warm:
        store.read(scenes.everything_in)
    edit(store.path / path, old, new)
    reader = store if warm else scenes.fresh(store.path)
    with pytest.raises(StoreError, match=rule) as refused:
        reader.read(scenes.everything_in)
    assert path in str(refused.value)
    assert place in str(refused.value)
    assert [problem.path for problem in reader.check()] == [path]


def test_the_limits_of_the_stores_own_vocabulary_count_for_hand_edits(store: Store) -> None:
    names = store.vocabulary
    store.vocabulary = names.overridden({"settings": {"tag_name_max_length": 17}})
    edit(store.path / LOGS, '"issuer":"ada"', '"issuer":"ada","tags":["eighteen_long_name"]')
    with pytest.raises(StoreError, match="tags"):
        store.read(comments)
    store.vocabulary = names.overridden({"settings": {"tag_name_max_length": 18}})
    assert store.read(comments) == ["made 0", "made 1"]


def test_unknown_keys_are_kept_and_written_back(store: Store) -> None:
    scenes.label(store, "T0001", "INJ")
    store.users["ada"] = {"groups": ["internal_users"]}
    with store.transaction() as tx:
        tx.put_tag(Tag("mine"))
    for path, old in {
        EVENT: '"graceid"',
        LOGS: '"N":1',
        "store.json": '"format"',
        "users.json": '"users"',
        "tags.json": '"tags"',
    }.items():
        edit(store.path / path, old, f'"from_the_future": {{"x": [1, null]}}, {old}')
    edit(store.path / EVENT, '"name": "INJ"', '"name": "INJ", "colour": "red"')
    for writer in (store, scenes.fresh(store.path)):
        scenes.label(writer, "T0001", "DQV")
        writer.users["eve"] = {}
        writer.settings["server_version"] = "2.33"
        with writer.transaction() as tx:
            tx.put_tag(Tag(f"tag{id(writer)}"))
            tx.add_log("events/T0001", scenes.replace(tx.logs("events/T0001").get(1), tags=("pe",)))
    store.compact()
    for path in (EVENT, LOGS, "store.json", "users.json", "tags.json"):
        assert '"from_the_future"' in (store.path / path).read_text(), path
    assert '"colour": "red"' in (store.path / EVENT).read_text()
    assert store.check() == []


def test_a_store_of_a_newer_format_is_refused_for_all_but_a_look(store: Store) -> None:
    edit(store.path / "store.json", '"format": 1', '"format": 2')
    reader = scenes.fresh(store.path)
    for act in (
        lambda: reader.read(lambda view: view.event("T0001")),
        lambda: scenes.create(reader),
        lambda: reader.info(),
        lambda: reader.reindex(),
        lambda: reader.compact(),
        lambda: reader.copy(store.path.parent / "copy"),
        lambda: Store(store.path.parent / "other").restore(store.path),
    ):
        before = scenes.tree(store.path)
        with pytest.raises(StoreError, match=r"format 2.*newer"):
            act()
        assert scenes.tree(store.path) == before
    assert "format 2" in str(reader.check()[0])


def indexed(store: Store, view: View) -> list[str]:
    """Give the graceids in the index."""
    with store.index.tables(view) as tables:
        return [tables.events.graceid(slot) for slot in listed(tables.events.all.bits)]


def test_a_store_that_is_deleted_while_open_is_empty_and_can_begin_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    other = scenes.fresh(store.path)
    for round_ in range(5):  # inodes come back
        scenes.create(store, files=1, far=float(round_))
        for one in (store, other):
            event = one.read(lambda view: view.event("T0001"))
            assert event is not None
            assert event.far == round_
            assert one.read(lambda view, one=one: indexed(one, view)) == ["T0001"]
        shutil.rmtree(store.path)
        for one in (store, other):
            assert one.read(lambda view: view.event("T0001")) is None
            assert one.read(lambda view, one=one: indexed(one, view)) == []
            assert not one.exists()


def test_a_relative_path_means_the_folder_it_meant_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    store = Store("my store ü %20")
    monkeypatch.chdir("elsewhere")
    scenes.create(store)
    assert (tmp_path / "my store ü %20" / EVENT).exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert store.path == tmp_path / "my store ü %20"


def test_two_stores_by_different_paths_share_what_they_know(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(store.path)
    monkeypatch.chdir(tmp_path)
    others = [Store(tmp_path / "link"), Store("store"), Store(f"{tmp_path}/store/../store/")]
    event = store.read(lambda view: view.event("T0001"))
    for other in others:
        assert other.read(lambda view: view.event("T0001")) is event
        assert other.index is store.index
        with pytest.raises(StoreError, match="within a transaction"), store.transaction():
            scenes.create(other)


def test_a_read_within_a_transaction_sees_what_is_committed(store: Store) -> None:
    with store.transaction() as tx:
        scenes.label_in(tx, "T0001", "INJ")
        scenes.create_in(tx)
        staged, committed = tx.event("T0001"), store.read(lambda view: view.event("T0001"))
        assert staged is not None
        assert committed is not None
        assert (len(staged.labels), len(committed.labels)) == (1, 0)
        assert list(store.events) == ["T0001"]
        assert indexed(store, tx) == ["T0001"]
        assert sorted(tx.graceids()) == ["T0001", "T0002"]
    assert scenes.indexed(store) == ["T0001", "T0002"]


def test_a_function_is_called_again_only_if_what_it_read_was_changed(store: Store) -> None:
    scenes.create(store)
    called = 0

    def function(view: View) -> list[str]:
        nonlocal called
        called += 1
        view.event("T0001")
        if called == 1:
            scenes.log(scenes.fresh(store.path), "T0002", "of another event")
            before = called
            result = comments(view)
            scenes.log(scenes.fresh(store.path), "T0001", "of this event")
            assert called == before
            return result
        return comments(view)

    assert store.read(function) == ["made 0", "made 1", "of this event"]
    assert called == 2
    called = 1
    store.read(
        lambda view: (view.event("T0001"), scenes.log(scenes.fresh(store.path), "T0002", ""))
    )
    assert called == 1


def test_an_error_of_the_function_is_its_own_unless_what_it_read_was_changed(store: Store) -> None:
    def impatient(view: View) -> int:
        if len(comments(view)) == 2:
            scenes.log(scenes.fresh(store.path), "T0001", "in between")
            raise KeyError("two halves")
        return len(comments(view))

    assert store.read(impatient) == 3
    with pytest.raises(KeyError, match="mine"):
        store.read(lambda view: {}["mine"])


def test_files_that_were_opened_for_nothing_are_closed(store: Store) -> None:
    opened: list[Any] = []

    def function(view: View) -> Any:
        (file, *_) = view.files("events/T0001")
        opened.append(view.open_file("events/T0001", file)[0])
        if len(opened) == 1:
            scenes.create(scenes.fresh(store.path))
            scenes.log(scenes.fresh(store.path), "T0001", "", "file0.txt")
        if len(opened) == 3:
            raise KeyError
        return opened[-1]

    kept = store.read(function)
    assert [stream.closed for stream in opened] == [True, False]
    kept.close()
    with pytest.raises(KeyError):
        store.read(function)
    assert opened[-1].closed


def test_what_a_slow_reader_read_is_not_remembered_as_the_newest(store: Store) -> None:
    """A file may get the inode of the one before the last, at the same length and moment."""
    core = store._core
    old_state = core.refresh()
    entry = core.document(EVENT, old_state)
    assert entry is not None
    scenes.label(store, "T0001", "INJ")
    late = core_module.Remembered(entry.identity, entry.value)
    core._remember(EVENT, late, old_state)
    assert core.remembered[EVENT] is not late


def test_what_a_slow_reader_loads_into_the_index_is_not_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_chirp_mass(mchirp: float, where: Store) -> None:
        with where.transaction() as tx:
            event = tx.event("T0001")
            assert event is not None
            tx.put_event(replace(event, extra_attributes={"CoincInspiral": {"mchirp": mchirp}}))

    def dying(*_: Any, **__: Any) -> None:
        raise OSError("before the documents have it")

    def chirp_masses(view: View) -> list[float]:
        if not others:
            others.append(scenes.fresh(store.path))
            with monkeypatch.context() as patched:
                patched.setattr(transaction, "deliver", dying)
                with_chirp_mass(2.5, others[0])
            store.read(store.index.follow)  # as another thread may, that comes later
        with store.index.tables(view) as tables:
            return [row["mchirp"] for row in rows(tables, "CoincInspiral")["T0001"]]

    with_chirp_mass(1.25, store)
    others: list[Store] = []
    assert store.read(chirp_masses) == [2.5]
    with_chirp_mass(3.5, others[0])
    assert store.read(chirp_masses) == [3.5]


def test_many_threads_read_while_one_writes_and_never_see_two_halves(store: Store) -> None:
    scenes.create(store)
    stop = threading.Event()
    failures: list[Any] = []
    seen = 0

    def both(view: View) -> tuple[int, int, int, int]:
        first, second = view.event("T0001"), view.event("T0002")
        assert first is not None
        assert second is not None
        return (
            len(first.labels),
            len(second.labels),
            len(view.logs("events/T0001")) - 2,
            len(view.logs("events/T0002")) - 3,
        )

    def watch(reader: Store) -> None:
        nonlocal seen
        last = 0
        while not stop.is_set():
            found = reader.read(both)
            if len(set(found)) != 1 or found[0] < last:
                failures.append(found)
            last = found[0]
            seen += 1

    readers = [Store(store.path), Store(store.path), scenes.fresh(store.path)]
    threads = [threading.Thread(target=watch, args=[reader]) for reader in readers]
    for thread in threads:
        thread.start()
    try:
        for number in range(60):
            before = seen
            with store.transaction() as tx:
                scenes.label_in(tx, "T0001", f"L{number}")
                scenes.label_in(tx, "T0002", f"L{number}")
            if number % 20 == 10:
                store.compact()
            until(lambda: seen > before, pause=0.001)  # noqa: B023
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert store.read(both) == (60, 60, 60, 60)


def test_the_newest_come_without_looking_at_the_others(tmp_path: Path, calls: list[str]) -> None:
    store = Store(tmp_path)
    with store.transaction() as tx:
        for _ in range(300):
            scenes.create_in(tx, files=0)

    def page(view: View) -> list[str]:
        newest = view.newest()
        assert newest is not None
        return [next(newest).graceid for _ in range(10)]

    calls.clear()
    assert scenes.fresh(tmp_path).read(page) == [f"T{n:04d}" for n in range(300, 290, -1)]
    assert "listdir" not in calls
    assert len(calls) < 50


def test_the_newest_are_found_over_gaps_and_not_where_times_and_numbers_disagree(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    day = "2026-03-{:02d}T00:00:00.000000Z"

    def newest() -> list[str] | None:
        def read(view: View) -> list[str] | None:
            found = view.newest()
            return None if found is None else [event.graceid for event in found]

        return store.read(read)

    numbers = [5, 6, 300, 100_000, 10**17]
    for count, number in enumerate(numbers, start=1):
        with store.transaction() as tx:
            event = scenes.Event(
                graceid=f"G{number:04d}",
                submitter="ada",
                created=day.format(count),
                group="CBC",
                pipeline="gstlal",
                permissions=scenes.RIGHTS,
            )
            tx.put_event(event)
    expected = [f"G{number:04d}" for number in reversed(numbers)]
    assert newest() == expected
    assert scenes.fresh(tmp_path).read(scenes.everything_in)["newest"] == expected
    with store.transaction() as tx:
        tx.put_event(scenes.replace(event, graceid="G0007", created=day.format(9)))
    assert newest() is None
    assert store.check() == []
    scenes.create(store)
    assert f"T{10**17 + 1}" in store.events
