"""Whole stores: copies, snapshots, what comes back from them; stores that are read-only."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import scenes

from fakegracedb.documents import Tag, User
from fakegracedb.errors import StoreError
from fakegracedb.store import Store, disk, exchange

EVENT = "events/T0001/event.json"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    store.clock.set("2026-03-01 17:00:00")
    scenes.create(store, files=2)
    scenes.create(store, files=1)
    scenes.label(store, "T0001", "INJ")
    return store


@pytest.mark.parametrize("journal", [True, False])
def test_a_copy_has_everything_and_goes_its_own_way(
    store: Store, tmp_path: Path, journal: bool
) -> None:
    found, files = scenes.everything(store), scenes.tree(store.path)
    copy = store.copy(tmp_path / "copy", journal=journal)
    assert copy.path == tmp_path / "copy"
    for one in (copy, scenes.fresh(copy.path)):
        assert scenes.everything(one) == found
    assert copy.check() == []
    past = copy.read(lambda view: [commit.call for commit in view.commits(0)])
    assert past == (["clock", "create", "create", "label"] if journal else ["compact"] * 2)
    scenes.create(copy)
    scenes.log(copy, "T0001", "in the copy", "file0.txt")
    copy.settings["server_version"] = "2.33"
    assert scenes.tree(store.path) == files
    there = scenes.everything(copy)
    scenes.label(store, "T0002", "DQV")
    assert scenes.everything(copy) == there
    assert copy.check() == store.check() == []


def test_a_copy_shares_uploads_with_its_source_and_nothing_else(
    store: Store, tmp_path: Path
) -> None:
    copy = store.copy(tmp_path / "copy").path
    shared = {name for name in scenes.tree(copy) if (copy / name).stat().st_nlink == 2}
    assert shared == {
        "events/T0001/file0.txt,0",
        "events/T0001/file1.txt,0",
        "events/T0002/file0.txt,0",
    }


@pytest.mark.parametrize("error", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP])
def test_where_the_disk_cannot_link_a_copy_is_made(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def link(source: str, target: str) -> None:
        raise OSError(error, "cannot link")

    monkeypatch.setattr(os, "link", link)
    copy = store.copy(tmp_path / "copy")
    assert scenes.everything(copy) == scenes.everything(store)
    assert all((copy.path / name).stat().st_nlink == 1 for name in scenes.tree(copy.path))


def test_a_copy_needs_a_folder_of_its_own(store: Store, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(store.path)
    for target in (tmp_path / "full", tmp_path / "full" / "x", store.path):
        with pytest.raises(StoreError):
            store.copy(target)
    for target in (store.path / "inside", store.path / "events", tmp_path / "link" / "inside"):
        with pytest.raises(StoreError, match="in the store itself"):
            store.copy(target)
    assert scenes.everything(store.copy(tmp_path / "empty")) == scenes.everything(store)
    with pytest.raises(StoreError, match="no store"):
        Store(tmp_path / "nothing").copy(tmp_path / "other")
    assert not (tmp_path / "other").exists()
    assert (tmp_path / "full" / "x").read_text() == "mine"
    assert store.check() == []


def test_a_copy_of_a_store_whose_writer_died_is_whole(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fakegracedb.store import transaction

    with monkeypatch.context() as patched:
        patched.setattr(transaction, "deliver", lambda *args, **options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            scenes.log(store, "T0001", "the last", "last.txt")
    files = scenes.tree(store.path)
    for journal in (True, False):
        copy = scenes.fresh(store.path).copy(tmp_path / f"copy{journal}", journal=journal)
        assert copy.check() == []
        assert copy.events["T0001"].labels
        assert len(copy.read(lambda view: view.logs("events/T0001"))) == 4
    assert scenes.tree(store.path) == files
    assert {problem.kind for problem in store.check()} == {"leftover"}


def test_a_copy_of_a_store_that_others_write_to_is_whole(store: Store, tmp_path: Path) -> None:
    other = scenes.fresh(store.path)

    def write() -> None:
        for _ in range(40):
            scenes.log(other, "T0001", "more", "more.txt")

    thread = threading.Thread(target=write)
    thread.start()
    copies = 0
    while thread.is_alive() or not copies:
        copy = store.copy(tmp_path / f"copy{copies}")
        assert copy.check() == []
        copies += 1
    thread.join()


# Restoring


def test_a_snapshot_brings_back_everything_as_it_was(store: Store, tmp_path: Path) -> None:
    other = scenes.fresh(store.path)
    found = scenes.everything(store)
    past = store.read(lambda view: [commit.call for commit in view.commits(0)])
    assert store.snapshot(tmp_path / "snapshot") == tmp_path / "snapshot"
    scenes.log(store, "T0001", "later", "file0.txt")
    scenes.create(store)
    store.users["ada"] = User("ada")
    store.vocabulary = store.vocabulary.overridden({"groups": ["CBC", "Test"]})
    store.settings["server_version"] = "2.33"
    with store.transaction() as tx:
        tx.put_tag(Tag("mine"))
    number = store.read(lambda view: view.version[1])
    scenes.everything(other)
    files = scenes.tree(tmp_path / "snapshot")
    for round_ in range(2):
        store.restore(tmp_path / "snapshot")
        for one in (store, other, scenes.fresh(store.path)):
            assert scenes.everything(one) == found
            assert one.read(lambda view: view.version[1]) > number
        assert store.check() == []
        assert scenes.tree(tmp_path / "snapshot") == files
        commits = store.read(lambda view: list(view.commits(0)))
        assert [commit.call for commit in commits] == [*past, "restore", "restore"]
        assert scenes.create(other) == "T0003"
        scenes.log(store, "T0001", f"round {round_}", "file0.txt")
        assert store.check() == []
    assert scenes.tree(tmp_path / "snapshot") == files


def test_a_snapshot_can_be_restored_to_where_nothing_is(store: Store, tmp_path: Path) -> None:
    snapshot = store.snapshot(tmp_path / "snapshot")
    shutil.rmtree(store.path)
    store.restore(snapshot)
    assert scenes.everything(store) == scenes.everything(Store(snapshot))
    assert (store.path / ".gitignore").exists()
    assert store.check() == []


def test_a_snapshot_that_was_edited_by_hand_is_restored_as_it_is(
    store: Store, tmp_path: Path
) -> None:
    snapshot = store.snapshot(tmp_path / "snapshot")
    path = snapshot / EVENT
    path.write_text(path.read_text().replace("gstlal", "pycbc"))
    shutil.copytree(snapshot / "events/T0002", snapshot / "events/T0005")
    other = snapshot / "events/T0005/event.json"
    other.write_text(other.read_text().replace("T0002", "T0005"))
    store.restore(snapshot)
    assert store.events["T0001"].pipeline == "pycbc"
    assert list(store.events) == ["T0001", "T0002", "T0005"]
    assert store.check() == []
    assert scenes.create(store) == "T0006"


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        (EVENT, lambda path: path.write_text("{}"), "event.json"),
        (EVENT, lambda path: path.unlink(), "missing"),
        ("events/T0001/logs.jsonl", lambda path: path.unlink(), "missing"),
        ("events/T0001/file0.txt,0", lambda path: path.unlink(), "missing"),
        ("events/T0001/file1.txt,0", lambda path: path.write_bytes(b"x"), "bytes"),
        ("store.json", lambda path: path.write_text('{"format": "1"}'), "format"),
        ("journal.jsonl", lambda path: path.unlink(), "no snapshot"),
        ("journal.jsonl", lambda path: path.write_text("{}\n"), "damaged"),
        ("users.json", lambda path: path.write_text('{"users": [{}]}'), "users"),
    ],
)
def test_a_damaged_snapshot_is_refused_and_nothing_changes(
    store: Store, tmp_path: Path, name: str, spoil: Callable[[Path], object], message: str
) -> None:
    snapshot = store.snapshot(tmp_path / "snapshot")
    (snapshot / name).parent.mkdir(exist_ok=True)
    blob = snapshot / name
    if blob.exists():  # a blob is shared with the store
        text = blob.read_bytes()
        blob.unlink()
        blob.write_bytes(text)
        spoil(blob)
    else:
        spoil(blob)
    found, files = scenes.everything(store), scenes.tree(store.path)
    with pytest.raises(StoreError, match=message):
        store.restore(snapshot)
    assert scenes.tree(store.path) == files
    assert not (store.path / ".restoring").exists()
    for one in (store, scenes.fresh(store.path)):
        assert scenes.everything(one) == found
    assert store.check() == []


def test_what_is_no_snapshot_is_refused(store: Store, tmp_path: Path) -> None:
    for source in (tmp_path / "nothing", tmp_path, store.path / "store.json"):
        with pytest.raises(StoreError, match="no snapshot"):
            store.restore(source)
    with pytest.raises(StoreError, match="from itself"):
        store.restore(store.path)
    assert store.check() == []


def test_a_disk_that_is_full_while_restoring_leaves_the_store_as_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = store.snapshot(tmp_path / "snapshot")
    scenes.create(store)
    found, files = scenes.everything(store), scenes.tree(store.path)

    def write_new(path: str, data: Any, **options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(disk, "write_new", write_new)
        for act in (lambda: store.restore(snapshot), lambda: store.copy(tmp_path / "copy")):
            with pytest.raises(StoreError, match="No space left"):
                act()
    assert scenes.tree(store.path) == files
    assert scenes.everything(store) == found


def test_reset_empties_a_store_and_keeps_how_it_is_set(store: Store) -> None:
    other = scenes.fresh(store.path)
    store.users["ada"] = User("ada")
    store.vocabulary = store.vocabulary.overridden({"groups": ["CBC", "Test"]})
    with store.transaction() as tx:
        tx.put_tag(Tag("mine"))
    before = scenes.everything(store)
    scenes.everything(other)
    store.reset()
    for one in (store, other, scenes.fresh(store.path)):
        after = scenes.everything(one)
        assert (after["objects"], after["rows"], after["tags"]) == ({}, [], [])
        for kept in ("settings", "users", "vocabulary"):
            assert after[kept] == before[kept]
    assert store.check() == []
    assert not (store.path / ".restoring").exists()
    assert scenes.create(other) == "T0001"
    assert scenes.everything(store)["rows"] == ["T0001"]
    assert store.check() == []


def test_reset_of_nothing_makes_an_empty_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "new")
    store.reset()
    assert store.check() == []
    assert store.events == {}


def test_a_store_in_the_middle_of_an_exchange_can_be_copied_when_it_is_done(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = store.snapshot(tmp_path / "snapshot")
    found = scenes.everything(store)
    scenes.create(store)
    with monkeypatch.context() as patched:
        patched.setattr(exchange, "finish", lambda core: None)
        store.restore(snapshot)
    assert scenes.everything(scenes.fresh(store.path)) == found
    copy = scenes.fresh(store.path).copy(tmp_path / "copy")
    assert scenes.everything(copy) == found
    assert copy.check() == store.check() == []


def test_a_store_in_the_middle_of_an_exchange_is_not_copied_by_who_cannot_end_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = store.snapshot(tmp_path / "snapshot")
    monkeypatch.setattr(exchange, "finish", lambda core: None)
    store.restore(snapshot)
    monkeypatch.setattr(disk, "is_writable", lambda path: False)
    with pytest.raises(StoreError, match="takes in a snapshot"):
        store.copy(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("always", [False, True])
def test_who_cannot_lock_a_store_copies_it_again_when_a_file_went_in_between(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, always: bool
) -> None:
    found = scenes.everything(store)
    leftover = store.path / "events/T0001/zzz.txt,0"
    leftover.write_bytes(b"of a change on its way")
    link = disk.link_or_copy

    def taken_back(source: str, target: str) -> None:
        if source == str(leftover) and always:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), source)
        if not always:
            leftover.unlink(missing_ok=True)
        link(source, target)

    monkeypatch.setattr(disk, "is_writable", lambda path: False)
    monkeypatch.setattr(disk, "link_or_copy", taken_back)
    if always:
        with pytest.raises(StoreError, match=r"zzz\.txt,0"):
            store.copy(tmp_path / "copy")
        assert not (tmp_path / "copy").exists()
        return
    copy = store.copy(tmp_path / "copy")
    assert scenes.everything(copy) == found
    assert copy.check() == []


# Stores that cannot be written to

_WRITING = ("mkdir", "replace", "unlink", "rmdir", "link", "symlink")


@pytest.fixture(params=[errno.EROFS, errno.EACCES])
def read_only(
    request: pytest.FixtureRequest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], None]]:
    """Lets nothing be written below a folder, as a mounted image; root needs that told."""
    attempts: list[str] = []
    protected: list[str] = []

    def refuse(path: str) -> None:
        if any(str(path).startswith(one) for one in protected):
            attempts.append(path)
            raise OSError(request.param, os.strerror(request.param), path)

    class Os:
        path = os.path

        def __getattr__(self, name: str) -> Any:
            function = getattr(os, name)
            if name == "access":
                return lambda path, mode: path not in protected and function(path, mode)
            if name not in _WRITING:
                return function

            def called(*paths: str) -> Any:
                refuse(paths[-1])
                return function(*paths)

            return called

    def opened(path: str, mode: str, **options: Any) -> Any:
        if mode != "rb":
            refuse(path)
        return open(path, mode, **options)  # noqa: PTH123

    def opened_by_number(path: str, flags: int, *rest: Any, **options: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            refuse(path)
        return by_number(path, flags, *rest, **options)

    by_number = os.open
    monkeypatch.setattr(os, "open", opened_by_number)
    monkeypatch.setattr(disk, "os", Os())
    monkeypatch.setattr(disk, "io", SimpleNamespace(open=opened))
    yield protected.append
    assert attempts == []


def test_a_read_only_store_is_read_checked_and_copied_without_any_write(
    store: Store, tmp_path: Path, read_only: Callable[[str], None]
) -> None:
    (store.path / ".lock").unlink()
    found, files = scenes.everything(store), scenes.tree(store.path)
    read_only(str(store.path))
    reader = scenes.fresh(store.path)
    assert scenes.everything(reader) == found
    assert reader.check() == []
    assert reader.info()["events"] == 2
    assert list(reader.events) == ["T0001", "T0002"]
    assert reader.clock.now().year == 2026
    assert dict(reader.users) == {}
    for journal in (True, False):
        copy = reader.copy(tmp_path / f"copy{journal}", journal=journal)
        assert copy.check() == []
        assert scenes.create(copy) == "T0003"
    other = Store(tmp_path / "other")
    other.restore(reader.path)
    assert scenes.everything(other) == found
    assert scenes.tree(store.path) == files
    assert not (store.path / ".lock").exists()


def test_changing_a_read_only_store_says_that_it_cannot_be_written_to(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = store.snapshot(tmp_path / "snapshot")

    def opened(path: str, flags: int, *rest: Any, **options: Any) -> int:
        if str(path).startswith(str(store.path)) and flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, "Read-only file system", path)
        return original(path, flags, *rest, **options)

    original = os.open
    files = scenes.tree(store.path)
    monkeypatch.setattr(os, "open", opened)
    for act in (
        lambda: scenes.create(store),
        lambda: store.settings.update(user="eve"),
        lambda: store.clock.advance(3),
        lambda: store.restore(snapshot),
        store.reset,
        store.compact,
        store.reindex,
    ):
        with pytest.raises(StoreError, match=r"cannot be written to.*Read-only"):
            act()
    assert scenes.tree(store.path) == files


def test_a_store_as_git_checks_it_out_is_in_order(store: Store, tmp_path: Path) -> None:
    """Files come in alphabetical order, all of them new, without those that are ignored."""
    target = tmp_path / "checkout"
    for name, data in scenes.tree(store.path).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
    checkout = scenes.fresh(target)
    assert scenes.everything(checkout) == scenes.everything(store)
    assert checkout.check() == []
    assert scenes.create(checkout) == "T0003"
    json.loads((target / EVENT).read_text())


def test_copy_without_links_shares_no_file(store: Store, tmp_path: Path) -> None:
    names = {}
    for links in (True, False):
        copy = store.copy(tmp_path / f"links {links}", links=links)
        uploads = [path for path in copy.path.rglob("*,0") if path.is_file()]
        assert len(uploads) == 3
        assert copy.check() == []
        names[links] = {path.stat().st_nlink for path in uploads}
    assert names == {True: {2}, False: {1}}


def test_snapshot_of_a_store_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    store = Store(tmp_path / "new")
    before = store.snapshot(tmp_path / "kept")
    assert (before, Store(before).check()) == (tmp_path / "kept", [])
    assert not store.exists()
    scenes.create(store)
    assert "T0001: event added" in str(store.diff(before))
    store.restore(before)
    assert not store.events
    assert store.check() == []
    for target, said in ((before, "is not empty"), (tmp_path / "no" / "x", "in the store itself")):
        with pytest.raises(StoreError, match=said):
            Store(tmp_path / "no").snapshot(target)
    assert not (tmp_path / "no").exists()
