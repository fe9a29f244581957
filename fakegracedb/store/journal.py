"""The journal: one numbered line a transaction. Writing that line is the commit.

After a line's documents are up to date, a line ``{"applied": n}`` says so. Lines beyond the newest
such mark are *pending*: their content counts more than the documents on disk, for every reader, and
the next writer brings the documents up to date first. A line without its newline did not happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import StoreError
from . import disk
from .layout import line_text

__all__ = ["Commit", "Journal", "State"]

_TAIL = 1 << 16  # bytes read first when a journal is opened


@dataclass(frozen=True, slots=True)
class Commit:
    """What one transaction changed.

    Attributes
    ----------
    n : int
        Its number.
    time : str
        By the store's clock, ISO text.
    user, call : str
        Who asked for what, e.g. ``POST events/``.
    documents : mapping of str to dict or None
        The new content of each changed document by its path; None removes it.
    lines : mapping of str to list of dict
        The new entries of each series by its path.
    counters : mapping
        The running totals of the store after this commit.
    base : bool
        Stands for all the lines before it, which are gone (`care.compact`).
    restoring : bool
        The new content of the whole store lies ready to take the place of the old (`care.restore`).
    """

    n: int
    time: str = ""
    user: str = ""
    call: str = ""
    documents: Mapping[str, dict[str, Any] | None] = field(default_factory=dict)
    lines: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    counters: Mapping[str, Any] = field(default_factory=dict)
    base: bool = False
    restoring: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Commit:
        """Build from a line of the journal."""
        return cls(**{key: data[key] for key in cls.__slots__ if key in data})

    def to_line(self) -> bytes:
        """Give the line of the journal."""
        data: dict[str, Any] = {"n": self.n, "time": self.time, "user": self.user}
        data["call"] = self.call
        for key in ("documents", "lines", "base", "restoring"):
            if value := getattr(self, key):
                data[key] = value
        data["counters"] = self.counters
        return line_text(data)


@dataclass(frozen=True, slots=True)
class State:
    """How far somebody has read the journal.

    Attributes
    ----------
    identity : Identity or None
        Of the file when it was read; None when there was none.
    offset : int
        Where the complete lines end [bytes].
    n, applied : int
        The newest commit, and the newest that the documents have.
    counters : mapping
        As of the newest commit.
    pending : tuple of Commit
        The commits after `applied`.
    """

    identity: disk.Identity | None = None
    offset: int = 0
    n: int = 0
    applied: int = 0
    counters: Mapping[str, Any] = field(default_factory=dict)
    pending: tuple[Commit, ...] = ()

    @property
    def version(self) -> tuple[int, int]:
        """What changes with every commit and with nothing else: file and number."""
        return (self.identity[0] if self.identity else 0), self.n

    @property
    def restoring(self) -> bool:
        """Whether the content of the whole store is being exchanged."""
        return bool(self.pending) and self.pending[-1].restoring

    def with_line(self, data: Mapping[str, Any]) -> State:
        """Give the state after one more line."""
        if "n" not in data:
            applied = int(data["applied"])
            pending = tuple(commit for commit in self.pending if commit.n > applied)
            return replace(self, applied=applied, pending=pending)
        commit = Commit.from_json(data)
        if commit.base:
            return replace(self, n=commit.n, applied=commit.n, counters=commit.counters)
        return replace(self, n=commit.n, counters=commit.counters, pending=(*self.pending, commit))


class Journal:
    """The journal file of a store."""

    def __init__(self, path: str) -> None:
        self.path = path

    def refresh(self, state: State) -> tuple[State, set[str] | None]:
        """Read what came since.

        Parameters
        ----------
        state : State
            How far the caller has read.

        Returns
        -------
        State
            The state now; the same object when nothing came.
        set of str or None
            The paths that new commits touched; None when the past is unknown, so that nothing
            remembered may be trusted.
        """
        now = disk.identity(self.path)
        if now == state.identity:
            return state, set()
        if now is None:
            return State(), None
        if state.identity is None or now[0] != state.identity[0] or now[1] < state.offset:
            return self._opened(), None
        found = disk.read_from(self.path, state.offset)
        if found is None:
            return State(), None
        data, identity = found
        if identity[0] != now[0]:
            return self._opened(), None
        touched: set[str] = set()
        newer = replace(state, identity=identity)
        complete = data[: data.rfind(b"\n") + 1]
        for line in complete.splitlines():
            entry = self._entry(line)
            if "n" in entry:
                if entry["n"] != newer.n + 1:  # another journal under the same inode
                    return self._opened(), None
                touched.update(entry.get("documents", ()), entry.get("lines", ()))
                if entry.get("restoring"):
                    return self._opened(), None
            newer = newer.with_line(entry)
        return replace(newer, offset=state.offset + len(complete)), touched

    def _opened(self) -> State:
        """Read as much of the end as tells where things stand."""
        window = _TAIL
        while True:
            now = disk.identity(self.path)
            if now is None:
                return State()
            start = max(0, now[1] - window)
            found = disk.read_from(self.path, start)
            if found is None:
                return State()
            data, identity = found
            end = data.rfind(b"\n") + 1
            begin = data.find(b"\n") + 1 if start else 0
            entries = self._last(data[begin:end].splitlines(), whole=begin == 0)
            if entries is not None:
                state = State(identity=identity, offset=start + end)
                for entry in entries:
                    state = state.with_line(entry)
                return state
            window *= 4

    def _last(self, lines: list[bytes], *, whole: bool) -> list[dict[str, Any]] | None:
        """Give the last lines from the newest applied commit on, None when there are too few."""
        entries: list[dict[str, Any]] = []
        applied: int | None = None
        for line in reversed(lines):
            entry = self._entry(line)
            if "n" not in entry:
                if applied is None:
                    applied = int(entry["applied"])
                    entries.append(entry)
                continue
            if applied is None and entry.get("base"):
                applied = entry["n"]
            if applied is not None and entry["n"] <= applied:
                # its documents are on disk: only its number and its counters count
                bare = {"n": entry["n"], "counters": entry.get("counters", {}), "base": True}
                known = [bare, *(e for e in reversed(entries) if e.get("n", 0) > applied)]
                return known
            entries.append(entry)
        return entries[::-1] if whole else None

    def _entry(self, line: bytes) -> dict[str, Any]:
        try:
            entry = json.loads(line)
            if "n" in entry or "applied" in entry:
                return dict(entry)
        except (TypeError, ValueError):
            pass
        raise StoreError(
            f"{self.path} has a damaged line: {line[:80]!r}. "
            "`store check` tells more; the documents are safe, and `store compact` starts it anew."
        )

    def commits(self, after: int = 0) -> Iterator[Commit]:
        """Read the commits that the file still holds, oldest first."""
        found = disk.read(self.path)
        if found is None:
            return
        data = found[0]
        for line in data[: data.rfind(b"\n") + 1].splitlines():
            entry = self._entry(line)
            if entry.get("n", 0) > after:
                yield Commit.from_json(entry)

    # Only the one writer, under its lock, calls what follows.

    def append(self, state: State, commit: Commit, *, fsync: bool = False) -> State:
        """Write a commit's line: from here on it has happened."""
        state = self._write(state, commit.to_line(), fsync=fsync)
        return replace(
            state, n=commit.n, counters=commit.counters, pending=(*state.pending, commit)
        )

    def mark(self, state: State, *, fsync: bool = False) -> State:
        """Say that the documents have all commits."""
        state = self._write(state, line_text({"applied": state.n}), fsync=fsync)
        return replace(state, applied=state.n, pending=())

    def _write(self, state: State, line: bytes, *, fsync: bool) -> State:
        if state.identity is not None and state.identity[1] > state.offset:
            disk.truncate(self.path, state.offset)  # a line that did not happen
        identity = disk.append(self.path, line, fsync=fsync)
        return replace(state, identity=identity, offset=state.offset + len(line))

    def start_anew(self, commit: Commit, *, fsync: bool = False) -> State:
        """Replace the whole file by one line."""
        line = commit.to_line()
        identity = disk.replace(self.path, line, fsync=fsync)
        return State(identity=identity, offset=len(line)).with_line(json.loads(line))
