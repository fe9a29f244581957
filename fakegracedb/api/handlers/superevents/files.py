"""The files of a superevent."""

from __future__ import annotations

from ....render.files import files_json
from ....render.superevents.candidates import base_path
from ....service.superevents import files
from ...call import Call
from ...message import Response
from ..files import sent

__all__ = ["detail", "listing"]


def listing(call: Call) -> Response:
    """GET the names, in the order of the text."""
    superevent, rows = call.read(lambda view: files.listing(view, call.caller, call.superevent_id))
    rows.sort(key=lambda row: row[0] if row[1] is None else f"{row[0]},{row[1]}")
    path = base_path(superevent.id)
    return call.answer(200, files_json("superevent", path, rows, call.url, call.dialect))


def detail(call: Call) -> Response:
    """GET the bytes of a file, as they are: nothing is unpacked."""
    asked = call.parameters["file_name"]
    _, stream, length = call.read(
        lambda view: files.one(view, call.caller, call.superevent_id, asked)
    )
    return sent(asked, stream, length)
