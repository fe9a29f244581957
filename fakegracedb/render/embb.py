"""The EMBB log of events, as JSON."""

from __future__ import annotations

from typing import Any

from ..documents import EMBBLog, Event
from ..documents.emobservations import covering
from ..vocabulary import Vocabulary
from .dialect import Dialect
from .events import finite, server_time

__all__ = ["embb_json"]


def embb_json(event: Event, entry: EMBBLog, names: Vocabulary, dialect: Dialect) -> dict[str, Any]:
    """Give an entry, with the box around its fields and the time that its exposures span."""
    ra, ra_width = covering(entry.ra, entry.ra_width, 0.0, 360.0)
    dec, dec_width = covering(entry.dec, entry.dec_width, -90.0, 90.0)
    began = min(entry.gpstime, default=None)
    ends = (sum(one) for one in zip(entry.gpstime, entry.duration, strict=True))
    return {
        "N": entry.N,
        "self": f"{dialect.root}events/{event.graceid}/embb/{entry.N}",
        "created": server_time(entry.created),
        "submitter": entry.submitter,
        "group": entry.group,
        "instrument": entry.instrument,
        "footprintID": entry.footprint_id,
        "waveband": entry.waveband,
        "ra": ra,
        "dec": dec,
        "raWidth": ra_width,
        "decWidth": dec_width,
        "gpstime": began,
        "duration": None if began is None else finite(max(ends) - began),
        "raList": list(entry.ra),
        "decList": list(entry.dec),
        "raWidthList": list(entry.ra_width),
        "decWidthList": list(entry.dec_width),
        "gpstimeList": list(entry.gpstime),
        "durationList": list(entry.duration),
        "eel_status": names.eel_statuses.get(entry.eel_status, entry.eel_status),
        "obs_status": names.obs_statuses.get(entry.obs_status, entry.obs_status),
        "comment": entry.comment,
        "extra_info_dict": entry.extra_info,
    }
