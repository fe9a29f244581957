"""The fake server for WSGI: ``application(store)`` answers under waitress, gunicorn and others.

A request is taken out of its environment, answered by an `Application` (or, below ``/fake/``, by
the `Stage`), and handed back; planned trouble is acted out on the socket.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from http.client import responses
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import quote

from .api.app import Application
from .api.authorization import GROUPS, identity_of
from .api.message import Blob, Identity, Request, Response
from .api.stage import Stage
from .errors import ApiError
from .store import Store
from .stretches import Stretch

if TYPE_CHECKING:
    from .api.faults import Fault

__all__ = ["SOCKET", "Environ", "WsgiApplication", "application"]

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[[str, list[tuple[str, str]]], object]

SOCKET = "fakegracedb.socket"  # where our own server puts the connection
_SOCKETS = (SOCKET, "gunicorn.socket")
_IN_MEMORY = 1 << 19  # bytes of a body; larger ones lie in a temporary file
_AT_ONCE = 1 << 16  # bytes of a file that leave together with the head of the answer
_PIECE = 1 << 18  # bytes
_LOOK = 0.05  # s between two looks whether a client still waits

_HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
_KEPT_IN_PATHS = "/~:@!$&'()*+,;="


def application(
    store: Store | str | os.PathLike[str],
    server_version: str | None = None,
    user: str | None = None,
    *,
    anonymous: bool = False,
    admin: bool = True,
    forwarded: bool = False,
) -> WsgiApplication:
    """Give a store as a WSGI application.

    Parameters
    ----------
    store : Store or path-like
        The folder, made at the first change when it is missing.
    server_version : {"2.36", "2.33"}, optional
        Which server is imitated; None: what the store's settings say.
    user : str, optional
        Who asks, where the request does not say; None is the store's default user.
    anonymous : bool
        Whether requests that do not say are those of a reader without credentials.
    admin : bool
        Whether ``/fake/`` is there, by which tests in other processes set the stage.
    forwarded : bool
        Whether to believe ``X-Forwarded-Proto``, ``-Host`` and ``-Port``: only behind a proxy.

    Returns
    -------
    WsgiApplication
        To be called by the WSGI server.

    Raises
    ------
    ValueError
        For a server version that does not exist, or a user who is anonymous.

    Notes
    -----
    Any number of processes may serve one store. Planned faults and the record of calls belong to
    one process each.
    """
    if anonymous and user is not None:
        raise ValueError(f"user={user!r} and anonymous=True exclude each other")
    if user == "":
        raise ValueError("user is empty; anonymous=True is a reader without credentials")
    place = store if isinstance(store, Store) else Store(store)
    other = Identity(user) if anonymous or user is not None else None
    inner = Application(place, server_version)
    return WsgiApplication(inner, other, Stage(inner) if admin else None, forwarded=forwarded)


class WsgiApplication:
    """An application behind the interface of WSGI (PEP 3333).

    Parameters
    ----------
    inner : Application
        Who answers.
    other : Identity or None
        Who asks, where the request does not say; None is the store's default user.
    stage : Stage or None
        Who answers below ``/fake/``; None: nobody does.
    forwarded : bool
        Whether to believe the X-Forwarded headers.
    """

    def __init__(
        self,
        inner: Application,
        other: Identity | None = None,
        stage: Stage | None = None,
        *,
        forwarded: bool = False,
    ) -> None:
        self.inner = inner
        self._other = other
        self._stage = stage
        self._forwarded = forwarded

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            request = self._request(environ)
        except ApiError as error:
            answer = _refusal(error)
        else:
            try:
                answer = self._answer(request, environ.get("PATH_INFO", ""))
            finally:
                if isinstance(request.body, Stretch):
                    request.body.close()
        return _sent(answer, environ, start_response)

    def _answer(self, request: Request, path: str) -> Response:
        if self._stage is not None and (path == "/fake" or path.startswith("/fake/")):
            return self._stage.respond(request, path[len("/fake") :])
        return self.inner.respond(request)

    def _request(self, environ: Environ) -> Request:
        """Take a request out of its environment.

        Raises
        ------
        ApiError
            400 or 401 for one that no application should see.
        """
        headers = _Headers(environ)
        connection = _socket_of(environ)
        return Request(
            method=environ["REQUEST_METHOD"].upper(),
            url=_root(environ, headers, forwarded=self._forwarded) + _target(environ),
            headers=headers,
            body=_body(environ),
            identity=identity_of(
                headers.get("Authorization", ""), headers.get(GROUPS), self._other
            ),
            linger=lambda seconds: _lingered(seconds, connection),
        )


class _Headers(Mapping[str, str]):
    """The headers of a request, of whatever case, where WSGI has them."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        value: str = self._environ[_key(name)]
        return value

    def __iter__(self) -> Iterator[str]:
        for key in self._environ:
            if key.startswith("HTTP_") or key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                yield key.removeprefix("HTTP_").replace("_", "-").title()

    def __len__(self) -> int:
        return sum(1 for _ in self)


@lru_cache(maxsize=64)
def _key(name: str) -> str:
    """Give the key under which WSGI has a header."""
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


# The request


def _root(environ: Environ, headers: Mapping[str, str], *, forwarded: bool) -> str:
    """Give scheme, host and port as the caller used them: links lead back there."""
    scheme = environ["wsgi.url_scheme"]
    host = headers.get("Host")
    if host is None:  # HTTP/1.0
        host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    if forwarded:
        scheme = _first(headers, "X-Forwarded-Proto") or scheme
        host = _first(headers, "X-Forwarded-Host") or host
        port = _first(headers, "X-Forwarded-Port")
        if port and ":" not in host.rpartition("]")[2]:
            host += "" if port == {"http": "80", "https": "443"}.get(scheme) else f":{port}"
    return _checked_root(scheme, host)


@lru_cache(maxsize=256)
def _checked_root(scheme: str, host: str) -> str:
    found = _HOST.fullmatch(host)
    if found is None or int((found[1] or ":0")[1:]) > 65535:
        raise ApiError(400, {"detail": f"Invalid Host header: {host[:300]!r}."})
    if scheme not in ("http", "https"):
        raise ApiError(400, {"detail": f"Invalid scheme: {scheme[:300]!r}."})
    return f"{scheme}://{host}"


def _first(headers: Mapping[str, str], name: str) -> str:
    """Give the value that the proxy nearest to the caller has set."""
    return headers.get(name, "").partition(",")[0].strip()


def _target(environ: Environ) -> str:
    """Give path and query as they were sent, escapes and all, where the server tells."""
    raw: str | None = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw is None:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        query = environ.get("QUERY_STRING", "")
        raw = quote(path.encode("latin-1"), safe=_KEPT_IN_PATHS) + (query and f"?{query}")
    elif "://" in raw.partition("?")[0] and not raw.startswith("/"):  # sent as to a proxy
        _, slash, rest = raw.partition("://")[2].partition("/")
        raw = slash + rest
    if not raw.startswith("/"):
        raise ApiError(400, {"detail": f"Invalid request target: {raw[:300]!r}."})
    if raw.isascii() and raw.isprintable() and " " not in raw:
        return raw
    return quote(raw.encode("latin-1", "replace"), safe=_VISIBLE)


def _body(environ: Environ) -> bytes | Stretch:
    """Read a small body, and give a large one as a stretch of a file."""
    announced = environ.get("CONTENT_LENGTH") or ""
    stream: IO[bytes] = environ["wsgi.input"]
    if announced:
        if not (announced.isascii() and announced.isdigit()):
            raise ApiError(400, {"detail": "Invalid Content-Length header."})
        length = int(announced)
        if length > _IN_MEMORY:
            if getattr(stream, "seekable", bool)():  # a file already, as waitress does it
                return Stretch(stream, stream.tell(), length)
            return _in_file(stream, b"", length)
        body = stream.read(length)
        if len(body) < length:
            raise _cut_short()
        return body
    if not environ.get("wsgi.input_terminated"):
        return b""  # who reads on would wait for ever
    body = stream.read(_IN_MEMORY)
    return body if len(body) < _IN_MEMORY else _in_file(stream, body, None)


def _in_file(stream: IO[bytes], begin: bytes, length: int | None) -> Stretch:
    """Take a body into a file; its length is None where only its end tells."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request
    try:
        file.write(begin)
        while piece := stream.read(_PIECE if length is None else min(_PIECE, length - file.tell())):
            file.write(piece)
        if length is not None and file.tell() < length:
            raise _cut_short()
    except BaseException:
        file.close()
        raise
    return Stretch(file, 0, file.tell())


def _cut_short() -> ApiError:
    return ApiError(400, {"detail": "The body is shorter than its Content-Length."})


# The answer


def _refusal(error: ApiError) -> Response:
    headers = {"Content-Type": "application/json", **error.headers}
    return Response(error.status, json.dumps(error.body).encode(), headers)


def _sent(answer: Response, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Hand an answer over, as far as a planned fault lets it pass."""
    fault = answer.fault
    connection = _socket_of(environ)
    if fault is not None:
        if fault.when == "after" and fault.delay:
            _lingered(fault.delay, connection)
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
        _shut(self._connection)


# Planned trouble on the wire


def _socket_of(environ: Environ) -> socket.socket | None:
    for name in _SOCKETS:
        if name in environ:
            return cast(socket.socket, environ[name])
    return None


def _dropped(connection: socket.socket | None) -> Response:
    """End a connection; what is answered then goes nowhere."""
    if connection is None:
        text = "this WSGI server gives no way to drop a connection, as a planned fault asks for"
        return _refusal(ApiError(501, {"error": text}))
    _shut(connection)
    return Response(500)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the client was quicker
        connection.shutdown(socket.SHUT_RDWR)


def _lingered(seconds: float, connection: socket.socket | None) -> bool:
    """Let time pass, and say whether the client is still there, as far as can be told."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK))
        if connection is not None and _gone(connection):
            return False
    return True


def _gone(connection: socket.socket) -> bool:
    """Whether the other side has ended the connection."""
    try:
        return connection.recv(1, socket.MSG_PEEK | getattr(socket, "MSG_DONTWAIT", 0)) == b""
    except BlockingIOError:
        return False  # it waits
    except OSError:
        return True
