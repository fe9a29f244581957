"""The log of an event."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...documents import Event, Log
from ...render.logs import log_json, logs_json
from ...service import logs, tags
from ...store import View
from ..call import Call
from ..message import Response

__all__ = ["create", "detail", "listing"]


def _json(call: Call, view: View, event: Event, log: Log) -> dict[str, Any]:
    return log_json(event, log, partial(tags.ordered, view), call.dialect)


def listing(call: Call) -> Response:
    """GET the entries."""

    def rows(view: View) -> list[dict[str, Any]]:
        event, entries = logs.listing(view, call.caller, call.graceid)
        return [_json(call, view, event, log) for log in entries]

    return call.answer(200, logs_json(call.read(rows), call.url, call.dialect))


def create(call: Call) -> Response:
    """POST an entry, with or without a file."""
    file = call.form.file("upload")
    new = logs.NewLog(
        comment=call.text("comment"),
        filename=file.filename if file is not None else "",
        content=file.data if file is not None else b"",
        tags=call.texts("tagname"),
        display_names=call.texts("displayName"),
        label=call.text("label") or None,
    )
    event, log = logs.create(call.store, call.caller, call.graceid, new).kept()
    data = call.read(lambda view: _json(call, view, event, log))
    return call.answer(201, data, Location=data["self"])


def detail(call: Call) -> Response:
    """GET an entry."""

    def one(view: View) -> dict[str, Any]:
        return _json(call, view, *logs.one(view, call.caller, call.graceid, call.number))

    return call.answer(200, call.read(one))
