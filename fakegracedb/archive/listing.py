"""What an archive holds, told as a tree; and whether it is as it was fetched."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..clock import parse_time
from ..errors import ArchiveError
from .archived import ArchivedEvent, ArchivedSuperevent
from .folder import Archive
from .forms import DESCRIPTION, read_folder

__all__ = ["Problem", "aged", "described", "problems", "tree_lines"]

_DAY = 86400.0  # s


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with an archive.

    Attributes
    ----------
    path : str
        Place in the archive.
    message : str
        What is wrong there.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


# The tree


def described(archive: Archive, *, files: bool = False) -> list[dict[str, Any]]:
    """Give what an archive holds, as JSON.

    Parameters
    ----------
    archive : Archive
        The archive.
    files : bool
        Whether to tell the files too.

    Returns
    -------
    list of dict
        One an object, in the order of the ids. What cannot be read has the key ``problem``.
    """
    found = []
    for one in archive:
        folder = archive.folder(one)
        if folder is not None:
            found.append(_described(folder, one, files))
    unfinished = [one for one in archive.place.unfinished() if one not in archive]
    found += [
        {"id": one, "problem": "its fetch was interrupted: fetch it again to go on"}
        for one in unfinished
    ]
    return found


def _described(folder: Path, id_: str, files: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"id": id_}
    try:
        archived = read_folder(folder)
    except ArchiveError as error:
        data["problem"] = str(error)
        if files:
            data["files"] = _files(folder)
        return data
    return _of(archived, folder, files)


def _of(archived: ArchivedEvent | ArchivedSuperevent, folder: Path, files: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"id": archived.id, "source": archived.source}
    answer = archived.object
    if archived.partial:
        data["partial"] = True
    if isinstance(archived, ArchivedSuperevent):
        data |= {name: answer[name] for name in ("t_start", "t_0", "t_end")}
        data["events"] = [_of(event, folder / event.id, files) for event in archived.events]
    else:
        data |= {
            name: answer.get(name)
            for name in ("pipeline", "group", "search", "reporting_latency", "gpstime", "far")
        }
    if files:
        data["files"] = _files(folder)
    return data


def _files(folder: Path) -> list[str]:
    """Give the names of files: the description first, then the oldest."""
    if not folder.is_dir():
        return []
    there = [path for path in folder.iterdir() if path.is_file()]
    there.sort(key=lambda path: (path.name != DESCRIPTION, path.stat().st_mtime, path.name))
    return [path.name for path in there]


def tree_lines(objects: Iterable[dict[str, Any]]) -> list[str]:
    """Give the lines of a tree of objects as `described` gives them."""
    lines: list[str] = []
    _grow(lines, "", list(objects))
    return lines


def _grow(lines: list[str], before: str, entries: list[Any]) -> None:
    for place, entry in enumerate(entries, start=1):
        last = place == len(entries)
        start = f"{before}{'└── ' if last else '├── '}"
        if isinstance(entry, str):
            lines.append(f"{start}{entry}")
            continue
        lines.append(_line(f"{start}{entry['id']}", entry))
        files = list(entry.get("files", ()))
        first = [name for name in files if name == DESCRIPTION]
        below = [*first, *entry.get("events", ()), *files[len(first) :]]
        _grow(lines, f"{before}{'    ' if last else '│   '}", below)


def _line(start: str, entry: dict[str, Any]) -> str:
    if "problem" in entry:
        return f"{start:20} {entry['problem']}"
    partial = "  (partial)" if entry.get("partial") else ""
    if "t_0" in entry:
        return f"{start:20} source: {entry['source']}{partial}"
    latency = entry["reporting_latency"]
    latency_text = "?" if latency is None else f"{latency:.0f}"
    far = entry["far"]
    return (
        f"{start:20} {entry['pipeline'] or '':12}{entry['group'] or '':12} "
        f"{entry['search'] or '':12} ({latency_text:>4}) {entry['gpstime'] or 0.0!r:>18} "
        f"FAR={'?' if far is None else f'{far:.3g}'}{partial}"
    )


# Care


def problems(archive: Archive, ids: Iterable[str] | None = None) -> list[Problem]:
    """Find what is missing or altered in an archive; of what has no checksums, what is missing."""
    found = []
    for one in archive if ids is None else ids:
        folder = archive.folder(one)
        try:
            if folder is None:
                raise ArchiveError("is not there")
            archived = read_folder(folder)
        except ArchiveError as error:
            found.append(Problem(one, str(error)))
            continue
        found += _problems_of(archived, folder.name)
    return found


def _problems_of(archived: ArchivedEvent | ArchivedSuperevent, path: str) -> list[Problem]:
    found = []
    for file in archived.files:
        try:
            archived.content(file)
        except ArchiveError as error:
            said = str(error).removeprefix(f"{archived.id}: {file.blob}").lstrip(": ")
            found.append(Problem(f"{path}/{file.blob}", said))
    # what `meg` wrote has no other list of what should be there
    if isinstance(archived, ArchivedEvent) and archived.mode == "pipeline":
        blobs = {f"{file.name},{file.version}" for file in archived.files}
        for upload in archived.uploads:
            if upload.filename not in blobs and upload.filename not in _refused(archived):
                found.append(Problem(f"{path}/{upload.filename}", "is missing"))
    if isinstance(archived, ArchivedSuperevent):
        for event in archived.events:
            found += _problems_of(event, f"{path}/{event.id}")
    return found


def _refused(archived: ArchivedEvent) -> set[str]:
    return {name.removeprefix("files/") for name in archived.unreadable}


def aged(archive: Archive, days: float) -> list[str]:
    """Give the ids of what was fetched longer ago than so many days."""
    old = []
    for one in [*archive, *archive.place.unfinished()]:
        folder = archive.folder(one) or archive.place.part(one)
        if time.time() - _fetched(folder) > days * _DAY:
            old.append(one)
    return list(dict.fromkeys(old))


def _fetched(folder: Path) -> float:
    """Give when an object was fetched, in seconds since 1970."""
    try:
        written = read_folder(folder).fetched
        return parse_time(written).astimezone(UTC).timestamp()
    except (ArchiveError, ValueError):
        return datetime.fromtimestamp(folder.stat().st_mtime, UTC).timestamp()
