"""A public alert (igwn-gwalert 1.3.0) with everything that one can have."""

from __future__ import annotations

from typing import Any

EVENT: dict[str, Any] = {
    "significant": True,
    "time": "2026-03-01T17:03:00.250Z",
    "far": 1e-08,
    "instruments": ["H1", "L1"],
    "group": "CBC",
    "pipeline": "gstlal",
    "search": "LowMass",
    "properties": {"HasNS": 0.1, "HasRemnant": 0.9, "HasMassGap": 0, "HasSSM": 1},
    "classification": {"BNS": 0.2, "NSBH": 0.3, "BBH": 0.4, "Terrestrial": 0.1},
    "mchirp_source": {"bin_edges": [1, 2.5], "probabilities": [1]},
    "duration": 0.5,
    "central_frequency": 100,
    "skymap": "U0lNUExF",
}
COINCIDENCE: dict[str, Any] = {
    "gcn_notice_id": 730419268,
    "ivorn": "ivo://nasa.gsfc.gcn/Fermi#x",
    "observatory": "Fermi",
    "search": "GRB",
    "time_difference": -1,
    "time_coincidence_far": 1e-9,
    "time_sky_position_coincidence_far": 1e-10,
    "combined_skymap": "U0lNUExF",
}


def alert(superevent_id: str, alert_type: str = "PRELIMINARY", **changed: Any) -> dict[str, Any]:
    """Give an alert for a superevent, without a coincidence."""
    return {
        "alert_type": alert_type,
        "time_created": "2026-03-01T17:04:09Z",
        "superevent_id": superevent_id,
        "urls": {"gracedb": f"https://gracedb.ligo.org/superevents/{superevent_id}/view/"},
        "event": EVENT,
        "external_coinc": None,
        **changed,
    }


ALERT = alert("S260301a", external_coinc=COINCIDENCE)


def places(data: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the place of everything within an alert, itself included."""
    found = [here]
    if isinstance(data, dict | list):
        members = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in members:
            found += places(value, (*here, key))
    return found
