"""JSON uploads: read within bounds, their members converted to what columns hold."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from reprlib import Repr
from typing import Any, NoReturn

from fakegracedb.documents.attributes import Field, Table

from ..stretches import Content, whole
from .columns import EVENT, check, gpstime

__all__ = ["event", "load", "number", "row", "shown", "text"]

_MOST_VALUES = 200_000  # far above any notice's; a value can take 250 bytes of memory
_LONGEST = 10_000  # characters; a column of text has at most 1024
_MOST_BYTES = 32 * 2**20  # of a text; a notice holds a sky map
_MARKS = ",:[{\\"  # a value, or an escaped character, has at least one of these

_structured = re.compile(r"[ \t\n\r]*[\[{]").match


def load(content: Content, *, strict: bool = False) -> Any:
    """Read a JSON text.

    Parameters
    ----------
    content : bytes, memoryview or Stretch
        UTF-8, and no other encoding.
    strict : bool
        Whether it must mean the same to every reader. Otherwise NaN and infinities are taken, the
        last of several members with one name counts, and halves of characters stay, as Python does.

    Returns
    -------
    Any
        What it says; any JSON value.

    Raises
    ------
    UnicodeDecodeError
        If it is no text.
    json.JSONDecodeError
        If it is no JSON, a byte-order mark included, or too long.
    ValueError
        If it holds too many values, an integer of too many digits, or what strictness refuses.
    RecursionError
        If it is too deep.
    """
    if len(content) > _MOST_BYTES:
        raise json.JSONDecodeError(f"JSON text longer than {_MOST_BYTES} bytes", "", 0)
    source = str(whole(content), "utf-8")
    if _structured(source) and sum(map(source.count, _MARKS)) > _MOST_VALUES:
        raise ValueError(f"more than {_MOST_VALUES} values in a JSON text")
    if not strict:
        return json.loads(source)
    found = json.loads(
        source, object_pairs_hook=_members, parse_float=_finite, parse_constant=_no_number
    )
    if _half(source):
        json.dumps(found, ensure_ascii=False).encode()
    return found


_half = re.compile(r"\\u[dD][89a-fA-F]").search  # of a character; two halves may make a whole one


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"more than one member is called {shown(name)}")
    return found


def _finite(literal: str) -> float:
    value = float(literal)
    return value if math.isfinite(value) else _no_number(literal)


def _no_number(literal: str) -> NoReturn:
    raise ValueError(f"{literal[:50]} is not a number within range")


def row(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert values to the kinds of their columns, and see that they can be stored.

    Parameters
    ----------
    table : Table
        A member of `extra_attributes`, or the event's own columns.
    values : mapping
        By column; None is null. Numbers may be texts, and anything is text to a column of text.

    Returns
    -------
    dict
        The same columns, in the table's order.

    Raises
    ------
    TypeError, ValueError, OverflowError
        If a value is no number, or cannot be stored (`StorageError` is a `ValueError`).
    """
    converted = {
        field.name: _converted(field, values[field.name])
        for field in table.fields
        if field.name in values
    }
    check(table, converted)
    return converted


def event(**values: Any) -> dict[str, Any]:
    """Convert values of the event's own columns as `row` does, and round its GPS time."""
    converted = row(EVENT, values)
    if converted.get("gpstime") is not None:
        converted["gpstime"] = gpstime(converted["gpstime"])
    return converted


_brief = Repr()
_brief.maxstring = _brief.maxother = _brief.maxlong = 2000
_brief.maxlist = _brief.maxdict = _brief.maxlevel = 110
shown = _brief.repr
"""Quote a value as `repr` does, but cut what is long first: quoted it may be 16 times as long."""


def number(value: Any) -> float | None:
    """Convert a value to a number, which also a text can be; None stays.

    Raises
    ------
    TypeError, ValueError, OverflowError
        If it is none.
    """
    if isinstance(value, str) and len(value) > _LONGEST:
        raise ValueError(f"could not convert string to float: {shown(value)}")
    return None if value is None else float(value)


def text(value: Any) -> str | None:
    """Convert a value to what a column of text takes, cut only where none could hold it."""
    if value is None:
        return None
    found = value[:_LONGEST] if isinstance(value, str) else shown(value)
    found.encode()  # JSON can spell halves of characters, which no database takes
    return found


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _converted(field: Field, value: Any) -> Any:
    try:
        return _CONVERTERS[field.kind](value)
    except UnicodeEncodeError:
        raise
    except (TypeError, ValueError) as error:
        message = f"Field '{field.name}' expected a number but got {shown(value)}."
        raise type(error)(message) from None


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "float": number,
    "int": _whole,
    "natural": _whole,
    "str": text,
}
