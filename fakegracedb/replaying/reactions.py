"""Who reacted to an alert that was sent, and how soon: by the changes that come into a store."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..store import Place, Store, View
from ..store.layout import EVENTS, SUPEREVENTS

__all__ = ["Reactions"]

_PAUSE = 0.005  # s between two looks at the journal


@dataclass(frozen=True, slots=True)
class _Change:
    """A commit that was seen to come: who made it, of which objects, and when [s, monotonic]."""

    user: str
    ids: frozenset[str]
    time: float


class Reactions:
    """Watches a store, for the time of a block.

    Parameters
    ----------
    store : Store
        In which those who listen write.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._place = Place()
        self._changes: list[_Change] = []
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
        commits = self._store.read(self._new)
        for user, paths in commits:
            parts = (path.split("/") for path in paths)
            ids = {part[1] for part in parts if part[0] in (EVENTS, SUPEREVENTS) and len(part) > 2}
            self._changes.append(_Change(user, frozenset(ids), now))

    def _new(self, view: View) -> list[tuple[str, list[str]]]:
        found = view.commits_from(self._place)
        if found is None:  # begun anew
            self._place = view.place
            return []
        commits, self._place = found
        return [(one.user, [*one.documents, *one.lines]) for _, one in commits]

    def first(self, message: Mapping[str, Any], since: float) -> dict[str, float]:
        """Give for each user how long after a moment the object of a packet was first changed [s].

        All changes are known behind the block.

        Parameters
        ----------
        message : mapping
            The packet.
        since : float
            The moment, as `time.monotonic` tells it.
        """
        about = message.get("object") or {}
        uid = about.get("superevent_id") or about.get("graceid")
        found: dict[str, float] = {}
        for change in self._changes:
            if change.time >= since and uid in change.ids:
                found.setdefault(change.user, round(change.time - since, 6))
        return found

    def __enter__(self) -> Reactions:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()  # at what has come meanwhile
