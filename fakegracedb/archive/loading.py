"""`load`: archived objects into a store as they are, with their own ids, times and numbers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import schemas
from ..clock import parse_time
from ..documents import Event, Superevent, Tag
from ..errors import ArchiveError, StoreError
from ..identifiers import parse_graceid, split_version, versioned
from ..store import Store
from ..store.layout import VOCABULARY, event_folder, superevent_folder
from . import conversion
from .archived import Archived, ArchivedEvent, ArchivedSuperevent
from .endpoints import EVENT, SUPEREVENT, listed_files
from .finding import found
from .folder import Archive

if TYPE_CHECKING:
    from ..store import Transaction
    from ..vocabulary import ServerSettings, Vocabulary

__all__ = ["Loadable", "Loaded", "load", "seed_from"]

# What is asked for is told by other answers too, as far as a store keeps it.
_TOLD_ELSEWHERE = ("events", "pipeline_preferred_events", "tags", "files")

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


class _Loader:
    """One load."""

    def __init__(self, *, may_replace: bool) -> None:
        self.ids: list[str] = []
        self.absent: list[str] = []
        self.replaced: list[str] = []
        self.files = 0
        self._may_replace = may_replace
        self._limits: ServerSettings | None = None

    def put(self, tx: Transaction, archived: Archived) -> None:
        """Stage an object."""
        names: Vocabulary | None = tx.document(VOCABULARY)
        self._limits = None if names is None else names.settings
        try:
            if isinstance(archived, ArchivedSuperevent):
                self._put_superevent(tx, archived)
            elif isinstance(archived, ArchivedEvent):
                named = archived.object.get("superevent")
                self._put_event(tx, archived, named, "", by_itself=True)
            else:
                raise ArchiveError(f"{archived!r} is no archived object")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ArchiveError(f"{archived.id}: the archive is damaged: {error!r}") from error

    # Superevents

    def _put_superevent(self, tx: Transaction, archived: ArchivedSuperevent) -> None:
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
            self._put_event(tx, event, superevent.id, superevent.created)
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
        gaps = self._put_series(tx, archived, path)
        missing = not here.issuperset(superevent.events)
        self._tell_unreadable(archived)
        superevent = replace(superevent, partial=gaps or missing)
        self._extend_vocabulary(tx, superevent, ())
        self._validate("superevent", superevent.to_json(), f"{path}/superevent.json")
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
        by_itself: bool = False,
    ) -> Event:
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
            if other.superevent not in (None, event.superevent) and not by_itself:
                owner = tx.find_superevent(other.superevent or "")
                if owner is not None and event.graceid in owner.events:
                    raise StoreError(
                        f"{event.graceid} cannot be loaded: in the store it belongs to "
                        f"{other.superevent}"
                    )
            event = replace(event, created=other.created)
            tx.clear(path)
        if by_itself:
            event = self._alone(tx, event, other)
        gaps = self._put_series(tx, archived, path)
        if archived.partial and archived.unreadable.get("object"):
            self.absent.append(f"{event.graceid}: only what its superevent tells of it")
        self._tell_unreadable(archived)
        event = replace(event, partial=event.partial or gaps)
        self._extend_vocabulary(tx, event, (event,))
        self._validate("event", event.to_json(), f"{path}/event.json")
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

    def _check_same(
        self, id_: str, before: Event | Superevent, new: Event | Superevent, old: str, now: str
    ) -> None:
        """Refuse an id that is taken, by the same object or by something else."""
        seconds = [parse_time(one.created).replace(microsecond=0) for one in (before, new)]
        if (before.submitter, old, seconds[0]) != (new.submitter, now, seconds[1]):
            raise StoreError(
                f"{id_} cannot be loaded: the store has another {id_}, of {old}, by "
                f"{before.submitter}, created {before.created}"
            )
        if not self._may_replace:
            raise StoreError(f"{id_} is in the store already: --replace (replace=True) loads anew")
        self.replaced.append(id_)

    # What hangs on them

    def _put_series(self, tx: Transaction, archived: Archived, folder: str) -> bool:
        """Stage logs, files and so on; tell whether the numbers of any have gaps."""
        logs = [conversion.log_document(row) for row in archived.logs]
        self._put_tags(tx, archived, logs)
        series: dict[str, list[Any]] = {
            "log": logs,
            "voevent": [conversion.voevent(row) for row in archived.rows("voevents")],
            "emobservation": [
                conversion.emobservation(row) for row in archived.rows("emobservations")
            ],
        }
        if isinstance(archived, ArchivedSuperevent):
            series["notice"] = [conversion.notice(row) for row in archived.rows("notices")]
        else:
            names = tx.vocabulary
            series["embb"] = [conversion.embb_log(row, names) for row in archived.rows("embb")]
        gaps = self._put_files(tx, archived, folder, logs)
        add: dict[str, Callable[[str, Any], None]] = {
            "log": tx.add_log,
            "voevent": tx.add_voevent,
            "emobservation": tx.add_emobservation,
            "notice": tx.add_notice,
            "embb": tx.add_embb_log,
        }
        for kind, entries in series.items():
            entries.sort(key=lambda entry: int(entry.N))
            numbers = [entry.N for entry in entries]
            if len(set(numbers)) < len(numbers):
                raise ArchiveError(f"{archived.id}: two entries ({kind}) have the same number")
            gaps = gaps or numbers != list(range(1, len(numbers) + 1))
            for entry in entries:
                self._validate(kind, entry.to_json(), f"{folder}: {kind} {entry.N}")
                add[kind](folder, entry)
        return gaps

    def _put_files(
        self, tx: Transaction, archived: Archived, folder: str, logs: Iterable[Any]
    ) -> bool:
        """Stage the files in the order of the log; what is told and lacking is put down as that."""
        there = {(file.name, file.version): file for file in archived.files}
        lacking = []
        by_name: dict[str, list[int]] = {}
        for name, version in _told_files(archived, logs):
            by_name.setdefault(name, []).append(version)
        for name, versions in by_name.items():
            versions.sort()
            for version in versions:
                file = there.get((name, version))
                if "/" in name or "\0" in name:
                    self.absent.append(f"{archived.id}: no file can be called {name!r}")
                    continue
                if file is None:
                    lacking.append(versioned(name, version))
                    tx.add_absent_file(folder, name, version)
                else:
                    tx.write_file(folder, name, archived.content(file), version)
                    self.files += 1
        if lacking:
            shown = ", ".join(lacking[:5]) + (" …" if len(lacking) > 5 else "")
            self.absent.append(
                f"{archived.id}: {len(lacking)} file(s) are not in the archive: {shown}"
            )
        return any(versions != list(range(len(versions))) for versions in by_name.values())

    def _put_tags(self, tx: Transaction, archived: Archived, logs: Iterable[Any]) -> None:
        """Let the tags exist that the entries have."""
        shown = {
            row["name"]: row.get("displayName")
            for name in archived.answers
            if name == "tags" or name.startswith("tags/")
            for row in archived.answers[name].get("tags", ())
        }
        known = {tag.name for tag in tx.vocabulary.tags} | {tag.name for tag in tx.new_tags}
        for log in logs:
            for name in log.tags:
                if name not in known:
                    known.add(name)
                    tx.put_tag(Tag(name, shown.get(name)))

    def _extend_vocabulary(
        self, tx: Transaction, labelled: Event | Superevent, events: Iterable[Event]
    ) -> None:
        """Let the store know the names that an object has."""
        names = before = tx.vocabulary
        for event in events:
            names = names.with_group(event.group)
            if names.pipeline(event.pipeline) is None:
                names = names.with_pipeline(event.pipeline)
            if event.search:
                names = names.with_search(event.search)
        for label in labelled.labels:
            if names.label(label.name) is None:
                names = names.with_label(label.name)
        if names is not before:
            tx.put_vocabulary(names)

    def _validate(self, kind: str, data: Mapping[str, Any], where: str) -> None:
        schemas.validate(kind, data, where=where, settings=self._limits)

    def _tell_unreadable(self, archived: Archived) -> None:
        """Tell what was refused, and what was not asked for."""
        unreadable = [name for name in archived.unreadable if "/" not in name and name != "object"]
        if unreadable:
            self.absent.append(f"{archived.id}: could not be read: {', '.join(unreadable)}")
        endpoints = SUPEREVENT if isinstance(archived, ArchivedSuperevent) else EVENT
        known = {*archived.answers, *archived.unreadable, *_TOLD_ELSEWHERE}
        lacking = [one.name for one in endpoints if one.name not in known]
        if lacking and "object" not in archived.unreadable:
            self.absent.append(f"{archived.id}: the archive lacks its {', '.join(lacking)}")


def _told_files(archived: Archived, logs: Iterable[Any]) -> dict[tuple[str, int], None]:
    """Give the names and versions of all files of which the archive tells, in their order."""
    keys = [split_version(name) for name in listed_files(archived.answers.get("files"))]
    keys += [(file.name, file.version) for file in archived.files]
    keys += [(log.filename, log.file_version) for log in logs if log.filename]
    return {(name, version): None for name, version in keys if version is not None}
