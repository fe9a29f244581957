"""The fake in somebody else's tests: the fixture `gracedb`, `activate`, a plugin nobody uses."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests_mock
from ligo.gracedb.rest import GraceDb
from measuring import medians, report

from fakegracedb import FakeGraceDb, activate, samples

URL = "https://gracedb.ligo.org/api/"
FILES = 40


def swapping() -> None:
    """The fixture `gracedb`, event() under `activate`, and the cost of a plugin nobody uses."""
    _fixture()
    _event()
    _unused()


def _fixture() -> None:
    """Run tests with the fixture within pytest, which tells how long setup and teardown took."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _superevent(place / "seed")
        (place / "test_it.py").write_text(
            "import pytest\n"
            "@pytest.mark.parametrize('number', range(101))\n"
            "def test_bare(gracedb, number): pass\n"
            "@pytest.mark.gracedb(seed='seed')\n"
            "@pytest.mark.parametrize('number', range(101))\n"
            "def test_seeded(gracedb, number): pass\n"
            "@pytest.mark.parametrize('number', range(101))\n"
            "def test_nothing(number): pass\n"
        )
        durations = _Durations()
        quiet = ["-q", "--no-header", "--no-summary", "-p", "no:cacheprovider"]
        assert pytest.main([folder, *quiet], plugins=[durations]) == 0
        nothing = durations.median("test_nothing")
        for name, goal in (("bare", 5.0), ("seeded", 15.0)):
            took = durations.median(f"test_{name}") - nothing
            what = f"with a superevent of {FILES} files" if name == "seeded" else "without a seed"
            report(f"the fixture gracedb {what}", took * 1e3, goal, "ms")


class _Durations:
    """What pytest says of setup and teardown together."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, float]] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when != "call":
            name, _, rest = report.nodeid.rpartition("::")[2].partition("[")
            if rest != "0]":  # the first one loads
                times = self._of.setdefault(name, {})
                times[rest] = times.get(rest, 0.0) + report.duration

    def median(self, name: str) -> float:
        return statistics.median(self._of[name].values())


def _superevent(path: Path) -> None:
    """Make a store of one superevent with two events and so many files in all."""
    with FakeGraceDb(store=path) as client:
        events = [
            client.create_event("CBC", "gstlal", "coinc.xml", filecontents="<LIGO_LW/>").json()
            for _ in range(2)
        ]
        ids = [event["graceid"] for event in events]
        made = client.create_superevent(1e9, 1e9, 1e9, ids[0], events=ids, category="production")
        for number in range(FILES - 2):
            target = [made.json()["superevent_id"], *ids][number % 3]
            client.write_log(target, "A file", f"file{number}.fits", bytes(20_000))


def _event() -> None:
    """event() of the real client under `activate`, beside requests-mock with the same answer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        served, mocked = GraceDb(URL, force_noauth=True), GraceDb(URL, force_noauth=True)
        with activate(folder / "store", user="ada") as gracedb:
            coinc = samples.coinc_xml("1456419850.125")
            event = gracedb.create_event("CBC", "gstlal", "coinc.xml", filecontents=coinc).json()
            graceid = event["graceid"]
            answer, root = served.event(graceid), served.service_info
        mocked._service_info = root
        mock = stack.enter_context(requests_mock.Mocker(session=mocked))
        mock.get(answer.url, content=answer.content, headers=dict(answer.headers))
        ours, theirs = [], []
        for _ in range(60):  # in turns, though not call by call: only one of them is to be swapped
            with activate(folder / "store", user="ada"):
                ours += medians(50, lambda: served.event(graceid))
            theirs += medians(50, lambda: mocked.event(graceid))
        one, other = statistics.median(ours), statistics.median(theirs)
        print(f"        event(): {one * 1e6:.0f} us, requests-mock {other * 1e6:.0f}")
        report("event() under activate / requests-mock", one / other, 1.0)


def _unused() -> None:
    """Add up what a run of 200 tests that use nothing of ours spends in the plugin.

    The whole run, with and without, would differ by less than it varies.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_it.py").write_text(
            "import pytest\n"
            "@pytest.mark.parametrize('number', range(200))\n"
            "def test_it(number): pass\n"
        )
        variables = {
            **{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        took = [
            float(
                subprocess.run(
                    [sys.executable, "-c", _TIMED, folder],
                    check=True,
                    capture_output=True,
                    text=True,
                    env=variables,
                ).stdout.rpartition("TOOK ")[2]
            )
            for _ in range(25)
        ]
        report("a plugin nobody uses", statistics.median(took) * 1e3, 3.0, "ms")


_TIMED = """
import functools, sys, time
import pytest

took, depth = 0.0, 0

def timed(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        global took, depth
        depth += 1
        began = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            depth -= 1
            if depth == 0:  # to register a plugin calls some of its hooks
                took += time.perf_counter() - began
    return call

@timed
def load():
    import fakegracedb.pytest_plugin
    return fakegracedb.pytest_plugin

plugin = load()
for name, value in list(vars(plugin).items()):
    if name.startswith("pytest_"):
        setattr(plugin, name, timed(value))

class First:
    @pytest.hookimpl(tryfirst=True)
    def pytest_addoption(self, parser, pluginmanager):
        timed(pluginmanager.register)(plugin, "fakegracedb")

quiet = ["-q", "--no-header", "--no-summary", "-p", "no:cacheprovider"]
assert pytest.main([*quiet, *sys.argv[1:]], plugins=[First()]) == 0
print("TOOK", took)
"""
