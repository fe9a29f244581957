"""Large files go in and out without being copied in memory."""

from __future__ import annotations

import hashlib
import tracemalloc
from array import array
from pathlib import Path

import pytest
import scenes

from fakegracedb.store import Store

FOLDER = "events/T0001"
SIZE = 100_000_000
ROOM = 20_000_000


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_100_MB_go_in_and_out_with_20_MB_beyond_what_the_caller_holds(
    tmp_path: Path, kind: type
) -> None:
    store = Store(tmp_path)
    scenes.create(store)
    content = kind(bytes(range(256)) * (SIZE // 256))
    digest = hashlib.sha256(content).hexdigest()
    tracemalloc.start()
    try:
        with store.transaction() as tx:
            file = tx.write_file(FOLDER, "big.bin", content)
        assert (file.size, file.sha256) == (len(content), digest)
        stream, length = store.read(lambda view: view.open_file(FOLDER, file))
        again = hashlib.sha256()
        with stream:
            while piece := stream.read(1 << 20):
                again.update(piece)
        assert (length, again.hexdigest()) == (len(content), digest)
        copy = store.copy(tmp_path.parent / f"{tmp_path.name}-copy")
        assert copy.check() == []
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < ROOM


def test_the_size_of_a_file_is_in_bytes_whatever_it_is_given_as(tmp_path: Path) -> None:
    store = Store(tmp_path)
    scenes.create(store)
    with store.transaction() as tx:
        file = tx.write_file(FOLDER, "numbers", memoryview(array("d", [1.0, 2.0])))
        empty = tx.write_file(FOLDER, "empty", b"")
    assert (file.size, empty.size) == (16, 0)
    assert store.check() == []
