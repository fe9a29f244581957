"""What lies in a store, file by file, and what its journal says of each file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from . import contents, disk, layout
from .commits import Commit
from .core import Core
from .state import State
from .view import View

__all__ = ["Announced", "base_text", "counted", "file_sum", "object_folders", "paths"]

_DIGITS = 16  # hexadecimal; against accidents, not against malice


def object_folders(core: Core) -> Iterator[str]:
    """Give the folders that have the name of an event or superevent."""
    for kind in layout.FOLDERS:
        folders = (f"{kind}/{name}" for name in disk.entries(core.place(kind)))
        yield from filter(layout.is_object, folders)


def paths(core: Core) -> Iterator[str]:
    """Give the documents and series that are there."""
    for name in layout.OF_ALL:
        if disk.exists(core.place(name)):
            yield name
    for folder in object_folders(core):
        for name in disk.entries(core.place(folder)):
            if name in layout.OF_OBJECT[folder.partition("/")[0]]:
                yield f"{folder}/{name}"


def file_sum(text: bytes) -> list[Any]:
    """Give the length of a file [bytes] and a digest of it."""
    return [len(text), hashlib.sha256(text).hexdigest()[:_DIGITS]]


def counted(core: Core, state: State) -> dict[str, Any]:
    """Count events and superevents anew, from their documents."""
    view = View(core, state)
    counters = {k: v for k, v in state.counters.items() if k in ("number", "tick", "alerts")}
    events = [event for event in map(view.peek, view.graceids()) if event is not None]
    events.sort(key=lambda event: event.number)
    if events:
        times = [event.created for event in events]
        highest = events[-1].number
        counters["number"] = max(counters.get("number", 0), highest)
        counters["last"] = highest
        counters["events"] = sum(not event.reserved for event in events)
        counters["newest"] = max(times)
        if "closed" in state.counters or any(event.closed for event in events):
            counters["closed"] = sum(event.closed for event in events)
        if times != sorted(times) or len({event.number for event in events}) < len(events):
            counters["ordered"] = False
    superevents = [view.superevent(one) for one in view.superevent_ids()]
    if serials := [one.serial for one in superevents if one is not None]:
        counters["superevents"] = max(serials)
    return counters


def base_text(core: Core, n: int, call: str, counters: dict[str, Any]) -> bytes:
    """Give the lines with which a journal begins anew, the first of which has a number.

    The sums of all files stand in a line before the last one, which is all that a cold start reads.
    """
    sums = {path: file_sum(found[0]) for path in paths(core) if (found := _read(core, path))}
    first = Commit(n=n, call=call, counters=counters, sums=sums, base=True)
    return first.to_line() + Commit(n=n + 1, call=call, counters=counters, base=True).to_line()


def _read(core: Core, path: str) -> tuple[bytes, disk.Identity] | None:
    return disk.read(core.place(path))


class Announced:
    """What a journal says of every document and series."""

    def __init__(self, commits: Iterable[Commit]) -> None:
        self._documents: dict[str, dict[str, Any] | None] = {}
        self._lines: dict[str, dict[Any, dict[str, Any]]] = {}
        self._sums: dict[str, list[Any] | None] = {}
        for commit in commits:
            for path, announced in commit.sums.items():
                self._sums[path] = announced
                self._documents.pop(path, None)
                self._lines.pop(path, None)
            for path, data in commit.documents.items():
                self._documents[path] = data
                self._sums.pop(path, None)
                if data is None:
                    self._lines.pop(path, None)  # a series that ended, or begins anew
            for path, lines in commit.lines.items():
                known = self._lines.setdefault(path, {})
                entries = contents.decode_lines(path, enumerate(lines, start=1))
                for entry, line in zip(entries, lines, strict=True):
                    known[entry.key] = line

    def paths(self) -> set[str]:
        """Give the documents and series that must be there."""
        there = {path for path, data in self._documents.items() if data is not None}
        return there | set(self._lines) | {p for p, one in self._sums.items() if one is not None}

    def has_all_of(self, path: str) -> bool:
        """Whether the whole content of a file is in the journal, not only its sum."""
        return path not in self._sums

    def agrees(self, path: str, text: bytes | None) -> bool:
        """Whether a file is as the journal says; None stands for one that is not there.

        Raises
        ------
        StoreError
            If the file cannot be read.
        """
        announced = self._sums.get(path)
        if text is None:
            return path not in self.paths()
        if contents.is_series(path):
            size = announced[0] if announced else 0
            if announced and file_sum(text[:size]) != announced:
                return False
            lines = contents.parse_lines(path, text[size:])
            entries = contents.decode_lines(path, lines)
            last = {entry.key: line for entry, (_, line) in zip(entries, lines, strict=True)}
            said = self._lines.get(path, {})
            return last.keys() == said.keys() and all(
                _same(last[key], line) for key, line in said.items()
            )
        if announced:
            return file_sum(text) == announced
        data = self._documents.get(path)
        return data is not None and _same(contents.parse(path, text), data)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return layout.line_text(one) == layout.line_text(other)  # NaN is equal to itself here
