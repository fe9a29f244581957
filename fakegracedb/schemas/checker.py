"""JSON values held against a JSON Schema: the keywords that the schemas here use, and no others.

Not the library `jsonschema`, because a store must work inside pyfakefs, also if that is where it is
first imported. The library reads files of its own at import. To let it, the fake has to be paused:
meanwhile every thread of the process writes to the real disk, and modules that were imported in the
fake are forgotten, so that the next import makes a second copy of their classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from .assertions import ASSERTIONS, Assertion, searching

__all__ = ["Check", "Schema", "compiled", "found"]

Schema: TypeAlias = Mapping[str, Any]
Place: TypeAlias = tuple[Any, str | int] | None  # the place around it, and the key there
Broken: TypeAlias = list[tuple[Place, str]]
Check: TypeAlias = Callable[[Any, Place, Broken], None]


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
        Takes a value, its place, and the list to which it adds what is broken. It holds no state.

    Raises
    ------
    ValueError
        A keyword that is not understood: it would be silently ignored.
    """
    assertions: list[Assertion] = []
    parts: list[Check] = []
    makers: list[Callable[[Schema], Check]] = []
    for keyword, rule in schema.items():
        if keyword in ASSERTIONS:
            assertions.append(ASSERTIONS[keyword](rule))
        elif keyword in _PARTS:
            if _PARTS[keyword] not in makers:  # some keywords work together
                makers.append(_PARTS[keyword])
                parts.append(makers[-1](schema))
        elif keyword not in _ANNOTATIONS:
            raise ValueError(f"the keyword {keyword!r} is not understood")
    meaning = _meaning(schema)

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


def _meaning(schema: Schema) -> str:
    return f" ({schema['description']})" if "description" in schema else ""


# What is said of the parts of a value.


def _required(schema: Schema) -> Check:
    keys, meaning = schema["required"], _meaning(schema)

    def check(value: Any, place: Place, broken: Broken) -> None:
        if isinstance(value, dict):
            for key in keys:
                if key not in value:
                    broken.append((place, f"the key {key!r} is missing{meaning}"))

    return check


def _members(schema: Schema) -> Check:
    known = {key: compiled(rules) for key, rules in schema.get("properties", {}).items()}
    patterns = [
        (searching(pattern), compiled(rules))
        for pattern, rules in schema.get("patternProperties", {}).items()
    ]
    keys = compiled(schema["propertyNames"]) if "propertyNames" in schema else None
    others = schema.get("additionalProperties", {})
    other = None if others is False else compiled(others)
    unknown = f"is no key that is known here; there are {', '.join(known)}"

    def check(value: Any, place: Place, broken: Broken) -> None:
        if not isinstance(value, dict):
            return
        for key, item in value.items():
            inside = (place, key)
            if keys is not None:
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
    first = [compiled(rules) for rules in schema.get("prefixItems", ())]
    others = compiled(schema.get("items", {}))

    def check(value: Any, place: Place, broken: Broken) -> None:
        if isinstance(value, list):
            for number, item in enumerate(value):
                entry = first[number] if number < len(first) else others
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
    "prefixItems": _items,
    "items": _items,
    "if": _condition,
    "then": _condition,
    "else": _condition,
    "allOf": _all_of,
}
