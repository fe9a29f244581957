"""A quick look at documents: nearly all are in order, and then no rule needs to be put into words.

Rules become nested Python functions. A document that they accept keeps the rules; one that they do
not is for `jsonschema` to judge, and so is all to which a keyword applies that is not known here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .library import FORMATS

__all__ = ["acceptor"]

Check: TypeAlias = Callable[[Any], bool]

_MOST = sys.float_info.max
_TYPES: dict[str, type[Any] | tuple[type[Any], ...]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}
# Keywords by the Python type of what they apply to; others do not apply to it.
_KEYWORDS: dict[type[Any], tuple[str, ...]] = {
    str: ("minLength", "maxLength", "pattern", "format"),
    int: ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    float: ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    list: ("minItems", "maxItems", "items"),
    dict: ("required", "properties", "additionalProperties"),
}
_KNOWN = {"type", "enum", "description", *(name for one in _KEYWORDS.values() for name in one)}


def acceptor(rules: Mapping[str, Any]) -> Check:
    """Make the function that says whether a document certainly keeps a schema's rules."""
    rules = {name: rule for name, rule in rules.items() if name != "$schema"}
    if not rules.keys() <= _KNOWN:
        return _doubtful
    if "enum" in rules:
        if rules.keys() - {"enum", "description"}:
            return _doubtful
        return _one_of(rules["enum"])
    if "type" not in rules:
        return _doubtful
    names = rules["type"] if isinstance(rules["type"], list) else [rules["type"]]
    by_type: dict[type[Any], Check] = {}
    for name in names:
        kinds = _TYPES[name]
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            if kind in by_type:
                return _doubtful
            by_type[kind] = _of_type(kind, name, rules)
    if len(by_type) == 1:
        ((only, check),) = by_type.items()
        return lambda value: type(value) is only and check(value)

    def checked(value: Any) -> bool:
        found = by_type.get(type(value))
        return found is not None and found(value)

    return checked


def _doubtful(_: Any) -> bool:
    return False


def _certain(_: Any) -> bool:
    return True


def _one_of(choices: list[Any]) -> Check:
    words = frozenset(one for one in choices if isinstance(one, str))
    return lambda value: type(value) is str and value in words


def _of_type(kind: type[Any], name: str, rules: Mapping[str, Any]) -> Check:
    """Make the check of what is of one Python type; `name` is what the schema calls the type."""
    own = {word: rules[word] for word in _KEYWORDS.get(kind, ()) if word in rules}
    if kind is str:
        return _text(own)
    if kind in (int, float):
        return _number(own, whole=name == "integer")
    if kind is list:
        return _array(own)
    if kind is dict:
        return _object(own)
    return _certain


def _text(rules: Mapping[str, Any]) -> Check:
    least, most = rules.get("minLength", 0), rules.get("maxLength", sys.maxsize)
    search = re.compile(rules["pattern"]).search if "pattern" in rules else None
    if "format" in rules:
        if rules["format"] not in FORMATS:
            return _doubtful
        has_format = FORMATS[rules["format"]]

        def formatted(value: str) -> bool:
            if not least <= len(value) <= most or (search is not None and search(value) is None):
                return False
            try:
                return has_format(value)
            except (OverflowError, RecursionError, ValueError, re.error):
                return False

        return formatted
    if search is not None:
        return lambda value: least <= len(value) <= most and search(value) is not None
    if not rules:
        return _certain
    return lambda value: least <= len(value) <= most


def _number(rules: Mapping[str, Any], *, whole: bool) -> Check:
    # NaN is within no limit
    if not rules:
        return _certain if whole else lambda value: type(value) is float or abs(value) <= _MOST
    least, most = rules.get("minimum", -_MOST), rules.get("maximum", _MOST)
    above, below = rules.get("exclusiveMinimum"), rules.get("exclusiveMaximum")
    if above is None and below is None:
        return lambda value: least <= value <= most
    above, below = -_MOST if above is None else above, _MOST if below is None else below
    return lambda value: least <= value <= most and above < value < below


def _array(rules: Mapping[str, Any]) -> Check:
    least, most = rules.get("minItems", 0), rules.get("maxItems", sys.maxsize)
    item = acceptor(rules["items"]) if "items" in rules else _certain
    return lambda value: least <= len(value) <= most and all(map(item, value))


def _object(rules: Mapping[str, Any]) -> Check:
    required = frozenset(rules.get("required", ()))
    members = {name: acceptor(one) for name, one in rules.get("properties", {}).items()}
    rest = rules.get("additionalProperties", True)
    other = acceptor(rest) if isinstance(rest, dict) else (_certain if rest else _doubtful)

    def checked(value: dict[str, Any]) -> bool:
        if not required <= value.keys():
            return False
        # `all` costs more than most of the checks
        for name, member in value.items():  # noqa: SIM110
            if not members.get(name, other)(member):
                return False
        return True

    return checked
