"""A process that dies at a given file-system call of the store, and what it leaves.

For tests of whatever writes to a store: `deaths` runs an action once for every stop in it, or for
some evenly among them, each time in a child process on a copy of a folder, and gives the folder as
the dead have left it.
"""

from __future__ import annotations

import builtins
import gc
import os
import shutil
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from fakegracedb.store import disk

Ack = Callable[[str], None]
Action = Callable[[Path, Ack], None]

FULL = os.environ.get("FAKEGRACEDB_CRASH") == "full"
_DEAD, _DONE, _FAILED = 77, 0, 1
_NEVER = 0  # no stop has this number

# A death before a call that only looks leaves what a death before the next change leaves.
_CHANGES = frozenset(
    [
        *("mkdir", "replace", "unlink", "rmdir", "link", "symlink"),
        *("open", "fsync", "truncate", "ftruncate"),
    ]
)
_LOOKS = frozenset({"stat", "lstat", "fstat", "listdir", "scandir", "close"})


class Countdown:
    """Counts the stops, and is the end of the process at one of them."""

    def __init__(self, last: int, *, full: bool) -> None:
        self.left = last
        self.watched = _CHANGES | _LOOKS if full else _CHANGES
        self.full = full

    def stop(self, dying: Callable[[], object] = lambda: None) -> None:
        self.left -= 1
        if not self.left:
            dying()
            os._exit(_DEAD)

    def call(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        if name not in self.watched:
            return function

        def called(*args: Any, **options: Any) -> Any:
            self.stop()
            result = function(*args, **options)
            if self.full:
                self.stop()
            return result

        return called

    def install(self) -> None:
        """Stand between the store and the disk, for the rest of this process."""
        disk.os = _Os(self)  # type: ignore[attr-defined]
        disk.io = SimpleNamespace(open=self._open)  # type: ignore[assignment]

    def _open(self, path: str, mode: str = "r", **options: Any) -> Any:
        assert mode == "rb"
        if self.full:
            self.stop()
        return builtins.open(path, mode, **options)  # noqa: PTH123


class _Os(ModuleType):
    def __init__(self, countdown: Countdown) -> None:
        super().__init__("os")
        self._countdown = countdown
        self._lines: set[int] = set()  # open files that hold a line an entry

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        return self._countdown.call(name, found) if callable(found) else found

    def open(self, path: str, *how: int) -> int:
        handle: int = self._countdown.call("open", os.open)(path, *how)
        if path.endswith(".jsonl"):
            self._lines.add(handle)
        else:
            self._lines.discard(handle)
        return handle

    def write(self, handle: int, data: Any) -> int:
        """Write to a file, which can end in the middle."""
        self._countdown.stop()
        half = bytes(data)[: len(data) // 2]
        self._countdown.stop(lambda: os.write(handle, half))
        if handle in self._lines:  # one without its end
            self._countdown.stop(lambda: os.write(handle, bytes(data)[:-1]))
        return os.write(handle, data)


@dataclass(frozen=True)
class Death:
    """A process that has died.

    Attributes
    ----------
    stop : int
        At which stop, counted from 1; one more than there are if it did not die.
    path : Path
        The folder as it has left it.
    acknowledged : list of str
        What it had said was done.
    finished : bool
        It did not die: there are no more stops.
    """

    stop: int
    path: Path
    acknowledged: list[str]
    finished: bool


def deaths(
    folder: Path,
    action: Action,
    work: Path,
    *,
    before: Callable[[Path], None] = lambda path: None,
    full: bool = FULL,
    most: int | None = None,
) -> Iterator[Death]:
    """Let an action die at one stop after another, on copies of a folder; last, let it live.

    Parameters
    ----------
    folder : Path
        Where it begins; may be missing.
    action : callable
        Takes a folder, and a function to tell that something is done.
    work : Path
        Where the copies go; each is removed before the next.
    before : callable
        Called with the copy in this process, which lives on: it may come to know the store.
    full : bool
        Also stop at calls that change nothing, and after each call.
    most : int
        How many stops are tried, evenly among all of them; without it, and with `full`, every one.
    """
    path = work / "victim"

    def run(stop: int) -> Death:
        shutil.rmtree(path, ignore_errors=True)
        if folder.exists():
            shutil.copytree(folder, path, symlinks=True)
        before(path)
        return _run(stop, path, action, full)

    pace = 1
    if most is not None and not full:
        pace = max(1, round(run(_NEVER).stop / most))
    stop = 1
    while not (death := run(stop)).finished:
        yield death
        stop += pace
    yield death


def _run(stop: int, path: Path, action: Action, full: bool) -> Death:
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads
        child = os.fork()
    if not child:
        try:
            gc.disable()  # it would touch, and so copy, all the memory of the parent
            os.close(reading)
            countdown = Countdown(stop, full=full)
            countdown.install()

            def acknowledge(text: str) -> None:
                os.write(writing, f"{text}\n".encode())

            action(path, acknowledge)
            acknowledge(f"{stop - countdown.left}")
            os._exit(_DONE)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(_FAILED)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        acknowledged = pipe.read().decode().split()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (_DEAD, _DONE), f"the victim ended with {code} at stop {stop}"
    if code == _DONE:
        return Death(int(acknowledged.pop()) + 1, path, acknowledged, finished=True)
    return Death(stop, path, acknowledged, finished=False)
