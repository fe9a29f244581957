"""What goes over the wire: the parts of a request as they arrive, an answer as it is received."""

from __future__ import annotations

import weakref
from http.client import IncompleteRead, responses
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import urllib3
from urllib3 import HTTPResponse, Retry

from ..api.message import Blob, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

__all__ = ["as_received", "body_of", "headers_of", "without_private_parts"]

# What urllib3 sends of its own when the session has none.
_USER_AGENT = f"python-urllib3/{urllib3.__version__}"  # type: ignore[attr-defined]
_SMALL = 1 << 16  # bytes; a file up to this size is read at once, and so never left open


class _Content:
    """What the body of an answer is read from; behaves as `http.client.HTTPResponse` does.

    So it closes itself, and the file behind it, once all is read, and knows when a part is missing.
    """

    __slots__ = ("__weakref__", "_close", "_left", "_stream")

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream: IO[bytes] | None = stream
        self._left = length
        self._close: weakref.finalize[[], Any] | None = None
        if not isinstance(stream, BytesIO):
            # A client may well leave it unread, and in a cycle: the client's own `get_file` makes
            # one. The garbage collector then finds this object and the file in any order.
            self._close = weakref.finalize(self, stream.close)

    def read(self, amount: int | None = None) -> bytes:
        stream, left = self._stream, self._left
        if stream is None:
            return b""
        if amount is None:
            data = stream.read(left)
            self.close()
            if len(data) < left:
                raise IncompleteRead(data, left - len(data))
            return data
        data = stream.read(min(amount, left))
        self._left = left = left - len(data)
        if left == 0:
            self.close()
        return data

    def read1(self, amount: int = -1) -> bytes:
        return self.read(self._left if amount < 0 else amount)

    def close(self) -> None:
        self._stream = None
        if self._close is not None:
            self._close()

    def isclosed(self) -> bool:
        return self._stream is None

    @property
    def closed(self) -> bool:
        return self._stream is None


def as_received(answer: Response, method: str, retries: Retry) -> HTTPResponse:
    """Give an answer the form in which `urllib3` hands over what came through a socket."""
    stream: IO[bytes]
    if isinstance(answer.body, Blob):
        stream, length = answer.body.stream, answer.body.length
    else:
        stream, length = BytesIO(answer.body), len(answer.body)
    announced = length
    if method == "HEAD":
        length = 0
    cut = None if answer.fault is None else answer.fault.truncate
    if not isinstance(stream, BytesIO) and (length <= _SMALL or cut is not None):
        with stream:
            stream = BytesIO(stream.read(length if cut is None else min(cut, length)))
    elif cut is not None and cut < length:
        stream = BytesIO(stream.read(cut))
    raw = HTTPResponse(
        body=_Content(stream, length),  # type: ignore[arg-type]  # has what of a file is used
        headers={**answer.headers, "Content-Length": str(announced)},
        status=answer.status,
        version=11,
        reason=responses.get(answer.status, "Unknown Status Code"),
        preload_content=False,
        decode_content=False,
        request_method=method,
        retries=retries,
    )
    raw.version_string = "HTTP/1.1"  # not an argument in older versions
    return raw


def headers_of(request: requests.PreparedRequest) -> Mapping[str, str]:
    """Give the headers of a request as they arrive."""
    headers = request.headers
    if "User-Agent" not in headers:
        headers = headers.copy()
        headers["User-Agent"] = _USER_AGENT
    for name, value in headers.lower_items():
        if isinstance(value, bytes):
            headers = headers.copy()
            headers[name] = value.decode("latin-1")
    return headers


def body_of(body: Any) -> bytes:
    """Read the body of a request whole."""
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        data = body.read()
        return data.encode() if isinstance(data, str) else bytes(data)
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    return b"".join(part.encode() if isinstance(part, str) else part for part in body)


def without_private_parts(url: str) -> str:
    """Give a URL as its server knows it: without user name, password and fragment."""
    if "@" not in url and "#" not in url:
        return url
    scheme, place, path, query, _ = urlsplit(url)
    return urlunsplit((scheme, place.rpartition("@")[2], path, query, ""))
