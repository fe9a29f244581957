"""The journal: one numbered line a transaction. Writing that line is the commit.

After a line's documents are up to date, a line ``{"applied": n}`` says so. Lines beyond the newest
such mark are *pending*: their content counts more than the documents on disk, for every reader, and
the next writer brings the documents up to date first. A line without its newline did not happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from ..errors import StoreError
from . import disk
from .layout import line_text

__all__ = ["Commit", "Journal", "Place", "State", "Written"]

_WINDOW = 1 << 13  # bytes of the end read first
_TAIL = 64  # bytes before the place read so far, that tell this journal from another
_epochs = count(1)


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
        The new content of each changed document by its path; None removes it. None at the path of a
        series lets that begin anew, with the entries that the commit has for it.
    lines : mapping of str to list of dict
        The new entries of each series by its path.
    counters : mapping
        The running totals of the store after this commit.
    alerts : mapping
        What those who listen are to be told: ``sent``, a list with type, folder of the object and
        perhaps what of it for each alert; ``root`` and ``line`` of the server that sends them.
    sums : mapping of str to list or None
        Files that are taken as they lie on disk, whatever was said of them before: length and
        digest (`care.file_sum`), or None for one that is gone.
    base : bool
        Whether all documents are as of this commit, whatever the lines before it say: those may be
        missing, or of another store's past.
    restoring : bool
        The new content of the whole store lies ready to take the place of the old
        (`exchange.restore`).
    """

    n: int
    time: str = ""
    user: str = ""
    call: str = ""
    documents: Mapping[str, dict[str, Any] | None] = field(default_factory=dict)
    lines: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    counters: Mapping[str, Any] = field(default_factory=dict)
    alerts: Mapping[str, Any] = field(default_factory=dict)
    sums: Mapping[str, list[Any] | None] = field(default_factory=dict)
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
        for key in ("documents", "lines", "alerts", "sums", "base", "restoring"):
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
    tail : bytes
        The last bytes before that.
    epoch : int
        Changes whenever what was known of the journal before does not count any more.
    n, applied : int
        The newest commit, and the newest that the documents have.
    counters : mapping
        As of the newest commit.
    pending : tuple of Commit
        The commits after `applied`.
    """

    identity: disk.Identity | None = None
    offset: int = 0
    tail: bytes = b""
    epoch: int = 0
    n: int = 0
    applied: int = 0
    counters: Mapping[str, Any] = field(default_factory=dict)
    pending: tuple[Commit, ...] = ()

    @property
    def version(self) -> tuple[int, int]:
        """What changes with every commit and with nothing else."""
        return self.epoch, self.n

    @property
    def restoring(self) -> bool:
        """Whether the content of the whole store is being exchanged."""
        return bool(self.pending) and self.pending[-1].restoring

    def pending_document(self, path: str) -> dict[str, Any] | None:
        """Give the newest pending content of a document, None when there is none or it goes."""
        for commit in reversed(self.pending):
            if path in commit.documents:
                return commit.documents[path]
        return None

    @property
    def place(self) -> Place:
        """Where the complete lines end."""
        return Place(self.offset, self.tail)

    def with_line(self, data: Mapping[str, Any]) -> State:
        """Give the state after one more line."""
        if "n" not in data:
            applied = data["applied"]
            pending = tuple(commit for commit in self.pending if commit.n > applied)
            return replace(self, applied=applied, pending=pending)
        commit = Commit.from_json(data)
        if commit.base:
            return replace(self, n=commit.n, applied=commit.n, counters=commit.counters, pending=())
        return replace(self, n=commit.n, counters=commit.counters, pending=(*self.pending, commit))

    def after(self, text: bytes, identity: disk.Identity | None) -> State:
        """Give the state when so much more text has been read."""
        return replace(
            self,
            identity=identity,
            offset=self.offset + len(text),
            tail=(self.tail + text)[-_TAIL:] if text else self.tail,
        )


@dataclass(frozen=True, slots=True)
class Written:
    """The last commit of this process, which who follows need not read back.

    Attributes
    ----------
    before, after : Place
        Where it stands in the journal.
    commit : Commit
        The commit.
    """

    before: Place
    commit: Commit
    after: Place


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody who reads the commits one by one stands: between two lines of the journal.

    Attributes
    ----------
    offset : int
        Of the next line [bytes].
    tail : bytes
        The last bytes before that.
    """

    offset: int = 0
    tail: bytes = b""


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
                tail = b"\n".join([*lines, b""])[-_TAIL:]
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
        start = identity[1] - len(data)
        lines = data.split(b"\n")
        cut_off = len(lines.pop())
        return lines[1:] if start else lines, identity, identity[1] - cut_off

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
        return commits, Place(place.offset + end - start, data[max(0, end - _TAIL) : end])

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
        state = self._write(state, commit.to_line() if line is None else line, fsync=fsync)
        return replace(
            state, n=commit.n, counters=commit.counters, pending=(*state.pending, commit)
        )

    def mark(self, state: State, *, fsync: bool = False) -> State:
        """Say that the documents have all commits."""
        state = self._write(state, line_text({"applied": state.n}), fsync=fsync)
        return replace(state, applied=state.n, pending=())

    def _write(self, state: State, line: bytes, *, fsync: bool) -> State:
        if state.identity is None:
            state = replace(state, epoch=next(_epochs))
        elif state.identity[1] > state.offset:
            disk.truncate(self.path, state.offset)  # a line that did not happen
        return state.after(line, disk.append(self.path, line, fsync=fsync))

    def start_anew(self, text: bytes, *, fsync: bool = False) -> State:
        """Replace the whole file."""
        disk.replace(self.path, text, fsync=fsync)
        return self._opened()
