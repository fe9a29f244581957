"""What the tests share: a server over a fresh store, seen as bare HTTP at each of its bases.

A test that takes `api` runs at a v2 base, at a v1 base and on the older server. The way to the
server is a door: the adapter within the process, beside it those that the mark `doors` names, and
with ``DOORS=all`` (or ``DOORS=wsgi,server``) all (or these) for every test.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from doors import DOORS, HOST, Door
from hypothesis import HealthCheck, settings

from fakegracedb import FakeGraceDb, NotFaked, Store, schemas
from fakegracedb.api.message import Identity

pytest_plugins = ["pytester"]

NOW = "2026-03-01 17:04:09.250000"  # where the store's clock stands
EINSTEIN = "albert.einstein@ligo.org"  # the default user

# Each base of each server: its version, and what follows /api/.
BASES = {
    "default": ("2.36", ""),
    "v1": ("2.36", "v1/"),
    "v2": ("2.36", "v2/"),
    "2.33": ("2.33", ""),
    "2.33/v1": ("2.33", "v1/"),
    "2.33/v2": ("2.33", "v2/"),
}

_COINC = """<?xml version="1.0" encoding="utf-8"?>
<LIGO_LW>
  <Table Name="sngl_inspiral:table">
    <Column Name="ifo" Type="lstring"/>
    <Column Name="end_time" Type="int_4s"/><Column Name="end_time_ns" Type="int_4s"/>
    <Column Name="snr" Type="real_4"/>
    <Stream Name="sngl_inspiral:table" Delimiter="," Type="Local">
      "H1",{seconds},{nanoseconds},8,"L1",{seconds},{nanoseconds},6</Stream>
  </Table>
  <Table Name="coinc_event:table">
    <Column Name="nevents" Type="int_4u"/><Column Name="likelihood" Type="real_8"/>
    <Stream Name="coinc_event:table" Delimiter="," Type="Local">2,{likelihood}</Stream>
  </Table>
  <Table Name="coinc_inspiral:table">
    <Column Name="ifos" Type="lstring"/>
    <Column Name="end_time" Type="int_4s"/><Column Name="end_time_ns" Type="int_4s"/>
    <Column Name="mass" Type="real_8"/><Column Name="mchirp" Type="real_8"/>
    <Column Name="snr" Type="real_8"/><Column Name="combined_far" Type="real_8"/>
    <Stream Name="coinc_inspiral:table" Delimiter="," Type="Local">
      "H1,L1",{seconds},{nanoseconds},2.8,{mchirp},10,{far}</Stream>
  </Table>
</LIGO_LW>
"""


def coinc(
    seconds: int = 1400000000,
    nanoseconds: int = 250000000,
    *,
    far: str = "1e-8",
    likelihood: str = "12.5",
    mchirp: str = "1.25",
) -> bytes:
    """Give a small coinc file, as text of an XML document."""
    return _COINC.format(
        seconds=seconds, nanoseconds=nanoseconds, far=far, likelihood=likelihood, mchirp=mchirp
    ).encode()


class Api:
    """One base of a server, for one user: paths in, bare answers out."""

    sample = staticmethod(coinc)

    def __init__(self, base: str, url: str, session: requests.Session) -> None:
        self.base = base
        self.url = url  # of the base, with a slash at the end
        self.session = session
        version, segment = BASES[base]
        self.new = version == "2.36"
        self.v2 = self.new and segment != "v1/"

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        url = path if "://" in path else self.url + path
        return self.session.request(method, url, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> requests.Response:
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.request("DELETE", path, **options)

    def json(self, path: str, **options: Any) -> Any:
        """GET what must be there."""
        answer = self.get(path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def upload(
        self,
        content: bytes | None = None,
        filename: str = "initial.data",
        *,
        path: str = "events/",
        method: str = "POST",
        **fields: Any,
    ) -> requests.Response:
        """Upload an event file, by default a test event of gstlal."""
        if method == "POST":
            fields = {"group": "Test", "pipeline": "gstlal", **fields}
        data = {name: value for name, value in fields.items() if value is not None}
        files = {"eventFile": (filename, coinc() if content is None else content)}
        return self.request(method, path, data=data, files=files)

    def create(self, content: bytes | None = None, **fields: Any) -> Any:
        """Create an event, and give it."""
        answer = self.upload(content, **fields)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def candidate(self, category: str = "T", t_0: str = "1456419850.25", **fields: Any) -> Any:
        """Create an event and a superevent of it; give the latter."""
        kind = {"T": {}, "P": {"group": "CBC"}, "M": {"group": "CBC", "search": "MDC"}}[category]
        if "preferred_event" not in fields:
            fields["preferred_event"] = self.create(**kind)["graceid"]
        times = {"t_start": t_0, "t_0": t_0, "t_end": t_0}
        answer = self.post("superevents/", data={"category": category, **times, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def log(self, graceid: str, comment: str = "a comment", **fields: Any) -> Any:
        """Write a log entry, and give it; `file` is a tuple of name and content."""
        file = fields.pop("file", None)
        files = None if file is None else {"upload": file}
        answer = self.post(
            f"events/{graceid}/log/", data={"comment": comment, **fields}, files=files
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    def comments(self, graceid: str) -> list[str]:
        """Give the comments of an event's log, in its order."""
        return [entry["comment"] for entry in self.json(f"events/{graceid}/log/")["log"]]

    def told(self, superevent_id: str) -> list[str]:
        """Give the comments of a superevent's log."""
        return [one["comment"] for one in self.json(f"superevents/{superevent_id}/logs/")["log"]]

    def refused(self, method: str, path: str, **options: Any) -> Any:
        """Ask for what is refused with 400; give what a view says, without its wrapping."""
        answer = self.request(method, path, **options)
        assert answer.status_code == 400, answer.text
        return answer.json()["error"] if self.v2 else answer.json()

    def not_faked(self, method: str, path: str, **options: Any) -> str:
        """Ask for what the real server has and the fake lacks; give how it says so."""
        try:
            answer = self.request(method, path, **options)
        except NotFaked as error:
            return str(error)
        assert answer.status_code == 501, answer.text
        return str(answer.json()["error"])

    def said(self, text: Any) -> Any:
        """Give a view's own message as this base wraps it."""
        return {"error": text} if self.v2 else text


class Server:
    """A server over one store, at all its bases and for all its users."""

    def __init__(self, store: Store, door: Door) -> None:
        self.store = store
        self.door = door
        self._open: list[requests.Session] = []

    def at(
        self, base: str, user: str | None = EINSTEIN, groups: tuple[str, ...] | None = None
    ) -> Api:
        """Give a base for a user; None is an unauthenticated reader."""
        version, segment = BASES[base]
        session = self.door.session(self.store, version, Identity(user, groups))
        self._open.append(session)
        return Api(base, f"{self.door.url}/api/{segment}", session)

    def client(self, base: str, user: str = EINSTEIN, **options: Any) -> FakeGraceDb:
        """Give the real client's own methods at a base."""
        version, segment = BASES[base]
        client = FakeGraceDb(
            f"{HOST}/api/{segment}",
            store=self.store,
            server_version=version,
            user=user,
            waits="skip",
            **options,
        )
        self._open.append(client)
        return client

    def close(self) -> None:
        for session in self._open:
            session.close()


MEMORY = "/dev/shm"  # a file system in memory, where there is one
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4e9:
    # The folders of tests, many thousand small files, take less time there.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)
# How long an example takes is the machine's matter, which may have much else to do.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
# A run starts hundreds of processes, which are not to compile all modules anew, each for itself.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)  # absent with `-p no:xdist`
def pytest_xdist_auto_num_workers() -> int:
    """Give ``-n auto`` one worker more than there are processors: some tests wait for others."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 2


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "doors(*names): ways to the server beside the adapter")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the many short tests come last, so that all workers end at the same time."""
    items.sort(key=lambda item: "api" in item.path.parts)


def pytest_collection_finish() -> None:
    """Spare the garbage collector all that stays until the end; tests that call it are many."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the doors that a test goes through."""
    if "door" in metafunc.fixturenames:
        named = os.environ.get("DOORS", "")
        marks = metafunc.definition.iter_markers("doors")
        beside = [name for mark in marks for name in mark.args]
        doors = named.split(",") if named else ["adapter", *beside]
        metafunc.parametrize("door", DOORS if named == "all" else doors, indirect=True)


@pytest.fixture
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    """Give a way to the server."""
    door = DOORS[request.param]()
    yield door
    door.close()


@pytest.fixture
def server(door: Door, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give a server over a fresh store whose clock stands still."""
    if door.fake_disk:
        request.getfixturevalue("fs")
    store = Store(tmp_path / "gracedb")
    store.clock.set(NOW)
    server = Server(store, door)
    yield server
    server.close()


@pytest.fixture(params=["v2", "v1", "2.33"])
def api(request: pytest.FixtureRequest, server: Server) -> Api:
    """Give each of the three ways in which a server speaks."""
    return server.at(request.param)


@pytest.fixture
def validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold what is the same, as the lines of a journal are, against its schema but once."""
    told: dict[int, list[str]] = {}
    problems = schemas.problems

    def remembered(kind: str, data: Any, **options: Any) -> list[str]:
        key = hash(f"{kind} {data!r} {options}")
        if key not in told:
            told[key] = problems(kind, data, **options)
        return told[key]

    monkeypatch.setattr(schemas, "problems", remembered)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have to tell (`record_property("told", text)`), also with xdist."""
    reports = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    told = [text for one in reports for name, text in one.user_properties if name == "told"]
    if told:
        terminalreporter.section("told by tests")
        for text in sorted(told):
            terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def constants() -> Any:
    """Give the words that the production server knows, and what its root holds."""
    return json.loads((Path(__file__).parent / "data" / "constants.json").read_text())
