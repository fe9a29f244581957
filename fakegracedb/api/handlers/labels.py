"""Labels on events."""

from __future__ import annotations

import json

from ...render.labels import label_json, labels_json
from ...service import labels
from ..call import Call
from ..message import Response

__all__ = ["add", "detail", "listing", "remove"]


def listing(call: Call) -> Response:
    """GET the labels."""
    return call.answer(200, labels_json(call.event, call.dialect))


def detail(call: Call) -> Response:
    """GET a label."""
    event, label = call.read(
        lambda view: labels.one(view, call.caller, call.graceid, call.parameters["label"])
    )
    return call.answer(200, label_json(event, label, call.dialect))


def add(call: Call) -> Response:
    """PUT a label. v1 answers JSON within a JSON string."""
    name = call.parameters["label"]
    event, new = labels.add(call.store, call.caller, call.graceid, name)
    if new:
        return call.answer(201, {} if call.dialect.v2 else "{}")
    warning = {"warning": f"Event {event.graceid} already labeled with '{name}'"}
    if call.dialect.v2:
        return call.answer(200, warning)
    return call.answer(200, json.dumps(warning))


def remove(call: Call) -> Response:
    """DELETE a label."""
    labels.remove(call.store, call.caller, call.graceid, call.parameters["label"])
    return call.nothing(204)
