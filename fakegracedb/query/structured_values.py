"""Values of the structured query language: what each kind of field takes, and what it becomes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NoReturn

from ..identifiers import superevent_key
from ..vocabulary import Vocabulary
from .fields import Field
from .runs import RUNS
from .trees import Leaf, Node, Not, SupereventId

__all__ = ["Failure", "Refusal", "condition", "shown"]

_INTEGER = 1 << 63  # a larger one is compared as a float
_CATEGORIES = {"production": "Production", "test": "Test", "mdc": "MDC"}
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ?| \d\d:\d\d:\d\d)?", re.ASCII)
_BARE_ID = re.compile(r"([TM]?)(S|GW)([0-9]{6})", re.ASCII | re.IGNORECASE)
_ID = re.compile(r"([TM]?)(?:S([0-9]{6})([a-z]{1,10})|GW([0-9]{6})([A-Z]{1,10}))")
_LISTED: dict[
    str, Callable[[Vocabulary], Iterable[str]]
] = {  # kinds whose names the vocabulary spells, by field
    "group": lambda names: names.groups,
    "pipeline": lambda names: [pipeline.name for pipeline in names.pipelines],
    "search": lambda names: names.searches,
}


class Refusal(Exception):  # noqa: N818 - it is no error of ours
    """A value that the language does not allow there; the message is the answer's."""


class Failure(Exception):  # noqa: N818 - likewise
    """A value that passes the checks, and that the server fails on when it searches."""


def shown(value: Any) -> str:
    """Give a value as messages show it: as Python prints it, where it can."""
    try:
        return str(value)
    except (RecursionError, ValueError):  # nested too deeply, or a number of thousands of digits
        return f"<{type(value).__name__}>"


def condition(field: Field, name: str, op: str, value: Any, names: Vocabulary) -> Node:
    """Give the condition that a leaf of a query states.

    Parameters
    ----------
    field : Field
        The field as events or superevents have it, or as the preferred event has it.
    name : str
        What the tree calls it.
    op : str
        One of the field's operators.
    value : Any
        As it was sent; None where the operator takes that.
    names : Vocabulary
        Whose groups, pipelines and searches there are.

    Raises
    ------
    Refusal
        If the field does not take such a value.
    Failure
        If only the search itself would fail.
    """
    if op == "is_null":
        if value is None:
            raise Failure("is_null takes true or false, not null")
        if not isinstance(value, bool):
            raise Refusal("'is_null' requires a boolean value")
        return Leaf(name, op, value)
    if field.kind in ("group", "search"):
        return _named(field, name, op, value, names)
    return Leaf(name, op, _READERS.get(field.kind, _text)(op, value))


def _type(value: Any) -> str:
    return type(value).__name__


def _text(op: str, value: Any) -> Any:
    return _listed(value, _one_text) if op == "in" else _one_text(value)


def _one_text(value: Any) -> str:
    if not isinstance(value, str):
        raise Refusal(f"Expected a string, got {_type(value)}")
    return value


def _listed(value: Any, read: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Read the list of an ``in``; what is there twice counts once."""
    if not isinstance(value, list) or not value:
        raise Refusal("'in' requires a non-empty array")
    return tuple(dict.fromkeys([read(one) for one in value]))


def _pair(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise Refusal("'between' requires a 2-element array [lo, hi]")
    return value[0], value[1]


# Numbers


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(op: str, value: Any) -> Any:
    if op == "between":
        low, high = _pair(value)
        if not (_is_number(low) and _is_number(high)):
            raise Refusal("'between' on a numeric field requires numeric values")
        if not low <= high:
            raise Refusal(f"'between' range: lo ({shown(low)}) must be <= hi ({shown(high)})")
        return _finite(low), _finite(high)
    if not _is_number(value):
        raise Refusal(f"Expected a number, got {_type(value)}")
    return _finite(value)


def _finite(value: int | float) -> int | float:
    """Give a number that floats and 64-bit integers can be compared with."""
    if value != value:  # NaN; large integers cannot be asked in another way
        raise Failure("NaN compares with nothing")
    if isinstance(value, int) and abs(value) >= _INTEGER:
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return value


# Times, and when the runs were


def _time(op: str, value: Any) -> Any:
    if op == "between":
        low, high = _pair(value)
        return _one_time(low), _one_time(high)
    return _one_time(value)


def _one_time(value: Any) -> datetime:
    if not isinstance(value, str):
        raise Refusal(f"Datetime field requires an ISO 8601 string, got {_type(value)}")
    try:
        if _TIME.fullmatch(value) is None:
            raise ValueError(value)
        return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(
            f"Cannot parse datetime '{value}'. Use ISO 8601 (e.g., 2017-08-17T12:41:04Z)"
        ) from None


def _run(_: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Refusal("Expected a run ID string (e.g., O3, O4b)")
    if value in RUNS:
        return value
    # checked in capitals, and looked up as it came
    if value.upper() in RUNS:
        raise Failure(f"no run is spelled {value!r}: write {value.upper()!r}")
    raise Refusal(f"Unknown run ID '{value}'")


# Names


def _named(field: Field, name: str, op: str, value: Any, names: Vocabulary) -> Node:
    """Give the condition on a group, pipeline or search, whose names match in any case."""
    text = _text(op, value)
    if op == "contains":
        return Leaf(name, op, text)
    if op == "startswith":
        raise Failure(f"{name} cannot be compared by its beginning")
    wanted = [text] if op in ("=", "!=") else list(text)
    registered = _LISTED[field.name](names)
    spellings = tuple(dict.fromkeys(_spellings(wanted, registered)))
    if len(spellings) == 1 and op != "in":
        return Leaf(name, op, spellings[0])
    leaf = Leaf(name, "in", spellings)
    return Not(leaf) if op == "!=" else leaf


def _spellings(wanted: Iterable[str], registered: Iterable[str]) -> Iterable[str]:
    for one in wanted:
        yield from [name for name in registered if name.lower() == one.lower()] or [one]


def _category(op: str, value: Any) -> Any:
    return _listed(value, _one_category) if op == "in" else _one_category(value)


def _one_category(value: Any) -> str:
    if not isinstance(value, str):
        raise Refusal("Expected a string (Production, Test, or MDC)")
    name = _CATEGORIES.get(value.lower())
    if name is None:
        raise Refusal(f"Unknown category '{value}'. Valid values: Production, Test, MDC")
    return name


def _label(op: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Refusal(f"'{op}' requires a string (label name)")
    return value


def _flag(_: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refusal("Expected true or false")
    return value


# Ids


def _graceid(op: str, value: Any) -> Any:
    text = _text(op, value)
    if op == "startswith":
        return text
    return tuple(dict.fromkeys(map(str.upper, text))) if op == "in" else text.upper()


def _superevent(op: str, value: Any) -> Any:
    text = _text(op, value)
    if op == "startswith":
        return text
    if op == "in":
        return tuple(dict.fromkeys(map(_superevent_id, text)))
    return _superevent_id(text)


def _superevent_id(text: str) -> SupereventId:
    """Read an id of a superevent: without letters in any case, with letters as it is written."""
    if bare := _BARE_ID.fullmatch(text):
        prefix, kind, date = bare.groups()
        found = _checked(text, prefix.upper(), date, "a", gw=kind.upper() == "GW")
    elif whole := _ID.fullmatch(text):
        prefix, date, letters, gw_date, gw_letters = whole.groups()
        gw = letters is None
        found = _checked(text, prefix, gw_date if gw else date, gw_letters or letters, gw=gw)
    else:
        _no_superevent(text)
    return found


def _checked(text: str, prefix: str, date: str, letters: str, *, gw: bool) -> SupereventId:
    category, _, number = superevent_key(f"{prefix}S{date}{letters.lower()}")
    year = int(date[:2])
    try:
        datetime(year + (1900 if year >= 80 else 2000), int(date[2:4]), int(date[4:]))
    except ValueError:
        _no_superevent(text)
    return SupereventId(category, date, number, gw)


def _no_superevent(text: str) -> NoReturn:
    raise Failure(f"{text!r} is no id of a superevent")


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "number": _number,
    "gps": _number,
    "datetime": _time,
    "run": _run,
    "category": _category,
    "label": _label,
    "boolean": _flag,
    "graceid": _graceid,
    "superevent_id": _superevent,
    "superevent": _superevent,
}
