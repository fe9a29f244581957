"""The EMBB log of events, in which follow-up groups told in the older way what they had done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

OLDER = pytest.mark.parametrize("base", ["v1", "2.33", "2.33/v2"])
PATH = "events/T0001/embb/"
LEAST = {"group": "ZTF", "waveband": "em.gamma", "eel_status": "FO", "obs_status": "OB"}
FULL = {
    **LEAST,
    "instrument": "P48",
    "footprintID": "f-1",
    "raList": "10,359.8",
    "decList": "-5,80",
    "raWidthList": "1,1",
    "decWidthList": "2,30",
    "gpstimeList": "1400000000.5,1400000100",
    "durationList": "30,60",
    "comment": "clouds",
    "extra_info_dict": '{"seeing": 2}',
}


def write(api: Api, data: Any = None) -> Any:
    answer = api.post(PATH, data=data or LEAST)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == answer.json()["self"]
    return answer.json()


@OLDER
def test_answer_has_these_keys_in_this_order(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    assert list(write(api, FULL).items()) == [
        ("N", 1),
        ("self", f"{api.url}{PATH}1"),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("submitter", "albert.einstein@ligo.org"),
        ("group", "ZTF"),
        ("instrument", "P48"),
        ("footprintID", "f-1"),
        ("waveband", "em.gamma"),
        ("ra", 184.75),
        ("dec", 42.0),
        ("raWidth", 350.5),
        ("decWidth", 96.0),
        ("gpstime", 1400000000.5),
        ("duration", 159.5),
        ("raList", [10.0, 359.8]),
        ("decList", [-5.0, 80.0]),
        ("raWidthList", [1.0, 1.0]),
        ("decWidthList", [2.0, 30.0]),
        ("gpstimeList", [1400000000.5, 1400000100.0]),
        ("durationList", [30.0, 60.0]),
        ("eel_status", "FOOTPRINT"),
        ("obs_status", "OBSERVATION"),
        ("comment", "clouds"),
        ("extra_info_dict", '{"seeing": 2}'),
    ]


def test_four_fields_are_enough(server: Server) -> None:
    api = server.at("v1")
    api.create()
    made = write(api)
    for key in ("ra", "dec", "raWidth", "decWidth", "gpstime", "duration"):
        assert made[key] is None
    assert made["raList"] == made["durationList"] == []


def test_what_json_cannot_hold_is_null(server: Server) -> None:
    api = server.at("v1")
    api.create()
    made = write(api, {**LEAST, "gpstimeList": "1e308", "durationList": "1e308"})
    assert (made["gpstime"], made["duration"]) == (1e308, None)
    assert api.json(PATH)["embblog"] == [made]


def test_every_code_of_the_server_can_be_used(server: Server, constants: Any) -> None:
    api = server.at("v1")
    api.create()
    for key, table in (
        ("waveband", "wavebands"),
        ("eel_status", "eel-statuses"),
        ("obs_status", "obs-statuses"),
    ):
        for code, shown in constants[table].items():
            made = write(api, {**LEAST, key: code})
            assert made[key] == (code if key == "waveband" else shown)


@OLDER
def test_list_and_detail_have_the_entries(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    url = api.url + PATH
    links = {"self": url, "first": url, "last": url}
    empty = {"start": 0, "numRows": 0, "links": links, "embblog": []}
    assert api.json(PATH) == empty
    comments = api.comments("T0001")
    made = [write(api), write(api, FULL)]
    assert api.json(PATH) == {**empty, "numRows": 2, "embblog": made}
    assert api.json(f"{PATH}2") == made[1]
    assert api.comments("T0001") == comments


def test_entries_are_kept_in_the_store_and_pass_its_check(server: Server) -> None:
    api = server.at("v1")
    api.create()
    made = [write(api, FULL), write(api)]
    assert server.store.check() == []
    server.store.compact()
    assert server.store.check() == []
    assert api.json(PATH)["embblog"] == made
