"""JSON values held against a JSON Schema: the keywords that the schemas here use, and no others.

A schema becomes a function once, and that is called often. It opens no file and imports nothing
heavy, so that it runs at any moment inside a fake file system; the library `jsonschema` reads its
own files at its import, and could only be had there by giving every thread of the process the real
disk back meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from reprlib import Repr
from typing import Any, TypeAlias

from ..clock import parse_time

__all__ = ["Check", "Schema", "compiled", "found"]

Schema: TypeAlias = Mapping[str, Any]
Place: TypeAlias = tuple[Any, str | int] | None  # the place around it, and the key there
Broken: TypeAlias = list[tuple[Place, str]]
Check: TypeAlias = Callable[[Any, Place, Broken], None]
Assertion: TypeAlias = Callable[[Any], str | None]

_short = Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60
_short.maxlevel = 2
_said = _short.repr


def found(check: Check, value: Any) -> list[str]:
    """Give what a check finds wrong with a value, a text each: the outermost places first."""
    broken: Broken = []
    check(value, None, broken)
    placed = [(_keys(place), rule) for place, rule in broken]
    placed.sort(key=lambda one: len(one[0]))
    return [f"{_path(keys)}: {rule}" if keys else rule for keys, rule in placed]


def _keys(place: Place) -> list[str | int]:
    keys = []
    while place is not None:
        place, key = place
        keys.append(key)
    return keys[::-1]


def _path(keys: Iterable[str | int]) -> str:
    text = ""
    for key in keys:
        if isinstance(key, str) and key.isidentifier():
            text += f".{key}" if text else key
        else:
            text += f"[{key!r}]"
    return text


def compiled(schema: Schema) -> Check:
    """Make the check of a schema.

    Parameters
    ----------
    schema : mapping
        The schema.

    Returns
    -------
    callable
        Takes a value, its place, and the list to which it adds what is broken. Threads may share it.

    Raises
    ------
    ValueError
        A keyword that is not understood: it would be silently ignored.
    """
    assertions: list[Assertion] = []
    parts: list[Check] = []
    makers: list[Callable[[Schema], Check]] = []
    for keyword, rule in schema.items():
        if keyword in _ASSERTIONS:
            assertions.append(_ASSERTIONS[keyword](rule))
        elif keyword in _PARTS:
            if _PARTS[keyword] not in makers:  # some keywords work together
                makers.append(_PARTS[keyword])
                parts.append(makers[-1](schema))
        elif keyword not in _ANNOTATIONS:
            raise ValueError(f"the keyword {keyword!r} is not understood")
    meaning = f" ({schema['description']})" if "description" in schema else ""

    def check(value: Any, place: Place, broken: Broken) -> None:
        for assertion in assertions:
            rule = assertion(value)
            if rule is not None:  # the others would say it again in other words
                broken.append((place, rule + meaning))
                return
        for part in parts:
            part(value, place, broken)

    return check


_ANNOTATIONS = frozenset({"$schema", "title", "description"})

# What is said of a value itself.


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


def _pattern(pattern: str) -> Assertion:
    # to JSON Schema $ is the end, to Python also what stands before a last newline
    end = re.sub(r"(?<!\\)\$$", r"\\Z", pattern)
    search = re.compile(end).search

    def check(value: Any) -> str | None:
        if not isinstance(value, str) or search(value):
            return None
        return f"{_said(value)} does not match {pattern!r}"

    return check


def _regex(text: str) -> None:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"{text!r} is no regular expression: {problem}") from None


# The standard's names, and one of ours: any form of time that people may write.
_FORMATS: dict[str, Callable[[Any], Any]] = {
    "date-time": datetime.fromisoformat,
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


_ASSERTIONS: dict[str, Callable[[Any], Assertion]] = {
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

# What is said of the parts of a value.


def _required(schema: Schema) -> Check:
    keys = schema["required"]

    def check(value: Any, place: Place, broken: Broken) -> None:
        if isinstance(value, dict):
            for key in keys:
                if key not in value:
                    broken.append((place, f"the key {key!r} is missing"))

    return check


def _members(schema: Schema) -> Check:
    known = {key: compiled(rules) for key, rules in schema.get("properties", {}).items()}
    patterns = [
        (re.compile(pattern).search, compiled(rules))
        for pattern, rules in schema.get("patternProperties", {}).items()
    ]
    keys = compiled(schema.get("propertyNames", {}))
    others = schema.get("additionalProperties", {})
    other = None if others is False else compiled(others)
    unknown = f"is no key that is known here; there are {', '.join(known)}"

    def check(value: Any, place: Place, broken: Broken) -> None:
        if not isinstance(value, dict):
            return
        for key, item in value.items():
            inside = (place, key)
            keys(key, inside, broken)
            member = known.get(key)
            if member is not None:
                member(item, inside, broken)
            named = member is not None
            for search, by_pattern in patterns:
                if search(key):
                    named = True
                    by_pattern(item, inside, broken)
            if not named:
                if other is None:
                    broken.append((inside, unknown))
                else:
                    other(item, inside, broken)

    return check


def _items(schema: Schema) -> Check:
    entry = compiled(schema["items"])

    def check(value: Any, place: Place, broken: Broken) -> None:
        if isinstance(value, list):
            for number, item in enumerate(value):
                entry(item, (place, number), broken)

    return check


def _condition(schema: Schema) -> Check:
    condition = compiled(schema["if"])
    then, otherwise = compiled(schema.get("then", {})), compiled(schema.get("else", {}))

    def check(value: Any, place: Place, broken: Broken) -> None:
        contradictions: Broken = []
        condition(value, place, contradictions)
        (otherwise if contradictions else then)(value, place, broken)

    return check


def _all_of(schema: Schema) -> Check:
    each = [compiled(rules) for rules in schema["allOf"]]

    def check(value: Any, place: Place, broken: Broken) -> None:
        for one in each:
            one(value, place, broken)

    return check


_PARTS: dict[str, Callable[[Schema], Check]] = {
    "required": _required,
    "properties": _members,
    "patternProperties": _members,
    "additionalProperties": _members,
    "propertyNames": _members,
    "items": _items,
    "if": _condition,
    "then": _condition,
    "else": _condition,
    "allOf": _all_of,
}
