"""VOEvents of superevents."""

from __future__ import annotations

from functools import partial
from typing import Any

from ....documents import Superevent, VOEvent
from ....render.lists import whole_list
from ....render.superevents.voevents import voevent_json
from ....render.voevent_xml import voevent_xml
from ....service.announcements import TYPES
from ....service.superevents import access, voevents
from ...call import Call
from ...message import Response

__all__ = ["create", "detail", "listing"]

_NAME_LENGTH = 100  # characters


def _json(call: Call, superevent: Superevent, voevent: VOEvent) -> dict[str, Any]:
    return voevent_json(superevent, voevent, call.dialect, internal=call.caller.internal)


def listing(call: Call) -> Response:
    """GET them all."""
    superevent, found = call.read(
        lambda view: voevents.listing(view, call.caller, call.superevent_id)
    )
    rows = [_json(call, superevent, voevent) for voevent in found]
    return call.answer(200, whole_list("voevents", rows, call.url))


def detail(call: Call) -> Response:
    """GET one."""
    superevent, voevent = call.read(
        lambda view: voevents.one(view, call.caller, call.superevent_id, call.number)
    )
    return call.answer(200, _json(call, superevent, voevent))


def create(call: Call) -> Response:
    """POST what a new one is to say."""
    call.require(access.ANNOUNCE)
    fields, names = call.fields(), call.view.vocabulary
    codes = [code for code in TYPES if code in names.voevent_types]
    code = fields.choice("voevent_type", codes, required=True)
    said: dict[str, Any] = {
        name: fields.text(name, longest=_NAME_LENGTH)
        for name in ("skymap_type", "skymap_filename", "combined_skymap_filename")
    }
    said["internal"] = fields.flag("internal", default=True)
    for name, kept in (
        *((name, name) for name in ("open_alert", "hardware_inj", "raven_coinc")),
        ("CoincComment", "coinc_comment"),
        ("Significant", "significant"),
    ):
        said[kept] = fields.flag(name)
    for name, kept in voevents.PROBABILITIES.items():
        said[kept] = fields.number(name, low=0, high=1)
    mass_gap = fields.number("MassGap")
    fields.check()
    assert code is not None
    build = partial(voevent_xml, names=names, dialect=call.dialect)
    superevent, voevent = voevents.create(
        call.store, call.caller, call.superevent_id, code, said, mass_gap, build
    )
    return call.answer(201, _json(call, superevent, voevent))
