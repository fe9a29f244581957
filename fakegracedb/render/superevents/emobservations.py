"""What follow-up groups have observed of superevents, as JSON."""

from __future__ import annotations

from typing import Any

from ...documents import EMObservation
from ..emobservations import observed_json

__all__ = ["emobservation_json"]

_KEYS = (
    *("created", "N", "submitter", "group", "ra", "raWidth", "dec", "decWidth"),
    *("comment", "footprint_count", "footprints"),
)
_FOOTPRINT_KEYS = ("exposure_time", "start_time", "N", "raWidth", "decWidth", "ra", "dec")


def emobservation_json(observation: EMObservation) -> dict[str, Any]:
    """Give an observation of a superevent: what events answer, without links, in another order."""
    data = observed_json(observation)
    data["footprints"] = [
        {key: footprint[key] for key in _FOOTPRINT_KEYS} for footprint in data["footprints"]
    ]
    return {key: data[key] for key in _KEYS}
