"""When each thing is done: the new time, due times, and the clocks by which they are waited for."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from ..clock import gps_microseconds, parse_time, utc_from_gps
from ..errors import RegenerationError
from .instants import BILLION, SIDEREAL_DAY, decimal_seconds, nanoseconds_of

if TYPE_CHECKING:
    from ..store import StoreClock

__all__ = [
    "Clockwork",
    "Pace",
    "StoppedError",
    "StoreTime",
    "WallTime",
    "choose_delta",
    "gps_count",
    "pace_factor",
]

Seconds = str | Decimal | int | float


class StoppedError(Exception):
    """Somebody asked us to stop; what was begun is complete."""


def gps_count(when: datetime) -> int:
    """Give a time as GPS [ns]."""
    return gps_microseconds(when) * 1000


def choose_delta(
    reference: int,
    now: int,
    *,
    at: Seconds | datetime | None = None,
    shift: Seconds | None = None,
    sidereal: bool = False,
) -> int:
    """Give the shift [ns].

    Parameters
    ----------
    reference : int
        The old time [ns, GPS], which is to become another one.
    now : int
        What time it is [ns, GPS].
    at : optional
        The new time: GPS [s], UTC, ``"now"`` (the default), or ``"+SECONDS"`` from now on.
    shift : optional
        The shift itself [s], instead.
    sidereal : bool
        Round it down to whole sidereal days: the sky stands over the detectors as it did.

    Raises
    ------
    RegenerationError
        Both are given, or one makes no sense.
    """
    if at is not None and shift is not None:
        raise RegenerationError("the new time (at) and the shift cannot both be given")
    try:
        if shift is not None:
            delta = nanoseconds_of(shift)
        else:
            delta = _new_time("now" if at is None else at, now) - reference
    except ValueError as error:
        raise RegenerationError(str(error)) from None
    if sidereal:
        delta = delta // SIDEREAL_DAY * SIDEREAL_DAY
    if reference + delta < 0:
        raise RegenerationError(f"a shift by {decimal_seconds(delta)} s leads before 1980")
    return delta


def _new_time(at: Seconds | datetime, now: int) -> int:
    if isinstance(at, str):
        text = at.strip()
        if text == "now":
            return now
        if text.startswith("+"):
            return now + nanoseconds_of(text[1:])
        try:
            return nanoseconds_of(text)
        except ValueError:
            try:
                return gps_count(parse_time(text))
            except ValueError as error:
                raise ValueError(f"{error}; now; or +SECONDS from now on") from None
    if isinstance(at, datetime):
        return gps_count(at)
    return nanoseconds_of(at)


def pace_factor(span: int, max_delay: Seconds | None = None, speed: Seconds = 1) -> Fraction:
    """Give by what all delays are multiplied.

    Parameters
    ----------
    span : int
        From the first creation to the last upload [ns].
    max_delay : optional
        What that is to be at most [s]; it is never stretched.
    speed : optional
        How many times as fast.
    """
    pace = Fraction(str(speed))
    if pace <= 0:
        raise RegenerationError(f"the speed must be above 0, not {speed}")
    factor = 1 / pace
    if max_delay is not None:
        most = nanoseconds_of(max_delay)
        if most < 0:
            raise RegenerationError(f"the longest delay cannot be below 0: {max_delay}")
        if span * factor > most:
            factor = Fraction(most, span)
    return factor


class Clockwork(Protocol):
    """A clock that can be waited for."""

    def now(self) -> int:
        """Tell the time [ns, GPS]."""

    def wait_until(self, due: int) -> None:
        """Return when it is that late; raise `StoppedError` if asked to stop."""

    def finish(self) -> None:
        """Leave the clock as it should be afterwards."""


class WallTime:
    """The time of the machine; waiting takes it."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()

    def now(self) -> int:
        """Tell the time [ns, GPS]."""
        return gps_count(datetime.now(UTC))

    def wait_until(self, due: int) -> None:
        """Sleep until then."""
        until = time.monotonic() + (due - self.now()) / BILLION
        if self._stop.wait(max(0.0, until - time.monotonic())):
            raise StoppedError

    def finish(self) -> None:
        """Nothing is to be done."""


class StoreTime:
    """The clock of a store, which is set instead of waiting.

    It tells the times at which things would have been done. Afterwards a clock that followed the
    system follows it again; one that stood somewhere stays where it was set, if that is later.
    """

    def __init__(self, clock: StoreClock, stop: threading.Event | None = None) -> None:
        self._clock = clock
        self._before = clock.setting
        self._stop = stop or threading.Event()
        self._now: int | None = None

    def now(self) -> int:
        """Tell the time [ns, GPS]."""
        return gps_count(self._clock.now())

    def wait_until(self, due: int) -> None:
        """Set the clock to then; the first time also backwards."""
        if self._stop.is_set():
            raise StoppedError
        if self._now is None or due > self._now:
            self._now = due
            self._clock.set(utc_from_gps(Decimal(due).scaleb(-9)))

    def finish(self) -> None:
        """Set the clock for what comes next."""
        before = self._before.time
        if self._now is None or (before is not None and gps_count(before) <= self._now):
            return
        self._clock.set(self._before)


@dataclass
class Pace:
    """Due times of what happened at the source.

    Attributes
    ----------
    clock : Clockwork
        By which is waited.
    reference : int
        Old reference time [ns, GPS].
    start : int
        The time that stands for it.
    factor : Fraction
        By what delays are multiplied.
    longest : int or None
        What a single wait takes at most [ns]; what follows is then earlier too.
    """

    clock: Clockwork
    reference: int
    start: int
    factor: Fraction = Fraction(1)
    longest: int | None = None
    _saved: int = 0
    _last: int | None = None

    def due(self, source: int) -> int:
        """Give when something is due that happened at a time at the source [ns, GPS]."""
        return self.start + round((source - self.reference) * self.factor)

    def wait(self, source: int) -> None:
        """Wait until that is due; it may be late already."""
        due = self.due(source) - self._saved
        if self.longest is not None and self._last is not None:
            wait = due - max(self._last, self.clock.now())
            if wait > self.longest:
                self._saved += wait - self.longest
                due -= wait - self.longest
        self._last = due if self._last is None else max(self._last, due)
        self.clock.wait_until(due)

    def alone(self) -> Pace:
        """Give a pace of its own for one of several tasks."""
        return Pace(self.clock, self.reference, self.start, self.factor, self.longest)
