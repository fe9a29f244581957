"""An answer handed to a WSGI server, as far as a planned fault lets it pass."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from http.client import responses
from typing import IO, TYPE_CHECKING, TypeAlias, cast

from ..api.message import Blob, Response, refusal
from ..errors import ApiError
from .connections import SOCKET, connection_of, lingered, shut

if TYPE_CHECKING:
    from ..api.faults import Fault
    from .environments import Environ

__all__ = ["StartResponse", "sent"]

StartResponse: TypeAlias = Callable[[str, list[tuple[str, str]]], object]

_AT_ONCE = 1 << 16  # bytes of a file that leave together with the head of the answer
_PIECE = 1 << 18  # bytes


def sent(answer: Response, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Hand an answer over, as far as a planned fault lets it pass."""
    fault = answer.fault
    connection = connection_of(environ)
    if fault is not None:
        if fault.when == "after" and fault.delay:
            lingered(fault.delay, connection)
        if fault.drop:
            answer.close()
            answer = _dropped(connection)
    status = f"{answer.status} {responses.get(answer.status, 'Unknown Status Code')}"
    headers = [(name, value) for name, value in answer.headers.items() if name != "Content-Length"]
    length = answer.body.length if isinstance(answer.body, Blob) else len(answer.body)
    if answer.status >= 200 and answer.status not in (204, 304):
        headers.append(("Content-Length", str(length)))
    start_response(status, headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        answer.close()
        return []
    return _content(answer, environ, fault, connection)


def _content(
    answer: Response, environ: Environ, fault: Fault | None, connection: socket.socket | None
) -> Iterable[bytes]:
    body = answer.body
    cut = fault.truncate if fault is not None else None
    if isinstance(body, bytes):
        content = [body if cut is None else body[:cut]]
    elif cut is not None or body.length <= _AT_ONCE:
        with body.stream as stream:
            content = [stream.read(body.length if cut is None else min(cut, body.length))]
    else:
        wrapper = environ.get("wsgi.file_wrapper", _FileWrapper)
        return cast("Iterable[bytes]", wrapper(body.stream, _PIECE))
    if cut is not None and connection is not None and SOCKET not in environ:
        return _Ended(content, connection)
    return content


class _FileWrapper:
    """A file in pieces, for servers that have no better way."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._size = file, size

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._file.read(self._size):
            yield piece

    def close(self) -> None:
        self._file.close()


class _Ended:
    """The beginning of an answer, after which the connection ends."""

    def __init__(self, content: list[bytes], connection: socket.socket) -> None:
        self._content, self._connection = content, connection

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._content)

    def close(self) -> None:
        shut(self._connection)


def _dropped(connection: socket.socket | None) -> Response:
    """End a connection; what is answered then goes nowhere."""
    if connection is None:
        text = "this WSGI server gives no way to drop a connection, as a planned fault asks for"
        return refusal(ApiError(501, {"error": text}))
    shut(connection)
    return Response(500)
