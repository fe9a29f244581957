"""Alerts sent in time: spaced as they were, faster or not at all, once or again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from ..alerts import Alert
from .retiming import retimed
from .sources import history

__all__ = ["paced", "replay"]


def replay(
    source: Any,
    uid: str | None = None,
    *,
    speed: float = 1.0,
    topic: str | None = None,
    retime: bool = False,
    repeat: int = 1,
    every: float | None = None,
    start_in: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
    **cut: Any,
) -> Iterator[tuple[float, str, Alert]]:
    """Give the alerts of a history when they are due.

    Parameters
    ----------
    source, uid, **cut
        As for `history`.
    speed : float
        How much faster than it was; 0 does not wait.
    topic : str, optional
        In place of every alert's own topics.
    retime : bool
        Whether the times in the alerts are moved to now (`retimed`); else every repetition is the
        same to the byte.
    repeat : int
        How often.
    every : float, optional
        From the beginning of one time to that of the next [s]; None begins at the end.
    start_in : float
        How long before the first alert is due [s].
    sleep : callable
        How it waits.

    Yields
    ------
    due : float
        When it is due, after the beginning of all [s].
    topic : str
        Without a prefix: an alert with two topics comes twice.
    alert : Alert
        The alert.

    Raises
    ------
    ValueError
        For an impossible speed or number, beside what `history` raises.
    """
    return (
        (due, name, alert)
        for due, topics, alert in paced(
            history(source, uid, **cut),
            speed=speed,
            topic=topic,
            retime=retime,
            repeat=repeat,
            every=every,
            start_in=start_in,
            sleep=sleep,
        )
        for name in topics
    )


def paced(
    alerts: list[Alert],
    *,
    speed: float = 1.0,
    topic: str | None = None,
    retime: bool = False,
    repeat: int = 1,
    every: float | None = None,
    start_in: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[float, tuple[str, ...], Alert]]:
    """Give alerts when they are due, each once with all its topics; see `replay`."""
    if speed < 0 or repeat < 1 or start_in < 0 or (every is not None and every <= 0):
        raise ValueError("speed and start_in are not negative, repeat and every are positive")

    def sent() -> Iterator[tuple[float, tuple[str, ...], Alert]]:
        if not alerts:
            return
        began = time.monotonic()
        origin = alerts[0].instant
        start = start_in
        for turn in range(repeat):
            if turn and every is not None:
                start = start_in + turn * every
            elif turn:
                start = max(start, time.monotonic() - began)
            shift = 0.0
            if retime:
                to_first = max(0.0, began + start - time.monotonic())
                shift = time.time() + to_first - origin.timestamp()
            for alert in alerts:
                offset = max(0.0, (alert.instant - origin).total_seconds())
                due = start + (offset / speed if speed else 0.0)
                # from the beginning, not from the last one, so that nothing adds up
                if (left := began + due - time.monotonic()) > 0 and (speed or start):
                    sleep(left)
                shown = retimed(alert, shift) if retime else alert
                yield due, (topic,) if topic is not None else alert.topics, shown

    return sent()
