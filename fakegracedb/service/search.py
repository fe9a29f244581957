"""Finding events: the list with and without a query, page by page, and the neighbours of one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from .. import query
from ..documents import Event
from ..errors import NotFaked
from ..store import View
from ..store.index import Index, Row
from .access import Caller, find_event, require_user

__all__ = ["Page", "events", "neighbors"]

_EVER = 10**12  # s; numbers that no float can hold may be asked for


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes
    ----------
    total : int
        Matches on all pages.
    rows : list of Event
        Those on this one.
    """

    total: int
    rows: list[Event]


def events(
    view: View, index: Index, caller: Caller, text: str, sort: str, start: int, count: int
) -> Page:
    """Give a page of the events that a query finds; without one, of all that the caller may see."""
    require_user(caller)
    if sort not in ("", "created", "-created"):
        raise NotFaked(f"events(orderby={sort!r}): sorting comes with issue 4")
    # no index is needed for the first page of everything: it stays quick however many there are
    newest = view.newest() if not text and sort != "created" and _sees_all(caller) else None
    if newest is not None:
        return Page(int(view.counters.get("events", 0)), _sliced(newest, start, count))
    wanted = query.parse(text, view.vocabulary) if text else None
    groups = set(caller.groups)
    found = [
        row
        for row in index.rows(view)
        if groups & row.viewers and not row.reserved and (wanted is None or wanted.matches(row))
    ]
    found.sort(key=lambda row: (row.created, row.number), reverse=sort != "created")
    return Page(len(found), _read(view, found[start : start + count]))


def _sees_all(caller: Caller) -> bool:
    # unless an event was closed to them, which the store counts; by hand that needs a reindex
    return caller.internal or "executives" in caller.groups


def _sliced(events: Iterator[Event], start: int, count: int) -> list[Event]:
    end = min(start + count, sys.maxsize)
    return list(islice(events, min(start, end), end))


def _read(view: View, rows: list[Row]) -> list[Event]:
    return [event for row in rows if (event := view.event(row.graceid)) is not None]


def neighbors(
    view: View, index: Index, caller: Caller, asked: str, before: int, after: int
) -> tuple[Event, list[Event]]:
    """Give the events of the same kind whose gpstime is near, by gpstime.

    Parameters
    ----------
    before, after : int
        Ends of the range relative to the event's gpstime [s], both inclusive; `before` is negative
        for earlier events.
    """
    event = find_event(view, caller, asked)
    if event.gpstime is None:
        return event, []
    groups = set(caller.groups)
    first, last = (event.gpstime + max(-_EVER, min(end, _EVER)) for end in (before, after))
    found = [
        row
        for row in index.rows(view)
        if row.gpstime is not None
        and not row.reserved
        and first <= row.gpstime <= last
        and row.graceid != event.graceid
        and (row.group == "Test") == (event.group == "Test")
        and (row.search == "MDC") == (event.search == "MDC")
        and groups & row.viewers
    ]
    found.sort(key=lambda row: (row.gpstime or 0.0, row.number))
    return event, _read(view, found)
