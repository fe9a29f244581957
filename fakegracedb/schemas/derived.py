"""The rules that follow from what is described elsewhere: sub-tables of events, vocabularies."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..documents.attributes import TABLES, Field, Table, shown
from ..vocabulary import DEFAULT, Label, Pipeline, ServerSettings, Tag

__all__ = ["column", "extra_attributes", "vocabulary"]

Rules = dict[str, Any]

_MOST = 2**31 - 1  # integers are 32 bits wide
_MOST_BIG = 2**63 - 1


def column(field: Field, members: tuple[str, ...] = ()) -> Rules:
    """Give the rules of a key of a sub-table.

    Parameters
    ----------
    field : Field
        The key.
    members : tuple of str
        Keys of its scores, if it holds such.
    """
    rules: dict[str, Rules] = {
        "float": {"type": "number"},
        "int": {"type": "integer", "minimum": -_MOST - 1, "maximum": _MOST},
        "natural": {"type": "integer", "minimum": 0, "maximum": _MOST},
        "big": {"type": "integer", "minimum": -_MOST_BIG - 1, "maximum": _MOST_BIG},
        "str": _text(field.max_length),
        "list": {"type": "array", "items": _text(field.max_length)},
        "scores": {
            "type": "object",
            "properties": {key: {"type": ["number", "null"]} for key in members},
        },
    }
    found = rules[field.kind]
    return {**found, "type": [found["type"], "null"]} if field.nullable else found


def _text(longest: int | None) -> Rules:
    return {"type": "string"} if longest is None else {"type": "string", "maxLength": longest}


def extra_attributes() -> Rules:
    """Give the rules of the `extra_attributes` of an event; members that are not known are free."""
    return {"type": "object", "properties": {name: _table(one) for name, one in TABLES.items()}}


def _table(table: Table) -> Rules:
    row: Rules = {
        "type": "object",
        "properties": {field.name: column(field, _scores(table, field)) for field in table.fields},
    }
    return {"type": "array", "items": row} if table.many else row


def _scores(table: Table, field: Field) -> tuple[str, ...]:
    return tuple(shown({table.name: {}})[table.name][field.name]) if field.kind == "scores" else ()


# A vocabulary: what can stand there is said by the annotations of its entries.

_ENTRIES: dict[str, type[Pipeline | Label | Tag]] = {
    "pipelines": Pipeline,
    "labels": Label,
    "tags": Tag,
}
_TYPES: dict[Any, Rules] = {
    "bool": {"type": "boolean"},
    "int": {"type": "integer", "minimum": 0},
    "float": {"type": "number", "minimum": 0, "maximum": sys.float_info.max},
    "str": {"type": "string"},
    "str | None": {"type": ["string", "null"]},
    "tuple[int, int]": {
        "type": "array",
        "minItems": 2,
        "maxItems": 2,
        "items": {"type": "integer"},
    },
}
_NAME: Rules = {"type": "string", "minLength": 1}


def vocabulary(_: ServerSettings) -> Rules:
    """Give the rules of what a store changes of the vocabulary.

    Notes
    -----
    What one entry needs of another, e.g. that the type of a pipeline exists, is for
    `Vocabulary.overridden` to say.
    """
    tables: dict[str, Rules] = {}
    for table in fields(DEFAULT):
        if table.name in _ENTRIES:
            tables[table.name] = {"type": "array", "items": _entry(_ENTRIES[table.name])}
        elif table.name == "settings":
            tables[table.name] = _closed(_limits())
        elif isinstance(getattr(DEFAULT, table.name), Mapping):
            tables[table.name] = {"type": "object", "additionalProperties": {"type": "string"}}
        else:
            tables[table.name] = {"type": "array", "items": _NAME}
    return _closed(tables)


def _closed(members: dict[str, Rules]) -> Rules:
    return {"type": "object", "properties": members, "additionalProperties": False}


def _entry(kind: type[Any]) -> Rules:
    """Give the rules of a pipeline, label or tag: an object, or a name alone."""
    members = {field.name: _TYPES[field.type] for field in fields(kind)}
    members["name"] = _NAME
    if "extra_attributes_key" in members:
        members["extra_attributes_key"] = {"enum": [*TABLES, None]}
    return {
        **_closed(members),
        "type": ["object", "string"],
        "minLength": 1,
        "required": ["name"],
    }


def _limits() -> dict[str, Rules]:
    limits = {}
    for field in fields(ServerSettings):
        rules = _TYPES[field.type]
        if field.name.endswith("_limit"):
            rules = {**rules, "minimum": 1}
        elif field.name.endswith("_regex"):
            rules = {**rules, "format": "regex"}
        limits[field.name] = rules
    return limits
