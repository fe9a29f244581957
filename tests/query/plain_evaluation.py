"""Which objects a tree of conditions finds, by looking at every one: what the index must find, too.

Objects are JSON as in ``query-cases.json``. Nothing here knows of an index.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from fakegracedb.clock import parse_time
from fakegracedb.identifiers import gw_id, superevent_id
from fakegracedb.query.dates import resolved
from fakegracedb.query.fields import EVENT_FIELDS, SUB_TABLES, SUPEREVENT_FIELDS
from fakegracedb.query.runs import RUNS
from fakegracedb.query.trees import And, Leaf, Node, Not, Or, SupereventId

Json = dict[str, Any]


@dataclass(frozen=True)
class Population:
    """All that there is.

    Attributes
    ----------
    events, superevents : list of dict
        The objects.
    users : dict of str to dict
        By user name; of each, ``last_name``.
    """

    events: list[Json]
    superevents: list[Json]
    users: dict[str, Json]

    def event(self, graceid: str) -> Json | None:
        return next((event for event in self.events if event["graceid"] == graceid), None)

    def superevent_of(self, event: Json) -> Json | None:
        found = (one for one in self.superevents if one["superevent_id"] == event["superevent"])
        return next(found, None)


@dataclass(frozen=True)
class _Row:
    """One object beside one single-inspiral row of it and, if a superevent, one member of it."""

    event: Json | None  # for a superevent its preferred event
    single: Json
    superevent: Json | None = None
    member: str = ""


def event_ids(node: Node, population: Population, now: datetime) -> list[str]:
    """Give the graceids of the events that a tree finds."""
    return [
        event["graceid"]
        for event in population.events
        if _holds(resolved(node, now), list(_rows_of_event(event)), population)
    ]


def superevent_ids(node: Node, population: Population, now: datetime) -> list[str]:
    """Give the present ids of the superevents that a tree finds."""
    return [
        superevent["superevent_id"]
        for superevent in population.superevents
        if _holds(
            resolved(node, now), list(_rows_of_superevent(superevent, population)), population
        )
    ]


def _singles(event: Json | None) -> list[Json]:
    return ((event or {}).get("extra_attributes") or {}).get("SingleInspiral") or [{}]


def _rows_of_event(event: Json) -> Iterator[_Row]:
    for single in _singles(event):
        yield _Row(event, single)


def _rows_of_superevent(superevent: Json, population: Population) -> Iterator[_Row]:
    preferred = population.event(superevent["preferred_event"])
    members = [*superevent["gw_events"], *superevent["em_events"]]
    for member, single in product(members, _singles(preferred)):
        yield _Row(preferred, single, superevent, member)


def _holds(node: Node, rows: list[_Row], population: Population) -> bool:
    return any(_holds_for(node, row, rows, population) for row in rows)


def _holds_for(node: Node, row: _Row, rows: list[_Row], population: Population) -> bool:
    """Whether it holds for a row; what is negated must not hold for any."""
    match node:
        case And(children):
            return all(_holds_for(child, row, rows, population) for child in children)
        case Or(children):
            return any(_holds_for(child, row, rows, population) for child in children)
        case Not(child):
            return not _holds(child, rows, population)
        case Leaf():
            if row.superevent is not None:
                return _superevent_fits(node, row, population)
            assert row.event is not None
            return _event_fits(node.field, node, row, row.event, population)


# Superevents.


def _superevent_fits(leaf: Leaf, row: _Row, population: Population) -> bool:
    superevent = row.superevent
    assert superevent is not None
    first, _, rest = leaf.field.partition(".")
    if first == "preferred_event" and rest and leaf.field not in SUPEREVENT_FIELDS:
        return row.event is not None and _event_fits(rest, leaf, row, row.event, population)
    match leaf.field:
        case "id" if leaf.op != "startswith":
            wanted = leaf.value if leaf.op == "in" else (leaf.value,)
            return any(_is(superevent, one) for one in wanted) == (leaf.op != "!=")
        case "id":
            value: Any = superevent["superevent_id"]
            return value.lower().startswith(leaf.value.lower())
        case "current_id":
            assert leaf.op == "startswith"
            return superevent["superevent_id"].startswith(leaf.value)
        case "preferred_event.number":
            value = int(superevent["preferred_event"][1:])
        case "events.number":
            value = int(row.member[1:])
        case "events":
            members = [*superevent["gw_events"], *superevent["em_events"]]
            fits = [
                _compares(Leaf("", "=" if leaf.op == "!=" else leaf.op, leaf.value), one, True)
                for one in members
            ]
            return any(fits) == (leaf.op != "!=")
        case "submitter":
            return _submitted(superevent, leaf, population)
        case "label":
            return (leaf.value in superevent["labels"]) == (leaf.op == "has")
        case "runid":
            return _in_run(superevent["t_0"], leaf.value)
        case "created":
            value = parse_time(superevent["created"])
        case _:
            value = superevent[leaf.field]
    any_case = SUPEREVENT_FIELDS[leaf.field].kind in ("graceid", "category")
    return _compares(leaf, value, any_case)


def _is(superevent: Json, wanted: SupereventId) -> bool:
    name = (gw_id if wanted.gw else superevent_id)(wanted.category, wanted.date, wanted.number)
    if wanted.gw and not superevent["is_gw"]:  # what it may be called one day does not count
        return False
    return name == superevent["gw_id" if wanted.gw else "default_superevent_id"]


# Events.


def _event_fits(field: str, leaf: Leaf, row: _Row, event: Json, population: Population) -> bool:
    match field:
        case "id":
            value: Any = event["graceid"]
        case "number":
            value = int(event["graceid"][1:])
        case "created":
            value = parse_time(event["created"])
        case "submitter":
            return _submitted(event, leaf, population)
        case "submitter.username":
            value = event["submitter"]
        case "submitter.last_name":
            value = population.users[event["submitter"]]["last_name"]
        case "label":
            return (leaf.value in event["labels"]) == (leaf.op == "has")
        case "runid":
            return event["gpstime"] is not None and _in_run(event["gpstime"], leaf.value)
        case "in_superevent":
            return (event["superevent"] is not None) == leaf.value
        case "is_preferred_event":
            preferred = {one["preferred_event"] for one in population.superevents}
            return (event["graceid"] in preferred) == leaf.value
        case "superevent":
            superevent = population.superevent_of(event)
            return superevent is not None and _is(superevent, leaf.value)
        case _ if "." in field and leaf.op == "!=":  # of no row it is true that it is equal
            equal = Leaf(field, "=", leaf.value)
            rows = [_Row(event, single) for single in _singles(event)]
            return not any(_event_fits(field, equal, one, event, population) for one in rows)
        case _ if "." in field:
            value = _column(field, row, event)
        case _:
            value = event.get(field)
    any_case = EVENT_FIELDS[field].kind in ("graceid", "group", "search")
    return _compares(leaf, value, any_case)


def _column(field: str, row: _Row, event: Json) -> Any:
    member, _, name = field.partition(".")
    table = next(table for table in SUB_TABLES if table.member == member)
    source = row.single if table.many else event["extra_attributes"].get(member) or {}
    if name in source:  # where the object has it as queries call it
        return source[name]
    value: Any = source
    for key in table.columns[name].key or ("",):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _submitted(one: Json, leaf: Leaf, population: Population) -> bool:
    assert leaf.op == "contains"
    last_name = population.users.get(one["submitter"], {}).get("last_name") or ""
    return any(leaf.value.lower() in name.lower() for name in (one["submitter"], last_name))


def _in_run(time: float, run: str) -> bool:
    return any(first <= time <= last for first, last in RUNS[run])


# Values.

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "between": lambda value, ends: ends[0] <= value <= ends[1],
    "in": lambda value, wanted: value in wanted,
    "includes": lambda value, part: part in value,
    "contains": lambda value, part: part.lower() in value.lower(),
    "startswith": lambda value, part: value.lower().startswith(part.lower()),
}


def _compares(leaf: Leaf, value: Any, any_case: bool) -> bool:
    op, wanted = leaf.op, leaf.value
    if op == "is_null":
        return (value is None) == wanted
    if op == "!=":
        return not _compares(Leaf(leaf.field, "=", wanted), value, any_case)
    if value is None:
        return False
    if any_case and op in ("=", "in"):
        value = value.lower()
        wanted = wanted.lower() if op == "=" else tuple(one.lower() for one in wanted)
    return _OPERATORS[op](value, wanted)
