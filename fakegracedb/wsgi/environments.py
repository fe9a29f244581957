"""A request taken out of the environment in which WSGI has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import IO, Any, TypeAlias
from urllib.parse import quote

from ..api.authorization import GROUPS, identity_of
from ..api.message import Identity, Request
from ..errors import ApiError
from ..stretches import Stretch, gathered
from .connections import connection_of, lingered

__all__ = ["Environ", "request_of"]

Environ: TypeAlias = dict[str, Any]

_IN_MEMORY = 1 << 19  # bytes of a body; larger ones lie in a temporary file
_PIECE = 1 << 18  # bytes

_HOST = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
_LENGTH = re.compile(r"[0-9]{1,18}")
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
_KEPT_IN_PATHS = "/~:@!$&'()*+,;="


def request_of(environ: Environ, other: Identity | None, *, forwarded: bool) -> Request:
    """Take a request out of its environment.

    Parameters
    ----------
    environ : dict
        As PEP 3333 has it.
    other : Identity or None
        Who asks, where the request does not say; None is the store's default user.
    forwarded : bool
        Whether to believe the X-Forwarded headers.

    Raises
    ------
    ApiError
        400 or 401 for one that no application should see.
    """
    headers = _Headers(environ)
    connection = connection_of(environ)
    return Request(
        method=environ["REQUEST_METHOD"].upper(),
        url=_root(environ, headers, forwarded=forwarded) + _target(environ),
        headers=headers,
        body=_body(environ),
        identity=identity_of(headers.get("Authorization", ""), headers.get(GROUPS), other),
        linger=lambda seconds: lingered(seconds, connection),
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
        if not _LENGTH.fullmatch(announced):
            raise ApiError(400, {"detail": "Invalid Content-Length header."})
        length = int(announced)
        if length > _IN_MEMORY:
            if getattr(stream, "seekable", bool)():  # a file already, as waitress does it
                return Stretch(stream, stream.tell(), length)
            found = Stretch.of(_pieces(stream, length))
            if len(found) < length:
                raise _cut_short()
            return found
        body = stream.read(length)
        if len(body) < length:
            raise _cut_short()
        return body
    if not environ.get("wsgi.input_terminated"):
        return b""  # who reads on would wait for ever
    return gathered(_pieces(stream, None))


def _pieces(stream: IO[bytes], length: int | None) -> Iterator[bytes]:
    """Read a body piece by piece; its length is None where only its end tells."""
    left = length
    while piece := stream.read(_PIECE if left is None else min(_PIECE, left)):
        yield piece
        if left is not None:
            left -= len(piece)


def _cut_short() -> ApiError:
    return ApiError(400, {"detail": "The body is shorter than its Content-Length."})
