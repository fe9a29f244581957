"""VOEvents of external observatories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fakegracedb.clock import gps_from_utc
from fakegracedb.documents.attributes import TABLES

from ..stretches import Content
from . import Reading
from .elements import Element, read_document
from .instants import gps_from_tdb, parse_iso
from .objects import event, row

__all__ = ["read_voevent"]

_GRB = TABLES["GRB"]
_IDENTIFIERS = ("TrigID", "Trans_Num", "EventID", "Burst_Id", "event_no")
_DURATIONS = (
    *("Trig_Dur", "Trans_Duration", "Data_Integ", "Integ_Time", "Trig_Timescale", "Timescale"),
    "sampling_time",
)
_GROUPS = ("Svom_Identifiers", "Detection_Info", "observatory parameters", "event parameters")


def read_voevent(content: Content) -> Reading:
    """Read a VOEvent of version 2.0.

    Parameters
    ----------
    content : bytes, memoryview or Stretch
        The document.

    Returns
    -------
    Reading
        Time and rate of false alarms [Hz, whatever its unit], and keys of the member `GRB`. A
        rate, and a duration other than 0, that the document does not give are left as they are.

    Raises
    ------
    Exception
        Of several kinds, with the texts of the field's tools: if it is not XML, of another
        version, lacks an element that it must have, or says what cannot be stored.
    """
    root = read_document(content)
    version = root.attributes["version"]
    if version != "2.0":
        raise ValueError(f"Unsupported VOEvent schema version:{version}")
    values: dict[str, Any] = {"gpstime": _gpstime(root)}
    who, how = root.child("Who"), root.child("How")
    data = root.child("WhereWhen").child("ObsDataLocation")
    changes: dict[str, Any] = {
        "ivorn": root.attributes["ivorn"],
        "author_ivorn": who.child("AuthorIVORN").text,
        "author_shortname": who.child("Author").child("shortName").text,
        "observatory_location_id": data.child("ObservatoryLocation").attributes["id"],
        **_position(data.child("ObservationLocation")),
        "how_description": how.child("Description").text,
        "how_reference_url": how.child("Reference").attributes["uri"],
    }
    params = _params(root.child("What"))
    changes["trigger_id"] = _first(params, _IDENTIFIERS)
    duration = _first(params, _DURATIONS)
    if duration is not None and (seconds := float(duration)):
        changes["trigger_duration"] = seconds
    if "FAR" in params:
        values["far"] = float(params["FAR"]["value"])
    return Reading(values=event(**values), updates={"GRB": row(_GRB, changes)})


def _gpstime(root: Element) -> float:
    try:
        data = root.child("WhereWhen").child("ObsDataLocation")
        coords = data.child("ObservationLocation").child("AstroCoords")
        scale = coords.attributes["coord_system_id"].split("-")[0]
        if scale in ("TT", "GPS"):
            raise NotImplementedError(
                f"Conversion from time-system '{scale}' to UTC not yet implemented"
            )
        if scale not in ("UTC", "TDB"):
            raise ValueError(f"Unrecognised time-system: {scale} (badly formatted VOEvent?)")
        text = coords.child("Time").child("TimeInstant").child("ISOTime").text
    except AttributeError:  # the field's tools then give no time, which the server converts
        raise AttributeError("'NoneType' object has no attribute 'timetuple'") from None
    when, offset = parse_iso(text)
    # The server converts what the clock showed, and forgets where the clock was.
    return gps_from_utc(when) if scale == "UTC" else gps_from_tdb(when - offset)


def _position(location: Element) -> dict[str, Any]:
    position = location.child("AstroCoords").child("Position2D")
    system = location.child("AstroCoordSystem").attributes["id"]
    if any(position.all("Name1")):
        names = position.child("Name1").text, position.child("Name2").text
        if names != ("RA", "Dec"):
            raise AssertionError  # it has no text on the server either
    value = position.child("Value2")
    if "unit" not in position.attributes:  # which is not looked at
        raise KeyError("unit")
    return {
        "ra": value.child("C1").number,
        "dec": value.child("C2").number,
        "error_radius": position.child("Error2Radius").number,
        "coord_system": system,
    }


def _params(what: Element) -> dict[str | None, dict[str, str]]:
    """Give the attributes of the parameters, those of no group and of some groups, by name."""
    if what.namespace:  # only elements of no namespace are looked for
        return {}
    groups = [group for group in what.all("Group") if group.attributes.get("name") in _GROUPS]
    params: dict[str | None, dict[str, str]] = {}
    for parent in (what, *groups):
        for param in parent.all("Param"):
            params.setdefault(param.attributes.get("name"), param.attributes)
    return params


def _first(params: dict[str | None, dict[str, str]], names: Iterable[str]) -> str | None:
    """Give the value of the first of these parameters that there is."""
    for name in names:
        if name in params:
            return params[name]["value"]
    return None
