"""Labels on superevents."""

from __future__ import annotations

from ....render.superevents.labels import label_json, labels_json
from ....service.superevents import access, labels
from ...call import Call
from ...message import Response

__all__ = ["add", "detail", "listing", "remove"]


def listing(call: Call) -> Response:
    """GET the labels."""
    return call.answer(200, labels_json(call.superevent, call.url, call.dialect))


def detail(call: Call) -> Response:
    """GET a label."""
    name = call.parameters["label_name"]
    superevent, label = call.read(
        lambda view: labels.one(view, call.caller, call.superevent_id, name)
    )
    return call.answer(200, label_json(superevent, label, call.dialect))


def add(call: Call) -> Response:
    """POST a label."""
    call.require(access.ADD_LABELS)
    fields = call.fields()
    name = fields.named("name", [label.name for label in call.view.vocabulary.labels])
    fields.check()
    assert name is not None
    superevent, label = labels.add(call.store, call.caller, call.superevent_id, name)
    return call.answer(201, label_json(superevent, label, call.dialect))


def remove(call: Call) -> Response:
    """DELETE a label."""
    labels.remove(call.store, call.caller, call.superevent_id, call.parameters["label_name"])
    return call.nothing(204)
