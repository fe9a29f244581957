"""IceCube's older kind of event: a store that has one shows it, and no upload makes one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from uploads import voevent

if TYPE_CHECKING:
    from conftest import Api, Server

NEUTRINO = {
    "ivorn": "ivo://amon.psu.edu/icecube#1",
    "coord_system": "UTC-FK5-GEO",
    "ra": 225.7771,
    "dec": 46.6773,
    "error_radius": 0.7,
    "far_ne": 0.1472,
    "far_unit": "yr^-1",
    "signalness": 0.915,
    "energy": 171.38,
    "src_error_90": 42.0,
    "src_error_50": 16.2,
    "amon_id": 13322258514893,
    "run_id": 133222,
    "event_id": 58514893,
    "stream": 24,
}


def test_neutrino_event_of_an_older_server_is_shown(api: Api, server: Server) -> None:
    api.create(b"nothing", pipeline="IceCube")
    stored = {key: value for key, value in NEUTRINO.items() if key != "signalness"}
    with server.store.transaction("load") as transaction:
        event = replace(
            transaction.event("T0001"),
            far=4.667681380010147e-09,
            extra_attributes={"NeutrinoEvent": stored},
        )
        transaction.put_event(event)
    event = api.json("events/T0001")
    assert event["far"] == 4.667681380010147e-09
    (member,) = event["extra_attributes"]
    assert member == "NeutrinoEvent"
    found = event["extra_attributes"][member]
    assert list(found) == list(NEUTRINO)
    assert found == stored | {"signalness": None}
    assert server.store.check() == []


def test_upload_of_icecube_makes_no_neutrino_event(api: Api) -> None:
    event = api.create(voevent(), pipeline="IceCube")
    assert list(event["extra_attributes"]) == ["GRB"]
