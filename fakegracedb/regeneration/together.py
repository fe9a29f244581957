"""Several objects created on one timeline: what is due first is done first, whosever it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .outcome import Regeneration
from .running import clockwork, regenerate
from .targets import Target, open_target
from .timing import Clockwork, WallTime

__all__ = ["Timeline", "regenerate_all"]


class Timeline:
    """One clock that several take turns on: only who is due first goes on, and the others wait.

    So a store's clock never goes back, and the same call does the same things in the same order.

    Parameters
    ----------
    clock : Clockwork
        The clock.
    count : int
        How many take turns. None of them goes on before all wait.
    """

    def __init__(self, clock: Clockwork, count: int) -> None:
        self._clock = clock
        self._turn = threading.Condition()
        self._waiting: dict[int, int] = {}  # who, and until when
        self._there = set(range(count))
        self.lanes = [Lane(self, number) for number in range(count)]

    def now(self) -> int:
        """Tell the time [ns, GPS]."""
        return self._clock.now()

    def wait(self, number: int, due: int) -> None:
        """Return when it is that late, and nobody is due earlier."""
        with self._turn:
            self._waiting[number] = due
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._next() == number)
            del self._waiting[number]
        self._clock.wait_until(due)

    def _next(self) -> int | None:
        if self._waiting.keys() != self._there:
            return None
        return min(self._waiting, key=lambda one: (self._waiting[one], one))

    def leave(self, number: int) -> None:
        """Let one have come to its end; with the last one the clock has."""
        with self._turn:
            if number not in self._there:
                return
            self._there.remove(number)
            self._turn.notify_all()
            if not self._there:
                self._clock.finish()


class Lane:
    """The place of one on a timeline, which is a clock for it."""

    def __init__(self, timeline: Timeline, number: int) -> None:
        self._timeline = timeline
        self._number = number

    def now(self) -> int:
        """Tell the time [ns, GPS]."""
        return self._timeline.now()

    def wait_until(self, due: int) -> None:
        """Return when it is that late; raise `StoppedError` if asked to stop."""
        self._timeline.wait(self._number, due)

    def finish(self) -> None:
        """Do not keep the others waiting any more."""
        self._timeline.leave(self._number)


def regenerate_all(
    things: Sequence[Any],
    target: Any,
    *,
    clock: str | Clockwork | None = None,
    stop: threading.Event | None = None,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> list[Regeneration | Exception]:
    """Create several archived objects again, on one timeline.

    Parameters
    ----------
    things : sequence
        What `regenerate` takes, each once.
    target : str, path-like, Store or GraceDb
        Where to.
    clock, stop : optional
        As of `regenerate`.
    progress : callable, optional
        Takes how much is done of all together, and of how much.
    **options
        Further arguments of `regenerate`, for all.

    Returns
    -------
    list of Regeneration or Exception
        What became of each, in the order of `things`.
    """
    place = target if isinstance(target, Target) else open_target(target)
    time = clockwork(place, clock, stop)
    lanes: Sequence[Clockwork] = [time] * len(things)
    if not isinstance(time, WallTime):
        lanes = Timeline(time, len(things)).lanes
    counts = _Counts(progress or (lambda done, total: None))

    def make(number: int) -> Regeneration | Exception:
        try:
            return regenerate(
                things[number],
                place,
                clock=lanes[number],
                stop=stop,
                progress=lambda done, total: counts.at(number, done, total),
                **options,
            )
        except Exception as error:  # whatever it is, the others go on
            return error
        finally:
            lanes[number].finish()

    # on the wall, what is all due at once has nothing but its order to go by
    at_once = isinstance(time, WallTime) and options.get("max_delay") in (0, "0")
    with ThreadPoolExecutor(1 if at_once else max(1, len(things)), "regenerate") as pool:
        return list(pool.map(make, range(len(things))))


class _Counts:
    """How much is done of several things together."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell
        self._of: dict[int, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def at(self, number: int, done: int, total: int) -> None:
        with self._lock:
            self._of[number] = done, total
            self._tell(*map(sum, zip(*self._of.values(), strict=True)))
