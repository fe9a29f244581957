"""The verbs ``log``, ``files`` and ``cat``: what hangs on an event or superevent."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from ...identifiers import versioned
from ..arguments import opened_store
from ..output import CommandError, say, say_json, size_text
from ..tables import table_text, together, width
from .numbers import gps_text
from .reading import Reader

__all__ = ["cat", "files", "log"]

_DIGITS = 12  # of a hash


def log(arguments: argparse.Namespace) -> int:
    """Show a log."""
    reader = Reader(opened_store(arguments))
    entries = reader.json(reader.find(arguments.id).log_path)["log"]
    if arguments.json:
        say_json(entries)
        return 0
    head = ("N", "UTC, GPS time", "by", "comment", "file", "tags")
    cells = list(map(_log_cells, entries))
    say(table_text(head, cells, width()))
    return 0


def _log_cells(entry: Mapping[str, Any]) -> tuple[str, ...]:
    name, version = entry["filename"] or "", entry["file_version"]
    return (
        str(entry["N"]),
        f"{together(entry['created'].removesuffix(' UTC'))} {gps_text(entry['created'])}",
        entry["issuer"].partition("@")[0],
        entry["comment"],
        name if version is None else versioned(name, version),
        " ".join(entry["tag_names"]),
    )


def files(arguments: argparse.Namespace) -> int:
    """List files."""
    reader = Reader(opened_store(arguments))
    found = reader.find(arguments.id)
    logs, versions = reader.store.read(
        lambda view: (list(view.logs(found.folder)), list(view.files(found.folder)))
    )
    brought = {(entry.filename, entry.file_version): entry for entry in reversed(logs)}
    rows: list[dict[str, Any]] = []
    for file in versions:
        entry = brought.get(file.key)
        rows.append(
            {
                "name": file.name,
                "version": file.version,
                "size": file.size,
                "sha256": file.sha256,
                "log": None if entry is None else entry.N,
                "path": str(reader.store.path / found.folder / file.blob),
            }
        )
    if arguments.json:
        say_json(rows)
        return 0
    if not rows:
        say(f"{found.id} has no files")
        return 0
    head = ("file", "size", "sha256", "log")
    cells = [
        (
            versioned(row["name"], row["version"]),
            size_text(row["size"]),
            row["sha256"][:_DIGITS],
            "" if row["log"] is None else str(row["log"]),
        )
        for row in rows
    ]
    say(table_text(head, cells, width()))
    return 0


def cat(arguments: argparse.Namespace) -> int:
    """Write a file to stdout."""
    if arguments.json:
        raise CommandError("cat writes the bytes of a file as they are: --json is not for it")
    reader = Reader(opened_store(arguments))
    content = reader.content(reader.find(arguments.id), arguments.file)
    out = None if sys.stdout is None else getattr(sys.stdout, "buffer", None)
    for piece in content:
        if out is not None:
            out.write(piece)
        elif sys.stdout is not None:  # a text that somebody collects
            sys.stdout.write(piece.decode("utf-8", "backslashreplace"))
    return 0
