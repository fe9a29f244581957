"""The events of a superevent, and which of them pipelines prefer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Api

EVENTS = "superevents/TS260301a/events/"
PREFERRED = "superevents/TS260301a/pipeline_preferred_events/"


@pytest.fixture(autouse=True)
def _candidate(api: Api) -> None:
    """Make TS260301a of T0001, and beside it T0002, T0003 of gstlal and T0004 of spiir."""
    api.candidate()
    for pipeline in ("gstlal", "gstlal", "spiir"):
        api.create(pipeline=pipeline)


def row(api: Api, graceid: str) -> dict[str, str]:
    return {"self": f"{api.url}events/{graceid}", "graceid": graceid}


def add(api: Api, path: str, graceid: str) -> None:
    answer = api.post(path, data={"event": graceid})
    assert answer.status_code == 201
    assert answer.json() == row(api, graceid)
    assert list(answer.json()) == ["self", "graceid"]


@pytest.mark.parametrize("path", [EVENTS, PREFERRED])
def test_list_is_in_the_order_of_the_numbers(api: Api, path: str) -> None:
    url = f"{api.url}{path}?x=y"
    for graceid in ("T0004", "T0002"):
        add(api, EVENTS, graceid)
        add(api, PREFERRED, graceid)
    graceids = ["T0001", "T0002", "T0004"] if path == EVENTS else ["T0002", "T0004"]
    key = path.split("/")[2]
    assert list(api.json(f"{path}?x=y").items()) == [
        ("start", 0),
        ("numRows", len(graceids)),
        ("links", {"self": url, "first": url, "last": url}),
        (key, [row(api, graceid) for graceid in graceids]),
    ]


def test_added_event_is_told_on_both_sides(api: Api) -> None:
    before = len(api.comments("T0002"))
    add(api, EVENTS, "T0002")
    assert api.told("TS260301a")[1:] == ["Added event: T0002"]
    assert api.comments("T0002")[before:] == ["Added to superevent: TS260301a"]
    assert api.json("events/T0002")["superevent"] == "TS260301a"
    assert api.json("superevents/TS260301a/")["gw_events"] == ["T0002", "T0001"]


def test_member_is_found_by_its_number(api: Api) -> None:
    assert api.json(f"{EVENTS}T0001/") == api.json(f"{EVENTS}G1/") == row(api, "T0001")
    for wrong in ("T0002", "D0001", "0001", "S260301a", "T1x", "t0001"):
        answer = api.get(f"{EVENTS}{wrong}/")
        assert answer.status_code == 404
    assert api.get(f"{EVENTS}T0002/").json() == {"detail": "Not found."}


def test_event_of_any_superevent_is_refused(api: Api) -> None:
    api.candidate()
    what = "superevent" if api.v2 else "Superevent"
    for graceid in ("T0001", "T0005"):  # of this one too
        said = api.refused("POST", EVENTS, data={"event": graceid})
        assert said == f"Event {graceid} is already assigned to a {what}"


def test_event_of_another_category_is_refused(api: Api) -> None:
    api.create(group="CBC")
    said = (
        "Event G0005 is of type 'Production', and cannot be assigned to a superevent of type 'Test'"
    )
    assert api.refused("POST", EVENTS, data={"event": "G0005"}) == said


@pytest.mark.parametrize("path", [EVENTS, PREFERRED])
def test_event_that_there_is_not_is_refused(api: Api, path: str) -> None:
    for sent, said in [
        ({"event": "T0099"}, "Event with id=99 does not exist"),
        ({"event": "TS260301a"}, "Not a valid graceid."),
        ({}, "This field is required."),
    ]:
        assert api.refused("POST", path, data=sent) == said
    assert api.refused("POST", path, json={"event": 7}) == "Event graceid must be a string."


def test_external_event_is_listed_apart(api: Api) -> None:
    api.candidate("P")
    for _ in range(2):
        api.create(b"{}", filename="n.json", group="External", pipeline="Fermi", search="GRB")
    for graceid in ("E0006", "E0007"):
        add(api, "superevents/S260301a/events/", graceid)
    found = api.json("superevents/S260301a/")
    assert (found["gw_events"], found["em_events"]) == (["G0005"], ["E0007", "E0006"])
    assert api.delete("superevents/S260301a/events/E0006/").status_code == 204
    assert api.json("superevents/S260301a/")["em_events"] == ["E0007"]


def test_removed_event_is_free_and_no_pipelines_preferred_one(api: Api) -> None:
    add(api, EVENTS, "T0002")
    add(api, PREFERRED, "T0002")
    before = api.comments("T0002")
    answer = api.delete(f"{EVENTS}T0002/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.told("TS260301a")[3:] == ["Removed event: T0002"]
    assert api.comments("T0002") == [*before, "Removed from superevent: TS260301a"]
    assert api.json("events/T0002")["superevent"] is None
    assert api.json(PREFERRED)["numRows"] == 0
    assert api.delete(f"{EVENTS}T0002/").status_code == 404
    add(api, EVENTS, "T0002")


def test_preferred_event_stays(api: Api) -> None:
    for below, said in [
        (EVENTS, "superevent TS260301a"),
        (PREFERRED, "superevent TS260301a's pipeline preferred list"),
    ]:
        if below == PREFERRED:
            assert api.delete(f"{PREFERRED}T0001/").status_code == 404  # it is not in it by itself
            add(api, PREFERRED, "T0001")
        text = f"Event T0001 can't be removed from {said} because it is the preferred event"
        assert api.refused("DELETE", f"{below}T0001/") == text


def test_pipeline_has_one_preferred_event_at_most(api: Api) -> None:
    add(api, EVENTS, "T0002")
    add(api, PREFERRED, "T0001")
    first, second = len(api.comments("T0001")), len(api.comments("T0002"))
    add(api, PREFERRED, "T0002")
    assert api.told("TS260301a")[2:] == [
        "Added T0001 as gstlal pipeline-preferred event",
        "Removed T0001 and added T0002 as gstlal pipeline-preferred event",
    ]
    assert api.comments("T0001")[first - 1 :] == [
        "Added as gstlal pipeline-preferred event for TS260301a",
        "Removed as gstlal pipeline-preferred event for TS260301a",
    ]
    assert api.comments("T0002")[second:] == [
        "Added as gstlal pipeline-preferred event for TS260301a"
    ]
    assert list(api.json("superevents/TS260301a/")["pipeline_preferred_events"]) == ["gstlal"]


def test_pipelines_preferred_events_are_shown_whole(api: Api) -> None:
    for graceid in ("T0004", "T0003"):
        add(api, EVENTS, graceid)
        add(api, PREFERRED, graceid)
    found = api.json("superevents/TS260301a/")["pipeline_preferred_events"]
    assert list(found) == ["gstlal", "spiir"]
    for pipeline, graceid in (("gstlal", "T0003"), ("spiir", "T0004")):
        whole = api.json(f"events/{graceid}")
        del whole["superevent"], whole["links"]
        assert found[pipeline] == whole
        assert list(found[pipeline]) == list(whole)
    assert len(found["spiir"]) == (17 if api.new else 16)


def test_event_that_is_no_member_or_preferred_already_is_refused(api: Api) -> None:
    said = api.refused("POST", PREFERRED, data={"event": "T0002"})
    assert said == "Event T0002 is not part of superevent TS260301a"
    add(api, PREFERRED, "T0001")
    said = api.refused("POST", PREFERRED, data={"event": "T0001"})
    assert said == "Event T0001 is already the gstlal pipeline-preferred event for TS260301a"


def test_event_taken_from_the_preferred_ones_stays_a_member(api: Api) -> None:
    add(api, EVENTS, "T0004")
    add(api, PREFERRED, "T0004")
    assert api.json(f"{PREFERRED}T4/") == row(api, "T0004")
    assert api.delete(f"{PREFERRED}T0004/").status_code == 204
    assert api.told("TS260301a")[3:] == ["Removed T0004 as spiir pipeline-preferred event"]
    text = "Removed as spiir pipeline-preferred event for TS260301a"
    assert api.comments("T0004")[-1] == text
    assert api.json("superevents/TS260301a/")["gw_events"] == ["T0004", "T0001"]
    assert api.delete(f"{PREFERRED}T0004/").status_code == 404


def test_change_of_the_preferred_event_leaves_those_of_pipelines_alone(api: Api) -> None:
    add(api, PREFERRED, "T0001")
    api.request("PATCH", "superevents/TS260301a/", data={"preferred_event": "T0002"})
    assert [one["graceid"] for one in api.json(PREFERRED)["pipeline_preferred_events"]] == ["T0001"]


@pytest.mark.parametrize("path", [EVENTS, PREFERRED])
def test_other_methods_are_405(api: Api, path: str) -> None:
    assert api.put(path).status_code == 405
    assert api.post(f"{path}T0001/").status_code == 405
