"""What the demo's folder holds, as somebody sees it who looks into it, and ways to look further."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from ...identifiers import versioned
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
_LISTS = {
    "logs.jsonl": "its log, a line an entry",
    "files.jsonl": "its files, a line a version",
    "voevents.jsonl": "its VOEvents, a line each",
    "emobservations.jsonl": "what follow-up groups observed, a line a record",
    "embb.jsonl": "what they told in the older way, a line an entry",
    "notices.jsonl": "its notices, a line each",
    "event.json": "the event and its labels",
    "superevent.json": "the superevent, its labels and signoffs",
}

Described = list[dict[str, Any]]


def rows(path: Path, objects: dict[str, Described]) -> Described:
    """Describe the store's own files and those of an event and a superevent.

    Parameters
    ----------
    path : Path
        The store.
    objects : dict of str to list of dict
        By folder within the store, the file versions there: `name`, `version`, and `what` they
        are.

    Returns
    -------
    list of dict
        `path` within the store, `bytes`, and `what` it is, empty if that is not known.
    """
    found = []
    known = {"": _STORE}
    for folder, files in objects.items():
        blobs = {versioned(file["name"], file["version"]): file["what"] for file in files}
        known[folder] = {**_LISTS, **blobs}
    for folder, names in known.items():
        for file in sorted((path / folder).iterdir()):
            if file.is_file():
                found.append(
                    {
                        "path": file.relative_to(path).as_posix(),
                        "bytes": file.stat().st_size,
                        "what": names.get(file.name, ""),
                    }
                )
    return found


def text(path: Path, described: Described) -> str:
    """Give the folder as a tree."""
    width = max(len(Path(row["path"]).name) for row in described) + 2
    lines = [f"\n{path}/"]
    folder = ""
    for row in described:
        inner, _, name = row["path"].rpartition("/")
        if inner != folder:
            folder = inner
            others = sum(1 for _ in (path / inner).parent.iterdir()) - 1
            what = inner.partition("/")[0].removesuffix("s")
            beside = f"  (beside {counted(others, f'other {what}')})" if others else ""
            lines.append(f"  {inner}/{beside}")
        margin = "    " if inner else "  "
        label = f"{margin}{name}".ljust(width + 4)
        lines.append(f"{label}{size_text(row['bytes']):>9}  {row['what']}".rstrip())
    return "\n".join(lines)


def ways_on(path: Path, graceid: str, superevent_id: str, *, temporary: bool) -> str:
    """Say what can be done with the folder now."""
    store = shlex.quote(str(path))
    event = shlex.quote(str(path / "events" / graceid / "event.json"))
    superevent = shlex.quote(str(path / "superevents" / superevent_id / "superevent.json"))
    ways = [
        (f"less {event}", "the event as it lies there"),
        (f"less {superevent}", "and the superevent"),
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
