"""The journal: one numbered line a transaction. Writing that line is the commit.

After a line's documents are up to date, a line ``{"applied": n}`` says so. Lines beyond the newest
such mark are *pending*: their content counts more than the documents on disk, for every reader, and
the next writer brings the documents up to date first. A line without its newline did not happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from ..errors import StoreError
from . import disk
from .commits import Commit
from .state import TAIL, Place, State

__all__ = ["Journal"]

_WINDOW = 1 << 13  # bytes of the end read first
_epochs = count(1)


class Journal:
    """The journal file of a store."""

    def __init__(self, path: str) -> None:
        self.path = path

    def refresh(self, state: State) -> tuple[State, dict[str, bool] | None]:
        """Read what came since.

        Parameters
        ----------
        state : State
            How far the caller has read.

        Returns
        -------
        State
            The state now; the same object when nothing came.
        dict of str to bool or None
            The paths that new commits touched, and whether what was there may be gone: a series
            usually grows. None when the past is unknown, so that nothing remembered may be trusted.

        Raises
        ------
        StoreError
            If a line is damaged.
        """
        now = disk.identity(self.path)
        if now == state.identity:
            return state, {}
        if now is not None and state.identity is not None and now[0] == state.identity[0]:
            grown = self._grown(state)
            if grown is not None:
                return grown
        return self._opened(), None

    def _grown(self, state: State) -> tuple[State, dict[str, bool]] | None:
        """Read on from where a state ends; None if this is another journal."""
        found = disk.read_from(self.path, state.offset - len(state.tail))
        if found is None or not found[0].startswith(state.tail):
            return None
        data, identity = found
        text = data[len(state.tail) : data.rfind(b"\n") + 1]
        if not text and state.identity and identity[1] == state.identity[1]:
            return None  # changed, but not longer: that was no writer
        touched: dict[str, bool] = {}
        newer = state.after(text, identity)
        for line in text.split(b"\n")[:-1]:
            entry = self._entry(line)
            if "n" in entry:
                if entry["n"] != newer.n + 1 or entry.get("base"):
                    return None
                for key in ("documents", "sums"):
                    touched.update(dict.fromkeys(entry.get(key, ()), True))
                for path in entry.get("lines", ()):
                    touched.setdefault(path, False)
            newer = newer.with_line(entry)
        return newer, touched

    def _opened(self) -> State:
        """Read as much of the end as tells where things stand."""
        window = _WINDOW
        while found := self._end(window):
            lines, identity, end = found
            entries = self._last(lines, whole=window >= identity[1])
            if entries is not None:
                tail = b"\n".join([*lines, b""])[-TAIL:]
                state = State(identity=identity, offset=end, tail=tail, epoch=next(_epochs))
                for entry in entries:
                    state = state.with_line(entry)
                return state
            window *= 4
        return State()

    def _end(self, window: int) -> tuple[list[bytes], disk.Identity, int] | None:
        """Give the complete lines near the end, the file's identity, and where they end."""
        found = disk.read_end(self.path, window)
        if found is None:
            return None
        data, identity = found
        start = max(0, identity[1] - window)
        lines = data.split(b"\n")
        cut_off = len(lines.pop())
        return lines[1:] if start else lines, identity, start + len(data) - cut_off

    def _last(self, lines: list[bytes], *, whole: bool) -> list[dict[str, Any]] | None:
        """Give the last lines from the newest applied commit on, None when there are too few."""
        entries: list[dict[str, Any]] = []
        applied: int | None = None
        for line in reversed(lines):
            entry = self._entry(line)
            if "n" not in entry:
                if applied is None:
                    applied = entry["applied"]
                continue
            if entry.get("base") or (applied is not None and entry["n"] <= applied):
                # its documents are on disk: only its number and its counters count
                bare = {"n": entry["n"], "counters": entry.get("counters", {}), "base": True}
                return [bare, *reversed(entries)]
            entries.append(entry)
        return entries[::-1] if whole else None

    def _entry(self, line: bytes) -> dict[str, Any]:
        try:
            entry = json.loads(line)
            number = entry["n"] if "n" in entry else entry["applied"]
            parts = ("documents", "lines", "alerts", "sums", "counters")
            if type(number) is int and all(isinstance(entry.get(x, {}), dict) for x in parts):
                return dict(entry)
        except (KeyError, TypeError, ValueError, RecursionError):
            pass
        raise StoreError(
            f"{self.path} has a damaged line: {line[:80]!r}. "
            "`store check` tells more; the documents are safe, and `store compact` starts it anew"
        )

    def commits(self, after: int = 0, last: int | None = None) -> Iterator[Commit]:
        """Read the commits after a number, up to another one, as far as the file has them.

        Oldest first; only so much of the file is read as is needed.
        """
        window = _WINDOW
        while found := self._end(window):
            lines, identity, _ = found
            first = next((e["n"] for e in map(self._entry, lines) if "n" in e), None)
            if window >= identity[1] or (first is not None and first <= after + 1):
                break
            window *= 4
        else:
            return
        for entry in map(self._entry, lines):
            n = entry.get("n", 0)
            if n > after and (last is None or n <= last):
                yield Commit.from_json(entry)

    def read_on(self, place: Place, last: int) -> tuple[list[tuple[int, Commit]], Place] | None:
        """Read the commits from a place on, up to a number; None if this is another journal.

        Each comes with where its line begins [bytes].
        """
        found = disk.read_from(self.path, place.offset - len(place.tail))
        if found is None:
            return ([], place) if place.offset == 0 else None
        data = found[0]
        if not data.startswith(place.tail):
            return None
        start = end = len(place.tail)
        commits: list[tuple[int, Commit]] = []
        while stop := data.find(b"\n", end) + 1:
            entry = self._entry(data[end:stop])
            if "n" in entry:
                if entry["n"] > last:
                    break
                commits.append((place.offset + end - start, Commit.from_json(entry)))
            end = stop
        return commits, Place(place.offset + end - start, data[max(0, end - TAIL) : end])

    def holds(self, offset: int, tail: bytes) -> bool:
        """Whether a text stands before a place in the file [bytes]."""
        found = disk.read_from(self.path, max(0, offset - len(tail)))
        return found is not None and found[0].startswith(tail)

    def lines(self) -> Iterator[bytes]:
        """Read all complete lines as they are."""
        found = disk.read(self.path)
        if found is not None:
            yield from found[0].split(b"\n")[:-1]

    def salvaged(self) -> State:
        """Read what can be read of a damaged journal."""
        state = State()
        for line in self.lines():
            try:
                state = state.with_line(self._entry(line))
            except StoreError:
                continue
        return state

    # Only the one writer, under its lock, calls what follows.

    def append(
        self, state: State, commit: Commit, line: bytes | None = None, *, fsync: bool = False
    ) -> State:
        """Write a commit's line, as it is if it is known: from here on it has happened."""
        line = commit.to_line() if line is None else line
        return State(
            identity=self._write(state, line, fsync=fsync),
            offset=state.offset + len(line),
            tail=(state.tail + line)[-TAIL:],
            epoch=next(_epochs) if state.identity is None else state.epoch,
            n=commit.n,
            applied=state.applied,
            counters=commit.counters,
            pending=(*state.pending, commit),
        )

    def mark(self, state: State, *, fsync: bool = False) -> State:
        """Say that the documents have all commits."""
        line = b'{"applied":%d}\n' % state.n
        return State(
            identity=self._write(state, line, fsync=fsync),
            offset=state.offset + len(line),
            tail=(state.tail + line)[-TAIL:],
            epoch=state.epoch,
            n=state.n,
            applied=state.n,
            counters=state.counters,
        )

    def _write(self, state: State, line: bytes, *, fsync: bool) -> disk.Identity:
        if state.identity is not None and state.identity[1] > state.offset:
            disk.truncate(self.path, state.offset)  # a line that did not happen
        return disk.append(self.path, line, fsync=fsync)

    def start_anew(self, text: bytes, *, fsync: bool = False) -> State:
        """Replace the whole file."""
        disk.replace(self.path, text, fsync=fsync)
        return self._opened()
