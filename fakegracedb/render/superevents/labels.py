"""Labels on superevents."""

from __future__ import annotations

from typing import Any

from ...documents import Label, Superevent
from ..dialect import Dialect
from ..events import server_time
from .candidates import base_path

__all__ = ["label_json", "labels_json"]


def label_json(superevent: Superevent, label: Label, dialect: Dialect) -> dict[str, Any]:
    """Give a label on a superevent."""
    return {
        "self": dialect.url(f"{base_path(superevent.id)}labels/{label.name}/"),
        "name": label.name,
        "created": server_time(label.created),
        "creator": label.creator,
    }


def labels_json(superevent: Superevent, url: str, dialect: Dialect) -> dict[str, Any]:
    """Give the labels of a superevent by name; both links are the URL of the request."""
    ordered = sorted(superevent.labels, key=lambda label: label.name)
    return {
        "labels": [label_json(superevent, label, dialect) for label in ordered],
        "links": {"self": url, "superevent": url},
    }
