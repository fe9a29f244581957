"""Labels on events."""

from __future__ import annotations

from typing import Any

from ..documents import Event, Label
from .dialect import Dialect
from .events import server_time

__all__ = ["label_json", "labels_json"]


def _base(event: Event, dialect: Dialect) -> str:
    return f"{dialect.root}events/{event.graceid}"


def label_json(event: Event, label: Label, dialect: Dialect) -> dict[str, Any]:
    """Give a label on an event."""
    return {
        "name": label.name,
        "creator": label.creator,
        "created": server_time(label.created),
        "self": dialect.url(f"events/{event.graceid}/labels/{label.name}"),
    }


def labels_json(event: Event, dialect: Dialect) -> dict[str, Any]:
    """Give the labels of an event, in the order of application; its `links` are an array."""
    base = _base(event, dialect)
    return {
        "links": [{"self": f"{base}/labels/", "event": base}],
        "labels": [label_json(event, label, dialect) for label in event.labels],
    }
