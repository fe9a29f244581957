"""The application: a request goes in, an answer comes out; the centre of the fake server."""

from __future__ import annotations

import contextlib
import json
import re
import time
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import unquote

from ..errors import ApiError, FakeGraceDbError, NotFaked
from ..render.dialect import dialect_of
from ..store import Store, View
from ..vocabulary import GONE, SERVER_VERSIONS
from .call import Call
from .calls import LONGEST_PATH, Calls
from .calls import Call as Record
from .faults import Fault, FaultPlan
from .message import Request, Response
from .routes import is_at, match

__all__ = ["Application", "check_server_version"]

_NOT_FOUND = (
    b"<!doctype html>\n<html><head><title>Not Found</title></head>\n"
    b"<body><h1>Not Found</h1></body></html>\n"
)
_API = re.compile(
    r"(?P<before>.*?)/api(?:/(?P<version>v[^/]*|default(?=/|$)))?(?:/(?P<path>.*))?", re.DOTALL
)
_READING = ("GET", "HEAD", "OPTIONS")
_CLIENT = re.compile(r"gracedb-client/(\d{0,9})")
_NO_CACHE = "max-age=0, no-cache, no-store, must-revalidate, private"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def check_server_version(version: str | None) -> str | None:
    """Give a server version as it came, if there is such a server.

    Raises
    ------
    ValueError
        Otherwise.
    """
    if version is not None and version not in SERVER_VERSIONS:
        raise ValueError(
            f"server_version must be one of {', '.join(map(repr, SERVER_VERSIONS))}, "
            f"not {version!r}"
        )
    return version


class _Shared:
    """What all applications over one store in this process have in common."""

    def __init__(self) -> None:
        self.calls = Calls()
        self.faults = FaultPlan()


class Application:
    """A GraceDB server over a store, without a network.

    Parameters
    ----------
    store : Store
        Where everything is kept.
    server_version : {"2.36", "2.33"}, optional
        Which server is imitated; None: what the store's settings say.

    Raises
    ------
    ValueError
        If there is no such server.
    """

    def __init__(self, store: Store, server_version: str | None = None) -> None:
        self.store = store
        self.server_version = check_server_version(server_version)
        self._shared = store.attach("application", _Shared)

    @property
    def calls(self) -> Calls:
        """Every attempt on the store in this process."""
        return self._shared.calls

    @property
    def faults(self) -> FaultPlan:
        """The trouble planned for the store in this process."""
        return self._shared.faults

    def respond(self, request: Request) -> Response:
        """Answer a request that came over a wire, whatever happens.

        What the fake lacks is 501; a store that cannot be used, or a fault of ours, is 500.
        """
        try:
            return self.handle(request)
        except NotFaked as error:
            status, message = 501, str(error)
        except FakeGraceDbError as error:
            status, message = 500, str(error)
        except Exception as error:
            status, message = 500, f"the fake failed: {type(error).__name__}: {error}"
        body = json.dumps({"error": message}).encode()
        return Response(status, body, {"Content-Type": "application/json"})

    def handle(self, request: Request) -> Response:
        """Answer a request made in this process.

        Raises
        ------
        NotFaked
            If the real server has the call and the fake lacks it.
        StoreError
            If the store cannot be used.
        """
        began = time.perf_counter()
        scheme, _, rest = request.url.partition("://")
        host, slash, rest = rest.partition("/")
        path, _, query = (slash + rest).partition("#")[0].partition("?")
        found = _API.fullmatch(path)
        if found is None or found["before"].count("/") > 4:
            raise NotFaked(
                f"{request.method} {path}: only what lies below /api/ is faked, not the web pages"
            )
        version, below = found["version"] or "", found["path"] or ""
        root = f"{scheme}://{host}{found['before']}/api/{version}{'/' if version else ''}"
        asked = unquote(below)
        fault = self.faults.strike(request.method, asked)
        status: int | None = None  # until there is an answer: something may interrupt
        try:
            if fault is not None and _strikes_first(fault, request):
                response = _spoiled(fault)
            else:
                response = self._answer(request, root, version, asked, query)
                if fault is not None:
                    if fault.answers:
                        response.close()
                    response = _spoiled(fault, response)
            status = None if response.fault is not None and response.fault.drop else response.status
            return response
        except NotFaked:
            status = 501
            raise
        except Exception:
            status = 500
            raise
        finally:
            seconds = time.perf_counter() - began
            self.calls.record(Record(request.method, asked[:LONGEST_PATH], status, seconds))
            if request.method not in _READING:
                self._tell()

    def _tell(self) -> None:
        """Tell those who listen in this process what has changed: when all else is over."""
        hub = self.store.attached("alerts")
        if hub is not None and hub.subscriptions:
            hub.deliver(self.store)

    def _answer(
        self, request: Request, root: str, version: str, asked: str, query: str
    ) -> Response:
        if (refused := _refused_client(request)) is not None:
            return refused
        if version not in ("", "v1", "v2"):
            return _not_found()
        found = match(asked)
        unread: Response | None = None

        def answer(view: View) -> Response:
            nonlocal unread
            if unread is not None:
                unread.close()  # the store changed while it was made
            line = self.server_version or view.settings.server_version
            dialect = dialect_of(line, version, root)
            if found is None or not is_at(dialect, *found):
                return _not_found()
            unread = self._handled(Call(self, request, *found, dialect, query, view))
            return unread

        if request.method in _READING:
            return self.store.read(answer)
        return answer(self.store.view())

    def _handled(self, call: Call) -> Response:
        try:
            response = self._asked(call)
        except ApiError as error:
            body, content_type = call.dialect.error(error)
            headers = {"Content-Type": content_type, **error.headers}
            response = Response(error.status, body, headers)
        headers = response.headers
        headers.setdefault("Allow", ", ".join(call.methods))
        headers.setdefault("Vary", "Accept")
        path = call.route.path
        if path.startswith("events") or (path.startswith("superevents") and "/files/" not in path):
            headers.setdefault("Cache-Control", _NO_CACHE)
            headers.setdefault("Expires", _http_time(call.view))
        return response

    def _asked(self, call: Call) -> Response:
        """Ask the handler of the call's method, if there is one and the caller may."""
        route, method = call.route, call.request.method
        call.check()
        if method == "OPTIONS":
            return call.answer(200, {})
        asked = "GET" if method == "HEAD" else method
        if asked in route.retired and call.dialect.v2:
            raise ApiError(410, {"error": GONE})
        return route.handlers[asked](call)


def _http_time(view: View) -> str:
    """Give the time of the store's clock as headers write it."""
    return _header_time(view.now().replace(microsecond=0))


@lru_cache(maxsize=16)
def _header_time(now: datetime) -> str:
    return (
        f"{_DAYS[now.weekday()]}, {now.day:02d} {_MONTHS[now.month - 1]} {now.year} "
        f"{now.hour:02d}:{now.minute:02d}:{now.second:02d} GMT"
    )


def _refused_client(request: Request) -> Response | None:
    """Answer clients that the server does not serve: too old, or without a name."""
    agent = request.headers.get("User-Agent", "")
    version = _CLIENT.match(agent)
    if version is not None and int(version[1] or 0) < 2:
        text = f"{agent} is not allowed: please use ligo-gracedb 2.0.0 or newer"
    elif not agent:
        text = "a User-Agent header is required"
    else:
        return None
    return Response(400, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


def _not_found() -> Response:
    return Response(404, _NOT_FOUND, {"Content-Type": "text/html; charset=utf-8"})


# Planned trouble


def _strikes_first(fault: Fault, request: Request) -> bool:
    """Whether trouble comes instead of the change that is asked for."""
    if fault.when == "after":
        return False
    return _too_late(fault, request) or fault.answers or fault.drop


def _too_late(fault: Fault, request: Request) -> bool:
    """Whether the client has given up when an injected delay is over."""
    if request.linger is not None:
        return fault.delay > 0 and not request.linger(fault.delay)
    return request.timeout is not None and fault.delay > request.timeout


def _spoiled(fault: Fault, response: Response | None = None) -> Response:
    """Give the answer that a fault makes of the server's."""
    if response is None or fault.answers:
        status = fault.status or (response.status if response is not None else 200)
        response = Response(status, *_fault_body(fault, status))
    if fault.retry_after is not None:
        response.headers["Retry-After"] = f"{fault.retry_after:g}"
    response.fault = fault
    return response


def _fault_body(fault: Fault, status: int) -> tuple[bytes, dict[str, str]]:
    body = fault.body
    if isinstance(body, bytes):
        return body, {"Content-Type": "application/octet-stream"}
    if isinstance(body, str):
        return body.encode(), {"Content-Type": "text/html; charset=utf-8"}
    if body is None:
        text = ""
        with contextlib.suppress(ValueError):
            text = HTTPStatus(status).phrase
        if status == 429:
            seconds = f"{fault.retry_after or 1:g}"
            text = f"Request was throttled. Expected available in {seconds} second(s)."
        body = {"detail": text}
    return json.dumps(body).encode(), {"Content-Type": "application/json"}
