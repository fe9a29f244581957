"""The forms of the Mock Event Generator, older ones among them, in which an object can lie."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..clock import parse_time, server_text, utc_from_gps
from ..errors import ArchiveError
from ..identifiers import split_version
from .archived import ArchivedEvent, ArchivedFile, ArchivedSuperevent, Upload
from .description import read_uploads
from .names import is_event_id

__all__ = ["DESCRIPTION", "event_of_meg", "json_object", "superevent_of_meg"]

DESCRIPTION = "description.json"
_UNKNOWN = "unknown"  # who did what, where `meg` has not kept it


def json_object(path: Path) -> dict[str, Any] | None:
    """Read a JSON object; None where there is no such file."""
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


def superevent_of_meg(folder: Path, description: Mapping[str, Any]) -> ArchivedSuperevent:
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
    events = {one.name: event_of_meg(one, _described(one), answered, source) for one in there}
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
    description = json_object(folder / DESCRIPTION)
    if description is None:
        raise ArchiveError(f"{folder}: {DESCRIPTION} is missing")
    return description


def event_of_meg(
    folder: Path,
    description: Mapping[str, Any],
    answered: Mapping[str, Any] | None = None,
    source: str = "",
) -> ArchivedEvent:
    """Read an event; one of a superevent takes its answer from what is kept of that."""
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
