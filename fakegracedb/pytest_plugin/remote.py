"""A test server in the fake's place: the same tests, as far as they ask for nothing but a GraceDB.

Production servers are refused.
"""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from ligo.gracedb.rest import GraceDb

from ..errors import ServiceError
from ..services import root_for_tests

__all__ = ["RemoteGraceDb", "checked_url", "needs_the_fake"]


def checked_url(service: str) -> str:
    """Give the API root of a server that tests may be run against, by its URL or an alias.

    Raises
    ------
    pytest.UsageError
        For what is neither, and for a production server.
    """
    try:
        return root_for_tests(service)
    except ServiceError as error:
        raise pytest.UsageError(
            f"--gracedb={service}: say fake, or a test server: {error}"
        ) from None


def needs_the_fake(what: str) -> NoReturn:
    """Skip a test that asks for what a real server lacks."""
    pytest.skip(f"{what} needs the fake, and --gracedb names a server")


def _only_fake(name: str) -> property:
    def refuse(_client: Any, *_: Any) -> NoReturn:
        needs_the_fake(f"client.{name}")

    return property(refuse, refuse, doc="Of the fake alone: the test is skipped.")


class RemoteGraceDb(GraceDb):  # type: ignore[misc]  # the real client comes without types
    """The real client at a test server; a test that asks for more is skipped."""

    store = _only_fake("store")
    clock = _only_fake("clock")
    calls = _only_fake("calls")
    faults = _only_fake("faults")
    alerts = _only_fake("alerts")
    as_user = _only_fake("as_user")
