"""Log entries of events, and the tags on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..documents import Event, Log, Tag
from .dialect import Dialect
from .events import server_time

__all__ = [
    "event_tag_json",
    "event_tags_json",
    "log_json",
    "log_url",
    "logs_json",
    "tag_json",
    "tags_json",
]


def log_url(event: Event, number: int, dialect: Dialect) -> str:
    """Give the URL of a log entry."""
    return f"{dialect.root}events/{event.graceid}/log/{number}"


def log_json(
    event: Event, log: Log, order: Callable[[tuple[str, ...]], list[str]], dialect: Dialect
) -> dict[str, Any]:
    """Give a log entry; `order` puts its tags in the order of the server."""
    url = log_url(event, log.N, dialect)
    file = None
    if log.filename and log.file_version is not None:
        file = dialect.url(f"events/{event.graceid}/files/{log.filename},{log.file_version}")
    return {
        "N": log.N,
        "comment": log.comment,
        "created": server_time(log.created),
        "issuer": log.issuer,
        "filename": log.filename,
        "file_version": log.file_version,
        "tag_names": order(log.tags),
        "self": url,
        "tags": f"{url}/tag/",
        "file": file,
    }


def logs_json(rows: list[dict[str, Any]], url: str, dialect: Dialect) -> dict[str, Any]:
    """Give the list of log entries; v2 has it under two names, since clients read either."""
    data: dict[str, Any] = {
        "start": 0,
        "numRows": len(rows),
        "links": {"self": url, "first": url, "last": url},
    }
    if dialect.v2:
        data["logs"] = rows
    data["log"] = rows
    return data


def _tag_url(event: Event, number: int, name: str, dialect: Dialect) -> str:
    return f"{log_url(event, number, dialect)}/tag/{name}"


def tags_json(event: Event, number: int, tags: list[Tag], dialect: Dialect) -> dict[str, Any]:
    """Give the tags of a log entry."""
    return {
        "tags": [
            {
                "self": _tag_url(event, number, tag.name, dialect),
                "name": tag.name,
                "displayName": tag.display_name,
            }
            for tag in tags
        ]
    }


def tag_json(event: Event, number: int, tag: Tag, dialect: Dialect) -> dict[str, Any]:
    """Give a tag on a log entry."""
    return {
        "name": tag.name,
        "displayName": tag.display_name,
        "links": {"self": _tag_url(event, number, tag.name, dialect)},
    }


def event_tags_json(event: Event, tags: list[Tag], dialect: Dialect) -> dict[str, Any]:
    """Give the distinct tags of an event's log."""
    base = f"{dialect.root}events/{event.graceid}/tag/"
    return {
        "tags": [
            {"self": base + tag.name, "name": tag.name, "displayName": tag.display_name}
            for tag in tags
        ]
    }


def event_tag_json(event: Event, tag: Tag, logs: list[Log], dialect: Dialect) -> dict[str, Any]:
    """Give a tag with the entries of an event that have it."""
    return {
        "name": tag.name,
        "displayName": tag.display_name,
        "links": {
            "logs": [log_url(event, log.N, dialect) for log in logs],
            "self": f"{dialect.root}events/{event.graceid}/tag/{tag.name}",
        },
    }
