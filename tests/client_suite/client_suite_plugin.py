"""A pytest plugin: the real client's own tests, against the fake.

It is loaded before anything imports the client's class by its name. In process the fake takes the
place of that class, and finds its store and the server it imitates in ``FAKEGRACEDB_STORE`` and
``FAKEGRACEDB_SERVER_VERSION``. With ``CLIENT_SUITE_OVER=http`` it is the real class, over sockets
of this machine, which only does not look for credentials. What came out is written to the file that
``CLIENT_SUITE_REPORT`` names, as JSON.
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
from igwn_auth_utils.requests import HTTPSciTokenAuth

from fakegracedb import FakeGraceDb

OVER_HTTP = os.environ.get("CLIENT_SUITE_OVER") == "http"


class WithoutSearch(ligo.gracedb.rest.GraceDb):
    """The real client, which looks for no credentials."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "force_noauth": True})
        self.trust_env = False
        self.auth = HTTPSciTokenAuth(token="")


early = [name for name in sys.modules if f"{name}.".startswith("ligo.gracedb.cli.")]
if early:
    raise ImportError(f"too late to swap the class: {early[0]} has it already")
ligo.gracedb.rest.GraceDb = WithoutSearch if OVER_HTTP else FakeGraceDb

outcomes: dict[str, dict[str, str]] = {}
sockets: list[str] = []


def _no_network(*args: Any, **kwargs: Any) -> NoReturn:
    sockets.append(os.environ.get("PYTEST_CURRENT_TEST", "outside of tests"))
    raise OSError("the client's tests must open no socket")


_connect = socket.socket.connect


def _to_this_machine(self: socket.socket, address: Any) -> None:
    if address[0] != "127.0.0.1":
        _no_network()
    _connect(self, address)


if OVER_HTTP:
    socket.socket.connect = _to_this_machine  # type: ignore[method-assign]
else:
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
