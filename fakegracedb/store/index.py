"""What can be asked about all events at once: a row each, in memory, fed by the journal."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from ..documents import Event
from . import disk, layout
from .core import Core
from .journal import State
from .view import View

__all__ = ["Index", "Row"]

_COMMITS = 1000  # from one checkpoint to the next, where the index is in use


@dataclass(frozen=True, slots=True)
class Row:
    """What the index knows of an event.

    Attributes
    ----------
    graceid : str
        Canonical id.
    number : int
        The number in it.
    created : str
        ISO text.
    gpstime, likelihood : float or None
        As in the event.
    group, search, replay_id : str or None
        As in the event.
    viewers : frozenset of str
        User groups that may see it.
    content_id : str or None
        As in the event, in small letters.
    reserved : bool
        As in the event.
    """

    graceid: str
    number: int
    created: str
    gpstime: float | None
    likelihood: float | None
    group: str
    search: str | None
    replay_id: str | None
    viewers: frozenset[str]
    content_id: str | None
    reserved: bool

    @classmethod
    def of(cls, event: Event) -> Row:
        """Make the row of an event."""
        return cls(
            graceid=event.graceid,
            number=event.number,
            created=event.created,
            gpstime=event.gpstime,
            likelihood=event.likelihood,
            group=event.group,
            search=event.search,
            replay_id=event.replay_id,
            viewers=frozenset(g for g, rights in event.permissions.items() if "view" in rights),
            content_id=None if event.content_id is None else event.content_id.lower(),
            reserved=event.reserved,
        )


_NAMES = [field.name for field in fields(Row)]
_COLLECTIONS: dict[int, Callable[[Any], Any]] = {
    place: make
    for place, field in enumerate(fields(Row))
    for make in (frozenset, tuple)
    if str(field.type).startswith(make.__name__)
}


class Index:
    """The rows of all events of a store."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._version: tuple[int, int] = (-1, 0)
        self._lock = threading.Lock()

    def rows(self, view: View) -> list[Row]:
        """Give the rows as of a view, without what is only staged in a transaction."""
        view.depend_on_all()
        with self._lock:
            epoch, n = self._version
            # one that is ahead of the view is no harm: the view is outdated then, and read again
            if epoch != view.version[0] or n < view.version[1]:
                self._follow(view.committed())
            return list(self._rows.values())

    def with_content(self, view: View, content_id: str) -> str | None:
        """Give the graceid of the newest event with a content id, None where there is none."""
        wanted = content_id.lower()
        found = [row for row in self.rows(view) if row.content_id == wanted]
        newest = max(found, key=lambda row: (row.created, row.number), default=None)
        return None if newest is None else newest.graceid

    def _follow(self, view: View) -> None:
        if self._version[0] != view.version[0]:
            self._rows.clear()
            known = self._loaded(view)
        else:
            known = self._version[1]
        touched: set[str] | None = None
        if known is not None:
            touched = set()
            for commit in view.commits(known):
                paths = (*commit.documents, *commit.sums)
                touched.update(p.split("/")[1] for p in paths if p.startswith(f"{layout.EVENTS}/"))
        for graceid in view.graceids() if touched is None else touched:
            event = view.peek(graceid)
            if event is None:
                self._rows.pop(graceid, None)
            else:
                self._rows[graceid] = Row.of(event)
        self._version = view.version

    def forget(self) -> None:
        """Begin anew: documents have changed in ways the journal does not tell."""
        with self._lock:
            self._rows.clear()
            self._version = (-1, 0)

    # The checkpoint

    def checkpoint(self, core: Core, state: State) -> None:
        """Write down the rows as of a state, for those who start cold. Only the writer."""
        rows = self.rows(View(core, state))
        data = {
            "fields": _NAMES,
            "n": state.n,
            "offset": state.offset,
            "tail": state.tail.decode("latin-1"),
            "rows": [[getattr(row, name) for name in _NAMES] for row in rows],
        }
        text = json.dumps(data, default=sorted, separators=(",", ":"))  # sorted: of sets
        disk.replace(core.place(layout.CHECKPOINT), text.encode())

    def checkpoint_if_due(self, core: Core, state: State) -> None:
        """Write down the rows now and then, if they are in use. Only the writer."""
        if not state.n % _COMMITS and self._version[0] == state.epoch:
            self.checkpoint(core, state)

    def _loaded(self, view: View) -> int | None:
        """Take the rows from the checkpoint; give their commit, None if it is of no use."""
        found = view.checkpoint()
        if found is None:
            return None
        try:
            data = json.loads(found)
            tail = data["tail"].encode("latin-1")
            if data["fields"] != _NAMES or not view.continues(data["offset"], tail):
                return None
            for values in data["rows"]:
                for place, make in _COLLECTIONS.items():
                    values[place] = make(values[place])
            self._rows = {row.graceid: row for row in (Row(*values) for values in data["rows"])}
            return int(data["n"])
        except (LookupError, TypeError, ValueError, AttributeError):
            return None
