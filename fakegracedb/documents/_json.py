"""Dataclass ↔ JSON for the documents: defaults are left out, unknown keys are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar, cast

__all__ = ["dump", "load"]

D = TypeVar("D")


@cache
def _shape(kind: Any) -> tuple[frozenset[str], tuple[tuple[str, Any], ...]]:
    shape = []
    for field in fields(kind):
        if field.name == "unknown":
            continue
        default = field.default
        if field.default_factory is not MISSING:
            default = field.default_factory()
        shape.append((field.name, default))
    return frozenset(name for name, _ in shape), tuple(shape)


def load(kind: type[D], data: Mapping[str, Any], **converted: Any) -> D:
    """Build a document from its JSON.

    Parameters
    ----------
    kind : type
        A document class.
    data : mapping
        The JSON object.
    **converted
        Fields that need more than the JSON value, already converted.

    Raises
    ------
    TypeError
        If a field without a default is missing.
    """
    known, _ = _shape(cast(Any, kind))
    members = {key: value for key, value in data.items() if key in known}
    members.update(converted)
    unknown = {key: value for key, value in data.items() if key not in known}
    make: Any = kind
    document: D = make(**members, unknown=unknown)
    return document


def dump(document: Any, **converted: Any) -> dict[str, Any]:
    """Give the JSON of a document: required fields, and others that differ from their default.

    Parameters
    ----------
    document : dataclass
        The document.
    **converted
        Members whose JSON is not the field's own value.
    """
    _, shape = _shape(cast(Any, type(document)))
    data: dict[str, Any] = {}
    for name, default in shape:
        value = getattr(document, name)
        if default is MISSING or value != default:
            data[name] = converted.get(name, value)
    data.update(document.unknown)
    return data
