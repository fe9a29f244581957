"""``description.json``: what the Mock Event Generator reads and writes of an object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..clock import parse_time
from ..identifiers import split_version, versioned
from .archived import Upload

__all__ = ["event_description", "pipeline_uploads", "read_uploads", "superevent_description"]

_BY_SERVER = ("Log File Created", "Coinc Table Created")
_PLOTTER = "created by GraceDbPlotter"


def pipeline_uploads(
    submitter: str, logs: Iterable[Mapping[str, Any]], names: Mapping[str, str] | None = None
) -> tuple[Upload, ...]:
    """Give what an event's own submitter uploaded, in the order of the log.

    Parameters
    ----------
    submitter : str
        Of the event.
    logs : iterable of mapping
        Its log entries as answered, by number.
    names : mapping of str to str, optional
        Under which name each file, by its name and version, could be had, where it was another.

    Notes
    -----
    The rules are those of `meg`: what the server or a plotter wrote is no upload, nor is what the
    follow-up wrote beyond the first entry, nor a later version of gstlal's trigger history.
    """
    kept = [log for log in logs if _is_upload(submitter, log)]
    first = parse_time(kept[0]["created"]) if kept else None
    uploads = []
    for log in kept:
        assert first is not None
        filename = versioned(log["filename"], log["file_version"] or 0)
        uploads.append(
            Upload(
                message=log["comment"],
                tags=tuple(log.get("tag_names") or ()),
                filename=(names or {}).get(filename, filename),
                delay=(parse_time(log["created"]) - first).total_seconds(),
            )
        )
    return tuple(uploads)


def _is_upload(submitter: str, log: Mapping[str, Any]) -> bool:
    name, version, comment = log.get("filename"), log.get("file_version") or 0, log["comment"]
    return (
        bool(name)
        and log["issuer"] == submitter
        and not (log["issuer"] == "emfollow" and log["N"] > 1)
        and not (name == "trigger_history.json" and version > 0)
        and comment not in _BY_SERVER
        and not comment.endswith(_PLOTTER)
    )


def event_description(
    event: Mapping[str, Any], uploads: Sequence[Upload], source: str
) -> dict[str, Any]:
    """Give the description of an event from its JSON; `meg` refuses any further key."""
    return {
        "id": event["graceid"],
        "source": source,
        "pipeline": event["pipeline"],
        "group": event["group"],
        "search": event.get("search") or "",
        "offline": bool(event.get("offline")),
        "gpstime": event.get("gpstime") or 0.0,
        "reporting_latency": event.get("reporting_latency") or 0.0,
        "uploads": [
            {"message": one.message, "tags": list(one.tags), "filename": one.filename,
             "delay": one.delay}
            for one in uploads
        ],
        "superevent": event.get("superevent") or "",
        "far": event.get("far") or 0.0,
    }  # fmt: skip


def superevent_description(
    superevent: Mapping[str, Any], graceids: Iterable[str], source: str
) -> dict[str, Any]:
    """Give the description of a superevent from its JSON and the events that can be made again."""
    return {
        "id": superevent["superevent_id"],
        "source": source,
        "t_start": superevent["t_start"],
        "t_0": superevent["t_0"],
        "t_end": superevent["t_end"],
        "gevent_ids": list(graceids),
    }


def read_uploads(description: Mapping[str, Any]) -> tuple[Upload, ...]:
    """Read the uploads of a description; a name without a version means the first."""
    return tuple(
        Upload(
            message=one["message"],
            tags=tuple(one["tags"]),
            filename=_with_version(one["filename"]),
            delay=float(one["delay"]),
        )
        for one in description.get("uploads", ())
    )


def _with_version(filename: str) -> str:
    return versioned(filename, 0) if split_version(filename)[1] is None else filename
