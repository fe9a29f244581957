"""The client: what it takes from the real one, what it adds, and what it leaves alone."""

from __future__ import annotations

import gc
import gzip
import importlib.util
import inspect
import os
import socket
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ligo.gracedb.rest
import pytest
import requests
import urllib3
from ligo.gracedb.exceptions import HTTPError
from ligo.gracedb.rest import GraceDb

import fakegracedb
from fakegracedb import FakeGraceDb, Store, StoreError, activate
from fakegracedb.api.message import Identity
from fakegracedb.transport import StoreAdapter
from fakegracedb.wsgi import application

URL = "https://gracedb.example.org/api/"
ROOT = str(Path(fakegracedb.__file__).parents[1])


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FAKEGRACEDB_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def asking(client: FakeGraceDb) -> Identity | None:
    """Whose name goes with the client's requests, over https as over http."""
    identities = {client.get_adapter(scheme).identity for scheme in ("https://x", "http://x")}
    (identity,) = identities
    return identity


# What is the real client's


def test_no_method_of_the_real_client_is_rewritten() -> None:
    rewritten = {name for name in vars(FakeGraceDb) if hasattr(GraceDb, name)}
    assert {name for name in rewritten if not name.startswith("__")} == {"close"}


def test_no_name_of_ours_hides_one_of_the_real_client() -> None:
    class Empty(GraceDb):  # type: ignore[misc]
        """What a class has of Python alone."""

    with GraceDb(URL, force_noauth=True) as real, FakeGraceDb(URL) as fake:
        ours = set(vars(FakeGraceDb)) | (set(vars(fake)) - set(vars(real)))
        theirs = set(dir(real)) | set(dir(requests.Session())) | set(dir(object))
    assert ours & theirs - set(vars(Empty)) == {"close", "__init__", "__repr__"}
    assert set(vars(fake)) - set(vars(real)) == {"_fakegracedb"}


def test_instance_is_one_of_the_real_class() -> None:
    with FakeGraceDb() as client:
        assert isinstance(client, GraceDb)
        assert isinstance(client, requests.Session)
        assert not hasattr(client, "url")  # which some programs take for another client library


def test_signature_shows_the_real_arguments_and_then_ours() -> None:
    real = list(inspect.signature(GraceDb).parameters.values())
    shown = list(inspect.signature(FakeGraceDb).parameters.values())
    assert shown[: len(real)] == real
    assert [p.name for p in shown[len(real) :]] == [
        "store", "server_version", "user", "clock", "waits"
    ]  # fmt: skip
    assert {p.kind for p in shown[len(real) :]} == {inspect.Parameter.KEYWORD_ONLY}


def test_signature_of_a_subclass_is_its_own() -> None:
    class Mine(FakeGraceDb):
        def __init__(self, folder: str) -> None:
            super().__init__(store=folder)

    assert list(inspect.signature(Mine).parameters) == ["folder"]


REFUSED: list[dict[str, Any]] = [
    {"retries": -1},
    {"retries": 1.5},
    {"retries": "5"},
    {"retry_codes": (502,)},
    {"retry_codes": None},
    {"api_version": 2},
    {"force_noauth": True, "fail_if_noauth": True},
    {"colour": "blue"},
    {"url": URL},
    {"service_url": 7},
]


@pytest.mark.parametrize("arguments", REFUSED, ids=lambda a: ",".join(a))
def test_what_the_real_client_refuses_is_refused_in_the_same_words(
    arguments: dict[str, Any],
) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)) as real:
        GraceDb(**{"force_noauth": True, **arguments})
    with pytest.raises((TypeError, ValueError, AttributeError)) as fake:
        FakeGraceDb(**arguments)
    assert type(fake.value) is type(real.value)
    assert str(fake.value) == str(real.value)


def test_too_many_arguments_are_refused() -> None:
    real = len(inspect.signature(GraceDb).parameters)
    with pytest.raises(TypeError, match=r"GraceDb\.__init__\(\) takes"):
        FakeGraceDb(URL, *[None] * real)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"retries": 0},
        {"retries": 2, "backoff_factor": 0.5},
        {"retry_codes": [500, 502]},
        {"allowed_methods": ["GET"]},
    ],
)
def test_retry_policy_is_that_of_the_real_client(arguments: dict[str, Any]) -> None:
    with GraceDb(URL, force_noauth=True, **arguments) as real, FakeGraceDb(**arguments) as fake:
        for scheme in ("https://", "http://"):
            theirs, ours = (c.get_adapter(scheme).max_retries for c in (real, fake))
            assert type(ours) is type(theirs)
            assert vars(ours) == vars(theirs)


def test_only_our_adapters_are_mounted() -> None:
    with FakeGraceDb() as client:
        assert list(client.adapters) == ["https://", "http://"]
        assert {type(adapter) for adapter in client.adapters.values()} == {StoreAdapter}


def test_headers_and_hooks_are_those_of_the_real_client() -> None:
    with GraceDb(URL, force_noauth=True) as real, FakeGraceDb(URL) as fake:
        assert fake.headers == real.headers
        assert fake.hooks == real.hooks


@pytest.mark.parametrize(
    ("arguments", "service", "versioned"),
    [
        ((), "https://gracedb.ligo.org/api/", "https://gracedb.ligo.org/api/"),
        ((URL,), URL, URL),
        ((URL[:-1],), URL, URL),
        ((URL, None, False, False, "v2"), URL, URL + "v2/"),
        (("http://localhost:8000/api/",), *["http://localhost:8000/api/"] * 2),
        (("HTTPS://GraceDB.Example/api/",), *["HTTPS://GraceDB.Example/api/"] * 2),
    ],
)
def test_service_url_is_kept_as_passed(
    arguments: tuple[Any, ...], service: str, versioned: str
) -> None:
    with FakeGraceDb(*arguments) as client:
        assert client._service_url == service
        assert client._versioned_service_url == versioned
        assert client.links["self"].lower() == versioned.lower()  # requests lowers the host


# A real client that grew since


def client_module_over(monkeypatch: pytest.MonkeyPatch, parent: type) -> Any:
    """Load the client's module a second time, as if the installed real client were another."""
    monkeypatch.setattr(ligo.gracedb.rest, "GraceDb", parent)
    path = Path(fakegracedb.__file__).with_name("client.py")
    spec = importlib.util.spec_from_file_location("fakegracedb.client_over_another", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_newer_real_client_with_more_arguments_works(monkeypatch: pytest.MonkeyPatch) -> None:
    class Newer(GraceDb):  # type: ignore[misc]
        def __init__(
            self,
            service_url: str = URL,
            realm: str | None = None,
            cred: Any = None,
            force_noauth: bool = False,
            fail_if_noauth: bool = False,
            *,
            store: str | None = None,
            trace: bool = False,
            **more: Any,
        ) -> None:
            super().__init__(service_url, cred, force_noauth, fail_if_noauth, **more)
            self.seen = (realm, trace, force_noauth)

    newer = client_module_over(monkeypatch, Newer).FakeGraceDb
    with newer(URL, "dev", fail_if_noauth=True, trace=True, retries=1) as client:
        assert client.seen == ("dev", True, True)
        assert client.get_adapter("https://").max_retries.total == 1
        assert isinstance(client.store, Store)
    names = list(inspect.signature(newer).parameters)
    assert names == [
        "service_url", "realm", "cred", "force_noauth", "fail_if_noauth", "trace",
        "store", "server_version", "user", "clock", "waits", "more",
    ]  # fmt: skip


def test_newer_real_client_that_hands_credentials_on_works(monkeypatch: pytest.MonkeyPatch) -> None:
    class Newer(GraceDb):  # type: ignore[misc]
        def __init__(self, service_url: str = URL, **kwargs: Any) -> None:
            self.seen = kwargs
            super().__init__(service_url, **kwargs)

    newer = client_module_over(monkeypatch, Newer).FakeGraceDb
    assert list(inspect.signature(newer).parameters)[-2:] == ["waits", "kwargs"]
    with newer(fail_if_noauth=True, reload_cred=True, retries=1, user="a") as client:
        assert client.seen == {
            "force_noauth": True, "fail_if_noauth": False, "reload_cred": False, "retries": 1
        }  # fmt: skip
    with newer(force_noauth=True) as client:
        assert client.auth_type == set()


def test_real_client_that_mounts_for_one_host_is_unmounted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mounting(GraceDb):  # type: ignore[misc]
        def __init__(self, service_url: str = URL, force_noauth: bool = False) -> None:
            super().__init__(service_url, force_noauth=force_noauth)
            self.mount(service_url, requests.adapters.HTTPAdapter())

    with client_module_over(monkeypatch, Mounting).FakeGraceDb() as client:
        assert type(client.get_adapter(URL)) is StoreAdapter


# Credentials that are not needed

WITHOUT_CREDENTIALS: list[dict[str, Any]] = [
    {"fail_if_noauth": True, "reload_cred": True, "api_version": "v2"},
    {"use_auth": "scitoken", "cred": None},
    {"use_auth": "scitoken", "cred": True, "fail_if_noauth": True},
    {"use_auth": "x509"},
    {"use_auth": "x509", "cred": True, "reload_cred": True},
    {"use_auth": "x509", "cred": "/nowhere/proxy.pem", "reload_certificate": True},
    {"cred": ("/nowhere/cert.pem", "/nowhere/key.pem"), "reload_cred": True},
    {"reload_certificate": True, "reload_buffer": 300},
    {"force_noauth": True},
]


@pytest.mark.parametrize("arguments", WITHOUT_CREDENTIALS, ids=lambda a: ",".join(a))
def test_nothing_said_about_credentials_is_in_the_way(arguments: dict[str, Any]) -> None:
    with FakeGraceDb(URL, **arguments) as client:
        assert client.ping().status_code == 200
        assert isinstance(client.show_credentials(print_output=False), dict)


def shown(**arguments: Any) -> dict[str, Any]:
    with FakeGraceDb(URL, **arguments) as client:
        credentials: dict[str, Any] = client.show_credentials(print_output=False)
        return credentials


def test_credentials_shown_are_the_users() -> None:
    with FakeGraceDb(URL, user="marie.curie@ligo.org") as client:
        assert client.auth_type == {"scitoken"}
        token = client.show_credentials(print_output=False)["scitoken"]
        assert token["SciToken subject"] == "marie.curie@ligo.org"
        assert token["SciToken scope"] == "gracedb.read"
        assert token["SciToken audience"] == "https://gracedb.example.org"
        assert client.token is None


def test_credentials_shown_are_the_default_users(folder: Path) -> None:
    store = Store(folder)
    store.settings["user"] = "lise.meitner"
    assert shown(store=store)["scitoken"]["SciToken subject"] == "lise.meitner"


def test_no_credentials_are_shown_of_an_unauthenticated_reader(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert shown(force_noauth=True) == {"auth_type(s)": "No auth type found"}
    with FakeGraceDb() as client, client.as_user(None) as reader:
        assert reader.auth_type == set()
        reader.show_credentials()
    assert "No auth type found" in capsys.readouterr().out


def test_certificate_shown_is_the_one_that_was_named() -> None:
    pair = shown(cred=("a.pem", "b.pem"), use_auth="x509")
    assert pair == {"x509": {"cert_file": "a.pem", "key_file": "b.pem"}}
    proxy = shown(cred=Path("proxy.pem"))
    assert proxy["x509"] == {"cert_file": "proxy.pem", "key_file": "proxy.pem"}
    assert set(proxy) == {"scitoken", "x509"}
    assert set(shown(use_auth="x509")) == {"x509"}
    assert set(shown(use_auth="scitoken", cred="proxy.pem")) == {"scitoken"}


# Who asks


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ({}, None, None),
        ({"user": "a"}, None, Identity("a")),
        ({"user": "a", "force_noauth": True}, "b", Identity("a")),
        ({"force_noauth": True}, "b", Identity(None)),
        ({}, "b", Identity("b")),
        ({}, "", None),
        ({"fail_if_noauth": True}, None, None),
    ],
)
def test_user_comes_from_argument_then_noauth_then_environment(
    monkeypatch: pytest.MonkeyPatch,
    arguments: dict[str, Any],
    environment: str | None,
    expected: Identity | None,
) -> None:
    if environment is not None:
        monkeypatch.setenv("FAKEGRACEDB_USER", environment)
    with FakeGraceDb(**arguments) as client:
        assert asking(client) == expected


def test_another_user_gets_a_client_of_the_same_making(folder: Path) -> None:
    with FakeGraceDb(URL, api_version="v1", retries=3, store=folder, waits="skip") as client:
        other = client.as_user("marie.curie", groups=["internal_users"])
        assert asking(other) == Identity("marie.curie", ("internal_users",))
        assert asking(client) is None
        assert other.store is client.store
        assert other._versioned_service_url == URL + "v1/"
        adapter = other.get_adapter("https://")
        assert (adapter.max_retries.total, adapter.waits) == (3, "skip")
        assert asking(other.as_user(None)) == Identity(None)
        assert asking(client.as_user("x", groups="executives")) == Identity("x", ("executives",))
        with pytest.raises(ValueError, match="unauthenticated"):
            client.as_user(None, groups=["internal_users"])


def test_group_that_the_store_does_not_know_is_refused_where_it_is_named(folder: Path) -> None:
    told = "^no user group 'nosuch': internal_users, "
    with FakeGraceDb(store=folder) as client:
        with pytest.raises(ValueError, match=told):
            client.as_user("ada", groups=["internal_users", "nosuch"])
        with pytest.raises(ValueError, match=told), activate(client.store, groups="nosuch"):
            pass
        with pytest.raises(ValueError, match=told):
            application(client.store, user="ada", groups=["nosuch"])
        # a vocabulary of its own decides
        names = client.store.vocabulary
        client.store.vocabulary = replace(names, user_groups=(*names.user_groups, "nosuch"))
        assert client.as_user("ada", groups="nosuch").service_info


def test_another_user_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKEGRACEDB_USER", "b")
    with FakeGraceDb(force_noauth=True) as client:
        assert asking(client.as_user("c")) == Identity("c")
        assert asking(client.as_user(None)) == Identity(None)


def test_server_knows_who_asks(folder: Path) -> None:
    with FakeGraceDb(URL, store=folder) as client:
        assert client.get_user_info().json()["username"] == client.store.settings["user"]
        named = client.as_user("marie.curie")
        assert named.get_user_info().json()["username"] == "marie.curie"


# Where


def test_store_is_taken_as_path_text_or_store(folder: Path) -> None:
    store = Store(folder)
    for given in (folder, str(folder), store):
        with FakeGraceDb(store=given) as client:
            assert client.store.path == folder
    with FakeGraceDb(store=store) as client:
        assert client.store is store


def test_store_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(folder))
    with FakeGraceDb() as client:
        client.clock = "2026-03-01"
        assert client.store.path == folder
    assert folder.is_dir()  # not a temporary one
    with FakeGraceDb(store=folder / "other") as client:
        assert client.store.path == folder / "other"


def test_constructing_touches_no_disk(folder: Path) -> None:
    with FakeGraceDb(store=folder) as client:
        assert not folder.exists()
        repr(client)
        client.show_credentials(print_output=False)
        assert not folder.exists()


@pytest.mark.parametrize(
    "url",
    [
        "file:///tmp/store",
        "FILE://store",
        "/tmp/store",
        "./store",
        "store",
        "~/store",
        "C:\\store",
        Path("store"),
    ],
)
def test_folder_given_as_service_url_is_refused(url: Any) -> None:
    with pytest.raises(ValueError, match="store="):
        FakeGraceDb(url)
    with pytest.raises(ValueError, match="store="):
        FakeGraceDb(service_url=url)


def test_url_given_as_store_is_refused() -> None:
    with pytest.raises(ValueError, match="service_url"):
        FakeGraceDb(store="https://gracedb.ligo.org/api/")
    with pytest.raises(TypeError, match="5 is not a folder"):
        FakeGraceDb(store=5)  # type: ignore[arg-type]


def test_clients_without_a_store_share_nothing() -> None:
    with FakeGraceDb() as one, FakeGraceDb() as two:
        assert one.store.path != two.store.path


def filled(**options: Any) -> tuple[FakeGraceDb, Path]:
    client = FakeGraceDb(clock="2026-03-01 17:00:00", **options)
    path = client.store.path
    assert path.is_dir()
    return client, path


def test_temporary_store_goes_when_the_client_is_closed() -> None:
    client, path = filled()
    response = client.ping()  # an answer that is still around does not keep it
    client.close()
    assert not path.exists()
    assert response.status_code == 200


def test_temporary_store_goes_when_the_client_is_forgotten() -> None:
    client, path = filled()
    client.ping()
    del client
    assert not path.exists()  # without the help of the garbage collector


def test_temporary_store_stays_for_others_who_refer_to_it() -> None:
    client, path = filled()
    other = client.as_user("marie.curie")
    client.close()
    assert other.ping().status_code == 200
    store = other.store
    other.close()
    assert path.is_dir()
    del store
    gc.collect()
    assert not path.exists()


def test_closed_client_of_a_temporary_store_says_so() -> None:
    client, _ = filled()
    client.get_user_info()
    client.close()
    client.close()
    assert "closed" in repr(client)
    assert client.calls[-1].path == "user-info/"
    assert len(client.faults) == 0
    for use in (client.ping, lambda: client.store, lambda: client.as_user("a")):
        with pytest.raises(StoreError, match="store="):
            use()


def test_closed_client_of_a_folder_goes_on_as_the_real_one_does(folder: Path) -> None:
    client, _ = filled(store=folder)
    client.close()
    assert client.ping().status_code == 200
    assert folder.is_dir()


def test_context_manager_gives_the_client_and_closes_it() -> None:
    client, path = filled()
    with client as entered:
        assert entered is client
    assert not path.exists()


def test_repr_names_folder_and_user(folder: Path) -> None:
    with FakeGraceDb(store=folder) as client:
        assert repr(client) == f"<FakeGraceDb: {folder} as albert.einstein@ligo.org>"
        assert repr(client.as_user("a.b")) == f"<FakeGraceDb: {folder} as a.b>"
        assert "unauthenticated" in repr(client.as_user(None))
    with FakeGraceDb(store=folder.parent / "other") as damaged:
        (folder.parent / "other").write_text("no store any more")
        assert str(folder.parent / "other") in repr(damaged)


# Which server, when


def test_server_version_comes_from_argument_then_environment_then_store(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    store = Store(folder)
    assert FakeGraceDb(store=store).server_version == "2.36.0"
    store.settings["server_version"] = "2.33"
    assert FakeGraceDb(store=store).server_version == "2.33.1"
    monkeypatch.setenv("FAKEGRACEDB_SERVER_VERSION", "2.36")
    assert FakeGraceDb(store=store).server_version == "2.36.0"
    older = FakeGraceDb(store=store, server_version="2.33")
    assert older.server_version == "2.33.1"
    assert older.as_user("a").server_version == "2.33.1"


@pytest.mark.parametrize("version", ["2.34", "2.36.0", "", 2.36])
def test_unknown_server_version_is_refused(version: Any) -> None:
    with pytest.raises(ValueError, match=r"'2\.36', '2\.33'"):
        FakeGraceDb(server_version=version)


def test_unknown_server_version_in_the_environment_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAKEGRACEDB_SERVER_VERSION", "3")
    with pytest.raises(ValueError, match="'3'"):
        FakeGraceDb()


def test_server_version_stays_the_real_clients_property() -> None:
    with FakeGraceDb() as client, pytest.raises(AttributeError):
        client.server_version = "2.33"


def test_clock_is_read_and_set(folder: Path) -> None:
    with FakeGraceDb(store=folder, clock="2026-03-01 17:00:00") as client:
        assert client.clock.now().isoformat() == "2026-03-01T17:00:00+00:00"
        client.clock.advance(30)
        assert Store(folder).clock.now().isoformat() == "2026-03-01T17:00:30+00:00"
        client.clock = "2026-03-02 00:00:00"
        assert client.clock.now().isoformat() == "2026-03-02T00:00:00+00:00"
    with pytest.raises(ValueError, match="not a time"):
        FakeGraceDb(store=folder, clock="soon")


@pytest.mark.parametrize("waits", ["none", None, True])
def test_unknown_way_to_wait_is_refused(waits: Any) -> None:
    with pytest.raises(ValueError, match="'real' or 'skip'"):
        FakeGraceDb(waits=waits)


def test_user_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="force_noauth"):
        FakeGraceDb(user="")


def test_waits_reach_both_adapters() -> None:
    with FakeGraceDb(waits="skip") as client:
        assert {adapter.waits for adapter in client.adapters.values()} == {"skip"}


# At work


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def no_socket(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a socket was asked for")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, no_socket)
    for url in (URL, "http://127.0.0.1:9/api/", "https://gracedb.ligo.org/api/"):
        with FakeGraceDb(url, store=folder, reload_cred=True) as client:
            assert client.ping().status_code == 200
            assert client.get(client.links["events"]).status_code == 200
            assert client.num_events("group: Test") == 0
            for link in client.links.values():
                if "superevents" not in link and "gwtc" not in link:
                    client.get(link)


def test_one_client_serves_many_threads() -> None:
    with FakeGraceDb() as client:
        results: list[int] = []

        def ask() -> None:
            results.extend(client.ping().status_code for _ in range(10))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [200] * 40


# Trouble


@pytest.fixture
def client() -> Iterator[FakeGraceDb]:
    """A client that waits without sleeping, at a fixed time, with one event."""
    with FakeGraceDb(URL, clock="2026-03-01 17:00:00", waits="skip") as client:
        client.create_event("Test", "gstlal", "a.xml", filecontents=b"<LIGO_LW/>")
        client.calls.clear()
        yield client


def comments(client: FakeGraceDb) -> list[str]:
    logs = client.as_user("marie.curie").logs("T0001").json()["log"]
    return [log["comment"] for log in logs if "hello" in log["comment"]]


@pytest.mark.parametrize(
    ("path", "struck"),
    [
        ("", True),
        ("log/", True),
        ("events/T0001/log/", True),
        ("events/*/log/", True),
        ("*/log/", True),
        ("events/*/files/", False),
        ("log/*events/", False),
        ("events/*T*1/", True),
    ],
)
def test_trouble_is_planned_for_paths_with_any_part(
    client: FakeGraceDb, path: str, struck: bool
) -> None:
    client.faults.add(status=418, path=path)
    if struck:
        with pytest.raises(HTTPError):
            client.write_log("T0001", "hello")
    else:
        assert client.write_log("T0001", "hello").status_code == 201


def test_busy_server_is_asked_again_after_the_wait_it_asked_for(client: FakeGraceDb) -> None:
    client.faults.add(status=503, retry_after=20, method="POST", path="log/", times=2)
    assert client.write_log("T0001", "hello").status_code == 201
    assert [call.status for call in client.calls if call.method == "POST"] == [503, 503, 201]
    assert client.clock.now().isoformat() == "2026-03-01T17:00:40+00:00"
    assert comments(client) == ["hello"]


def test_server_in_maintenance_is_not_asked_again(client: FakeGraceDb) -> None:
    client.faults.add(status=503, times=None)
    with pytest.raises(HTTPError) as raised:
        client.event("T0001")
    assert raised.value.status == 503
    assert len(client.calls) == 1


def test_conflict_that_lasts_ends_as_the_real_client_ends_it(client: FakeGraceDb) -> None:
    client.ping()
    client.faults.add(status=409, times=None)
    with pytest.raises(requests.exceptions.RetryError, match="too many 409 error responses"):
        client.event("T0001")
    assert [call.status for call in client.calls] == [200] + [409] * 6


def test_lost_answer_is_asked_for_again_whether_or_not_the_change_was_made(
    client: FakeGraceDb,
) -> None:
    client.faults.add(drop=True, method="POST", when="before")
    client.write_log("T0001", "hello")
    assert comments(client) == ["hello"]
    client.faults.add(drop=True, method="POST", when="after")
    client.write_log("T0001", "hello again")
    assert comments(client) == ["hello", "hello again", "hello again"]


def test_late_answer_ends_in_a_read_timeout(client: FakeGraceDb) -> None:
    url = client.templates["event-log-template"].replace("{graceid}", "T0001")
    client.faults.add(delay=60, method="POST", path="log/")
    patient = FakeGraceDb(URL, store=client.store, retries=0, waits="skip")
    with pytest.raises(requests.ReadTimeout, match=r"read timeout=5\)"):
        patient.post(url, data={"comment": "hello"}, timeout=5)
    assert comments(client) == []
    client.faults.add(delay=60, method="POST", path="log/", when="after")
    with pytest.raises(requests.ReadTimeout):
        patient.post(url, data={"comment": "hello"}, timeout=5)
    assert comments(client) == ["hello"]
    client.faults.add(delay=4, method="POST", path="log/")
    assert patient.post(url, data={"comment": "hello"}, timeout=5).status_code == 201
    assert client.clock.now().isoformat() == "2026-03-01T17:00:14+00:00"


def test_answer_cut_short_is_seen_as_such(client: FakeGraceDb) -> None:
    client.faults.add(truncate=10, path="T0001")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="10 bytes read"):
        client.event("T0001")


def test_nothing_is_asked_again_over_http(client: FakeGraceDb) -> None:
    plain = FakeGraceDb("http://localhost/api/", store=client.store)
    client.faults.add(status=409)
    with pytest.raises(HTTPError):
        plain.event("T0001")
    assert len(client.calls) == 1


# At work on files


def test_file_comes_as_a_response_of_urllib3(client: FakeGraceDb) -> None:
    client.write_log("T0001", "psd", filename="psd.xml.gz", filecontents=gzip.compress(b"<psd/>"))
    file = client.files("T0001", "psd.xml.gz")
    assert isinstance(file, urllib3.HTTPResponse)
    assert file.status_code == 200
    assert gzip.decompress(file.read()) == b"<psd/>"  # nothing was decompressed on the way
    assert gzip.decompress(client.files("T0001", filename="psd.xml.gz", raw=True).data) == b"<psd/>"
    client.write_log("T0001", "p-astro", filename="p.json", filecontents=b'{"BNS": 1}')
    assert client.files("T0001", "p.json").json() == {"BNS": 1}


def test_large_file_comes_without_a_copy(client: FakeGraceDb) -> None:
    size = 100 << 20
    tracemalloc.start()
    try:
        client.write_log("T0001", "large", filename="large.dat", filecontents=bytes(size))
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        file = client.files("T0001", "large.dat")
        assert sum(len(part) for part in file.stream(1 << 20)) == size
        assert tracemalloc.get_traced_memory()[1] - before < 20 << 20
    finally:
        tracemalloc.stop()


# The front door


def in_a_new_process(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
    )
    return done.stdout


def test_importing_the_package_loads_next_to_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import fakegracedb;"
        "print(*sorted(set(sys.modules) - before))"
    )
    assert in_a_new_process(code).split() == ["__future__", "fakegracedb", "fakegracedb.lazy"]


def test_names_of_the_package_are_found_when_asked_for() -> None:
    for name in fakegracedb.__all__:
        assert getattr(fakegracedb, name) is not None
        assert name in dir(fakegracedb)
    assert fakegracedb.NotFaked is fakegracedb.errors.NotFaked
    with pytest.raises(AttributeError, match="no attribute 'FakeGraceDB'"):
        fakegracedb.FakeGraceDB  # noqa: B018
