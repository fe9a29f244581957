"""Two threads whose file-system calls are put in a given order.

The reader makes a number of calls, then the writer makes a number of calls, then the reader goes on
to its end, and the writer after it.
"""

from __future__ import annotations

import builtins
import os
import threading
import time
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar

from fakegracedb.store import disk

R = TypeVar("R")

FULL = os.environ.get("FAKEGRACEDB_CRASH") == "full"

_WATCHED = frozenset(
    [
        "stat",
        "lstat",
        "fstat",
        "listdir",
        "scandir",
        "mkdir",
        "replace",
        "unlink",
        "rmdir",
        "link",
        "open",
        "truncate",
        "ftruncate",
        "fsync",
    ]
)
_PATIENCE = 30  # s
_sleep = time.sleep


class Orders:
    """Orders that try a reader and a writer against each other, all or some of them.

    Parameters
    ----------
    of_reader, of_writer : int
        How many places in the calls of each are tried at least; all of them in a full run.
    """

    def __init__(self, of_reader: int = 4, of_writer: int = 3) -> None:
        self._parts = of_reader, of_writer
        self._reads, self._writes = 1, 100
        self.tried = 0

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Give calls of the reader before the writer comes, and of the writer before it stops."""
        of_reader, of_writer = self._parts
        reader_first = 0
        while reader_first <= self._reads:
            pace = 1 if FULL else self._writes // of_writer + 1
            writer_next = self.tried * 7 % pace
            while writer_next <= self._writes:
                yield reader_first, writer_next
                self.tried += 1
                writer_next += pace
            reader_first += 1 if FULL else self._reads // of_reader + 1

    def saw(self, calls: dict[str, int]) -> None:
        """Learn how many calls there are."""
        self._reads, self._writes = max(self._reads, calls["reader"]), calls["writer"]


class _Turn:
    """Lets one of two threads go on at a time."""

    def __init__(self, reader_first: int, writer_next: int) -> None:
        self.left = {"reader": reader_first, "writer": writer_next}
        self.turn = threading.Condition()
        self.active = "reader"
        self.ended: set[str] = set()
        self.calls = {"reader": 0, "writer": 0}

    def before_call(self) -> None:
        name = threading.current_thread().name
        if name not in self.left:
            return
        with self.turn:
            self.calls[name] += 1
            if self.left[name] == 0:
                self.left[name] = -1  # the other one goes on; then this one to its end
                self.give_turn()
            else:
                self.left[name] -= 1
            self.wait(name)

    def sleep(self, seconds: float) -> None:
        """Who waits for the other lets it go on; to its end, since it may have to."""
        name = threading.current_thread().name
        if name not in self.left:
            _sleep(seconds)
            return
        with self.turn:
            self.left = dict.fromkeys(self.left, -1)
            self.give_turn()
            self.wait(name)

    def give_turn(self) -> None:
        others = {"reader", "writer"} - {self.active} - self.ended
        if others:
            self.active = others.pop()
        self.turn.notify_all()

    def wait(self, name: str) -> None:
        assert self.turn.wait_for(lambda: self.active == name, _PATIENCE), "nobody gave the turn"

    def run(self, name: str, function: Callable[[], R]) -> R:
        with self.turn:
            self.wait(name)
        try:
            return function()
        finally:
            with self.turn:
                self.ended.add(name)
                self.give_turn()


class _Os(ModuleType):
    def __init__(self, turn: _Turn) -> None:
        super().__init__("os")
        self._turn = turn

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        if name not in _WATCHED:
            return found

        def called(*args: Any, **options: Any) -> Any:
            self._turn.before_call()
            return found(*args, **options)

        return called

    def write(self, handle: int, data: Any) -> int:
        """Write to a file with others in between."""
        self._turn.before_call()
        half = len(data) // 2  # a file may take less than it is given
        return os.write(handle, data[: half or 1])


class _File:
    """A file that is read with others in between."""

    def __init__(self, file: Any, turn: _Turn) -> None:
        self._file = file
        self._turn = turn

    def read(self, size: int = -1) -> bytes:
        self._turn.before_call()
        return bytes(self._file.read(size))

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def interleaved(
    monkeypatch: Any,
    reader: Callable[[], R],
    writer: Callable[[], object],
    reader_first: int,
    writer_next: int,
) -> tuple[R, dict[str, int]]:
    """Run a reader and a writer; give what was read, and how many calls each has made."""
    turn = _Turn(reader_first, writer_next)

    def opened(*args: Any, **options: Any) -> Any:
        turn.before_call()
        return _File(builtins.open(*args, **options), turn)  # noqa: PTH123

    results: dict[str, Any] = {}

    def body(name: str, function: Callable[[], Any]) -> None:
        try:
            results[name] = turn.run(name, function)
        except BaseException as error:
            results[f"{name} failed"] = error

    with monkeypatch.context() as patched:
        patched.setattr(disk, "os", _Os(turn))
        patched.setattr(disk, "io", SimpleNamespace(open=opened))
        patched.setattr(time, "sleep", turn.sleep)  # of those who wait for a lock
        threads = [
            threading.Thread(target=body, args=pair, name=pair[0])
            for pair in (("reader", reader), ("writer", writer))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_PATIENCE)
            assert not thread.is_alive()
    for name in ("reader", "writer"):
        if f"{name} failed" in results:
            raise results[f"{name} failed"]
    return results["reader"], turn.calls
