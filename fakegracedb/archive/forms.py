"""The forms in which an object lies in a folder: ours, and those of the Mock Event Generator."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..clock import parse_time, server_text, utc_from_gps
from ..errors import ArchiveError
from ..identifiers import split_version
from .archived import Archived, ArchivedEvent, ArchivedFile, ArchivedSuperevent, Upload
from .description import (
    event_description,
    read_uploads,
    superevent_description,
)
from .names import is_event_id

__all__ = ["ARCHIVE", "DESCRIPTION", "FORMAT", "read_folder", "write_documents"]

ARCHIVE, DESCRIPTION = "archive.json", "description.json"
FORMAT = 1
_DEEPEST = 4  # what is nested deeper is written into one line
_UNKNOWN = "unknown"  # who did what, where `meg` has not kept it


def read_folder(folder: Path) -> ArchivedEvent | ArchivedSuperevent:
    """Read an object.

    Raises
    ------
    ArchiveError
        If the folder holds none, or it is damaged.
    """
    whole = _document(folder / ARCHIVE)
    description = _document(folder / DESCRIPTION)
    try:
        if whole is not None:
            return _ours(folder, whole, description or {})
        if description is None:
            raise ArchiveError(f"{folder}: neither {ARCHIVE} nor {DESCRIPTION} is there")
        if "gevent_ids" in description:
            return _superevent_of_meg(folder, description)
        return _event_of_meg(folder, description)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"{folder}: is no archived object: {error!r}") from error


def _document(path: Path) -> dict[str, Any] | None:
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror}") from error
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ArchiveError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise ArchiveError(f"{path} must hold a JSON object")
    return data


# Ours


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


# Those of meg


def _superevent_of_meg(folder: Path, description: Mapping[str, Any]) -> ArchivedSuperevent:
    """Read a superevent; older versions kept the answers of the server beside what they need."""
    answered: Mapping[str, Any] = description.get("sevent_data") or {}
    source = str(description.get("source", ""))
    answers: dict[str, Any] = {}
    if "sevent" in answered:
        answers["object"] = answered["sevent"]
    else:
        answers["object"] = _superevent_answer(folder, description)
    if "logs" in answered:
        answers["logs"] = answered["logs"]
    if "labels" in answered:
        labels = answered["labels"]
        answers["labels"] = {"labels": labels} if isinstance(labels, list) else labels
    there = sorted(
        (one for one in folder.iterdir() if is_event_id(one.name) and one.is_dir()),
        key=lambda one: (len(one.name), one.name),
    )
    events = {one.name: _event_of_meg(one, _described(one), answered, source) for one in there}
    for graceid, answer in (answered.get("gevents") or {}).items():
        if graceid not in events:
            events[graceid] = ArchivedEvent(
                id=graceid, source=source, answers={"object": answer}, mode="pipeline", partial=True
            )
    ordered = sorted(events.values(), key=lambda one: (len(one.id), one.id))
    return ArchivedSuperevent(
        id=description["id"],
        source=source,
        folder=folder,
        answers=answers,
        files=_blobs(folder),
        mode="pipeline",
        partial=True,
        events=tuple(ordered),
    )


def _described(folder: Path) -> dict[str, Any]:
    description = _document(folder / DESCRIPTION)
    if description is None:
        raise ArchiveError(f"{folder}: {DESCRIPTION} is missing")
    return description


def _event_of_meg(
    folder: Path,
    description: Mapping[str, Any],
    answered: Mapping[str, Any] | None = None,
    source: str = "",
) -> ArchivedEvent:
    answer = ((answered or {}).get("gevents") or {}).get(description["id"])
    uploads = read_uploads(description)
    answers = {"object": answer or _event_answer(description)}
    answers["logs"] = {"log": _logs(answers["object"], uploads)}
    return ArchivedEvent(
        id=description["id"],
        source=source or str(description.get("source", "")),
        folder=folder,
        answers=answers,
        files=_blobs(folder),
        mode="pipeline",
        partial=True,
        uploads=uploads,
    )


def _blobs(folder: Path) -> tuple[ArchivedFile, ...]:
    """Find the files in a folder that has no list of them."""
    found = []
    for path in folder.iterdir():
        name, version = split_version(path.name)
        if version is not None and path.is_file():
            found.append(ArchivedFile(name, version, path.stat().st_size, "", path.name))
    return tuple(sorted(found, key=lambda one: (one.name, one.version)))


def _superevent_answer(folder: Path, description: Mapping[str, Any]) -> dict[str, Any]:
    """Give as much of a superevent's JSON as a description without answers tells."""
    graceids = list(description["gevent_ids"])
    members = [_described(folder / graceid) for graceid in graceids]
    # the one that was there first stands for the preferred event, which `meg` does not keep
    first = min(members, key=lambda one: float(one["reporting_latency"]), default=None)
    if first is None:
        raise ArchiveError(f"{folder}: has no events")
    event = _event_answer(first)
    return {
        "superevent_id": description["id"],
        "gw_id": None,
        "category": {"M": "MDC", "T": "Test"}.get(description["id"][0], "Production"),
        "created": event["created"],
        "submitter": _UNKNOWN,
        "preferred_event": first["id"],
        "em_type": None,
        **{name: description[name] for name in ("t_start", "t_0", "t_end")},
        "gw_events": [one["id"] for one in members if one["group"] != "External"],
        "em_events": [one["id"] for one in members if one["group"] == "External"],
        "far": first.get("far") or None,
        "labels": [],
    }


def _event_answer(description: Mapping[str, Any]) -> dict[str, Any]:
    """Give as much of an event's JSON as a description tells."""
    gpstime, latency = description["gpstime"], description["reporting_latency"]
    created = utc_from_gps(Decimal(repr(gpstime)) + Decimal(repr(latency)))
    return {
        "submitter": _UNKNOWN,
        "created": server_text(created),
        "group": description["group"],
        "graceid": description["id"],
        "pipeline": description["pipeline"],
        "gpstime": gpstime,
        "reporting_latency": latency,
        "offline": description["offline"],
        "search": description["search"] or None,
        "far": description.get("far") or None,
        "labels": [],
        "superevent": description.get("superevent") or None,
        "extra_attributes": {},
    }


def _logs(event: Mapping[str, Any], uploads: Iterable[Upload]) -> list[dict[str, Any]]:
    """Give the log entries of which an event's uploads tell; the numbers of the others are lost."""
    began = parse_time(event["created"])
    rows = []
    for number, upload in enumerate(uploads, start=1):
        name, version = split_version(upload.filename)
        rows.append(
            {
                "N": number,
                "comment": upload.message,
                "created": server_text(began + timedelta(seconds=upload.delay)),
                "issuer": event["submitter"],
                "filename": name,
                "file_version": version,
                "tag_names": sorted(upload.tags),
            }
        )
    return rows
