"""Finding events: the list with and without a query, page by page, and the neighbours of one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import Generic, TypeVar

from .. import query
from ..documents import Event
from ..errors import ApiError, QueryError
from ..query import evaluation
from ..query.refusals import EVENT_ANSWER
from ..query.terms import far_limits
from ..query.trees import Node
from ..store import View
from ..store.index import Index, Tables
from ..store.index.bits import flags, highest, listed
from ..store.index.columns import Names, Numbers
from .access import Caller, find_event, require_user

__all__ = ["Page", "events", "events_of_node", "neighbors"]

_Row = TypeVar("_Row")

_EVER = 10**12  # s; numbers that no float can hold may be asked for
_FEW = 2000  # slots that are put in order by themselves
_NEWEST = "-created"

# What the list can be sorted by: where the index has it.
_NUMBERS = ("number", "created", "gpstime", "far", "nevents", "likelihood")
_NAMES = ("instruments", "submitter", "group", "pipeline", "search")
_SORTS = {"id": "number", "graceid": "number"}


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """A page of a list, of events or superevents.

    Attributes
    ----------
    total : int
        Matches on all pages.
    rows : list
        Those on this one.
    """

    total: int
    rows: list[_Row]


def events(
    view: View, index: Index, caller: Caller, text: str, sort: str, start: int, count: int
) -> Page[Event]:
    """Give a page of the events that a query finds; without one, of all that the caller may see.

    Raises
    ------
    ApiError
        403 for an unauthenticated reader; 400 for a text that is no query, and for a name that
        nothing can be sorted by.
    """
    require_user(caller)
    node = _parsed(view, text)
    return events_of_node(view, index, caller, node, sort, start, count)


def _parsed(view: View, text: str) -> Node | None:
    """Understand a text query for events; None for none.

    Raises
    ------
    ApiError
        400.
    """
    if not text:
        return None
    try:
        found = query.parse_event_text(text, view.vocabulary)
    except QueryError:
        raise ApiError(400, {"error": EVENT_ANSWER}) from None
    return query.resolved(found.node, view.now())


def events_of_node(
    view: View,
    index: Index,
    caller: Caller,
    node: Node | None,
    sort: str,
    start: int,
    count: int,
) -> Page[Event]:
    """Give a page of the events for which a tree holds, as `events`; None is no condition.

    Raises
    ------
    ApiError
        As `events`, and 400 for an outsider who asks below the FAR that they are shown.
    """
    require_user(caller)
    if node is not None and not caller.internal:
        _check_far(view, node)
    sort = sort or _NEWEST
    # no index is needed for the first page of everything: it stays quick however many there are
    newest = view.newest() if node is None and sort == _NEWEST and _sees_all(caller) else None
    if newest is not None:
        return Page(int(view.counters.get("events", 0)), _sliced(newest, start, count))
    with index.tables(view) as tables:
        found = _visible(tables, caller)
        if node is not None:
            found &= evaluation.events(node, evaluation.Context(tables, view.users))
        slots = _page(tables, found, sort, start, count)
        graceids = [tables.events.graceid(slot) for slot in slots]
        total = found.bit_count()
    return Page(total, _read(view, graceids))


def _check_far(view: View, node: Node) -> None:
    """Refuse a query for FARs that outsiders are not shown.

    Raises
    ------
    ApiError
        400.
    """
    floor = view.vocabulary.settings.voevent_far_floor_hz
    if any(limit < floor for limit in far_limits(node)):
        problem = f"FAR query out of range, upper limit must be below {floor:g}"
        raise ApiError(400, {"error": problem})


def _sees_all(caller: Caller) -> bool:
    # unless an event was closed to them, which the store counts; by hand that needs a reindex
    return caller.internal or "executives" in caller.groups


def _visible(tables: Tables, caller: Caller) -> int:
    """Give the slots of the events that a caller finds: those only reserved are not among them."""
    table = tables.events
    seen = table.names["viewer"].union(caller.groups)
    return seen & table.all.bits & ~table.flags["reserved"].bits


def _sliced(events: Iterator[Event], start: int, count: int) -> list[Event]:
    end = min(start + count, sys.maxsize)
    return list(islice(events, min(start, end), end))


def _read(view: View, graceids: list[str]) -> list[Event]:
    return [event for one in graceids if (event := view.event(one)) is not None]


def _page(tables: Tables, found: int, sort: str, start: int, count: int) -> list[int]:
    """Give the slots of a page."""
    table = tables.events
    falling, name = sort.startswith("-"), sort.removeprefix("-")
    name = _SORTS.get(name, name)
    if name == "created" and falling and table.in_order:
        return highest(found, start, count)
    column: Names | Numbers
    if name in _NUMBERS:
        column = table.numbers[name]
    elif name in _NAMES:
        column = table.names[name]
    else:
        choices = ", ".join(sorted({*_NUMBERS, *_NAMES, *_SORTS} - {"number"}))
        raise ApiError(
            400,
            {"error": f"Cannot resolve keyword '{name}' into field. Choices are: {choices}"},
        )
    ordered = _sorted(found, column, table.numbers["number"], falling=falling)
    return list(islice(ordered, min(start, sys.maxsize), min(start + count, sys.maxsize)))


def _sorted(found: int, column: Names | Numbers, ties: Numbers, *, falling: bool) -> Iterator[int]:
    """Give a set of slots in the order of a column; null is above everything.

    Parameters
    ----------
    found : int
        The set.
    column : Names or Numbers
        What to sort by.
    ties : Numbers
        What the order of slots with the same value follows.
    falling : bool
        Whether the highest is first.
    """
    if isinstance(column, Numbers) and found.bit_count() > _FEW:
        # the column is in order already, but for slots with the same number
        among = flags(found, len(column.values))
        ordered = filter(among.__getitem__, column.ordered(falling=falling))
        same = (
            sorted(slots, key=ties.values.__getitem__, reverse=falling)
            for _, slots in groupby(ordered, column.get)
        )
        return chain.from_iterable(same)

    def key(slot: int) -> tuple[bool, object, int]:
        if isinstance(column, Numbers):
            value = column.get(slot)
        else:
            names = column.values[slot]
            value = names[0] if names else None
        return value is None, 0 if value is None else value, ties.values[slot]

    return iter(sorted(listed(found), key=key, reverse=falling))


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
    first, last = (event.gpstime + max(-_EVER, min(end, _EVER)) for end in (before, after))
    with index.tables(view) as tables:
        table = tables.events
        found = _visible(tables, caller) & table.numbers["gpstime"].between(first, last)
        for name, value, own in (("group", "Test", event.group), ("search", "MDC", event.search)):
            kind = table.names[name].bits(value)
            found &= kind if own == value else ~kind
        number = table.numbers["number"]
        slots = _sorted(found, table.numbers["gpstime"], number, falling=False)
        graceids = [table.graceid(slot) for slot in slots]
    return event, _read(view, [one for one in graceids if one != event.graceid])
