"""Time: the clock of a store, GPS and UTC, and the texts in which times are written.

A time is an aware `datetime` in UTC with microseconds; a naive one is taken as UTC everywhere.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from decimal import Decimal

    Gps: TypeAlias = float | str | Decimal

__all__ = [
    "GPS_EPOCH",
    "LEAP_SECONDS",
    "Clock",
    "gps_from_utc",
    "gps_microseconds",
    "iso_text",
    "parse_time",
    "server_day",
    "server_text",
    "utc_from_gps",
]

GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)

# The days that began right after a leap second; GPS - UTC is one second more from each on.
# fmt: off
LEAP_SECONDS = (
    "1981-07-01", "1982-07-01", "1983-07-01", "1985-07-01", "1988-01-01", "1990-01-01",
    "1991-01-01", "1992-07-01", "1993-07-01", "1994-07-01", "1996-01-01", "1997-07-01",
    "1999-01-01", "2006-01-01", "2009-01-01", "2012-07-01", "2015-07-01", "2017-01-01",
)
# fmt: on

_MILLION = 1_000_000
_MICROSECOND = timedelta(microseconds=1)
_LAST = (datetime.max.replace(tzinfo=UTC) - GPS_EPOCH) // _MICROSECOND  # that a datetime can hold

# Microseconds since the epoch without and with leap seconds: the midnight after each leap second,
# and the leap second's own beginning.
_UTC_STEPS = [
    (datetime.fromisoformat(day).replace(tzinfo=UTC) - GPS_EPOCH) // _MICROSECOND
    for day in LEAP_SECONDS
]
_GPS_STEPS = [step + count * _MILLION for count, step in enumerate(_UTC_STEPS)]


def _as_utc(when: datetime) -> datetime:
    if when.tzinfo is UTC:
        return when
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def gps_microseconds(when: datetime) -> int:
    """Whole microseconds since the GPS epoch for a UTC time, exactly.

    Parameters
    ----------
    when : datetime
        UTC; a naive one is taken as UTC.

    Returns
    -------
    int
        GPS time [µs].

    Raises
    ------
    ValueError
        Before 1980-01-06.

    Notes
    -----
    Leap seconds: IERS Bulletin C; GPS - UTC = 18 s since 2017-01-01. The server's own table
    switches a day too early, so that on the 18 days that ended in a leap second its GPS times are
    one second higher. This is not copied here.
    """
    since = _as_utc(when) - GPS_EPOCH
    count = (since.days * 86400 + since.seconds) * _MILLION + since.microseconds
    if count < 0:
        raise ValueError(f"{iso_text(when)} is before the GPS epoch, 1980-01-06")
    return count + bisect_right(_UTC_STEPS, count) * _MILLION


def gps_from_utc(when: datetime) -> float:
    """Seconds since the GPS epoch for a UTC time.

    Parameters
    ----------
    when : datetime
        UTC; a naive one is taken as UTC.

    Returns
    -------
    float
        GPS time [s], the nearest to the exact one of `gps_microseconds`.

    Raises
    ------
    ValueError
        Before 1980-01-06.
    """
    return gps_microseconds(when) / _MILLION


def utc_from_gps(gps: Gps) -> datetime:
    """UTC time for seconds since the GPS epoch.

    Parameters
    ----------
    gps : float, int, str or Decimal
        GPS time [s]; text and `Decimal` keep digits that a float would lose.

    Returns
    -------
    datetime
        Aware, in UTC, rounded to the microsecond, a half to the even one.

    Raises
    ------
    ValueError
        Before the GPS epoch, after the year 9999, or not a number.

    Notes
    -----
    Within a leap second the answer runs once more through 23:59:59, since a `datetime` has no
    second 60; so it stays on its day. The leap seconds are those of `gps_microseconds`.
    """
    count = _microseconds(gps)
    return GPS_EPOCH + timedelta(microseconds=count - bisect_right(_GPS_STEPS, count) * _MILLION)


_DAY = 86400 * _MILLION  # µs
# Where the server's own table has its steps: a day before the midnight after each leap second.
_SERVER_STEPS = [step - _DAY + count * _MILLION for count, step in enumerate(_UTC_STEPS)]


def server_day(gps: Decimal) -> str | None:
    """Day of a GPS time as the server counts it.

    Parameters
    ----------
    gps : Decimal
        GPS time [s].

    Returns
    -------
    str or None
        ``YYMMDD``, in UTC; None outside the years 1980 to 2079, which two digits can tell apart.

    Notes
    -----
    The server takes every leap second a day too early, so on the 18 days in history that ended in
    one its first second counts to the day before.
    """
    from decimal import Decimal

    if not gps.is_finite() or abs(gps) > Decimal(10) ** 10:
        return None
    count = int((gps * _MILLION).to_integral_value())
    count -= bisect_right(_SERVER_STEPS, count) * _MILLION
    day = GPS_EPOCH + timedelta(microseconds=count)
    # by hand: strftime asks for the locale, and is most of the cost
    return f"{day.year % 100:02d}{day.month:02d}{day.day:02d}" if 1980 <= day.year < 2080 else None


def _microseconds(gps: Any) -> int:
    from decimal import ROUND_HALF_EVEN, Context, Decimal

    exactly = Context(prec=28, rounding=ROUND_HALF_EVEN)  # whatever the caller's context is
    try:
        if isinstance(gps, bool):
            raise TypeError
        if isinstance(gps, str | Decimal):
            number = Decimal(gps)
        else:
            number = Decimal(operator.index(gps) if hasattr(gps, "__index__") else float(gps))
        if 0 <= number < _LAST // _MILLION:
            return int(number.quantize(Decimal("1e-6"), context=exactly).scaleb(6, exactly))
    except (ArithmeticError, TypeError, ValueError):
        raise ValueError(f"{gps!r} is not a GPS time [s]") from None
    raise ValueError(f"GPS {gps} s is not between 1980-01-06 and the year 9999")


def server_text(when: datetime) -> str:
    """Write a time as the server does in its answers.

    Parameters
    ----------
    when : datetime
        UTC; a naive one is taken as UTC.

    Returns
    -------
    str
        ``2026-03-01 17:04:09 UTC``; the fraction is cut off, not rounded.
    """
    return _as_utc(when).isoformat(" ", "seconds")[:19] + " UTC"


def iso_text(when: datetime) -> str:
    """Write a time as documents on disk hold it.

    Parameters
    ----------
    when : datetime
        UTC; a naive one is taken as UTC.

    Returns
    -------
    str
        ``2026-03-01T17:04:09.123456Z``, always with six decimals: the texts sort as the times do.
    """
    return _as_utc(when).isoformat("T", "microseconds")[:26] + "Z"


# Stricter than `datetime.fromisoformat`, which also takes weeks, any separator and bare digits.
# Texts, since compiling would be most of the cost of the import; `re` keeps what it compiled.
_TIME = r"(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?)( ?UTC| ?Z|[+-]\d\d:?\d\d)?"
_DATE = 10  # characters
_GPS_TEXT = r"\d{9,10}(?:\.\d*)?"
_FORMS = (
    "'2026-03-01 17:00:00', with or without seconds, fraction and UTC; "
    "'2026-03-01T17:00:00.5Z' or with an offset as +01:00; '2026-03-01'; "
    "GPS seconds, 1456419618.5; or a datetime"
)


def parse_time(value: datetime | Gps) -> datetime:
    """Read a time from any of the forms in which people give one.

    Parameters
    ----------
    value : datetime, float, int, Decimal or str
        Numbers are GPS times [s]. Text is ``2026-03-01 17:00:00``, the same with ``UTC``, ISO 8601
        with ``Z``, an offset or neither (then UTC), all with or without seconds and fraction; a
        date alone, its midnight; or a GPS time of nine or ten digits, with or without fraction.

    Returns
    -------
    datetime
        Aware, in UTC. Digits of text beyond the microsecond are cut off.

    Raises
    ------
    ValueError
        Neither of these, or no such day or hour; the message says what can be given.
    """
    if isinstance(value, str):
        if len(value) == 27 and value[4:20:3] == "--T::." and value[26] == "Z":
            try:  # what `iso_text` wrote: this is read often
                return datetime.fromisoformat(value)
            except ValueError:
                pass  # told below
        text = value.strip()
        found = re.fullmatch(_TIME, text, re.ASCII)
        if found is not None:
            clock, zone = found.groups()
            try:
                if zone is None or zone[-1] in "CZ":
                    return datetime.fromisoformat(clock).replace(tzinfo=UTC)
                if len(clock) > _DATE:
                    return datetime.fromisoformat(text).astimezone(UTC)
            except (ValueError, OverflowError) as problem:
                raise ValueError(f"no such time, {value!r}: {problem}") from None
        elif re.fullmatch(_GPS_TEXT, text, re.ASCII):
            return utc_from_gps(text)
    elif isinstance(value, datetime):
        return _as_utc(value)
    elif hasattr(value, "__float__"):
        return utc_from_gps(value)
    raise ValueError(f"{value!r} is not a time; what can be given: {_FORMS}")


_NOTHING = timedelta(0)
_KEYS = {
    "system": (),
    "fixed": ("time",),
    "offset": ("seconds",),
    "stepping": ("start", "step"),
}


@dataclass(frozen=True)
class Clock:
    """The setting of a clock: a value, which a store keeps and every process reads from there.

    ``Clock()`` is the system's clock; `of`, `fixed` and `stepping` make the others. Equal settings
    are equal clocks: with an offset of nothing it is the system's, stepping by nothing it is fixed.

    Attributes
    ----------
    time : datetime or None
        Where a clock stands that does not run by itself; None follows the system.
    offset : timedelta
        How far it is ahead of the system; nothing where `time` is set.
    step : timedelta
        What passes from one reading to the next; nothing where `time` is None.
    """

    time: datetime | None = None
    offset: timedelta = _NOTHING
    step: timedelta = _NOTHING

    def __post_init__(self) -> None:
        if self.time is None:
            if self.step:
                raise ValueError("a stepping clock needs the time at which it starts")
            if self.offset:
                try:
                    self.now()
                except OverflowError as problem:
                    raise ValueError(f"{self.offset} from now is no time: {problem}") from None
        elif self.offset:
            raise ValueError("an offset is relative to the system's time: time cannot be set too")
        else:
            object.__setattr__(self, "time", _as_utc(self.time))

    @classmethod
    def of(cls, value: Clock | datetime | timedelta | Gps) -> Clock:
        """Make a clock from what users write.

        Parameters
        ----------
        value : Clock, str, datetime, float or timedelta
            ``"system"``; a `timedelta`: so far ahead of the system; or a time in any form of
            `parse_time`, at which the clock stands.

        Returns
        -------
        Clock
            A `Clock` is given back as it is.

        Raises
        ------
        ValueError
            None of these.
        """
        if isinstance(value, Clock):
            return value
        if isinstance(value, timedelta):
            return cls(offset=value)
        if value == "system":
            return cls()
        return cls.fixed(value)

    @classmethod
    def fixed(cls, time: datetime | Gps) -> Clock:
        """Make a clock that stands still, at a time in any form of `parse_time`."""
        return cls(time=parse_time(time))

    @classmethod
    def stepping(cls, start: datetime | Gps, step: float) -> Clock:
        """Make a clock that is `step` [s] later at every reading.

        `start` is the first reading, in any form of `parse_time`.
        """
        return cls(time=parse_time(start), step=timedelta(seconds=step))

    @property
    def kind(self) -> str:
        """One of ``system``, ``offset``, ``fixed`` and ``stepping``."""
        if self.time is None:
            return "offset" if self.offset else "system"
        return "stepping" if self.step else "fixed"

    def now(self, tick: int = 0) -> datetime:
        """Read the clock.

        Parameters
        ----------
        tick : int
            How often it was read before. Whoever keeps the setting counts. Only a stepping clock
            looks at it; to the other kinds it makes no difference.

        Returns
        -------
        datetime
            Aware, in UTC.
        """
        if self.time is None:
            return datetime.now(UTC) + self.offset
        return self.time + tick * self.step

    def advanced(self, seconds: float) -> Clock:
        """Give this clock set forward by so much [s]; set back, if negative.

        The system's clock becomes one with an offset. A stepping clock starts later, so that what
        was counted so far still counts.

        Raises
        ------
        ValueError
            If that leads to no time.
        """
        try:
            passed = timedelta(seconds=seconds)
            if self.time is None:
                return Clock(offset=self.offset + passed)
            return Clock(time=self.time + passed, step=self.step)
        except (OverflowError, ValueError) as problem:
            raise ValueError(f"a clock cannot go on by {seconds} s: {problem}") from None

    def skipped(self, seconds: float) -> Clock:
        """Give this clock after a wait [s] that was skipped instead of slept through.

        A fixed or a stepping clock is set forward. One that follows the system stays as it is: its
        time passes by itself, and a skipped wait took none.
        """
        return self if self.time is None else self.advanced(seconds)

    def to_json(self) -> dict[str, Any]:
        """Give the setting as a store keeps it, e.g. ``{"kind": "fixed", "time": "…Z"}``."""
        data: dict[str, Any] = {"kind": self.kind}
        if self.time is not None:
            data["start" if self.step else "time"] = iso_text(self.time)
        if self.step:
            data["step"] = self.step.total_seconds()
        if self.offset:
            data["seconds"] = self.offset.total_seconds()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Clock:
        """Read a setting that `to_json` wrote, or a person by hand.

        Parameters
        ----------
        data : mapping
            ``{"kind": "system"}``, ``{"kind": "fixed", "time": …}``,
            ``{"kind": "offset", "seconds": …}`` or
            ``{"kind": "stepping", "start": …, "step": …}``; times in any form of `parse_time`.

        Returns
        -------
        Clock
            The setting.

        Raises
        ------
        ValueError
            An unknown kind, a key missing or too many, or a value that makes no sense.
        """
        kind = data.get("kind")
        if not isinstance(kind, str) or kind not in _KEYS:
            raise ValueError(f"no clock is of kind {kind!r}; there are {', '.join(_KEYS)}")
        keys = _KEYS[kind]
        if set(data) != {"kind", *keys}:
            raise ValueError(
                f"a {kind} clock has the keys {', '.join(('kind', *keys))}, not {list(data)}"
            )
        try:
            if kind == "fixed":
                return cls.fixed(data["time"])
            if kind == "stepping":
                return cls.stepping(data["start"], data["step"])
            return cls(offset=timedelta(seconds=data.get("seconds", 0)))
        except (TypeError, OverflowError) as problem:
            raise ValueError(
                f"not the setting of a {kind} clock: {dict(data)}: {problem}"
            ) from None
