"""`mount`: a fake server below an address of any session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from ligo.gracedb.rest import GraceDb
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from fakegracedb import FakeGraceDb, NotFaked, Store, activate, mount
from fakegracedb.transport import StoreAdapter

BASE = "https://gracedb.example.org/"
EVENTS = f"{BASE}api/events/"


@pytest.fixture
def session() -> Any:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def create(session: requests.Session, url: str = EVENTS) -> Any:
    answer = session.post(
        url,
        data={"group": "Test", "pipeline": "gstlal"},
        files={"eventFile": ("a.xml", b"<LIGO_LW/>")},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_session_is_served_below_the_address(session: requests.Session, tmp_path: Path) -> None:
    mounted = mount(session, store=tmp_path / "store", base=BASE)
    created = create(session)
    assert created["links"]["self"] == f"{EVENTS}T0001"
    assert session.get(created["links"]["self"]).json()["graceid"] == "T0001"
    assert list(mounted.store.events) == list(Store(tmp_path / "store").events) == ["T0001"]
    assert [call.method for call in mounted.calls] == ["POST", "GET"]


@pytest.mark.parametrize(
    "base", [f"{BASE}api/", f"{BASE}api", BASE[:-1], "HTTPS://GraceDB.example.org/"]
)
def test_address_is_that_of_a_server_or_its_api(session: requests.Session, base: str) -> None:
    mount(session, base=base)
    assert create(session)["graceid"] == "T0001"


def test_other_addresses_are_left_alone(session: requests.Session) -> None:
    mount(session, base=BASE)
    for url in ("https://gracedb.example.org.evil.example/api/", "https://gracedb.ligo.org/api/"):
        assert type(session.get_adapter(url)) is HTTPAdapter


def test_two_servers_in_one_session(session: requests.Session, tmp_path: Path) -> None:
    other = "http://localhost:8080/"
    mount(session, base=BASE)
    mount(session, base=other, store=tmp_path / "other", server_version="2.33")
    create(session)
    assert create(session, f"{other}api/events/")["graceid"] == "T0001"
    assert session.get(f"{other}api/").json()["server-version"] == "2.33.1"


def test_mount_ends_with_its_block_and_gives_the_address_back(session: requests.Session) -> None:
    before = HTTPAdapter()
    session.mount(BASE, before)
    with mount(session, base=BASE):
        assert isinstance(session.get_adapter(EVENTS), StoreAdapter)
    assert session.get_adapter(EVENTS) is before
    with mount(session, base="http://elsewhere.example/"):
        pass
    assert "http://elsewhere.example/" not in session.adapters


def test_block_is_given_the_session(session: requests.Session, tmp_path: Path) -> None:
    with mount(requests.Session(), store=tmp_path / "store", base=BASE) as served:
        assert create(served)["graceid"] == "T0001"
    mounted = mount(session, store=tmp_path / "other", base=BASE)
    with mounted as same:
        assert same is mounted.session is session
        session.get(EVENTS)
        assert [call.method for call in mounted.calls] == ["GET"]


def test_only_a_session_is_served() -> None:
    for session in ("https://gracedb.ligo.org/", None, requests):
        with pytest.raises(TypeError, match="mount takes a session of requests"):
            mount(session)  # type: ignore[arg-type]


def test_what_was_mounted_in_its_place_since_stays(session: requests.Session) -> None:
    mounted, later = mount(session, base=BASE), HTTPAdapter()
    session.mount(BASE, later)
    mounted.unmount()
    assert session.get_adapter(EVENTS) is later


def test_user_groups_and_faults(session: requests.Session) -> None:
    mounted = mount(session, base=BASE, user="ada", groups="internal_users", waits="skip")
    assert create(session)["submitter"] == "ada"
    refused = session.post(
        EVENTS,
        data={"group": "CBC", "pipeline": "gstlal"},
        files={"eventFile": ("a.xml", b"<LIGO_LW/>")},
    )
    assert refused.status_code == 403
    mounted.faults.add(status=500)
    assert session.get(EVENTS).status_code == 500


def test_retry_policy_is_that_of_the_session(session: requests.Session) -> None:
    session.mount("https://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[502])))
    mounted = mount(session, base=BASE, waits="skip")
    mounted.faults.add(status=502, times=2)
    assert session.get(EVENTS).status_code == 200


def test_what_is_not_faked_is_named(session: requests.Session) -> None:
    mount(session, base=BASE)
    with pytest.raises(NotFaked, match="/superevents/view"):
        session.get(f"{BASE}superevents/view/S1/")


@pytest.mark.parametrize(
    "base", ["gracedb.example.org", "mystore", "file:///store", "https://", "", 5, None]
)
def test_address_must_be_one(session: requests.Session, base: Any) -> None:
    with pytest.raises(ValueError, match="is not the address of a server"):
        mount(session, base=base)


# All sessions


def get(url: str) -> Any:
    return requests.get(url, timeout=5).json()


def test_all_sessions_are_served_below_the_address(tmp_path: Path) -> None:
    before = dict(vars(requests.Session))
    early = requests.Session()
    with mount(requests.Session, store=tmp_path / "store", base=BASE) as kind:
        assert kind is requests.Session
        assert create(early)["graceid"] == "T0001"
        assert get(f"{EVENTS}T0001")["links"]["self"] == f"{EVENTS}T0001"
        assert requests.head("HTTPS" + EVENTS[5:], timeout=5).status_code == 200
        with requests.Session() as late:
            assert type(late.get_adapter("https://gracedb.ligo.org/api/")) is HTTPAdapter
    assert dict(vars(requests.Session)) == before
    assert type(early.get_adapter(EVENTS)) is HTTPAdapter


def test_servers_for_all_sessions_may_end_in_any_order(tmp_path: Path) -> None:
    before = dict(vars(requests.Session))
    first = mount(requests.Session, store=tmp_path / "first", base=BASE)
    second = mount(requests.Session, store=tmp_path / "second", base="http://other.example.org/")
    third = mount(requests.Session, store=tmp_path / "third", base=BASE)
    create(requests.Session())
    assert list(third.store.events) == ["T0001"]
    second.unmount()
    third.unmount()
    second.unmount()
    assert get(EVENTS)["numRows"] == 0
    first.unmount()
    assert type(requests.Session().get_adapter(EVENTS)) is HTTPAdapter
    requests.Session.get_adapter = before["get_adapter"]  # type: ignore[method-assign]


def test_a_class_of_sessions_leaves_the_others_alone(tmp_path: Path) -> None:
    class Special(requests.Session):
        pass

    with mount(Special, store=tmp_path / "store", base=BASE):
        assert create(Special())["graceid"] == "T0001"
        assert type(requests.Session().get_adapter(EVENTS)) is HTTPAdapter
    assert "get_adapter" not in vars(Special)


def test_a_session_keeps_its_retry_policy_and_a_store_of_its_own(
    session: requests.Session, tmp_path: Path
) -> None:
    session.mount("https://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[502])))
    own = mount(requests.Session(), store=tmp_path / "own", base=BASE)
    client = FakeGraceDb(BASE + "api/", store=tmp_path / "client")
    mounted = mount(requests.Session, store=tmp_path / "all", base=BASE, waits="skip")
    with mounted:
        assert session.get_adapter(EVENTS) is session.get_adapter(EVENTS)
        mounted.faults.add(status=502, times=2)
        assert session.get(EVENTS).status_code == 200
        create(own.session)
        client.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>")
        assert get(EVENTS)["numRows"] == 0
    assert list(own.store.events) == list(client.store.events) == ["T0001"]


def test_clients_go_to_what_is_swapped_in_also_below_a_server_for_all_sessions(
    tmp_path: Path,
) -> None:
    with mount(requests.Session, store=tmp_path / "all", base=BASE):
        with activate(tmp_path / "swapped") as gracedb:
            GraceDb(f"{BASE}api/").create_event("Test", "gstlal", "a.xml", filecontents="<a/>")
            assert list(gracedb.store.events) == ["T0001"]
            assert get(EVENTS)["numRows"] == 0
        reader = GraceDb(f"{BASE}api/", force_noauth=True)
        assert list(reader.events()) == []
