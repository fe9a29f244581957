"""Signoffs on superevents."""

from __future__ import annotations

from typing import Any

from ...documents import Signoff, Superevent
from ..dialect import Dialect
from .candidates import base_path

__all__ = ["signoff_json"]


def signoff_json(superevent: Superevent, signoff: Signoff, dialect: Dialect) -> dict[str, Any]:
    """Give a signoff on a superevent."""
    path = f"{base_path(superevent.id)}signoffs/{signoff.signoff_type}{signoff.instrument}/"
    return {
        "self": dialect.url(path),
        "signoff_type": signoff.signoff_type,
        "instrument": signoff.instrument,
        "status": signoff.status,
        "submitter": signoff.submitter,
        "comment": signoff.comment,
    }
