"""What all users of one directory in this process share: locks, memory, the journal so far."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..errors import StoreError
from . import contents, disk, layout
from .journal import Journal
from .state import State, Written

if TYPE_CHECKING:
    from ..vocabulary import ServerSettings

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
        self.tail = tail[-_TAIL:]
        self.memo: dict[Any, Any] = {}


class Core:
    """One store directory, as this process knows it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.journal = Journal(self.place(layout.JOURNAL))
        self.state = State()
        self.remembered: dict[str, Remembered] = {}
        self.attached: dict[str, Any] = {}
        self.written: Written | None = None
        self.lock = disk.Lock(self.place(layout.LOCK))
        self.renew_locks()
        _all.add(self)

    def renew_locks(self) -> None:
        """Begin with locks that nobody holds: at the start, and in a forked child."""
        self.threads = threading.RLock()
        self._memory = threading.Lock()  # what is remembered belongs to one state
        self._held: Any = None  # the lock of the threads, by the one that writes
        self.lock.forget()

    def attach(self, name: str, make: Callable[[], T]) -> T:
        """Give what belongs to this store within the process; made at the first call."""
        try:
            return cast(T, self.attached[name])
        except KeyError:
            return cast(T, self.attached.setdefault(name, make()))

    # Places

    def place(self, path: str) -> str:
        """Give the file-system path of a place in the store.

        Raises
        ------
        StoreError
            If it would lie outside the store.
        """
        if layout.is_place(path):
            return f"{self.path}/{path}"
        raise StoreError(f"{path!r} is no place in a store")

    def exists(self) -> bool:
        """Whether the directory is a store: the journal comes with the first change."""
        return disk.exists(self.journal.path)

    def look(self, path: str, state: State, read: Callable[[str], T]) -> T:
        """Read what belongs at a place: it lies beside the store while that takes in a snapshot."""
        if state.restoring:
            ready = self.place(f"{layout.RESTORING}/{path.partition('/')[0]}")
            if disk.exists(ready):
                found = read(self.place(f"{layout.RESTORING}/{path}"))
                # what was not there may have gone to its own place in between
                if found or disk.exists(ready):
                    return found
        return read(self.place(path))

    # Reading

    def refresh(self) -> State:
        """Take in what others committed, forgetting what they touched."""
        before = self.state
        state, touched = self.journal.refresh(before)
        if state is before:
            return state
        if touched is None:
            self._refuse_newer(state)
        with self._memory:
            if self.state is before:  # else somebody has read on meanwhile
                self.state = state
                if touched is None:
                    self.remembered.clear()
                else:
                    # whoever reads a series sees that it has grown, but not always that it began
                    # anew: a new file can have the old one's inode, and the same bytes there
                    for path in (path for path, anew in touched.items() if anew):
                        self.remembered.pop(path, None)
        return state

    def _refuse_newer(self, state: State) -> None:
        if state.pending_document(layout.SETTINGS) is not None:
            return  # it may be half written; whoever needs it takes it from the journal
        found = self.look(layout.SETTINGS, state, disk.read)
        if found is not None:
            try:
                contents.decode(layout.SETTINGS, contents.parse(layout.SETTINGS, found[0]))
            except StoreError:
                if disk.identity(self.journal.path) == state.identity:
                    raise  # else a writer is just at it

    def publish(self, state: State) -> None:
        """Say how far the journal has come; only the writer, who knows."""
        with self._memory:
            if state.epoch != self.state.epoch:
                self.remembered.clear()
            self.state = state

    def keep(self, path: str, value: Any, identity: disk.Identity, tail: bytes = b"") -> None:
        """Remember what the writer has just written."""
        with self._memory:
            self._keep(path, Remembered(identity, value, tail))

    def _keep(self, path: str, entry: Remembered) -> None:
        if len(self.remembered) >= _MOST_REMEMBERED:
            del self.remembered[next(iter(self.remembered))]
        self.remembered[path] = entry

    def forget(self, path: str) -> None:
        """Read a file anew at the next time."""
        with self._memory:
            self.remembered.pop(path, None)

    def _remember(self, path: str, entry: Remembered, state: State) -> Remembered:
        with self._memory:
            # what was read as of an earlier state is not what a later commit has told to forget
            if self.state.version == state.version:
                self._keep(path, entry)
        return entry

    def foreign(self, identity: disk.Identity, known: Remembered | None, state: State) -> bool:
        """Whether a file may have been changed by hand, so that its schema has to be asked.

        Our own changes are announced by the journal, which is written last: what changed without an
        announcement, or after the journal, is somebody else's work.
        """
        if known is None and (
            state.identity is None or state.pending or identity[2] <= state.identity[2]
        ):
            return False
        return disk.identity(self.journal.path) == state.identity  # else a commit is on its way

    def limits(self, state: State) -> ServerSettings | None:
        """Give the limits that the store's own vocabulary sets, None for the usual ones."""
        names = self.document(layout.VOCABULARY, state)
        return None if names is None else names.value.settings

    def document(self, path: str, state: State) -> Remembered | None:
        """Give the parsed document at a path as it is on disk, None where there is none."""
        if state.pending:
            return self.look(path, state, lambda where: self._document(path, where, state))
        known = self.remembered.get(path)
        if known is not None and known.identity == disk.identity(f"{self.path}/{path}"):
            return known
        return self._document(path, self.place(path), state)

    def _document(self, path: str, where: str, state: State) -> Remembered | None:
        identity = disk.identity(where)
        known = self.remembered.get(path)
        if known is not None and known.identity == identity:
            return known
        found = None if identity is None else disk.read(where)
        if found is None:
            return None
        text, identity = found
        value = self.decoded(path, text, identity, known, state)
        return self._remember(path, Remembered(identity, value), state)

    def decoded(
        self,
        path: str,
        text: bytes,
        identity: disk.Identity,
        known: Remembered | None,
        state: State,
    ) -> Any:
        """Give the typed document in a file that has just been read."""
        data = contents.parse(path, text)
        if self.foreign(identity, known, state):
            limits = None if path == layout.VOCABULARY else self.limits(state)
            contents.validate(path, data, limits=limits)
        return contents.decode(path, data)

    def series(self, path: str, state: State) -> Remembered | None:
        """Give the parsed series at a path as it is on disk, None where there is none."""
        if state.pending:
            return self.look(path, state, lambda where: self._series(path, where, state))
        known = self.remembered.get(path)
        if known is not None and known.identity == disk.identity(f"{self.path}/{path}"):
            return known
        return self._series(path, self.place(path), state)

    def _series(self, path: str, where: str, state: State) -> Remembered | None:
        identity = disk.identity(where)
        known = self.remembered.get(path)
        if known is not None and known.identity == identity:
            return known
        if identity is None:
            return None
        if known is not None and known.identity[0] == identity[0]:
            with contextlib.suppress(StoreError):  # told again with the number of the line
                longer = self._longer(path, where, known, state)
                if longer is not None:
                    return longer
        found = disk.read(where)
        if found is None:
            return None
        text, identity = found
        return self._extended(path, contents.series(path), text, b"", identity, known, state)

    def _longer(self, path: str, where: str, known: Remembered, state: State) -> Remembered | None:
        """Read only the new lines of a series; None if it did not just grow."""
        found = disk.read_from(where, known.identity[1] - len(known.tail))
        if found is None or not found[0].startswith(known.tail):
            return None
        text, identity = found
        new = text[len(known.tail) :]
        # an edit that leaves the length as it is has to be looked for
        if not new:
            return None
        return self._extended(path, known.value, new, known.tail, identity, None, state)

    def _extended(
        self,
        path: str,
        values: Any,
        text: bytes,
        tail: bytes,
        identity: disk.Identity,
        known: Remembered | None,
        state: State,
    ) -> Remembered:
        """Give a series with the entries in a text behind it."""
        whole, _, rest = text.rpartition(b"\n")
        lines = contents.parse_lines(path, whole)
        if rest:
            # a line whose writer died: the journal has it; or an editor that sets no last newline
            with contextlib.suppress(StoreError):
                lines.append((text.count(b"\n") + 1, contents.parse(path, rest)))
        if self.foreign(identity, known, state):
            limits = self.limits(state)
            for number, data in lines:
                contents.validate(path, data, number, limits)
        values = values.extended(contents.decode_lines(path, lines))
        entry = Remembered(identity, values, tail + text)
        # where the file does not end with a line, it is read again next time
        return entry if rest else self._remember(path, entry, state)

    # Writing

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer of this store, as `begin_writing` until the end of the block."""
        self.begin_writing()
        try:
            yield
        finally:
            self.end_writing()

    def begin_writing(self) -> None:
        """Be the one writer of this store from now on.

        Raises
        ------
        StoreError
            If the store cannot be written to, or another program does not let go of it.
        """
        threads = self.threads
        threads.acquire()
        try:
            if self._held is not None:
                raise StoreError("a transaction cannot be opened within a transaction")
            self._acquire()
        except BaseException:
            threads.release()
            raise
        self._held = threads

    def end_writing(self) -> None:
        """Let others write."""
        threads, self._held = self._held, None
        if threads is None:
            return  # a child of a fork, which never had it
        try:
            self.lock.release()
        finally:
            threads.release()

    def _acquire(self) -> None:
        try:
            try:
                self.lock.acquire(_PATIENCE)
            except FileNotFoundError:
                disk.make_folder(self.path)
                self.lock.acquire(_PATIENCE)
        except TimeoutError:
            raise StoreError(
                f"{self.path} has been locked by another program for {_PATIENCE:.0f} s"
            ) from None
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written to: {error}") from error


_all: weakref.WeakSet[Core] = weakref.WeakSet()
_cores: weakref.WeakValueDictionary[str, Core] = weakref.WeakValueDictionary()
_cores_lock = threading.Lock()


def core_of(path: str) -> Core:
    """Give the core of the store at a path: one for all who name the same directory."""
    whole = disk.real_path(path)
    with _cores_lock:
        core = _cores.get(whole)
        if core is None:
            core = _cores[whole] = Core(whole)
        return core


def _after_fork() -> None:
    # a lock that a thread of the parent holds would never be released in the child
    global _cores_lock
    _cores_lock = threading.Lock()
    for core in list(_all):
        core.renew_locks()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
