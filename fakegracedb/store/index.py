"""What can be asked about all events and superevents at once: a row each, fed by the journal."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from ..documents import Event, Superevent
from . import disk, layout
from .core import Core
from .journal import State
from .survey import file_sum
from .view import View

__all__ = ["Index", "Row", "SupereventRow"]

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
            viewers=_viewers(event),
            content_id=None if event.content_id is None else event.content_id.lower(),
            reserved=event.reserved,
        )


@dataclass(frozen=True, slots=True)
class SupereventRow:
    """What the index knows of a superevent.

    Attributes
    ----------
    superevent_id : str
        Default id.
    category, date, number
        What that is made of.
    created : str
        ISO text.
    serial : int
        As in the superevent.
    gw_id, is_gw, gw_number
        As in the superevent.
    t_start, t_0, t_end : float
        GPS times [s].
    preferred_event : str
        Graceid.
    em_type, time_coinc_far, space_coinc_far
        As in the superevent.
    viewers : frozenset of str
        User groups that may see it, beside insiders.
    """

    superevent_id: str
    category: str
    date: str
    number: int
    created: str
    serial: int
    gw_id: str | None
    is_gw: bool
    gw_number: int | None
    t_start: float
    t_0: float
    t_end: float
    preferred_event: str
    em_type: str | None
    time_coinc_far: float | None
    space_coinc_far: float | None
    viewers: frozenset[str]

    @classmethod
    def of(cls, superevent: Superevent) -> SupereventRow:
        """Make the row of a superevent."""
        return cls(
            superevent_id=superevent.superevent_id,
            category=superevent.category,
            date=superevent.date,
            number=superevent.number,
            created=superevent.created,
            serial=superevent.serial,
            gw_id=superevent.gw_id,
            is_gw=superevent.is_gw,
            gw_number=superevent.gw_number,
            t_start=superevent.t_start,
            t_0=superevent.t_0,
            t_end=superevent.t_end,
            preferred_event=superevent.preferred_event,
            em_type=superevent.em_type,
            time_coinc_far=superevent.time_coinc_far,
            space_coinc_far=superevent.space_coinc_far,
            viewers=_viewers(superevent),
        )


def _viewers(thing: Event | Superevent) -> frozenset[str]:
    return frozenset(group for group, rights in thing.permissions.items() if "view" in rights)


R = TypeVar("R", Row, SupereventRow)


class _Table(Generic[R]):
    """The rows of one kind of object, by id.

    Parameters
    ----------
    folder : str
        Where they lie in the store.
    kind : type
        Of the rows.
    """

    def __init__(self, folder: str, kind: type[R]) -> None:
        self.folder = folder
        self.kind: Any = kind
        self.rows: dict[str, R] = {}
        self.names = [field.name for field in fields(kind)]
        self._collections: dict[int, Callable[[Any], Any]] = {
            place: make
            for place, field in enumerate(fields(kind))
            for make in (frozenset, tuple)
            if str(field.type).startswith(make.__name__)
        }

    def update(self, view: View, name: str) -> None:
        """Take in an object as it is now, or that it is gone."""
        self.put(name, view.peek_at(f"{self.folder}/{name}"))

    def put(self, name: str, found: Any) -> None:
        """Take in an object; None is one that is gone."""
        if found is None:
            self.rows.pop(name, None)
        else:
            self.rows[name] = self.kind.of(found)

    def to_json(self) -> dict[str, Any]:
        """Give the rows as a checkpoint has them."""
        rows = [[getattr(row, name) for name in self.names] for row in self.rows.values()]
        return {"fields": self.names, "rows": rows}

    def from_json(self, data: dict[str, Any]) -> dict[str, R]:
        """Give the rows in a checkpoint.

        Raises
        ------
        ValueError
            If it is of another version.
        """
        if data["fields"] != self.names:
            raise ValueError(data["fields"])
        found: dict[str, R] = {}
        for values in data["rows"]:
            for place, make in self._collections.items():
                values[place] = make(values[place])
            found[values[0]] = self.kind(*values)
        return found


class Index:
    """The rows of all events and superevents of a store."""

    def __init__(self) -> None:
        self._events = _Table(layout.EVENTS, Row)
        self._superevents = _Table(layout.SUPEREVENTS, SupereventRow)
        self._tables: tuple[_Table[Any], ...] = (self._events, self._superevents)
        self._version: tuple[int, int] = (-1, 0)
        self._lock = threading.Lock()
        # what is asked of superevents whenever one is made or looked for
        self._gw_ids: dict[str, str] = {}
        self._last: dict[tuple[str, str, str], int] = {}

    def rows(self, view: View) -> list[Row]:
        """Give the rows of the events as of a view, without what is only staged."""
        view.depend_on_all()
        with self._lock:
            self._refresh(view)
            return list(self._events.rows.values())

    def superevents(self, view: View) -> list[SupereventRow]:
        """Give the rows of the superevents, likewise."""
        view.depend_on_all()
        with self._lock:
            self._refresh(view)
            return list(self._superevents.rows.values())

    def with_content(self, view: View, content_id: str) -> str | None:
        """Give the graceid of the newest event with a content id, None where there is none."""
        wanted = content_id.lower()
        found = [row for row in self.rows(view) if row.content_id == wanted]
        newest = max(found, key=lambda row: (row.created, row.number), default=None)
        return None if newest is None else newest.graceid

    def with_gw_id(self, view: View, gw_id: str) -> str | None:
        """Give the default id of the superevent with an id as a gravitational wave, if any."""
        with self._lock:
            self._refresh(view)
            return self._gw_ids.get(gw_id)

    def last_number(self, view: View, category: str, date: str, which: str) -> int:
        """Give the highest number of a category and day, 0 for none.

        Parameters
        ----------
        which : {"number", "gw_number"}
            Of all superevents, or of those confirmed.
        """
        with self._lock:
            self._refresh(view)
            return self._last.get((category, date, which), 0)

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
            if self._version != before.version:
                return
            for table in self._tables:
                for path, document in documents.items():
                    kind, _, rest = path.partition("/")
                    if kind == table.folder:
                        table.put(rest.partition("/")[0], document)
            self._derive_changed(
                path.split("/")[1] for path in documents if path.startswith(layout.SUPEREVENTS)
            )
            self._version = after.version

    def _refresh(self, view: View) -> None:
        epoch, n = self._version
        # one that is ahead of the view is no harm: the view is outdated then, and read again
        if epoch != view.version[0] or n < view.version[1]:
            self._follow(view.committed())

    def _follow(self, view: View) -> None:
        if self._version[0] != view.version[0]:
            for table in self._tables:
                table.rows.clear()
            known = self._loaded(view)
            self._derive(self._superevents.rows.values(), anew=True)
        else:
            known = self._version[1]
        touched: dict[str, set[str]] = {}
        if known is None:
            touched[layout.EVENTS] = set(view.graceids())
            touched[layout.SUPEREVENTS] = set(view.superevent_ids())
        else:
            for commit in view.commits(known):
                for path in (*commit.documents, *commit.sums):
                    kind, _, rest = path.partition("/")
                    if rest:
                        touched.setdefault(kind, set()).add(rest.partition("/")[0])
        for table in self._tables:
            for name in touched.get(table.folder, ()):
                table.update(view, name)
        self._derive_changed(touched.get(layout.SUPEREVENTS, ()))
        self._version = view.version

    def _derive_changed(self, changed: Iterable[str]) -> None:
        rows = self._superevents.rows
        found = [rows.get(name) for name in changed]
        if None in found:  # one is gone
            self._derive(rows.values(), anew=True)
        else:
            self._derive([row for row in found if row is not None], anew=False)

    def _derive(self, rows: Iterable[SupereventRow], *, anew: bool) -> None:
        if anew:
            self._gw_ids.clear()
            self._last.clear()
        for row in rows:
            if row.gw_id is not None:
                self._gw_ids[row.gw_id] = row.superevent_id
            for which in ("number", "gw_number"):
                key = (row.category, row.date, which)
                self._last[key] = max(self._last.get(key, 0), getattr(row, which) or 0)

    # The checkpoint

    def checkpoint(self, core: Core, state: State) -> None:
        """Write down the rows as of a state, for those who start cold. Only the writer."""
        with self._lock:
            self._refresh(View(core, state))
            data = {
                "n": state.n,
                "offset": state.offset,
                "tail": state.tail.decode("latin-1"),
                "tables": {table.folder: table.to_json() for table in self._tables},
            }
        text = json.dumps(data, default=sorted, separators=(",", ":")).encode()  # sorted: of sets
        disk.replace(core.place(layout.CHECKPOINT), layout.line_text(file_sum(text)) + text)

    def checkpoint_if_due(self, core: Core, state: State) -> None:
        """Write down the rows now and then, if they are in use. Only the writer."""
        if not state.n % _COMMITS and self._version[0] == state.epoch:
            self.checkpoint(core, state)

    def _loaded(self, view: View) -> int | None:
        """Take the rows from the checkpoint; give their commit, None if it is of no use."""
        found = view.checkpoint()
        if found is None:
            return None
        said, end, text = found.partition(b"\n")
        if said + end != layout.line_text(file_sum(text)):
            return None  # damaged
        try:
            data = json.loads(text)
            n = int(data["n"])
            if not view.continues(data["offset"], data["tail"].encode("latin-1")):
                return None
            loaded = [table.from_json(data["tables"][table.folder]) for table in self._tables]
            for table, rows in zip(self._tables, loaded, strict=True):
                table.rows = rows
        except (LookupError, TypeError, ValueError, AttributeError):
            return None  # of another version
        return n
