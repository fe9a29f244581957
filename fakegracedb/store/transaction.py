"""One change of a store: staged, then committed by one line of the journal, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .. import vocabulary
from ..clock import Clock, iso_text
from ..documents import Event, FileVersion, Log, Settings, Tag, User
from ..errors import StoreError
from ..identifiers import disk_name, graceid
from . import contents, disk, layout
from .core import Core
from .journal import Commit, State
from .series import Files, Logs
from .view import LETTERS, View

__all__ = ["Transaction", "finish"]

_TAIL = 64


class Transaction(View):
    """The store for its one writer: reads see what is staged; nothing counts until the commit."""

    def __init__(self, core: Core, state: State, call: str, user: str) -> None:
        super().__init__(core, state)
        self._call = call
        self._user = user
        self._documents: dict[str, Any] = {}
        self._lines: dict[str, list[Any]] = {}
        self._counters: dict[str, Any] = dict(state.counters)
        self._written: list[str] = []
        self._folders: set[str] = set()

    @property
    def counters(self) -> Mapping[str, Any]:
        """The running totals, as they will be."""
        return self._counters

    # Time

    def now(self) -> datetime:
        """Read the store's clock; every reading of a stepping clock is one step later."""
        tick = self._counters.get("tick", 0)
        clock = Clock.from_json(self.settings.clock)
        if clock.kind == "stepping":
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
        self.put(layout.USERS, dict(users))

    def put_tag(self, tag: Tag) -> None:
        """Stage a tag that comes to exist."""
        self.put(layout.TAGS, (*self.new_tags, tag))

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
        if self.document(path) is None:
            count = int(self._counters.get("events", 0))
            newest = self._counters.get("newest", "")
            # the first page of a list is read off the numbers as long as they are in order of time
            if event.created < newest or event.number <= self._counters.get("last", 0):
                self._counters["ordered"] = False
            self._counters["events"] = count + 1
            self._counters["newest"] = max(newest, event.created)
            self._counters["last"] = max(event.number, self._counters.get("last", 0))
        self.put(path, event)

    def add_log(self, folder: str, log: Log) -> None:
        """Stage a log entry, new or (with the number of an old one) changed."""
        self._add(layout.logs_of(folder), log)

    def _add(self, path: str, entry: Any) -> None:
        self._read[path] = self.series(path).extended([entry])
        self._lines.setdefault(path, []).append(entry)

    def write_file(self, folder: str, name: str, content: bytes | memoryview) -> FileVersion:
        """Write the next version of a file, and stage that it exists.

        Parameters
        ----------
        folder : str
            Of the object.
        name : str
            What users call the file, without a version.
        content : bytes
            All of it.
        """
        files = self.files(folder)
        version = files.next_version(name)
        names = files.disk_names()
        stored = names.get(name) or disk_name(name, names.values())
        file = FileVersion(
            name=name,
            version=version,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            disk="" if stored == name else stored,
        )
        place = self._core.place(f"{folder}/{file.blob}")
        self._make_folder(folder)
        self._written.append(place)
        disk.write_new(place, content, fsync=self.settings.fsync)
        self._add(layout.files_of(folder), file)
        return file

    def _make_folder(self, folder: str) -> None:
        if folder not in self._folders:
            _make_folders(self._core, folder)
            self._folders.add(folder)

    # The end

    def roll_back(self) -> None:
        """Take back what lies on disk already."""
        for place in self._written:
            with contextlib.suppress(OSError):
                disk.remove(place)

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
        commit = Commit(
            n=self._state.n + 1,
            time=iso_text(Clock.from_json(self.settings.clock).now(self._counters.get("tick", 0))),
            user=self._user,
            call=self._call,
            documents={
                path: None if value is None else contents.document_json(value)
                for path, value in self._documents.items()
            },
            lines={
                path: [entry.to_json() for entry in entries]
                for path, entries in self._lines.items()
            },
            counters=self._counters,
        )
        fsync = self.settings.fsync
        try:
            state = core.journal.append(self._state, commit, fsync=fsync)
        except OSError as error:
            self.roll_back()
            raise StoreError(f"{core.journal.path}: the change was not made: {error}") from error
        # It has happened. If what follows fails, readers go by the journal, and the next writer
        # tries again.
        core.publish(state)
        with contextlib.suppress(OSError):
            self._apply(commit, fsync=fsync)
            core.publish(core.journal.mark(state, fsync=fsync))

    def _apply(self, commit: Commit, *, fsync: bool) -> None:
        core = self._core
        for path, data in commit.documents.items():
            _apply_document(core, path, data, self._documents[path], fsync=fsync)
        for path, lines in commit.lines.items():
            # known to be whole: this transaction has read it
            text = b"".join(map(layout.line_text, lines))
            known = core.remembered.get(path)
            place = core.place(path)
            whole = known is not None and known.identity == disk.identity(place) and known.tail
            if not whole and disk.exists(place):
                _apply_lines(core, path, lines, fsync=fsync)
                continue
            _make_folders(core, path.rpartition("/")[0])
            identity = disk.append(place, text, fsync=fsync)
            before = known.tail if known is not None and whole else b""
            core.keep(path, self._read[path], identity, (before + text)[-_TAIL:])


def _make_folders(core: Core, folder: str) -> None:
    try:
        disk.make_folder(core.place(folder))
    except FileNotFoundError:
        disk.make_folder(core.place(folder), parents=True)


def _apply_document(
    core: Core, path: str, data: dict[str, Any] | None, value: Any, *, fsync: bool
) -> None:
    place = core.place(path)
    if data is None:
        core.remembered.pop(path, None)
        disk.remove(place)
        return
    text = layout.pretty_text(data)
    try:
        identity = disk.replace(place, text, fsync=fsync)
    except FileNotFoundError:
        _make_folders(core, path.rpartition("/")[0])
        identity = disk.replace(place, text, fsync=fsync)
    core.keep(path, value, identity)


def _apply_lines(core: Core, path: str, lines: list[dict[str, Any]], *, fsync: bool) -> None:
    """Add the lines that are not there yet, whatever a writer that died has left."""
    place = core.place(path)
    core.remembered.pop(path, None)
    _make_folders(core, path.rpartition("/")[0])
    found = disk.read(place)
    data = found[0] if found else b""
    end = data.rfind(b"\n") + 1
    if data[end:]:
        try:
            contents.parse(path, data[end:])
        except StoreError:
            disk.truncate(place, end)
            data = data[:end]
        else:
            disk.append(place, b"\n")
    series: Logs | Files = contents.series(path).extended(
        contents.decode_lines(path, (contents.parse(path, x) for x in data.split(b"\n") if x))  # type: ignore[arg-type]
    )
    missing = []
    entries: list[Any] = contents.decode_lines(path, lines)
    last = {entry.key: entry for entry in entries}
    for entry in last.values():
        if series.find(entry.key) != entry:
            missing.append(layout.line_text(entry.to_json()))
    if missing:
        disk.append(place, b"".join(missing), fsync=fsync)


def finish(core: Core) -> None:
    """Bring the documents up to date with what a writer that died has committed.

    Only under the writer's lock.
    """
    state = core.refresh()
    if state.restoring:
        from . import exchange

        exchange.finish(core, state)
    elif state.pending:
        for commit in state.pending:
            for path, data in commit.documents.items():
                value = None if data is None else contents.decode(path, data)
                _apply_document(core, path, data, value, fsync=False)
            for path, lines in commit.lines.items():
                _apply_lines(core, path, lines, fsync=False)
        core.publish(core.journal.mark(state))
