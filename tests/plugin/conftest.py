"""What the tests of the pytest plugin share: a suite of somebody else, run in this process."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

import fakegracedb.pytest_plugin.replays
import fakegracedb.pytest_plugin.report
import fakegracedb.pytest_plugin.stage
import fakegracedb.server  # noqa: F401 - so that an inner run loads nothing anew

Suite = Callable[..., pytest.RunResult]

# What every suite has: a client bound at import, and one made then.
HEADER = """
import os
from pathlib import Path
import pytest
from ligo.gracedb.exceptions import HTTPError
from ligo.gracedb.rest import GraceDb

EARLY = GraceDb("https://gracedb-test.ligo.org/api/", cred=False)

def create(client, **options):
    return client.create_event(
        "Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>", **options
    ).json()["graceid"]

def seed(client):
    graceid = create(client)
    client.write_log(graceid, "seeded", "note.txt", b"text")
"""

# Other plugins have nothing to do in an inner run; hypothesis would be loaded anew in each.
_QUIET = (
    "-W",
    'ignore:The configuration option "asyncio_default_fixture_loop_scope"',
    "-p",
    "no:hypothesispytest",
)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("FAKEGRACEDB_", "PYTEST_"))]:
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Suite:
    """Run a module of tests; give the result."""

    def run(source: str, *arguments: str, **options: Any) -> pytest.RunResult:
        pytester.makepyfile(test_it=HEADER + source)
        fixed = ("-p", "no:cacheprovider", "-W", "error", *_QUIET)
        return pytester.runpytest(*fixed, *arguments, **options)

    return run
