"""Reserved graceids, and the uploads that make them events."""

from __future__ import annotations

from ...service import events, reservations
from ..call import Call
from ..message import Response
from .events import event_upload, rendered, wanted_labels

__all__ = ["reserve", "upload"]


def reserve(call: Call) -> Response:
    """POST what an event is to be, without its file."""
    new = events.NewEvent(
        group=call.text("group"),
        pipeline=call.text("pipeline"),
        search=call.text("search"),
        replay_id=call.text("replay_id") or None,
        content_id=call.text("content_id"),
    )
    event = reservations.reserve(call.store, call.caller, new)
    data = call.read(lambda view: rendered(call, view, event))
    return call.answer(201, data, Location=data["links"]["self"])


def upload(call: Call) -> Response:
    """POST the file of a reserved event."""
    form = call.multipart()
    event, warnings = reservations.upload(
        call.store,
        call.caller,
        call.graceid,
        event_upload(form),
        wanted_labels(form),
        form.get("kafka_server"),
        form.get("kafka_topic"),
    )
    data = call.read(lambda view: rendered(call, view, event))
    return call.answer(201, {**data, "warnings": warnings}, Location=data["links"]["self"])
