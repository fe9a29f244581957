"""VOEvents of superevents, as JSON."""

from __future__ import annotations

from typing import Any

from ...documents import Superevent, VOEvent
from ...identifiers import versioned
from ..dialect import Dialect
from ..events import server_time
from .candidates import base_path

__all__ = ["voevent_json"]

# What only readers within the collaboration see.
_INTERNAL = (
    *("skymap_type", "skymap_filename", "internal", "open_alert", "hardware_inj", "coinc_comment"),
    *("prob_has_ns", "prob_has_remnant", "prob_bns", "prob_nsbh", "prob_bbh", "significant"),
    *("prob_terrestrial", "prob_has_mass_gap", "prob_has_ssm"),
    *("raven_coinc", "ext_gcn", "ext_pipeline", "ext_search", "combined_skymap_filename"),
)


def voevent_json(
    superevent: Superevent, voevent: VOEvent, dialect: Dialect, *, internal: bool
) -> dict[str, Any]:
    """Give a VOEvent of a superevent; `internal` tells whether the reader is of the collaboration.

    Its links have the id that the superevent goes by, its names the default one.
    """
    base = base_path(superevent.id)
    file = versioned(voevent.filename, voevent.file_version)
    data: dict[str, Any] = {
        "voevent_type": voevent.voevent_type,
        "file_version": voevent.file_version,
        "ivorn": voevent.ivorn,
        "created": server_time(voevent.created),
        "issuer": voevent.issuer,
        "filename": voevent.filename,
        "N": voevent.N,
        "links": {
            "self": dialect.url(f"{base}voevents/{voevent.N}/"),
            "file": dialect.url(f"{base}files/{file}"),
        },
    }
    if internal:
        data.update((name, getattr(voevent, name)) for name in _INTERNAL)
    return data
