"""Benchmarks of the server: event() over HTTP, many clients that upload at once, and its end."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests
from igwn_auth_utils.requests import HTTPSciTokenAuth  # type: ignore[import-untyped]
from ligo.gracedb.rest import GraceDb
from measuring import fresh, medians, report
from waitress import create_server

from fakegracedb import FakeGraceDb, Server
from fakegracedb.api.app import Application
from fakegracedb.api.message import Request

CLIENTS = 8
UPLOADS = 1000
PICTURE = bytes(range(256)) * 8  # 2 kB


def real_client(url: str) -> GraceDb:
    """Give the real client with every search for credentials off."""
    client = GraceDb(url, force_noauth=True)
    client.trust_env = False
    client.auth = HTTPSciTokenAuth(token="")
    return client


@contextmanager
def canned(body: bytes) -> Iterator[str]:
    """Serve the same answer to everything, by waitress as it comes; give the URL."""

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    server = create_server(answer, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}/api/"
    server.task_dispatcher.shutdown()


@contextmanager
def serving(store: Path) -> Iterator[str]:
    """Serve a store in a process of its own; give the URL."""
    command = [sys.executable, "-m", "fakegracedb", "serve", "--store", str(store), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def serving_events() -> None:
    """event() over HTTP beside a canned answer of waitress and the application's own time."""
    with ExitStack() as stack:
        fake = fresh(stack)
        graceid = fake.create_event("Test", "gstlal", "a.xml", filecontents=b"<LIGO_LW/>").json()[
            "graceid"
        ]
        application = Application(fake.store)
        server = stack.enter_context(Server(fake.store))
        ours = real_client(server.url)
        answer = ours.event(graceid)
        theirs = real_client(stack.enter_context(canned(answer.content)))
        theirs._service_info = _moved(ours.service_info, server.url, theirs._service_url)
        headers = {"User-Agent": "benchmark"}
        url = f"{server.url}events/{graceid}"

        def asked() -> None:
            application.respond(Request("GET", url, headers))

        http, least, within = medians(
            2000, lambda: ours.event(graceid), lambda: theirs.event(graceid), asked
        )
        print(
            f"        event() over HTTP: {http * 1e6:.0f} us, canned {least * 1e6:.0f}, "
            f"the application {within * 1e6:.0f}"
        )
        report("event() over HTTP / (canned + application)", http / (least + within), 1.1)


def _moved(root: Any, here: str, there: str) -> Any:
    """Give an API root whose links lead to another server."""
    if isinstance(root, dict):
        return {key: _moved(value, here, there) for key, value in root.items()}
    return root.replace(here, there) if isinstance(root, str) else root


def serving_uploads() -> None:
    """1,000 log uploads by 8 client threads over HTTP beside one thread in process."""
    with tempfile.TemporaryDirectory() as folder:
        alone = FakeGraceDb(store=Path(folder) / "alone")
        alone_rate = _rate([alone])
        served = Path(folder) / "served"
        FakeGraceDb(store=served).clock.set("system")
        with serving(served) as url:
            rate = _rate([real_client(url) for _ in range(CLIENTS)])
        print(f"        log uploads: {rate:.0f}/s over HTTP, {alone_rate:.0f}/s in process")
        report("log uploads, one in process / 8 over HTTP", alone_rate / rate, 2.0)


def serving_ends() -> None:
    """From SIGTERM to the end of the process, while a request would take a minute."""
    with tempfile.TemporaryDirectory() as folder:
        taken = []
        for number in range(5):
            command = [
                sys.executable,
                "-m",
                "fakegracedb",
                "serve",
                "--store",
                f"{folder}/{number}",
            ]
            with subprocess.Popen(
                [*command, "--port", "0"], stdout=subprocess.PIPE, text=True
            ) as process:
                assert process.stdout is not None
                stage = process.stdout.readline().strip().replace("/api/", "/fake/")
                requests.post(f"{stage}faults", json={"delay": 60})
                thread = threading.Thread(target=_unanswered, args=(stage.replace("fake", "api"),))
                thread.start()
                while requests.get(f"{stage}faults").json()["faults"]:
                    time.sleep(0.01)
                began = time.perf_counter()
                process.terminate()
                process.wait()
                taken.append(time.perf_counter() - began)
                thread.join()
    report("SIGTERM to the end of a server that is busy", statistics.median(taken), 1.0, "s")


def _unanswered(url: str) -> None:
    with contextlib.suppress(requests.ConnectionError):
        requests.get(url)


def _rate(clients: list[Any]) -> float:
    """Give how many log entries with files a second the clients write, each in its thread."""
    created = clients[0].create_event("Test", "gstlal", "a.xml", filecontents=b"<LIGO_LW/>")
    graceid = created.json()["graceid"]
    errors: list[BaseException] = []

    def write(client: Any) -> None:
        try:
            for _ in range(UPLOADS // len(clients)):
                client.write_log(graceid, "A picture", "p.png", PICTURE)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(client,)) for client in clients]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    assert errors == []
    numbers = [log["N"] for log in clients[0].logs(graceid).json()["log"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > UPLOADS
    return UPLOADS / seconds
