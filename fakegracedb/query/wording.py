"""Conditions in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..clock import server_text
from ..identifiers import gw_id, superevent_id
from .dates import Natural
from .runs import RUN_NAMES
from .scanner import FOREVER, Source
from .terms import Term
from .trees import And, Leaf, Node, Not, Or, SupereventId

__all__ = ["in_words", "sentence"]

_COMPARED = {
    "=": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}
_NAMED = {
    "number": "the number in its id",
    "current_id": "the id that it goes by",
    "id": "its id",
    "preferred_event.number": "the number in the id of its preferred event",
    "preferred_event.far": "the far of its preferred event",
    "events.number": "the number in the id of a member",
    "instruments": "the text of its instruments",
    "created": "the instant of its creation",
    "submitter.username": "the user name of its submitter",
    "submitter.last_name": "the last name of its submitter",
}
_TRUTH = {
    "in_superevent": ("it belongs to a superevent", "it belongs to no superevent"),
    "is_preferred_event": (
        "it is the preferred event of a superevent",
        "it is the preferred event of no superevent",
    ),
    "is_gw": ("it is confirmed as a gravitational wave", "it is not confirmed"),
    "is_exposed": ("it is public", "it is internal"),
    "offline": ("it is offline", "it is not offline"),
}


def sentence(term: Term) -> str:
    """Say what a term asks for."""
    words = in_words(term.node)
    if any(leaf.op == "between" for leaf in _alternatives(term.node)):
        run = _run(term.written)
        if run:
            return f"{run}: {words}"
    return words


def _alternatives(node: Node) -> tuple[Leaf, ...]:
    children = node.children if isinstance(node, Or) else (node,)
    return tuple(child for child in children if isinstance(child, Leaf))


def _run(written: str) -> str:
    source = Source(written)
    start = source.keyword("runid:", 0)
    found = RUN_NAMES.match(source, start or 0)
    return found[1] if found and found[0] == len(written) else ""


def in_words(node: Node) -> str:
    """Say what a tree asks for."""
    match node:
        case Leaf():
            return _leaf(node)
        case Not(Leaf(field="label", op="has", value=name)):
            return f"it does not carry the label {name}"
        case Not(child):
            return f"it does not hold that {_within(child)}"
        case And(()):
            return "anything"
        case And(children):
            return ", and ".join(_within(child) for child in children)
        case Or(()):
            return "nothing fits"
        case Or(children):
            return ", or ".join(_within(child) for child in children)


def _within(node: Node) -> str:
    words = in_words(node)
    return f"({words})" if isinstance(node, And | Or) and len(node.children) > 1 else words


def _leaf(leaf: Leaf) -> str:
    field, op, value = leaf.field, leaf.op, leaf.value
    if field in _TRUTH and op == "=":
        return _TRUTH[field][0 if value else 1]
    if op in ("has", "not_has"):
        whose = "its preferred event" if field.startswith("preferred_event.") else "it"
        return f"{whose} {'carries' if op == 'has' else 'does not carry'} the label {value}"
    if field == "submitter":
        return f'"{value}" is a part of the user name or last name of its submitter, in any case'
    if field == "superevent":
        return f"it belongs to the superevent {_text(value)}"
    name = _NAMED.get(field) or _column(field)
    if op == "is_null":
        return f"{name} is {'null' if value else 'not null'}"
    if op == "between":
        first, last = map(_text, value)
        return f"{name} lies from {first} to {last}, both included"
    if op == "in":
        return f"{name} is one of {', '.join(map(_text, value))}"
    if op == "includes":
        return f'{name} has "{value}" in it, as it is written'
    if op == "contains":
        return f'{name} has "{value}" in it, in any case'
    if op == "startswith":
        how = "as it is written" if field == "current_id" else "in any case"
        return f"{name} begins with {value}, {how}"
    return f"{name} {_COMPARED[op]} {_text(value)}"


def _column(field: str) -> str:
    table, dot, column = field.partition(".")
    if not dot:
        return f"its {field}"
    of = "one row of " if table == "SingleInspiral" else ""
    return f"the {column} of {of}its {table.replace('_', ' ')}"


def _text(value: Any) -> str:
    if isinstance(value, SupereventId):
        if value.number == FOREVER:
            return "that nothing has"
        return (gw_id if value.gw else superevent_id)(value.category, value.date, value.number)
    if isinstance(value, datetime):
        return server_text(value)
    if isinstance(value, Natural):
        return _natural(value)
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _natural(date: Natural) -> str:
    offset = date.offset
    if date.midnight and offset == timedelta(hours=12):
        return "12:00 today"
    if date.midnight:
        return f"00:00 {('yesterday', 'today', 'tomorrow')[offset.days + 1]}"
    if not offset:
        return "now"
    length = abs(offset)
    days, seconds = length.days, length.seconds
    parts = [f"{days} d"] if days else []
    if seconds:
        parts.append(f"{seconds} s")
    return f"now {'-' if offset < timedelta(0) else '+'} {' '.join(parts)}"
