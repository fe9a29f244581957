"""The JSON form of a vocabulary, whole or in part, and the checks of one that people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from . import Label, Pipeline, ServerSettings, Tag, Vocabulary

__all__ = ["as_json", "overridden"]

_ENTRIES: dict[str, type[Pipeline | Label | Tag]] = {
    "pipelines": Pipeline,
    "labels": Label,
    "tags": Tag,
}
# What a value is called in a message, and what it can be in JSON, by the annotation of its field.
_VALUES: dict[Any, tuple[str, tuple[type, ...]]] = {
    "bool": ("true or false", (bool,)),
    "int": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
    "str": ("text", (str,)),
    "str | None": ("text or null", (str, type(None))),
}


def as_json(vocabulary: Vocabulary) -> dict[str, Any]:
    """Give the whole of a vocabulary; see `Vocabulary.to_json`."""
    whole: dict[str, Any] = {}
    for one in fields(vocabulary):
        value = getattr(vocabulary, one.name)
        if one.name in _ENTRIES:
            whole[one.name] = [_as_object(entry) for entry in value]
        elif one.name == "settings":
            whole[one.name] = _as_object(value)
        else:
            whole[one.name] = dict(value) if isinstance(value, Mapping) else list(value)
    return whole


def _as_object(entry: Any) -> dict[str, Any]:
    values = ((one.name, getattr(entry, one.name)) for one in fields(entry))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def overridden(vocabulary: Vocabulary, overrides: Mapping[str, Any]) -> Vocabulary:
    """Apply what a store says; see `Vocabulary.overridden`."""
    _need(isinstance(overrides, Mapping), "vocabulary", "an object", overrides)
    _check_keys("vocabulary", overrides, [one.name for one in fields(vocabulary)])
    changes: dict[str, Any] = {}
    for key, value in overrides.items():
        if key == "settings":
            changes[key] = _settings(vocabulary.settings, value)
        elif key in _ENTRIES:
            _need(isinstance(value, list | tuple), key, "a list", value)
            changes[key] = tuple(
                _entry(_ENTRIES[key], entry, f"{key}[{place}]") for place, entry in enumerate(value)
            )
        elif isinstance(getattr(vocabulary, key), Mapping):
            _need(isinstance(value, Mapping), key, "an object of codes", value)
            for code, shown in value.items():
                _need(isinstance(shown, str), f"{key}[{code!r}]", "text", shown)
            changes[key] = dict(value)
        else:
            _need(isinstance(value, list | tuple), key, "a list of names", value)
            for place, name in enumerate(value):
                _need(isinstance(name, str), f"{key}[{place}]", "text", name)
            changes[key] = tuple(value)
    changed = replace(vocabulary, **changes)
    _check_tags(changed)
    return changed


def _entry(kind: type[Any], value: Any, where: str) -> Any:
    if isinstance(value, str):
        value = {"name": value}
    _need(isinstance(value, Mapping), where, "an object with a name, or a name", value)
    if "name" not in value:
        raise ValueError(f"{where}: no name")
    _check_keys(where, value, [one.name for one in fields(kind)])
    _check_values(kind, value, where)
    return kind(**value)


def _settings(settings: ServerSettings, value: Any) -> ServerSettings:
    _need(isinstance(value, Mapping), "settings", "an object", value)
    _check_keys("settings", value, [one.name for one in fields(settings)])
    changes = dict(value)
    if "event_neighborhood_default" in changes:
        pair = changes.pop("event_neighborhood_default")
        whole = isinstance(pair, list | tuple) and [type(one) for one in pair] == [int, int]
        _need(whole, "settings.event_neighborhood_default", "two whole numbers", pair)
        settings = replace(settings, event_neighborhood_default=tuple(pair))
    _check_values(ServerSettings, changes, "settings")
    for key, one in changes.items():
        if isinstance(one, int | float) and not 0 <= one < float("inf"):
            raise ValueError(f"settings.{key}: {one} is no limit")
        if key.endswith("_limit") and one < 1:
            raise ValueError(f"settings.{key}: a page holds at least 1, not {one}")
        if key.endswith("_regex"):
            try:
                re.compile(one)
            except re.error as problem:
                raise ValueError(f"settings.{key}: {one!r}: {problem}") from None
    return replace(settings, **changes)


def _check_keys(where: str, value: Mapping[str, Any], allowed: Iterable[str]) -> None:
    allowed = list(allowed)
    for key in value:
        if key not in allowed:
            raise ValueError(f"{where}: unknown key {key!r}; there are {', '.join(allowed)}")


def _check_values(kind: type[Any], value: Mapping[str, Any], where: str) -> None:
    for one in fields(kind):
        if one.name in value:
            called, types = _VALUES[one.type]
            given = value[one.name]
            fits = isinstance(given, types) and (bool in types or not isinstance(given, bool))
            _need(fits, f"{where}.{one.name}", called, given)


def _check_tags(vocabulary: Vocabulary) -> None:
    settings = vocabulary.settings
    for tag in vocabulary.tags:
        if not re.search(settings.tag_name_regex, tag.name):
            raise ValueError(f"tag {tag.name!r} does not match {settings.tag_name_regex}")
        if len(tag.name) > settings.tag_name_max_length:
            raise ValueError(f"tag {tag.name!r} is longer than {settings.tag_name_max_length}")


def _need(holds: bool, where: str, wanted: str, given: object) -> None:
    if not holds:
        raise ValueError(f"{where}: {wanted} is wanted, not {given!r}")
