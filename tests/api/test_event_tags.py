"""Tags on the entries of an event's log, and the tags of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ligo.gracedb.exceptions import HTTPError
from requests.exceptions import RetryError

if TYPE_CHECKING:
    from conftest import Api, Server


@pytest.fixture(autouse=True)
def _event(api: Api) -> None:
    """Make T0001, whose upload writes one entry."""
    api.create(b"nothing", pipeline="X")


def test_tag_is_made_at_its_first_use_and_keeps_its_display_name(api: Api) -> None:
    tag = "events/T0001/log/1/tag/"
    links = {"self": f"{api.url}{tag}new"}
    shown = [("name", "new"), ("displayName", "Brand new"), ("links", links)]
    made = api.put(f"{tag}new", data={"displayName": "Brand new"})
    assert made.status_code == 201
    if api.v2:
        assert list(made.json().items()) == shown
    else:
        assert made.content == b'"Tag created."'
    assert list(api.json(f"{tag}new").items()) == shown
    api.log("T0001")
    api.put("events/T0001/log/3/tag/new", data={"displayName": "Other"})
    assert api.json("events/T0001/log/3/tag/new")["displayName"] == "Brand new"
    api.put(f"{tag}sky_loc", data={"displayName": "Other"})
    assert api.json(f"{tag}sky_loc")["displayName"] == "Sky Localization"


def test_display_name_is_null_alone_and_empty_with_an_entry(api: Api) -> None:
    api.put("events/T0001/log/1/tag/alone")
    api.log("T0001", tagname="with")
    tags = api.json("tag/")["tags"]
    assert tags["alone"]["displayName"] is None
    assert tags["with"]["displayName"] == ""


def test_display_names_count_only_if_they_are_as_many_as_the_tags(api: Api) -> None:
    api.log("T0001", tagname=["a1", "a2"], displayName=["One", "Two"])
    api.log("T0001", tagname=["b1", "b2"], displayName=["One"])
    api.log("T0001", tagname=["c1"], displayName=["One", "Two"])
    tags = api.json("tag/")["tags"]
    names = [tags[name]["displayName"] for name in ("a1", "a2", "b1", "b2", "c1")]
    assert names == ["One", "Two", "", "", ""]


def test_names_of_tags_have_1_to_100_letters_digits_and_dashes(api: Api) -> None:
    for name in ("a", "A-b_9", "x" * 100):
        assert api.put(f"events/T0001/log/1/tag/{name}").status_code == 201
    for name in ("a.b", "a,b", "é", "x" * 101, "a%0A"):
        assert api.put(f"events/T0001/log/1/tag/{name}").status_code == 400
    too_long = api.put("events/T0001/log/1/tag/n", data={"displayName": "x" * 201})
    assert too_long.status_code == 400
    assert api.put("events/T0001/log/1/tag/n", data={"displayName": "x" * 200}).status_code == 201
    assert api.json("events/T0001/log/1")["tag_names"] == ["a", "A-b_9", "x" * 100, "n"]


def test_tags_are_in_the_order_in_which_they_came_to_exist(api: Api) -> None:
    api.log("T0001", tagname=["zeta", "alpha"])
    number = api.log("T0001", tagname=["alpha", "lvem", "zeta", "psd", "em_follow"])["N"]
    order = ["em_follow", "psd", "lvem", "zeta", "alpha"]
    base = f"events/T0001/log/{number}"
    assert api.json(base)["tag_names"] == order
    tags = api.json(f"{base}/tag/")
    assert list(tags) == ["tags"]
    assert [tag["name"] for tag in tags["tags"]] == order
    assert list(tags["tags"][0].items()) == [
        ("self", f"{api.url}{base}/tag/em_follow"),
        ("name", "em_follow"),
        ("displayName", "EM Followup"),
    ]


def test_removed_tag_is_gone_from_the_entry_and_stays_on_the_server(api: Api) -> None:
    api.log("T0001", tagname=["new", "psd"])
    answer = api.delete("events/T0001/log/2/tag/new")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.json("events/T0001/log/2")["tag_names"] == ["psd"]
    assert api.get("events/T0001/log/2/tag/new").status_code == 404
    assert api.delete("events/T0001/log/2/tag/new").status_code == 404
    assert api.json("events/T0001/tag/new")["links"]["logs"] == []


def test_tags_of_an_event_are_the_blessed_ones_and_then_the_others(
    api: Api, constants: Any
) -> None:
    api.log("T0001", tagname=["zz", "cgmi", "public", "psd"])
    api.log("T0001", tagname=["raven_report", "psd", "lvem", "aa"])
    answer = api.json("events/T0001/tag/")
    used = {"cgmi", "psd", "raven_report"}
    blessed = [name for name in constants["blessed"] if name in used]
    found = [tag["name"] for tag in answer["tags"]]
    assert list(answer) == ["tags"]
    assert found[:3] == blessed
    assert sorted(found[3:]) == ["aa", "lvem", "public", "zz"]
    assert list(answer["tags"][0].items()) == [
        ("self", f"{api.url}events/T0001/tag/{blessed[0]}"),
        ("name", blessed[0]),
        ("displayName", constants["tags"][blessed[0]]["displayName"]),
    ]


def test_tag_of_an_event_lists_the_entries_that_have_it(api: Api) -> None:
    api.log("T0001", tagname="psd")
    api.log("T0001", tagname="psd")
    base = f"{api.url}events/T0001"
    assert api.json("events/T0001/tag/psd") == {
        "name": "psd",
        "displayName": "Noise Curves",
        "links": {"logs": [f"{base}/log/2", f"{base}/log/4"], "self": f"{base}/tag/psd"},
    }
    assert api.json("events/T0001/tag/audio")["links"]["logs"] == []


def test_client_gives_up_on_a_repeated_tag_of_v1(api: Api, server: Server) -> None:
    client = server.client(api.base)
    client.add_tag("T0001", 1, "psd")
    expected: type[Exception] = HTTPError if api.v2 else RetryError
    before = len(client.calls)
    with pytest.raises(expected):
        client.add_tag("T0001", 1, "psd")
    assert len(client.calls) - before == (1 if api.v2 else 6)
