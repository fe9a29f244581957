"""Inside pyfakefs, with the fake first or the store first; the real disk stays as it is."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import scenes
from pyfakefs.fake_filesystem import FakeFilesystem
from pyfakefs.fake_filesystem_unittest import Patcher, Pause

from fakegracedb.documents import Event, User
from fakegracedb.errors import StoreError
from fakegracedb.store import Bundle, Store, disk

REAL = Path("/tmp/fakegracedb-that-must-not-be-on-the-real-disk")


def use_all_of(store: Store, elsewhere: str) -> None:
    scenes.create(store)
    scenes.create(store, files=1)
    scenes.label(store, "T0001", "INJ")
    scenes.log(store, "T0001", "again", "file0.txt")
    store.clock.set("2026-03-01 17:00:00")
    store.users["ada"] = User("ada")
    store.settings["fsync"] = True
    scenes.log(store, "T0001", "kept", "file0.txt")
    snapshot = store.snapshot(f"{elsewhere}/snapshot")
    found = scenes.everything(store)
    assert scenes.everything(scenes.fresh(store.path)) == found
    with contextlib.suppress(KeyError), store.transaction() as tx:
        scenes.create_in(tx)
        raise KeyError
    assert scenes.everything(store) == found
    scenes.create(store)
    store.restore(snapshot)
    assert scenes.everything(store) == found
    event = Event("T0077", "ada", "2026-03-01T17:00:00.000000Z", "Test", "gstlal")
    store.bulk_load([Bundle(event, files=[("a.txt", b"loaded")])])
    found = scenes.everything(store)
    assert "T0077" in found["objects"]
    store.compact()
    assert scenes.everything(scenes.fresh(store.path)) == found
    path = store.path / "events" / "T0001" / "event.json"
    path.write_text(path.read_text().replace("gstlal", "pycbc"))
    assert store.events["T0001"].pipeline == "pycbc"
    assert store.reindex() == 1
    assert store.check() == []
    assert store.copy(f"{elsewhere}/copy", journal=False).check() == []
    path.write_text("{")
    with pytest.raises(StoreError, match="JSON"):
        store.events  # noqa: B018
    store.reset()
    assert store.events == {}
    with Store.temporary() as temporary:
        scenes.create(temporary)
        assert temporary.check() == []
    assert not temporary.path.exists()


def test_a_store_made_inside_the_fake_works_there(fs: FakeFilesystem) -> None:
    use_all_of(Store(REAL / "store"), str(REAL))
    assert (REAL / "store" / "journal.jsonl").exists()
    with Pause(fs):
        assert not REAL.exists()


def test_a_store_made_before_the_fake_works_inside_and_after(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    scenes.create(store)
    found, files = scenes.everything(store), scenes.tree(tmp_path)
    with Patcher() as patcher:
        assert patcher.fs is not None
        assert store.events == {}
        use_all_of(store, f"{tmp_path}/more")
        scenes.create(store)
        assert list(store.events) == ["T0001"]
    assert scenes.tree(tmp_path) == files
    assert scenes.everything(store) == found
    assert scenes.create(store) == "T0002"
    assert store.check() == []


def test_a_real_store_can_be_read_from_inside_the_fake(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    scenes.create(store)
    found, files = scenes.everything(store), scenes.tree(tmp_path)
    with Patcher() as patcher:
        assert patcher.fs is not None
        patcher.fs.add_real_directory(tmp_path, read_only=True)
        assert scenes.everything(scenes.fresh(store.path)) == found
        assert scenes.everything(store) == found
        copy = store.copy("/copy")
        scenes.create(copy)
        assert copy.check() == []
    assert scenes.tree(tmp_path) == files


def test_the_lock_keeps_threads_apart_where_flock_does_nothing(fs: FakeFilesystem) -> None:
    import threading

    store = Store("/store")
    scenes.create(store, files=0)
    threads = [
        threading.Thread(target=lambda: [scenes.log(store, "T0001", "x") for _ in range(10)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [log.N for log in store.read(lambda view: view.logs("events/T0001"))]
    assert numbers == list(range(1, 41))
    assert store.check() == []


def test_the_door_looks_its_functions_up_at_each_call(fs: FakeFilesystem) -> None:
    fs.create_file("/there", contents="x")
    assert disk.read("/there") is not None
    with Pause(fs):
        assert disk.read("/there") is None
