"""What follow-up groups have observed of events."""

from __future__ import annotations

from ...render.emobservations import emobservation_json, skymap_viewer_json
from ...render.lists import whole_list
from ...service import emobservations
from ..call import Call
from ..message import Response

__all__ = ["create", "detail", "listing"]


def listing(call: Call) -> Response:
    """GET them all, for one of two kinds of readers."""
    event, found = call.read(lambda view: emobservations.listing(view, call.caller, call.graceid))
    viewer = "skymapViewer" in call.query
    render = skymap_viewer_json if viewer else emobservation_json
    rows = [render(event, observation, call.dialect) for observation in found]
    return call.answer(200, whole_list("embblog" if viewer else "observations", rows, call.url))


def detail(call: Call) -> Response:
    """GET one."""
    event, observation = call.read(
        lambda view: emobservations.one(view, call.caller, call.graceid, call.number)
    )
    return call.answer(200, emobservation_json(event, observation, call.dialect))


def create(call: Call) -> Response:
    """POST what was observed."""
    new = emobservations.NewEMObservation(
        group=call.text("group"),
        comment=call.text("comment") or "",
        lists={name: call.elements(name) for name in emobservations.LISTS},
    )
    event, observation = emobservations.create(call.store, call.caller, call.graceid, new)
    data = emobservation_json(event, observation, call.dialect)
    return call.answer(201, data, Location=data["self"])
