"""The adapter against the real thing: the same trouble over a socket and through the adapter."""

from __future__ import annotations

import gc
import io
import os
import socket
import threading
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from ligo.gracedb.rest import GraceDb
from patience import PATIENCE, no_sleep_here
from requests.adapters import HTTPAdapter
from urllib3 import Retry, Timeout

from fakegracedb.api.faults import Fault
from fakegracedb.api.message import Blob, Identity, Request, Response
from fakegracedb.errors import NotFaked, StoreError
from fakegracedb.transport import StoreAdapter, Waits

BODY = b'{"graceid": "G0001", "comment": "' + b"x" * 30000 + b'"}'  # several of requests' chunks
JSON = {"Content-Type": "application/json"}


@dataclass
class Step:
    """How one attempt is answered, over a socket as through the adapter."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = BODY
    fault: Fault | None = None


@dataclass
class Asked:
    method: str
    target: str
    body: bytes
    headers: dict[str, str]


class Plan:
    """Steps for the attempts to come, the last for ever; and what was asked."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.asked: list[Asked] = []

    def next(self, asked: Asked) -> Step:
        self.asked.append(asked)
        return self.steps[min(len(self.asked), len(self.steps)) - 1]


class Skips:
    """The clock of a store: remembers what was skipped."""

    def __init__(self) -> None:
        self.skipped: list[float] = []

    def skip(self, seconds: float) -> None:
        self.skipped.append(seconds)


class Answering:
    """An application that answers by plan."""

    def __init__(self, *steps: Step, plan: Plan | None = None) -> None:
        self.plan = plan or Plan(*steps)
        self.store = SimpleNamespace(clock=Skips())
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        target = "/" + request.url.split("/", 3)[3]
        headers = {name.lower(): value for name, value in request.headers.items()}
        step = self.plan.next(Asked(request.method, target, request.body, headers))
        return Response(step.status, step.body, {**JSON, **step.headers}, step.fault)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body leave in two packets
    server: Loopback

    def answer(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        step = self.server.plan.next(Asked(self.command, self.path, body, headers))
        fault = step.fault or Fault()
        if fault.delay:
            self.server.over.wait(fault.delay)
        if fault.drop:
            self.close_connection = True
            return
        self.send_response(step.status)
        for name, value in {**JSON, **step.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(step.body)))
        self.end_headers()
        if self.command != "HEAD":
            body = step.body[: fault.truncate]
            self.wfile.write(body)
            self.close_connection = len(body) < len(step.body)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that has lost patience
            super().handle()

    def finish(self) -> None:
        with suppress(ConnectionError):
            super().finish()

    def log_message(self, *args: Any) -> None:
        pass


class Loopback(ThreadingHTTPServer):
    plan: Plan
    over: threading.Event

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture(scope="module")
def loopback() -> Iterator[Loopback]:
    with Loopback(("127.0.0.1", 0), Handler) as server:
        server.over = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody sleeps; what would have been slept is noted."""
    noted: list[float] = []
    no_sleep_here(monkeypatch, noted.append)
    return noted


def clients_policy(**options: Any) -> Retry:
    """The policy that the real client uses over https."""
    client = GraceDb(force_noauth=True, **{"retries": 2, **options})
    return client.get_adapter("https://").max_retries


def session_with(adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


Use = Callable[[requests.Response], object]


def content(response: requests.Response) -> object:
    return response.content


def outcome(adapter: HTTPAdapter, url: str, use: Use = content, **options: Any) -> object:
    """What the caller of a session sees, so that it can be compared."""
    options = {"method": "GET", **options}
    if callable(options.get("timeout")):
        options["timeout"] = options["timeout"]()
    with session_with(adapter) as session:
        try:
            response = session.request(url=url + "/api/events/?query=far", **options)
            return {
                "status": response.status_code,
                "reason": response.reason,
                "headers": {k: response.headers.get(k) for k in ("Content-Type", "Content-Length")},
                "version": (response.raw.version, response.raw.version_string),
                "used": use(response),
                "closed": response.raw.closed,
                "history": repr(response.raw.retries.history),
            }
        except Exception as error:
            inner = error.args[0] if error.args else None
            return (
                type(error),
                str(error),
                type(inner),
                type(getattr(inner, "reason", None)),
                isinstance(getattr(error, "request", None), requests.PreparedRequest),
            )


def compare(
    loopback: Loopback,
    *steps: Step,
    policy: Callable[[], Retry | int] = clients_policy,
    waits: Waits = "real",
    **options: Any,
) -> object:
    """Have the same thing happen in both worlds; fail unless it looks the same."""
    loopback.plan = plan = Plan(*steps)
    real = outcome(HTTPAdapter(max_retries=policy()), loopback.url, **options)
    application = Answering(*steps)
    adapter = StoreAdapter(application, None, policy(), waits)  # type: ignore[arg-type]
    fake = outcome(adapter, loopback.url, **options)
    assert fake == real
    asked = application.plan.asked
    assert [(a.method, a.target, a.body) for a in asked] == [
        (a.method, a.target, a.body) for a in plan.asked
    ]
    assert adapter.max_retries.history == ()
    return fake


POLICIES = {
    "the client's": clients_policy,
    "the client's over http": lambda: 0,
    "a number": lambda: 2,
    "no exception": lambda: Retry(2, status_forcelist=[409, 502, 503], raise_on_status=False),
    "reading methods only": lambda: Retry(2, status_forcelist=[409, 413, 429, 503]),
    "no Retry-After": lambda: Retry(
        2, status_forcelist=[503], backoff_factor=0.5, respect_retry_after_header=False
    ),
    "none": lambda: Retry(False),
    "few reads": lambda: Retry(5, read=1, status=1, status_forcelist=[502, 503]),
}
TROUBLE = {
    **{f"{status}": [Step(status)] for status in (408, 409, 413, 429, 500, 502, 503, 504)},
    **{
        f"{status}, Retry-After": [Step(status, {"Retry-After": "7"})]
        for status in (409, 413, 429, 500, 503)
    },
    "503, long Retry-After": [Step(503, {"Retry-After": "400"})],
    "503, bad Retry-After": [Step(503, {"Retry-After": "soon"})],
    "503, old Retry-After": [Step(503, {"Retry-After": "Sun, 01 Mar 2026 17:00:00 GMT"})],
    "503, then good": [Step(503, {"Retry-After": "1"}), Step()],
    "409 twice, then created": [Step(409), Step(409), Step(201)],
    "drop": [Step(fault=Fault(drop=True))],
    "drop, 502, then good": [Step(fault=Fault(drop=True)), Step(502), Step()],
    "cut": [Step(fault=Fault(truncate=12000))],
    "cut to nothing": [Step(fault=Fault(truncate=0))],
    "cut beyond the end": [Step(fault=Fault(truncate=10**6))],
    "cut 503, then good": [Step(503, {"Retry-After": "1"}, fault=Fault(truncate=3)), Step()],
    "404": [Step(404)],
    "204": [Step(204, body=b"")],
}


@contextmanager
def named(scenario: str) -> Iterator[None]:
    """Say in which scenario a comparison failed."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"scenario: {scenario}")
        raise


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize("policy", POLICIES)
def test_trouble_looks_as_it_does_over_a_socket(
    loopback: Loopback, slept: list[float], policy: str, method: str
) -> None:
    for name, steps in TROUBLE.items():
        with named(name):
            compare(loopback, *steps, policy=POLICIES[policy], method=method)
            half = len(slept) // 2
            assert slept[:half] == pytest.approx(slept[half:])
        slept.clear()


LATER = 60.0  # s; than whoever is to give up, however long that takes
DELAYS: dict[str, tuple[float, Any]] = {
    "a number": (LATER, 0.03),
    "a pair": (LATER, (5, 0.03)),
    "a pair with a short connect": (0.1, (0.03, PATIENCE)),
    "a pair without an end": (0.1, (0.03, None)),
    "none": (0.1, None),
    "a Timeout": (LATER, Timeout(connect=5, read=0.03)),
    "a Timeout without read": (0.1, Timeout(connect=5)),
    "three": (0.1, (1, 2, 3)),
    "zero": (0.1, 0),
    "below zero": (0.1, (1, -1)),
    "text": (0.1, "soon"),
    "yes": (0.1, True),
}


@pytest.mark.parametrize("timeout", DELAYS)
def test_timeouts_are_read_as_they_are_over_a_socket(loopback: Loopback, timeout: str) -> None:
    delay, given = DELAYS[timeout]
    late = Step(fault=Fault(delay=delay))
    compare(loopback, late, policy=lambda: 0, waits="skip", timeout=given)


class OnTime(Timeout):
    """Of 0.15 s for an answer that is planned to be late; one that is not may take its time."""

    def __init__(self, *steps: Step) -> None:
        super().__init__(read=0.15)
        self._steps = steps
        self._tried = 0

    def clone(self) -> Timeout:
        """Give that of the next try."""
        step = self._steps[min(self._tried, len(self._steps) - 1)]
        self._tried += 1
        return Timeout(read=0.15 if step.fault is not None else PATIENCE)


@pytest.mark.parametrize("policy", ["the client's", "the client's over http", "few reads"])
def test_late_answers_look_as_they_do_over_a_socket(loopback: Loopback, policy: str) -> None:
    late, lost = (Step(fault=Fault(delay=LATER, drop=drop)) for drop in (False, True))
    for steps in ([late], [late, Step()], [lost, Step()]):
        on_time = partial(OnTime, *steps)
        compare(loopback, *steps, policy=POLICIES[policy], waits="skip", timeout=on_time)


def test_late_lost_connection_looks_as_it_does_over_a_socket(loopback: Loopback) -> None:
    compare(loopback, Step(fault=Fault(delay=0.05, drop=True)), Step(), timeout=PATIENCE)


def test_total_timeout_ends_a_late_answer(loopback: Loopback) -> None:
    steps = Step(fault=Fault(delay=LATER))
    application = Answering(steps)
    loopback.plan = Plan(steps)
    for adapter in (HTTPAdapter(), StoreAdapter(application)):  # type: ignore[arg-type]
        with session_with(adapter) as session, pytest.raises(requests.ReadTimeout):
            session.get(loopback.url, timeout=Timeout(total=0.03))
    assert len(application.requests) == 1


def by_parts(size: int) -> Use:
    def use(response: requests.Response) -> object:
        parts = []
        while part := response.raw.read(size):
            parts.append((len(part), response.raw.closed))
        return parts, response.raw.read(), response.raw.read(size)

    return use


USES: dict[str, Use] = {
    "content": content,
    "read": lambda r: (r.raw.read(), r.raw.read(), r.raw.closed),
    "data": lambda r: (r.raw.data, r.raw.data),
    "small parts": by_parts(7000),
    "exact parts": by_parts(len(BODY)),
    "large parts": by_parts(10**6),
    "stream": lambda r: b"".join(r.raw.stream(7000)),
    "iter_content": lambda r: list(r.iter_content(7000)),
    "iter_lines": lambda r: list(r.iter_lines()),
    "lines": lambda r: list(r.raw),
    "read1": lambda r: (r.raw.read1(100), len(r.raw.read(100)), r.raw.closed),
    "nothing": lambda r: (r.raw.read(0), r.raw.closed, r.raw.tell()),
    "closed unread": lambda r: (r.close(), r.raw.closed, r.raw.read()),
    "closed half read": lambda r: (r.raw.read(9), r.close(), r.raw.closed),
    "json": lambda r: (r.raw.json(), r.raw.closed),
    "into": lambda r: (r.raw.readinto(bytearray(5)), r.raw.read(2)),
    "attributes": lambda r: (
        r.raw.length_remaining,
        r.raw.isclosed(),
        r.raw.readable(),
        r.raw.chunked,
        r.raw.decode_content,
        r.raw.release_conn(),
    ),
}


@pytest.mark.parametrize("use", USES)
def test_content_is_read_as_it_is_over_a_socket(loopback: Loopback, use: str) -> None:
    steps = {
        "whole": Step(),
        "cut": Step(fault=Fault(truncate=12000)),
        "cut to nothing": Step(fault=Fault(truncate=0)),
        "empty": Step(204, body=b""),
        "short": Step(body=b"{}"),
    }
    for name, step in steps.items():
        for method in ("GET", "HEAD"):
            with named(f"{name}, {method}"):
                compare(loopback, step, use=USES[use], method=method, stream=True)


class Unseekable(io.BytesIO):
    def tell(self) -> int:
        raise OSError("a pipe")


def a_file_read_in_part() -> io.BytesIO:
    file = io.BytesIO(b"0123456789")
    file.seek(4)
    return file


BODIES: dict[str, Callable[[], Any]] = {
    "nothing": lambda: None,
    "bytes": lambda: b"\x00\xff",
    "text": lambda: "Überhöhung",
    "form": lambda: {"comment": "zwölf", "tags": ["pe", "psd"]},
    "bytearray": lambda: bytearray(b"abc"),
    "file": lambda: io.BytesIO(b"0123456789"),
    "file read in part": a_file_read_in_part,
    "text file": lambda: io.StringIO("plain"),
    "pipe": lambda: Unseekable(b"0123456789"),
    "generator": lambda: (part for part in (b"01", b"", b"234")),
    "generator of text": lambda: (part for part in ("a", "b")),
    "list": lambda: iter([b"a", b"b"]),
}


@pytest.mark.parametrize("body", BODIES)
def test_bodies_arrive_as_they_do_over_a_socket(loopback: Loopback, body: str) -> None:
    for steps in ([Step()], [Step(502), Step(201)]):
        loopback.plan = plan = Plan(*steps)
        application = Answering(*steps)
        adapters = [
            HTTPAdapter(max_retries=clients_policy()),
            StoreAdapter(application, None, clients_policy()),  # type: ignore[arg-type]
        ]
        real, fake = (
            outcome(adapter, loopback.url, method="POST", data=BODIES[body]())
            for adapter in adapters
        )
        assert fake == real
        assert [a.body for a in application.plan.asked] == [a.body for a in plan.asked]


def test_multipart_arrives_as_it_does_over_a_socket(loopback: Loopback) -> None:
    files = {"eventFile": ("coinc.xml", io.BytesIO(b"<LIGO_LW/>"), "application/xml")}
    prepared = requests.Request(
        "POST", loopback.url + "/api/events/", data={"group": "CBC"}, files=files
    ).prepare()
    loopback.plan = plan = Plan(Step())
    application = Answering(Step())
    for adapter in (HTTPAdapter(), StoreAdapter(application)):  # type: ignore[arg-type]
        with session_with(adapter) as session:
            session.send(prepared)
    assert application.plan.asked[0].body == plan.asked[0].body
    assert (
        application.plan.asked[0].headers["content-type"] == plan.asked[0].headers["content-type"]
    )


@pytest.mark.parametrize(
    "headers",
    [{}, {"User-Agent": "gracedb-client/2.16.1"}, {"User-Agent": None}, {"X-Bytes": b"caf\xe9"}],
)
def test_headers_arrive_as_they_do_over_a_socket(
    loopback: Loopback, headers: dict[str, Any]
) -> None:
    loopback.plan = plan = Plan(Step())
    application = Answering(Step())
    for adapter in (HTTPAdapter(), StoreAdapter(application)):  # type: ignore[arg-type]
        with session_with(adapter) as session:
            session.headers.pop("User-Agent")
            session.get(loopback.url + "/api/", headers=headers)
    real, fake = plan.asked[0].headers, application.plan.asked[0].headers
    real.pop("host")
    assert fake == real
    assert "User-Agent" in application.requests[0].headers


def test_url_arrives_without_what_stays_with_the_client() -> None:
    application = Answering(Step())
    with session_with(StoreAdapter(application)) as session:  # type: ignore[arg-type]
        session.get("https://me:secret@gracedb.example:8443/api/events/?query=a%40b#part")
        session.get("http://gracedb.example/api/events/G1/files/a@b.txt,0")
    assert [request.url for request in application.requests] == [
        "https://gracedb.example:8443/api/events/?query=a%40b",
        "http://gracedb.example/api/events/G1/files/a@b.txt,0",
    ]


def test_identity_goes_with_every_request() -> None:
    application = Answering(Step())
    adapter = StoreAdapter(application, Identity("marie.curie"))  # type: ignore[arg-type]
    with session_with(adapter) as session:
        session.get("https://gracedb.example/api/")
    assert application.requests[0].identity == Identity("marie.curie")


def test_skipped_waits_set_the_clock_instead_of_sleeping(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_sleep(seconds: float) -> None:
        raise AssertionError(f"slept for {seconds} s")

    no_sleep_here(monkeypatch, no_sleep)
    application = Answering(
        Step(503, {"Retry-After": "20"}),  # as told
        Step(503, {"Retry-After": "400"}),  # no longer than the client's limit
        Step(409),  # back-off
        Step(fault=Fault(delay=4)),  # within the timeout
    )
    policy = clients_policy(retries=5, backoff_factor=0.25)
    adapter = StoreAdapter(application, None, policy, "skip")  # type: ignore[arg-type]
    with session_with(adapter) as session:
        assert session.get("https://gracedb.example/", timeout=10).status_code == 200
    assert application.store.clock.skipped == [20, 30, 0.25 * 2**2, 4]


def test_skipped_delay_beyond_the_timeout_skips_the_timeout() -> None:
    application = Answering(Step(fault=Fault(delay=600)))
    adapter = StoreAdapter(application, waits="skip")  # type: ignore[arg-type]
    with session_with(adapter) as session, pytest.raises(requests.ReadTimeout):
        session.get("https://gracedb.example/", timeout=(3, 60))
    assert application.store.clock.skipped == [60]


def test_real_waits_are_slept_through(slept: list[float]) -> None:
    application = Answering(
        Step(503, {"Retry-After": "3"}), Step(fault=Fault(delay=2)), Step(fault=Fault(drop=True))
    )
    adapter = StoreAdapter(application, None, clients_policy())  # type: ignore[arg-type]
    with session_with(adapter) as session:
        session.get("https://gracedb.example/")
        with pytest.raises(requests.ConnectionError):
            session.get("https://gracedb.example/")
    assert slept == [3, 2, 0.2]
    assert application.store.clock.skipped == []


def test_lost_connections_are_told_where_urllib3_tells_of_them(
    loopback: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    compare(loopback, Step(fault=Fault(drop=True)), Step())
    real, fake = (
        r for r in caplog.records if r.name == "urllib3.connectionpool" and r.levelno > 20
    )
    assert fake.getMessage() == real.getMessage()


def test_call_that_is_not_faked_reaches_the_caller() -> None:
    class Lacking(Answering):
        def handle(self, request: Request) -> Response:
            raise NotFaked("GET /apiweb/")

    adapter = StoreAdapter(Lacking(), None, clients_policy())  # type: ignore[arg-type]
    with session_with(adapter) as session, pytest.raises(NotFaked, match="GET /apiweb/"):
        session.get("https://gracedb.example/apiweb/")


def test_trouble_of_the_store_is_not_taken_for_trouble_of_the_wire() -> None:
    class Broken(Answering):
        def handle(self, request: Request) -> Response:
            raise PermissionError("store.json")

    adapter = StoreAdapter(Broken(), None, clients_policy())  # type: ignore[arg-type]
    with session_with(adapter) as session, pytest.raises(PermissionError):
        session.get("https://gracedb.example/api/")


def test_released_adapter_lets_go_and_says_so() -> None:
    application = Answering(Step())
    adapter = StoreAdapter(application)  # type: ignore[arg-type]
    with session_with(adapter) as session:
        session.get("https://gracedb.example/")
        session.close()
        session.get("https://gracedb.example/")  # as with a real session
        adapter.release()
        with pytest.raises(StoreError, match="store="):
            session.get("https://gracedb.example/")


def test_no_url_opens_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_socket(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a socket was asked for")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, no_socket)
    application = Answering(Step())
    adapter = StoreAdapter(application)  # type: ignore[arg-type]
    with session_with(adapter) as session:
        proxies = {"http": "http://proxy.example:3128", "https": "socks5://proxy.example"}
        for url in (
            "https://gracedb.ligo.org/api/",
            "http://gracedb.ligo.org/api/",
            "HTTPS://[::1]:8443/api/",
            "http://127.0.0.1:1/",
            "http://localhost",
        ):
            assert session.get(url, proxies=proxies).content == BODY
        with pytest.raises(requests.exceptions.InvalidSchema):
            session.get("ftp://gracedb.ligo.org/api/")
    assert len(application.requests) == 5


MEGABYTE = 1 << 20
LARGE = 100 * MEGABYTE


class Serving(Answering):
    """An application that answers with a file."""

    def __init__(self, path: Path, fault: Fault | None = None) -> None:
        super().__init__(Step())
        self.path, self.fault = path, fault
        self.status = 200
        self.opened: list[io.BufferedReader] = []

    def handle(self, request: Request) -> Response:
        stream = self.path.open("rb")
        self.opened.append(stream)
        return Response(self.status, Blob(stream, self.path.stat().st_size), fault=self.fault)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "skymap.fits"
    path.write_bytes(os.urandom(200_000))
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.dat"
    with path.open("wb") as stream:
        stream.truncate(LARGE)
    return path


def peak(action: Callable[[], object]) -> float:
    """Largest amount of memory that was held during an action, beyond what it was before [MB]."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        tracemalloc.stop()


def test_large_file_goes_out_without_a_copy(large: Path) -> None:
    with session_with(StoreAdapter(Serving(large))) as session:  # type: ignore[arg-type]

        def whole() -> None:
            assert len(session.get("https://gracedb.example/", stream=True).raw.read()) == LARGE

        def in_parts() -> None:
            response = session.get("https://gracedb.example/", stream=True)
            assert sum(len(part) for part in response.iter_content(MEGABYTE)) == LARGE

        assert peak(whole) < 100 + 20  # the client holds what it has read
        assert peak(in_parts) < 20


def test_large_body_goes_in_without_a_copy() -> None:
    class Dropping(Answering):
        def handle(self, request: Request) -> Response:
            assert len(request.body) == LARGE
            return Response(201)

    body = bytes(LARGE)
    with session_with(StoreAdapter(Dropping())) as session:  # type: ignore[arg-type]
        assert peak(lambda: session.post("https://gracedb.example/", data=body)) < 20
        file = io.BytesIO(body)  # the client holds no part of a file that it sends
        assert peak(lambda: session.post("https://gracedb.example/", data=file)) < 100 + 20


def test_file_is_closed_when_read_closed_or_not_wanted(file: Path) -> None:
    application = Serving(file)
    with session_with(StoreAdapter(application)) as session:  # type: ignore[arg-type]
        assert session.get("https://gracedb.example/").content == file.read_bytes()
        streamed = session.get("https://gracedb.example/", stream=True)
        assert not application.opened[-1].closed
        streamed.raw.read(150_000)
        assert not application.opened[-1].closed
        streamed.raw.read(150_000)
        assert application.opened[-1].closed
        session.get("https://gracedb.example/", stream=True).close()
        assert session.head("https://gracedb.example/", stream=True).content == b""
        for fault in (Fault(drop=True), Fault(truncate=5)):
            application.fault = fault
            with pytest.raises(requests.RequestException):
                session.get("https://gracedb.example/")
    assert [stream.closed for stream in application.opened] == [True] * 6


def test_file_of_an_answer_that_is_asked_for_again_is_closed(file: Path) -> None:
    application = Serving(file)
    application.status = 502
    adapter = StoreAdapter(application, None, clients_policy(backoff_factor=0))  # type: ignore[arg-type]
    with session_with(adapter) as session, pytest.raises(requests.exceptions.RetryError):
        session.get("https://gracedb.example/")
    assert [stream.closed for stream in application.opened] == [True] * 3


@pytest.mark.parametrize("in_a_cycle", [False, True])
def test_file_is_closed_when_the_answer_is_forgotten(file: Path, in_a_cycle: bool) -> None:
    application = Serving(file)
    with session_with(StoreAdapter(application)) as session:  # type: ignore[arg-type]
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            for _ in range(3):
                response = session.get("https://gracedb.example/", stream=True)
                descriptor = application.opened.pop().fileno()  # nobody else holds the file
                os.fstat(descriptor)
                if in_a_cycle:
                    response.raw.json = response.json  # as the real client's get_file does
                del response
                gc.collect()
                with pytest.raises(OSError, match=r"[Bb]ad file"):
                    os.fstat(descriptor)
        assert warned == []


def test_small_file_is_not_left_open(tmp_path: Path) -> None:
    path = tmp_path / "coinc.xml"
    path.write_bytes(b"<LIGO_LW/>")
    application = Serving(path)
    with session_with(StoreAdapter(application)) as session:  # type: ignore[arg-type]
        response = session.get("https://gracedb.example/", stream=True)
        assert application.opened[0].closed
        assert response.raw.read() == b"<LIGO_LW/>"


def test_file_that_shrank_is_an_answer_cut_short(file: Path) -> None:
    application = Serving(file)
    with session_with(StoreAdapter(application)) as session:  # type: ignore[arg-type]
        response = session.get("https://gracedb.example/", stream=True)
        os.truncate(file, 70_000)
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            response.content  # noqa: B018


def test_one_adapter_serves_many_threads() -> None:
    class Echo(Answering):
        def handle(self, request: Request) -> Response:
            return Response(200, request.body)

    with session_with(StoreAdapter(Echo())) as session:  # type: ignore[arg-type]
        failed: list[bytes] = []

        def ask(mine: bytes) -> None:
            for _ in range(20):
                if session.post("https://gracedb.example/", data=mine).content != mine:
                    failed.append(mine)

        threads = [threading.Thread(target=ask, args=(b"%d" % i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
