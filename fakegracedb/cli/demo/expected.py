"""What must be on the server after each step, kept beside it and compared with what it answers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from ..output import CommandError
from .source import Source

__all__ = ["Entry", "Expected", "FileVersion"]

_LONGEST = 200  # characters of a value in a message


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log; the version is the one that the server writes into it."""

    comment: str
    filename: str = ""
    file_version: int | None = None
    tag_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A version of a file, and what it is, in words."""

    content: bytes
    what: str


@dataclass(slots=True)
class Expected:
    """The log, files and labels that an event must have by now.

    Attributes
    ----------
    log : list of Entry
        The entry N is at index N - 1.
    files : dict of str to list of FileVersion
        By name; the version is the index.
    labels : list of str
        In the order of application.
    comparisons : int
        How many were made so far.
    """

    log: list[Entry] = field(default_factory=list)
    files: dict[str, list[FileVersion]] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    comparisons: int = 0

    def _store(self, name: str, content: bytes, what: str) -> int:
        versions = self.files.setdefault(name, [])
        versions.append(FileVersion(content, what))
        return len(versions) - 1

    def event_file(self, source: Source, what: str) -> None:
        """Take note of an upload or a replacement, and of what the server makes of it."""
        name = source.name
        version = self._store(name, source.content, what)
        is_unzipped = name.endswith(".gz") and source.content.startswith(b"\x1f\x8b")
        coinc = source.plain if is_unzipped else source.content
        self._store("coinc.xml", coinc, f"the server's copy of {name}")
        self._store("event.log", source.event_log, f"the server's summary of {name}")
        comment = "Event data replaced by new upload" if version else "Original Data"
        self.log += [
            Entry(comment, name, version),
            # in these two the server writes the version of a first upload, whatever it is
            Entry("Log File Created", "event.log", 0),
            Entry("Coinc Table Created", "coinc.xml", 1 if name == "coinc.xml" else 0),
        ]

    def label(self, name: str) -> None:
        """Take note of a new label."""
        self.labels.append(name)
        self.log.append(Entry(f"Label: {name}"))

    def entry(self, comment: str, filename: str, content: bytes, tag: str, what: str) -> int:
        """Take note of a log entry with a file and a tag; give its number."""
        version = self._store(filename, content, what)
        self.log.append(Entry(comment, filename, version, (tag,)))
        number = len(self.log)
        self.log.append(Entry(f"Tagged message {number}: {tag} "))
        return number

    def compare(self, what: str, expected: Any, found: Any) -> None:
        """Compare one thing.

        Raises
        ------
        CommandError
            If they differ; the message shows both.
        """
        self.comparisons += 1
        if expected != found:
            raise CommandError(f"{what}: expected {_shown(expected)}, found {_shown(found)}")

    def compare_log(self, graceid: str, found: list[dict[str, Any]]) -> None:
        """Compare the log of an event, entry by entry."""
        for number, (expected, entry) in enumerate(zip(self.log, found, strict=False), start=1):
            tags = tuple(entry["tag_names"])
            self.compare(
                f"log entry {number} of {graceid}",
                (number, expected),
                (
                    entry["N"],
                    Entry(entry["comment"], entry["filename"], entry["file_version"], tags),
                ),
            )
        self.compare(f"number of log entries of {graceid}", len(self.log), len(found))


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes with sha256 {hashlib.sha256(value).hexdigest()[:16]}..."
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
