"""What can be asked about all events at once: a row each, in memory, fed by the journal."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ..documents import Event
from .layout import EVENTS
from .view import View

__all__ = ["Index", "Row"]


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
        epoch, n = self._version
        touched: set[str] | None = None
        if epoch == view.version[0]:
            touched = set()
            for commit in view.commits(n):
                paths = (*commit.documents, *commit.sums)
                touched.update(p.split("/")[1] for p in paths if p.startswith(f"{EVENTS}/"))
        else:
            self._rows.clear()
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
