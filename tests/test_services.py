"""What stands behind the name of a GraceDB; the production server, where nothing is tried."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import certifi
import pytest
import requests
from ligo.gracedb.rest import GraceDb

from fakegracedb import FakeGraceDb, Server, Store, certificates
from fakegracedb.errors import ProductionError, ServiceError
from fakegracedb.services import (
    connect,
    connect_for_tests,
    is_production,
    name_of,
    refuse_production,
    root_for_tests,
)

PRODUCTION = [
    "https://gracedb.ligo.org",
    "https://gracedb.ligo.org/api/",
    "HTTPS://GraceDB.LIGO.org.:443/api/v2/",
    "http://gracedb.ligo.org../",
    "http://user@gracedb.ligo.org/",
    "https://somebody:secret@gracedb.ligo.org:443/",
    " https://gracedb.ligo.org/api/",
    "https://gracedb\t.ligo.org/api/",
    "https://gracedb\u3002ligo\uff0eorg/api/",
    "https://\uff27race\uff24\uff22.ligo.org/api/",
    "https://gracedb%2Eligo.org/api/",
    "https://gracedb.ligo.org\\@gracedb-test.ligo.org/api/",
]


@pytest.mark.parametrize("url", PRODUCTION)
def test_production_is_known_however_it_is_spelled(url: str) -> None:
    assert is_production(url)
    with pytest.raises(ProductionError, match="is the production server"):
        root_for_tests(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://gracedb-playground.ligo.org/api/",
        "https://gracedb.ligo.org.example.org/",
        "https://example.org/gracedb.ligo.org",
        "https://example.org/?gracedb.ligo.org",
        "http://gracedb.ligo.org@127.0.0.1/api/",
    ],
)
def test_names_that_only_look_like_it_are_not_production(url: str) -> None:
    assert not is_production(url)
    assert root_for_tests(url).startswith("http")


@pytest.mark.parametrize(
    "text",
    ["", "store", "fake", "/tmp/store", "ftp://a.b/", "http://", "http://[/", "gracedb-test"],
)
def test_what_is_no_test_server_is_refused_and_told_what_there_is(text: str) -> None:
    with pytest.raises(
        ServiceError, match=r"is no URL of a server, .* none of playground, test, "
    ) as told:
        root_for_tests(text)
    assert not isinstance(told.value, ProductionError)


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("http://127.0.0.1:80", "http://127.0.0.1:80/api/"),
        ("https://gracedb-test.ligo.org/", "https://gracedb-test.ligo.org/api/"),
        ("https://gracedb-test.ligo.org/api", "https://gracedb-test.ligo.org/api/"),
        ("http://localhost:1/sub/api/v1/", "http://localhost:1/sub/api/v1/"),
        ("playground", "https://gracedb-playground.ligo.org/api/"),
    ],
)
def test_root_of_the_api_is_found(text: str, root: str) -> None:
    assert root_for_tests(text) == root


def test_server_whose_links_lead_to_production_is_refused(tmp_path: Path) -> None:
    with Server(Store(tmp_path / "s"), forwarded=True) as server:
        client = GraceDb(server.url, force_noauth=True)
        refuse_production(client)
        client.headers.update(
            {"X-Forwarded-Host": "gracedb.ligo.org", "X-Forwarded-Proto": "https"}
        )
        with pytest.raises(
            ProductionError, match=r"leads to https://gracedb\.ligo\.org.*, which is"
        ):
            refuse_production(client)
        client.close()
        connect_for_tests(server.url).close()


def test_server_on_this_machine_gets_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []

    def made(self: Any, url: str, **options: Any) -> None:
        requests.Session.__init__(self)
        asked.append((url, options["force_noauth"]))

    monkeypatch.setattr(GraceDb, "__init__", made)
    for url in (
        "http://localhost:1",
        "http://127.0.0.2:1",
        "http://[::1]:1",
        "https://example.org",
    ):
        connect(url, auth=True)
    connect("playground")
    assert [one[1] for one in asked] == [True, True, True, False, True]
    assert asked[-1][0] == "https://gracedb-playground.ligo.org/api/"


class _Listening(BaseHTTPRequestHandler):
    """Keeps what it is told, and has nothing to say."""

    told: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.told.append(self.headers["Authorization"])
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        pass


def test_without_credentials_none_are_looked_for_at_requests_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ada password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("BEARER_TOKEN", "a.b.c")
    server = HTTPServer(("127.0.0.1", 0), _Listening)
    with server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            client = connect(f"http://127.0.0.1:{server.server_port}")
            client.get(client._service_url)
            client.close()
        finally:
            server.shutdown()
            thread.join()
    assert _Listening.told == [None]


def test_certificates_that_were_added_are_trusted_unless_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert connect("mocked").verify is True
    ours = certificates.reset()
    assert connect("mocked").verify == str(ours)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    assert connect("mocked").verify == certifi.where()


def test_services_have_names_in_texts(tmp_path: Path) -> None:
    with FakeGraceDb(store=tmp_path / "s") as client:
        assert name_of(client) == name_of(client.store) == name_of("fake") == "fake"
    assert name_of("https://gracedb-test.ligo.org/api/") == name_of("test") == "test"
    assert name_of("https://example.org") == "https://example.org/api/"


def test_fake_is_the_store_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(tmp_path / "s"))
    assert connect("fake").store.path == tmp_path / "s"
    monkeypatch.delenv("FAKEGRACEDB_STORE")
    with pytest.raises(ServiceError, match=r"\$FAKEGRACEDB_STORE names"):
        connect("fake")
