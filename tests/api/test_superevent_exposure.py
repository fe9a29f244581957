"""Permissions on superevents: listed, and changed as a whole by exposing and hiding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from superevent_making import entries, make

if TYPE_CHECKING:
    from conftest import Api, Server

ROWS = [
    {"group": "lvem_observers", "permission": "view_superevent"},
    {"group": "lvem_observers", "permission": "annotate_superevent"},
    {"group": "public_users", "permission": "view_superevent"},
]
EXPOSED = ("Exposed to LV-EM observers and the general public.", [])
HIDDEN = ("Hidden from LV-EM observers and the general public.", [])


@pytest.fixture
def sid(api: Api) -> str:
    return str(make(api)["superevent_id"])


def modify(api: Api, sid: str, action: str) -> Any:
    answer = api.post(f"superevents/{sid}/permissions/modify/", data={"action": action})
    assert answer.status_code == 200, answer.text
    return answer.json()


def held(server: Server, sid: str) -> Any:
    return server.store.superevents[sid].permissions


def test_new_superevent_has_no_permissions(api: Api, sid: str) -> None:
    url = f"{api.url}superevents/{sid}/permissions/"
    assert api.json(url) == {
        "start": 0,
        "numRows": 0,
        "permissions": [],
        "links": {"self": url, "first": url, "last": url},
    }


def test_exposed_superevent_is_open_to_partners_and_the_public(
    api: Api, server: Server, sid: str
) -> None:
    answer = api.post(f"superevents/{sid}/permissions/modify/", data={"action": "expose"})
    assert (answer.status_code, answer.json()) == (200, ROWS)
    assert [list(row) for row in answer.json()] == [["group", "permission"]] * 3
    assert answer.headers["Content-Type"] == "application/json"
    url = f"{api.url}superevents/{sid}/permissions/?x=1"
    assert api.json(url) == {
        "start": 0,
        "numRows": 3,
        "permissions": ROWS,
        "links": {"self": url, "first": url, "last": url},
    }
    assert held(server, sid) == {"lvem_observers": ["view", "annotate"], "public_users": ["view"]}
    assert entries(api, sid, 1) == [EXPOSED]


def test_hidden_superevent_is_open_to_nobody_else(api: Api, server: Server, sid: str) -> None:
    modify(api, sid, "expose")
    assert modify(api, sid, "hide") == []
    assert api.json(f"superevents/{sid}/permissions/")["permissions"] == []
    assert held(server, sid) == {}
    assert entries(api, sid, 1) == [EXPOSED, HIDDEN]
    assert modify(api, sid, "expose") == ROWS
    assert entries(api, sid, 1) == [EXPOSED, HIDDEN, EXPOSED]


def test_repeating_changes_nothing(api: Api, server: Server, sid: str) -> None:
    assert modify(api, sid, "hide") == []
    assert len(entries(api, sid)) == 1
    modify(api, sid, "expose")
    before = server.store.read(lambda view: view.version)
    assert modify(api, sid, "expose") == ROWS
    assert server.store.read(lambda view: view.version) == before
    modify(api, sid, "hide")
    assert modify(api, sid, "hide") == []
    assert entries(api, sid, 1) == [EXPOSED, HIDDEN]


def test_log_is_written_by_who_acts_and_has_no_tag(api: Api, server: Server, sid: str) -> None:
    noether = server.at(api.base, "emmy.noether@ligo.org")
    for action in ("expose", "hide"):
        modify(noether, sid, action)
        entry = api.json(f"superevents/{sid}/logs/")["log"][-1]
        assert (entry["issuer"], entry["tag_names"]) == ("emmy.noether@ligo.org", [])


def test_every_change_is_one_transaction(api: Api, server: Server, sid: str) -> None:
    _, before = server.store.read(lambda view: view.version)
    modify(api, sid, "expose")
    modify(api, sid, "hide")
    assert server.store.read(lambda view: view.version)[1] == before + 2


@pytest.mark.parametrize("action", ["", "Expose", "show", "expose ", ["expose"], 1, True, None, {}])
def test_other_actions_are_refused(api: Api, sid: str, action: Any) -> None:
    path = f"superevents/{sid}/permissions/modify/"
    for sent in ({"json": {"action": action}}, {"json": {}}, {"data": {"x": "hide"}}, {}):
        answer = api.post(path, **sent)
        assert answer.status_code == 400
        assert answer.json() == api.said("action must be 'expose' or 'hide'")
    assert len(entries(api, sid)) == 1


def test_action_comes_in_any_form(api: Api, sid: str) -> None:
    path = f"superevents/{sid}/permissions/modify/"
    for options, rows in (
        ({"json": {"action": "expose"}}, ROWS),
        ({"data": {"action": "hide"}, "files": {"unused": b"x"}}, []),
        ({"data": [("action", "hide"), ("action", "expose")]}, ROWS),  # the last counts
    ):
        answer = api.post(path, **options)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()) == (200, rows)


def test_other_methods_are_not_allowed(api: Api, sid: str) -> None:
    for method, path, allowed in (
        ("POST", "permissions/", "GET, HEAD, OPTIONS"),
        ("PUT", "permissions/", "GET, HEAD, OPTIONS"),
        ("GET", "permissions/modify/", "POST, OPTIONS"),
        ("DELETE", "permissions/modify/", "POST, OPTIONS"),
    ):
        answer = api.request(method, f"superevents/{sid}/{path}", data={"action": "hide"})
        assert answer.status_code == 405
        assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
        assert answer.headers["Allow"] == allowed


def test_confirmed_superevent_is_exposed_by_either_id(api: Api, server: Server, sid: str) -> None:
    confirmed = api.post(f"superevents/{sid}/confirm-as-gw/").json()["gw_id"]
    assert modify(api, sid, "expose") == ROWS
    assert modify(api, confirmed, "expose") == ROWS
    assert modify(api, confirmed, "hide") == []
    assert held(server, sid) == {}
    assert entries(api, sid, 2) == [EXPOSED, HIDDEN]
    url = f"{api.url}superevents/{confirmed}/permissions/"
    assert api.json(url)["links"]["self"] == url


def test_permissions_are_listed_by_group_as_the_server_has_them(api: Api, server: Server) -> None:
    sid = make(api)["superevent_id"]
    with server.store.transaction() as tx:
        superevent = tx.superevent(sid)
        assert superevent is not None
        groups = ("unknown", "public_users", "lvem_users")
        tx.put_superevent(replace(superevent, permissions={name: ["view"] for name in groups}))
    rows = api.json(f"superevents/{sid}/permissions/")["permissions"]
    assert [row["group"] for row in rows] == ["lvem_users", "public_users", "unknown"]
    assert modify(api, sid, "expose") == ROWS
    assert entries(api, sid, 1) == [EXPOSED]


def test_client_exposes_and_hides(api: Api, server: Server, sid: str) -> None:
    client = server.client(api.base)
    assert client.modify_permissions(sid, "expose").json() == ROWS
    assert client.permissions(sid).json()["permissions"] == ROWS
    assert client.modify_permissions(sid, "hide").json() == []
    assert client.permissions(sid).json()["numRows"] == 0


def test_exposure_survives_in_the_store(api: Api, server: Server, sid: str) -> None:
    modify(api, sid, "expose")
    public = server.at(api.base, None)
    assert server.store.check() == []
    server.store.compact()
    server.store.reindex()
    assert [one["superevent_id"] for one in public.json("superevents/")["superevents"]] == [sid]
    assert api.json(f"superevents/{sid}/permissions/")["permissions"] == ROWS
