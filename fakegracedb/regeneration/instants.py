"""Times as texts write them, moved exactly: decimal seconds, UTC, days and sidereal time.

Times and shifts are whole nanoseconds. A text keeps its form. Where the shift has more digits than
the text, it is the shift that is rounded, a half to the even one, and not their sum: so a shift and
its opposite give every text back.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal

from ..clock import GPS_EPOCH, LEAP_SECONDS

__all__ = [
    "BILLION",
    "DAY",
    "SIDEREAL_DAY",
    "decimal_seconds",
    "exact_number",
    "gmst",
    "iso_to_gps",
    "nanoseconds_of",
    "same_width",
    "shift_days",
    "shift_iso",
    "shift_number",
    "shift_truncated_day",
    "utc_count",
]

BILLION = 1_000_000_000
DAY = 86400 * BILLION  # ns
SIDEREAL_DAY = 86_164_090_500_000  # ns

_EXACTLY = Context(prec=60, rounding=ROUND_HALF_EVEN)
_EPOCH = GPS_EPOCH.date()
_MJD_OF_EPOCH = 44244
_TJD_OF_EPOCH = 4244
_UTC_STEPS = [(date.fromisoformat(day) - _EPOCH).days * DAY for day in LEAP_SECONDS]
_GPS_STEPS = [step + place * BILLION for place, step in enumerate(_UTC_STEPS)]


def nanoseconds_of(seconds: str | Decimal | int | float) -> int:
    """Give a number of seconds as whole nanoseconds.

    Parameters
    ----------
    seconds : str, Decimal, int or float
        A float stands for the shortest decimal number that it is the nearest to.

    Raises
    ------
    ValueError
        Not a number, or one with digits beyond the nanosecond.
    """
    try:
        number = Decimal(repr(seconds) if isinstance(seconds, float) else seconds)
        count = number.scaleb(9, _EXACTLY)
        if count == (whole := count.to_integral_value()):
            return int(whole)
    except (ArithmeticError, ValueError, TypeError):
        raise ValueError(f"{seconds!r} is not a number of seconds") from None
    raise ValueError(f"{seconds} s has more digits than nanoseconds, which is as fine as times go")


def decimal_seconds(count: int) -> str:
    """Write nanoseconds as seconds, with no more decimals than it takes."""
    sign, count = ("-", -count) if count < 0 else ("", count)
    seconds, rest = divmod(count, BILLION)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    return f"{sign}{seconds}{fraction}"


def _rounded(count: int, unit: int) -> int:
    """Round to a multiple of a unit, a half to the even one."""
    whole, rest = divmod(count, unit)
    if 2 * rest > unit or (2 * rest == unit and whole % 2):
        whole += 1
    return whole * unit


def _resolution(decimals: int) -> int:
    unit: int = 10 ** max(0, 9 - decimals)
    return unit


def same_width(new: str, like: str) -> str:
    """Fill a whole number up with zeros, if the one that it replaces was."""
    return new.zfill(len(like)) if len(like) > 1 and like[0] == "0" else new


def shift_number(text: str, delta: int) -> str:
    """Move a decimal number of seconds, and keep the number of its decimals.

    Raises
    ------
    ValueError
        Not a number.
    """
    number = _decimal(text)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    decimals = max(0, -exponent)
    moved = number + Decimal(_rounded(delta, _resolution(decimals))).scaleb(-9, _EXACTLY)
    return f"{moved:.{decimals}f}"


def exact_number(text: str, delta: int, *, point: bool = False) -> str:
    """Move a decimal number of seconds exactly: it gets the decimals that this takes.

    Parameters
    ----------
    point : bool
        One that was written with a point keeps one, as JSON has it: ``1400000000.0``.
    """
    number = _decimal(text)
    _, _, fraction = text.partition(".")
    moved = f"{_EXACTLY.add(number, Decimal(delta).scaleb(-9, _EXACTLY)):f}"
    seconds, _, rest = moved.partition(".")
    rest = rest.rstrip("0")
    if len(fraction) > 1 and fraction.endswith("0"):  # it is written to so many places
        rest = rest.ljust(len(fraction), "0")
    elif point and fraction:
        rest = rest or "0"
    return f"{seconds}.{rest}" if rest else seconds


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
        if number.is_finite():
            return number
    except ArithmeticError:
        pass
    raise ValueError(f"{text!r} is not a number")


# UTC

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:([T ])(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(.*)", re.ASCII | re.S
)


def utc_count(gps: int) -> tuple[int, bool]:
    """Give UTC nanoseconds since the GPS epoch without leap seconds, and whether within one."""
    passed = sum(1 for step in _GPS_STEPS if step + BILLION <= gps)
    within = any(step <= gps < step + BILLION for step in _GPS_STEPS)
    return gps - passed * BILLION, within


def _gps_count(utc: int, within: bool = False) -> int:
    """Give GPS nanoseconds; `within` a leap second, the text of which has second 60."""
    passed = sum(1 for step in _UTC_STEPS if step <= utc)
    return utc + (passed - within) * BILLION


@dataclass(frozen=True, slots=True)
class _Instant:
    """A UTC text taken apart: its time since the GPS epoch [ns], and how it is written."""

    utc: int
    within: bool  # a leap second
    unit: int  # [ns]
    decimals: int
    between: str  # date and time
    zone: str

    @property
    def gps(self) -> int:
        return _gps_count(self.utc, self.within)


def _parsed(text: str) -> _Instant:
    found = _ISO.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a time")
    year, month, day, between, hour, minute, second, fraction, zone = found.groups()
    try:
        days = (date(int(year), int(month), int(day)) - _EPOCH).days
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time: {error}") from None
    hours, minutes, seconds = (int(part or 0) for part in (hour, minute, second))
    decimals = len(fraction or "")
    if hours > 23 or minutes > 59 or seconds > 60:
        raise ValueError(f"{text!r} is not a time")
    if decimals > 9:
        raise ValueError(f"{text!r} is finer than nanoseconds")
    rest = int((fraction or "").ljust(9, "0"))
    utc = days * DAY + (hours * 3600 + minutes * 60 + seconds) * BILLION + rest
    unit = _resolution(decimals)
    if second is None:
        unit = DAY if hour is None else 60 * BILLION
    return _Instant(utc, seconds == 60, unit, decimals, between or "", zone)


def shift_iso(text: str, delta: int) -> str:
    """Move a time in UTC, by way of GPS so that leap seconds count.

    Parameters
    ----------
    text : str
        ISO 8601 with any number of decimals, or only to the minute or the day; what follows it
        (``Z``, `` UTC``, an offset) stays. A leap second is second 60.

    Raises
    ------
    ValueError
        No time, or no such day or hour; or it would leave the years 1 to 9999.
    """
    old = _parsed(text)
    if old.unit > BILLION:
        utc, within = old.utc + _rounded(_shift_utc(old.utc, delta), old.unit), False
    else:
        utc, within = utc_count(old.gps + _rounded(delta, old.unit))
    days, of_day = divmod(utc - BILLION * within, DAY)
    seconds, rest = divmod(of_day, BILLION)
    try:
        day = (_EPOCH + timedelta(days=days)).isoformat()
    except OverflowError:
        raise ValueError(f"{text!r} would leave the calendar") from None
    if not old.between:
        return day + old.zone
    written = f"{day}{old.between}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    if old.unit <= BILLION:
        written += f":{seconds % 60 + within:02d}"
        written += f".{rest:09d}"[: old.decimals + 1] if old.decimals else ""
    return written + old.zone


def iso_to_gps(text: str) -> int:
    """Give the GPS time [ns] that a UTC text says."""
    return _parsed(text).gps


def _shift_utc(utc: int, delta: int) -> int:
    """Give by how much a time in UTC [ns since the GPS epoch] moves when its GPS time does."""
    return utc_count(_gps_count(utc) + delta)[0] - utc


def shift_days(text: str, delta: int) -> str:
    """Move a modified Julian date (UTC), and keep the number of its decimals."""
    number = _decimal(text)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    decimals = max(0, -exponent)
    utc = int((number - _MJD_OF_EPOCH) * DAY)
    days = _EXACTLY.divide(Decimal(_shift_utc(utc, delta)), Decimal(DAY))
    moved = number + days.quantize(Decimal(1).scaleb(-decimals), context=_EXACTLY)
    return f"{moved:.{decimals}f}"


def shift_truncated_day(day: str, seconds: str, delta: int) -> tuple[str, str]:
    """Move a truncated Julian day (UTC) with its second of the day, each in its form."""
    decimals = len(seconds.partition(".")[2])
    of_day = int(_decimal(seconds).scaleb(9, _EXACTLY))
    utc = (int(day) - _TJD_OF_EPOCH) * DAY + of_day
    moved = utc + _shift_utc(utc, _rounded(delta, _resolution(decimals)))
    days, of_day = divmod(moved, DAY)
    whole, rest = divmod(of_day, BILLION)
    written = same_width(str(whole), seconds.partition(".")[0])
    if decimals:
        written += "." + f"{rest:09d}".ljust(decimals, "0")[:decimals]
    return str(days + _TJD_OF_EPOCH), written


def gmst(gps: int) -> float:
    """Give Greenwich mean sidereal time.

    Parameters
    ----------
    gps : int
        GPS time [ns].

    Returns
    -------
    float
        [rad], not reduced to one turn.

    Notes
    -----
    IAU 1982, with UTC for UT1. The whole second makes a Julian date in double precision, and what
    is beyond it is added apart, as the columns of event files were computed.
    """
    seconds, rest = divmod(utc_count(gps)[0], BILLION)
    high = ((seconds / 86400.0 + _MJD_OF_EPOCH + 2400000.5) - 2451545.0) / 36525.0
    low = rest / (1e9 * 36525.0 * 86400.0)
    both = high + low
    sidereal = 67310.54841 + (0.093104 - 6.2e-6 * both) * both * both
    sidereal += 8640184.812866 * low + 3155760000.0 * low
    sidereal += 8640184.812866 * high + 3155760000.0 * high
    return sidereal * math.pi / 43200.0
