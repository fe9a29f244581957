"""How quick it is, in ratios of medians within a run: ``python tests/benchmarks/run.py [NAME …]``.

Calls that are compared take turns, so that whatever else the machine does hits both. The floor is
the real client with its searches for credentials off and an adapter that does nothing; the other
doubles are used with the real client as their users build it. Not a test: it prints what it
measured beside the goal, and exits 1 if a goal is missed.
"""

from __future__ import annotations

import gc
import importlib.util
import io
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests_mock
from alerting import alerting
from archiving import archiving, fetching
from brokering import brokering
from candidates import superevents
from igwn_auth_utils.requests import HTTPSciTokenAuth  # type: ignore[import-untyped]
from ingesting import ingesting
from ligo.gracedb.rest import GraceDb
from looking import looking
from measuring import fresh, medians, report, results
from pytest_httpserver import HTTPServer
from regenerating import regenerating
from requests.adapters import HTTPAdapter
from searching import searching
from serving import serving_ends, serving_events, serving_uploads
from swapping import swapping
from urllib3 import HTTPResponse

from fakegracedb import FakeGraceDb, Store
from fakegracedb.documents import Event, Log
from fakegracedb.store import core
from fakegracedb.store.layout import event_folder

SUITE = importlib.util.find_spec("ligo.gracedb.test.integration")
assert SUITE is not None
DATA = Path(str(SUITE.origin)).parent / "data"
COINC = (DATA / "cbc-lm.xml").read_bytes()
PICTURE = bytes(range(256)) * 8  # 2 kB
SERVER = "https://gracedb.ligo.org/api/"

logging.getLogger("werkzeug").setLevel(logging.ERROR)


class Nothing(HTTPAdapter):
    """An adapter that gives the same answer to everything."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.body = body

    def send(self, request: Any, *_: object, **__: object) -> Any:
        raw = HTTPResponse(
            body=io.BytesIO(self.body),
            headers={"Content-Type": "application/json"},
            status=200,
            reason="OK",
            preload_content=False,
        )
        return self.build_response(request, raw)


def floor_client() -> GraceDb:
    """Give the real client with every search for credentials off."""
    client = GraceDb(SERVER, force_noauth=True)
    client.trust_env = False
    client.auth = HTTPSciTokenAuth(token="")
    return client


def upload(client: Any) -> Any:
    return client.create_event("Test", "gstlal", "cbc-lm.xml", filecontents=COINC)


def log(client: Any, graceid: str) -> Any:
    return client.write_log(graceid, "A picture", filename="p.png", filecontents=PICTURE)


def reading() -> None:
    """event() beside requests-mock and the floor."""
    with ExitStack() as stack:
        fake = fresh(stack)
        graceid = upload(fake).json()["graceid"]
        answer = fake.event(graceid)
        root = fake.get(SERVER).json()
        mocked, floor = GraceDb(SERVER, force_noauth=True), floor_client()
        mocked._service_info = floor._service_info = root
        floor.mount("https://", Nothing(answer.content))
        mock = requests_mock.Mocker(session=mocked)
        mock.get(answer.url, content=answer.content, headers=dict(answer.headers))

        def with_mock() -> None:
            mocked.event(graceid)

        with mock:
            ours, theirs, least = medians(
                3000, lambda: fake.event(graceid), with_mock, lambda: floor.event(graceid)
            )
        print(
            f"        event(): {ours * 1e6:.0f} us, requests-mock {theirs * 1e6:.0f}, "
            f"floor {least * 1e6:.0f}"
        )
        report("event() / requests-mock", ours / theirs, 0.8)
        report("event() / floor", ours / least, 1.6)


def writing() -> None:
    """write_log and create_event beside pytest-httpserver with canned answers."""
    with ExitStack() as stack:
        fake = fresh(stack)
        created = upload(fake)
        graceid = created.json()["graceid"]
        logged = log(fake, graceid)
        server = HTTPServer(port=0)
        server.start()
        stack.callback(server.stop)
        for path, answer in (("/api/events/", created), (f"/api/events/{graceid}/log/", logged)):
            server.expect_request(path, method="POST").respond_with_data(
                answer.content, status=201, content_type="application/json"
            )
        base = server.url_for("/api/")
        real = GraceDb(base, force_noauth=True)
        real._service_info = FakeGraceDb(base, store=fake.store).service_info
        ours, theirs = medians(500, lambda: log(fake, graceid), lambda: log(real, graceid))
        print(f"        write_log: {ours * 1e3:.2f} ms, httpserver {theirs * 1e3:.2f}")
        report("write_log with 2 kB / pytest-httpserver", ours / theirs, 1.0)
        ours, theirs = medians(300, lambda: upload(fake), lambda: upload(real))
        print(f"        create_event: {ours * 1e3:.2f} ms, httpserver {theirs * 1e3:.2f}")
        report("create_event with 14 kB / pytest-httpserver", ours / theirs, 3.0)


def filled(path: Path, events: int) -> Store:
    """Make a store of so many events, with three log entries and two files each."""
    store = Store(path)
    for _ in range(events):
        with store.transaction("benchmark", "somebody") as tx:
            number = tx.new_number()
            graceid = f"T{number:04d}"
            folder, now = event_folder(graceid), tx.timestamp()
            tx.write_file(folder, "coinc.xml", b"<coinc/>")
            tx.write_file(folder, "event.log", b"log")
            for n in (1, 2, 3):
                tx.add_log(folder, Log(n, "Original Data", now, "somebody"))
            attributes = {"CoincInspiral": {"ifos": "H1,L1", "snr": 10.0, "mass": 3.0}}
            tx.put_event(
                Event(
                    graceid, "somebody", now, "Test", "gstlal", gpstime=1.4e9 + number, far=1e-8,
                    extra_attributes=attributes,
                    permissions={g: ["view", "change"] for g in ("internal_users", "executives")},
                )
            )  # fmt: skip
    return store


def forget() -> None:
    """Let the process forget every store, as a new one would not know it."""
    core._cores.clear()
    gc.collect()


def growth() -> None:
    """What must not grow with the number of events, warm and after a cold open."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sizes = (10, 20_000)
        clients = []
        for size in sizes:
            began = time.perf_counter()
            filled(folder / str(size), size)
            print(f"        a store of {size} events made in {time.perf_counter() - began:.1f} s")
            clients.append(FakeGraceDb(store=folder / str(size)))
        small, large = clients

        def page(client: FakeGraceDb) -> None:
            assert len(list(client.events(count=10, max_results=10))) == 10

        for name, call in (
            ("create_event", upload),
            ("write_log", lambda client: log(client, "T0005")),
            ("first events/ page", page),
        ):
            one, other = medians(100, lambda: call(small), lambda: call(large))  # noqa: B023
            report(f"{name}: 20,000 events / 10", other / one, 1.3)

        def cold(size: int, call: Callable[[FakeGraceDb], object]) -> None:
            forget()
            call(FakeGraceDb(store=folder / str(size)))

        for name, call in (
            ("create_event", upload),
            ("write_log", lambda client: log(client, "T0006")),
            ("first events/ page", page),
        ):
            one, other = medians(60, lambda: cold(10, call), lambda: cold(20_000, call))  # noqa: B023
            report(f"{name}, cold open: 20,000 events / 10", other / one, 1.3)


def history() -> None:
    """What must not grow with the length of an event's log."""
    with ExitStack() as stack:
        fake = fresh(stack)
        short, long = (upload(fake).json()["graceid"] for _ in range(2))
        before = fake.store.info()["journal_bytes"]
        for _ in range(1000):
            log(fake, long)
        size = fake.store.info()["journal_bytes"] - before
        for _ in range(10):
            log(fake, short)
        ours, theirs = medians(60, lambda: log(fake, long), lambda: log(fake, short))
        report("write_log on 1,000 logs / on 10", ours / theirs, 1.5)
        report("journal of 1,000 logs", size / 1e6, 1.5, "MB")


def starting() -> None:
    """Imports, an empty store, a copy."""

    # all modules are compiled once, as they are after an installation
    compiled = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def python(code: str) -> float:
        timed = f"import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
        return float(
            subprocess.run(
                [sys.executable, "-c", timed],
                check=True,
                capture_output=True,
                text=True,
                env=compiled,
            ).stdout
        )

    codes = ("import fakegracedb", "import ligo.gracedb.rest",
             "from fakegracedb import FakeGraceDb")  # fmt: skip
    taken: list[list[float]] = [[] for _ in codes]
    for _ in range(15):
        for code, times in zip(codes, taken, strict=True):
            times.append(python(code))
    ours, real, whole = map(statistics.median, taken)
    print(f"        import ligo.gracedb.rest: {real * 1e3:.0f} ms")
    report("import fakegracedb", ours * 1e3, 5.0, "ms")
    report("import FakeGraceDb / import ligo.gracedb.rest", whole / real, 1.4)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        count = iter(range(10**9))

        def ready() -> None:
            FakeGraceDb(store=folder / f"new{next(count)}").clock.set("2026-03-01 17:00:00")

        (ours,) = medians(100, ready)
        report("an empty store and its client, made on disk", ours * 1e3, 3.0, "ms")
        fake = FakeGraceDb(store=folder / "twenty")
        for _ in range(20):
            upload(fake)
        (ours,) = medians(50, lambda: fake.store.copy(folder / f"copy{next(count)}"))
        report("a store of 20 events copied", ours * 1e3, 15.0, "ms")


BENCHMARKS = {
    f.__name__: f
    for f in (
        *(reading, writing, superevents, ingesting, history, starting, growth, searching, looking),
        *(serving_events, serving_uploads, serving_ends, swapping),
        *(archiving, fetching, regenerating),
        *(alerting, brokering),
    )
}


def main() -> int:
    """Run the benchmarks named on the command line, or all."""
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"{name}: {BENCHMARKS[name].__doc__}")
        BENCHMARKS[name]()
    return int(any(verdict != "ok" for *_, verdict in results))


if __name__ == "__main__":
    sys.exit(main())
