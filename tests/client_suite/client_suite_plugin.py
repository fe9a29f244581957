"""A pytest plugin: the real client's own tests, with the fake in place of the client's class.

It is loaded before anything imports the class by its name. The fake finds its store and the server
it imitates in ``FAKEGRACEDB_STORE`` and ``FAKEGRACEDB_SERVER_VERSION``. What came out is written to
the file that ``CLIENT_SUITE_REPORT`` names, as JSON.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn

import ligo.gracedb.rest
import pytest

from fakegracedb import FakeGraceDb

early = [name for name in sys.modules if f"{name}.".startswith("ligo.gracedb.cli.")]
if early:
    raise ImportError(f"too late to swap the class: {early[0]} has it already")
ligo.gracedb.rest.GraceDb = FakeGraceDb

outcomes: dict[str, dict[str, str]] = {}
sockets: list[str] = []


def _no_network(*args: Any, **kwargs: Any) -> NoReturn:
    sockets.append(os.environ.get("PYTEST_CURRENT_TEST", "outside of tests"))
    raise OSError("the client's tests must open no socket")


socket.socket.__init__ = _no_network  # type: ignore[method-assign]
socket.getaddrinfo = _no_network


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take the skip mark off the module that ``CLIENT_SUITE_LIFTED`` names: its calls are there."""
    for item in items:
        if item.path.stem == os.environ.get("CLIENT_SUITE_LIFTED"):
            for node in item.listchain():
                node.own_markers[:] = [mark for mark in node.own_markers if mark.name != "skip"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" or report.outcome != "passed":
        error = call.excinfo
        outcomes[f"{item.path.stem}::{item.name}"] = {
            "outcome": "xfailed" if hasattr(report, "wasxfail") else report.outcome,
            "error": error.typename if error is not None else "",
            "message": str(error.value) if error is not None else "",
        }
    return report


def pytest_sessionfinish() -> None:
    report = {"outcomes": outcomes, "sockets": sockets}
    Path(os.environ["CLIENT_SUITE_REPORT"]).write_text(json.dumps(report))
