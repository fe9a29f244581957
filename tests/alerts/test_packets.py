"""What stands in a packet."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alert_world import HOST, NOW, World

from fakegracedb import FakeGraceDb, Store, samples


def test_the_envelope_has_these_keys_and_no_others(world: World) -> None:
    graceid = world.event()
    world.client.write_log(graceid, "hello")
    message = world.heard[0][1]
    assert set(message) == {"uid", "alert_type", "data", "object", "dispatched"}
    assert message["dispatched"] == "2026-03-01 17:04:09 UTC"


def test_the_older_server_tells_no_time_of_dispatch_and_answers_as_v1(tmp_path: Path) -> None:
    heard: list[dict[str, Any]] = []
    with FakeGraceDb(store=tmp_path / "g", server_version="2.33", clock=NOW) as client:
        client.alerts.subscribe(lambda topic, payload: heard.append(json.loads(payload)))
        content = samples.coinc_xml("1456419850.125")
        client.create_event("Test", "gstlal", "c.xml", filecontents=content)
    assert "dispatched" not in heard[0]
    assert heard[0]["object"]["links"]["emobservations"].endswith("/T0001/emobservation/")
    assert "replay_id" not in heard[0]["object"]
    assert heard[0]["object"]["processing_status"] == "uploaded"


def test_an_event_is_that_of_the_api_and_somewhat_more(world: World) -> None:
    graceid = world.event()
    world.client.write_label(graceid, "INJ")
    shown = world.heard[0][1]["object"]
    answered = world.client.event(graceid).json()
    assert set(shown) - set(answered) == {"processing_status", "superevent_neighbours"}
    for key in set(answered) - {"extra_attributes"}:
        assert shown[key] == answered[key]
    rows = shown["extra_attributes"].pop("SingleInspiral")
    whole = answered["extra_attributes"].pop("SingleInspiral")
    assert shown["extra_attributes"] == answered["extra_attributes"]
    assert rows == [{k: v for k, v in row.items() if v is not None} for row in whole]


def test_nulls_of_single_triggers_are_left_out(world: World) -> None:
    graceid = world.event()
    with world.store.transaction() as tx:  # as of a file that lacks some columns
        event = tx.event(graceid)
        assert event is not None
        rows = [{"ifo": "H1", "snr": 8.0}, {"ifo": "L1"}]
        extra = {**event.extra_attributes, "SingleInspiral": rows}
        tx.put_event(replace(event, extra_attributes=extra))
    world.client.write_log(graceid, "hello")
    shown = world.heard[0][1]["object"]["extra_attributes"]["SingleInspiral"]
    answered = world.client.event(graceid).json()["extra_attributes"]["SingleInspiral"]
    assert answered[1]["snr"] is None
    assert shown == [{k: v for k, v in row.items() if v is not None} for row in answered]
    assert len(shown[0]) == len(shown[1]) + 1


def test_neighbours_stand_in_events_and_preferred_events_and_no_deeper(world: World) -> None:
    sid = world.superevent()
    far_off = world.event()
    world.client.create_superevent(1.0, 1456419951.0, 1456419952.0, far_off, category="production")
    world.heard.clear()
    world.client.write_log("G0001", "hello")
    near = world.heard[0][1]["object"]["superevent_neighbours"]
    assert list(near) == [sid]
    assert set(near[sid]) == {
        *("superevent_id", "gw_events", "preferred_event", "preferred_event_data", "far"),
        *("pipeline_preferred_events", "t_start", "t_0", "t_end", "labels"),
    }
    inner = near[sid]["preferred_event_data"]
    assert not {"superevent", "links", "superevent_neighbours"} & set(inner)
    world.heard.clear()
    world.client.write_log(sid, "hello")
    preferred = world.heard[0][1]["object"]["preferred_event_data"]
    assert preferred["superevent_neighbours"] == near
    assert preferred["processing_status"] == "uploaded"
    assert preferred["superevent"] == sid


def test_neighbours_are_of_the_same_category_and_follow_changes(world: World) -> None:
    sid = world.superevent()
    test = world.event("Test")
    world.client.write_log(test, "hello")
    assert world.messages()[0]["object"]["superevent_neighbours"] == {}
    world.client.write_log("G0001", "hello")
    assert world.messages()[0]["object"]["superevent_neighbours"][sid]["labels"] == []
    world.client.write_label(sid, "INJ")
    world.messages()
    world.client.write_log("G0001", "hello")
    assert world.messages()[0]["object"]["superevent_neighbours"][sid]["labels"] == ["INJ"]
    world.client.update_superevent(sid, t_0=1456419999.0)
    world.messages()
    world.client.write_log("G0001", "hello")
    assert world.messages()[0]["object"]["superevent_neighbours"] == {}


def test_values_of_pipeline_preferred_events_have_no_neighbours(world: World) -> None:
    sid = world.superevent()
    world.client.add_pipeline_preferred_event(sid, "G0001")
    world.client.write_log(sid, "hello")
    [message] = world.messages()
    assert (
        message["object"]["pipeline_preferred_events"]
        == (world.client.superevent(sid).json()["pipeline_preferred_events"])
    )


def test_links_lead_to_the_base_without_a_version(world: World) -> None:
    graceid = world.event()
    world.v1.write_log(graceid, "hello")
    message = world.heard[0][1]
    assert message["data"]["self"] == f"{HOST}/api/events/{graceid}/log/4"
    assert message["object"]["links"]["self"] == f"{HOST}/api/events/{graceid}"
    assert "emobservations" not in message["object"]["links"]
    assert "/v1/" not in json.dumps(message)


def test_html_arrives_escaped_unless_the_store_says_otherwise(world: World) -> None:
    graceid = world.event()
    world.client.write_log(graceid, '<a href="x">R&D</a>')
    heard = world.heard[0][1]["data"]["comment"]
    assert heard == '&lt;a href="x"&gt;R&amp;D&lt;/a&gt;'
    alert = world.client.alerts[-1]
    assert alert.message["data"]["comment"] == '<a href="x">R&D</a>'
    world.heard.clear()
    world.store.vocabulary = world.store.vocabulary.overridden(
        {"settings": {"alert_xml_escape": False, "alert_search_topics": False}}
    )
    world.client.write_log(graceid, "<b>")
    [(topic, message)] = world.heard
    assert topic == "cbc_gstlal"
    assert message["data"]["comment"] == "<b>"


def test_numbers_are_numbers_and_the_text_is_strict_json(world: World) -> None:
    sid = world.superevent()
    world.client.write_label(sid, "INJ")
    shown = world.heard[0][1]["object"]
    assert [shown[key] for key in ("t_start", "t_0", "t_end")] == [
        1456419849.125,
        1456419850.125,
        1456419851.125,
    ]
    assert isinstance(shown["preferred_event_data"]["gpstime"], float)

    def refuse(text: str) -> None:
        raise AssertionError(text)

    json.loads(world.client.alerts[-1].payload, parse_constant=refuse)


@pytest.mark.parametrize(
    ("pipeline", "search", "sample", "topics"),
    [
        ("Fermi", "GRB", "voevent", ["external_fermi", "external_fermi_grb"]),
        ("CWB", "BBH", "cwb_text", ["burst_cwb", "burst_cwb_bbh"]),
        ("MLy", "AllSky", "mly_json", ["burst_mly", "burst_mly_allsky"]),
    ],
)
def test_topics_are_lower_case_group_pipeline_and_search(
    world: World, pipeline: str, search: str, sample: str, topics: list[str]
) -> None:
    group = "External" if pipeline == "Fermi" else "Burst"
    content = getattr(samples, sample)()
    made = world.client.create_event(group, pipeline, "f", filecontents=content, search=search)
    assert made.json()["warnings"] == []
    assert [topic for topic, _ in world.heard] == topics
    assert world.client.alerts[-1].topics == tuple(topics)


def test_every_topic_exists_before_anybody_listens() -> None:
    from fakegracedb.alerts import all_topics, topic_prefix
    from fakegracedb.vocabulary import DEFAULT

    known = all_topics(DEFAULT)
    assert {"superevent", "mdc_superevent", "test_superevent", "cbc_mbta", "cbc_mbta_mdc"} <= set(
        known
    )
    groups, pipelines, searches = DEFAULT.groups, DEFAULT.pipelines, DEFAULT.searches
    assert len(known) == 3 + len(groups) * len(pipelines) * (1 + len(searches))
    assert topic_prefix("https://gracedb-playground.ligo.org/api/") == "gracedb-playground"


def test_a_commit_that_cannot_be_told_does_not_stand_in_the_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "g")
    with store.transaction() as tx:
        tx.announce(f"{HOST}/api/", "2.36", ["log", "events/G0007", 1])
    with FakeGraceDb(store=store) as client:
        content = samples.coinc_xml("1456419850.125")
        client.create_event("Test", "gstlal", "c.xml", filecontents=content)
        assert [alert.seq for alert in client.alerts] == [2]
    assert "log events/G0007" in caplog.text
