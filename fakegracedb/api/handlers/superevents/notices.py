"""Notices of superevents."""

from __future__ import annotations

from typing import Any

from ....documents import Notice, Superevent
from ....render.lists import whole_list
from ....render.superevents.notices import notice_json
from ....service.superevents import access, notices
from ...call import Call
from ...message import Response

__all__ = ["create", "detail", "listing"]


def _json(call: Call, superevent: Superevent, notice: Notice) -> dict[str, Any]:
    return notice_json(superevent, notice, call.dialect, internal=call.caller.internal)


def listing(call: Call) -> Response:
    """GET them all."""
    superevent, found = call.read(
        lambda view: notices.listing(view, call.caller, call.superevent_id)
    )
    rows = [_json(call, superevent, notice) for notice in found]
    return call.answer(200, whole_list("notices", rows, call.url))


def detail(call: Call) -> Response:
    """GET one."""
    found = call.read(lambda view: notices.one(view, call.caller, call.superevent_id, call.number))
    return call.answer(200, _json(call, *found))


def create(call: Call) -> Response:
    """POST the document of one."""
    call.require(access.ANNOUNCE)
    fields = call.fields()
    file = fields.file("upload", required=True)
    fields.check()
    assert file is not None
    made = notices.create(call.store, call.caller, call.superevent_id, file.data)
    return call.answer(201, _json(call, *made))
