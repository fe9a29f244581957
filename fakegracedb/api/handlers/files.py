"""The files of an event."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from typing import IO
from urllib.parse import quote

from ...errors import ApiError
from ...identifiers import split_version
from ...render.files import files_json
from ...service import files
from ..call import Call
from ..message import Blob, Response

__all__ = ["detail", "listing", "put", "sent"]


def listing(call: Call) -> Response:
    """GET the names."""
    event, rows = call.read(lambda view: files.listing(view, call.caller, call.graceid))
    path = f"events/{event.graceid}"
    return call.answer(200, files_json("event", path, rows, call.url, call.dialect))


@lru_cache(maxsize=256)
def _content_type(name: str) -> str | None:
    """Guess from the extension; what is packed stays packed, and is announced as just that."""
    if name.endswith((".log", ".out")):
        return "text/plain"
    kind, encoding = _types().guess_type(name)
    if encoding is not None:
        return {"gzip": "application/gzip", "bzip2": "application/x-bzip2"}.get(encoding)
    return kind


@lru_cache(maxsize=1)
def _types() -> mimetypes.MimeTypes:
    # without the machine's own tables, so that the answer is the same everywhere
    return mimetypes.MimeTypes()


def _attachment(name: str) -> str:
    """Name a file in a header, which holds ASCII only (RFC 6266)."""
    if not name.isascii() or not name.isprintable():
        return f"attachment; filename*=utf-8''{quote(name, safe='')}"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'attachment; filename="{escaped}"'


def detail(call: Call) -> Response:
    """GET the bytes of a file, as they are: nothing is unpacked."""
    asked = call.parameters["filename"]
    _, stream, length = call.read(lambda view: files.one(view, call.caller, call.graceid, asked))
    return sent(asked, stream, length)


def sent(asked: str, stream: IO[bytes], length: int) -> Response:
    """Answer the bytes of a file that was asked for by that name."""
    kind = _content_type(split_version(asked)[0])
    headers = {"Content-Type": kind or "application/octet-stream"}
    if kind is None:
        headers["Content-Disposition"] = _attachment(asked)
    return Response(200, Blob(stream, length), headers)


def put(call: Call) -> Response:
    """PUT a file without a log entry."""
    name = call.parameters["filename"]
    upload = call.multipart().file("upload")
    if upload is None:
        raise ApiError(400, "No file uploaded: the field is called 'upload'")
    event, file = files.put(call.store, call.caller, call.graceid, name, upload.data)
    link = call.dialect.url(f"events/{event.graceid}/files/{file.name}")
    return call.answer(201, {"permalink": link})
