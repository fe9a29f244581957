"""What a bulk load refuses: ids that are taken, gaps in numbers, members that do not agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..documents import Event, FileVersion, Superevent
from ..errors import StoreError
from . import layout
from .batch import Staged

if TYPE_CHECKING:
    from .transaction import Transaction
    from .view import View

__all__ = ["Members", "Taken", "check_series"]


def check_series(staged: Staged) -> None:
    """Refuse an object whose entries are not numbered 1, 2, 3 …, or name files that it lacks."""
    for path, entries in staged.lines.items():
        for number, entry in enumerate(entries, start=1):
            if entry["N"] != number:
                raise StoreError(f"{path}: entry {number} has the number {entry['N']}")
    names = set()
    for file in staged.files:
        if isinstance(file, FileVersion):
            path = layout.files_of(staged.folder)
            raise StoreError(f"{path}: {file.name!r} comes without its content")
        names.add(file[0])
    for entry in staged.lines.get(layout.logs_of(staged.folder), ()):
        named = entry.get("filename", "")
        if entry.get("file_version") is not None and named not in names:
            path = layout.logs_of(staged.folder)
            raise StoreError(
                f"{path}: entry {entry['N']} names the file {named!r}, which is missing"
            )


class Taken:
    """The ids in a store while documents are loaded, looked up anew only if others write too."""

    def __init__(self) -> None:
        self._version: tuple[int, int] | None = None
        self._graceids: dict[int, str] = {}
        self._serials: set[int] | None = None

    def look(self, tx: Transaction) -> None:
        """Take in what is in the store before a batch."""
        if tx.version != self._version:
            self._graceids = {int(graceid[1:]): graceid for graceid in tx.graceids()}
            self._serials = None

    def keep_up(self, version: tuple[int, int]) -> None:
        """Say what the store's version is after the batch."""
        self._version = version

    def take(self, tx: Transaction, document: Event | Superevent) -> None:
        """Take the ids of a new object.

        Raises
        ------
        StoreError
            If one of them is taken.
        """
        if isinstance(document, Event):
            self._take_number(tx, document)
        else:
            self._take_superevent(tx, document)

    def _take_number(self, tx: Transaction, event: Event) -> None:
        other = self._graceids.get(event.number)
        # a writer that died may have left a folder without an event
        if other is not None and tx.event(other) is not None:
            path = layout.event_document(event.graceid)
            what = "is there already" if other == event.graceid else f"{other} has its number"
            raise StoreError(f"{path}: {what}")
        self._graceids[event.number] = event.graceid

    def _take_superevent(self, tx: Transaction, superevent: Superevent) -> None:
        path = layout.superevent_document(superevent.superevent_id)
        if tx.superevent(superevent.superevent_id) is not None:
            raise StoreError(f"{path}: is there already")
        if superevent.gw_id is not None:
            other = tx.superevent_named(superevent.gw_id)
            if other is not None:
                raise StoreError(f"{path}: {other.superevent_id} has its gw_id {superevent.gw_id}")
        if self._serials is None:
            with tx.index.tables(tx) as tables:
                serials = tables.superevents.numbers["serial"].values
                self._serials = {serials[slot] for slot in tables.superevents.slots.values()}
        if superevent.serial in self._serials:
            raise StoreError(
                f"{path}: another superevent has the serial number {superevent.serial}"
            )
        if superevent.serial:
            self._serials.add(superevent.serial)


class Members:
    """Which events say that they belong to superevents, and which superevents say so too."""

    def __init__(self) -> None:
        self._named: dict[str, str | None] = {}  # superevent of each event
        self._owners: dict[str, str] = {}  # superevent that has each event
        self._unmatched: dict[str, str] = {}  # events whose superevent has not come yet
        self._missing: dict[str, str] = {}  # documents of superevents whose event has not come yet

    def take(self, document: Event | Superevent) -> None:
        """Take in a document.

        Raises
        ------
        StoreError
            If it does not agree with one before.
        """
        if isinstance(document, Event):
            self._take_event(document)
        else:
            self._take_superevent(document)

    def _take_event(self, event: Event) -> None:
        graceid = event.graceid
        self._named[graceid] = event.superevent
        path = self._missing.pop(graceid, None)
        if path is not None:
            _agree(path, graceid, event.superevent, self._owners[graceid])
        elif event.superevent is not None:
            self._unmatched[graceid] = event.superevent

    def _take_superevent(self, superevent: Superevent) -> None:
        path = layout.superevent_document(superevent.superevent_id)
        members = superevent.events
        for graceid in (superevent.preferred_event, *superevent.pipeline_preferred.values()):
            if graceid not in members:
                raise StoreError(f"{path}: its preferred event {graceid} is no member")
        for graceid in members:
            if graceid in self._owners:
                other = self._owners[graceid]
                raise StoreError(f"{path}: its event {graceid} is a member of {other} too")
            self._owners[graceid] = superevent.id
            if graceid in self._named:
                _agree(path, graceid, self._named[graceid], superevent.id)
                del self._unmatched[graceid]
            else:
                self._missing[graceid] = path

    def check(self, view: View) -> None:
        """Look in the store for what has not come.

        Raises
        ------
        StoreError
            If it is not there either, or does not agree.
        """
        for graceid, path in self._missing.items():
            event = view.event(graceid)
            if event is None:
                raise StoreError(f"{path}: its event {graceid} is missing")
            _agree(path, graceid, event.superevent, self._owners[graceid])
        for graceid, named in self._unmatched.items():
            superevent = view.find_superevent(named)
            if superevent is None or graceid not in superevent.events:
                path = layout.event_document(graceid)
                raise StoreError(f"{path}: names the superevent {named}, which does not have it")


def _agree(path: str, graceid: str, said: str | None, superevent: str) -> None:
    if said != superevent:
        raise StoreError(f"{path}: its event {graceid} names {said or 'no superevent'}")
