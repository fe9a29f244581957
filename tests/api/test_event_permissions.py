"""Permissions of user groups on an event, and the signoffs on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fakegracedb.documents import Signoff

if TYPE_CHECKING:
    from conftest import Api, Server

PERMS = "events/T0001/perms/"


def graceids(api: Api, path: str = "events/") -> list[str]:
    return [event["graceid"] for event in api.json(path)["events"]]


# Signoffs


def test_event_without_signoffs_has_an_empty_list(api: Api) -> None:
    api.create()
    url = f"{api.url}events/T0001/signoff/"
    links = {"self": url, "first": url, "last": url}
    data = api.json(url)
    assert data == {"start": 0, "numRows": 0, "links": links, "signoffs": []}
    assert list(data) == ["start", "numRows", "links", "signoffs"]


def test_signoffs_in_the_store_are_listed(api: Api, server: Server) -> None:
    api.create()
    made = (Signoff("OP", "H1", "OK", "ada"), Signoff("ADV", "", "NO", "bob", "a glitch"))
    with server.store.transaction() as tx:
        event = tx.event("T0001")
        assert event is not None
        tx.put_event(replace(event, signoffs=made))
    assert server.store.check() == []
    server.store.reindex()
    data = api.json("events/T0001/signoff/")
    assert data["numRows"] == 2
    assert list(data["signoffs"][0].items()) == [
        ("submitter", "ada"),
        ("instrument", "H1"),
        ("status", "OK"),
        ("comment", ""),
        ("signoff_type", "OP"),
    ]
    assert data["signoffs"][1]["comment"] == "a glitch"


# Permissions


def test_groups_with_a_permission_are_listed_with_where_theirs_are(api: Api) -> None:
    api.create()
    data = api.json(PERMS)
    links = data["links"]
    assert list(data) == ["links"]
    assert links["self"] == api.url + PERMS
    assert links["groupeventpermissions"] == {
        group: f"{api.url}{PERMS}{group}/" for group in ("internal_users", "executives")
    }
    assert api.json(links["groupeventpermissions"]["executives"]) == {
        "links": {"self": f"{api.url}{PERMS}executives/"},
        "groupeventpermissions": [
            {"group": "executives", "permission": "view_coincinspiralevent"},
            {"group": "executives", "permission": "change_coincinspiralevent"},
        ],
    }


def test_group_without_permissions_has_an_empty_list(api: Api) -> None:
    api.create()
    assert api.json(f"{PERMS}lvem_users/")["groupeventpermissions"] == []


@pytest.mark.parametrize(
    ("pipeline", "code"),
    [
        ("CWB", "view_multiburstevent"),
        ("MLy", "view_mlyburstevent"),
        ("oLIB", "view_lalinferenceburstevent"),
        ("Fermi", "view_grbevent"),
        ("HardwareInjection", "view_siminspiralevent"),
        ("Omega", "view_event"),
    ],
)
def test_permissions_are_called_after_the_table_of_the_event(
    server: Server, pipeline: str, code: str
) -> None:
    api = server.at("v1")
    api.create(content=b"?", pipeline=pipeline)
    data = api.json(f"{PERMS}executives/view")
    assert data["groupeventpermission"] == {"group": "executives", "permission": code}


def test_permission_is_given_shown_and_taken(api: Api, server: Server) -> None:
    api.create()
    outsider = server.at(api.base, "lv@em.org", ("lvem_users",))
    assert outsider.get("events/T0001").status_code == 403
    path = f"{PERMS}lvem_users/view"
    answer = api.put(path)
    expected: Any = {
        "links": {"self": api.url + path},
        "groupeventpermission": {"group": "lvem_users", "permission": "view_coincinspiralevent"},
    }
    assert (answer.status_code, answer.json()) == (201, expected)
    again = api.put(path)
    assert (again.status_code, again.json()) == (200, expected)
    assert api.json(path) == expected
    assert outsider.get("events/T0001").status_code == 200
    assert outsider.put("events/T0001/labels/INJ").status_code == 403
    assert graceids(outsider) == ["T0001"]
    taken = api.delete(path)
    assert taken.status_code == 200
    assert taken.json() == {"message": "Permission successfully deleted."}
    assert outsider.get("events/T0001").status_code == 403
    assert api.get(path).status_code == 404
    assert list(api.json(PERMS)["links"]["groupeventpermissions"]) == [
        "internal_users",
        "executives",
    ]


def test_permission_to_change_is_one_of_its_own(server: Server) -> None:
    api = server.at("v2")
    api.create()
    outsider = server.at("v2", "lv@em.org", ("lvem_users",))
    for right in ("view", "change"):
        assert api.put(f"{PERMS}lvem_users/{right}").status_code == 201
    assert outsider.put("events/T0001/labels/INJ").status_code == 201
    assert api.delete(f"{PERMS}lvem_users/view").status_code == 200
    assert outsider.get("events/T0001").status_code == 403


def test_each_of_the_two_rights_is_asked_for(server: Server) -> None:
    server.at("v2").create()
    name = "ada.lovelace@ligo.org"
    ada = server.at("v2", name, ("internal_users",))
    for right, allowed in (("add", "PUT"), ("delete", "DELETE")):
        server.store.users[name] = {  # type: ignore[assignment]
            "groups": ["internal_users"],
            "permissions": [f"{right}_groupobjectpermission"],
        }
        for method in ("PUT", "DELETE"):
            answer = ada.request(method, f"{PERMS}executives/change")
            assert answer.status_code == (200 if method == allowed else 403), (right, method)


def test_event_that_is_closed_to_insiders_is_in_none_of_their_lists(server: Server) -> None:
    api = server.at("v2")
    for _ in range(3):
        api.create()
    executive = server.at("v2", "boss@ligo.org", ("executives",))
    colleague = server.at("v2", "ada.lovelace@ligo.org", ("internal_users",))
    assert api.delete("events/T0002/perms/internal_users/view").status_code == 200
    assert graceids(colleague) == graceids(colleague, "events/?query=group:+Test")
    assert graceids(colleague) == ["T0003", "T0001"]
    assert colleague.json("events/")["numRows"] == 2
    assert graceids(executive) == ["T0003", "T0002", "T0001"]
    assert server.store.check() == []
    server.store.compact()
    assert server.store.check() == []
    assert graceids(colleague) == ["T0003", "T0001"]


def test_event_that_is_opened_again_is_listed_again(server: Server) -> None:
    api = server.at("v2")
    api.create()
    colleague = server.at("v2", "ada.lovelace@ligo.org", ("internal_users",))
    api.delete(f"{PERMS}internal_users/view")
    assert graceids(colleague) == []
    api.put(f"{PERMS}internal_users/view")
    assert graceids(colleague) == ["T0001"]
    assert server.store.check() == []


def test_changes_of_permissions_write_no_log(api: Api) -> None:
    api.create()
    comments = api.comments("T0001")
    api.put(f"{PERMS}lvem_users/view")
    api.delete(f"{PERMS}lvem_users/view")
    assert api.comments("T0001") == comments
