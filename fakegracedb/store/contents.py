"""What each file of a store holds: bytes ↔ typed documents, with errors that name the place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import vocabulary
from ..documents import Event, Settings, Superevent, Tag, User
from ..documents.world import FORMAT
from ..errors import StoreError
from . import layout
from .series import (
    Catalogs,
    EMBBLogs,
    EMObservations,
    Files,
    Logs,
    Notices,
    Numbered,
    VOEvents,
)

if TYPE_CHECKING:
    from ..vocabulary import ServerSettings

__all__ = [
    "Tags",
    "Users",
    "decode",
    "decode_lines",
    "document_json",
    "is_document",
    "is_series",
    "kind",
    "parse",
    "parse_lines",
    "series",
    "validate",
]


def _settings(data: Mapping[str, Any]) -> Settings:
    settings = Settings.from_json(data)
    if settings.format > FORMAT:
        raise StoreError(
            f"{layout.SETTINGS} says format {settings.format}, and this fakegracedb reads up to "
            f"{FORMAT}: a newer version wrote this store; install that one"
        )
    return settings


class Users(dict[str, User]):
    """The users by name, and what else stands in their document."""

    unknown: Mapping[str, Any] = {}


class Tags(tuple[Tag, ...]):
    """The tags, and what else stands in their document."""

    unknown: Mapping[str, Any] = {}


def _users(data: Mapping[str, Any]) -> Users:
    users = Users((user.name, user) for user in map(User.from_json, data["users"]))
    users.unknown = {key: value for key, value in data.items() if key != "users"}
    return users


def _tags(data: Mapping[str, Any]) -> Tags:
    tags = Tags(map(Tag.from_json, data["tags"]))
    tags.unknown = {key: value for key, value in data.items() if key != "tags"}
    return tags


_DOCUMENTS: dict[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {
    layout.SETTINGS: ("settings", _settings),
    layout.VOCABULARY: ("vocabulary", vocabulary.DEFAULT.overridden),
    layout.USERS: ("users", _users),
    layout.TAGS: ("tags", _tags),
    "event.json": ("event", Event.from_json),
    "superevent.json": ("superevent", Superevent.from_json),
}
_SERIES: dict[str, tuple[str, type[Numbered[Any]] | type[Files]]] = {
    "logs.jsonl": ("log", Logs),
    "files.jsonl": ("file", Files),
    "voevents.jsonl": ("voevent", VOEvents),
    "emobservations.jsonl": ("emobservation", EMObservations),
    "embb.jsonl": ("embb", EMBBLogs),
    "notices.jsonl": ("notice", Notices),
    layout.CATALOGS: ("catalog", Catalogs),
}


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def kind(path: str) -> str | None:
    """Name the schema of the file at a path of a store; None for a file that is not ours."""
    name = _name(path)
    if path == layout.JOURNAL:
        return "commit"
    entry = _DOCUMENTS.get(name) or _SERIES.get(name)
    return entry[0] if entry else None


def is_document(path: str) -> bool:
    """Whether the file at a path of a store is a document, to be replaced as a whole."""
    return _name(path) in _DOCUMENTS


def is_series(path: str) -> bool:
    """Whether the file at a path of a store is a series, which grows line by line."""
    return _name(path) in _SERIES


def series(path: str) -> Numbered[Any] | Files:
    """Give the empty series that a path holds."""
    return _SERIES[_name(path)][1]()


def document_json(value: Any) -> dict[str, Any]:
    """Give the JSON of a document as `decode` gave it."""
    if isinstance(value, vocabulary.Vocabulary):
        return value.to_json()
    if isinstance(value, Users):
        return {"users": [user.to_json() for user in value.values()], **value.unknown}
    if isinstance(value, Tags):
        return {"tags": [tag.to_json() for tag in value], **value.unknown}
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


def validate(
    path: str,
    data: Mapping[str, Any],
    line: int | None = None,
    limits: ServerSettings | None = None,
    *,
    within: str = "",
) -> None:
    """Hold what came from outside against its schema.

    Parameters
    ----------
    path, line
        Where it is; the path tells what it is.
    data : mapping
        The JSON.
    limits : ServerSettings or None
        Of the store's vocabulary, where they are not the usual ones.
    within : str
        Where it was read, if that is another file.

    Raises
    ------
    StoreError
        With file, place within it and the rule that was broken.
    """
    from .. import schemas

    name = kind(path)
    if name is not None:
        where = within + (path if line is None else f"{path}, line {line}")
        schemas.validate(name, data, where=where, settings=limits)


def decode(path: str, data: Mapping[str, Any]) -> Any:
    """Give the typed document for the JSON of a file.

    Parameters
    ----------
    path : str
        Place in the store; tells what it is.
    data : mapping
        The JSON.

    Raises
    ------
    StoreError
        If it does not fit.
    """
    try:
        return _DOCUMENTS[_name(path)][1](data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        validate(path, data)  # says better than Python what is wrong
        raise StoreError(f"{path}: {error}") from error


def decode_lines(path: str, lines: Iterable[tuple[int, Mapping[str, Any]]]) -> list[Any]:
    """Give the typed entries for the JSON of lines of a series, which come with their numbers.

    Raises
    ------
    StoreError
        If one does not fit.
    """
    make: Callable[[Mapping[str, Any]], Any] = _SERIES[_name(path)][1].entry.from_json
    entries = []
    for number, data in lines:
        try:
            entries.append(make(data))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            validate(path, data, number)
            raise StoreError(f"{path}, line {number}: {error}") from error
    return entries


def parse_lines(path: str, text: bytes) -> list[tuple[int, dict[str, Any]]]:
    """Give the JSON of the lines of a series with their numbers; empty lines are left out.

    Raises
    ------
    StoreError
        If a line is no JSON object.
    """
    return [
        (number, parse(path, line, number))
        for number, line in enumerate(text.split(b"\n"), start=1)
        if line.strip()
    ]
