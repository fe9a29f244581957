"""Times of event files, exact to the nanosecond: what users write, and the texts in files."""

from __future__ import annotations

import operator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any, TypeAlias

from fakegracedb.clock import gps_microseconds, parse_time, utc_from_gps

__all__ = [
    "BILLION",
    "When",
    "gps_float",
    "gps_split",
    "gps_text",
    "in_utc",
    "iso_text",
    "mjd",
    "nanoseconds",
]

When: TypeAlias = "float | str | Decimal | datetime"

BILLION = 1_000_000_000

_EXACTLY = Context(prec=40, rounding=ROUND_HALF_EVEN)
_MOST = (2**31 - 1) * BILLION + BILLION - 1  # what the integer columns of event files hold
_MJD_OF_GPS_EPOCH = 44244
_GPS_EPOCH = datetime(1980, 1, 6)  # naive: only for differences of days


def nanoseconds(name: str, when: When) -> int:
    """Give a time as whole nanoseconds since the GPS epoch.

    Parameters
    ----------
    name : str
        The argument, for the message.
    when : float, int, str, Decimal or datetime
        GPS [s], or UTC. A float stands for the shortest decimal number that it is the nearest to:
        1400000000.1 is exactly that.

    Returns
    -------
    int
        GPS time [ns], rounded, a half to the even one.

    Raises
    ------
    ValueError
        Not a time, before 1980-01-06, or after January 2048, which event files cannot hold.
    """
    count = _count(name, when)
    if not 0 <= count <= _MOST:
        raise ValueError(f"{name}: {when!r} is not between 1980-01-06 and 2048-01-24")
    return count


def _count(name: str, when: Any) -> int:
    try:
        if isinstance(when, bool | bytes):
            raise ValueError
        if isinstance(when, datetime):
            return gps_microseconds(when) * 1000
        if isinstance(when, str | Decimal):
            number = Decimal(when)
        elif hasattr(when, "__index__"):
            number = Decimal(operator.index(when))
        else:
            number = Decimal(repr(float(when)))
    except InvalidOperation:
        return _utc(name, when)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"{name}: {when!r} is not a time{_reason(problem)}") from None
    try:
        return int(number.scaleb(9, _EXACTLY).to_integral_value(ROUND_HALF_EVEN, _EXACTLY))
    except (InvalidOperation, OverflowError, ValueError):
        raise ValueError(f"{name}: {when!r} is not a time") from None


def _utc(name: str, text: str) -> int:
    try:
        return gps_microseconds(parse_time(text)) * 1000
    except ValueError as problem:
        raise ValueError(f"{name}: {problem}") from None


def _reason(problem: Exception) -> str:
    return f": {problem}" if isinstance(problem, ValueError) and str(problem) else ""


def gps_split(count: int) -> tuple[int, int]:
    """Give whole seconds and the nanoseconds beyond them, as event files have them."""
    return divmod(count, BILLION)


def gps_float(count: int) -> float:
    """Give the float nearest to a GPS time [s] of so many nanoseconds."""
    return count / BILLION


def gps_text(count: int, decimals: int = 0) -> str:
    """Write a GPS time [s] exactly, with at least so many decimals."""
    seconds, rest = divmod(count, BILLION)
    fraction = f"{rest:09d}".rstrip("0").ljust(decimals, "0")
    return f"{seconds}.{fraction}" if fraction else str(seconds)


def in_utc(count: int) -> bool:
    """Whether a text in UTC can say a GPS time [ns]: not if it is within a leap second."""
    seconds = count // BILLION
    return gps_microseconds(utc_from_gps(seconds)) == seconds * 1_000_000


def iso_text(name: str, count: int, decimals: int = 0, *, most: int = 9) -> str:
    """Write a GPS time as UTC.

    Parameters
    ----------
    name : str
        The argument, for the message.
    count : int
        GPS time [ns].
    decimals, most : int
        At least and at most so many decimals of the second; more are cut off.

    Returns
    -------
    str
        ``2024-05-18T16:53:02.25``, without a zone.

    Raises
    ------
    ValueError
        Within a leap second, which such a text cannot say.
    """
    when, rest = _utc_seconds(name, count)
    fraction = f"{rest:09d}"[:most].rstrip("0").ljust(decimals, "0")
    text = when.replace(tzinfo=None).isoformat("T", "seconds")
    return f"{text}.{fraction}" if fraction else text


def mjd(name: str, count: int) -> float:
    """Give a GPS time as a modified Julian date of UTC [d], to nine decimals (0.1 ms)."""
    when, rest = _utc_seconds(name, count)
    since: timedelta = when.replace(tzinfo=None) - _GPS_EPOCH
    of_day = since.seconds * BILLION + rest
    return round(_MJD_OF_GPS_EPOCH + since.days + of_day / (86400 * BILLION), 9)


def _utc_seconds(name: str, count: int) -> tuple[datetime, int]:
    seconds, rest = divmod(count, BILLION)
    if not in_utc(count):
        raise ValueError(f"{name}: GPS {seconds} is a leap second, which a UTC text cannot say")
    return utc_from_gps(seconds), rest
