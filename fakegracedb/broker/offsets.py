"""How far consumer groups have read: kept in a file of JSON lines, the last one of each counts."""

from __future__ import annotations

import json
from io import FileIO
from pathlib import Path

__all__ = ["COMMITTED", "Offsets"]

COMMITTED = "offsets.jsonl"
_GARBAGE = 10_000  # outdated lines from which on the file is written anew


class Offsets:
    """The committed offsets of all groups.

    Parameters
    ----------
    data : Path
        The folder of the broker.
    """

    def __init__(self, data: Path) -> None:
        self._path = data / COMMITTED
        self._known: dict[tuple[str, str], tuple[int, str | None]] = {}
        self._lines = 0
        self._file: FileIO | None = None
        if self._path.exists():
            for line in self._path.read_bytes().split(b"\n")[:-1]:  # the last may be cut short
                group, topic, offset, note = json.loads(line)
                self._known[group, topic] = (offset, note)
            self._rewrite()

    def commit(self, group: str, topic: str, offset: int, note: str | None) -> None:
        """Remember how far a group has read a topic."""
        if self._file is None:
            self._file = self._path.open("ab", buffering=0)
        assert self._file is not None
        self._known[group, topic] = (offset, note)
        self._file.write(_line(group, topic, offset, note))
        self._lines += 1
        if self._lines > _GARBAGE + 2 * len(self._known):
            self._rewrite()

    def of(self, group: str, topic: str) -> tuple[int, str | None]:
        """Give how far a group has read a topic, and its note; -1 where nothing is known."""
        return self._known.get((group, topic), (-1, ""))

    def topics(self, group: str) -> list[str]:
        """Give the topics that a group has read."""
        return [topic for name, topic in self._known if name == group]

    def _rewrite(self) -> None:
        """Write what counts, and nothing else, in the file's place."""
        self.close()
        temporary = self._path.with_suffix(".tmp")
        temporary.write_bytes(
            b"".join(_line(*names, *known) for names, known in self._known.items())
        )
        temporary.replace(self._path)
        self._lines = len(self._known)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _line(group: str, topic: str, offset: int, note: str | None) -> bytes:
    return json.dumps([group, topic, offset, note]).encode() + b"\n"
