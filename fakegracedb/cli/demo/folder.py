"""What the demo's folder holds, as somebody sees it who looks into it, and ways to look further."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from ..output import counted, size_text

__all__ = ["rows", "text", "ways_on"]

_STORE = {
    "store.json": "settings: format, server version, default user, clock",
    "vocabulary.json": "where this store's names differ from the usual ones",
    "users.json": "users beside the default one",
    "tags.json": "tags that came to exist here",
    "journal.jsonl": "every change, a numbered line each",
    ".gitignore": "what git shall leave out",
    ".lock": "held by whoever writes",
}
_EVENT = {
    "event.json": "the event and its labels",
    "logs.jsonl": "its log, a line an entry",
    "files.jsonl": "its files, a line a version",
    "voevents.jsonl": "its VOEvents, a line each",
    "emobservations.jsonl": "what follow-up groups observed, a line a record",
    "embb.jsonl": "what they told in the older way, a line an entry",
}


def rows(path: Path, graceid: str, files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Describe the store's own files and those of an event.

    Parameters
    ----------
    path : Path
        The store.
    graceid : str
        The event.
    files : list of dict
        Its file versions: `name`, `version`, and `what` they are.

    Returns
    -------
    list of dict
        `path` within the store, `bytes`, and `what` it is, empty if that is not known.
    """
    blobs = {f"{file['name']},{file['version']}": file["what"] for file in files}
    found = []
    for folder, known in ((path, _STORE), (path / "events" / graceid, {**_EVENT, **blobs})):
        for file in sorted(folder.iterdir()):
            if file.is_file():
                found.append(
                    {
                        "path": file.relative_to(path).as_posix(),
                        "bytes": file.stat().st_size,
                        "what": known.get(file.name, ""),
                    }
                )
    return found


def text(path: Path, graceid: str, described: list[dict[str, Any]]) -> str:
    """Give the folder as a tree."""
    inner = f"events/{graceid}/"
    width = max(len(row["path"].removeprefix(inner)) for row in described) + 2
    lines = [f"\n{path}/"]
    is_inside = False
    for row in described:
        name = row["path"].removeprefix(inner)
        if name != row["path"] and not is_inside:
            is_inside = True
            others = sum(1 for _ in (path / "events").iterdir()) - 1
            beside = f"  (beside {counted(others, 'other event')})" if others else ""
            lines.append(f"  {inner}{beside}")
        margin = "    " if is_inside else "  "
        label = f"{margin}{name}".ljust(width + 4)
        lines.append(f"{label}{size_text(row['bytes']):>9}  {row['what']}".rstrip())
    return "\n".join(lines)


def ways_on(path: Path, graceid: str, *, temporary: bool) -> str:
    """Say what can be done with the folder now."""
    store = shlex.quote(str(path))
    event = shlex.quote(str(path / "events" / graceid / "event.json"))
    ways = [
        (f"less {event}", "the event as it lies there"),
        (f"fakegracedb store info --store {store}", "the store in numbers"),
        (f"fakegracedb store check --store {store}", "whether all is in order"),
        ("python", ""),
        ("  >>> from fakegracedb import FakeGraceDb", ""),
        (f"  >>> client = FakeGraceDb(store={str(path)!r})", ""),
        (f"  >>> client.logs({graceid!r}).json()", "the ordinary client, on this folder"),
    ]
    if temporary:
        ways.append((f"rm -r {store}", "when you have seen enough"))
    width = max(len(command) for command, _ in ways) + 2
    lines = [f"  {command.ljust(width)}{what}".rstrip() for command, what in ways]
    return "\n".join(["\nTo look further:", *lines])
