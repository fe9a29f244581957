"""What tests of superevents ask for: TS260301a, who may see it, its VOEvents and their XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Api, Server

    from fakegracedb.documents import Event

SUPEREVENT = "superevents/TS260301a/"
PATH = f"{SUPEREVENT}voevents/"


def candidate(server: Server, base: str = "v1") -> Api:
    """Give a base of a server that has TS260301a with its event T0001."""
    api = server.at(base)
    api.candidate()
    return api


def make(api: Api, voevent_type: str = "PR", path: str = PATH, **data: Any) -> Any:
    answer = api.post(path, data={"voevent_type": voevent_type, **data})
    assert answer.status_code == 201, answer.text
    return answer.json()


def refusal(api: Api, voevent_type: str = "PR", **data: Any) -> Any:
    """Give why a VOEvent is refused."""
    answer = api.post(PATH, data={"voevent_type": voevent_type, **data})
    assert answer.status_code == 400, answer.text
    return answer.json()


def upload(api: Api, name: str, content: bytes = b"a map") -> None:
    answer = api.post(
        f"{SUPEREVENT}logs/", data={"comment": "a"}, files={"upload": (name, content)}
    )
    assert answer.status_code == 201, answer.text


def change(server: Server, graceid: str, **values: Any) -> Event:
    """Change an event behind the server's back."""
    with server.store.transaction() as tx:
        event = tx.event(graceid)
        assert event is not None
        event = replace(event, **values)
        tx.put_event(event)
        return event


def open_to(server: Server, **permissions: list[str]) -> None:
    """Give groups rights on TS260301a behind the server's back."""
    with server.store.transaction() as tx:
        found = tx.superevent("TS260301a")
        assert found is not None
        tx.put_superevent(replace(found, permissions=permissions))


def root_of(api: Api, made: Any) -> ET.Element:
    """Give the XML of a VOEvent, from where its record says that it is."""
    return ET.fromstring(api.get(made["links"]["file"]).content)


def values(root: ET.Element, group: str = "") -> dict[str, str]:
    place = f"./What/Group[@name='{group}']/Param" if group else "./What/Param"
    return {one.get("name", ""): one.get("value", "") for one in root.findall(place)}
