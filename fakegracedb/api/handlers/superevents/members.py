"""The events of a superevent, and which of them pipelines prefer."""

from __future__ import annotations

from ....render.lists import whole_list
from ....render.superevents.candidates import event_row_json
from ....service.superevents import access, members
from ...call import Call
from ...message import Response

__all__ = [
    "add",
    "detail",
    "detail_preferred",
    "listing",
    "listing_preferred",
    "prefer",
    "remove",
    "unprefer",
]


def listing(call: Call) -> Response:
    """GET the members."""
    found = call.read(lambda view: members.listing(view, call.caller, call.superevent_id))
    rows = [event_row_json(graceid, call.dialect) for graceid in found]
    return call.answer(200, whole_list("events", rows, call.url))


def listing_preferred(call: Call) -> Response:
    """GET those that pipelines prefer."""
    found = call.read(lambda view: members.preferred(view, call.caller, call.superevent_id))
    rows = [event_row_json(graceid, call.dialect) for graceid in found]
    return call.answer(200, whole_list("pipeline_preferred_events", rows, call.url))


def detail(call: Call) -> Response:
    """GET a member."""
    found = call.read(lambda view: members.one(view, call.caller, call.superevent_id, call.graceid))
    return call.answer(200, event_row_json(found, call.dialect))


def detail_preferred(call: Call) -> Response:
    """GET one that its pipeline prefers."""
    found = call.read(
        lambda view: members.one_preferred(view, call.caller, call.superevent_id, call.graceid)
    )
    return call.answer(200, event_row_json(found, call.dialect))


def _sent(call: Call) -> str:
    """Give the graceid in the body."""
    call.require(access.ADD_EVENTS)
    fields = call.fields()
    graceid = fields.event("event", call.view.event_numbered)
    fields.check()
    assert graceid is not None
    return graceid


def add(call: Call) -> Response:
    """POST a member."""
    graceid = members.add(call.store, call.caller, call.superevent_id, _sent(call))
    return call.answer(201, event_row_json(graceid, call.dialect))


def prefer(call: Call) -> Response:
    """POST one that its pipeline prefers."""
    graceid = members.prefer(call.store, call.caller, call.superevent_id, _sent(call))
    return call.answer(201, event_row_json(graceid, call.dialect))


def remove(call: Call) -> Response:
    """DELETE a member."""
    members.remove(call.store, call.caller, call.superevent_id, call.graceid)
    return call.nothing(204)


def unprefer(call: Call) -> Response:
    """DELETE one from those that pipelines prefer."""
    members.unprefer(call.store, call.caller, call.superevent_id, call.graceid)
    return call.nothing(204)
