"""What the tests of the server share: a server over a fresh store that holds one event."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from http_client import Wire

from fakegracedb import FakeGraceDb, Server, Store

NOW = "2026-03-01 17:04:09"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store whose clock stands still, with the event T0001."""
    store = Store(tmp_path / "gracedb")
    store.clock.set(NOW)
    with FakeGraceDb(store=store) as client:
        client.create_event("Test", "gstlal", "a.xml", filecontents=b"<LIGO_LW/>")
        client.calls.clear()
    return store


@pytest.fixture
def server(store: Store) -> Iterator[Server]:
    with Server(store) as server:
        yield server


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    with Wire(server.url) as wire:
        yield wire


class Session(requests.Session):
    """A session below the root of a server, which looks for nothing in the environment."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self.trust_env = False
        self.root = root

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        url = url if "://" in url else self.root + url
        return super().request(method, url, *args, **options)


@pytest.fixture
def http(server: Server) -> Iterator[Session]:
    """A session below the server's root: `http.get("api/events/")`."""
    with Session(server.url.removesuffix("api/")) as session:
        yield session
