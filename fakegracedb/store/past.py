"""A store as it was at an earlier commit, as far as its journal tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from . import contents, disk, layout
from .commits import Commit
from .survey import file_sum
from .view import View

__all__ = ["UNKNOWN", "Mark", "Past"]

_FEW = 50  # names that are looked for in a line before it is understood


@dataclass(frozen=True, slots=True)
class Mark:
    """A point in the history of a store; making one costs nothing.

    Attributes
    ----------
    path : str
        The store's folder.
    n : int
        The newest commit then, 0 for none.
    offset : int
        Where the journal ended [bytes].
    tail : bytes
        Its last bytes.
    """

    path: str
    n: int
    offset: int
    tail: bytes

    @classmethod
    def of(cls, view: View) -> Mark:
        """Give the mark of what a view shows."""
        state = view._state
        return cls(view._core.path, state.n, state.offset, state.tail)

    def is_past_of(self, view: View) -> bool:
        """Whether the journal goes on from here: it was neither begun anew nor exchanged."""
        return not self.offset or view.continues(self.offset, self.tail)


class _Unknown:
    """Stands for a document of which only that it was there is known."""

    def __repr__(self) -> str:
        return "<not known any more>"


UNKNOWN = _Unknown()


class Past:
    """Some documents and series as of a commit, read from the journal.

    Parameters
    ----------
    view : View
        The store now.
    n : int
        The commit.
    paths : iterable of str
        What will be asked for. Only the lines of the journal that name one of these are understood,
        so that a long history costs little more than reading its file.

    Notes
    -----
    A journal that was compacted has only the sums of what was there before. Series grow, so that
    the beginning of their file is what they were; one that began anew since may be `UNKNOWN`, as a
    document may.
    """

    def __init__(self, view: View, n: int, paths: Iterable[str]) -> None:
        self._view = view
        self._documents: dict[str, Any] = {}
        self._series: dict[str, Any] = {}
        wanted = set(paths)
        if not wanted or n <= 0:
            return
        for commit in _commits(view, n, wanted):
            self._take(commit, wanted)

    def _take(self, commit: Commit, wanted: set[str]) -> None:
        for path, announced in commit.sums.items():
            known = path in self._documents or path in self._series
            if path in wanted and not (commit.base and known):
                self._take_sum(path, announced)
        for path, data in commit.documents.items():
            if path not in wanted:
                continue
            if contents.is_series(path):  # it ends there, or begins anew
                self._series[path] = contents.series(path)
            else:
                self._documents[path] = None if data is None else contents.decode(path, data)
        for path, lines in commit.lines.items():
            if path in wanted and self.series(path) is not UNKNOWN:
                entries = contents.decode_lines(path, enumerate(lines, start=1))
                self._series[path] = self.series(path).extended(entries)

    def _take_sum(self, path: str, announced: list[Any] | None) -> None:
        found = self._view._core.look(path, self._view._state, disk.read)
        text = found[0] if found else b""
        if contents.is_document(path):
            same = announced is not None and file_sum(text) == announced
            known = contents.decode(path, contents.parse(path, text)) if same else UNKNOWN
            self._documents[path] = None if announced is None else known
            return
        begun = text[: announced[0]] if announced else b""
        if announced and file_sum(begun) != announced:
            self._series[path] = UNKNOWN
            return
        lines = contents.parse_lines(path, begun)
        self._series[path] = contents.series(path).extended(contents.decode_lines(path, lines))

    def document(self, path: str) -> Any:
        """Give the typed document at a path, None where there was none, or `UNKNOWN`."""
        return self._documents.get(path)

    def series(self, path: str) -> Any:
        """Give the typed series at a path; empty where there was none, or `UNKNOWN`."""
        found = self._series.get(path)
        return contents.series(path) if found is None else found


def _commits(view: View, n: int, wanted: set[str]) -> Iterator[Commit]:
    """Read the commits up to a number that name one of these paths, oldest first."""
    # as lines hold them: quotes within a text are escaped there, so that these are names
    names = (re.escape(layout.line_text(path)[:-1] + b":") for path in wanted)
    named = re.compile(b"|".join(names) if len(wanted) <= _FEW else b"")
    for line in view._core.journal.lines():
        if named.search(line):
            entry = contents.parse(layout.JOURNAL, line)
            if entry.get("n", 0) > n:
                return
            if "n" in entry:
                yield Commit.from_json(entry)
