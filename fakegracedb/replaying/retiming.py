"""Alerts with their times moved, so that they look live: by the rules of regeneration."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..alerts import Alert
from ..clock import iso_text, parse_time
from ..regeneration.instants import BILLION, exact_number, gmst, nanoseconds_of, shift_iso
from ..regeneration.shifting import Shift

__all__ = ["retimed"]

_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?: UTC|Z)?")
_GPS = frozenset(
    (
        *("gpstime", "t_0", "t_start", "t_end", "end_time", "start_time", "peak_time"),
        *("geocent_end_time", "h_end_time", "l_end_time", "g_end_time", "t_end_time", "v_end_time"),
    )
)
# what leads to something that keeps its name
_NAMES = frozenset(("self", "file", "filename", "links", "ivorn", "skymap_filename", "tags"))


def retimed(alert: Alert, shift: float) -> Alert:
    """Give an alert with its times moved by whole seconds [s], so that it looks live.

    Notes
    -----
    Dates and GPS times of the packet move, in comments those near the event; sidereal times are
    made anew. Ids, which have a date too, stay as they are, and so do names of files, so that links
    lead somewhere.
    """
    whole = round(shift)
    message = alert.message
    about = message.get("object") or {}
    reference = about.get("t_0") or about.get("gpstime")
    moving = Shift(
        whole * BILLION, reference=None if not reference else nanoseconds_of(repr(reference))
    )
    later = iso_text(parse_time(alert.time) + timedelta(seconds=whole))
    return replace(alert, time=later, text=json.dumps(_moved(message, "", moving)))


def _moved(value: Any, key: str, shift: Shift) -> Any:
    if isinstance(value, dict):
        return {name: _member(value, name, shift) for name in value}
    if isinstance(value, list):
        return [_moved(one, key, shift) for one in value]
    if isinstance(value, str):
        if _TIME.fullmatch(value):
            return shift_iso(value, shift.delta)
        return shift.near_times(value)
    if key in _GPS and isinstance(value, int | float) and not isinstance(value, bool) and value:
        return type(value)(exact_number(repr(value), shift.delta))
    return value


def _member(row: dict[str, Any], name: str, shift: Shift) -> Any:
    value = row[name]
    if name in _NAMES:
        return value
    if name == "end_time_gmst" and value and row.get("end_time"):
        old = row["end_time"] * BILLION + (row.get("end_time_ns") or 0)
        return value + gmst(old + shift.delta) - gmst(old)
    return _moved(value, name, shift)
