"""The EMBB log of events."""

from __future__ import annotations

from ...documents import EMBBLog, Event
from ...documents.embb import LISTS
from ...render.embb import embb_json
from ...render.lists import whole_list
from ...service import embb
from ...store import View
from ..call import Call
from ..message import Response

__all__ = ["create", "detail", "listing"]

# As they are sent and answered, and as they are kept.
_TEXTS = {
    "instrument": "instrument",
    "footprintID": "footprint_id",
    "comment": "comment",
    "extra_info_dict": "extra_info",
}


def listing(call: Call) -> Response:
    """GET the entries."""

    def found(view: View) -> tuple[Event, list[EMBBLog]]:
        return embb.listing(view, call.caller, call.graceid)

    event, entries = call.read(found)
    names = call.read(lambda view: view.vocabulary)
    rows = [embb_json(event, entry, names, call.dialect) for entry in entries]
    return call.answer(200, whole_list("embblog", rows, call.url))


def detail(call: Call) -> Response:
    """GET an entry."""
    event, entry = call.read(lambda view: embb.one(view, call.caller, call.graceid, call.number))
    names = call.read(lambda view: view.vocabulary)
    return call.answer(200, embb_json(event, entry, names, call.dialect))


def create(call: Call) -> Response:
    """POST an entry."""
    new = embb.NewEMBBLog(
        group=call.text("group"),
        waveband=call.text("waveband"),
        eel_status=call.text("eel_status"),
        obs_status=call.text("obs_status"),
        texts={kept: call.text(sent) or "" for sent, kept in _TEXTS.items()},
        lists={name: call.elements(name) for name in LISTS},
    )
    event, entry = embb.create(call.store, call.caller, call.graceid, new)
    data = embb_json(event, entry, call.read(lambda view: view.vocabulary), call.dialect)
    return call.answer(201, data, Location=data["self"])
