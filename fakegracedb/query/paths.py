"""Attributes of events in query texts: which paths there are, and what values they take."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from ..vocabulary import Vocabulary
from .fields import SUB_TABLES
from .scanner import FOREVER
from .trees import NOTHING, Leaf, Node

__all__ = ["Attribute", "UnknownPath", "Value", "condition", "find"]

_Kind = Literal["number", "text", "datetime", "boolean", "group", "pipeline", "search"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a path leads to.

    Attributes
    ----------
    field : str
        Canonical name.
    kind : str
        What its values are; for ``group``, ``pipeline`` and ``search`` names of these.
    """

    field: str
    kind: _Kind


@dataclass(frozen=True, slots=True)
class Value:
    """A number or a string, as the text has it (a string without its quotes)."""

    text: str
    is_string: bool


class UnknownPath(ValueError):  # noqa: N818 - it says what is the matter
    """There is no such attribute; the message says what there is."""


_BASE = {
    "far": Attribute("far", "number"),
    "gpstime": Attribute("gpstime", "number"),
    "nevents": Attribute("nevents", "number"),
    "likelihood": Attribute("likelihood", "number"),
    "id": Attribute("number", "number"),
    "instruments": Attribute("instruments", "text"),
    "created": Attribute("created", "datetime"),
    "offline": Attribute("offline", "boolean"),
    "group.name": Attribute("group", "group"),
    "pipeline.name": Attribute("pipeline", "pipeline"),
    "search.name": Attribute("search", "search"),
    "submitter.username": Attribute("submitter.username", "text"),
    "submitter.last_name": Attribute("submitter.last_name", "text"),
}
_TABLES = {spelling: table for table in SUB_TABLES for spelling in table.spellings}
_TERMS = {  # words that are keywords only
    **{f"{letter}id": f"{letter.upper()} and a number" for letter in "ghtem"},
    **dict.fromkeys(("in_superevent", "is_preferred_event"), "true or false"),
    "superevent": "the id of a superevent",
    "runid": "the name of a run",
    "replay_id": "a replay id",
}
_HINTS = {"ifos": "instruments", "graceid": "id", "mlyburstevent": "ml", "grb": "grbevent"}


def find(path: str) -> Attribute:
    """Find what a path leads to.

    Parameters
    ----------
    path : str
        In any case.

    Raises
    ------
    UnknownPath
        To nothing.
    """
    lower = path.lower()
    if lower in _BASE:
        return _BASE[lower]
    first, dot, name = lower.partition(".")
    if dot and first in _TABLES:
        table = _TABLES[first]
        column = table.columns.get(name)
        if column is not None:
            return Attribute(f"{table.member}.{column.name}", column.kind)
        raise UnknownPath(f"{first} has no column {name}; it has {', '.join(table.columns)}")
    members = [known for known in _BASE if known.startswith(f"{first}.")]
    if members:
        raise UnknownPath(f"{path} cannot be compared; {' and '.join(members)} can")
    if first in _TABLES:
        raise UnknownPath(f"{path} is a table; name a column of it, as in {first}.snr")
    if lower in _TERMS:
        raise UnknownPath(f"after `{lower}:` comes a blank and {_TERMS[lower]}")
    if first in _HINTS:
        raise UnknownPath(f"there is no attribute {path}; it is called {_HINTS[first]} here")
    tables = ", ".join(table.spellings[0] for table in SUB_TABLES)
    raise UnknownPath(
        f"there is no attribute {path}; there are {', '.join(_BASE)} and columns of {tables}"
    )


_Compare = Callable[[Any, Any], bool]
_COMPARE: dict[str, _Compare] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "between": lambda one, ends: bool(ends[0] <= one <= ends[1]),
}


def condition(
    attribute: Attribute,
    op: str,
    values: tuple[Value, ...],
    names: Vocabulary,
    leaf: Callable[[str, str, Any], Leaf],
) -> Node:
    """Compare an attribute.

    Parameters
    ----------
    attribute : Attribute
        Which.
    op : str
        One of ``= < <= > >=``, or ``between``.
    values : tuple of Value
        One, or two for ``between``.
    names : Vocabulary
        Where names come from.
    leaf : callable
        Makes a condition of field, operator and value.

    Raises
    ------
    ValueError
        A value is not of the type of the attribute.
    """
    kind = attribute.kind
    converted = tuple(_converted(kind, value) for value in values)
    value = converted if op == "between" else converted[0]
    if kind in ("number", "text", "datetime"):
        return leaf(attribute.field, op, value)
    fits = _COMPARE[op]
    if kind == "boolean":
        found: tuple[Any, ...] = tuple(one for one in (False, True) if fits(one, value))
        if len(found) == 2:
            return leaf(attribute.field, "is_null", False)
    else:
        # by the exact name, which the other conditions on these fields do not ask for
        found = tuple(name for name in _names(kind, names) if fits(name, value))
    if len(found) > 1:
        return leaf(attribute.field, "in", found)
    return leaf(attribute.field, "=", found[0]) if found else NOTHING


def _names(kind: str, names: Vocabulary) -> tuple[str, ...]:
    if kind == "group":
        return names.groups
    if kind == "search":
        return names.searches
    return tuple(pipeline.name for pipeline in names.pipelines)


_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[T ]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.,]([0-9]{1,6})[0-9]{0,6})?)?"
    r"\s*(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_TRUTH = {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}


def _converted(kind: str, value: Value) -> Any:
    text = value.text
    if kind == "number":
        stripped = text.strip()
        if not _NUMBER.fullmatch(stripped):
            raise ValueError(f'"{text}" is not a number')
        digits = stripped.lstrip("0") or "0"
        if digits.isdigit():
            return int(digits) if len(digits) <= 18 else FOREVER
        return float(stripped)
    if kind == "datetime":
        if not value.is_string:
            raise ValueError(
                f"`{text}` is no date that the server takes; `created:` takes 2026-01-14 and "
                'phrases as `2 days ago`, comparisons take "2026-01-14" in double quotes'
            )
        return _date(text)
    if kind == "boolean":
        truth = _TRUTH.get(text.lower())
        if truth is None and not value.is_string and float(text) in (0, 1):
            truth = bool(float(text))
        if truth is None:
            raise ValueError(f"{text} is neither 1 nor 0")
        return truth
    return text


def _date(text: str) -> datetime:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" is not a date such as "2026-01-14" or "2026-01-14 12:30:45"')
    *parts, fraction, zone = found.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    microsecond = int((fraction or "0").ljust(6, "0"))
    try:
        when = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=_zone(zone))
        return when.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise ValueError(f'there is no such date, "{text}": {problem}') from None


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
