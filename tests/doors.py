"""The doors of the tests: ways to one and the same server, each a session of `requests`.

All of them answer for `HOST`, so that what a test compares is the same behind each.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from fakegracedb import Server, Store
from fakegracedb.api.app import Application
from fakegracedb.api.authorization import GROUPS
from fakegracedb.api.message import Identity
from fakegracedb.transport import StoreAdapter
from fakegracedb.wsgi import WsgiApplication, application

HOST = "https://gracedb.example.org"


class Door(Protocol):
    """A way to a server."""

    url: str  # what stands before /api/
    fake_disk: bool  # whether the store lies in pyfakefs

    def session(
        self, store: Store, server_version: str, identity: Identity | None
    ) -> requests.Session:
        """Give a session whose requests are answered from a store."""

    def close(self) -> None:
        """Let go of what was opened for the sessions."""


class AdapterDoor:
    """Within the process, through the adapter that the client uses."""

    url = HOST
    fake_disk = False

    def session(
        self, store: Store, server_version: str, identity: Identity | None
    ) -> requests.Session:
        return _session(StoreAdapter(Application(store, server_version), identity, waits="skip"))

    def close(self) -> None:
        pass


class WsgiDoor:
    """Within the process, through the WSGI application."""

    url = HOST
    fake_disk = False

    def session(
        self, store: Store, server_version: str, identity: Identity | None
    ) -> requests.Session:
        app = application(store, server_version, anonymous=_is_nobody(identity))
        return _named(_session(_WsgiAdapter(app)), identity)

    def close(self) -> None:
        pass


class ServerDoor:
    """Over HTTP on loopback; the server believes that a proxy for `HOST` stands before it."""

    url = HOST
    fake_disk = False

    def __init__(self) -> None:
        self._servers: dict[tuple[str, str, bool], Server] = {}

    def session(
        self, store: Store, server_version: str, identity: Identity | None
    ) -> requests.Session:
        key = str(store.path), server_version, _is_nobody(identity)
        server = self._servers.get(key)
        if server is None:
            server = Server(store, server_version=server_version, anonymous=key[2], forwarded=True)
            server.start()
            self._servers[key] = server
        return _named(_session(_Proxy(server)), identity)

    def close(self) -> None:
        for server in self._servers.values():
            server.stop()


class FakeDiskDoor(AdapterDoor):
    """Within the process, onto a disk that pyfakefs makes up."""

    fake_disk = True


DOORS: dict[str, type[Door]] = {
    "adapter": AdapterDoor,
    "wsgi": WsgiDoor,
    "server": ServerDoor,
    "fake disk": FakeDiskDoor,
}


def _is_nobody(identity: Identity | None) -> bool:
    return identity is not None and identity.name is None


def _session(adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _named(session: requests.Session, identity: Identity | None) -> requests.Session:
    """Let a session say who asks as programs over HTTP do."""
    if identity is not None and identity.name is not None:
        name = base64.b64encode(f"{identity.name}:".encode()).decode()
        session.headers["Authorization"] = f"Basic {name}"
        if identity.groups is not None:
            session.headers[GROUPS] = ", ".join(identity.groups)
    return session


def _content(body: Any) -> bytes:
    """Give the body of a prepared request in one piece."""
    if body is None:
        return b""
    if hasattr(body, "read"):
        body = body.read()
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, (bytes, bytearray)) else b"".join(body)


class _WsgiAdapter(HTTPAdapter):
    """Calls a WSGI application where others open a socket."""

    def __init__(self, app: WsgiApplication) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        body = _content(request.body)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
            "RAW_URI": request.path_url,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": parts.hostname,
            "SERVER_PORT": str(parts.port or 443),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": parts.netloc.rpartition("@")[2],
            "HTTP_USER_AGENT": "urllib3",  # which it sends where the session says nothing
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers.items():
            key = name.upper().replace("-", "_")
            text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
        if body:
            environ["CONTENT_LENGTH"] = str(len(body))
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            started[:] = [status, headers]

        answer: Iterable[bytes] = self._app(environ, start_response)
        try:
            content = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, _, reason = started[0].partition(" ")
        raw = HTTPResponse(
            body=io.BytesIO(content),
            headers=started[1],
            status=int(status),
            reason=reason,
            preload_content=False,
            decode_content=False,
            request_method=request.method,
        )
        return self.build_response(request, raw)


class _Proxy(HTTPAdapter):
    """Sends what is for `HOST` to a server, as a proxy does."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        parts = urlsplit(request.url or "")
        passed = request.copy()
        passed.url = f"http://127.0.0.1:{self._server.port}{request.path_url}"
        passed.headers["Host"] = parts.netloc.rpartition("@")[2]
        passed.headers["X-Forwarded-Proto"] = parts.scheme
        response = super().send(passed, *args, **options)
        response.request, response.url = request, request.url or ""
        return response
