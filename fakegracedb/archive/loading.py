"""`load`: archived objects into a store as they are, with their own ids, times and numbers."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from ..clock import parse_time
from ..documents import Event, Superevent
from ..errors import ArchiveError, StoreError
from ..identifiers import is_superevent_id, parse_graceid
from ..store import Store
from ..store.layout import event_folder, superevent_folder
from . import conversion
from .archived import Archived, ArchivedEvent, ArchivedSuperevent
from .filling import Filler
from .finding import found
from .folder import Archive
from .records import UNKNOWN

if TYPE_CHECKING:
    from ..store import Transaction

__all__ = ["Loadable", "Loaded", "load", "seed_from"]

Loadable: TypeAlias = str | os.PathLike[str] | Archived | Archive | Iterable[Any]


@dataclass(frozen=True)
class Loaded:
    """What a load has brought into a store.

    Attributes
    ----------
    ids : tuple of str
        Of the objects and their events, superevents first.
    absent : tuple of str
        What the archive lacks, in words.
    replaced : tuple of str
        Ids of those that were there before.
    files : int
        How many files came along.
    """

    ids: tuple[str, ...]
    absent: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    files: int = 0


def load(
    what: Loadable,
    store: Store | str | os.PathLike[str],
    *,
    archive: Archive | str | os.PathLike[str] | None = None,
    replace: bool = False,
) -> Loaded:
    """Load archived objects into a store, verbatim.

    Parameters
    ----------
    what : str, path-like, ArchivedEvent, ArchivedSuperevent or iterable of these
        An id in the archive; a folder that holds an object, an archive, or saved answers of a
        server; a JSON file with a superevent, an event, or a list of either; or what was read.
    store : Store or path-like
        Where to; the folder is made when it is missing.
    archive : Archive or path-like, optional
        In which ids are looked up; None is the default one.
    replace : bool
        Whether objects that were loaded before may be replaced, with all that hangs on them.

    Returns
    -------
    Loaded
        What came, and what the archive lacks.

    Raises
    ------
    ArchiveError
        If there is no such object, or it is damaged.
    StoreError
        If an id is taken. In every case nothing has changed then: all comes in one commit.
    """
    place = archive if isinstance(archive, Archive) else Archive(archive)
    objects = list(found(what, place))
    target = store if isinstance(store, Store) else Store(store)
    loader = _Loader(may_replace=replace)
    named = " ".join(one.id for one in objects[:3]) + (" …" if len(objects) > 3 else "")
    with target.transaction(f"load {named}") as tx:
        for one in objects:
            loader.put(tx, one)
    return Loaded(
        ids=tuple(loader.ids),
        absent=tuple(loader.absent),
        replaced=tuple(loader.replaced),
        files=loader.files,
    )


def seed_from(what: Loadable, store: Store | str | os.PathLike[str]) -> Loaded:
    """Fill the fresh store of a test.

    Parameters
    ----------
    what : str, path-like, Archive, ArchivedEvent, ArchivedSuperevent or iterable of these
        As for `load`: an id is looked up in the default archive.
    store : Store or path-like
        The store.

    Returns
    -------
    Loaded
        What came, and what the archive lacks.
    """
    return load(what, store)


class _Loader(Filler):
    """One load."""

    def __init__(self, *, may_replace: bool) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.replaced: list[str] = []
        self._may_replace = may_replace

    def put(self, tx: Transaction, archived: Archived) -> None:
        """Stage an object."""
        self.keep_limits(tx)
        try:
            if isinstance(archived, ArchivedSuperevent):
                self._put_superevent(tx, archived)
            elif isinstance(archived, ArchivedEvent):
                named = archived.object.get("superevent")
                self._put_event(tx, archived, named, "", within=None)
            else:
                raise ArchiveError(f"{archived!r} is no archived object")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ArchiveError(f"{archived.id}: the archive is damaged: {error!r}") from error

    # Superevents

    def _put_superevent(self, tx: Transaction, archived: ArchivedSuperevent) -> None:
        self._check_id(archived.id, "S240229a", known=is_superevent_id(archived.id))
        path = superevent_folder(archived.id)
        before = tx.superevent(archived.id)
        self.ids.append(archived.id)
        superevent = conversion.superevent_document(archived, tx.vocabulary, 1, ())
        if before is not None:
            self._check_same(archived.id, before, superevent, before.category, superevent.category)
            tx.clear(path)
        self._check_gw_id(tx, superevent)
        told = conversion.told_events(archived)
        events = [
            self._put_event(tx, event, superevent.id, superevent.created, within=archived.id)
            for event in (*archived.events, *told)
        ]
        serial = tx.new_serial() if before is None else before.serial
        superevent = conversion.superevent_document(archived, tx.vocabulary, serial, events)
        if before is not None:
            superevent = replace(superevent, created=before.created)
            self._let_go(tx, before, superevent)
        here = {event.graceid for event in events}
        for graceid in superevent.events:
            if graceid not in here:
                self._miss(tx, archived.id, graceid)
        if superevent.preferred_event not in here:
            raise ArchiveError(
                f"{archived.id}: the archive lacks its preferred event {superevent.preferred_event}"
            )
        gaps = self.put_series(tx, archived, path)
        missing = not here.issuperset(superevent.events)
        self.tell_unreadable(archived)
        superevent = replace(superevent, partial=gaps or missing)
        self.extend_vocabulary(tx, superevent, ())
        self.validate("superevent", superevent.to_json(), f"{path}/superevent.json")
        tx.put_superevent(superevent)

    def _check_gw_id(self, tx: Transaction, superevent: Superevent) -> None:
        if superevent.gw_id is None:
            return
        other = tx.superevent_named(superevent.gw_id)
        if other is not None and other.superevent_id != superevent.superevent_id:
            raise StoreError(
                f"{superevent.superevent_id} cannot be loaded: {other.superevent_id} has its id "
                f"{superevent.gw_id} as a gravitational wave"
            )

    def _let_go(self, tx: Transaction, before: Superevent, superevent: Superevent) -> None:
        """Let events go that belonged to a superevent that is replaced, and do not any more."""
        for graceid in set(before.events) - set(superevent.events):
            event = tx.event(graceid)
            if event is not None:
                tx.put_event(replace(event, superevent=None))
                self.absent.append(
                    f"{superevent.superevent_id}: {graceid} is no member of it in the archive, and "
                    "belongs to no superevent now"
                )

    def _miss(self, tx: Transaction, superevent_id: str, graceid: str) -> None:
        """Tell of a member that is not in the archive; its number is given away all the same."""
        parsed = parse_graceid(graceid)
        if parsed is not None:
            tx.take_number(parsed[1])
        self.absent.append(f"{superevent_id}: its event {graceid} is not in the archive")

    # Events

    def _put_event(
        self,
        tx: Transaction,
        archived: ArchivedEvent,
        superevent: str | None,
        created: str,
        *,
        within: str | None,
    ) -> Event:
        """Stage an event, which comes with the superevent that has the id `within`, or alone."""
        self._check_id(archived.id, "G0001", known=parse_graceid(archived.id) is not None)
        event = conversion.event_document(archived, superevent, created)
        path = event_folder(event.graceid)
        other = tx.event_numbered(event.number)
        if other is not None and other.graceid != event.graceid:
            raise StoreError(
                f"{event.graceid} cannot be loaded: {other.graceid} has its number in the store"
            )
        self.ids.append(event.graceid)
        if other is not None:
            self._check_same(event.graceid, other, event, other.pipeline, event.pipeline)
            if other.superevent not in (None, event.superevent) and within is not None:
                owner = tx.find_superevent(other.superevent or "")
                another = owner is not None and owner.superevent_id != within
                if owner is not None and another and event.graceid in owner.events:
                    raise StoreError(
                        f"{event.graceid} cannot be loaded: in the store it belongs to "
                        f"{other.superevent}"
                    )
            event = replace(event, created=other.created)
            tx.clear(path)
        if within is None:
            event = self._alone(tx, event, other)
        gaps = self.put_series(tx, archived, path)
        if archived.partial and archived.unreadable.get("object"):
            self.absent.append(f"{event.graceid}: only what its superevent tells of it")
        self.tell_unreadable(archived)
        event = replace(event, partial=event.partial or gaps)
        self.extend_vocabulary(tx, event, (event,))
        self.validate("event", event.to_json(), f"{path}/event.json")
        tx.put_event(event)
        return event

    def _alone(self, tx: Transaction, event: Event, other: Event | None) -> Event:
        """Give an event that comes without the superevent that it names."""
        if event.superevent is None:
            if other is not None and other.superevent is not None:
                owner = tx.find_superevent(other.superevent)
                if owner is not None and event.graceid in owner.events:
                    return replace(event, superevent=other.superevent)
            return event
        owner = tx.find_superevent(event.superevent)
        if owner is None or event.graceid not in owner.events:
            self.absent.append(
                f"{event.graceid}: its superevent {event.superevent} is not in the store"
            )
            return replace(event, partial=True)
        return event

    def _check_id(self, id_: str, like: str, *, known: bool) -> None:
        """Refuse what no server gives, as ``Gev-…``: a store counts on from the ids that it has."""
        if not known:
            raise ArchiveError(
                f"{id_} cannot be loaded: ids of a store are like {like}. `create` (regenerate) "
                "makes it anew, with an id of its own"
            )

    def _check_same(
        self, id_: str, before: Event | Superevent, new: Event | Superevent, old: str, now: str
    ) -> None:
        """Refuse an id that is taken, by the same object or by something else."""
        seconds = [parse_time(one.created).replace(microsecond=0) for one in (before, new)]
        told = UNKNOWN not in (before.submitter, new.submitter)
        if old != now or (told and (before.submitter, seconds[0]) != (new.submitter, seconds[1])):
            raise StoreError(
                f"{id_} cannot be loaded: the store has another {id_}, of {old}, by "
                f"{before.submitter}, created {before.created}"
            )
        if not self._may_replace:
            raise StoreError(f"{id_} is in the store already: --replace (replace=True) loads anew")
        self.replaced.append(id_)
