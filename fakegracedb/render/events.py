"""The event resource, as detail, list, creation and neighbours answer it."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..clock import gps_microseconds, parse_time
from ..documents import Event
from ..documents.attributes import shown
from ..vocabulary import Vocabulary
from .dialect import Dialect

__all__ = ["event_json", "links_json", "neighbors_json", "server_time"]

_INTERNAL_LINKS = ("neighbors", "log", "emobservations", "files", "labels", "self", "tags")
_PATHS = {
    "neighbors": "/neighbors/",
    "log": "/log/",
    "emobservations": "/emobservation/",
    "files": "/files/",
    "labels": "/labels/",
    "self": "",
    "tags": "/tag/",
}


def server_time(created: str) -> str:
    """Give a time of a document as the server writes it: without its fraction."""
    return f"{created[:10]} {created[11:19]} UTC"


def finite(value: float | None) -> float | None:
    """Give a number that JSON can hold; infinities and NaN are null."""
    return value if value is None or math.isfinite(value) else None


@lru_cache(maxsize=4096)  # who tells of a superevent tells of its events again and again
def latency(created: str, gpstime: float | None) -> float | None:
    """Give the reporting latency [s], to the microsecond; None without a gpstime.

    Parameters
    ----------
    created : str
        As documents have it.
    gpstime : float or None
        GPS time of the event [s].
    """
    if not gpstime or not math.isfinite(gpstime):
        return None
    exact = Decimal(gps_microseconds(parse_time(created))).scaleb(-6) - Decimal(repr(gpstime))
    return round(float(exact), 6)


def links_json(graceid: str, dialect: Dialect) -> dict[str, str]:
    """Give the links of an event; v2 has none to EM observations, which it retired."""
    base = f"{dialect.root}events/{graceid}"
    return {
        name: base + _PATHS[name]
        for name in _INTERNAL_LINKS
        if name != "emobservations" or not dialect.v2
    }


def event_json(
    event: Event, names: Vocabulary, dialect: Dialect, *, internal: bool = True
) -> dict[str, Any]:
    """Give an event as the API answers it.

    Parameters
    ----------
    event : Event
        The document.
    names : Vocabulary
        Whose order of labels holds.
    dialect : Dialect
        The base that answers.
    internal : bool
        Whether the reader belongs to the collaboration; others see less of the sub-tables.
    """
    extra = shown(event.extra_attributes)
    data: dict[str, Any] = {
        "submitter": event.submitter,
        "created": server_time(event.created),
        "group": event.group,
        "pipeline": event.pipeline,
        "graceid": event.graceid,
        "gpstime": finite(event.gpstime),
        "reporting_latency": latency(event.created, event.gpstime),
        "instruments": event.instruments,
        "nevents": event.nevents,
        "offline": event.offline,
        "search": event.search,
        "far": finite(event.far),
        "far_is_upper_limit": False,  # the floor below which external users see a limit is 0
        "likelihood": finite(event.likelihood),
        "labels": sorted((label.name for label in event.labels), key=names.label_rank),
        "extra_attributes": extra if internal else _cut(extra),
        "superevent": event.superevent,
        "links": links_json(event.graceid, dialect),
    }
    if dialect.new:
        data["replay_id"] = event.replay_id
    return data


def _cut(extra: dict[str, Any]) -> dict[str, Any]:
    """Give what external users see of the sub-tables."""
    cut: dict[str, Any] = {}
    if "SingleInspiral" in extra:
        keys = ("ifo", "end_time", "end_time_ns")
        cut["SingleInspiral"] = [{key: row[key] for key in keys} for row in extra["SingleInspiral"]]
    if "MultiBurst" in extra:
        burst = extra["MultiBurst"]
        cut["MultiBurst"] = {key: burst[key] for key in ("ifos", "single_ifo_times")}
    return cut


def neighbors_json(
    event: Event, found: list[dict[str, Any]], window: tuple[int, int], url: str, dialect: Dialect
) -> dict[str, Any]:
    """Give the neighbours of an event."""
    return {
        "neighbors": found,
        "neighborhood": list(window),
        "numRows": len(found),
        "links": {"self": url, "event": f"{dialect.root}events/{event.graceid}"},
    }
