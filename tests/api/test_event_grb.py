"""What follow-up finds out about a gamma-ray burst: ``PATCH events/{graceid}/update-grbevent/``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

OLDER = pytest.mark.parametrize("base", ["v1", "2.33", "2.33/v2"])
PATH = "events/E0001/update-grbevent/"


def burst(server: Server, base: str, **fields: Any) -> Api:
    """Have an external event of Fermi."""
    api = server.at(base)
    fields = {"group": "External", "pipeline": "Fermi", "search": "GRB", **fields}
    assert api.create(b"no notice that could be read", **fields)["graceid"] == "E0001"
    return api


def update(api: Api, **data: Any) -> Any:
    answer = api.request("PATCH", PATH, data=data)
    assert answer.status_code == 200, answer.text
    return answer.json()


@OLDER
def test_update_changes_the_parameters_and_answers_the_event(server: Server, base: str) -> None:
    api = burst(server, base)
    answer = update(api, ra="12.34", redshift=3.4, designation="very good")
    burst_data = answer["extra_attributes"]["GRB"]
    assert (burst_data["ra"], burst_data["redshift"]) == (12.34, 3.4)
    assert burst_data["designation"] == "very good"
    assert burst_data["dec"] is None
    assert answer == api.json("events/E0001")


@OLDER
def test_every_parameter_can_be_updated_and_t90_is_called_T90(server: Server, base: str) -> None:
    api = burst(server, base)
    names = ("ra", "dec", "error_radius", "t90", "redshift")
    answer = update(api, **{name: place for place, name in enumerate(names, start=1)})
    found = answer["extra_attributes"]["GRB"]
    assert [found[name] for name in ("ra", "dec", "error_radius", "T90", "redshift")] == [
        *(1.0, 2.0, 3.0, 4.0, 5.0)
    ]
    assert "t90" not in found


@OLDER
def test_update_is_told_in_the_log_with_what_was_there_before(server: Server, base: str) -> None:
    api = burst(server, base)
    update(api, ra=345.99)
    update(api, redshift="3.4", ra="12.34")
    update(api, designation="GRB260301A", t90=2)
    assert api.comments("E0001")[-3:] == [
        "Updated GRB event parameters: ra: None -> 345.99",
        "Updated GRB event parameters: ra: 345.99 -> 12.34, redshift: None -> 3.4",
        "Updated GRB event parameters: t90: None -> 2.0, designation: None -> GRB260301A",
    ]


@OLDER
def test_what_stays_the_same_is_not_told(server: Server, base: str) -> None:
    api = burst(server, base)
    update(api, ra=1, dec=2)
    update(api, ra=1, dec=3)
    assert api.comments("E0001")[-1] == "Updated GRB event parameters: dec: 2.0 -> 3.0"


@OLDER
def test_update_to_what_is_there_already_is_refused(server: Server, base: str) -> None:
    api = burst(server, base)
    update(api, ra=1, designation="A", t90="0")
    comments = api.comments("E0001")
    for same in ({"ra": "1.0"}, {"designation": "A"}, {"ra": 1, "designation": "A", "t90": "-0"}):
        answer = api.request("PATCH", PATH, data=same)
        assert (answer.status_code, answer.json()) == (
            400,
            ["Request would not modify the GRB event"],
        )
    assert api.comments("E0001") == comments


@pytest.mark.parametrize(
    "pipeline", ["Fermi", "Swift", "INTEGRAL", "AGILE", "CHIME", "SVOM", "SNEWS"]
)
def test_bursts_of_all_satellites_and_detectors_can_be_updated(
    server: Server, pipeline: str
) -> None:
    api = burst(server, "v1", pipeline=pipeline)
    assert update(api, ra=1)["extra_attributes"]["GRB"]["ra"] == 1.0


@OLDER
def test_burst_that_has_another_table_cannot_be_updated(server: Server, base: str) -> None:
    api = burst(server, base)
    with server.store.transaction() as tx:
        event = tx.event("E0001")
        assert event is not None
        tx.put_event(replace(event, extra_attributes={"NeutrinoEvent": {}}))
    answer = api.request("PATCH", PATH, data={"ra": 1})
    assert (answer.status_code, answer.json()) == (
        400,
        "Cannot update GRB event parameters for non-GRB event E0001",
    )


def test_right_comes_before_the_kind_of_event_and_that_before_the_values(server: Server) -> None:
    api = server.at("v1")
    api.create()
    colleague = server.at("v1", "ada.lovelace@ligo.org", ("internal_users",))
    path = "events/T0001/update-grbevent/"
    assert colleague.request("PATCH", path, data={"ra": "north"}).status_code == 403
    answer = api.request("PATCH", path, data={"ra": "north"})
    assert answer.json() == "Cannot update GRB event parameters for non-GRB event T0001"


@OLDER
def test_other_fields_are_ignored(server: Server, base: str) -> None:
    api = burst(server, base)
    answer = update(api, ra=1, far=1e-9, trigger_id="123", T90=7)
    found = answer["extra_attributes"]["GRB"]
    assert (found["ra"], found["trigger_id"], found["T90"]) == (1.0, None, None)
    assert answer["far"] is None


def test_update_may_come_as_json(server: Server) -> None:
    api = burst(server, "v1")
    answer = api.request("PATCH", PATH, json={"ra": 1, "designation": "A"})
    assert answer.json()["extra_attributes"]["GRB"]["ra"] == 1.0


@OLDER
def test_refused_update_changes_nothing(server: Server, base: str) -> None:
    api = burst(server, base)
    before, comments = api.json("events/E0001"), api.comments("E0001")
    for data in ({"ra": "1", "dec": "north"}, {}, {"far": 1}, {"designation": "x" * 21}):
        assert api.request("PATCH", PATH, data=data).status_code == 400
    assert api.json("events/E0001") == before
    assert api.comments("E0001") == comments


@OLDER
def test_the_right_alone_lets_nobody_change_what_they_may_not(server: Server, base: str) -> None:
    api = burst(server, base)
    colleague = server.at(base, "ada.lovelace@ligo.org", ("internal_users",))
    assert colleague.request("PATCH", PATH, data={"ra": 1}).status_code == 403
    server.store.users["ada.lovelace@ligo.org"] = {  # type: ignore[assignment]
        "groups": ["internal_users"],
        "permissions": ["t90_grbevent"],
    }
    assert colleague.request("PATCH", PATH, data={"ra": 1}).status_code == 200
    outsider = server.at(base, "ada.lovelace@ligo.org", ("lvem_users",))
    assert outsider.request("PATCH", PATH, data={"ra": 2}).status_code == 403
    assert api.json("events/E0001")["extra_attributes"]["GRB"]["ra"] == 1.0


def test_clients_own_method_updates_an_event(server: Server) -> None:
    burst(server, "v1")
    client = server.client("v1")
    data = client.update_grbevent("E0001", ra=12.34, t90=0.5).json()["extra_attributes"]["GRB"]
    assert (data["ra"], data["T90"]) == (12.34, 0.5)
