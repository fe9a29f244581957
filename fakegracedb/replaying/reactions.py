"""Who reacted to an alert, how, and how soon: by the changes that come into a store."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..store import Place, Store, View
from ..store.layout import EVENTS, SUPEREVENTS

__all__ = ["Reactions"]

_PAUSE = 0.005  # s between two looks at the journal


@dataclass(frozen=True, slots=True)
class _Change:
    """A commit that was seen to come: its number, who did what to which objects, and when.

    The time is what `time.monotonic` tells [s].
    """

    n: int
    user: str
    call: str
    ids: frozenset[str]
    time: float


@dataclass(frozen=True, slots=True)
class _Run:
    """A program that ran: which, and the newest commits before it began and when it had ended."""

    name: str
    before: int
    after: int


class Reactions:
    """Watches a store, for the time of a block.

    Parameters
    ----------
    store : Store
        In which those who listen write.

    Notes
    -----
    A subscriber is known by the name of the user that writes, and a program that is run for each
    alert by its own: what is written while it runs is taken for its doing.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._place = Place()
        self._changes: list[_Change] = []
        self._runs: list[_Run] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="reactions", daemon=True)
        store.read(self._skip)

    def _skip(self, view: View) -> None:
        self._place = view.place

    def _watch(self) -> None:
        while not self._ended.wait(_PAUSE):
            self._look()

    def _look(self) -> None:
        now = time.monotonic()
        for n, user, call, paths in self._store.read(self._new):
            parts = (path.split("/") for path in paths)
            ids = {part[1] for part in parts if part[0] in (EVENTS, SUPEREVENTS) and len(part) > 2}
            self._changes.append(_Change(n, user, call, frozenset(ids), now))

    def _new(self, view: View) -> list[tuple[int, str, str, list[str]]]:
        found = view.commits_from(self._place)
        if found is None:  # begun anew
            self._place = view.place
            return []
        commits, self._place = found
        return [(one.n, one.user, one.call, [*one.documents, *one.lines]) for _, one in commits]

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Take for the doing of a program what is written within the block."""
        before = self.newest()
        try:
            yield
        finally:
            self._runs.append(_Run(name, before, self.newest()))

    def newest(self) -> int:
        """Give the number of the newest commit."""
        return self._store.read(lambda view: view.version[1])

    def first(
        self, message: Mapping[str, Any], behind: int, since: float, told: Mapping[str, float]
    ) -> dict[str, dict[str, Any]]:
        """Give for each subscriber how the object of a packet was first changed after it was sent.

        All changes are known behind the block.

        Parameters
        ----------
        message : mapping
            The packet.
        behind : int
            The newest commit when it was sent.
        since : float
            When that was, as `time.monotonic` tells it.
        told : mapping of str to float
            When programs were told, by their names: theirs is counted from then.

        Returns
        -------
        dict of str to dict
            By subscriber ``after``, how long it took [s], and ``call``, what was asked for.
        """
        about = message.get("object") or {}
        uid = about.get("superevent_id") or about.get("graceid")
        found: dict[str, dict[str, Any]] = {}
        for change in self._changes:
            who = self._who(change)
            if change.n > behind and uid in change.ids and who not in found:
                after = change.time - told.get(who, since)
                found[who] = {"after": round(after, 6), "call": change.call}
        return found

    def _who(self, change: _Change) -> str:
        for run in self._runs:
            if run.before < change.n <= run.after:
                return run.name
        return change.user

    def __enter__(self) -> Reactions:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()  # at what has come meanwhile
