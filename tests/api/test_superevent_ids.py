"""Ids of superevents: the day of t_0, letters, categories, and what confirmation makes of them."""

from __future__ import annotations

import string
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakegracedb.clock import server_day
from fakegracedb.identifiers import gw_id, is_superevent_id, superevent_id, superevent_key

if TYPE_CHECKING:
    from conftest import Api, Server

DAYS = {
    "-432001": None,
    "-432000": "800101",
    "0": "800106",
    "2": "800106",
    "630763213": "000101",
    "1119657616": "150629",
    "1119657617": "150630",
    "1126259462.391": "150914",
    "1167177617": "161230",
    "1167264017": "161231",
    "1167264018": "170101",
    "1187008882.43": "170817",
    "1356566417": "221231",
    "1356566418": "230101",
    "1369419318.746093": "230529",
    "1393286417.999999": "240229",
    "1393286418": "240301",
}
SUFFIXES = {
    1: "a",
    2: "b",
    26: "z",
    27: "aa",
    28: "ab",
    52: "az",
    53: "ba",
    78: "bz",
    79: "ca",
    676: "yz",
    677: "za",
    702: "zz",
    703: "aaa",
    728: "aaz",
    729: "aba",
    18278: "zzz",
    18279: "aaaa",
}


@pytest.mark.parametrize(("t_0", "day"), DAYS.items())
def test_day_is_that_of_the_servers_clock(t_0: str, day: str | None) -> None:
    assert server_day(Decimal(t_0)) == day


def test_day_ends_with_the_year_2079() -> None:
    assert server_day(Decimal("3155328017.999999")) == "791231"
    assert server_day(Decimal("3155328018")) is None
    for t_0 in ("1e30", "-1e30", "nan", "inf"):
        assert server_day(Decimal(t_0)) is None


@pytest.mark.parametrize(("t_0", "day"), [pair for pair in DAYS.items() if pair[1] is not None])
def test_id_has_the_day_of_t_0(server: Server, t_0: str, day: str) -> None:
    assert server.at("v2").candidate("P", t_0)["superevent_id"] == f"S{day}a"


@pytest.mark.parametrize(("number", "letters"), SUFFIXES.items())
def test_letters_count_without_a_zero(number: int, letters: str) -> None:
    assert superevent_id("P", "240229", number) == f"S240229{letters}"
    assert gw_id("T", "240229", number) == f"TGW240229{letters.upper()}"
    assert superevent_key(f"MS240229{letters}") == ("M", "240229", number)


@given(st.sampled_from("PTM"), st.from_regex("[0-9]{6}", fullmatch=True), st.integers(1, 10**9))
def test_what_is_written_can_be_read(category: str, date: str, number: int) -> None:
    written = superevent_id(category, date, number)
    assert is_superevent_id(written)
    assert superevent_key(written) == (category, date, number)


@pytest.mark.parametrize(
    "text", ["S240229", "S24022a", "GW240229A", "s240229a", "S240229A", "S\u0661\u06612345a"]
)
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_superevent_id(text)
    with pytest.raises(ValueError, match="is no id of a superevent"):
        superevent_key(text)


def test_ids_that_cannot_be_are_refused() -> None:
    for make in (superevent_id, gw_id):
        with pytest.raises(ValueError, match="make no"):
            make("P", "240229", 0)
        with pytest.raises(ValueError, match="make no"):
            make("Q", "240229", 1)


def test_sequence_of_creations_and_confirmations(api: Api) -> None:
    def create(category: str, t_0: str) -> str:
        return str(api.candidate(category, t_0)["superevent_id"])

    def confirm(name: str, **body: str) -> str:
        answer = api.post(f"superevents/{name}/confirm-as-gw/", data=body)
        assert answer.status_code == 200
        return str(answer.json()["gw_id"])

    assert create("P", "1393243200") == "S240229a"
    assert create("P", "1393240000") == "S240229b"  # by order of creation, not of t_0
    assert create("T", "1393243200") == "TS240229a"
    assert create("M", "1393243200") == "MS240229a"
    assert create("P", "1393286418") == "S240301a"
    moved = api.request("PATCH", "superevents/S240229a/", data={"t_0": "1393286418"})
    assert moved.json()["superevent_id"] == "S240229a"
    assert create("P", "1393243201") == "S240229c"
    assert confirm("S240229b") == "GW240229A"
    assert confirm("S240229a") == "GW240229B"
    assert confirm("TS240229a") == "TGW240229A"
    assert confirm("S240229c", gw_id="GW240229_115943") == "GW240229_115943"
    assert create("P", "1393243200") == "S240229d"
    assert confirm("S240229d") == "GW240229C"


def test_27th_of_a_day_has_two_letters(server: Server) -> None:
    api = server.at("v2")
    made = [api.candidate("T", "1393243200")["superevent_id"] for _ in range(28)]
    assert made == [f"TS240229{letter}" for letter in [*string.ascii_lowercase, "aa", "ab"]]


def test_chosen_id_in_the_way_of_the_counted_one_is_passed_over(server: Server) -> None:
    api = server.at("v2")
    for _ in range(2):
        api.candidate("P", "1393243200")
    taken = api.post("superevents/S240229a/confirm-as-gw/", data={"gw_id": "GW240229A"})
    assert taken.json()["gw_id"] == "GW240229A"
    counted = api.post("superevents/S240229b/confirm-as-gw/")
    assert counted.json()["gw_id"] == "GW240229B"


def test_confirmed_superevent_answers_to_both_ids_exactly(api: Api) -> None:
    api.candidate("P", "1393243200")
    assert api.get("superevents/GW240229A/").status_code == 404
    api.post("superevents/S240229a/confirm-as-gw/")
    assert api.json("superevents/S240229a/") == api.json("superevents/GW240229A/")
    for wrong in ("GW240229a", "gw240229A", "s240229a", "S240229A", "GW240229"):
        assert api.get(f"superevents/{wrong}/").status_code == 404
    for below in ("events/", "labels/", "logs/", "logs/1/", "files/", "logs/1/tags/"):
        assert api.get(f"superevents/GW240229A/{below}").status_code == 200


def test_id_of_a_callers_choice_is_accepted_everywhere(api: Api) -> None:
    api.candidate("P", "1393243200")
    chosen = "GW240229_115943"
    api.post("superevents/S240229a/confirm-as-gw/", data={"gw_id": chosen})
    for below in ("", "events/", "labels/", "logs/", "files/"):
        assert api.get(f"superevents/{chosen}/{below}").status_code == 200
    assert api.json("events/G0001")["superevent"] == chosen


def test_links_have_the_new_id_once_confirmed(api: Api) -> None:
    api.candidate("P", "1393243200", labels="INJ")
    api.post("superevents/S240229a/confirm-as-gw/")
    found = api.json("superevents/S240229a/")
    base = f"{api.url}superevents/GW240229A/"
    assert (found["superevent_id"], found["gw_id"]) == ("S240229a", "GW240229A")
    assert found["links"]["self"] == base
    assert all(link.startswith(base) for link in found["links"].values())
    assert found["preferred_event_data"]["superevent"] == "GW240229A"
    assert api.json("superevents/S240229a/labels/INJ/")["self"] == f"{base}labels/INJ/"
    assert api.json("superevents/S240229a/logs/1/")["self"] == f"{base}logs/1/"
