"""Other doubles in the same test: GraceDB clients go to the fake, all else where the other says.

Each in both orders: the other one first, and the fake first.
"""

from __future__ import annotations

import datetime
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import ligo.gracedb.rest
import pytest
import requests
from early import AT_IMPORT, Bound
from ligo.gracedb.client import GraceDBClient

from fakegracedb import FakeGraceDb, Store, activate, mount

URL = "https://other.example.org/thing"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(params=["other first", "fake first"])
def together(request: pytest.FixtureRequest, store: Store) -> Iterator[Callable[..., Any]]:
    """Enter another double and ours, in one order or the other; give what the other one gives."""
    with ExitStack() as stack:

        def enter(other: AbstractContextManager[Any], **options: Any) -> Any:
            if request.param == "other first":
                given = stack.enter_context(other)
                stack.enter_context(activate(store, **options))
            else:
                stack.enter_context(activate(store, **options))
                given = stack.enter_context(other)
            return given

        yield enter
    assert "send" not in vars(GraceDBClient)


def works(client: Any = None) -> None:
    """Do what takes an upload, a download and a list."""
    for one in (client,) if client else (AT_IMPORT, Bound(cred=False)):
        event = one.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>").json()
        one.write_log(event["graceid"], "hello", "b.txt", b"x" * 100_000)
        assert len(one.files(event["graceid"], "b.txt").read()) == 100_000
        assert next(one.events(event["graceid"]))["graceid"] == event["graceid"]


def test_responses(together: Any, tmp_path: Path) -> None:
    responses = pytest.importorskip("responses")
    mock = together(responses.RequestsMock())
    mock.get(URL, json={"from": "responses"})
    works()
    works(FakeGraceDb(store=tmp_path / "own"))
    assert requests.get(URL).json() == {"from": "responses"}
    with pytest.raises(requests.ConnectionError):
        requests.get("https://gracedb.ligo.org/api/")  # not a GraceDB client
    assert len(mock.calls) == 2


def test_responses_reaches_a_session_beside_its_mounted_server(tmp_path: Path) -> None:
    responses = pytest.importorskip("responses")
    with responses.RequestsMock() as mock, requests.Session() as session:
        mock.get(URL, json={"from": "responses"})
        mount(session, base="https://gracedb.example.org/", store=tmp_path / "own")
        answer = session.get("https://gracedb.example.org/api/")
        assert answer.json()["server-version"] == "2.36.0"
        assert session.get(URL).json() == {"from": "responses"}


def test_requests_mock(together: Any) -> None:
    requests_mock = pytest.importorskip("requests_mock")
    mock = together(requests_mock.Mocker())
    mock.get(URL, json={"from": "requests-mock"})
    works()
    assert requests.get(URL).json() == {"from": "requests-mock"}
    with pytest.raises(requests_mock.exceptions.NoMockAddress):
        requests.get("https://gracedb.ligo.org/api/")
    assert mock.call_count == 2


def test_requests_mock_leaves_what_it_left_on_a_client_behind(store: Store) -> None:
    requests_mock = pytest.importorskip("requests_mock")
    client = Bound("https://other.example.org/api/", force_noauth=True)
    with requests_mock.Mocker() as mock:
        mock.get("https://other.example.org/api/", json={"links": {}})
        client.get("https://other.example.org/api/")
    assert "get_adapter" in vars(client)  # where it hides the method of the class
    with activate(store, user="ada"):
        works(client)


def test_requests_mock_of_one_client_counts_for_that_client(store: Store) -> None:
    requests_mock = pytest.importorskip("requests_mock")
    client = Bound("https://other.example.org/api/", cred=False)
    for fake_first in (True, False):
        with ExitStack() as stack:
            mock = requests_mock.Mocker(session=client)
            entered = [activate(store), mock] if fake_first else [mock, activate(store)]
            for one in entered:
                stack.enter_context(one)
            mock.get("https://other.example.org/api/", json={"from": "requests-mock"})
            answer = client.get("https://other.example.org/api/")
            assert answer.json() == {"from": "requests-mock"}
            works()
        with activate(store):  # and no longer than it lasts
            works(client)


def test_requests_mock_hides_a_bare_client_unless_it_lets_through_or_we_are_in(
    tmp_path: Path,
) -> None:
    requests_mock = pytest.importorskip("requests_mock")
    with FakeGraceDb(store=tmp_path / "own") as client:
        with requests_mock.Mocker():
            with pytest.raises(requests_mock.exceptions.NoMockAddress):
                client.ping()
            with activate(tmp_path / "other"):
                works(client)
        with requests_mock.Mocker(real_http=True):
            works(client)
        assert len(client.store.events) == 2  # its own store, also where another one was swapped in


def test_vcrpy(together: Any, tmp_path: Path) -> None:
    vcr = pytest.importorskip("vcr")
    together(vcr.use_cassette(str(tmp_path / "cassette.yaml"), record_mode="none"))
    works()
    works(FakeGraceDb(store=tmp_path / "own"))
    with pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
        requests.get(URL)
    assert not (tmp_path / "cassette.yaml").exists()  # nothing of ours is recorded


def test_pytest_socket(together: Any, tmp_path: Path) -> None:
    pytest_socket = pytest.importorskip("pytest_socket")

    class Disabled:
        def __enter__(self) -> None:
            pytest_socket.disable_socket()

        def __exit__(self, *_: object) -> None:
            pytest_socket.enable_socket()

    together(Disabled())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # which it says, too
        with pytest.raises(pytest_socket.SocketBlockedError):
            socket.socket()
    works()
    works(FakeGraceDb(store=tmp_path / "own"))


def test_freezegun(together: Any, tmp_path: Path) -> None:
    freezegun = pytest.importorskip("freezegun")
    frozen = together(freezegun.freeze_time("2026-03-01 17:00:00"), waits="skip")
    works()
    own = FakeGraceDb(store=tmp_path / "own")
    works(own)
    assert AT_IMPORT.event("T0001").json()["created"] == "2026-03-01 17:00:00 UTC"
    assert own.clock.now() == datetime.datetime(2026, 3, 1, 17, tzinfo=datetime.UTC)
    frozen.tick(3600)
    works()
    assert AT_IMPORT.event("T0003").json()["created"] == "2026-03-01 18:00:00 UTC"
    own.clock = "2019-04-25 08:18:05"  # the store's own clock counts more
    assert own.clock.now().year == 2019


def test_time_machine(together: Any, tmp_path: Path) -> None:
    time_machine = pytest.importorskip("time_machine")
    start = datetime.datetime(2026, 3, 1, 17, tzinfo=datetime.UTC)
    traveller = together(time_machine.travel(start, tick=False), waits="skip")
    works()
    own = FakeGraceDb(store=tmp_path / "own")
    works(own)
    assert AT_IMPORT.event("T0001").json()["created"] == "2026-03-01 17:00:00 UTC"
    traveller.shift(3600)
    works()
    assert AT_IMPORT.event("T0003").json()["created"] == "2026-03-01 18:00:00 UTC"
    assert time.time() == start.timestamp() + 3600


def test_pyfakefs(store: Store) -> None:
    patcher = pytest.importorskip("pyfakefs.fake_filesystem_unittest").Patcher
    with patcher(), activate(store) as gracedb:
        works()
        assert (gracedb.store.path / "events").is_dir()
    assert not store.path.exists()
    with activate(store) as gracedb:
        with patcher():
            works()
        works()
    assert list(Store(store.path).events) == ["T0001", "T0002"]


def test_all_of_them_at_once(store: Store, tmp_path: Path) -> None:
    responses = pytest.importorskip("responses")
    requests_mock = pytest.importorskip("requests_mock")
    vcr = pytest.importorskip("vcr")
    freezegun = pytest.importorskip("freezegun")
    with (
        responses.RequestsMock(assert_all_requests_are_fired=False),
        requests_mock.Mocker(),
        vcr.use_cassette(str(tmp_path / "cassette.yaml")),
        activate(store),
        freezegun.freeze_time("2026-03-01"),
    ):
        works()


# Patches by unittest.mock and pytest-mock

PATCHED = """
from unittest import mock
import fakegracedb

class Other:
    pass

with mock.patch("ligo.gracedb.rest.GraceDb", {how}):
    try:
        fakegracedb.{name}
    except fakegracedb.FakeGraceDbError as error:
        print(error)
with fakegracedb.activate() as client:
    from ligo.gracedb.rest import GraceDb
    print(client.ping().status_code, isinstance(client, GraceDb))
"""


@pytest.mark.parametrize("name", ["FakeGraceDb", "activate"])
@pytest.mark.parametrize("how", ["autospec=True", "Other"])
def test_a_patched_class_is_not_taken_for_the_real_one(name: str, how: str) -> None:
    code = PATCHED.format(name=name, how=how)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told, after = done.stdout.splitlines()
    assert told.startswith("ligo.gracedb.rest.GraceDb is not the real client now, but <")
    assert after == "200 True"


def test_patched_parts_of_clients_are_what_the_test_says(store: Store) -> None:
    with activate(store) as gracedb:
        with mock.patch.object(Bound, "event", return_value="mine"):
            assert Bound().event("T0001") == gracedb.event("T0001") == "mine"
        with mock.patch.object(AT_IMPORT, "get", return_value="mine"):
            assert AT_IMPORT.event("T0001") == "mine"
        with mock.patch("ligo.gracedb.rest.GraceDb") as patched:
            assert ligo.gracedb.rest.GraceDb() is patched.return_value
            works()
        with mock.patch("socket.socket", side_effect=AssertionError):
            works()
        with mock.patch("builtins.open", mock.mock_open(read_data="nothing")):
            works()
    assert AT_IMPORT.event.__func__ is Bound.event
