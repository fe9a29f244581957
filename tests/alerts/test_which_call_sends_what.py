"""Each row of the table of calls and the alerts they send, in order, on their topics."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alert_world import HOST, World
from ligo.gracedb.exceptions import HTTPError

from fakegracedb import samples

G, GS = "cbc_gstlal", "cbc_gstlal_allsky"
S = "superevent"
Told = list[tuple[str, str, str]]


def both(*kinds: str, of: str = "G0001") -> Told:
    """Give what goes to both topics of an event."""
    return [(topic, kind, of) for kind in kinds for topic in (G, GS)]


# Events


def test_a_new_event_is_told_without_its_labels_and_then_each_label(world: World) -> None:
    content = samples.coinc_xml("1456419850.125")
    world.client.create_event(
        "CBC", "gstlal", "c.xml", filecontents=content, search="AllSky", labels=["INJ", "DQV"]
    )
    labels = [message["object"]["labels"] for _, message in world.heard][::2]
    assert labels == [[], ["INJ"], ["INJ", "DQV"]]
    assert world.told() == both("new", "label_added", "label_added")


def test_an_event_whose_file_cannot_be_read_is_not_told(world: World) -> None:
    made = world.client.create_event("CBC", "gstlal", "c.xml", filecontents=b"rubbish")
    assert "No alert issued" in made.json()["warnings"][0]
    assert world.told() == []


def test_an_event_without_a_search_has_one_topic(world: World) -> None:
    content = samples.coinc_xml("1456419850.125")
    world.client.create_event("Test", "gstlal", "c.xml", filecontents=content)
    assert world.told() == [("test_gstlal", "new", "T0001")]


def test_replacing_an_event_and_updating_a_burst_are_updates(world: World) -> None:
    graceid, burst = world.event(), world.grb()
    content = samples.coinc_xml("1456419851.125")
    world.client.replace_event(graceid, "c.xml", filecontents=content)
    [update, _] = [message for _, message in world.heard]
    assert update["data"] == update["object"]
    assert update["object"]["gpstime"] == 1456419851.125
    assert world.told() == both("update")
    world.v1.update_grbevent(burst, redshift=0.5)
    assert world.heard[0][1]["object"]["extra_attributes"]["GRB"]["redshift"] == 0.5
    assert world.told() == [
        ("external_fermi", "update", burst),
        ("external_fermi_grb", "update", burst),
    ]


def test_a_replacement_that_cannot_be_read_is_not_told(world: World) -> None:
    graceid = world.event()
    content = samples.coinc_xml("1456419851.125").replace(b"sngl_inspiral", b"other_rows")
    with pytest.raises(HTTPError, match="500"):
        world.client.replace_event(graceid, "c.xml", filecontents=content)
    assert world.told() == []


def test_a_log_entry_is_told_before_the_label_that_came_with_it(world: World) -> None:
    graceid = world.event()
    world.client.write_log(graceid, "hello", "a.txt", b"1", tag_name=["pe", "psd"], label="INJ")
    log, label = world.messages()
    assert (log["alert_type"], label["alert_type"]) == ("log", "label_added")
    assert log["object"]["labels"] == []
    assert label["object"]["labels"] == ["INJ"]
    assert label["data"] == world.client.labels(graceid, "INJ").json() | {
        "self": f"{HOST}/api/events/{graceid}/labels/INJ"
    }
    number = log["data"]["N"]
    assert log["data"] == world.client.logs(graceid, number).json()
    assert set(log["data"]["tag_names"]) == {"pe", "psd"}


def test_a_label_is_told_when_it_comes_and_when_it_goes_and_not_twice(world: World) -> None:
    graceid = world.event()
    world.client.write_label(graceid, "INJ")
    world.client.write_label(graceid, "INJ")
    added = world.heard[0][1]["data"]
    assert world.told() == both("label_added")
    world.client.remove_label(graceid, "INJ")
    assert world.heard[0][1]["data"] == added
    assert world.heard[0][1]["object"]["labels"] == []
    assert world.told() == both("label_removed")


def test_voevents_and_observations_of_events_are_told(world: World) -> None:
    graceid = world.event()
    world.v1.create_voevent(graceid, "RE")
    assert world.heard[0][1]["data"]["N"] == 1
    assert world.heard[0][1]["data"]["voevent_type"] == "RE"
    assert world.told() == both("voevent")
    args = ([1.0], [2.0], [3.0], [4.0], ["2026-03-01T17:00:00.000000+00:00"], [30])
    world.v1.write_emobservation(graceid, "Swift", *args)
    assert world.heard[0][1]["data"]["self"].endswith(f"/events/{graceid}/emobservation/1")
    assert world.heard[0][1]["data"]["footprint_count"] == 1
    assert world.told() == both("emobservation")


def test_an_entry_of_the_embb_log_is_told(world: World) -> None:
    graceid = world.event()
    fields = {"group": "Swift", "waveband": "em.opt", "eel_status": "FO", "obs_status": "TE"}
    answer = world.v1.post(f"{HOST}/api/v1/events/{graceid}/embb/", data=fields)
    assert answer.status_code == 201
    assert world.heard[0][1]["data"]["waveband"] == "em.opt"
    assert world.told() == both("embb_event_log")


def test_a_change_of_permissions_is_exposed_or_hidden(world: World) -> None:
    graceid = world.event()
    url = f"{HOST}/api/events/{graceid}/perms/lvem_users/view"
    for method, kind, there in (("PUT", "exposed", True), ("DELETE", "hidden", False)):
        for _ in range(1 + there):  # the second time nothing changes
            assert world.client.request(method, url).status_code < 300
        data = world.heard[0][1]["data"]
        one = {"group": "lvem_users", "permission": "view_coincinspiralevent"}
        assert (one in data) == there
        assert world.told() == both(kind)


def test_a_reservation_is_told_as_new_twice(world: World) -> None:
    url = f"{HOST}/api/v2/events"
    form = {"group": "CBC", "pipeline": "gstlal", "search": "AllSky"}
    templates = world.client.service_info["templates"]
    url = templates["event-reserve-template"]
    graceid = world.client.post(url, data=form).json()["graceid"]
    assert world.heard[0][1]["object"]["processing_status"] == "reserved"
    assert world.told() == both("new", of=graceid)
    world.client.upload_reserved_event(
        graceid, "c.xml", filecontents=samples.coinc_xml("1456419850.125"), labels=["INJ"]
    )
    assert world.heard[0][1]["object"]["processing_status"] == "uploaded"
    assert world.told() == both("new", "label_added", of=graceid)


# Superevents


def test_a_new_superevent_is_told_then_its_events_then_its_labels(world: World) -> None:
    first, second = world.event(), world.event()
    t_0 = 1456419850.125
    made = world.client.create_superevent(
        t_0, t_0, t_0, first, events=[second], labels=["INJ", "EM_READY"], category="production"
    )
    sid = made.json()["superevent_id"]
    objects = [one["object"] for topic, one in world.heard if topic == S]
    assert [one["labels"] for one in objects] == [[], ["INJ"], ["INJ", "EM_READY"]] or [
        one["labels"] for one in objects
    ] == [[], ["EM_READY"], ["INJ", "EM_READY"]]
    assert all(one["gw_events"] == [second, first] for one in objects)
    assert world.heard[1][1]["data"]["superevent"] == sid
    assert world.told() == [
        (S, "new", sid),
        *both("selected_as_preferred", of=first),
        *both("added_to_superevent", of=second),
        (S, "label_added", sid),
        (S, "label_added", sid),
    ]


def test_a_new_preferred_event_is_told_before_the_update(world: World) -> None:
    old, new = world.event(), world.event()
    sid = world.superevent(old, events=[new])
    world.client.update_superevent(sid, preferred_event=new)
    update = world.heard[-1][1]
    assert update["data"] == update["object"]
    assert update["object"]["preferred_event"] == new
    assert update["object"]["preferred_event_data"]["graceid"] == new
    assert world.told() == [
        *both("removed_as_preferred", of=old),
        *both("selected_as_preferred", of=new),
        (S, "update", sid),
    ]


@pytest.mark.parametrize(
    "changes", [{"t_0": 1456419850.5}, {"em_type": "E0002"}, {"time_coinc_far": 1e-5}]
)
def test_other_parameters_are_updates_only(world: World, changes: dict[str, Any]) -> None:
    sid = world.superevent()
    world.grb()
    world.client.update_superevent(sid, **changes)
    for name, value in changes.items():
        assert world.heard[-1][1]["object"][name] == value
    assert world.told() == [(S, "update", sid)]


def test_members_come_and_go_on_both_sides(world: World) -> None:
    other, sid = world.event(), world.superevent()
    world.client.add_event_to_superevent(sid, other)
    assert world.heard[0][1]["data"] == world.heard[0][1]["object"]
    assert other in world.heard[0][1]["data"]["gw_events"]
    assert world.heard[1][1]["object"]["superevent"] == sid
    expected = [(S, "event_added", sid), *both("added_to_superevent", of=other)]
    assert world.told() == expected
    world.client.remove_event_from_superevent(sid, other)
    assert world.heard[1][1]["object"]["superevent"] is None
    expected = [(S, "event_removed", sid), *both("removed_from_superevent", of=other)]
    assert world.told() == expected


def test_labels_logs_and_announcements_of_superevents_are_told(world: World) -> None:
    sid = world.superevent()
    world.client.write_label(sid, "INJ")
    [label] = [message for _, message in world.heard]
    assert label["data"] == world.client.labels(sid, "INJ").json()
    assert world.told() == [(S, "label_added", sid)]
    world.client.remove_label(sid, "INJ")
    assert world.told() == [(S, "label_removed", sid)]
    made = world.client.write_log(sid, "a map", "m.txt", b"1", tag_name="sky_loc", label="INJ")
    assert world.heard[0][1]["data"] == world.client.logs(sid, made.json()["N"]).json()
    assert "tags" not in world.heard[0][1]["data"]
    assert world.told() == [(S, "log", sid), (S, "label_added", sid)]
    world.v1.create_voevent(sid, "RE")
    assert world.heard[0][1]["data"] == world.client.voevents(sid, 1).json()
    assert world.told() == [(S, "voevent", sid)]
    args = ([1.0], [2.0], [3.0], [4.0], ["2026-03-01T17:00:00.000000+00:00"], [30])
    world.v1.write_emobservation(sid, "Swift", *args)
    assert world.heard[0][1]["data"]["group"] == "Swift"
    assert world.told() == [(S, "emobservation", sid)]


def test_a_confirmed_superevent_goes_by_its_new_id(world: World) -> None:
    sid = world.superevent()
    world.client.confirm_superevent_as_gw(sid)
    message = world.heard[0][1]
    assert (
        message["data"]
        == message["object"]
        == world.client.superevent(sid).json()
        | {"preferred_event_data": message["object"]["preferred_event_data"]}
    )
    assert message["object"]["gw_id"] == "GW260301A"
    assert message["object"]["superevent_id"] == sid
    assert world.told() == [(S, "confirmed_as_gw", "GW260301A")]


def test_exposing_and_hiding_tell_the_permissions(world: World) -> None:
    sid = world.superevent()
    for _ in range(2):  # the second time nothing changes
        world.client.modify_permissions(sid, "expose")
    assert sorted(map(json.dumps, world.heard[0][1]["data"])) == sorted(
        json.dumps({"group": group, "permission": f"{right}_superevent"})
        for group, right in (
            ("lvem_observers", "view"),
            ("lvem_observers", "annotate"),
            ("public_users", "view"),
        )
    )
    assert world.told() == [(S, "exposed", sid)]
    world.client.modify_permissions(sid, "hide")
    assert world.heard[0][1]["data"] == []
    assert world.told() == [(S, "hidden", sid)]


def test_signoffs_tell_their_labels_first_and_the_request_goes_silently(world: World) -> None:
    sid = world.superevent()
    world.client.write_label(sid, "ADVREQ")
    world.told()
    world.client.create_signoff(sid, "ADV", "OK", "fine")
    assert [one["object"]["labels"] for _, one in world.heard] == [["ADVOK"], ["ADVOK"]]
    assert world.heard[1][1]["data"] == world.client.signoffs(sid, "ADV").json()
    assert world.told() == [(S, "label_added", sid), (S, "signoff_created", sid)]

    world.client.update_signoff(sid, "ADV", status="NO", comment="not so")
    assert [one["data"]["name"] for _, one in world.heard[:2]] == ["ADVOK", "ADVNO"]
    assert [one["object"]["labels"] for _, one in world.heard] == [[], ["ADVNO"], ["ADVNO"]]
    kinds = ("label_removed", "label_added", "signoff_updated")
    assert world.told() == [(S, kind, sid) for kind in kinds]

    world.client.update_signoff(sid, "ADV", comment="only a word")
    assert world.heard[0][1]["data"]["comment"] == "only a word"
    assert world.told() == [(S, "signoff_updated", sid)]

    world.client.delete_signoff(sid, "ADV")
    assert [one["data"].get("name") for _, one in world.heard[:2]] == ["ADVNO", "ADVREQ"]
    assert world.heard[2][1]["data"]["comment"] == "only a word"
    assert [one["object"]["labels"] for _, one in world.heard] == [[], ["ADVREQ"], ["ADVREQ"]]
    kinds = ("label_removed", "label_added", "signoff_deleted")
    assert world.told() == [(S, kind, sid) for kind in kinds]


@pytest.mark.parametrize(
    ("category", "group", "search", "topic"),
    [
        ("production", "CBC", "AllSky", "superevent"),
        ("mdc", "CBC", "MDC", "mdc_superevent"),
        ("test", "Test", None, "test_superevent"),
    ],
)
def test_each_category_has_its_topic(
    world: World, category: str, group: str, search: str | None, topic: str
) -> None:
    graceid = world.event(group, search)
    world.client.create_superevent(1.0, 2.0, 3.0, graceid, category=category)
    assert world.heard[0][0] == topic


# What sends nothing


def test_tags_files_preferences_and_reading_send_nothing(world: World) -> None:
    sid = world.superevent()
    [graceid] = world.client.superevent(sid).json()["gw_events"]
    for one in (graceid, sid):
        world.client.add_tag(one, 1, "pe")
        world.client.remove_tag(one, 1, "pe")
    url = f"{HOST}/api/events/{graceid}/files/a.txt"
    world.client.put(url, files={"upload": ("a.txt", b"1")})
    world.client.add_pipeline_preferred_event(sid, graceid)
    world.client.events("G0001")
    world.client.superevent(sid)
    world.client.clock.advance(1)
    world.store.settings["fsync"] = True
    assert world.told() == []


def test_what_is_refused_sends_nothing(world: World) -> None:
    graceid, sid = world.event(), world.superevent()
    for call in (
        lambda: world.client.write_log(graceid, ""),
        lambda: world.client.write_label(graceid, "NONSENSE"),
        lambda: world.client.write_label(sid, "ADVOK"),
        lambda: world.client.remove_label(sid, "INJ"),
        lambda: world.client.add_event_to_superevent(sid, graceid + "9"),
        lambda: world.client.create_signoff(sid, "ADV", "OK", ""),
        lambda: world.client.update_superevent(sid, t_0=1456419850.125),
    ):
        with pytest.raises(Exception, match=r"40|50|invalid|not"):
            call()
    assert world.told() == []
