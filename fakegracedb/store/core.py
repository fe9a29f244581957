"""What all users of one store directory in this process share: locks, memory, the journal read so far."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from filelock import FileLock, Timeout

from ..errors import StoreError
from . import contents, disk, layout
from .journal import Journal, State
from .series import Files, Logs

__all__ = ["Core", "Remembered", "core_of"]

T = TypeVar("T")

_MOST_REMEMBERED = 4096  # documents; the oldest go first
_TAIL = 64  # bytes before the place read so far, that tell an addition from an edit
_PATIENCE = 60.0  # s to wait for another writer


class Remembered:
    """A parsed file, and what was made of it.

    Attributes
    ----------
    identity : Identity
        The state of the file that was parsed.
    value : Any
        The typed document or series.
    tail : bytes
        For a series: the last bytes read.
    memo : dict
        What others derive from the value and want to keep as long as it holds.
    """

    __slots__ = ("identity", "memo", "tail", "value")

    def __init__(self, identity: disk.Identity, value: Any, tail: bytes = b"") -> None:
        self.identity = identity
        self.value = value
        self.tail = tail
        self.memo: dict[Any, Any] = {}


class Core:
    """One store directory, as this process knows it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.journal = Journal(self.place(layout.JOURNAL))
        self.state = State()
        self.remembered: dict[str, Remembered] = {}
        self.attached: dict[str, Any] = {}
        self.renew_locks()

    def renew_locks(self) -> None:
        """Begin with locks that nobody holds: at the start, and in a forked child."""
        self.threads = threading.RLock()
        self._swapping = threading.Lock()
        self.writer_depth = 0
        # the RLock admits one thread at a time, so that the file lock needs no state by thread
        self._file_lock = FileLock(self.place(layout.LOCK), timeout=_PATIENCE, thread_local=False)

    def attach(self, name: str, make: Callable[[], T]) -> T:
        """Give what belongs to this store within the process; made at the first call."""
        try:
            return cast(T, self.attached[name])
        except KeyError:
            return cast(T, self.attached.setdefault(name, make()))

    def place(self, path: str) -> str:
        """Give the file-system path of a place in the store."""
        return f"{self.path}/{path}"

    def current(self, path: str, state: State) -> str:
        """Give where a place is to be read: beside the store while it takes in a snapshot."""
        if state.restoring:
            ready = self.place(f"{layout.RESTORING}/{path.partition('/')[0]}")
            if disk.exists(ready):
                return self.place(f"{layout.RESTORING}/{path}")
        return self.place(path)

    # Reading

    def refresh(self) -> State:
        """Take in what others committed, forgetting what they touched."""
        before = self.state
        state, touched = self.journal.refresh(before)
        if state is not before:
            if touched is None:
                self.remembered.clear()
            else:
                for path in touched:
                    self.remembered.pop(path, None)
            with self._swapping:
                if self.state is before:  # else somebody has read on meanwhile
                    self.state = state
        return state

    def publish(self, state: State) -> None:
        """Say how far the journal has come; only the writer, who knows."""
        with self._swapping:
            self.state = state

    def _remember(self, path: str, entry: Remembered) -> Remembered:
        while len(self.remembered) >= _MOST_REMEMBERED:
            with contextlib.suppress(KeyError, RuntimeError, StopIteration):
                del self.remembered[next(iter(self.remembered))]
        self.remembered[path] = entry
        return entry

    def _foreign(self, identity: disk.Identity, known: Remembered | None, state: State) -> bool:
        """Whether a file may have been changed by hand.

        Our own changes are announced by the journal, which is written last: what changed without an
        announcement, or after the journal, is somebody else's work.
        """
        if known is None and (
            state.identity is None or state.pending or identity[2] <= state.identity[2]
        ):
            return False
        return disk.identity(self.journal.path) == state.identity  # else a commit is on its way

    def document(self, path: str, state: State) -> Remembered | None:
        """Give the parsed document at a path as it is on disk, None where there is none."""
        where = self.current(path, state)
        identity = disk.identity(where)
        known = self.remembered.get(path)
        if known is not None and known.identity == identity:
            return known
        if identity is None:
            return None
        found = disk.read(where)
        if found is None:
            return None
        text, identity = found
        value = contents.decode(
            path,
            contents.parse(path, text),
            foreign=self._foreign(identity, known, state),
        )
        return self._remember(path, Remembered(identity, value))

    def series(self, path: str, state: State) -> Remembered | None:
        """Give the parsed series at a path as it is on disk, None where there is none."""
        where = self.current(path, state)
        identity = disk.identity(where)
        known = self.remembered.get(path)
        if known is not None and known.identity == identity:
            return known
        if identity is None:
            return None
        # only the new lines are read, if all before them is as it was
        start = 0
        if known is not None and known.identity[0] == identity[0]:
            start = known.identity[1] - len(known.tail)
        found = disk.read_from(where, start)
        if found is None:
            return None
        data, identity = found
        tail = known.tail if known is not None else b""
        if start and known is not None and tail and data.startswith(tail):
            values: Logs | Files = known.value
            new, first = data[len(tail) :], False
        else:
            if start:
                found = disk.read(where)
                if found is None:
                    return None
                data, identity = found
            values, new, first = contents.series(path), data, True
        lines, rest = self._lines(path, new)
        entries: Any = contents.decode_lines(
            path, lines, foreign=self._foreign(identity, known if first else None, state)
        )
        values = values.extended(entries)
        if rest:  # the file does not end here for us: read it again next time
            return Remembered(identity, values)
        return self._remember(path, Remembered(identity, values, data[-_TAIL:]))

    @staticmethod
    def _lines(path: str, data: bytes) -> tuple[list[dict[str, Any]], bytes]:
        """Give the JSON of the lines, and what a cut-off last line holds."""
        lines = data.split(b"\n")
        rest = lines.pop()
        parsed = [contents.parse(path, line, n) for n, line in enumerate(lines, 1) if line]
        if rest:
            # a line whose writer died: the journal has it; or an editor that sets no last newline
            with contextlib.suppress(StoreError):
                parsed.append(contents.parse(path, rest))
        return parsed, rest

    # Writing

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer of this store.

        Raises
        ------
        StoreError
            If the store cannot be written to, or another program does not let go of it.
        """
        with self.threads:
            if self.writer_depth:
                raise StoreError("a transaction cannot be opened within a transaction")
            try:
                disk.make_folder(self.path, parents=True)
                self._file_lock.acquire()
            except Timeout:
                raise StoreError(
                    f"{self.path} has been locked by another program for {_PATIENCE:.0f} s"
                ) from None
            except OSError as error:
                raise StoreError(f"{self.path} cannot be written to: {error}") from error
            self.writer_depth = 1
            try:
                yield
            finally:
                self.writer_depth = 0
                self._file_lock.release()

    def keep(self, path: str, value: Any, identity: disk.Identity, tail: bytes = b"") -> None:
        """Remember what was just written."""
        self._remember(path, Remembered(identity, value, tail))


_cores: weakref.WeakValueDictionary[str, Core] = weakref.WeakValueDictionary()
_cores_lock = threading.Lock()


def core_of(path: str) -> Core:
    """Give the core of the store at a path: one for all who name the same directory."""
    whole = os.path.realpath(path)
    with _cores_lock:
        core = _cores.get(whole)
        if core is None:
            core = _cores[whole] = Core(whole)
        return core


def _after_fork() -> None:
    # a lock that a thread of the parent holds would never be released in the child
    global _cores_lock
    _cores_lock = threading.Lock()
    for core in list(_cores.values()):
        core.renew_locks()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
