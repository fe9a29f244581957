"""Following the alerts of a store: from a moment or a number on, for as long as one likes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from ..store import Store
from .folding import Fold, Position
from .packets import Alert

__all__ = ["Follower"]

_PAUSE = 0.005  # s between two looks at the journal


class Follower:
    """Reads the alerts of a store, whoever causes them: in order, each once, without a gap.

    Parameters
    ----------
    store : Store
        The store; it may come to be later.
    after : int, Position or None
        Number of the last alert that is known already, or a position that a follower had: also in
        another process, which has died since. None begins with what comes from now on.

    Raises
    ------
    ValueError
        For the number of an alert that the store has not sent yet.
    StoreError
        If the store cannot be read.

    Notes
    -----
    What is not in the journal any more cannot be told: see `Fold`.
    """

    def __init__(self, store: Store, after: int | Position | None = None) -> None:
        self.store = store
        newest = store.read(Position.newest)
        if after is None:
            after = newest
        elif isinstance(after, int):
            if not 0 <= after <= newest.seq:
                raise ValueError(
                    f"there is no alert {after} in {store.path} yet: "
                    f"{f'its newest is {newest.seq}' if newest.seq else 'it has sent none'}"
                )
            after = Position(after)
        self._fold = Fold(after)

    @property
    def position(self) -> Position:
        """Behind the last alert that was read."""
        return self._fold.position

    def position_after(self, alert: Alert) -> Position:
        """Give the position behind one of the alerts of the last `read`."""
        return self._fold.position_after(alert)

    @property
    def missed(self) -> int:
        """How many alerts could not be told, since the journal does not have them any more."""
        return self._fold.missed

    def read(self, most: int = 1000) -> list[Alert]:
        """Give the alerts that came since, about so many at most; none if there are none."""
        return self._fold.read(self.store, most)

    def wait(
        self, timeout: float | None = None, stop: threading.Event | None = None
    ) -> list[Alert]:
        """Give the next alerts, when they come.

        Parameters
        ----------
        timeout : float or None
            How long to wait [s]; then there are none. None waits for ever.
        stop : threading.Event, optional
            Ends the waiting when it is set.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while not (alerts := self.read()):
            left = _PAUSE if end is None else min(_PAUSE, end - time.monotonic())
            if left <= 0:
                return []
            if stop is None:
                time.sleep(left)
            elif stop.wait(left):
                return []
        return alerts

    def __iter__(self) -> Iterator[Alert]:
        """Give one alert after the other, for ever."""
        while True:
            yield from self.wait()
