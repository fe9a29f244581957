"""One change of a store: staged, then committed by one line of the journal, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .. import vocabulary
from ..clock import Clock, iso_text
from ..documents import (
    Catalog,
    EMBBLog,
    EMObservation,
    Event,
    FileVersion,
    Log,
    Notice,
    Settings,
    Superevent,
    Tag,
    User,
    VOEvent,
)
from ..errors import StoreError
from ..identifiers import disk_name, graceid, gw_id, superevent_id
from ..stretches import Content, Stretch, pieces
from . import contents, disk, layout
from .commits import Commit, Texts
from .core import Core
from .delivery import deliver
from .series import Files
from .state import State, Written
from .view import LETTERS, View

__all__ = ["Transaction"]


class Transaction(View):
    """The store for its one writer: reads see what is staged; nothing counts until the commit."""

    def __init__(self, core: Core, state: State, call: str, user: str) -> None:
        super().__init__(core, state)
        self._call = call
        self._user = user
        self._documents: dict[str, Any] = {}
        self._lines: dict[str, dict[Any, Any]] = {}  # entries by their keys: each is written once
        self._counters: dict[str, Any] = dict(state.counters)
        self._alerts: dict[str, Any] = {}
        self._written: list[str] = []
        self._folders: dict[str, bool] = {}  # where files were written, and which folders are new
        self._new: list[str] = []  # folders of objects that were not there
        self._length = 0  # bytes of the journal's line
        self._cleared: dict[str, Files] = {}  # what objects had before they began anew
        self._process = os.getpid()
        self._after = state
        if self.document(layout.SETTINGS) is None:
            self.put_settings(Settings(created=iso_text(Clock.of("system").now())))

    @property
    def counters(self) -> Mapping[str, Any]:
        """The running totals, as they will be."""
        return self._counters

    @property
    def staged(self) -> Mapping[str, Any]:
        """The documents that change, by path; None for those that go."""
        if not self._cleared:
            return self._documents
        return {path: one for path, one in self._documents.items() if contents.is_document(path)}

    @property
    def state(self) -> State:
        """Of the journal, as the transaction has found it."""
        return self._state

    @property
    def version_after(self) -> tuple[int, int]:
        """The version of the store that the commit has left."""
        return self._after.version

    # Time

    def now(self) -> datetime:
        """Read the store's clock; every reading of a stepping clock is one step later."""
        clock, tick = self.clock, self._counters.get("tick", 0)
        if clock.step:
            self._counters["tick"] = tick + 1
        return clock.now(tick)

    def restart_ticks(self) -> None:
        """Let a stepping clock begin at its start again."""
        self._counters.pop("tick", None)

    def timestamp(self) -> str:
        """Read the store's clock as ISO text."""
        return iso_text(self.now())

    # Staging

    def put(self, path: str, document: Any) -> None:
        """Stage the new content of a document; None removes it."""
        if not contents.is_document(path):
            raise StoreError(f"{path!r} is no document of a store")
        self._core.place(path)  # says so if there is no such place
        self._documents[path] = document
        self._read[path] = document

    def put_settings(self, settings: Settings) -> None:
        """Stage the settings."""
        self.put(layout.SETTINGS, settings)

    def put_vocabulary(self, names: vocabulary.Vocabulary) -> None:
        """Stage the names that this store knows."""
        self.put(layout.VOCABULARY, names)

    def put_users(self, users: Mapping[str, User]) -> None:
        """Stage the users."""
        document = contents.Users(users)
        document.unknown = getattr(self.document(layout.USERS), "unknown", {})
        self.put(layout.USERS, document)

    def put_tag(self, tag: Tag) -> None:
        """Stage a tag that comes to exist."""
        document = contents.Tags((*self.new_tags, tag))
        document.unknown = getattr(self.document(layout.TAGS), "unknown", {})
        self.put(layout.TAGS, document)

    def new_number(self) -> int:
        """Give the number of a new event: one above all that were ever given."""
        number = int(self._counters.get("number", 0)) + 1
        while any(
            disk.exists(self._core.place(layout.event_document(graceid(letter, number))))
            for letter in LETTERS
        ):
            number += 1  # somebody put an event there by hand
        self._counters["number"] = number
        return number

    def put_event(self, event: Event) -> None:
        """Stage an event, new or changed."""
        path = layout.event_document(event.graceid)
        before = self.document(path)
        if before is None:
            self._new.append(layout.event_folder(event.graceid))
            newest = self._counters.get("newest", "")
            # the first page of a list is read off the numbers as long as they are in order of time
            if event.created < newest or event.number <= self._counters.get("last", 0):
                self._counters["ordered"] = False
            self._counters["newest"] = max(newest, event.created)
            for name in ("number", "last"):
                self._counters[name] = max(event.number, self._counters.get(name, 0))
        # one that is only reserved does not count yet
        counted = int(not event.reserved) - int(before is not None and not before.reserved)
        self._counters["events"] = int(self._counters.get("events", 0)) + counted
        closed = int(event.closed) - int(before is not None and before.closed)
        if closed:
            self._counters["closed"] = max(0, int(self._counters.get("closed", 0)) + closed)
        self.put(path, event)

    def new_serial(self) -> int:
        """Give the serial number of a new superevent."""
        serial = int(self._counters.get("superevents", 0)) + 1
        self._counters["superevents"] = serial
        return serial

    def new_superevent_id(self, category: str, date: str) -> str:
        """Give the default id of a new superevent of a category and day."""
        number = self._last_number(category, date, "number") + 1
        while self.superevent(found := superevent_id(category, date, number)) is not None:
            number += 1  # somebody put a superevent there by hand
        return found

    def new_gw_id(self, category: str, date: str) -> tuple[str, int]:
        """Give the id of the next superevent of a category and day to be confirmed."""
        number = self._last_number(category, date, "gw_number") + 1
        while self.superevent_named(found := gw_id(category, date, number)) is not None:
            number += 1  # a caller has chosen just that id for another one
        return found, number

    def _last_number(self, category: str, date: str, which: str) -> int:
        last = self.index.last_number(self, category, date, which)
        for one in self._staged_superevents():
            if (one.category, one.date) == (category, date):
                last = max(last, getattr(one, which) or 0)
        return last

    def superevent_named(self, gw_id: str) -> Superevent | None:
        """Give the superevent that has an id as a gravitational wave, confirmed or not."""
        for one in self._staged_superevents():
            if one.gw_id == gw_id:
                return one
        named = self.index.with_gw_id(self, gw_id)
        found = None if named is None else self.superevent(named)
        return found if found is not None and found.gw_id == gw_id else None

    def _staged_superevents(self) -> list[Superevent]:
        return [one for one in self._documents.values() if isinstance(one, Superevent)]

    def take_number(self, number: int) -> None:
        """Give the number of an event away, which is elsewhere."""
        self._counters["number"] = max(number, int(self._counters.get("number", 0)))

    def put_superevent(self, superevent: Superevent) -> None:
        """Stage a superevent, new or changed."""
        highest = int(self._counters.get("superevents", 0))
        self._counters["superevents"] = max(highest, superevent.serial)
        path = layout.superevent_document(superevent.superevent_id)
        if self.document(path) is None:
            self._new.append(layout.superevent_folder(superevent.superevent_id))
        self.put(path, superevent)

    def add_log(self, folder: str, log: Log) -> None:
        """Stage a log entry, new or (with the number of an old one) changed."""
        self._add(layout.logs_of(folder), log)

    def add_voevent(self, folder: str, voevent: VOEvent) -> None:
        """Stage a VOEvent, new or changed."""
        self._add(layout.voevents_of(folder), voevent)

    def add_emobservation(self, folder: str, observation: EMObservation) -> None:
        """Stage an observation by a follow-up group, new or changed."""
        self._add(layout.emobservations_of(folder), observation)

    def add_notice(self, folder: str, notice: Notice) -> None:
        """Stage a notice, new or changed."""
        self._add(layout.notices_of(folder), notice)

    def add_catalog(self, catalog: Catalog) -> None:
        """Stage a version of a catalog, new or changed."""
        self._add(layout.CATALOGS, catalog)

    def add_embb_log(self, folder: str, entry: EMBBLog) -> None:
        """Stage an entry of the EMBB log, new or changed."""
        self._add(layout.embb_logs_of(folder), entry)

    def _add(self, path: str, entry: Any) -> None:
        self._read[path] = self.series(path).extended([entry])
        self._lines.setdefault(path, {})[entry.key] = entry

    def clear(self, folder: str) -> None:
        """Stage that the log, the files and so on of an object begin anew; its document stays.

        The files that it had go when this has happened, but for those that are written again with
        the same bytes.
        """
        self._cleared[folder] = self.files(folder)
        for name in sorted(layout.OF_OBJECT[folder.partition("/")[0]]):
            path = f"{folder}/{name}"
            if contents.is_series(path) and len(self.series(path)):
                self._documents[path] = None
                self._lines.pop(path, None)
                self._read[path] = contents.series(path)

    def write_file(
        self, folder: str, name: str, content: Content, version: int | None = None
    ) -> FileVersion:
        """Write the next version of a file, or a version that it lacks; stage that it exists.

        Parameters
        ----------
        folder : str
            Of the object.
        name : str
            What users call the file, without a version.
        content : bytes, memoryview or Stretch
            All of it. It is not copied.
        version : int, optional
            None is the next one.

        Raises
        ------
        StoreError
            If no file can have that name, or the disk does not take it.
        """
        if not name or "/" in name or "\0" in name:
            raise StoreError(f"{name!r} is no name of a file")
        files = self.files(folder)
        if version is None:
            version = files.next_version(name)
        if not isinstance(content, Stretch):
            content = memoryview(content).cast("B")
        digest = hashlib.sha256()
        for piece in pieces(content):
            digest.update(piece)
        sum_of_all = digest.hexdigest()
        stored = files.disk_name(name)
        if cleared := self._cleared.get(folder):
            old = cleared.get(name, version)
            same = old is not None and (old.size, old.sha256) == (len(content), sum_of_all)
            if old is not None and same and self._lies(folder, old):
                self._add(layout.files_of(folder), old)
                return old
            stored = disk_name(name, _other_names(cleared, files, name))
        file = FileVersion(
            name=name,
            version=version,
            size=len(content),
            sha256=sum_of_all,
            disk="" if stored == name else stored,
        )
        place = self._core.place(f"{folder}/{file.blob}")
        try:
            if folder not in self._folders:
                where = self._core.place(folder)
                self._folders[folder] = not disk.exists(where)
                if self._folders[folder]:
                    disk.make_folder(where)
            self._written.append(place)
            disk.write_new(place, content, fsync=self.settings.fsync)
        except OSError as error:
            raise StoreError(f"{place} cannot be written: {error}") from error
        self._add(layout.files_of(folder), file)
        return file

    def _lies(self, folder: str, file: FileVersion) -> bool:
        """Whether a file is on disk, with as many bytes as it should have."""
        if file.absent:
            return False
        found = disk.identity(self._core.place(f"{folder}/{file.blob}"))
        return found is not None and found[1] == file.size

    def add_absent_file(self, folder: str, name: str, version: int) -> None:
        """Stage that there was a version of a file, of which the bytes are not here."""
        stored = self.files(folder).disk_name(name)
        file = FileVersion(
            name=name,
            version=version,
            size=0,
            sha256=hashlib.sha256(b"").hexdigest(),
            disk="" if stored == name else stored,
            absent=True,
        )
        self._add(layout.files_of(folder), file)

    def announce(self, root: str, line: str, alert: list[Any]) -> None:
        """Stage that those who listen are told of the change: see `Commit.alerts`."""
        if not self._alerts:
            self._alerts = {"root": root, "line": line, "sent": []}
        self._alerts["sent"].append(alert)
        self._counters["alerts"] = int(self._counters.get("alerts", 0)) + 1

    # The end

    def roll_back(self) -> None:
        """Take back what lies on disk already."""
        if os.getpid() != self._process:
            return  # that is for the process to do that has the lock
        for place in self._written:
            with contextlib.suppress(OSError):
                disk.remove(place)
        for folder, new in self._folders.items():
            if new:
                disk.remove_empty(self._core.place(folder))

    def commit(self) -> None:
        """Make it so: one line of the journal, then the documents, then the mark.

        Raises
        ------
        StoreError
            If the line cannot be written; then nothing has happened.
        """
        core = self._core
        if not (self._documents or self._lines or self._counters != self._state.counters):
            return
        if os.getpid() != self._process:
            raise StoreError("a transaction cannot be ended in a child of the process it began in")
        try:
            fsync = self.settings.fsync
            commit = self._staged()
            if fsync:
                self._sync_folders()
            texts = Texts(commit)
            line = texts.line()
            self._length = len(line)
            state = core.journal.append(self._state, commit, line, fsync=fsync)
        except BaseException as error:
            if not self._may_have_happened():
                self.roll_back()
            if isinstance(error, OSError):
                raise StoreError(
                    f"{core.journal.path}: the change was not made: {error}"
                ) from error
            raise
        # It has happened. If what follows fails, readers go by the journal, and the next writer
        # tries again.
        core.publish(state)
        self._after = state
        with contextlib.suppress(OSError, StoreError):
            self._deliver(commit, texts, fsync=fsync)
            state = core.journal.mark(state, fsync=fsync)
            core.publish(state)
            core.written = Written(self._state.place, commit, state.place)
            self._remove_cleared()

    def _remove_cleared(self) -> None:
        """Remove the files that an object had before it was cleared, and has no more."""
        for folder, files in self._cleared.items():
            kept = {file.blob for file in self.files(folder)}
            for blob in {file.blob for file in files if not file.absent} - kept:
                disk.remove(self._core.place(f"{folder}/{blob}"))

    def _json(self, path: str, value: Any) -> dict[str, Any]:
        return contents.document_json(value)

    def _deliver(self, commit: Commit, texts: Texts, *, fsync: bool) -> None:
        new = [folder for folder in self._new if folder not in self._folders]
        deliver(self._core, commit, self._read, texts, fsync=fsync, new=new)

    def _staged(self) -> Commit:
        return Commit(
            n=self._state.n + 1,
            time=iso_text(self.clock.now(self._counters.get("tick", 0))),
            user=self._user,
            call=self._call,
            documents={
                path: None if value is None else self._json(path, value)
                for path, value in self._documents.items()
            },
            lines={
                path: [entry.to_json() for entry in entries.values()]
                for path, entries in self._lines.items()
            },
            counters=self._counters,
            alerts=self._alerts,
        )

    def _may_have_happened(self) -> bool:
        """Whether the line may be there although writing it ended with an error."""
        try:
            now = disk.identity(self._core.journal.path)
        except OSError:
            return True
        return now is not None and now[1] > self._state.offset

    def _sync_folders(self) -> None:
        for folder, new in self._folders.items():
            disk.sync_folder(self._core.place(folder))
            if new:
                disk.sync_folder(self._core.place(folder.rpartition("/")[0]))


def _other_names(cleared: Files, files: Files, name: str) -> list[str]:
    """Give the names on disk that a file may not have, beside files that are there no more."""
    others = [file.disk or file.name for file in cleared]
    return others + [stored for one, stored in files.disk_names().items() if one != name]
