"""Labels on an event: applied, taken off, listed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

pytestmark = pytest.mark.doors("wsgi", "server")

WARNING = {"warning": "Event T0001 already labeled with 'INJ'"}


@pytest.fixture(autouse=True)
def _event(api: Api) -> None:
    """Make T0001, without labels."""
    api.create(b"nothing", pipeline="X")


def test_new_label_is_201_with_an_empty_object(api: Api) -> None:
    answer = api.put("events/T0001/labels/INJ")
    assert answer.status_code == 201
    assert answer.content == (b"{}" if api.v2 else b'"{}"')
    assert answer.headers["Content-Type"] == "application/json"
    assert api.comments("T0001")[1:] == ["Label: INJ"]


def test_repeated_label_is_200_with_a_warning_and_writes_nothing(api: Api) -> None:
    api.put("events/T0001/labels/INJ")
    answer = api.put("events/T0001/labels/INJ")
    assert answer.status_code == 200
    assert answer.json() == (WARNING if api.v2 else json.dumps(WARNING))
    assert api.comments("T0001")[1:] == ["Label: INJ"]
    assert api.json("events/T0001")["labels"] == ["INJ"]


def test_label_is_applied_whatever_the_body(api: Api, server: Server) -> None:
    assert api.put("events/T0001/labels/INJ", json={"comment": "x"}).status_code == 201
    assert api.put("events/T0001/labels/DQV", data={"x": "y"}).status_code == 201
    assert api.put("events/T0001/labels/MOCK", data=b"no form").status_code == 201
    assert server.client(api.base).write_label("T0001", "EM_READY").status_code == 201


def test_every_label_can_be_applied_but_the_protected_ones(server: Server, constants: Any) -> None:
    api = server.at("v2")
    api.create(b"nothing", pipeline="X")
    for name in constants["labels"]:
        protected = name in constants["protected-labels"]
        for method, status in (("PUT", 201), ("DELETE", 204)):
            answer = api.request(method, f"events/T0002/labels/{name}")
            assert answer.status_code == (400 if protected else status), name
    assert len(constants["protected-labels"]) == 8


def test_nobody_touches_protected_labels(api: Api, server: Server, constants: Any) -> None:
    everything = server.at(api.base, "root", tuple(constants["user-groups"]))
    for method in ("PUT", "DELETE"):
        assert everything.request(method, "events/T0001/labels/ADVOK").status_code == 400


def test_removed_label_is_204_and_logged(api: Api) -> None:
    api.put("events/T0001/labels/INJ")
    answer = api.delete("events/T0001/labels/INJ")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.comments("T0001")[1:] == ["Label: INJ", "Deleted label: INJ"]
    assert api.delete("events/T0001/labels/INJ").status_code == 404
    assert api.get("events/T0001/labels/INJ").status_code == 404
    assert len(api.comments("T0001")) == 3


def test_list_is_in_the_order_of_application_and_its_links_are_an_array(
    api: Api, server: Server
) -> None:
    base = f"{api.url}events/T0001"
    empty = api.json("events/T0001/labels/")
    assert empty == {"links": [{"self": f"{base}/labels/", "event": base}], "labels": []}
    api.put("events/T0001/labels/PE_READY")
    server.store.clock.advance(60)
    server.at(api.base, "ada.lovelace@ligo.org").put("events/T0001/labels/INJ")
    answer = api.json("events/T0001/labels/")
    assert list(answer) == ["links", "labels"]
    assert answer["links"] == empty["links"]
    assert [list(label.items()) for label in answer["labels"]] == [
        [
            ("name", "PE_READY"),
            ("creator", "albert.einstein@ligo.org"),
            ("created", "2026-03-01 17:04:09 UTC"),
            ("self", f"{base}/labels/PE_READY"),
        ],
        [
            ("name", "INJ"),
            ("creator", "ada.lovelace@ligo.org"),
            ("created", "2026-03-01 17:05:09 UTC"),
            ("self", f"{base}/labels/INJ"),
        ],
    ]
    for label in answer["labels"]:
        assert api.json(label["self"]) == label


def test_client_refuses_unknown_labels_itself(api: Api, server: Server) -> None:
    with pytest.raises(NameError):
        server.client(api.base).write_label("T0001", "NEW")


def test_label_is_known_before_it_is_protected_and_protected_before_it_is_there(api: Api) -> None:
    assert "No such Label" in api.delete("events/T0001/labels/NEW").text
    assert "managed as part" in api.delete("events/T0001/labels/H1OK").text
    assert "No label 'INJ'" in api.delete("events/T0001/labels/INJ").text


def test_label_is_spelled_as_it_is(api: Api) -> None:
    assert api.put("events/T0001/labels/inj").status_code == 400
    api.put("events/T0001/labels/INJ")
    assert api.get("events/T0001/labels/inj").status_code == 404
