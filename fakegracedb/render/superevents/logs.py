"""Log entries of superevents, and the tags on them."""

from __future__ import annotations

from typing import Any

from ...documents import Log, Superevent, Tag
from ...identifiers import versioned
from ..dialect import Dialect
from ..events import server_time
from .candidates import base_path

__all__ = ["log_json", "tag_json"]


def log_json(superevent: Superevent, log: Log, tags: list[str], dialect: Dialect) -> dict[str, Any]:
    """Give a log entry; `tags` are its own in the order of the server."""
    base = base_path(superevent.id)
    file = None
    if log.filename and log.file_version is not None:
        file = dialect.url(f"{base}files/{versioned(log.filename, log.file_version)}")
    return {
        "self": dialect.url(f"{base}logs/{log.N}/"),
        "N": log.N,
        "comment": log.comment,
        "created": server_time(log.created),
        "issuer": log.issuer,
        "filename": log.filename,
        "file_version": log.file_version,
        "tag_names": tags,
        "file": file,
    }


def tag_json(asked: str, number: int, tag: Tag, dialect: Dialect) -> dict[str, Any]:
    """Give a tag on a log entry; its link has the superevent's id as the request had it."""
    path = f"{base_path(asked)}logs/{number}/tags/{tag.name}/"
    return {"name": tag.name, "displayName": tag.display_name, "self": dialect.url(path)}
