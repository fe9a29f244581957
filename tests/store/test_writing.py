"""Transactions: all or nothing, also on a full disk; one writer at a time, also over forks."""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import scenes

from fakegracedb import FakeGraceDb
from fakegracedb.documents import Settings, User
from fakegracedb.errors import StoreError
from fakegracedb.store import Store, disk
from fakegracedb.store import core as core_module


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    scenes.create(store, files=2)
    return store


class Full:
    """A disk that takes so many bytes more; files are told by the end of their path."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, path: str, room: int = 0) -> None:
        self._end = path
        self.room = room
        self.refused = 0
        self.handles: set[int] = set()
        monkeypatch.setattr(disk, "os", self)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: str, *how: int) -> int:
        handle = os.open(path, *how)
        (self.handles.add if path.endswith(self._end) else self.handles.discard)(handle)
        return handle

    def write(self, handle: int, data: Any) -> int:
        if handle not in self.handles:
            return os.write(handle, data)
        taken = min(self.room, len(data))
        if not taken:
            self.refused += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= taken
        return os.write(handle, data[:taken])


def change(store: Store) -> None:
    with store.transaction("change") as tx:
        scenes.label_in(tx, "T0001", "INJ")
        scenes.log_in(tx, "T0001", "with a file", "new.txt")
        scenes.create_in(tx, files=1)


@pytest.mark.parametrize("place", ["journal.jsonl", "new.txt,0", "events/T0002/file0.txt,0"])
@pytest.mark.parametrize("room", [0, 1, 7])
def test_what_the_disk_does_not_take_before_the_commit_did_not_happen(
    store: Store, monkeypatch: pytest.MonkeyPatch, place: str, room: int
) -> None:
    before, files = scenes.everything(store), scenes.tree(store.path)
    with monkeypatch.context() as patched:
        full = Full(patched, place, room)
        with pytest.raises(StoreError, match="No space left"):
            change(store)
        assert full.refused == 1
    assert scenes.tree(store.path) == files
    assert not (store.path / "events" / "T0002").exists()
    for reader in (store, scenes.fresh(store.path)):
        assert scenes.everything(reader) == before
    assert store.check() == []
    change(store)
    assert list(store.events) == ["T0001", "T0002"]


@pytest.mark.parametrize(
    "place", ["T0001/event.json", "T0001/logs.jsonl", "T0001/files.jsonl", "T0002/event.json"]
)
@pytest.mark.parametrize("room", [0, 20])
def test_what_the_disk_does_not_take_after_the_commit_is_done_by_the_next_writer(
    store: Store, monkeypatch: pytest.MonkeyPatch, place: str, room: int
) -> None:
    with monkeypatch.context() as patched:
        full = Full(patched, place, room)
        change(store)
        assert full.refused == 1
        committed = scenes.everything(store)
        assert scenes.everything(scenes.fresh(store.path)) == committed
        assert list(committed["objects"]) == ["T0001", "T0002"]
        assert {problem.kind for problem in store.check()} == {"leftover"}
        with pytest.raises(StoreError, match="No space left"):
            scenes.log(store, "T0001", "the next one cannot either")
        assert scenes.everything(store) == committed
    scenes.log(scenes.fresh(store.path), "T0002", "the next one")
    assert store.check() == []
    found = scenes.everything(store)
    assert found["objects"]["T0001"] == committed["objects"]["T0001"]
    assert len(found["objects"]["T0002"][1]) == 2


def test_a_full_disk_at_the_mark_leaves_a_change_that_has_happened(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (store.path / "journal.jsonl").stat().st_size
    with monkeypatch.context() as patched:
        full = Full(patched, "journal.jsonl", 10**6)
        scenes.log(store, "T0001", "measured")
        line = (store.path / "journal.jsonl").read_bytes()[size:].index(b"\n") + 1
        full.room = line
        scenes.log(store, "T0001", "measured")  # as long as the first
        assert full.refused == 1
    assert len(store.read(lambda view: view.logs("events/T0001"))) == 4
    scenes.log(store, "T0001", "more")
    assert store.check() == []


def test_files_stay_when_it_is_not_known_whether_the_commit_is_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is written, waiting for the disk fails, and so does taking the line back."""
    original = disk.append

    def append(path: str, data: bytes, *, fsync: bool = False) -> Any:
        original(path, data)
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(disk, "append", append)
        with pytest.raises(StoreError, match="Input/output"):
            scenes.log(store, "T0001", "perhaps", "perhaps.txt")
    assert scenes.everything(store)["objects"]["T0001"][2]["perhaps.txt", 0]
    scenes.log(store, "T0001", "more")
    assert store.check() == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_in_the_block_takes_everything_back(
    store: Store, error: type[BaseException]
) -> None:
    before, files = scenes.everything(store), scenes.tree(store.path)
    with contextlib.suppress(error), store.transaction() as tx:
        scenes.create_in(tx)
        scenes.log_in(tx, "T0001", "with a file", "new.txt")
        tx.now()
        raise error
    assert scenes.tree(store.path) == files
    assert scenes.everything(store) == before
    assert scenes.create(store) == "T0002"


def test_an_interrupt_right_after_the_commit_keeps_all_of_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = disk.append

    def append(path: str, data: bytes, *, fsync: bool = False) -> Any:
        original(path, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(disk, "append", append)
        with pytest.raises(KeyboardInterrupt):
            change(store)
    assert list(store.events) == ["T0001", "T0002"]
    scenes.log(store, "T0001", "more")
    assert store.check() == []


def test_an_entry_with_tags_is_one_line_of_its_log_and_of_the_journal(store: Store) -> None:
    """Each tag makes another entry of it, and a further entry; only the last of each counts."""
    client = FakeGraceDb(store=store)
    graceid = client.create_event("Test", "gstlal", "a.xml", filecontents="?").json()["graceid"]
    made = client.create_superevent(1, 2, 3, graceid, category="test")
    folder = f"superevents/{made.json()['superevent_id']}"
    path = store.path / folder / "logs.jsonl"
    before = path.read_text()
    client.write_log(made.json()["superevent_id"], "a map", tag_name=["pe", "sky_loc"])
    new = [json.loads(line) for line in path.read_text().removeprefix(before).splitlines()]
    assert [(one["N"], one.get("tags")) for one in new] == [
        (2, ["pe", "sky_loc"]),
        (3, None),
        (4, None),
    ]
    commit = json.loads((store.path / "journal.jsonl").read_text().splitlines()[-2])
    assert commit["lines"] == {f"{folder}/logs.jsonl": new}
    assert store.check() == []


def test_a_transaction_that_stages_nothing_writes_nothing(store: Store) -> None:
    files = scenes.tree(store.path)
    with store.transaction() as tx:
        tx.event("T0001")
    assert scenes.tree(store.path) == files


def test_a_store_comes_to_be_with_its_first_change(tmp_path: Path) -> None:
    store = Store(tmp_path / "a" / "b")
    assert store.read(lambda view: (view.settings, list(view.graceids()))) == (Settings(), [])
    assert store.check()[0].path == "journal.jsonl"
    assert not (tmp_path / "a").exists()
    with pytest.raises(StoreError, match="no store"):
        Store.open(tmp_path / "a" / "b")
    for act in (store.compact, store.reindex):
        with pytest.raises(StoreError, match="no store"):
            act()
    assert not (tmp_path / "a").exists()
    with store.transaction():
        pass
    assert Store.open(tmp_path / "a" / "b").exists()
    assert store.settings["created"]
    assert store.check() == []
    ignored = (store.path / ".gitignore").read_text().split()
    assert {".lock", "*.tmp", "*.checkpoint"} <= set(ignored)


def test_a_store_that_begins_with_its_clock_was_made_when_that_says(tmp_path: Path) -> None:
    stores = [Store(tmp_path / name) for name in ("one", "other")]
    for store in stores:
        store.clock.set("2026-03-01 17:00:00")
    assert store.settings["created"] == "2026-03-01T17:00:00.000000Z"
    one, other = (scenes.tree(store.path) for store in stores)
    assert one == other
    store.clock.set("2031-01-01 00:00:00")  # which is not its first change
    assert store.settings["created"] == "2026-03-01T17:00:00.000000Z"


def test_a_folder_with_something_else_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("important")
    with pytest.raises(StoreError, match=r"not empty.*thesis\.tex"):
        scenes.create(Store(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(StoreError, match=r"thesis\.tex"):
        scenes.create(Store(tmp_path / "thesis.tex"))


def test_a_gitignore_that_was_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    scenes.create(Store(tmp_path))
    assert (tmp_path / ".gitignore").read_text() == "mine\n"


def test_an_invalid_user_or_setting_is_refused_with_the_rule(store: Store) -> None:
    with pytest.raises(StoreError, match="groups"):
        store.users["eve"] = {"groups": "internal_users"}
    with pytest.raises(StoreError, match="server_version"):
        store.settings["server_version"] = "9"
    with pytest.raises(KeyError, match="there are"):
        store.settings["colour"] = "red"
    with pytest.raises(ValueError, match="under the name"):
        store.users["eve"] = User("ada")
    assert store.check() == []
    store.users["eve"] = {"groups": ["internal_users"]}
    assert Store(store.path).users["eve"].internal
    del store.users["eve"]
    assert dict(store.users) == {}


# One writer at a time


def test_a_transaction_within_a_transaction_is_refused_and_the_outer_one_goes_on(
    store: Store,
) -> None:
    with store.transaction() as tx:
        for act in (
            lambda: scenes.create(store),
            lambda: store.clock.advance(3),
            store.compact,
            store.reset,
        ):
            with pytest.raises(StoreError, match="within a transaction"):
                act()
        scenes.create_in(tx)
    assert list(store.events) == ["T0001", "T0002"]


def test_a_lock_that_somebody_holds_is_waited_for_and_then_given_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, usual = scenes.fresh(store.path), core_module._PATIENCE
    with store.transaction():
        monkeypatch.setattr(core_module, "_PATIENCE", 0.05)
        begin = time.perf_counter()
        with pytest.raises(StoreError, match="locked by another program"):
            scenes.create(other)
        assert 0.04 < time.perf_counter() - begin < usual
        other.read(scenes.everything_in)  # readers do not mind
    assert scenes.create(other) == "T0002"


def test_the_lock_excludes_programs_that_use_filelock(store: Store) -> None:
    from filelock import FileLock, Timeout

    theirs = FileLock(store.path / ".lock")
    ours = disk.Lock(f"{store.path}/.lock")
    with theirs, pytest.raises(TimeoutError):
        ours.acquire(0.01)
    ours.acquire(0.01)
    with pytest.raises(Timeout):
        theirs.acquire(timeout=0)
    ours.release()
    ours.release()
    with theirs:
        pass
    scenes.create(store)


def test_a_lock_is_of_the_store_that_is_there_and_not_of_one_that_was_removed(
    tmp_path: Path,
) -> None:
    path = tmp_path / ".lock"
    first, second = disk.Lock(str(path)), disk.Lock(str(path))
    first.acquire(0)
    path.unlink()
    second.acquire(0)
    first.release()
    with pytest.raises(TimeoutError):
        first.acquire(0)
    second.release()


def fork(function: Callable[[], int]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        code = 99
        try:
            code = function()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_child_forked_while_another_thread_writes_can_write_itself(store: Store) -> None:
    inside, leave = threading.Event(), threading.Event()

    def write() -> None:
        with store.transaction() as tx:
            scenes.create_in(tx)
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=write)
    thread.start()
    inside.wait(30)

    def child() -> int:
        # the parent still has the lock: the child must not think that it has it, nor give it up
        store.read(scenes.everything_in)
        lock = disk.Lock(f"{store.path}/.lock")
        try:
            lock.acquire(0.01)
        except TimeoutError:
            pass
        else:
            return 1
        gc.collect()
        core_module._PATIENCE = 0.01
        try:
            scenes.create(store)
        except StoreError as error:
            return 0 if "locked by another program" in str(error) else 2
        return 3

    assert fork(child) == 0
    with pytest.raises(TimeoutError):
        disk.Lock(f"{store.path}/.lock").acquire(0.01)
    leave.set()
    thread.join()

    def later_child() -> int:
        return 0 if scenes.create(store) == "T0003" else 1

    assert fork(later_child) == 0
    assert list(store.events) == ["T0001", "T0002", "T0003"]


def test_a_child_cannot_end_the_transaction_of_its_parent(store: Store) -> None:
    def child(context: Any) -> int:
        try:
            context.__exit__(None, None, None)
        except StoreError as error:
            return 0 if "child of the process" in str(error) else 1
        return 2

    def failing_child(context: Any) -> int:
        return int(bool(context.__exit__(ValueError, ValueError("rolled back"), None)))

    context = store.transaction()
    tx = context.__enter__()
    scenes.log_in(tx, "T0001", "by the parent", "parent.txt")
    assert fork(lambda: child(context)) == 0
    assert fork(lambda: failing_child(context)) == 0
    context.__exit__(None, None, None)
    assert scenes.everything(store)["objects"]["T0001"][2]["parent.txt", 0]
    assert store.check() == []


# Kept stores


def test_with_fsync_everything_is_on_the_disk_before_what_relies_on_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.settings["fsync"] = True
    made: list[str] = []
    names: dict[int, str] = {}

    class Watched:
        path = os.path

        def open(self, path: str, *rest: Any) -> int:
            handle = os.open(path, *rest)
            names[handle] = os.path.relpath(path, store.path)
            return handle

        def fsync(self, handle: int) -> None:
            made.append(f"sync {names[handle]}")
            os.fsync(handle)

        def replace(self, source: str, target: str) -> None:
            os.replace(source, target)  # noqa: PTH105
            made.append(f"rename {os.path.relpath(target, store.path)}")

        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

    monkeypatch.setattr(disk, "os", Watched())
    scenes.create(store, files=1)
    pid = os.getpid()
    assert made == [
        "sync events/T0002/file0.txt,0",
        "sync events/T0002",
        "sync events",
        "sync journal.jsonl",
        f"sync events/T0002/.event.json.{pid}.tmp",
        "rename events/T0002/event.json",
        "sync events/T0002",
        "sync events/T0002/files.jsonl",
        "sync events/T0002",
        "sync events/T0002/logs.jsonl",
        "sync events/T0002",
        "sync journal.jsonl",
    ]


# Temporary stores


def test_a_temporary_store_goes_with_the_last_that_refers_to_it() -> None:
    store = Store.temporary()
    path = store.path
    assert not path.exists()
    scenes.create(store)
    assert path.exists()
    other = Store(path)
    del store
    gc.collect()
    assert list(other.events) == ["T0001"]
    del other
    gc.collect()
    assert not path.exists()


def test_a_temporary_store_that_is_closed_is_empty_and_goes_all_the_same() -> None:
    with Store.temporary() as store:
        scenes.create(store)
    assert not store.path.exists()
    assert store.events == {}
    scenes.create(store)
    path = store.path
    assert path.exists()
    del store
    gc.collect()
    assert not path.exists()


def test_a_child_does_not_take_the_temporary_store_of_its_parent_along() -> None:
    store = Store.temporary()
    scenes.create(store)

    def child() -> int:
        nonlocal store
        store.close()
        path = store.path
        del store
        gc.collect()
        return 0 if path.exists() else 1

    assert fork(child) == 0
    assert list(store.events) == ["T0001"]
    store.close()


def test_closing_an_ordinary_store_leaves_it_alone(store: Store) -> None:
    with store:
        pass
    assert list(store.events) == ["T0001"]


@pytest.mark.parametrize("path", ["/proc/mystore", "/proc/none/mystore"])
def test_where_the_system_takes_no_folders_there_is_no_store(path: str) -> None:
    if not Path("/proc/self").exists():
        pytest.skip("a system without /proc")
    store = Store(path)
    with pytest.raises(StoreError, match=f"{path} cannot be written to"):
        store.clock.set("system")
    with Store.temporary() as other:
        other.clock.set("system")
        with pytest.raises(StoreError, match=f"{path} cannot be used"):
            other.snapshot(path)
