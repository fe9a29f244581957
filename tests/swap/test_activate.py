"""`activate`: which clients it reaches, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
import unittest
import weakref
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import ligo.gracedb.cli.client
import ligo.gracedb.rest
import pytest
import requests
from early import AT_IMPORT, READER, Bound, Subclass
from ligo.gracedb.client import GraceDBClient
from ligo.gracedb.exceptions import HTTPError
from requests.adapters import HTTPAdapter

from fakegracedb import FakeGraceDb, FakeGraceDbError, Store, activate

CREDENTIALS = [
    {"fail_if_noauth": True},
    {"reload_cred": True},
    {"reload_certificate": True, "reload_buffer": 300},
    {"fail_if_noauth": True, "reload_cred": True, "api_version": "v2"},
    {"use_auth": "x509"},
    {"use_auth": "x509", "fail_if_noauth": True, "reload_cred": True},
    {"use_auth": "scitoken", "cred": None},
    {"use_auth": "scitoken", "reload_cred": True, "fail_if_noauth": True},
    {"cred": ("/nowhere/cert.pem", "/nowhere/key.pem")},
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(autouse=True)
def _nothing_stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test may leave a trace on the real class, nor open a socket."""
    monkeypatch.setattr(socket.socket, "connect", refused)
    before = {cls: dict(vars(cls)) for cls in GraceDBClient.__mro__[:-1]}
    yield
    assert {cls: dict(vars(cls)) for cls in GraceDBClient.__mro__[:-1]} == before


def refused(*_: Any) -> None:
    raise ConnectionRefusedError("a connection was opened")


def log(client: Any) -> Any:
    return client.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>").json()


def holds(store: Store) -> list[str]:
    return list(store.events)


# Which clients it reaches


@pytest.mark.parametrize(
    "make",
    [
        lambda: Bound(),
        lambda: ligo.gracedb.rest.GraceDb("http://localhost:1/api/"),
        lambda: Subclass("mine"),
        lambda: Subclass("mine", fail_if_noauth=True),
        lambda: AT_IMPORT,
        lambda: ligo.gracedb.cli.client.CommandLineClient(),
        lambda: type("Local", (Bound,), {})("https://gracedb.example.org/api"),
    ],
    ids=["bound early", "by module", "subclass", "with arguments", "at import", "command", "local"],
)
def test_client_is_served_however_it_came_about(make: Any, store: Store) -> None:
    with activate(store):
        assert log(make())["graceid"] == "T0001"
    assert holds(store) == ["T0001"]


@pytest.mark.parametrize("arguments", CREDENTIALS, ids=str)
def test_no_argument_needs_credentials(arguments: dict[str, Any], store: Store) -> None:
    with activate(store):
        client = Bound("https://gracedb.example.org/api/", **arguments)
        assert log(client)["submitter"] == "albert.einstein@ligo.org"
        assert client.show_credentials(print_output=False)


def test_arguments_that_the_real_client_refuses_are_refused(store: Store) -> None:
    with activate(store):
        with pytest.raises(ValueError, match="both force_noauth and fail_if_noauth"):
            Bound(force_noauth=True, fail_if_noauth=True)
        with pytest.raises(ValueError, match="Invalid value of retries"):
            Bound(retries=-1)
        with pytest.raises(TypeError, match="surprise"):
            Bound(surprise=True)


def test_bare_session_of_the_real_client_is_served(store: Store) -> None:
    with activate(store), GraceDBClient("https://gracedb.example.org/api/", token="x") as session:
        assert session.get("https://gracedb.example.org/api/").json()["server-version"] == "2.36.0"


def test_client_made_before_asks_for_the_root_of_each_server(tmp_path: Path) -> None:
    with activate(tmp_path / "new"):
        assert AT_IMPORT.server_version == "2.36.0"
        with activate(tmp_path / "old", server_version="2.33"):
            assert AT_IMPORT.server_version == "2.33.1"
        assert AT_IMPORT.server_version == "2.36.0"
    assert AT_IMPORT._service_info is None


def test_root_that_a_client_had_before_is_there_again(store: Store) -> None:
    client = Bound("https://gracedb.example.org/api/", force_noauth=True)
    client._service_info = {"server-version": "1"}
    with activate(store):
        assert client.server_version == "2.36.0"
    assert client.server_version == "1"


def test_nothing_of_a_client_made_before_is_changed(store: Store) -> None:
    client = Bound("https://gracedb.example.org/api/", cred=False)
    before = dict(vars(client))
    with activate(store):
        log(client)
        client.show_credentials(print_output=False)
    after = dict(vars(client))
    assert after == before
    assert client.trust_env is True
    assert type(client.get_adapter("https://gracedb.example.org/")) is HTTPAdapter


def test_client_made_before_looks_for_no_credentials(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [
        Bound("https://gracedb.example.org/api/", cred=False),
        Bound("https://gracedb.example.org/api/", cred=False),
        Bound("https://gracedb.example.org/api/", force_noauth=True),
    ]
    clients[0].cert = None  # as where none was found, which is looked for at every request then

    def looked(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a credential was looked for")

    for name in ("find_scitoken", "find_x509_credentials", "get_netrc_auth"):
        monkeypatch.setattr(f"igwn_auth_utils.requests.{name}", looked)
    monkeypatch.setattr("requests.sessions.get_netrc_auth", looked)
    for client in clients:
        with pytest.raises(AssertionError, match="looked for"):  # without us
            client.ping()
        with activate(store):
            client.ping()
            client.show_credentials(print_output=False)
            prepared = client.prepare_request(requests.Request("GET", client._service_url))
            assert client.send(prepared).status_code == 200
            assert "Authorization" not in prepared.headers


def test_client_may_be_given_credentials_of_its_own(store: Store) -> None:
    client = Bound("https://gracedb.example.org/api/", cred=False)
    with activate(store):
        client.auth = ("marie", "secret")
        client.cert = "/nowhere/cert.pem"
        assert client.auth == ("marie", "secret")
        assert client.cert == "/nowhere/cert.pem"
        client.ping()
    assert client.auth == ("marie", "secret")


def test_retries_are_those_of_the_client(store: Store) -> None:
    patient, impatient = Bound(cred=False), Bound(cred=False, retries=0)
    with activate(store, waits="skip") as gracedb:
        gracedb.faults.add(status=502, times=3)
        assert patient.ping().status_code == 200
        assert [call.status for call in gracedb.calls][:4] == [502, 502, 502, 200]
        gracedb.faults.add(status=502)
        with pytest.raises(HTTPError):
            impatient.ping()


def test_client_with_a_store_of_its_own_keeps_it(tmp_path: Path, store: Store) -> None:
    own = FakeGraceDb(store=tmp_path / "own")
    with activate(store):
        log(own)
        log(FakeGraceDb(store=tmp_path / "own"))
        assert own.server_version == "2.36.0"
    assert (holds(own.store), holds(store)) == (["T0001", "T0002"], [])


def test_every_thread_is_reached(store: Store) -> None:
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                log(AT_IMPORT)
                log(Bound())
        except BaseException as error:
            failed.append(error)

    with activate(store):
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
    assert len(holds(store)) == 40


def test_command_of_the_real_client_is_reached(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "coinc.xml").write_text("<LIGO_LW/>")
    with activate(store):
        ligo.gracedb.cli.client.main(
            ["create", "event", "Test", "gstlal", str(tmp_path / "coinc.xml")]
        )
        ligo.gracedb.cli.client.main(["--use-auth", "x509", "get", "event", "T0001"])
    assert '"graceid": "T0001"' in capsys.readouterr().out
    assert holds(store) == ["T0001"]


def test_every_attempt_and_fault_is_shared_with_the_client_that_is_given(store: Store) -> None:
    with activate(store) as gracedb:
        Bound().ping()
        gracedb.faults.add(status=404, path="events/T1")
        with pytest.raises(HTTPError):
            AT_IMPORT.event("T1")
        assert [call.status for call in gracedb.calls][-1] == 404
        assert gracedb.store.path == store.path


# Who asks


def test_clients_without_credentials_are_unauthenticated_readers(store: Store) -> None:
    with activate(store):
        for client in (READER, Bound(force_noauth=True)):
            with pytest.raises(HTTPError) as caught:
                log(client)
            assert (caught.value.status, "credentials" in caught.value.text) == (403, True)
            assert client.show_credentials(print_output=False) == {
                "auth_type(s)": "No auth type found"
            }


def basic(name: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:secret'.encode()).decode()}"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_client_without_a_search_may_bring_a_password_itself(store: Store, version: str) -> None:
    with activate(store):
        client = Bound(force_noauth=True, api_version=version)  # sgnl's, of the entry in netrc
        client.headers["Authorization"] = basic("sgnl.robot")
        assert log(client)["submitter"] == "sgnl.robot"
        client.headers["Authorization"] = "Basic what"
        with pytest.raises(HTTPError) as caught:
            client.event("T0001")
        assert (caught.value.status, "Invalid Authorization" in caught.value.text) == (401, True)
        client.headers["Authorization"] = b"Bearer ada"
        assert log(client)["submitter"] == "ada"
        del client.headers["Authorization"]
        with pytest.raises(HTTPError):
            log(client)
        other = Bound()
        other.headers["Authorization"] = basic("nobody")  # who has credentials is known by them
        assert log(other)["submitter"] == "albert.einstein@ligo.org"
    with activate(store, user="marie"):
        client.headers["Authorization"] = basic("nobody")
        assert log(client)["submitter"] == "marie"


def test_user_and_groups_hold_for_all_clients(store: Store) -> None:
    with activate(store, user="ada", groups=["internal_users"]) as gracedb:
        for client in (READER, Bound(force_noauth=True), AT_IMPORT, gracedb):
            assert log(client)["submitter"] == "ada"
            with pytest.raises(HTTPError) as caught:
                client.create_event("CBC", "gstlal", "a.xml", filecontents="<LIGO_LW/>")
            assert caught.value.status == 403
        assert Bound().show_credentials(False)["scitoken"]["SciToken subject"] == "ada"


def test_groups_alone_are_of_the_default_user(store: Store) -> None:
    with activate(store, groups="internal_users") as gracedb:
        assert log(Bound())["submitter"] == "albert.einstein@ligo.org"
        assert "albert.einstein" in repr(gracedb)


def test_environment_names_store_user_and_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(tmp_path / "there"))
    monkeypatch.setenv("FAKEGRACEDB_USER", "ada")
    monkeypatch.setenv("FAKEGRACEDB_SERVER_VERSION", "2.33")
    with activate():
        client = Bound()
        assert log(client)["submitter"] == "ada"
        assert client.server_version == "2.33.1"
        with pytest.raises(HTTPError):
            log(READER)
    assert holds(Store(tmp_path / "there")) == ["T0001"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"user": ""}, "is not the name of a user"),
        ({"user": 5}, "user=5 is not the name of a user"),
        ({"groups": 5}, "5 is not the name of a group"),
        ({"waits": "never"}, "waits must be"),
        ({"server_version": "3"}, "server_version must be one of"),
        ({"store": "https://gracedb.ligo.org/api/"}, "is not a folder"),
        ({"clock": "yesterday"}, "yesterday"),
    ],
)
def test_impossible_options_are_refused_before_anything_is_swapped(
    options: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told), activate(**options):
        pass


def test_clock_is_that_of_the_store(store: Store) -> None:
    with activate(store, clock="2026-03-01 17:00:00"):
        assert log(Bound())["created"] == "2026-03-01 17:00:00 UTC"


# In and out


def test_inner_store_wins_until_it_ends(tmp_path: Path) -> None:
    outer, inner = Store(tmp_path / "outer"), Store(tmp_path / "inner")
    client = Bound(cred=False)
    with activate(outer):
        log(client)
        between = Bound()
        with activate(inner):
            for one in (client, between, Bound()):
                log(one)
        log(client)
        log(between)
    assert (len(holds(outer)), len(holds(inner))) == (3, 3)


def test_activations_may_end_in_any_order(tmp_path: Path) -> None:
    first, second = activate(tmp_path / "first"), activate(tmp_path / "second")
    first.__enter__()
    one = second.__enter__()
    first.__exit__(None, None, None)
    assert log(AT_IMPORT)["graceid"] == "T0001"
    assert holds(one.store) == ["T0001"]
    second.__exit__(None, None, None)


def test_exception_leaves_no_trace(store: Store) -> None:
    def fail() -> None:
        with activate(store):
            AT_IMPORT.ping()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert AT_IMPORT._service_info is None
    assert "send" not in vars(GraceDBClient)


def test_client_made_meanwhile_goes_nowhere_afterwards_and_works_in_another(
    tmp_path: Path,
) -> None:
    with activate(tmp_path / "one"):
        client, reader = Bound(use_auth="x509"), Bound(force_noauth=True)
        client.ping()
    for url in ("https://gracedb.ligo.org/api/", "http://localhost:1/"):
        with pytest.raises(FakeGraceDbError, match="make the client anew"):
            client.get(url)
    with activate(tmp_path / "two") as gracedb:
        assert log(client)["graceid"] == "T0001"
        with pytest.raises(HTTPError):
            log(reader)
        assert holds(gracedb.store) == ["T0001"]


def test_temporary_store_goes_at_the_end() -> None:
    with activate() as gracedb:
        client = Bound()
        log(client)
        folder = gracedb.store.path
        assert folder.is_dir()
        store = weakref.ref(gracedb.store._core)
    assert not folder.exists()
    del gracedb
    assert store() is None  # though `client` is still there


def test_one_activation_may_be_entered_again_and_again(tmp_path: Path) -> None:
    again = activate()
    with again as first:
        log(AT_IMPORT)
        with again as second:
            assert log(AT_IMPORT)["graceid"] == "T0001"
            assert first.store.path != second.store.path
        assert log(AT_IMPORT)["graceid"] == "T0002"


# As a decorator


@activate(clock="2026-03-01 17:00:00")
def decorated(client: Any) -> tuple[str, str]:
    """Say what it is."""
    made = log(client)
    return made["graceid"], made["created"]


def test_each_call_of_a_decorated_function_has_a_store_of_its_own() -> None:
    assert decorated.__doc__ == "Say what it is."
    for _ in range(2):
        assert decorated(AT_IMPORT) == ("T0001", "2026-03-01 17:00:00 UTC")


def test_coroutines_and_generators_are_served_as_long_as_they_run() -> None:
    @activate()
    async def coroutine() -> str:
        await asyncio.sleep(0)
        return str(log(AT_IMPORT)["graceid"])

    @activate()
    async def several() -> AsyncIterator[str]:
        for _ in range(2):
            yield log(AT_IMPORT)["graceid"]

    @activate()
    def generator() -> Iterator[str]:
        for _ in range(2):
            yield log(AT_IMPORT)["graceid"]

    async def collected() -> list[str]:
        return [one async for one in several()]

    assert asyncio.run(coroutine()) == "T0001"
    assert asyncio.run(collected()) == ["T0001", "T0002"]
    assert list(generator()) == ["T0001", "T0002"]


def test_test_methods_of_a_decorated_class_are_served() -> None:
    @activate()
    class Case(unittest.TestCase):
        def test_one(self) -> None:
            assert log(AT_IMPORT)["graceid"] == "T0001"

        def test_other(self) -> None:
            assert log(Bound())["graceid"] == "T0001"

        def helper(self) -> bool:
            return "send" in vars(GraceDBClient)

    assert run(Case) == 2
    assert not Case().helper()


def run(case: type[unittest.TestCase]) -> int:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert (result.failures, result.errors) == ([], [])
    return result.testsRun


def test_what_a_decorated_class_does_around_a_test_has_the_store_of_that_test() -> None:
    class Inherited(unittest.TestCase):
        def test_inherited(self) -> None:
            assert log(AT_IMPORT)["graceid"] == "T0002"

    @activate()
    class Case(Inherited):
        def setUp(self) -> None:
            self.addCleanup(lambda: self.made.append(log(Bound())["graceid"]))
            self.made = [log(AT_IMPORT)["graceid"]]

        def tearDown(self) -> None:
            assert self.made == ["T0001"]
            assert log(AT_IMPORT)["graceid"] == "T0003"

        def test_own(self) -> None:
            assert log(AT_IMPORT)["graceid"] == "T0002"

    class Asynchronous(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self) -> None:
            self.made = log(AT_IMPORT)["graceid"]

        async def test_it(self) -> None:
            assert (self.made, log(AT_IMPORT)["graceid"]) == ("T0001", "T0002")

    assert run(Case) == 2
    assert run(activate()(Asynchronous)) == 1


def test_what_sets_a_decorated_class_up_reaches_a_store_with_a_name(store: Store) -> None:
    @activate(store)
    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls) -> None:
            cls.made = log(AT_IMPORT)["graceid"]

        @classmethod
        def tearDownClass(cls) -> None:
            assert Bound().event("T0002").json()["graceid"] == "T0002"

        def test_it(self) -> None:
            assert (self.made, log(AT_IMPORT)["graceid"]) == ("T0001", "T0002")

    assert run(Case) == 1
    assert "send" not in vars(GraceDBClient)


def test_methods_of_a_decorated_class_that_is_no_test_case_are_served() -> None:
    @activate()
    class Plain:
        def test_it(self) -> str:
            return str(log(AT_IMPORT)["graceid"])

        def helper(self) -> bool:
            return "send" in vars(GraceDBClient)

    assert [Plain().test_it() for _ in range(2)] == ["T0001"] * 2
    assert not Plain().helper()


# The guard


class Wilful(Bound):  # type: ignore[misc]
    """A client that chooses its adapter by itself."""

    own: Any = HTTPAdapter()

    def get_adapter(self, url: str) -> Any:
        return self.own


def test_client_that_chooses_by_itself_may_not_open_a_connection(store: Store) -> None:
    with activate(store):
        with pytest.raises(FakeGraceDbError, match="no GraceDB client may open a connection"):
            Wilful().ping()
        assigned = Bound()
        assigned.get_adapter = lambda url: HTTPAdapter()
        with pytest.raises(FakeGraceDbError, match="allow_network"):
            assigned.ping()


def test_guard_can_be_lifted(store: Store) -> None:
    with activate(store, allow_network=True), pytest.raises(requests.ConnectionError):
        Wilful("http://127.0.0.1:1/api/").ping()


def test_adapter_of_a_certain_server_counts_only_without_the_guard(store: Store) -> None:
    class Plain(HTTPAdapter):
        def send(self, *args: Any, **kwargs: Any) -> Any:
            raise ConnectionAbortedError

    client = Bound("https://own.example.org/api/", cred=False)
    client.mount("https://own.example.org/", Plain())
    with activate(store):
        client.ping()
    with activate(store, allow_network=True):
        with pytest.raises(ConnectionAbortedError):
            client.ping()
        AT_IMPORT.ping()


def test_what_is_no_store_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TypeError, match=r"decorate with @activate\(\)"):
        activate(lambda: None)  # type: ignore[arg-type]
    for make in (lambda: activate("").__enter__(), lambda: FakeGraceDb(store="")):
        with pytest.raises(ValueError, match="no folder"):
            make()
    assert list(tmp_path.iterdir()) == []
