"""Notices of superevents."""

from __future__ import annotations

from typing import Any

from ...documents import Notice, Superevent
from ...identifiers import versioned
from ..dialect import Dialect
from ..events import finite, server_time
from .candidates import base_path

__all__ = ["notice_json"]


def notice_json(
    superevent: Superevent, notice: Notice, dialect: Dialect, *, internal: bool
) -> dict[str, Any]:
    """Give a notice; readers outside the collaboration see where it is and no more.

    Notes
    -----
    Its keys are those of a VOEvent. What a VOEvent is told and an alert does not say has the value
    that a public alert stands for.
    """
    base = base_path(superevent.id)
    data = {
        "notice_type": notice.notice_type,
        "file_version": notice.file_version,
        "created": server_time(notice.created),
        "issuer": notice.issuer,
        "filename": notice.filename,
        "N": notice.N,
        "links": {
            "self": dialect.url(f"{base}notices/{notice.N}/"),
            "file": dialect.url(f"{base}files/{versioned(notice.filename, notice.file_version)}"),
        },
    }
    if not internal:
        return data
    return {
        **data,
        "skymap_type": None,
        "skymap_filename": None,
        "internal": False,
        "open_alert": True,
        "hardware_inj": False,
        "coinc_comment": False,
        "prob_has_ns": finite(notice.prob_has_ns),
        "prob_has_remnant": finite(notice.prob_has_remnant),
        "prob_bns": finite(notice.prob_bns),
        "prob_nsbh": finite(notice.prob_nsbh),
        "prob_bbh": finite(notice.prob_bbh),
        "significant": notice.significant,
        "prob_terrestrial": finite(notice.prob_terrestrial),
        "prob_has_mass_gap": finite(notice.prob_has_mass_gap),
        "prob_has_ssm": finite(notice.prob_has_ssm),
        "raven_coinc": notice.raven_coinc,
        "ext_gcn": notice.ext_gcn,
        "ext_pipeline": notice.ext_pipeline,
        "ext_search": notice.ext_search,
        "combined_skymap_filename": None,
    }
