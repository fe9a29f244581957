"""What follow-up groups have observed of superevents."""

from __future__ import annotations

from ....render.lists import whole_list
from ....render.superevents.emobservations import emobservation_json
from ....service.superevents import access, emobservations
from ...call import Call
from ...message import Response

__all__ = ["create", "detail", "listing"]


def listing(call: Call) -> Response:
    """GET them all."""
    found = call.read(lambda view: emobservations.listing(view, call.caller, call.superevent_id))
    rows = [emobservation_json(one) for one in found]
    return call.answer(200, whole_list("observations", rows, call.url))


def detail(call: Call) -> Response:
    """GET one."""
    found = call.read(
        lambda view: emobservations.one(view, call.caller, call.superevent_id, call.number)
    )
    return call.answer(200, emobservation_json(found))


def create(call: Call) -> Response:
    """POST what was observed."""
    call.require(access.ANNOTATE)
    fields = call.fields()
    group = fields.named("group", call.view.vocabulary.em_groups)
    lists = {name: fields.elements(name, read) for name, read in emobservations.READERS.items()}
    comment = fields.text("comment", blank=True)
    fields.check()
    assert group is not None
    observation = emobservations.create(
        call.store, call.caller, call.superevent_id, group, comment or "", lists
    )
    return call.answer(201, emobservation_json(observation))
