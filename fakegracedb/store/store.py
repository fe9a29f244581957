"""A store: a directory that holds what a GraceDB server would."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..clock import Clock, iso_text
from ..documents import Event, Settings, User
from ..errors import StoreError
from ..vocabulary import Vocabulary
from . import disk, layout
from .core import Core, core_of
from .facets import SettingsMapping, StoreClock, UsersMapping
from .index import Index
from .transaction import Transaction, finish
from .view import View

if TYPE_CHECKING:
    from .care import Problem

__all__ = ["Store"]

T = TypeVar("T")


class Store:
    """A directory of events, superevents, logs, labels and files.

    Parameters
    ----------
    path : path-like
        The directory. It is made at the first change when it is missing; an existing one must be
        a store or empty. Nothing is touched before something is asked of it.

    Raises
    ------
    StoreError
        From every method, if the directory holds something else, is damaged, or belongs to a newer
        version.

    Notes
    -----
    Threads and processes may share a directory: there is one writer at a time, and readers never
    wait. All `Store` objects of a process that name one directory share what they remember of it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._core: Core = core_of(os.fspath(path))
        self.path = Path(path)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Store:
        """Give the store in a directory that must be there.

        Raises
        ------
        StoreError
            If there is none.
        """
        store = cls(path)
        if not store.exists():
            raise StoreError(f"there is no store in {path}: `fakegracedb store init` makes one")
        return store

    @classmethod
    def temporary(cls) -> Store:
        """Give a store in a folder of its own, which goes when nothing refers to the store any more."""
        name = f"fakegracedb-{os.getpid()}-{secrets.token_hex(8)}"
        path = os.path.join(tempfile.gettempdir(), name)  # noqa: PTH118
        store = cls(path)
        store._core.attach("gone", lambda: _gone_with(store._core, path))
        return store

    def close(self) -> None:
        """Remove the folder of a temporary store; others need no closing."""
        gone = self._core.attached.get("gone")
        if gone is not None:
            gone()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def exists(self) -> bool:
        """Whether the directory is a store already."""
        return disk.exists(self._core.place(layout.SETTINGS))

    def attach(self, name: str, make: Callable[[], T]) -> T:
        """Give what belongs to this store within the process, made at the first call."""
        return self._core.attach(name, make)

    # Reading and changing

    def read(self, function: Callable[[View], T]) -> T:
        """Call a function with a view of the store that holds all of each transaction or nothing.

        The function is called again when somebody commits meanwhile; it should do nothing but read.
        """
        core = self._core
        while True:
            state = core.refresh()
            try:
                result = function(View(core, state))
            except Exception:
                # what looked wrong may have been two halves of a change
                if core.refresh().version == state.version:
                    raise
                continue
            if disk.identity(core.journal.path) == state.identity:
                return result
            if core.refresh().version == state.version:
                return result

    @contextlib.contextmanager
    def transaction(self, call: str = "", user: str = "") -> Iterator[Transaction]:
        """Change the store: what is staged in the block is committed at its end, all or nothing.

        Parameters
        ----------
        call, user : str
            What the journal says of it.

        Raises
        ------
        StoreError
            If the store cannot be written to.
        """
        with self._writing():
            transaction = Transaction(self._core, self._core.refresh(), call, user)
            try:
                yield transaction
            except BaseException:
                transaction.roll_back()
                raise
            transaction.commit()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Core]:
        """Be the one writer; the directory is a store, and nobody's work is left half done."""
        if not self.exists():
            self._refuse_foreign()
        with self._core.writing():
            if not self.exists():
                self._refuse_foreign()
                disk.replace(self._core.place(layout.IGNORED), layout.GITIGNORE_TEXT.encode())
                settings = Settings(created=iso_text(Clock.of("system").now()))
                text = layout.pretty_text(settings.to_json())
                disk.replace(self._core.place(layout.SETTINGS), text)
            finish(self._core)
            yield self._core

    def _refuse_foreign(self) -> None:
        foreign = [
            name
            for name in disk.entries(self._core.path)
            if name not in layout.OWN_NAMES and not name.endswith(".tmp")
        ]
        if foreign:
            raise StoreError(
                f"{self.path} is not a store and not empty (it holds {foreign[0]!r}): "
                "name a folder that does not exist yet, or an empty one"
            )

    @property
    def index(self) -> Index:
        """The search index."""
        return self.attach("index", lambda: Index())

    # What it holds

    @property
    def events(self) -> Mapping[str, Event]:
        """The events by graceid, in the order of their numbers."""
        return self.read(
            lambda view: {
                graceid: event
                for graceid in sorted(view.graceids(), key=lambda name: int(name[1:]))
                if (event := view.event(graceid)) is not None
            }
        )

    @property
    def vocabulary(self) -> Vocabulary:
        """The names that the store knows; assign another one to change them."""
        return self.read(lambda view: view.vocabulary)

    @vocabulary.setter
    def vocabulary(self, names: Vocabulary) -> None:
        with self.transaction("vocabulary") as transaction:
            transaction.put_vocabulary(names)

    @property
    def users(self) -> MutableMapping[str, User]:
        """The users that the store has documents of, by name: a live mapping."""
        return UsersMapping(self)

    @property
    def settings(self) -> MutableMapping[str, Any]:
        """The settings ``server_version``, ``user``, ``fsync``, …: a live mapping."""
        return SettingsMapping(self)

    @property
    def clock(self) -> StoreClock:
        """The clock that all who use the store see."""
        return StoreClock(self)

    # Care: see `care` and `exchange`

    def check(self) -> list[Problem]:
        """Find every inconsistency; change nothing."""
        from . import care

        return care.check(self._core)

    def info(self) -> dict[str, Any]:
        """Tell what the store holds, in numbers."""
        from . import care

        return care.info(self._core, self.read(lambda view: view))

    def reindex(self) -> int:
        """Take documents that were edited by hand as they are; give how many were."""
        from . import care

        with self._writing() as core:
            return care.reindex(core)

    def compact(self) -> None:
        """Replace the journal's past by the documents as they stand."""
        from . import care

        with self._writing() as core:
            care.compact(core)

    def copy(self, path: str | os.PathLike[str], *, journal: bool = True) -> Store:
        """Make a store of its own in another directory, which must be missing or empty.

        Parameters
        ----------
        path : path-like
            Where.
        journal : bool
            Whether the past comes along.

        Notes
        -----
        Uploaded files never change, and are hard-linked where the disk can.
        """
        from . import exchange

        exchange.copy(self, os.fspath(path), journal=journal)
        return Store(path)

    def snapshot(self, path: str | os.PathLike[str], *, journal: bool = True) -> Path:
        """Keep the store as it is now in another directory, for `restore`. Give its path."""
        return self.copy(path, journal=journal).path

    def restore(self, path: str | os.PathLike[str]) -> None:
        """Make the store what a snapshot holds.

        Raises
        ------
        StoreError
            If the snapshot is damaged or no store; then nothing has changed.
        """
        from . import exchange

        with self._writing() as core:
            exchange.restore(core, os.fspath(path))

    def reset(self) -> None:
        """Make the store empty; settings, vocabulary and users stay."""
        from . import exchange

        with self._writing() as core:
            exchange.reset(core)

    def __repr__(self) -> str:
        return f"<Store {os.fspath(self.path)!r}>"


def _gone_with(core: Core, path: str) -> weakref.finalize[[str, int], Core]:
    return weakref.finalize(core, _remove, path, os.getpid())


def _remove(path: str, process: int) -> None:
    if os.getpid() == process:  # a forked child does not take its parent's store along
        with contextlib.suppress(OSError):
            disk.remove_tree(path)
