"""Finding superevents: the list with and without a query, page by page, in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ... import query
from ...store import View
from ...store.index import Index, SupereventRow
from ..access import Caller
from .access import visible
from .candidates import Candidate, candidate

__all__ = ["Page", "superevents"]

_DATE = ("date", "is_gw", "gw_number", "number")
# What a list can be sorted by, and the members of a row that say it.
_SORTS: dict[str, tuple[str, ...]] = {
    **{
        name: (name,)
        for name in (
            *("created", "t_0", "t_start", "t_end", "is_gw", "category", "em_type"),
            *("time_coinc_far", "space_coinc_far"),
        )
    },
    "preferred_event": ("preferred_event",),
    "t_0_date": ("date",),
    "base_date_number": ("number",),
    "gw_date_number": ("gw_number",),
    "default_superevent_id": ("superevent_id",),
    "id": _DATE,
    "superevent_id": _DATE,
}
_KEYS: dict[str, Callable[[Any], Any]] = {
    "preferred_event": lambda graceid: int(graceid[1:]),
    # two digits of a year: 80 to 99 are the earlier ones
    "date": lambda date: ("19" if date >= "80" else "20") + date,
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes
    ----------
    total : int
        Matches on all pages.
    rows : list of Candidate
        Those on this one.
    """

    total: int
    rows: list[Candidate]


def superevents(
    view: View, index: Index, caller: Caller, text: str, sort: str, start: int, count: int
) -> Page:
    """Give a page of the superevents that a query finds; without one, of all that are visible.

    Parameters
    ----------
    sort : str
        Names with commas between them, a dash before those that fall; others are left out.
    """
    ids = query.parse_superevents(text) if text.strip() else None
    found = [
        row
        for row in index.superevents(view)
        if visible(caller, row.viewers) and (ids is None or _is_one_of(row, ids))
    ]
    _sort(found, sort)
    rows = [view.superevent(row.superevent_id) for row in found[start : start + count]]
    return Page(len(found), [candidate(view, one) for one in rows if one is not None])


def _is_one_of(row: SupereventRow, ids: frozenset[str]) -> bool:
    return row.superevent_id in ids or (row.is_gw and row.gw_id in ids)


def _sort(rows: list[SupereventRow], sort: str) -> None:
    wanted = [(name.strip().lstrip("-"), name.strip()[:1] == "-") for name in sort.split(",")]
    wanted = [(name, falling) for name, falling in wanted if name in _SORTS]
    rows.sort(key=lambda row: (row.created, row.serial), reverse=True)
    # the last key first: sorting keeps what was in order
    for name, falling in reversed(wanted):
        for member in reversed(_SORTS[name]):
            rows.sort(key=partial(_key, member), reverse=falling)


def _key(member: str, row: SupereventRow) -> tuple[bool, Any]:
    """Give what to sort by; null is above everything."""
    value = getattr(row, member)
    if value is None:
        return True, 0
    return False, _KEYS[member](value) if member in _KEYS else value
