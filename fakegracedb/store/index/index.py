"""The index as a whole: it follows the journal, and is written down for those who start cold."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...identifiers import superevent_key
from .. import disk, layout
from ..core import Core
from ..state import State
from ..survey import file_sum
from ..view import View
from .bits import listed
from .events import Events
from .rows import Rows
from .superevents import Superevents

__all__ = ["Index", "Tables"]

_COMMITS = 1000  # from one checkpoint to the next, where the index is in use
_FORMAT = 2  # of the checkpoint


@dataclass(frozen=True, slots=True)
class Tables:
    """The index as of a view, to be asked while nobody changes it.

    Attributes
    ----------
    events : Events
        The events.
    superevents : Superevents
        The superevents.
    view : View
        Where what is loaded at first use is read.
    ahead : bool
        Whether the tables know of commits that the view does not.
    """

    events: Events
    superevents: Superevents
    view: View
    ahead: bool

    def rows(self, member: str) -> Rows:
        """Give the columns of a sub-table of the events."""

        def read(graceid: str) -> Mapping[str, Any]:
            data = self.view.peek_json(layout.event_document(graceid)) or {}
            found: Mapping[str, Any] = data.get("extra_attributes", {})
            return found

        # what a view that is behind reads would not be put right by the commits to come
        return self.events.rows(member, read, keep=not self.ahead)


class Index:
    """What can be searched for in the events and superevents of a store."""

    def __init__(self) -> None:
        self._events = Events()
        self._superevents = Superevents()
        self._version: tuple[int, int] = (-1, 0)
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def tables(self, view: View) -> Iterator[Tables]:
        """Give the tables as of a view, without what is only staged in a transaction."""
        view.depend_on_all()
        with self._lock:
            self._refresh(view)
            ahead = self._version != view.version
            yield Tables(self._events, self._superevents, view.committed(), ahead)

    def follow(self, view: View) -> None:
        """Take in what was committed so far, so that little is left to do when it is asked."""
        with self._lock:
            self._refresh(view)

    def with_content(self, view: View, content_id: str) -> str | None:
        """Give the graceid of the newest event with a content id, None where there is none."""
        with self.tables(view) as tables:
            return tables.events.with_content(content_id)

    def with_gw_id(self, view: View, gw_id: str) -> str | None:
        """Give the default id of the superevent with an id as a gravitational wave, if any."""
        with self._lock:
            self._refresh(view)
            return self._superevents.with_gw_id(gw_id)

    def last_number(self, view: View, category: str, date: str, which: str) -> int:
        """Give the highest number of a category and day, as `Superevents.last_number`."""
        with self._lock:
            self._refresh(view)
            return self._superevents.last_number(category, date, which)

    def superevents_between(self, view: View, first: float, last: float) -> list[str]:
        """Give the default ids of the superevents whose `t_0` is in a range [GPS s]."""
        view.depend_on_kind(layout.SUPEREVENTS)
        with self._lock:
            self._refresh(view)
            table = self._superevents
            if not table.ids:
                return []
            found = table.all.bits & table.numbers["t_0"].between(first, last)
            return [table.ids[slot] for slot in listed(found)]

    # Following

    def take(self, before: State, after: State, documents: Mapping[str, Any]) -> None:
        """Take in what the writer has just committed, which need not be read back then.

        Parameters
        ----------
        before, after : State
            Of the journal.
        documents : mapping
            The typed documents by path, None for those that are gone.
        """
        with self._lock:
            if self._version == before.version:
                for path, document in documents.items():
                    self._put(path, document)
                self._version = after.version

    def _put(self, path: str, document: Any) -> None:
        kind, _, rest = path.partition("/")
        if rest == "" or kind not in layout.FOLDERS:
            return
        table = self._events if kind == layout.EVENTS else self._superevents
        table.put(rest.partition("/")[0], document)

    def _refresh(self, view: View) -> None:
        epoch, n = self._version
        # one that is ahead of the view is no harm: the view is outdated then, and read again
        if epoch != view.version[0] or n < view.version[1]:
            self._follow(view.committed())

    def _follow(self, view: View) -> None:
        known: int | None = self._version[1]
        if self._version[0] != view.version[0]:
            self._version = (-1, 0)  # until all is there
            known = self._loaded(view)
            if known is None:
                self._events, self._superevents = Events(), Superevents()
        for folder in self._all(view) if known is None else self._touched(view, known):
            self._put(layout.main_document(folder), view.peek_at(folder))
        self._version = view.version

    @staticmethod
    def _all(view: View) -> Iterable[str]:
        for graceid in sorted(view.graceids(), key=lambda name: int(name[1:])):
            yield layout.event_folder(graceid)
        for superevent_id in sorted(view.superevent_ids(), key=superevent_key):
            yield layout.superevent_folder(superevent_id)

    @staticmethod
    def _touched(view: View, known: int) -> Iterable[str]:
        folders: dict[str, None] = {}
        for commit in view.commits(known):
            for path in (*commit.documents, *commit.sums):
                folder = "/".join(path.split("/")[:2])
                if layout.is_object(folder):
                    folders[folder] = None
        return folders

    # The checkpoint

    def checkpoint(self, core: Core, state: State) -> None:
        """Write down the columns as of a state, for those who start cold. Only the writer."""
        with self._lock:
            self._refresh(View(core, state))
            data = {
                "format": _FORMAT,
                "n": state.n,
                "offset": state.offset,
                "tail": state.tail.decode("latin-1"),
                "events": self._events.to_json(),
                "superevents": self._superevents.to_json(),
            }
        text = json.dumps(data, separators=(",", ":")).encode()
        disk.replace(core.place(layout.CHECKPOINT), layout.line_text(file_sum(text)) + text)

    def is_due(self, state: State) -> bool:
        """Whether the columns should be written down again: now and then, if they are in use."""
        return not state.n % _COMMITS and self._version[0] == state.epoch

    def _loaded(self, view: View) -> int | None:
        """Take the columns from the checkpoint; give their commit, None if it is of no use."""
        found = view.checkpoint()
        if found is None:
            return None
        said, end, text = found.partition(b"\n")
        if said + end != layout.line_text(file_sum(text)):
            return None  # damaged
        try:
            data = json.loads(text)
            if data["format"] != _FORMAT:
                return None
            if not view.continues(data["offset"], data["tail"].encode("latin-1")):
                return None
            events = Events.from_json(data["events"])
            superevents = Superevents.from_json(data["superevents"])
            n = int(data["n"])
        except (LookupError, TypeError, ValueError, AttributeError):
            return None  # of another version
        self._events, self._superevents = events, superevents
        return n
