"""The list of superevents: pages, order, ids as a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

LIST = "superevents/"


@pytest.fixture
def three(api: Api, server: Server) -> Api:
    """Make TS260301a, S260301a and MS260228a, a minute after each other."""
    for category, t_0 in (("T", "1456419850"), ("P", "1456419851"), ("M", "1456333450")):
        api.candidate(category, t_0)
        server.store.clock.advance(60)
    return api


def ids(api: Api, query: str = "") -> list[str]:
    return [one["superevent_id"] for one in api.json(LIST + query)["superevents"]]


def test_list_has_all_categories_newest_first(three: Api) -> None:
    found = three.json(LIST)
    assert list(found) == ["numRows", "superevents", "links"]
    assert found["numRows"] == 3
    assert [one["superevent_id"] for one in found["superevents"]] == [
        *("MS260228a", "S260301a", "TS260301a")
    ]
    assert found["superevents"][2] == three.json("superevents/TS260301a/")


def test_superevents_of_one_moment_are_newest_first(api: Api) -> None:
    made = [api.candidate(category)["superevent_id"] for category in "TPMTPM"]
    assert ids(api) == made[::-1]


def test_pages_link_to_each_other_with_sorted_parameters(three: Api) -> None:
    base = f"{three.url}{LIST}"
    found = three.json(f"{LIST}?start=1&count=1&sort=t_0&a=b")
    assert found["numRows"] == 3
    assert [one["superevent_id"] for one in found["superevents"]] == ["TS260301a"]
    assert found["links"] == {
        "self": f"{base}?start=1&count=1&sort=t_0&a=b",
        "next": f"{base}?a=b&count=1&sort=t_0&start=2",
        "previous": f"{base}?a=b&count=1&sort=t_0",
        "first": base,
        "last": f"{base}?start=3.0&count=1",
    }
    first, last = three.json(LIST)["links"], three.json(f"{LIST}?start=2&count=1")["links"]
    assert (first["next"], first["previous"], last["next"]) == (None, None, None)


@pytest.mark.parametrize("count", ["0", "-1", "x", "1.5", "9" * 5000])
def test_size_of_a_page_that_is_none_counts_as_not_asked(three: Api, count: str) -> None:
    assert len(ids(three, f"?count={count}")) == 3
    assert len(ids(three, f"?count=2&start={count}")) in (0, 2)


def test_start_beyond_the_end_gives_an_empty_page(three: Api) -> None:
    found = three.json(f"{LIST}?start=99")
    assert (found["numRows"], found["superevents"]) == (3, [])


def test_page_has_at_most_as_many_as_the_settings_allow(three: Api, server: Server) -> None:
    server.store.vocabulary = server.store.vocabulary.overridden(
        {
            "settings": {
                "superevent_pagination_default_limit": 1,
                "superevent_pagination_max_limit": 2,
            }
        }
    )
    assert len(ids(three)) == 1
    assert len(ids(three, "?count=1000")) == 2


ORDERS = {
    "t_0": ["M", "T", "P"],
    "-t_0": ["P", "T", "M"],
    "created": ["T", "P", "M"],
    "-created": ["M", "P", "T"],
    "preferred_event": ["T", "P", "M"],
    "category": ["M", "P", "T"],
    "id": ["M", "P", "T"],
    "superevent_id,created": ["M", "P", "T"],
    "-id": ["T", "P", "M"],
    "default_superevent_id": ["M", "P", "T"],
    "is_gw,t_0": ["M", "P", "T"],
    "-is_gw , -t_0": ["T", "P", "M"],
    "em_type": ["P", "M", "T"],
    "-em_type": ["M", "T", "P"],
    "time_coinc_far,t_0": ["P", "M", "T"],
    "far,gw_id,labels": ["M", "P", "T"],
    "far,t_0": ["M", "T", "P"],
}


@pytest.mark.parametrize(("sort", "order"), ORDERS.items())
def test_order_can_be_asked_for(three: Api, sort: str, order: list[str]) -> None:
    for path, body in (
        ("S260301a/", {"em_type": "E1", "time_coinc_far": "1e-9"}),
        ("TS260301a/", {"t_start": "1"}),
    ):
        three.request("PATCH", f"{LIST}{path}", data=body)
    three.post(f"{LIST}TS260301a/confirm-as-gw/")
    found = three.json(LIST, params={"sort": sort})["superevents"]
    if sort in ("em_type", "-em_type"):  # null is last, or first
        assert [one["em_type"] for one in found].index("E1") == (0 if sort == "em_type" else 2)
    else:
        assert [one["category"][0] for one in found] == order


def test_ids_are_found(three: Api) -> None:
    three.post(f"{LIST}S260301a/confirm-as-gw/")
    assert ids(three, "?query=TS260301a") == ["TS260301a"]
    assert ids(three, "?query=GW260301A") == ids(three, "?query=S260301a") == ["S260301a"]
    assert ids(three, "?query=S991231z") == []


def test_client_follows_the_pages_and_picks_columns(server: Server) -> None:
    api = server.at("v2")
    for _ in range(5):
        api.candidate()
    client = server.client("v2")
    rows = list(client.superevents(count=2, orderby=["-t_0", "superevent_id"]))
    assert [row["superevent_id"] for row in rows] == [f"TS260301{letter}" for letter in "abcde"]
    rows = list(client.superevents(columns=["superevent_id", "far"], max_results=3))
    assert [list(row) for row in rows] == [["superevent_id", "far"]] * 3


def test_unauthenticated_reader_lists_what_is_exposed(three: Api, server: Server) -> None:
    assert ids(server.at(three.base, None)) == []
    assert ids(server.at(three.base, "outsider", ("lvem_observers",))) == []


def test_list_of_a_fresh_store_is_empty(api: Api) -> None:
    found: Any = api.json(LIST)
    assert (found["numRows"], found["superevents"]) == (0, [])
