"""The neighbours of an event in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server


def ids(answer: Any) -> list[str]:
    return [event["graceid"] for event in answer["neighbors"]]


@pytest.fixture
def around(api: Api) -> Api:
    """Make T0001 at 0, and T0002 … at -6, -5, -1, 0, 3, 5 and 5.000001 s from it."""
    api.create()
    for microseconds in (-6000000, -5000000, -1000000, 0, 3000000, 5000000, 5000001):
        seconds, rest = divmod(1400000000250000 + microseconds, 1000000)
        api.create(api.sample(seconds, rest * 1000))
    return api


def test_range_is_five_seconds_to_both_sides_inclusive_in_order_of_time(around: Api) -> None:
    answer = around.json("events/T0001/neighbors/")
    assert list(answer) == ["neighbors", "neighborhood", "numRows", "links"]
    assert ids(answer) == ["T0003", "T0004", "T0005", "T0006", "T0007"]
    assert answer["neighborhood"] == [-5, 5]
    assert answer["numRows"] == 5
    assert list(answer["links"].items()) == [
        ("self", f"{around.url}events/T0001/neighbors/"),
        ("event", f"{around.url}events/T0001"),
    ]


WINDOWS: dict[str, tuple[list[int], list[str]]] = {
    "-6,0": ([-6, 0], ["T0002", "T0003", "T0004", "T0005"]),
    "-1,3": ([-1, 3], ["T0004", "T0005", "T0006"]),
    "0,0": ([0, 0], ["T0005"]),
    "3": ([3, 3], ["T0006"]),
    "-5": ([-5, -5], ["T0003"]),
    "2": ([2, 2], []),
    "5,6": ([5, 6], ["T0007", "T0008"]),
    "5,-5": ([5, -5], []),
}


def test_neighborhood_is_a_pair_or_one_number_twice(around: Api) -> None:
    for asked, (window, found) in WINDOWS.items():
        answer = around.json(f"events/T0001/neighbors/?neighborhood={asked}")
        assert (answer["neighborhood"], ids(answer)) == (window, found)
        assert answer["links"]["self"].endswith(f"?neighborhood={asked}")


def test_neighborhood_of_other_things_is_400(around: Api) -> None:
    for asked in ("a", "1,b", "1.5,2", "1,2,3", "", ","):
        answer = around.get(f"events/T0001/neighbors/?neighborhood={asked}")
        assert answer.status_code == 400
        assert list(answer.json()) == ["error"]


def test_test_events_and_mdc_events_keep_to_themselves(api: Api) -> None:
    kinds: list[dict[str, Any]] = [
        {"group": "Test"},
        {"group": "Test", "search": "MDC"},
        {"group": "CBC"},
        {"group": "CBC", "search": "MDC"},
    ]
    for fields in (*kinds, *kinds):
        api.create(**fields)
    api.create(group="External", search="AllSky")
    expected = {
        "T0001": ["T0005"],
        "T0002": ["T0006"],
        "G0003": ["G0007", "E0009"],
        "M0004": ["M0008"],
    }
    for graceid, found in expected.items():
        assert ids(api.json(f"events/{graceid}/neighbors/")) == found


def test_event_without_gpstime_has_no_neighbours_and_is_none(api: Api) -> None:
    api.create()
    api.create(b"nothing")
    assert api.json("events/T0002/neighbors/")["neighbors"] == []
    assert api.json("events/T0002/neighbors/")["numRows"] == 0
    assert ids(api.json("events/T0001/neighbors/")) == []


def test_neighbours_are_those_that_the_reader_may_see(api: Api, server: Server) -> None:
    api.create(group="CBC", search="MDC")
    api.create(group="CBC", search="MDC")
    with server.store.transaction("hidden") as transaction:
        event = transaction.event("M0002")
        assert event is not None
        event.permissions["lvem_users"].clear()
        transaction.put_event(event)
    outsider = server.at(api.base, "lv@em.org", ("lvem_users",))
    assert ids(api.json("events/M0001/neighbors/")) == ["M0002"]
    assert ids(outsider.json("events/M0001/neighbors/")) == []
