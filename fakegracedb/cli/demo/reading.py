"""What events and superevents have in common, read back through a client and compared."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ... import FakeGraceDb
from ...identifiers import versioned
from .comparisons import Comparisons
from .expected import Entry, Expected

__all__ = ["Reading"]

_NO_FILES = {"files", "links"}


@dataclass(frozen=True, slots=True)
class Reading:
    """An object, as somebody reads it.

    Attributes
    ----------
    client : FakeGraceDb
        Who reads.
    must : Expected
        What must be there.
    comparisons : Comparisons
        Which count.
    public : bool
        Whether only what is open to the public must be there.
    """

    client: FakeGraceDb
    must: Expected
    comparisons: Comparisons
    public: bool = False

    @property
    def of(self) -> str:
        """What is read, and by whom if that matters, for messages."""
        return f"{self.must.name} for the public" if self.public else self.must.name

    def log(self) -> list[dict[str, Any]]:
        """Compare the log, entry by entry; give it."""
        compare = self.comparisons.compare
        found: list[dict[str, Any]] = self.client.logs(self.must.name).json()["log"]
        entries = self.must.entries(public=self.public)
        for (number, expected), entry in zip(entries, found, strict=False):
            compare(
                f"log entry {number} of {self.of}",
                (number, _ordered(expected)),
                (
                    entry["N"],
                    _ordered(
                        Entry(
                            entry["comment"],
                            entry["filename"],
                            entry["file_version"],
                            tuple(entry["tag_names"]),
                        )
                    ),
                ),
            )
        compare(f"number of log entries of {self.of}", len(entries), len(found))
        return found

    def labels(self) -> list[str]:
        """Compare the labels; give them."""
        found = [label["name"] for label in self.client.labels(self.must.name).json()["labels"]]
        self.comparisons.compare(f"labels of {self.of}", self.must.labels, found)
        return found

    def tags(self, number: int) -> list[str]:
        """Compare the tags of an entry of the log; give them."""
        found = [tag["name"] for tag in self.client.tags(self.must.name, number).json()["tags"]]
        expected = sorted(self.must.log[number - 1].tag_names)
        self.comparisons.compare(f"tags of log entry {number} of {self.of}", expected, found)
        return found

    def files(self) -> list[dict[str, Any]]:
        """Compare the files, each version and each bare name; describe the versions."""
        name, compare = self.must.name, self.comparisons.compare
        wanted: dict[str, bytes] = {}
        described = []
        for (bare, version), file in self.must.versions(public=self.public).items():
            wanted[versioned(bare, version)] = file.content
            if file is self.must.files[bare][-1]:
                wanted[bare] = file.content
            described.append(
                {
                    "name": bare,
                    "version": version,
                    "bytes": len(file.content),
                    "sha256": hashlib.sha256(file.content).hexdigest(),
                    "what": file.what,
                }
            )
        # beside the files, API v2 has these two keys in the object: they say nothing of a file
        listed = set(self.client.files(name).json()) - _NO_FILES
        compare(f"file names of {self.of}", sorted(wanted.keys() - _NO_FILES), sorted(listed))
        for file_name, content in wanted.items():
            with self.client.files(name, quote(file_name, safe=",")) as response:
                compare(f"file {file_name} of {self.of}", content, response.read())
        return described


def _ordered(entry: Entry) -> Entry:
    """Put the tags in order: the server has its own, that in which they came to exist."""
    tags = tuple(sorted(entry.tag_names))
    return Entry(entry.comment, entry.filename, entry.file_version, tags)
