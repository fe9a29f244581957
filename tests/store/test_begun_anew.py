"""Objects whose log, files and so on begin anew in one commit, for all who read the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import scenes

from fakegracedb import Store
from fakegracedb.documents import Log
from fakegracedb.store import disk, layout

FOLDER = "events/T0001"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    scenes.create(store, files=2)
    scenes.create(store, files=1)
    return store


def begin_anew(store: Store, *comments: str, name: str = "file0.txt") -> None:
    with store.transaction("anew", "ada") as tx:
        tx.clear(FOLDER)
        for comment in comments:
            scenes.log_in(tx, "T0001", comment, name)


def comments(store: Store) -> list[str]:
    return [one.comment for one in store.read(lambda view: view.logs(FOLDER))]


def test_check_and_reindex_find_nothing(store: Store) -> None:
    begin_anew(store, "anew")
    assert store.check() == []
    scenes.log(store, "T0001", "and on", "file0.txt")
    assert store.check() == []
    assert store.reindex() == 0
    store.compact()
    begin_anew(store, "once more", "and more", name="other.txt")
    assert store.check() == []
    assert store.reindex() == 0
    begin_anew(store)
    assert store.check() == []
    assert not Path(store.path, layout.logs_of(FOLDER)).exists()


def test_diff_across_it_tells_what_went_and_what_came(store: Store) -> None:
    mark = store.mark()
    begin_anew(store, "anew")
    expected = [
        "T0001: log 1 changed: comment made 0 -> anew",
        "T0001: log 2 removed: made 1 [file1.txt,0]",
        "T0001: file file0.txt,0 changed: size 15 -> 13; sha256 ",
        "T0001: file file1.txt,0 removed: 15 bytes",
    ]
    told = str(store.diff(mark)).splitlines()
    assert [line[: len(one)] for line, one in zip(told, expected, strict=True)] == expected


def test_diff_since_later_tells_nothing_of_it(store: Store, tmp_path: Path) -> None:
    begin_anew(store, "anew")
    mark = store.mark()
    snapshot = store.snapshot(tmp_path / "snapshot")
    assert not store.diff(mark)
    scenes.log(store, "T0001", "and on")
    for before in (mark, snapshot):
        assert str(store.diff(before)) == "T0001: log 2 added: and on"


def test_diff_since_a_moment_that_is_lost_says_so(store: Store) -> None:
    store.compact()
    mark = store.mark()
    begin_anew(store, "anew")
    assert str(store.diff(mark)).splitlines() == [
        "T0001: log changed (the journal does not tell what it was before)",
        "T0001: file changed (the journal does not tell what it was before)",
    ]
    lost = store.diff(mark)[0]
    assert (lost.what, lost.name, lost.change, lost.before) == ("log", "", "changed", None)
    # what came later is known again
    mark = store.mark()
    scenes.log(store, "T0001", "and on")
    assert str(store.diff(mark)) == "T0001: log 2 added: and on"


def written(tx: Any, *comments: str) -> None:
    for number, comment in enumerate(comments, start=1):
        tx.add_log(FOLDER, Log(number, comment, "2026-03-01T17:04:09.000000Z", "ada"))


def test_a_reader_is_not_taken_in_by_a_file_of_the_same_inode(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File systems give the number of a file that went to the next one."""
    real, inodes = disk._identity, {}

    def identity(status: Any) -> Any:
        # every file that this test makes has one and the same
        found = real(status)
        return (inodes.setdefault("all", found[0]), *found[1:])

    monkeypatch.setattr(disk, "_identity", identity)
    monkeypatch.setattr(disk, "identity", lambda path: (s := disk._status(path)) and identity(s))
    with store.transaction("first") as tx:
        tx.clear(FOLDER)
        written(tx, "one", "two")
    reader = scenes.fresh(store.path)
    assert comments(reader) == ["one", "two"]
    with store.transaction("second") as tx:
        tx.clear(FOLDER)
        written(tx, "ONE", "two", "three")
    assert comments(reader) == ["ONE", "two", "three"]


def test_a_reader_while_it_is_on_its_way_to_the_documents(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = scenes.fresh(store.path)
    assert comments(reader) == ["made 0", "made 1"]

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("fakegracedb.store.transaction.deliver", fail)
        begin_anew(store, "anew")
    for one in (reader, store, scenes.fresh(store.path)):
        assert comments(one) == ["anew"]
    scenes.log(store, "T0002", "the next writer finishes it")
    for one in (reader, store, scenes.fresh(store.path)):
        assert comments(one) == ["anew"]
    # the writer that failed has left a file, and no more than that
    assert [(one.path, one.kind) for one in store.check()] == [
        (f"{FOLDER}/{name}", "leftover") for name in ("file0.txt,0", "file1.txt,0")
    ]


def test_searches_go_on_whoever_asks(store: Store) -> None:
    reader = scenes.fresh(store.path)
    before = scenes.everything(reader)
    begin_anew(store, "anew")
    scenes.label(store, "T0002", "INJ")
    found = scenes.everything(reader)
    assert found == scenes.everything(scenes.fresh(store.path)) == scenes.everything(store)
    assert found != before
