"""The forms in which an object lies in a folder: ours, and those of the Mock Event Generator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import ArchiveError
from .archived import Archived, ArchivedEvent, ArchivedFile, ArchivedSuperevent
from .description import (
    event_description,
    read_uploads,
    superevent_description,
)
from .meg_cache import DESCRIPTION, event_of_meg, json_object, superevent_of_meg

__all__ = ["ARCHIVE", "DESCRIPTION", "FORMAT", "read_folder", "write_documents"]

ARCHIVE = "archive.json"
FORMAT = 1
_DEEPEST = 4  # what is nested deeper is written into one line


def read_folder(folder: Path) -> ArchivedEvent | ArchivedSuperevent:
    """Read an object.

    Raises
    ------
    ArchiveError
        If the folder holds none, or it is damaged.
    """
    whole = json_object(folder / ARCHIVE)
    description = json_object(folder / DESCRIPTION)
    try:
        if whole is not None:
            return _ours(folder, whole, description or {})
        if description is None:
            raise ArchiveError(f"{folder}: neither {ARCHIVE} nor {DESCRIPTION} is there")
        if "gevent_ids" in description:
            return superevent_of_meg(folder, description)
        return event_of_meg(folder, description)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"{folder}: is no archived object: {error!r}") from error


def _ours(
    folder: Path, data: Mapping[str, Any], description: Mapping[str, Any]
) -> ArchivedEvent | ArchivedSuperevent:
    if data["format"] > FORMAT:
        raise ArchiveError(
            f"{folder / ARCHIVE} has format {data['format']}, and this fakegracedb reads up to "
            f"{FORMAT}: a newer version wrote it"
        )
    members: dict[str, Any] = {
        name: data[name] for name in ("id", "source", "url", "answers", "unreadable", "mode")
    }
    members |= {name: data[name] for name in ("partial", "fetched", "client", "server")}
    members["folder"] = folder
    members["files"] = tuple(
        ArchivedFile(
            name=one["name"],
            version=one["version"],
            size=one["size"],
            sha256=one["sha256"],
            blob=_plain(one.get("blob") or f"{one['name']},{one['version']}"),
        )
        for one in data["files"]
    )
    if data["kind"] == "event":
        return ArchivedEvent(**members, uploads=read_uploads(description))
    events = tuple(map(_member, (folder / _plain(graceid) for graceid in data["events"])))
    return ArchivedSuperevent(**members, events=events)


def _plain(name: str) -> str:
    """Give the name of something in a folder; archives are shared, and not all are of friends."""
    if name in ("", ".", "..") or "/" in name or "\\" in name or "\0" in name:
        raise ValueError(f"{name!r} leads out of the folder")
    return name


def _member(folder: Path) -> ArchivedEvent:
    found = read_folder(folder)
    if not isinstance(found, ArchivedEvent):
        raise ArchiveError(f"{folder}: is no event")
    return found


def write_documents(folder: Path, archived: Archived) -> None:
    """Write the documents of an object, of a superevent not those of its events.

    The files are there already. `archive.json` comes last: a folder without it is not finished.
    """
    data: dict[str, Any] = {"format": FORMAT}
    if isinstance(archived, ArchivedSuperevent):
        data["kind"] = "superevent"
        again = [e.id for e in archived.events if e.uploads and not e.object.get("offline")]
        description = superevent_description(archived.object, again, archived.source)
    elif isinstance(archived, ArchivedEvent):
        data["kind"] = "event"
        description = event_description(archived.object, archived.uploads, archived.source)
    for name in ("id", "source", "url", "fetched", "client", "server", "mode", "partial"):
        data[name] = getattr(archived, name)
    if isinstance(archived, ArchivedSuperevent):
        data["events"] = [event.id for event in archived.events]
    data["files"] = [_file_json(one) for one in archived.files]
    data["unreadable"] = dict(archived.unreadable)
    data["answers"] = dict(archived.answers)
    for name, document in ((DESCRIPTION, description), (ARCHIVE, data)):
        text = f"{_written(document)}\n"
        (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _written(value: Any, depth: int = 0) -> str:
    """Give a document in JSON, of which each entry of a list of answers has a line.

    To indent it all takes as long as to fetch it.
    """
    if depth == _DEEPEST or not value or not isinstance(value, dict | list):
        return _encode(value)
    blanks = "\n" + " " * (depth + 1)
    if isinstance(value, dict):
        inside = [f"{_encode(key)}: {_written(one, depth + 1)}" for key, one in value.items()]
        opened, closed = "{}"
    else:
        inside = [_written(one, depth + 1) for one in value]
        opened, closed = "[]"
    return f"{opened}{blanks}{f',{blanks}'.join(inside)}{blanks[:-1]}{closed}"


def _file_json(file: ArchivedFile) -> dict[str, Any]:
    data = asdict(file)
    if file.blob == f"{file.name},{file.version}":
        del data["blob"]
    return data
