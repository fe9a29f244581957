"""No cost grows with the number of events, nor with what an object has been through."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import scenes

from fakegracedb.store import Store, View, disk

_WATCHED = ("stat", "fstat", "listdir", "scandir", "mkdir", "replace", "unlink", "link", "open")


class Meter:
    """What passes through the door to the disk: calls by name, and bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: Counter[str] = Counter()
        self.bytes = 0
        monkeypatch.setattr(disk, "os", self)
        monkeypatch.setattr(disk, "io", SimpleNamespace(open=self.opened))

    def __getattr__(self, name: str) -> Any:
        if name in _WATCHED:
            self.calls[name] += 1
        return getattr(os, name)

    def write(self, handle: int, data: Any) -> int:
        self.calls["write"] += 1
        self.bytes += len(data)
        return os.write(handle, data)

    def opened(self, *args: Any, **options: Any) -> Any:
        self.calls["open"] += 1
        return _Metered(open(*args, **options), self)  # noqa: PTH123

    def of(self, act: Callable[[], object]) -> tuple[Counter[str], int]:
        self.calls, self.bytes = Counter(), 0
        act()
        return self.calls, self.bytes


class _Metered:
    def __init__(self, file: Any, meter: Meter) -> None:
        self._file = file
        self._meter = meter

    def read(self, size: int = -1) -> bytes:
        data = bytes(self._file.read(size))
        self._meter.bytes += len(data)
        return data

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def page(view: View) -> list[str]:
    newest = view.newest()
    assert newest is not None
    return [event.graceid for event in islice(newest, 10)]


def test_a_store_of_many_events_costs_what_a_small_one_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = []
    for name, count in (("small", 1050), ("large", 1350)):  # as many digits
        store = Store(tmp_path / name)
        store.clock.set("2026-03-01 17:00:00")
        with store.transaction() as tx:
            tx._counters["number"] = 1000
            for _ in range(count - 1000):
                scenes.create_in(tx, files=0)
        scenes.create(store)
        stores.append((store, f"T{count + 1}"))
    meter = Meter(monkeypatch)
    for act in (
        lambda store, graceid: scenes.create(store),
        lambda store, graceid: scenes.log(store, graceid, "a word", "new.txt"),
        lambda store, graceid: scenes.label(store, graceid, "INJ"),
        lambda store, graceid: store.read(lambda view: view.event(graceid)),
        lambda store, graceid: store.read(page),
        lambda store, graceid: scenes.fresh(store.path).read(lambda view: view.event(graceid)),
        lambda store, graceid: scenes.fresh(store.path).read(page),
        lambda store, graceid: scenes.create(scenes.fresh(store.path)),
    ):
        small, large = (meter.of(partial(act, *one)) for one in stores)
        assert small[0] == large[0]
        # the window in which the end of the journal is read may begin in another line
        assert large[1] <= small[1] + 20
    assert small[1] > 0


def test_an_object_with_a_long_history_costs_what_a_new_one_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.clock.set("2026-03-01 17:00:00")
    short, long = scenes.create(store), scenes.create(store)
    for graceid, count in ((short, 107), (long, 407)):
        with store.transaction() as tx:
            for number in range(count):
                scenes.log_in(tx, graceid, "a word", f"file{number % 100:03d}.txt")
    meter = Meter(monkeypatch)
    for act in (
        lambda graceid: scenes.log(store, graceid, "a word", "another.txt"),
        lambda graceid: scenes.log(store, graceid, "a word", "file000.txt"),
        lambda graceid: scenes.label(store, graceid, "INJ"),
        lambda graceid: store.read(lambda view: view.logs(f"events/{graceid}")),
    ):
        few, many = (meter.of(partial(act, one)) for one in (short, long))
        assert few == many
    assert few[0] == {"stat": 3}
