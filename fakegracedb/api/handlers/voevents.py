"""VOEvents of events."""

from __future__ import annotations

from functools import partial

from ...render.lists import whole_list
from ...render.voevent_xml import voevent_xml
from ...render.voevents import voevent_json
from ...service import voevents
from ...vocabulary import Vocabulary
from ..call import Call
from ..message import Response

__all__ = ["create", "detail", "listing"]

_COINCIDENCE = (
    *("ext_gcn", "ext_pipeline", "ext_search", "time_coinc_far", "space_coinc_far"),
    *("combined_skymap_filename", "delta_t"),
)


def listing(call: Call) -> Response:
    """GET them all."""
    event, found = call.read(lambda view: voevents.listing(view, call.caller, call.graceid))
    rows = [voevent_json(event, voevent, call.dialect) for voevent in found]
    return call.answer(200, whole_list("voevents", rows, call.url))


def detail(call: Call) -> Response:
    """GET one."""
    event, voevent = call.read(
        lambda view: voevents.one(view, call.caller, call.graceid, call.number)
    )
    return call.answer(200, voevent_json(event, voevent, call.dialect))


def create(call: Call) -> Response:
    """POST what a new one is to say."""
    new = voevents.NewVOEvent(
        voevent_type=call.text("voevent_type"),
        skymap_type=call.text("skymap_type") or None,
        skymap_filename=call.text("skymap_filename") or None,
        internal=call.flag("internal", default=True),
        open_alert=call.flag("open_alert"),
        hardware_inj=call.flag("hardware_inj"),
        coinc_comment=call.flag("CoincComment"),
        significant=call.flag("Significant"),
        probabilities={name: sent for name in voevents.PROBABILITIES if (sent := call.text(name))},
        mass_gap=call.text("MassGap"),
        coincidence=voevents.Coincidence(
            found=call.flag("raven_coinc"),
            **{name: call.text(name) or None for name in _COINCIDENCE},
        ),
    )
    names: Vocabulary = call.read(lambda view: view.vocabulary)
    build = partial(voevent_xml, names=names, dialect=call.dialect)
    event, voevent = voevents.create(call.store, call.caller, call.graceid, new, build)
    data = voevent_json(event, voevent, call.dialect)
    return call.answer(201, data, Location=data["links"]["self"])
