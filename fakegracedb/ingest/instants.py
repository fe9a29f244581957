"""Times as notices of external observatories write them, to GPS."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from math import sin

from fakegracedb.clock import GPS_EPOCH, gps_from_utc

__all__ = ["gps_from_jd", "gps_from_tdb", "parse_iso"]

_JD_OF_GPS_EPOCH = 2444244.5
_DAY = 86400 * 10**6  # µs
_MICROSECOND = timedelta(microseconds=1)

# ISO 8601 as the field's tools take it: dashes and colons may be missing, and so may all that
# follows the year, the month, the day, the hour or the minute.
_ZONE = r"Z|(?P<sign>[+-])(?P<zone_hour>[0-9]{2}):?(?P<zone_minute>[0-9]{2})?"
_CLOCK = (
    r"[ T](?P<hour>[0-9]{2})(?::?(?P<minute>[0-9]{2}))?"
    rf"(?::?(?P<second>[0-9]{{1,2}})(?:[.,](?P<fraction>[0-9]+))?)?(?:{_ZONE})?"
)
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?:(?:-(?P<month>[0-9]{1,2})|(?P<mm>[0-9]{2})(?!$))"
    rf"(?:(?:-(?P<day>[0-9]{{1,2}})|(?P<dd>[0-9]{{2}}))(?:{_CLOCK})?)?)?$"
)


def parse_iso(text: str) -> tuple[datetime, timedelta]:
    """Read an ISO 8601 time.

    Parameters
    ----------
    text : str
        The time.

    Returns
    -------
    datetime
        What the clock showed, as if it had been UTC; the fraction is cut to microseconds.
    timedelta
        How far that clock is ahead of UTC: the offset that `text` has.

    Raises
    ------
    ValueError
        If it is none, or there is no such day or hour.
    """
    found = _ISO.match(text)
    if found is None:
        raise ValueError(f"Unable to parse date string {text!r}")

    def part(*names: str, default: int = 0) -> int:
        return next((int(found[name]) for name in names if found[name] is not None), default)

    when = datetime(
        part("year"),
        part("month", "mm", default=1),
        part("day", "dd", default=1),
        part("hour"),
        part("minute"),
        part("second"),
        int((found["fraction"] or "")[:6].ljust(6, "0")),
        UTC,
    )
    offset = timedelta(hours=part("zone_hour"), minutes=part("zone_minute"))
    return when, -offset if found["sign"] == "-" else offset


def gps_from_jd(days: float) -> float:
    """GPS time [s] for a Julian date of UTC [days].

    Raises
    ------
    ValueError, OverflowError
        If it is not finite, before the GPS epoch, or after the year 9999.
    """
    whole, part = divmod(days - _JD_OF_GPS_EPOCH, 1)  # taken apart, so that no digit is lost
    return gps_from_utc(GPS_EPOCH + timedelta(int(whole), microseconds=round(part * _DAY)))


# Where the clock of the solar system's barycentre goes ahead of clocks on Earth: the largest terms
# of the series of Fairhead and Bretagnon, amplitude [µs], frequency [rad / 1000 yr], phase [rad].
# fmt: off
_PERIODIC = (
    (1656.674564, 6283.075849991, 6.240054195), (22.417471, 5753.384884897, 4.296977442),
    (13.839792, 12566.151699983, 6.196904410), (4.770086, 529.690965095, 0.444401603),
    (4.676740, 6069.776754553, 4.021195093), (2.256707, 213.299095438, 5.543113262),
    (1.694205, -3.523118349, 5.025132748), (1.554905, 77713.771467920, 5.198467090),
    (1.276839, 7860.419392439, 5.988822341), (1.193379, 5223.693919802, 3.649823730),
    (1.115322, 3930.209696220, 1.422745069), (0.794185, 11506.769769794, 2.322313077),
    (0.600309, 1577.343542448, 2.678271909), (0.496817, 6208.294251424, 5.696701824),
    (0.486306, 5884.926846583, 0.520007179), (0.468597, 6244.942814354, 5.866398759),
    (0.447061, 26.298319800, 3.615796498), (0.435206, -398.149003408, 4.349338347),
    (0.432392, 74.781598567, 2.435898309), (0.375510, 5507.553238667, 4.103476804),
)
# fmt: on
_GROWING = (102.156724, 6283.075849991, 4.249032005)  # amplitude [µs / 1000 yr]
_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_MILLENNIUM = 365250 * _DAY  # µs
_TT_AHEAD_OF_GPS = 51_184_000  # µs


def gps_from_tdb(when: datetime) -> float:
    """GPS time for a barycentric dynamical time.

    Parameters
    ----------
    when : datetime
        What a clock of that scale shows, as if it were UTC.

    Returns
    -------
    float
        GPS time [s], rounded to microseconds.

    Notes
    -----
    From 1980 to 2100 within 1.5 µs of the full series, at the centre of the Earth.
    """
    millennia = (when - _J2000) // _MICROSECOND / _MILLENNIUM
    ahead = sum(size * sin(rate * millennia + phase) for size, rate, phase in _PERIODIC)
    size, rate, phase = _GROWING
    ahead += millennia * size * sin(rate * millennia + phase)
    return ((when - GPS_EPOCH) // _MICROSECOND - _TT_AHEAD_OF_GPS - round(ahead)) / 10**6
