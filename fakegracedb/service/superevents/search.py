"""Finding superevents: the list with and without a query, page by page, in any order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ... import query
from ...errors import ApiError, QueryError
from ...query import evaluation
from ...query.refusals import superevent_answer
from ...query.trees import Node
from ...store import View
from ...store.index import Index, Tables
from ...store.index.bits import highest, listed
from ..access import Caller
from ..search import Page
from .access import EVERYBODY
from .candidates import Candidate, candidate

__all__ = ["SORTS", "superevents", "superevents_of_node"]

_DATE = ("date", "is_gw", "gw_number", "number")
# What a list can be sorted by, and the columns of the index that say it.
SORTS: dict[str, tuple[str, ...]] = {
    **{
        name: (name,)
        for name in (
            *("created", "t_0", "t_start", "t_end", "is_gw", "category", "em_type"),
            *("time_coinc_far", "space_coinc_far"),
        )
    },
    "preferred_event": ("preferred",),
    "t_0_date": ("date",),
    "base_date_number": ("number",),
    "gw_date_number": ("gw_number",),
    "default_superevent_id": ("id",),
    "id": _DATE,
    "superevent_id": _DATE,
}


def superevents(
    view: View,
    index: Index,
    caller: Caller,
    text: str,
    sort: str,
    start: int,
    count: int,
    *,
    line: str,
) -> Page[Candidate]:
    """Give a page of the superevents that a query finds; without one, of all that are visible.

    Parameters
    ----------
    sort : str
        Names with commas between them, a dash before those that fall; others are left out.
    line : str
        Of the server, which decides how a text is refused.

    Raises
    ------
    ApiError
        400 for a text that is no query.
    """
    node = None
    if text:
        try:
            found = query.parse_superevent_text(text, view.vocabulary)
        except QueryError as error:
            raise ApiError(400, {"detail": superevent_answer(error, line)}) from None
        node = query.resolved(found.node, view.now())
    return superevents_of_node(view, index, caller, node, sort, start, count)


def superevents_of_node(
    view: View,
    index: Index,
    caller: Caller,
    node: Node | None,
    sort: str,
    start: int,
    count: int,
) -> Page[Candidate]:
    """Give a page of the superevents for which a tree holds; None is no condition."""
    with index.tables(view) as tables:
        table = tables.superevents
        found = table.all.bits
        if not caller.internal:
            found &= table.names["viewer"].union({EVERYBODY, *caller.groups})
        if node is not None:
            found &= evaluation.superevents(node, evaluation.Context(tables, view.users))
        slots = _page(tables, found, sort, start, count)
        ids = [table.ids[slot] for slot in slots]
    rows = [view.superevent(one) for one in ids]
    return Page(found.bit_count(), [candidate(view, one) for one in rows if one is not None])


def _page(tables: Tables, found: int, sort: str, start: int, count: int) -> list[int]:
    """Give the slots of a page."""
    wanted = [(name.strip().lstrip("-"), name.strip()[:1] == "-") for name in sort.split(",")]
    wanted = [(name, falling) for name, falling in wanted if name in SORTS]
    if tables.superevents.in_order and wanted in ([], [("created", True)]):
        return highest(found, start, count)
    slots = list(listed(found))
    numbers = tables.superevents.numbers
    created, serial = numbers["created"].values, numbers["serial"].values
    slots.sort(key=lambda slot: (created[slot], serial[slot]), reverse=True)
    # the last key first: sorting keeps what was in order
    for name, falling in reversed(wanted):
        for column in reversed(SORTS[name]):
            slots.sort(key=partial(_key, _values(tables, column)), reverse=falling)
    return slots[start : start + count]


def _values(tables: Tables, column: str) -> Callable[[int], Any]:
    """Give what tells a slot's value in a column."""
    table = tables.superevents
    if column == "id":
        return table.ids.__getitem__
    if column in table.numbers:
        return table.numbers[column].get
    if column in table.flags:
        bits = table.flags[column].bits
        return lambda slot: bits >> slot & 1
    names = table.names[column].values
    if column == "date":  # two digits of a year: 80 to 99 are the earlier ones
        return lambda slot: ("19" if names[slot][0] >= "80" else "20") + names[slot][0]  # type: ignore[operator]
    return lambda slot: names[slot][0] if names[slot] else None


def _key(value_of: Callable[[int], Any], slot: int) -> tuple[bool, Any]:
    """Give what to sort by; null is above everything."""
    value = value_of(slot)
    return value is None, 0 if value is None else value
