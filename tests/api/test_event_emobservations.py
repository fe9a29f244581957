"""EM observations of events: records of follow-up groups with their footprints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

OLDER = pytest.mark.parametrize("base", ["v1", "2.33", "2.33/v2"])
PATH = "events/T0001/emobservation/"
ONE: dict[str, Any] = {
    "group": "ZTF",
    "ra_list": [10.0],
    "dec_list": [20.0],
    "ra_width_list": [1.0],
    "dec_width_list": [2.0],
    "start_time_list": ["2026-03-01T17:30:00"],
    "duration_list": [30],
}
TWO: dict[str, Any] = {
    "group": "ATLAS",
    "comment": "tiles",
    "ra_list": [10, 359.8],
    "dec_list": [-5, 80],
    "ra_width_list": [1, 1],
    "dec_width_list": [2, 30],
    "start_time_list": ["2026-03-01T17:30:00Z", "2026-03-01T19:31:00+02:00"],
    "duration_list": [60.9, "61"],
}


def record(api: Api, data: Any = None, **changes: Any) -> Any:
    answer = api.post(PATH, json={**(data or ONE), **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


@OLDER
def test_answer_has_these_keys_in_this_order(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    made = record(api)
    assert list(made.items()) == [
        ("N", 1),
        ("footprint_count", 1),
        ("self", f"{api.url}{PATH}1"),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("submitter", "albert.einstein@ligo.org"),
        ("group", "ZTF"),
        ("comment", ""),
        ("ra", 10.0),
        ("dec", 20.0),
        ("raWidth", 1.0),
        ("decWidth", 2.0),
        (
            "footprints",
            [
                {
                    "N": 1,
                    "ra": 10.0,
                    "dec": 20.0,
                    "raWidth": 1.0,
                    "decWidth": 2.0,
                    "start_time": "2026-03-01 17:30:00 UTC",
                    "exposure_time": 30,
                }
            ],
        ),
    ]


@OLDER
def test_location_is_the_record_and_the_log_tells_of_it(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    answer = api.post(PATH, json=ONE)
    assert answer.headers["Location"] == answer.json()["self"]
    assert api.json(answer.headers["Location"]) == answer.json()
    assert api.comments("T0001")[-1] == "New EMBB observation record for ZTF"


def test_footprints_are_numbered_as_sent_and_listed_from_the_last(server: Server) -> None:
    api = server.at("v1")
    api.create()
    second, first = record(api, TWO)["footprints"]
    assert [(one["N"], one["ra"]) for one in (first, second)] == [(1, 10.0), (2, 359.8)]


def test_box_covers_all_footprints_within_the_sphere(server: Server) -> None:
    api = server.at("v1")
    api.create()
    made = record(api, TWO)
    assert (made["ra"], made["raWidth"]) == (184.75, 350.5)
    assert (made["dec"], made["decWidth"]) == (42.0, 96.0)
    assert made["footprint_count"] == 2


def test_box_ends_where_the_sphere_does(server: Server) -> None:
    api = server.at("v1")
    api.create()
    low = record(api, ra_list=[0.25], ra_width_list=[1], dec_list=[-89], dec_width_list=[4])
    assert (low["ra"], low["raWidth"]) == (0.375, 0.75)
    assert (low["dec"], low["decWidth"]) == (-88.5, 3.0)
    high = record(api, ra_list=[359.5], ra_width_list=[2], dec_list=[89], dec_width_list=[4])
    assert (high["ra"], high["raWidth"]) == (359.25, 1.5)
    assert (high["dec"], high["decWidth"]) == (88.5, 3.0)
    huge = record(api, ra_list=[1e308], ra_width_list=[1.7e308])
    assert (huge["ra"], huge["raWidth"]) == (360.0, 0.0)  # all of it lies beyond
    assert huge["footprints"][0]["raWidth"] == 1.7e308


def test_durations_are_truncated_and_times_without_a_zone_are_utc(server: Server) -> None:
    api = server.at("v1")
    api.create()
    second, first = record(api, TWO)["footprints"]
    assert (first["exposure_time"], second["exposure_time"]) == (60, 61)
    assert first["start_time"] == "2026-03-01 17:30:00 UTC"
    assert second["start_time"] == "2026-03-01 17:31:00 UTC"
    (footprint,) = record(api, start_time_list=["2026-03-01 17:30:00.75"])["footprints"]
    assert footprint["start_time"] == "2026-03-01 17:30:00 UTC"


def test_lists_come_as_json_lists_or_as_texts_with_commas_or_as_fields(server: Server) -> None:
    api = server.at("v1")
    api.create()
    texts = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in TWO.items()
    }
    parts = [(name, (None, value)) for name, value in texts.items()]
    answers = [
        api.post(PATH, json=TWO),
        api.post(PATH, json=texts),
        api.post(PATH, data=texts),
        api.post(PATH, files=parts),
        api.post(PATH, data=TWO),
    ]
    found = [answer.json() for answer in answers]
    assert [one["N"] for one in found] == [1, 2, 3, 4, 5]
    for one in found:
        assert {**one, "N": 0, "self": ""} == {**found[0], "N": 0, "self": ""}


@OLDER
def test_list_has_all_of_them(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    url = api.url + PATH
    links = {"self": url, "first": url, "last": url}
    empty = {"start": 0, "numRows": 0, "links": links, "observations": []}
    assert api.json(PATH) == empty
    made = [record(api), record(api, TWO)]
    assert api.json(PATH) == {**empty, "numRows": 2, "observations": made}
    assert list(api.json(PATH)) == ["start", "numRows", "links", "observations"]
    assert api.json(f"{PATH}2") == made[1]


def test_list_is_by_time_then_number(server: Server) -> None:
    api = server.at("v1")
    api.create()
    for day in (3, 2, 2):
        server.store.clock.set(f"2026-03-0{day} 12:00:00")
        record(api)
    assert [one["N"] for one in api.json(PATH)["observations"]] == [2, 3, 1]


@OLDER
def test_sky_map_viewer_gets_lists_of_coordinates(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    record(api, TWO)
    data = api.json(f"{PATH}?skymapViewer=true")
    assert list(data) == ["start", "numRows", "links", "embblog"]
    assert list(data["embblog"][0].items()) == [
        ("N", 1),
        ("self", f"{api.url}{PATH}1"),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("submitter", "albert.einstein@ligo.org"),
        ("comment", "tiles"),
        ("footprintID", 1),
        ("group", "ATLAS"),
        ("raList", [10.0, 359.8]),
        ("decList", [-5.0, 80.0]),
        ("raWidthList", [1.0, 1.0]),
        ("decWidthList", [2.0, 30.0]),
    ]


def test_refused_record_leaves_nothing(server: Server) -> None:
    api = server.at("v1")
    api.create()
    comments = api.comments("T0001")
    changes: tuple[dict[str, Any], ...] = (
        *({"group": "?"}, {"ra_list": []}, {"ra_list": ["x"]}),
        *({"duration_list": [-1]}, {"comment": "\0"}),
    )
    for change in changes:
        assert api.post(PATH, json={**ONE, **change}).status_code in (400, 500)
    assert api.json(PATH)["numRows"] == 0
    assert api.comments("T0001") == comments


def test_records_are_kept_in_the_store_and_pass_its_check(server: Server) -> None:
    api = server.at("v1")
    api.create()
    made = [record(api), record(api, TWO)]
    assert server.store.check() == []
    server.store.compact()
    assert server.store.check() == []
    assert api.json(PATH)["observations"] == made


def test_clients_own_methods_write_and_read_records(server: Server) -> None:
    server.at("v1").create()
    client = server.client("v1")
    made = client.write_emobservation(
        "T0001", "ZTF", [1, 2], 0.5, [5, 6], 0.7, ["2026-03-01T17:30:00"] * 2, 60, comment="c"
    ).json()
    assert (made["footprint_count"], made["comment"]) == (2, "c")
    assert client.emobservations("T0001").json()["observations"] == [made]
    assert client.emobservations("T0001", 1).json() == made
