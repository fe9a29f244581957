"""The log of a superevent, and the tags on its entries."""

from __future__ import annotations

from typing import Any

from ....documents import Log, Superevent
from ....errors import ApiError
from ....render.logs import logs_json
from ....render.superevents.logs import log_json, tag_json
from ....service.logs import NewLog
from ....service.superevents import access, logs, tags
from ....service.tags import ordered
from ....store import View
from ...call import Call
from ...message import Response

__all__ = [
    "add_tag",
    "create",
    "detail",
    "detail_tag",
    "listing",
    "listing_tags",
    "remove_tag",
]


def _json(call: Call, view: View, superevent: Superevent, log: Log) -> dict[str, Any]:
    return log_json(superevent, log, ordered(view, log.tags), call.dialect)


def listing(call: Call) -> Response:
    """GET the entries."""

    def rows(view: View) -> list[dict[str, Any]]:
        superevent, found = logs.listing(view, call.caller, call.superevent_id)
        return [_json(call, view, superevent, log) for log in found]

    return call.answer(200, logs_json(call.read(rows), call.url, call.dialect))


def detail(call: Call) -> Response:
    """GET an entry."""

    def one(view: View) -> dict[str, Any]:
        return _json(call, view, *logs.one(view, call.caller, call.superevent_id, call.number))

    return call.answer(200, call.read(one))


def create(call: Call) -> Response:
    """POST an entry, with or without a file."""
    call.require(access.ANNOTATE)
    fields = call.fields()
    comment = fields.text("comment", required=True)
    names, display_names = fields.texts("tagname"), fields.texts("displayName")
    file = fields.file("upload")
    label = fields.text("label", null=True)
    fields.check()
    new = NewLog(
        comment=comment,
        filename=file.filename if file is not None else "",
        content=file.data if file is not None else b"",
        tags=names,
        display_names=display_names,
        label=label,
    )
    log = logs.create(call.store, call.caller, call.superevent_id, new)
    data = call.read(lambda view: _json(call, view, call.superevent, log))
    return call.answer(201, data)


def listing_tags(call: Call) -> Response:
    """GET the tags of an entry."""
    found = call.read(lambda view: tags.of_log(view, call.caller, call.superevent_id, call.number))
    rows = [tag_json(call.superevent_id, call.number, tag, call.dialect) for tag in found]
    return call.answer(200, {"tags": rows})


def detail_tag(call: Call) -> Response:
    """GET a tag on an entry."""
    found = call.read(lambda view: tags.of_log(view, call.caller, call.superevent_id, call.number))
    for tag in found:
        if tag.name == call.parameters["tag_name"]:
            row = tag_json(call.superevent_id, call.number, tag, call.dialect)
            return call.answer(200, row)
    raise ApiError(404, {"detail": "Not found."})


def add_tag(call: Call) -> Response:
    """POST a tag."""
    call.read(lambda view: tags.entry(view, call.caller, call.superevent, call.number))
    call.require(access.TAG)
    fields = call.fields()
    name = fields.text("name", required=True, longest=100)
    display_name = fields.text("displayName", null=True, blank=True)
    fields.check()
    assert name is not None
    tag = tags.add(call.store, call.caller, call.superevent_id, call.number, name, display_name)
    return call.answer(201, tag_json(call.superevent_id, call.number, tag, call.dialect))


def remove_tag(call: Call) -> Response:
    """DELETE a tag."""
    name = call.parameters["tag_name"]
    tags.remove(call.store, call.caller, call.superevent_id, call.number, name)
    return call.nothing(204)
