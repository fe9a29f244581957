"""How far somebody has read the journal, and what follows from that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import disk
from .commits import Commit

__all__ = ["TAIL", "Place", "State", "Written"]

TAIL = 64  # bytes before the place read so far, that tell this journal from another


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
            tail=(self.tail + text)[-TAIL:] if text else self.tail,
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
