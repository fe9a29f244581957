"""Event files made from what a server tells of an event, where the file itself is not to be had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .. import samples

__all__ = ["stand_in"]


def stand_in(event: Mapping[str, Any]) -> tuple[str, bytes]:
    """Give the name and the content of a file that makes an event of the same numbers.

    Parameters
    ----------
    event : mapping
        The event as answered; readers without credentials see less of it.
    """
    extra = event.get("extra_attributes") or {}
    gpstime = event.get("gpstime")
    if gpstime is None:
        return "event.data", b"nothing is known of this event\n"
    ifos = event.get("instruments") or "H1,L1"
    far = event.get("far")
    if "CoincInspiral" in extra or "SingleInspiral" in extra:
        return "coinc.xml", _coinc(event, extra, ifos)
    if "MultiBurst" in extra:
        return "trigger.txt", samples.cwb_text(repr(gpstime), ifos=ifos, far=far or 0.0)
    if "GRB" in extra:
        return "notice.json", samples.grb_json(repr(gpstime), pipeline=event["pipeline"])
    document = {"gpstime": gpstime, "far": far, "FAR": far, "ifos": ifos, "instruments": ifos}
    return "event.json", json.dumps(document).encode()


def _coinc(event: Mapping[str, Any], extra: Mapping[str, Any], ifos: str) -> bytes:
    coinc = extra.get("CoincInspiral") or {}
    rows = [row for row in extra.get("SingleInspiral") or () if row.get("ifo")]
    numbers: dict[str, Any] = {}
    times = {
        row["ifo"]: f"{row['end_time']}.{row['end_time_ns'] or 0:09d}"
        for row in rows
        if row.get("end_time")
    }
    snrs = {row["ifo"]: row["snr"] for row in rows if row.get("snr")}
    if times:
        numbers["times"] = times
    if len(snrs) == len(rows) and rows:
        numbers["snrs"] = snrs
    if coinc.get("snr"):
        numbers["snr"] = coinc["snr"]
    for key in ("mass1", "mass2"):
        if rows and rows[0].get(key):
            numbers[key] = rows[0][key]
    return samples.coinc_xml(
        repr(event["gpstime"]),
        ifos=ifos,
        far=event.get("far"),
        likelihood=event.get("likelihood"),
        **numbers,
    )
