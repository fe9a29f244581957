"""What one transaction changed, and how it is put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .layout import line_text, pretty_text

__all__ = ["Commit", "Texts"]


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
        return Texts(self).line()


class Texts:
    """A commit in words: the journal and the files get the same, put into JSON once.

    Attributes
    ----------
    documents : dict of str to bytes
        What the file of each changed document holds, by its path; those that go are not there.
    lines : dict of str to list of bytes
        The new lines of each series by its path.
    """

    __slots__ = ("_commit", "documents", "lines")

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self.documents = {
            path: pretty_text(data) for path, data in commit.documents.items() if data is not None
        }
        self.lines = {path: list(map(line_text, rows)) for path, rows in commit.lines.items()}

    def line(self) -> bytes:
        """Give the line of the journal: documents are as in their files, but for the line ends."""
        commit, texts = self._commit, self.documents
        first = {"n": commit.n, "time": commit.time, "user": commit.user, "call": commit.call}
        parts = [line_text(first)[:-2]]
        if commit.documents:
            members = [
                _member(path, texts[path].replace(b"\n", b"") if path in texts else b"null")
                for path in commit.documents
            ]
            parts.append(b'"documents":{%b}' % b",".join(members))
        if self.lines:
            members = [
                _member(path, b"[%b]" % b",".join([row[:-1] for row in rows]))
                for path, rows in self.lines.items()
            ]
            parts.append(b'"lines":{%b}' % b",".join(members))
        rest = {key: value for key in _SELDOM if (value := getattr(commit, key))}
        parts.append(line_text({**rest, "counters": commit.counters})[1:])
        return b",".join(parts)


_SELDOM = ("alerts", "sums", "base", "restoring")


def _member(path: str, text: bytes) -> bytes:
    return b"%b:%b" % (line_text(path)[:-1], text)
