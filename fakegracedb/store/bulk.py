"""Loading many documents at once: a commit a batch, and every document put into JSON once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..documents import (
    Catalog,
    EMBBLog,
    EMObservation,
    Event,
    Log,
    Notice,
    Settings,
    Superevent,
    Tag,
    User,
    VOEvent,
)
from ..errors import StoreError
from ..vocabulary import Vocabulary
from . import contents, layout
from .batch import Batch, File, Staged, shorten_end
from .bulk_checks import Members, Taken, check_series
from .changing import Change

if TYPE_CHECKING:
    from .store import Store
    from .transaction import Transaction

__all__ = ["Bundle", "Loadable", "load"]

_BATCH = 2000  # documents
_BATCH_BYTES = 1 << 26  # of uploaded files


@dataclass(frozen=True, slots=True)
class Bundle:
    """An event or superevent with what hangs on it.

    Attributes
    ----------
    document : Event or Superevent
        The object itself, labels and signoffs included.
    logs : iterable of Log
        Its log, numbered from 1.
    files : iterable of tuple (str, bytes-like) or FileVersion
        Its files in the order of upload: names and contents; a name that comes again is the next
        version. An entry alone is only taken unchecked: the store then lacks what is in the file.
    voevents, emobservations, embb_logs, notices : iterable
        As `View` gives them; each numbered from 1.
    """

    document: Event | Superevent
    logs: Iterable[Log] = ()
    files: Iterable[File] = ()
    voevents: Iterable[VOEvent] = ()
    emobservations: Iterable[EMObservation] = ()
    embb_logs: Iterable[EMBBLog] = ()
    notices: Iterable[Notice] = ()


_Other: TypeAlias = User | Tag | Catalog | Settings | Vocabulary
Loadable: TypeAlias = Event | Superevent | Bundle | _Other

_SERIES: dict[str, Callable[[str], str]] = {
    "logs": layout.logs_of,
    "voevents": layout.voevents_of,
    "emobservations": layout.emobservations_of,
    "embb_logs": layout.embb_logs_of,
    "notices": layout.notices_of,
}
_PLACES: dict[type[Any], tuple[str, str | None]] = {  # with the key of the list that it stands in
    User: (layout.USERS, "users"),
    Tag: (layout.TAGS, "tags"),
    Catalog: (layout.CATALOGS, None),
    Settings: (layout.SETTINGS, None),
    Vocabulary: (layout.VOCABULARY, None),
}


def load(store: Store, documents: Iterable[Loadable], *, validate: bool) -> int:
    """Load documents, as `Store.bulk_load` says."""
    loader = _Loader(store, validate=validate)
    try:
        for document in documents:
            loader.add(document)
        return loader.finish()
    except StoreError as error:
        if not loader.loaded:
            raise
        raise StoreError(f"{error} ({loader.loaded} documents before are loaded)") from error


class _Loader:
    """One loading: the batch that is being filled, and what is known of all documents so far."""

    def __init__(self, store: Store, *, validate: bool) -> None:
        self.loaded = 0
        self._store = store
        self._validate = validate
        self._names: Vocabulary | None = store.read(lambda view: view.document(layout.VOCABULARY))
        self._taken = Taken()
        self._members = Members()
        self._batches = 0
        self._is_long = False
        self._objects: list[Staged] = []
        self._others: list[_Other] = []
        self._bytes = 0

    def add(self, document: Loadable) -> None:
        """Take in one more document; commit the batch when it is full."""
        if isinstance(document, Event | Superevent):
            document = Bundle(document)
        if isinstance(document, Bundle):
            staged = self._staged(document)
            self._objects.append(staged)
            self._bytes += staged.size
        elif type(document) in _PLACES:
            self._check_other(document)
            self._others.append(document)
        else:
            raise StoreError(
                f"a {type(document).__name__} cannot be loaded: a bulk load takes events and "
                "superevents, bundles of them with logs and files, users, tags, catalogs, "
                "settings and vocabularies"
            )
        if len(self._objects) + len(self._others) >= _BATCH or self._bytes >= _BATCH_BYTES:
            if not self._batches:
                self._store.read(self._store.index.follow)  # from now on it keeps up
            self._commit()

    def finish(self) -> int:
        """Commit what is left; give the number of documents."""
        if self._validate:
            self._store.read(self._members.check)
        if self._objects or self._others:
            self._commit()
        if self._is_long:
            with self._store._writing() as core:
                shorten_end(core, checkpoint=self._batches > 1)
        return self.loaded

    def _staged(self, bundle: Bundle) -> Staged:
        document = bundle.document
        if not isinstance(document, Event | Superevent):
            raise StoreError(f"a {type(document).__name__} is no event and no superevent")
        staged = Staged(document, bundle.files)
        if not layout.is_object(staged.folder):
            raise StoreError(f"{staged.path}: {staged.folder.partition('/')[2]!r} is no id")
        for name, place in _SERIES.items():
            entries = [entry.to_json() for entry in getattr(bundle, name)]
            if entries:
                staged.lines[place(staged.folder)] = entries
        if self._validate:
            data = staged.data
            if isinstance(document, Superevent) and not document.serial:
                data = {**data, "serial": 1}  # it will be counted
            self._check(staged.path, data)
            for path, entries in staged.lines.items():
                for number, entry in enumerate(entries, start=1):
                    self._check(path, entry, number)
            check_series(staged)
            self._members.take(document)
        return staged

    def _check(self, path: str, data: Mapping[str, Any], line: int | None = None) -> None:
        contents.validate(path, data, line, None if self._names is None else self._names.settings)

    def _check_other(self, document: Any) -> None:
        path, key = _PLACES[type(document)]
        if self._validate:
            data = document.to_json()
            self._check(path, data if key is None else {key: [data]})
        if isinstance(document, Vocabulary):
            self._names = document  # its limits hold for what follows

    def _commit(self) -> None:
        """Write the batch: all of it or nothing."""
        with Change(self._store._core, Batch, "bulk load", "") as tx:
            self._put_others(tx)
            self._taken.look(tx)
            for staged in sorted(self._objects, key=_place):
                self._taken.take(tx, staged.document)
                tx.put_object(staged)
        self._taken.keep_up(tx.version_after)
        self._is_long = tx.is_long
        self.loaded += len(self._objects) + len(self._others)
        self._batches += 1
        self._objects, self._others, self._bytes = [], [], 0

    def _put_others(self, tx: Transaction) -> None:
        users = dict(tx.users)
        tags = {tag.name for tag in tx.vocabulary.tags} | {tag.name for tag in tx.new_tags}
        for document in self._others:
            match document:
                case User():
                    if document.name in users:
                        raise StoreError(f"{layout.USERS}: {document.name!r} is there already")
                    users[document.name] = document
                case Tag():
                    if document.name in tags:
                        raise StoreError(f"{layout.TAGS}: {document.name!r} is there already")
                    tags.add(document.name)
                    tx.put_tag(document)
                case Catalog():
                    number = tx.catalogs().highest + 1
                    if number != document.N:
                        raise StoreError(
                            f"{layout.CATALOGS}: {number} comes next, and not {document.N}"
                        )
                    tx.add_catalog(document)
                case Settings():
                    tx.put_settings(document)
                case Vocabulary():
                    tx.put_vocabulary(document)
        if len(users) > len(tx.users):
            tx.put_users(users)


def _place(staged: Staged) -> int:
    """Put the events in the order of their numbers, and superevents behind them as they came."""
    document = staged.document
    return document.number if isinstance(document, Event) else sys.maxsize
