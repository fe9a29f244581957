"""JSON notices of external observatories."""

from __future__ import annotations

import re
from typing import Any

from fakegracedb.clock import gps_from_utc
from fakegracedb.documents.attributes import TABLES

from . import Reading
from .instants import gps_from_jd, parse_iso
from .objects import event, number, row, shown, text

__all__ = ["read_notice"]

_GRB = TABLES["GRB"]
_ERRORS = ("dec_uncertainty", "ra_uncertainty", "ra_dec_error")
_DURATIONS = ("rate_duration", "image_duration")

_iso = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?)Z?", re.ASCII).fullmatch


def read_notice(data: Any, pipeline: str) -> Reading:
    """Read a notice.

    Parameters
    ----------
    data : Any
        What the JSON text says; an object, if it is a notice.
    pipeline : str
        Name. Whether the notice is of this mission is not asked.

    Returns
    -------
    Reading
        Time and rate of false alarms [Hz], and keys of the member `GRB`. A duration other than 0
        that the notice does not give is left as it is; all else is overwritten.

    Raises
    ------
    AttributeError
        If `data` is no object.
    TypeError, ValueError, OverflowError, IndexError
        If there is no time in it, or what cannot be stored. Null is as if the key were not there.
    """
    instrument = text(data.get("instrument"))
    values = event(gpstime=_gpstime(data), far=data.get("far"))
    described, identified = f"{pipeline} Satellite", f"ivo://nasa.gsfc.gcn/{pipeline}"
    if instrument is not None:
        described += f", {instrument} Instrument"
        identified += f"/{instrument}"
    ivorn = data.get("ivorn")
    changes = {
        "ra": data.get("ra"),
        "dec": data.get("dec"),
        "error_radius": _radius(data),
        "how_description": described,
        "how_reference_url": data.get("data_archive_page"),
        "ivorn": identified if ivorn is None else ivorn,
        "author_ivorn": "ivo://nasa.gsfc.tan/gcn",
        "author_shortname": pipeline,
        "observatory_location_id": "GEOLUN",
        "coord_system": "UTC-FK5-GEO",
        "trigger_id": _identifier(data),
    }
    duration = _first(data, _DURATIONS)
    if duration is not None:
        changes["trigger_duration"] = duration
    found = row(_GRB, changes)
    if found.get("trigger_duration") == 0:
        del found["trigger_duration"]
    return Reading(values=values, updates={"GRB": found})


def _gpstime(data: dict[str, Any]) -> float:
    time = data.get("trigger_time")
    if time is None:
        days = number(data.get("jd"))
        if days is None:
            raise ValueError("a notice needs the key trigger_time or jd")
        return gps_from_jd(days)
    found = _iso(time) if isinstance(time, str) else None
    if found is None:
        raise ValueError(f"trigger_time {shown(time)} is not a time as 2024-08-24T02:14:40.43Z")
    return gps_from_utc(parse_iso(found[1])[0])


def _radius(data: dict[str, Any]) -> Any:
    found = _first(data, _ERRORS)
    return found[0] if isinstance(found, list) else found


def _identifier(data: dict[str, Any]) -> Any:
    found = _first(data, ("objectId", "id"))
    return "_".join(str(text(one)) for one in found) if isinstance(found, list) else found


def _first(data: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((data[key] for key in keys if data.get(key) is not None), None)
