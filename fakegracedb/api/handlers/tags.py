"""Tags on log entries, and the tags of an event."""

from __future__ import annotations

from typing import Any

from ...errors import ApiError
from ...render.logs import event_tag_json, event_tags_json, tag_json, tags_json
from ...service import logs, tags
from ...store import View
from ..call import Call
from ..message import Response

__all__ = ["add", "detail", "listing", "of_event", "one_of_event", "remove"]


def listing(call: Call) -> Response:
    """GET the tags of an entry."""
    event, found = call.read(lambda view: tags.of_log(view, call.caller, call.graceid, call.number))
    return call.answer(200, tags_json(event, call.number, found, call.dialect))


def detail(call: Call) -> Response:
    """GET a tag on an entry."""
    event, found = call.read(lambda view: tags.of_log(view, call.caller, call.graceid, call.number))
    name = call.parameters["tag_name"]
    tag = next((tag for tag in found if tag.name == name), None)
    if tag is None:
        raise ApiError(404, "Tag not found.")
    return call.answer(200, tag_json(event, call.number, tag, call.dialect))


def add(call: Call) -> Response:
    """PUT a tag on an entry."""
    event, tag = tags.add(
        call.store,
        call.caller,
        call.graceid,
        call.number,
        call.parameters["tag_name"],
        call.text("displayName"),
    )
    if call.dialect.v2:
        return call.answer(201, tag_json(event, call.number, tag, call.dialect))
    return call.answer(201, "Tag created.")


def remove(call: Call) -> Response:
    """DELETE a tag from an entry."""
    tags.remove(call.store, call.caller, call.graceid, call.number, call.parameters["tag_name"])
    return call.nothing(204)


def of_event(call: Call) -> Response:
    """GET the distinct tags of an event's log."""
    event, found = call.read(lambda view: tags.of_event(view, call.caller, call.graceid))
    return call.answer(200, event_tags_json(event, found, call.dialect))


def one_of_event(call: Call) -> Response:
    """GET the entries of an event that have a tag."""
    name = call.parameters["tag_name"]

    def one(view: View) -> dict[str, Any]:
        event, entries = logs.listing(view, call.caller, call.graceid)
        tag = tags.find(view, name)
        if tag is None:
            raise ApiError(404, "No such tag for event.")
        tagged = [log for log in entries if name in log.tags]
        return event_tag_json(event, tag, tagged, call.dialect)

    return call.answer(200, call.read(one))
