"""A store: a directory that holds what a GraceDB server would."""

from __future__ import annotations

import contextlib
import os
import secrets
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..documents import Event, Superevent, User
from ..errors import StoreError
from ..vocabulary import Vocabulary
from . import disk, layout
from .changing import Change, disk_errors, prepared, refuse_foreign
from .core import Core, core_of
from .facets import SettingsMapping, StoreClock, UsersMapping
from .index import Index
from .present import Present
from .transaction import Transaction
from .view import View

if TYPE_CHECKING:
    from ..archive import Loaded
    from .bulk import Loadable
    from .changes import Changes
    from .inspection import Problem
    from .past import Mark

__all__ = ["Store"]

T = TypeVar("T")


class Store:
    """A directory of events, superevents, logs, labels and files.

    Parameters
    ----------
    path : path-like
        The directory. It is made at the first change when it is missing; an existing one must be
        a store or empty. Nothing is read before something is asked of it.

    Raises
    ------
    TypeError, ValueError
        For what names no directory: another type, an empty text, a URL.
    StoreError
        If the path is one of a file or a device; and from the methods, if the directory is damaged,
        belongs to a newer version, or is to be changed and holds something else.

    Notes
    -----
    Threads and processes may share a directory: there is one writer at a time, and readers never
    wait. All `Store` objects of a process that name one directory share what they remember of it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._core: Core = core_of(_folder_text(path))
        self.path = Path(path).absolute()
        if (other := disk.in_the_way(self._core.path)) is not None:
            what = "" if other == self._core.path else f"cannot be made: {other} "
            raise StoreError(
                f"{self.path} {what}is a file or device, and a store is a folder: name one that "
                "does not exist yet, or an empty one"
            )

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
    def open_or_make(cls, path: str | os.PathLike[str]) -> Store:
        """Give the store in a directory, or one that will be made there at the first change.

        Raises
        ------
        StoreError
            If the directory holds something else.
        """
        store = cls(path)
        if not store.exists():
            refuse_foreign(store._core)
        return store

    @classmethod
    def temporary(cls) -> Store:
        """Give a store in a folder of its own, which goes when nothing refers to it any more."""
        name = f"fakegracedb-{os.getpid()}-{secrets.token_hex(8)}"
        store = cls(f"{disk.temporary_folder()}/{name}")
        core = store._core
        core.attached["temporary"] = os.getpid()
        weakref.finalize(core, _remove, core.path, os.getpid())
        return store

    def close(self) -> None:
        """Remove the folder of a temporary store; others need no closing."""
        if "temporary" in self._core.attached:
            _remove(self._core.path, self._core.attached["temporary"])

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def exists(self) -> bool:
        """Whether the directory is a store already."""
        return self._core.exists()

    def attach(self, name: str, make: Callable[[], T]) -> T:
        """Give what belongs to this store within the process, made at the first call."""
        return self._core.attach(name, make)

    def attached(self, name: str) -> Any:
        """Give what `attach` has made, None if nobody has asked for it yet."""
        return self._core.attached.get(name)

    # Reading and changing

    def view(self) -> View:
        """Give the store as it is at each moment, for who reads nothing that belongs together.

        Raises
        ------
        StoreError
            If the journal is damaged or cannot be read.
        """
        core = self._core
        try:
            return Present(core, core.refresh())
        except OSError as error:
            raise StoreError(f"{core.path} cannot be read: {error}") from error

    def read(self, function: Callable[[View], T]) -> T:
        """Call a function with a view of the store that holds all of each transaction or nothing.

        The function is called again when somebody changes meanwhile what it has read; it should do
        nothing but read.

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        core = self._core
        while True:
            try:
                view = View(core, core.refresh())
                try:
                    result = function(view)
                except Exception:
                    view.close()
                    # what looked wrong may have been half of a change, of whatever document
                    view.depend_on_all()
                    if not view.outdated():
                        raise
                    continue
                if not view.outdated():
                    return result
            except OSError as error:
                if not str(error.filename).startswith(core.path):
                    raise  # that is the function's own
                raise StoreError(f"{core.path} cannot be read: {error}") from error
            view.close()

    def transaction(
        self, call: str = "", user: str = ""
    ) -> contextlib.AbstractContextManager[Transaction]:
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
        return Change(self._core, Transaction, call, user)

    def bulk_load(self, documents: Iterable[Loadable], *, validate: bool = True) -> int:
        """Load many documents as they are: no rule of the server is applied, and nothing is told.

        Parameters
        ----------
        documents : iterable
            Any number of `Event`, `Superevent`, `Bundle` (one of these with its logs, files and so
            on), `User`, `Tag`, `Catalog`, `Settings` and `Vocabulary`, in any order. They are taken
            one by one; those that are not written yet are kept in memory, 2,000 at most. A
            superevent whose `serial` is 0 gets the next one.
        validate : bool
            Whether to hold every document against its schema, the numbers of logs against one
            another, and the members of superevents against the events. It takes about a fifth of
            the time. What is loaded without is not looked at until `check`, and may turn out then
            to be damaged.

        Returns
        -------
        int
            How many documents were loaded.

        Raises
        ------
        StoreError
            If a document breaks a rule, or an id of it is taken; the message names it. The 2,000
            documents of a batch are committed together, all or nothing; the message says how many
            were committed before. Members are known to agree only when all documents have come,
            before the last batch is committed.

        Examples
        --------
        >>> from fakegracedb import Store
        >>> from fakegracedb.documents import Event, Log
        >>> from fakegracedb.store import Bundle
        >>> time = "2026-03-01T17:04:09.000000Z"
        >>> def documents():
        ...     for number in range(1, 4):
        ...         event = Event(
        ...             graceid=f"T{number:04}",
        ...             submitter="albert.einstein@ligo.org",
        ...             created=time,
        ...             group="Test",
        ...             pipeline="gstlal",
        ...             permissions={"internal_users": ["view", "change"]},
        ...         )
        ...         log = Log(N=1, comment="Loaded", created=time, issuer=event.submitter)
        ...         yield Bundle(event, logs=[log], files=[("note.txt", b"three of these")])
        >>> with Store.temporary() as store:
        ...     store.bulk_load(documents())
        ...     list(store.events)
        3
        ['T0001', 'T0002', 'T0003']
        """
        from . import bulk

        return bulk.load(self, documents, validate=validate)

    def load(self, what: Any, *, archive: Any = None, replace: bool = False) -> Loaded:
        """Load archived objects as they are, in one commit; as `fakegracedb.load`."""
        from ..archive import load  # a floor above: only whoever asks for it goes there

        return load(what, self, archive=archive, replace=replace)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Core]:
        """Be the one writer; nobody's work is left half done."""
        core = self._core
        refuse_foreign(core)
        with core.writing():
            prepared(core)
            yield core

    @contextlib.contextmanager
    def _tending(self) -> Iterator[Core]:
        """Be the one writer of what is there, in whatever state."""
        if not disk.exists(self._core.place(layout.SETTINGS)) and not self.exists():
            raise StoreError(f"there is no store in {self.path}")
        with self._core.writing(), disk_errors(self._core.path):
            yield self._core

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
    def superevents(self) -> Mapping[str, Superevent]:
        """The superevents by default id, in the order of their creation."""

        def found(view: View) -> list[Superevent]:
            ids = view.superevent_ids()
            return [one for one in map(view.superevent, ids) if one is not None]

        ordered = sorted(self.read(found), key=lambda one: (one.created, one.superevent_id))
        return {one.superevent_id: one for one in ordered}

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

    # What changed: see `changes` and `past`

    def mark(self) -> Mark:
        """Remember the present moment, for `diff`; that costs nothing, however large the store."""
        from .past import Mark

        return self.read(Mark.of)

    def diff(self, before: str | os.PathLike[str] | Store | Mark | int) -> Changes:
        """Tell what changed.

        Parameters
        ----------
        before : path-like, Store, Mark or int
            A snapshot, or any other store; what `mark` gave; or the number of a commit, 0 for the
            empty beginning.

        Returns
        -------
        Changes
            A sequence, false if nothing changed; as text a line a change. Where the journal goes on
            from `before`, only what it names since is looked at: a document edited by hand is seen
            after `reindex`, and against a snapshot that is no earlier state of this store.

        Raises
        ------
        StoreError
            If there is no such store or commit, or the journal was begun anew since the mark (by
            `reset`, `restore` or `compact`).

        Examples
        --------
        >>> from fakegracedb import FakeGraceDb
        >>> with FakeGraceDb(clock="2026-03-01 17:00:00") as client:
        ...     made = client.create_event("Test", "gstlal", "a.xml", filecontents="?")
        ...     before = client.store.mark()
        ...     answer = client.write_label("T0001", "DQV")
        ...     print(client.store.diff(before))
        T0001: label DQV added
        T0001: log 3 added: Label: DQV
        """
        from . import changes, past

        if isinstance(before, past.Mark | int):
            mark = before
            return self.read(lambda view: changes.since_mark(view, mark))
        other = before if isinstance(before, Store) else Store.open(before)
        return other.read(lambda old: self.read(lambda now: changes.since_store(now, old)))

    # Care: see `care` and `exchange`

    def check(self) -> list[Problem]:
        """Find every inconsistency; change nothing."""
        from . import inspection

        return inspection.check(self._core)

    def info(self) -> dict[str, Any]:
        """Tell what the store holds, in numbers."""
        from . import care

        return self.read(care.info)

    def reindex(self) -> int:
        """Take documents that were edited by hand as they are; give how many files were."""
        from . import care

        with self._tending() as core:
            return care.reindex(core)

    def compact(self) -> None:
        """Replace the journal's past by the documents as they stand.

        A journal with damaged lines is mended by that.
        """
        from . import care

        with self._tending() as core:
            care.compact(core)

    def copy(
        self, path: str | os.PathLike[str], *, journal: bool = True, links: bool = True
    ) -> Store:
        """Make a store of its own in another directory, which must be missing or empty.

        Parameters
        ----------
        path : path-like
            Where.
        journal : bool
            Whether the past comes along.
        links : bool
            Whether uploaded files, which never change, are hard-linked where the disk can. Without,
            whoever writes into the files of the copy does no harm to this store.
        """
        from . import exchange

        with disk_errors(os.fspath(path)):
            target = disk.real_path(os.fspath(path))
            exchange.copy(self._core, target, journal=journal, links=links)
        return Store(path)

    def snapshot(self, path: str | os.PathLike[str], *, journal: bool = True) -> Path:
        """Keep the store as it is now in another directory, for `restore`. Give its path.

        A store that will be made at the first change is empty until then, and so is its snapshot.
        """
        if self.exists():
            return self.copy(path, journal=journal).path
        from . import exchange

        with disk_errors(os.fspath(path)):
            exchange.refuse_target(self._core, disk.real_path(os.fspath(path)))
        kept = Store(path)
        with kept.transaction("store init") as transaction:
            transaction.put_settings(transaction.settings)
        return kept.path

    def restore(self, path: str | os.PathLike[str]) -> None:
        """Make the store what a snapshot holds.

        Raises
        ------
        StoreError
            If the snapshot is damaged or no store; then nothing has changed.
        """
        from . import exchange

        with self._writing() as core, disk_errors(core.path):
            exchange.restore(core, disk.real_path(os.fspath(path)))

    def reset(self) -> None:
        """Make the store empty; settings, vocabulary and users stay."""
        from . import exchange

        with self._writing() as core, disk_errors(core.path):
            exchange.reset(core)

    def __repr__(self) -> str:
        return f"<Store {os.fspath(self.path)!r}>"


def _folder_text(path: str | os.PathLike[str]) -> str:
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str):
        raise TypeError(f"{path!r} is not a folder: a store is named by a str or a Path")
    if not text:
        raise ValueError("an empty text names no folder; the working directory is '.'")
    if "://" in text:
        raise ValueError(f"{text!r} is not a folder but a URL, which a client takes as service_url")
    return text


def _remove(path: str, process: int) -> None:
    if os.getpid() == process:  # a forked child does not take its parent's store along
        with contextlib.suppress(OSError):
            disk.remove_tree(path)
