"""What follow-up groups have observed, as JSON: of events, and what superevents share with them."""

from __future__ import annotations

from typing import Any

from ..documents import EMObservation, Event
from ..documents.emobservations import covering
from .dialect import Dialect
from .events import server_time

__all__ = ["emobservation_json", "observed_json", "skymap_viewer_json"]


def _url(event: Event, observation: EMObservation, dialect: Dialect) -> str:
    return f"{dialect.root}events/{event.graceid}/emobservation/{observation.N}"


def emobservation_json(
    event: Event, observation: EMObservation, dialect: Dialect
) -> dict[str, Any]:
    """Give an observation of an event, with the box around it; its newest footprint is first."""
    data = observed_json(observation)
    number, count = data.pop("N"), data.pop("footprint_count")
    return {
        "N": number,
        "footprint_count": count,
        "self": _url(event, observation, dialect),
        **data,
    }


def observed_json(observation: EMObservation) -> dict[str, Any]:
    """Give what is answered of an observation of anything; its newest footprint is first."""
    fields = observation.footprints
    ra, ra_width = covering([f.ra for f in fields], [f.ra_width for f in fields], 0.0, 360.0)
    dec, dec_width = covering([f.dec for f in fields], [f.dec_width for f in fields], -90.0, 90.0)
    footprints = [
        {
            "N": number,
            "ra": one.ra,
            "dec": one.dec,
            "raWidth": one.ra_width,
            "decWidth": one.dec_width,
            "start_time": server_time(one.start_time),
            "exposure_time": one.exposure_time,
        }
        for number, one in enumerate(fields, start=1)
    ]
    return {
        "N": observation.N,
        "footprint_count": len(footprints),
        "created": server_time(observation.created),
        "submitter": observation.submitter,
        "group": observation.group,
        "comment": observation.comment,
        "ra": ra,
        "dec": dec,
        "raWidth": ra_width,
        "decWidth": dec_width,
        "footprints": footprints[::-1],
    }


def skymap_viewer_json(
    event: Event, observation: EMObservation, dialect: Dialect
) -> dict[str, Any]:
    """Give an observation as the sky map viewer reads it: a list a coordinate."""
    footprints = observation.footprints
    return {
        "N": observation.N,
        "self": _url(event, observation, dialect),
        "created": server_time(observation.created),
        "submitter": observation.submitter,
        "comment": observation.comment,
        "footprintID": observation.N,
        "group": observation.group,
        "raList": [one.ra for one in footprints],
        "decList": [one.dec for one in footprints],
        "raWidthList": [one.ra_width for one in footprints],
        "decWidthList": [one.dec_width for one in footprints],
    }
