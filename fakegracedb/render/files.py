"""The list of the files of an event or superevent."""

from __future__ import annotations

from typing import Any

from ..identifiers import versioned
from .dialect import Dialect

__all__ = ["files_json"]


def files_json(
    kind: str, path: str, rows: list[tuple[str, int | None]], url: str, dialect: Dialect
) -> dict[str, Any]:
    """Give the files of an event or superevent.

    Parameters
    ----------
    kind : {"event", "superevent"}
        What it is.
    path : str
        Its own path below the API base.
    rows : list of tuple (str, int or None)
        Each bare name, and each name with each of its versions.
    url : str
        Of the request.

    Notes
    -----
    v1 answers an object of names and URLs. v2 answers those entries and the keys ``files`` and
    ``links``, so that clients of either can read it; a file of that name is only in the list.
    """
    base = f"{path.rstrip('/')}/files/"
    entries = [
        (name if version is None else versioned(name, version), version) for name, version in rows
    ]
    data: dict[str, Any] = {name: dialect.url(base + name) for name, _ in entries}
    if dialect.v2:
        data["files"] = [
            {"filename": name, "file_version": version, "url": dialect.url(base + name)}
            for name, version in entries
        ]
        data["links"] = {"self": url, kind: dialect.url(path)}
    return data
