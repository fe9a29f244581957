"""What a JSON Schema says of a value itself, keyword by keyword: type, texts, limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from reprlib import Repr
from typing import Any, TypeAlias

from ..clock import parse_time

__all__ = ["ASSERTIONS", "Assertion", "searching"]

#: Says what is wrong with a value, None if nothing is.
Assertion: TypeAlias = Callable[[Any], str | None]

_short = Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60
_short.maxlevel = 2
_said = _short.repr


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return True
    return _is_integer(value) and value.bit_length() < 1024  # a double holds it


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_integer,
    "number": _is_number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _type(names: str | list[str]) -> Assertion:
    if isinstance(names, str):
        names = [names]
    tests = [_TYPES[name] for name in names]
    wanted = " or ".join(names)

    def check(value: Any) -> str | None:
        for test in tests:
            if test(value):
                return None
        return f"{_said(value)} is not of type {wanted}"

    return check


def _enum(values: list[str | None]) -> Assertion:
    if not all(value is None or isinstance(value, str) for value in values):
        raise ValueError(f"{values}: only texts and null are compared as JSON would")
    shown = ", ".join("null" if value is None else repr(value) for value in values)

    def check(value: Any) -> str | None:
        return None if value in values else f"{_said(value)} is not one of {shown}"

    return check


def searching(pattern: str) -> Callable[[str], object]:
    """Make the search for a pattern; to JSON Schema ``$`` is the very end of a text."""
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern)).search


def _pattern(pattern: str) -> Assertion:
    search = searching(pattern)

    def check(value: Any) -> str | None:
        if not isinstance(value, str) or search(value):
            return None
        return f"{_said(value)} does not match '{pattern}'"

    return check


def _date_time(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f"{_said(text)} is no time: {problem}") from None


def _regex(text: str) -> None:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"{text!r} is no regular expression: {problem}") from None


# The standard's names, and one of ours: any form of time that people may write.
_FORMATS: dict[str, Callable[[Any], object]] = {
    "date-time": _date_time,
    "regex": _regex,
    "time-in-any-form": parse_time,
}


def _format(name: str) -> Assertion:
    read = _FORMATS[name]

    def check(value: Any) -> str | None:
        if isinstance(value, str) or (name == "time-in-any-form" and _is_number(value)):
            try:
                read(value)
            except ValueError as problem:
                return str(problem)
        return None

    return check


def _limit(
    applies: Callable[[Any], bool],
    size: Callable[[Any], Any],
    holds: Callable[[Any, Any], bool],
    rule: str,
) -> Callable[[Any], Assertion]:
    def make(limit: Any) -> Assertion:
        def check(value: Any) -> str | None:
            # NaN is within no limit
            if not applies(value) or holds(size(value), limit):
                return None
            return f"{_said(value)} {rule.format(limit)}"

        return check

    return make


def _at_least(size: Any, limit: Any) -> bool:
    return bool(size >= limit)


def _at_most(size: Any, limit: Any) -> bool:
    return bool(size <= limit)


def _itself(value: Any) -> Any:
    return value


ASSERTIONS: dict[str, Callable[[Any], Assertion]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda value: _enum([value]),
    "pattern": _pattern,
    "format": _format,
    "minimum": _limit(_is_number, _itself, _at_least, "is less than {}"),
    "maximum": _limit(_is_number, _itself, _at_most, "is more than {}"),
    "minLength": _limit(_TYPES["string"], len, _at_least, "is shorter than {} characters"),
    "maxLength": _limit(_TYPES["string"], len, _at_most, "is longer than {} characters"),
    "minItems": _limit(_TYPES["array"], len, _at_least, "has less than {} entries"),
    "maxItems": _limit(_TYPES["array"], len, _at_most, "has more than {} entries"),
}
