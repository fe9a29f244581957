"""Names come from strangers: nothing is ever read or written outside the store."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import scenes

from fakegracedb.documents import FileVersion
from fakegracedb.errors import StoreError
from fakegracedb.store import Store

FOLDER = "events/T0001"

NO_NAMES = ["../x", "../../../x", "/etc/passwd", "a/b", "n\0l", ""]
FILE_NAMES = [
    "..",
    ".",
    "a\\b",
    "..\\x",
    "x" * 300,
    "é" * 200,
    "event.json",
    "logs.jsonl",
    "files.jsonl",
    "journal.jsonl",
    ".lock",
    ".event.json.1.tmp",
    "name,3",
    "name,03",
    "name",
    "Name",
    "NAME",
    "NAME~2",
    "e\u0301.txt",
    "é.txt",
    "NUL",
    "con.txt",
    "com1",
    "trailing.",
    "trailing ",
    "line\nbreak",
    "\ud800",
    "%2e%2e%2fx",
    " ",
    "~",
    "$HOME",
    "C:stream",
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "canary.txt").write_text("untouched")
    (tmp_path / "x").write_text("untouched")
    store = Store(tmp_path / "store")
    scenes.create(store, files=0)
    yield store
    assert sorted(path.name for path in tmp_path.iterdir()) == ["canary.txt", "store", "x"]
    assert (tmp_path / "canary.txt").read_text() == "untouched"
    assert (tmp_path / "x").read_text() == "untouched"


def test_files_of_any_name_come_out_as_they_went_in_and_lie_in_their_folder(store: Store) -> None:
    for round_ in (0, 1):
        for name in FILE_NAMES:
            with store.transaction() as tx:
                assert tx.write_file(FOLDER, name, repr((name, round_)).encode()).version == round_
    for reader in (store, scenes.fresh(store.path)):
        files = reader.read(lambda view: view.files(FOLDER))
        assert len(files) == 2 * len(FILE_NAMES)
        for name in FILE_NAMES:
            for round_ in (0, 1):
                file = files.get(name, round_)
                stream, length = reader.read(lambda view, file=file: view.open_file(FOLDER, file))
                with stream:
                    data = stream.read()
                assert data == repr((name, round_)).encode()
                assert length == len(data)
    there = [path.name for path in (store.path / FOLDER).iterdir()]
    assert all((store.path / FOLDER / name).is_file() for name in there)
    assert len({name.casefold() for name in there}) == len(there) == 2 * len(FILE_NAMES) + 2
    assert all(len(name.encode()) <= 255 for name in there)
    assert store.check() == []
    store.compact()
    assert len(list((store.path / FOLDER).iterdir())) == len(there)
    assert store.copy(store.path.parent / "store" / ".." / "store2").check() == []
    shutil.rmtree(store.path.parent / "store2")


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_of_a_file_is_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="no name of a file"), store.transaction() as tx:
        tx.write_file(FOLDER, name, b"written")
    assert store.check() == []


@pytest.mark.parametrize(
    "graceid",
    [
        "../x",
        "T0001/../../x",
        "/etc/passwd",
        "T1",
        "t0001",
        "T0001\0",
        "T00001",
        "",
        "..",
        "T" * 300,
    ],
)
def test_what_is_no_graceid_is_no_event_and_cannot_become_one(store: Store, graceid: str) -> None:
    assert store.read(lambda view: view.event(graceid)) is None
    assert store.read(lambda view: view.peek(graceid)) is None


@pytest.mark.parametrize(
    "folder", ["..", "events/..", "events/../..", "/etc", "a\\..\\b", "a\0", ""]
)
def test_a_folder_outside_the_store_is_refused(store: Store, folder: str) -> None:
    for act in (
        lambda tx: tx.write_file(folder, "x", b"written"),
        lambda tx: tx.logs(folder),
        lambda tx: scenes.log_in(tx, "../..", "written"),
        lambda tx: tx.put(f"{folder}/event.json", tx.event("T0001")),
    ):
        with pytest.raises(StoreError, match="no place in a store"), store.transaction() as tx:
            act(tx)
    with pytest.raises(StoreError, match="no place in a store"):
        store.read(lambda view: view.files(folder))
    assert list(store.events) == ["T0001"]


def test_only_documents_of_a_store_can_be_put(store: Store) -> None:
    with pytest.raises(StoreError, match="no document"), store.transaction() as tx:
        tx.put("events/T0001/other.json", tx.event("T0001"))


def test_a_file_list_that_points_elsewhere_is_not_followed(store: Store) -> None:
    with store.transaction() as tx:
        tx.write_file(FOLDER, "good.txt", b"good")
    file = FileVersion(name="x", version=0, size=9, sha256="0" * 64, disk="../../../x")
    path = store.path / FOLDER / "files.jsonl"
    (store.path.parent / "x,0").write_text("secret")
    with path.open("a") as stream:
        stream.write(json.dumps(file.to_json()) + "\n")
    for reader in (store, scenes.fresh(store.path)):
        with pytest.raises(StoreError):
            reader.read(lambda view: view.open_file(FOLDER, view.files(FOLDER).get("x")))
    with pytest.raises(StoreError, match="no place in a store"):
        store.read(lambda view: view.open_file(FOLDER, file))
    assert [str(problem) for problem in store.check() if "disk" in str(problem)]
    (store.path.parent / "x,0").unlink()


@pytest.mark.parametrize("part", ["documents", "lines"])
def test_a_journal_that_writes_elsewhere_is_not_obeyed(store: Store, part: str) -> None:
    journal = store.path / "journal.jsonl"
    content = {"graceid": "T0001"} if part == "documents" else [{"name": "x"}]
    name = "event.json" if part == "documents" else "files.jsonl"
    n = store.read(lambda view: view.version[1]) + 1
    with journal.open("a") as stream:
        stream.write(json.dumps({"n": n, part: {f"../{name}": content}, "counters": {}}) + "\n")
    stranger = scenes.fresh(store.path)
    with pytest.raises(StoreError, match="no place in a store"):
        scenes.create(stranger)
    assert any("place" in str(problem) for problem in stranger.check())
    with pytest.raises(StoreError, match="no place in a store"):
        Store(store.path.parent / "other").restore(store.path)
    shutil.rmtree(store.path.parent / "other")


def test_a_snapshot_with_links_is_not_restored(store: Store, tmp_path: Path) -> None:
    with store.transaction() as tx:
        tx.write_file(FOLDER, "secret.txt", b"untouched")
    snapshot = store.snapshot(tmp_path / "store" / ".." / "snapshot")
    blob = snapshot / FOLDER / "secret.txt,0"
    blob.unlink()
    blob.symlink_to(tmp_path / "canary.txt")
    assert [p.path for p in Store(snapshot).check()] == [f"{FOLDER}/secret.txt,0"]
    with pytest.raises(StoreError, match="link"):
        store.restore(snapshot)
    shutil.rmtree(snapshot)
