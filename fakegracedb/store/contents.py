"""What each file of a store holds: bytes ↔ typed documents, with errors that name the place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .. import vocabulary
from ..documents import Event, FileVersion, Log, Settings, Tag, User
from ..documents.world import FORMAT
from ..errors import StoreError
from . import layout
from .series import Files, Logs

__all__ = ["decode", "decode_lines", "document_json", "kind", "parse", "series", "validate"]


def _settings(data: Mapping[str, Any]) -> Settings:
    settings = Settings.from_json(data)
    if settings.format > FORMAT:
        raise StoreError(
            f"{layout.SETTINGS} says format {settings.format}, and this fakegracedb reads up to "
            f"{FORMAT}: a newer version wrote this store; install that one"
        )
    return settings


def _users(data: Mapping[str, Any]) -> dict[str, User]:
    return {user.name: user for user in map(User.from_json, data["users"])}


def _tags(data: Mapping[str, Any]) -> tuple[Tag, ...]:
    return tuple(map(Tag.from_json, data["tags"]))


_DOCUMENTS: dict[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {
    layout.SETTINGS: ("settings", _settings),
    layout.VOCABULARY: ("vocabulary", vocabulary.DEFAULT.overridden),
    layout.USERS: ("users", _users),
    layout.TAGS: ("tags", _tags),
    "event.json": ("event", Event.from_json),
}
_SERIES: dict[str, tuple[str, type[Logs] | type[Files]]] = {
    "logs.jsonl": ("log", Logs),
    "files.jsonl": ("file", Files),
}


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def kind(path: str) -> str | None:
    """Name the schema of the file at a path of a store; None for a file that is not ours."""
    name = _name(path)
    entry = _DOCUMENTS.get(name) or _SERIES.get(name)
    return entry[0] if entry else None


def series(path: str) -> Logs | Files:
    """Give the empty series that a path holds."""
    return _SERIES[_name(path)][1]()


def document_json(value: Any) -> dict[str, Any]:
    """Give the JSON of a document as `decode` gave it."""
    if isinstance(value, vocabulary.Vocabulary):
        return value.to_json()
    if isinstance(value, dict):
        return {"users": [user.to_json() for user in value.values()]}
    if isinstance(value, tuple):
        return {"tags": [tag.to_json() for tag in value]}
    data: dict[str, Any] = value.to_json()
    return data


def parse(path: str, text: bytes, line: int | None = None) -> dict[str, Any]:
    """Give the JSON object in a file or line of a store.

    Raises
    ------
    StoreError
        If it is no JSON object; the message names file and place.
    """
    where = path if line is None else f"{path}, line {line}"
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{where} is not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise StoreError(f"{where} must hold a JSON object, not {type(data).__name__}")
    return data


def validate(path: str, data: Mapping[str, Any], line: int | None = None) -> None:
    """Hold what came from outside against its schema.

    Raises
    ------
    StoreError
        With file, place within it and the rule that was broken.
    """
    from .. import schemas

    where = path if line is None else f"{path}, line {line}"
    name = kind(path)
    if name is not None:
        schemas.validate(name, data, where=where)


def decode(path: str, data: Mapping[str, Any], *, foreign: bool = False) -> Any:
    """Give the typed document for the JSON of a file.

    Parameters
    ----------
    path : str
        Place in the store; tells what it is.
    data : mapping
        The JSON.
    foreign : bool
        Whether somebody else may have written it, so that its schema has to be asked.

    Raises
    ------
    StoreError
        If it does not fit.
    """
    if foreign:
        validate(path, data)
    try:
        return _DOCUMENTS[_name(path)][1](data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        validate(path, data)  # says better than Python what is wrong
        raise StoreError(f"{path}: {error}") from error


def decode_lines(
    path: str, lines: Iterable[Mapping[str, Any]], *, foreign: bool = False
) -> list[Log] | list[FileVersion]:
    """Give the typed entries for the JSON of a series; as `decode`."""
    make = _SERIES[_name(path)][1].entry.from_json
    entries: list[Any] = []
    for number, data in enumerate(lines, start=1):
        try:
            if foreign:
                validate(path, data, number)
            entries.append(make(data))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            validate(path, data, number)
            raise StoreError(f"{path}, line {number}: {error}") from error
    return entries
