"""Labels on a superevent: applied, taken off, listed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

pytestmark = pytest.mark.doors("wsgi", "server")

LABELS = "superevents/TS260301a/labels/"
NO_RIGHT = {
    "POST": "You do not have permission to add labels to superevents.",
    "DELETE": "You do not have permissions to remove labels from superevents.",
}


@pytest.fixture(autouse=True)
def _candidate(api: Api) -> None:
    """Make TS260301a, without labels."""
    api.candidate()


def test_new_label_is_201_and_told(api: Api) -> None:
    answer = api.post(LABELS, data={"name": "DQV"})
    assert answer.status_code == 201
    assert list(answer.json().items()) == [
        ("self", f"{api.url}{LABELS}DQV/"),
        ("name", "DQV"),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("creator", "albert.einstein@ligo.org"),
    ]
    assert api.json(f"{LABELS}DQV/") == answer.json()
    assert api.told("TS260301a")[1:] == ["Added label: DQV"]
    assert api.json("superevents/TS260301a/")["labels"] == ["DQV"]


def test_list_is_in_the_order_of_the_names(api: Api) -> None:
    for name in ("PE_READY", "DQV", "INJ"):
        api.post(LABELS, json={"name": name})
    url = f"{api.url}{LABELS}?x=y"
    found = api.json(f"{LABELS}?x=y")
    assert list(found) == ["labels", "links"]
    assert [label["name"] for label in found["labels"]] == ["DQV", "INJ", "PE_READY"]
    assert found["links"] == {"self": url, "superevent": url}


def test_repeated_label_is_400(api: Api) -> None:
    api.post(LABELS, data={"name": "DQV"})
    said = api.refused("POST", LABELS, data={"name": "DQV"})
    assert said == (
        "Label DQV already applied to superevent TS260301a"
        if api.v2
        else "The fields superevent, name must make a unique set."
    )
    assert len(api.told("TS260301a")) == 2


def test_repeated_label_names_the_superevent_as_it_was_asked_for(api: Api) -> None:
    api.post(LABELS, data={"name": "DQV"})
    api.post("superevents/TS260301a/confirm-as-gw/")
    if api.v2:
        for name in ("TS260301a", "TGW260301A"):
            said = api.refused("POST", f"superevents/{name}/labels/", data={"name": "DQV"})
            assert said == f"Label DQV already applied to superevent {name}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "FOO"}, "Object with name=FOO does not exist."),
        ({"name": "dqv"}, "Object with name=dqv does not exist."),
        ({}, "This field is required."),
    ],
)
def test_label_that_there_is_not_is_400(api: Api, body: dict[str, str], said: str) -> None:
    assert api.refused("POST", LABELS, data=body) == said


def test_nobody_touches_protected_labels(api: Api, constants: Any) -> None:
    for name in constants["protected-labels"]:
        said = api.refused("POST", LABELS, data={"name": name})
        assert said == (
            f"The label '{name}' is managed by an automated process and cannot be manually added"
        )
        assert api.delete(f"{LABELS}{name}/").status_code == 404


def test_removed_label_is_204_and_told(api: Api) -> None:
    api.post(LABELS, data={"name": "DQV"})
    answer = api.delete(f"{LABELS}DQV/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.told("TS260301a")[1:] == ["Added label: DQV", "Removed label: DQV"]
    for method in ("GET", "DELETE"):
        gone = api.request(method, f"{LABELS}DQV/")
        assert (gone.status_code, gone.json()) == (404, {"detail": "Not found."})
    assert len(api.told("TS260301a")) == 3


def test_every_other_label_can_be_applied_and_taken_off(server: Server, constants: Any) -> None:
    api = server.at("v2")
    for name in constants["labels"]:
        if name not in constants["protected-labels"]:
            assert api.post(LABELS, data={"name": name}).status_code == 201
            assert api.delete(f"{LABELS}{name}/").status_code == 204


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_outsiders_do_not_label(api: Api, server: Server, method: str) -> None:
    outsider = server.at(api.base, "outsider", ("em_advocates",))
    hidden = outsider.request(method, LABELS if method == "POST" else f"{LABELS}DQV/")
    assert hidden.status_code == 404  # they do not see the superevent
    with server.store.transaction() as tx:
        found = tx.superevent("TS260301a")
        assert found is not None
        tx.put_superevent(replace(found, permissions={"public_users": ["view"]}))
    answer = outsider.request(method, LABELS if method == "POST" else f"{LABELS}DQV/")
    assert (answer.status_code, answer.json()) == (403, {"detail": NO_RIGHT[method]})
