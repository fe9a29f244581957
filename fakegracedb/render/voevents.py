"""VOEvents of events, as JSON."""

from __future__ import annotations

from typing import Any

from ..documents import Event, VOEvent
from .dialect import Dialect
from .events import finite, server_time

__all__ = ["voevent_json"]

_PROBABILITIES = (
    *("prob_has_ns", "prob_has_remnant", "prob_bns", "prob_nsbh", "prob_bbh"),
    *("prob_terrestrial", "prob_has_mass_gap"),
)


def voevent_json(event: Event, voevent: VOEvent, dialect: Dialect) -> dict[str, Any]:
    """Give a VOEvent of an event."""
    file = f"events/{event.graceid}/files/{voevent.filename},{voevent.file_version}"
    return {
        "links": {
            "self": f"{dialect.root}events/{event.graceid}/voevent/{voevent.N}",
            "file": dialect.url(file),
        },
        "N": voevent.N,
        "issuer": voevent.issuer,
        "ivorn": voevent.ivorn,
        "filename": voevent.filename,
        "file_version": voevent.file_version,
        "voevent_type": voevent.voevent_type,
        "created": server_time(voevent.created),
        "skymap_type": voevent.skymap_type,
        "skymap_filename": voevent.skymap_filename,
        "internal": voevent.internal,
        "open_alert": False,  # the server keeps none for events, whatever the file says
        "hardware_inj": voevent.hardware_inj,
        "coinc_comment": voevent.coinc_comment,
        **{name: finite(getattr(voevent, name)) for name in _PROBABILITIES},
        "significant": voevent.significant,
    }
