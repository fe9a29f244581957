"""Times and rates as the verbs that look into a store write them."""

from __future__ import annotations

from ...clock import gps_from_utc, parse_time, utc_from_gps
from ..tables import together

__all__ = ["GPS_UTC", "column_time", "gps_text", "instant", "rate", "times"]

GPS_UTC = "GPS time, UTC"  # heads two times in a column, which folds between them


def times(gps: float | None) -> tuple[str, str]:
    """Give a GPS time [s] in digits, and as UTC with milliseconds."""
    if gps is None:
        return "", ""
    try:
        utc = utc_from_gps(gps).isoformat(" ", "milliseconds")[:23]
    except ValueError:  # whatever somebody has uploaded
        utc = ""
    return f"{gps:.6f}".rstrip("0").rstrip("."), utc


def column_time(gps: float | None) -> str:
    """Give a GPS time [s] for a column of `GPS_UTC`."""
    digits, utc = times(gps)
    return f"{digits:<{len('1456419600.123456')}} {together(utc)}".strip()


def instant(text: str) -> str:
    """Give a time of the server, 2026-03-01 17:04:09 UTC, as it is and in GPS seconds."""
    return f"{text} (GPS {gps_text(text)})"


def gps_text(text: str) -> str:
    """Give a time of the server in whole GPS seconds."""
    return f"{gps_from_utc(parse_time(text)):.0f}"


def rate(far: float | None) -> str:
    """Give a false alarm rate in Hz, and as so many years that one takes."""
    if far is None:
        return ""
    if not far > 0:
        return f"{far:g} Hz"
    years = 1 / far / (365.25 * 86400)
    often = f"one in {years:.3g} years" if years >= 1 else f"one in {years * 365.25:.3g} days"
    return f"{far:g} Hz ({often})"
