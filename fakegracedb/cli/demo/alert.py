"""The alert of a superevent: the document that a notice is, made from what the server tells."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...clock import utc_from_gps

__all__ = ["alert"]


def alert(
    superevent: Mapping[str, Any],
    alert_type: str,
    when: datetime,
    *,
    skymap: bytes,
    classification: bytes,
) -> bytes:
    """Make an alert.

    Parameters
    ----------
    superevent : mapping
        The superevent as the API answers it to insiders; it has a rate of false alarms.
    alert_type : str
        As ``INITIAL``.
    when : datetime
        The time at which it is made, UTC.
    skymap, classification : bytes
        The files: of many orders as FITS, and of probabilities as JSON.

    Returns
    -------
    bytes
        JSON, as the schema of igwn-gwalert wants it.
    """
    preferred = superevent["preferred_event_data"]
    page = superevent["links"]["self"].replace("/api/", "/", 1)
    event = {
        "time": f"{utc_from_gps(superevent['t_0']):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        "far": superevent["far"],
        "significant": True,
        "instruments": sorted(preferred["instruments"].split(",")),
        "group": preferred["group"],
        "pipeline": preferred["pipeline"],
        "search": preferred["search"] or "",  # it cannot be null there
        "properties": {},
        "classification": json.loads(classification),
        "duration": None,
        "central_frequency": None,
        "skymap": b64encode(skymap).decode(),
    }
    document = {
        "alert_type": alert_type,
        "time_created": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "superevent_id": superevent["superevent_id"],
        "urls": {"gracedb": f"{page}view/"},
        "event": event,
        "external_coinc": None,
    }
    return json.dumps(document, indent=1).encode()
