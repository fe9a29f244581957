"""Where things may be created: never on the production server."""

from pathlib import Path
from typing import Any

import pytest
import requests
from ligo.gracedb.rest import GraceDb

from fakegracedb import FakeGraceDb, Store, services
from fakegracedb.api.app import Application
from fakegracedb.errors import ProductionError
from fakegracedb.regeneration.targets import open_target
from fakegracedb.services import is_production
from fakegracedb.transport import StoreAdapter


@pytest.mark.parametrize(
    "service",
    [
        "production",
        "https://gracedb.ligo.org",
        "https://gracedb.ligo.org/api/",
        "HTTPS://GraceDB.ligo.org:443/api/v1/",
        "http://gracedb.ligo.org./",
        "https://user@gracedb.ligo.org/",
    ],
)
def test_production_is_refused(service: str) -> None:
    with pytest.raises(ProductionError, match="is the production server"):
        open_target(service)


def test_an_alias_that_was_turned_to_production_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(services.ALIASES, "test", "https://gracedb.ligo.org")
    with pytest.raises(ProductionError, match="is the production server"):
        open_target("test")


def test_a_real_client_of_production_is_refused() -> None:
    client = GraceDb("https://gracedb.ligo.org/api/", force_noauth=True)
    with pytest.raises(ProductionError, match="is the production server"):
        open_target(client)


class Redirecting(requests.adapters.HTTPAdapter):
    """A server that sends everybody to production."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        answer = requests.Response()
        answer.url, answer.request = request.url, request
        answer.raw, answer._content = None, b"{}"
        there = is_production(request.url)
        answer.status_code = 200 if there else 302
        if not there:
            answer.headers["Location"] = "https://gracedb.ligo.org/api/"
        return answer


def test_a_server_that_leads_to_production_is_refused() -> None:
    client = GraceDb("https://gracedb-test.example.org/api/", force_noauth=True)
    client.mount("https://", Redirecting())
    with pytest.raises(ProductionError, match=r"leads to .* is the production server"):
        open_target(client)


def test_a_store_is_a_target_by_folder_store_or_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "store"
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(folder))
    for service in (str(folder), folder, Store(folder), FakeGraceDb(store=folder), "fake"):
        target = open_target(service)
        assert target.store is not None
        assert target.store.path == folder
        assert target.v1.store.path == folder


def test_a_real_client_that_is_served_by_a_store_has_its_clock(tmp_path: Path) -> None:
    client = GraceDb("https://gracedb.ligo.org/api/", force_noauth=True)
    store = Store(tmp_path / "store")
    client.mount("https://", StoreAdapter(Application(store, None)))
    target = open_target(client)
    assert target.store is store
    assert target.v1.store is store
