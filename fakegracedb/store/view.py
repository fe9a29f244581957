"""A store as one reader sees it: all of each transaction, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

from .. import vocabulary
from ..clock import Clock
from ..documents import Event, FileVersion, Settings, Superevent, Tag, User
from ..identifiers import (
    graceid,
    is_content_id,
    is_superevent_id,
    letter_matches,
    parse_graceid,
)
from . import contents, disk, layout
from .commits import Commit
from .core import Core, Remembered
from .series import Catalogs, EMBBLogs, EMObservations, Files, Logs, Notices, VOEvents
from .state import Place, State

if TYPE_CHECKING:
    from .index import Index

__all__ = ["View"]

LETTERS = "TGEMHD"  # of graceids, likeliest first
_MOST_MISSED = 20  # numbers in a row that are looked up for nothing


@lru_cache(maxsize=16)
def _clock(setting: tuple[tuple[str, Any], ...]) -> Clock:
    return Clock.from_json(dict(setting))


class _Numbers:
    """The numbers that events can have, falling: one by one, until some were looked up in vain."""

    def __init__(self, last: int, graceids: Callable[[], Iterator[str]]) -> None:
        self._last = last
        self._graceids = graceids
        self.missed = 0

    def __iter__(self) -> Iterator[int]:
        number = self._last
        while number >= 0 and self.missed < _MOST_MISSED:
            yield number
            number -= 1
        there = {int(graceid[1:]) for graceid in self._graceids()}
        yield from sorted((n for n in there if n <= number), reverse=True)


class View:
    """The documents of a store as of one state of its journal."""

    def __init__(self, core: Core, state: State) -> None:
        self._core = core
        self._state = state
        self._read: dict[str, Any] = {}
        self._all = False  # whether what is to be found at all was looked at
        self._kinds: tuple[str, ...] = ()  # of objects, of which that was looked at
        self._opened: list[IO[bytes]] = []

    def outdated(self) -> bool:
        """Whether what was read may be halves of a change that was committed meanwhile."""
        journal = self._core.journal
        if disk.identity(journal.path) == self._state.identity:
            return False
        state, touched = journal.refresh(self._state)
        if state.version == self._state.version:
            return False
        if touched is None or self._all or not touched.keys().isdisjoint(self._read):
            return True
        return bool(self._kinds) and any(path.startswith(self._kinds) for path in touched)

    def depend_on_all(self) -> None:
        """Say that what is read may be outdated by a change of any document."""
        self._all = True

    def depend_on_kind(self, kind: str) -> None:
        """Say that what is read may be outdated by a change of any object of a kind."""
        self._kinds = (*self._kinds, f"{kind}/")

    def committed(self) -> View:
        """Give what does not count what a transaction has only staged."""
        return View(self._core, self._state)

    def close(self) -> None:
        """Close the files that were opened for nothing."""
        for file in self._opened:
            file.close()

    def _is_pending(self, path: str) -> bool:
        return any(path in commit.documents for commit in self._state.pending)

    def document(self, path: str) -> Any:
        """Give the typed document at a path, None where there is none."""
        try:
            return self._read[path]
        except KeyError:
            pass
        if self._state.pending and self._is_pending(path):
            data = self._state.pending_document(path)
            value = None if data is None else contents.decode(path, data)
        else:
            try:
                entry = self._core.document(path, self._state)
            except Exception:
                self._all = True  # it may have been half of a change, whoever hears of it
                raise
            value = None if entry is None else entry.value
        self._read[path] = value
        return value

    def memo(self, path: str) -> dict[Any, Any]:
        """Give a place for what is derived from a document; it goes with the document."""
        value = self.document(path)
        entry = self._core.remembered.get(path)
        return entry.memo if entry is not None and entry.value is value else {}

    def series(self, path: str) -> Any:
        """Give the typed series at a path; empty where there is none."""
        try:
            return self._read[path]
        except KeyError:
            pass
        pending = self._state.pending
        ends = [place for place, commit in enumerate(pending) if path in commit.documents]
        if ends:  # what lies on disk, or half of it, does not count any more
            pending = pending[ends[-1] :]
            value = contents.series(path)
        else:
            entry: Remembered | None
            try:
                entry = self._core.series(path, self._state)
            except Exception:
                self._all = True  # as in `document`
                raise
            value = contents.series(path) if entry is None else entry.value
        for commit in pending:
            if path in commit.lines:
                lines = enumerate(commit.lines[path], start=1)
                value = value.extended(contents.decode_lines(path, lines))
        self._read[path] = value
        return value

    # The store as a whole

    @property
    def counters(self) -> Mapping[str, Any]:
        """The running totals: ``events``, ``number`` (the highest), ``ordered`` and so on."""
        return self._state.counters

    @property
    def settings(self) -> Settings:
        """The settings."""
        found: Settings | None = self.document(layout.SETTINGS)
        return found or Settings()

    @property
    def vocabulary(self) -> vocabulary.Vocabulary:
        """The names that this store knows."""
        found: vocabulary.Vocabulary | None = self.document(layout.VOCABULARY)
        return found or vocabulary.DEFAULT

    @property
    def users(self) -> Mapping[str, User]:
        """The users that the store has documents of, by name."""
        return self.document(layout.USERS) or {}

    @property
    def new_tags(self) -> tuple[Tag, ...]:
        """The tags beside those of the vocabulary, in the order in which they came to exist."""
        return self.document(layout.TAGS) or ()

    @property
    def clock(self) -> Clock:
        """How the store's clock is set."""
        return _clock(tuple(self.settings.clock.items()))

    def now(self) -> datetime:
        """Read the store's clock. A stepping clock is not moved by that."""
        return self.clock.now(int(self.counters.get("tick", 0)))

    # Events

    def event(self, graceid: str) -> Event | None:
        """Give the event with a graceid as it is written here; None where there is none."""
        if not layout.is_graceid(graceid):
            return None  # it may be anything: names come from strangers
        found: Event | None = self.document(layout.event_document(graceid))
        return found

    def find_event(self, asked: str) -> Event | None:
        """Give the event that an id means.

        A graceid is found by its number, then asked for its letter; a content id means the newest
        of the events with that content.
        """
        if is_content_id(asked):
            found = self.index.with_content(self, asked)
            event = None if found is None else self.event(found)
            # the index knows half of each content id
            same = event is not None and (event.content_id or "").lower() == asked.lower()
            return event if same else None
        parsed = parse_graceid(asked)
        if parsed is None:
            return None
        letter, number = parsed
        event = self.event(graceid(letter, number))  # usually asked for as it is
        if event is None:
            event = self.event_numbered(number)
        if event is None or not letter_matches(letter, event.group, event.pipeline, event.search):
            return None
        return event

    def event_numbered(self, number: int, guess: str = "") -> Event | None:
        """Give the event with a number, whatever its letter; `guess` is looked at first."""
        for letter in f"{guess}{LETTERS}":
            event = self.event(graceid(letter, number))
            if event is not None:
                return event
        return None

    # Superevents

    def superevent(self, superevent_id: str) -> Superevent | None:
        """Give the superevent with a default id; None where there is none."""
        if not is_superevent_id(superevent_id):
            return None  # it may be anything: names come from strangers
        found: Superevent | None = self.document(layout.superevent_document(superevent_id))
        return found

    def find_superevent(self, asked: str) -> Superevent | None:
        """Give the superevent that an id means: its default id, or that of a confirmed one.

        The latter may have been chosen freely, also to look like a default id.
        """
        found = self.superevent(asked)
        if found is None:
            named = self.index.with_gw_id(self, asked)
            found = None if named is None else self.superevent(named)
            if found is not None and found.id != asked:
                return None  # it is not confirmed
        return found

    def catalogs(self) -> Catalogs:
        """Give the catalogs, every version of each."""
        found: Catalogs = self.series(layout.CATALOGS)
        return found

    # What hangs on events and superevents

    def logs(self, folder: str) -> Logs:
        """Give the log of the object in a folder."""
        found: Logs = self.series(layout.logs_of(folder))
        return found

    def files(self, folder: str) -> Files:
        """Give the file versions of the object in a folder."""
        found: Files = self.series(layout.files_of(folder))
        return found

    def voevents(self, folder: str) -> VOEvents:
        """Give the VOEvents of the object in a folder."""
        found: VOEvents = self.series(layout.voevents_of(folder))
        return found

    def emobservations(self, folder: str) -> EMObservations:
        """Give the observations by follow-up groups of the object in a folder."""
        found: EMObservations = self.series(layout.emobservations_of(folder))
        return found

    def notices(self, folder: str) -> Notices:
        """Give the notices of the superevent in a folder."""
        found: Notices = self.series(layout.notices_of(folder))
        return found

    def embb_logs(self, folder: str) -> EMBBLogs:
        """Give the EMBB log of the event in a folder."""
        found: EMBBLogs = self.series(layout.embb_logs_of(folder))
        return found

    def open_file(self, folder: str, file: FileVersion) -> tuple[IO[bytes], int]:
        """Open a file version; give it with its length [bytes].

        Raises
        ------
        FileNotFoundError
            If the store lacks it.
        """
        found = self._core.look(f"{folder}/{file.blob}", self._state, disk.opened)
        if found is None:
            raise FileNotFoundError(f"{self._core.path} lacks {folder}/{file.blob}")
        self._opened.append(found[0])
        return found[0], found[1][1]

    def graceids(self) -> Iterator[str]:
        """Give all graceids, in no order that means anything.

        A writer at work may have made a folder for an event that is not there yet: then there is no
        event with that graceid.
        """
        return self._ids(layout.EVENTS)

    def superevent_ids(self) -> Iterator[str]:
        """Give all default ids of superevents, as `graceids` does."""
        return self._ids(layout.SUPEREVENTS)

    def _ids(self, kind: str) -> Iterator[str]:
        self._all = True
        known = set(self._core.look(kind, self._state, disk.entries))
        for commit in self._state.pending:
            for path in commit.documents:
                if path.startswith(f"{kind}/"):
                    known.add(path.split("/")[1])
        return (name for name in known if layout.is_object(f"{kind}/{name}"))

    def peek(self, graceid: str) -> Event | None:
        """Give an event as `event` does, for those who look at all of them and keep none."""
        found: Event | None = self.peek_at(layout.event_folder(graceid))
        return found

    def peek_json(self, path: str) -> Mapping[str, Any] | None:
        """Give the JSON of a document, for those who want little of each of many."""
        self._all = True
        if self._state.pending and self._is_pending(path):
            return self._state.pending_document(path)
        found = self._core.look(path, self._state, disk.read)
        return None if found is None else contents.parse(path, found[0])

    def peek_at(self, folder: str) -> Any:
        """Give the event or superevent in a folder, as `peek` does."""
        if not layout.is_object(folder):
            return None
        path = layout.main_document(folder)
        if path in self._read or path in self._core.remembered or self._state.pending:
            return self.document(path)
        self._all = True
        found = self._core.look(path, self._state, disk.read)
        return None if found is None else self._core.decoded(path, *found, None, self._state)

    @property
    def version(self) -> tuple[int, int]:
        """What changes with every commit."""
        return self._state.version

    def newest(self) -> Iterator[Event] | None:
        """Give the events newest first, read one by one; None when the numbers do not tell.

        Those that are only reserved are left out. It is also None when insiders do not see all.

        As long as all events were made here, one after the other, their numbers are in the order of
        their times, and a page of a list costs its own rows only.
        """
        if self.counters.get("ordered") is False or self.counters.get("closed"):
            return None
        return self._by_falling_number()

    def _by_falling_number(self) -> Iterator[Event]:
        numbers = _Numbers(int(self.counters.get("last", 0)), self.graceids)
        letter = ""
        left = int(self.counters.get("events", 0))
        for number in numbers:
            if not left:
                return
            event = self.event_numbered(number, letter)
            if event is None:
                numbers.missed += 1
            else:
                numbers.missed = 0
                letter = event.graceid[0]
                if not event.reserved:
                    left -= 1
                    yield event

    @property
    def index(self) -> Index:
        """The search index, which does not have what is only staged in a transaction."""
        found: Index | None = self._core.attached.get("index")
        if found is None:
            from .index import Index  # which reads views

            found = self._core.attach("index", Index)
        return found

    def checkpoint(self) -> bytes | None:
        """Give what the index has written down for those who start cold."""
        found = disk.read(self._core.place(layout.CHECKPOINT))
        return None if found is None else found[0]

    def continues(self, offset: int, tail: bytes) -> bool:
        """Whether the journal has this text before that place [bytes]."""
        return self._core.journal.holds(offset, tail)

    @property
    def place(self) -> Place:
        """The end of what the journal has of it."""
        return self._state.place

    def commits_from(self, place: Place) -> tuple[list[tuple[int, Commit]], Place] | None:
        """Read the commits from a place in the journal on, as `Journal.read_on`."""
        written = self._core.written
        if written is not None and written.before == place and written.commit.n == self._state.n:
            return [(place.offset, written.commit)], written.after
        return self._core.journal.read_on(place, self._state.n)

    def earlier(self, path: str, offset: int) -> tuple[bool, dict[str, Any] | None]:
        """Give the content that a document had before a place in the journal: see `history`."""
        from . import history

        return history.before(self._core.journal.path, path, offset)

    def commits(self, after: int) -> Iterator[Commit]:
        """Give the commits after a number, oldest first, as far as the journal still has them."""
        return self._core.journal.commits(after, self._state.n)
