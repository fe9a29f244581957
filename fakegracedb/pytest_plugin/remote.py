"""A test server in the fake's place: the same tests, as far as they ask for nothing but a GraceDB.

Production servers are refused.
"""

from __future__ import annotations

from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from ligo.gracedb.rest import GraceDb

__all__ = ["RemoteGraceDb", "checked_url", "needs_the_fake"]

_PRODUCTION = ("gracedb.ligo.org",)


def checked_url(url: str) -> str:
    """Give the API root of a server that tests may be run against.

    Raises
    ------
    pytest.UsageError
        For what is no URL, and for a production server.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        raise pytest.UsageError(f"--gracedb={url}: say fake, or the URL of a test server's API")
    if host in _PRODUCTION:
        raise pytest.UsageError(
            f"--gracedb={url}: {host} is the production server, and no place for tests; "
            "take a test server, as https://gracedb-test.ligo.org/api/"
        )
    return url


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
