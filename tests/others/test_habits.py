"""What programs of the field ask of GraceDB, and what they take for granted in its answers.

Each test is a habit seen in released programs (gwcelery, ligo-followup-advocate, ligo-raven, the
Mock Event Generator, gwtc-tools, pesummary, bilby_pipe, gw-lts, gwsumm, cbcflow, pycbc, sgnl,
spiir, RIFT, dqrtasks), played with the client's own methods.
"""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from pathlib import Path

import pytest
from ligo.gracedb.exceptions import HTTPError
from program_scene import T_0, Scene

from fakegracedb import FakeGraceDb, samples

# Which is it? (pesummary, gwsumm)


def test_an_event_is_no_superevent_and_is_looked_for_next(scene: Scene) -> None:
    graceid = scene.gstlal
    with pytest.raises(HTTPError) as error:
        scene.client.superevent(graceid)
    assert error.value.response.status_code == 404
    assert scene.client.event(graceid).json()["graceid"] == graceid


def test_a_query_that_superevents_refuse_is_asked_of_events(scene: Scene) -> None:
    query = f"External {T_0 - 5:.0f} .. {T_0 + 5:.0f}"
    with pytest.raises(HTTPError):
        list(scene.client.superevents(query))
    assert [event["graceid"] for event in scene.client.events(query)] == [scene.burst]


# Searches


def test_graceids_in_a_row_are_all_found_also_page_by_page(scene: Scene) -> None:
    query = f"{scene.gstlal} {scene.pycbc}"
    for options in ({}, {"count": 1}, {"count": 500}):
        found = {event["graceid"] for event in scene.client.events(query, **options)}
        assert found == {scene.gstlal, scene.pycbc}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('group: External pipeline: Fermi grbevent.trigger_id = "12345"', ["burst"]),
        ('group: External pipeline: Fermi grbevent.trigger_id = "1234"', []),
        ("superevent: {sid} group: CBC Burst", ["pycbc", "gstlal"]),
        ("External {start} .. {end}", ["burst"]),
        ("External {start} .. {end} MDC", []),
        ("{start} .. {end} pipeline: gstlal search: AllSky ", ["gstlal"]),
        (
            "pipeline: pycbc search: AllSky created: 2026-03-01 17:04:00 .. 2026-03-01 17:05:00",
            ["pycbc"],
        ),
    ],
)
def test_queries_of_programs_find_events(scene: Scene, query: str, found: list[str]) -> None:
    names = {scene.gstlal: "gstlal", scene.pycbc: "pycbc", scene.burst: "burst"}
    text = query.format(sid=scene.sid, start=T_0 - 5, end=T_0 + 5)
    assert [names[event["graceid"]] for event in scene.client.events(text)] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("{start} .. {end}", True),
        ("{start} .. {end} MDC", False),
        ("t_0: {start} .. {end}", True),
        ("category: production t_0: {start} .. {end}", True),
        ("category: test t_0: {start} .. {end}", False),
        ("gpstime: {start} .. {end}         FAR <= 1e-6", True),
        ("gpstime: {start} .. {end}         FAR <= 1e-10", False),
    ],
)
def test_queries_of_programs_find_superevents(scene: Scene, query: str, found: bool) -> None:
    rows = scene.client.superevents(query.format(start=T_0 - 5, end=T_0 + 5), orderby="t_0")
    assert [row["superevent_id"] for row in rows] == ([scene.sid] if found else [])


# What is done again (gwcelery)


def test_a_label_by_a_log_may_be_there_already(scene: Scene) -> None:
    for _ in range(2):
        answer = scene.client.write_log(scene.sid, "again", tag_name=["em_follow"], label="DQV")
        assert answer.status_code == 201
    found = scene.client.labels(scene.sid).json()["labels"]
    assert [label["name"] for label in found] == ["DQV"]


def test_words_without_a_file_answer_an_empty_name_and_no_version(scene: Scene) -> None:
    entry = scene.client.write_log(
        scene.sid, "words", filename=None, filecontents=None, tag_name=()
    ).json()
    assert f"{entry['filename']},{entry['file_version']}" == ",None"


def test_the_file_of_an_entry_is_found_by_its_name_and_version(scene: Scene) -> None:
    client, sid = scene.client, scene.sid
    for _ in range(2):
        client.write_log(sid, "map", "bayestar.multiorder.fits", samples.skymap())
    log = client.logs(sid).json()["log"]
    *_, entry = (
        one
        for one in log
        if one["filename"] == "bayestar.multiorder.fits" and one["file_version"] == 1
    )
    assert client.add_tag(sid, entry["N"], "sky_loc").status_code == 201
    names = [name for name in client.files(sid).json() if "bayestar.multiorder.fits" in name]
    assert max(names) == "bayestar.multiorder.fits,1"


def test_a_change_of_nothing_and_a_second_membership_are_told_byte_for_byte(
    scene: Scene,
) -> None:
    client, sid, burst = scene.client, scene.sid, scene.burst
    change = {"em_type": burst, "time_coinc_far": 1e-9, "space_coinc_far": 1e-10}
    assert client.update_superevent(sid, **change).status_code == 200
    with pytest.raises(HTTPError) as error:
        client.update_superevent(sid, **change)
    assert error.value.response.content == b'{"error": "Request would not modify the superevent"}'
    client.add_event_to_superevent(sid, burst)
    with pytest.raises(HTTPError) as error:
        client.add_event_to_superevent(sid, burst)
    text = f'{{"error": "Event {burst} is already assigned to a superevent"}}'
    assert error.value.response.content == text.encode()
    superevent = client.superevent(sid).json()
    assert superevent["em_events"] == [burst]
    assert client.event(superevent["em_type"]).json()["superevent"] == sid


@pytest.mark.parametrize("far", [math.inf, math.nan])
def test_a_joint_far_that_json_lacks_is_refused(scene: Scene, far: float) -> None:
    with pytest.raises(HTTPError) as error:
        scene.client.update_superevent(scene.sid, space_coinc_far=far)
    assert error.value.response.status_code == 400
    assert scene.client.superevent(scene.sid).json()["space_coinc_far"] is None


# Who fetches a candidate (the Mock Event Generator)


def test_the_log_of_an_event_tells_what_its_pipeline_uploaded(scene: Scene) -> None:
    client, graceid = scene.client, scene.gstlal
    client.write_log(graceid, "p", "gstlal.p_astro.json", samples.p_astro(), tag_name=["p_astro"])
    event = client.event(graceid).json()
    answer = client.logs(graceid).json()
    assert answer["links"]["first"] == answer["links"]["last"]  # it is not in pages
    written = re.compile(r"(Log File Created|Coinc Table Created|.* created by GraceDbPlotter)$")
    uploads = [
        entry
        for entry in answer["log"]
        if entry["file"]
        and entry["issuer"] == event["submitter"]
        and not (entry["file_version"] > 0 and entry["filename"] == "trigger_history.json")
        and not written.match(entry["comment"])
    ]
    names = [f"{entry['filename']},{entry['file_version']}" for entry in uploads]
    assert names == ["coinc.xml,0", "gstlal.p_astro.json,0"]
    for entry in uploads:
        datetime.strptime(entry["created"], "%Y-%m-%d %H:%M:%S UTC")
    assert client.files(graceid, names[0]).read() == samples.coinc_xml(T_0, far=1e-9)
    with pytest.raises(HTTPError) as error:
        client.files(graceid, "none.json,0")
    assert error.value.response.status_code == 404


# Who uploads (pycbc, sgnl, dqrtasks)


def test_a_candidate_is_looked_for_by_its_far_before_it_is_uploaded_with_labels_that_there_are(
    scene: Scene,
) -> None:
    client = scene.client
    query = f"pycbc {T_0 - 1:.3f} .. {T_0 + 1:.3f}"
    assert [abs(event["far"] - 1e-8) < 1e-16 for event in client.events(query=query)] == [True]
    labels = ["PASTRO_READY", "INJ"]
    assert set(labels) <= set(client.allowed_labels)
    made = client.create_event(
        "CBC",
        "pycbc",
        "H1L1-PYCBC_AllSky-1456419850-1.xml",
        filecontents=samples.coinc_xml(T_0 + 0.2, far=1e-12),
        search="AllSky",
        offline=True,
        labels=labels,
    ).json()
    assert (made["offline"], sorted(made["labels"])) == (True, sorted(labels))
    assert [event["far"] for event in client.events(query=query)] == [1e-12, 1e-8]


@pytest.mark.filterwarnings("ignore:Method write.* has been replaced:DeprecationWarning")
def test_old_names_of_methods_take_old_and_new_names_of_tags(scene: Scene) -> None:
    client, graceid = scene.client, scene.gstlal
    for options in ({"tagname": "fgmc_p_astro"}, {"tag_name": ["plot"], "displayName": ["plot"]}):
        answer = client.writeLog(
            object_id=graceid,
            message="by a pipeline",
            filename="a.json",
            filecontents="{}",
            **options,
        )
        assert answer.status == answer.status_code == 201
        assert answer.json()["tag_names"] in (["fgmc_p_astro"], ["plot"])
    assert client.writeLabel(graceid, "PASTRO_READY").status == 201


# Who goes on from an event (RIFT, spiir)


def test_the_event_log_tells_what_an_analysis_begins_with(scene: Scene) -> None:
    text = scene.client.files(scene.gstlal, "event.log").read().decode()
    told = dict(line.split(":") for line in text.splitlines())
    assert told["IFOs"].replace(" ", "").split(",") == ["H1", "L1"]
    assert float(told["MChirp"]) == pytest.approx(1.219, abs=0.01)
    assert float(told["End Time"]) == T_0
    assert told["Pipeline"].strip() == "gstlal"


def test_on_the_older_server_every_name_of_a_list_is_a_file(tmp_path: Path) -> None:
    with FakeGraceDb(store=tmp_path / "old", server_version="2.33") as client:
        contents = samples.coinc_xml(T_0)
        made = client.create_event("CBC", "spiir", "coinc.xml", filecontents=contents)
        graceid = made.json()["graceid"]
        names = [name for name in client.files(graceid).json() if "," not in name]
        assert sorted(names) == ["coinc.xml", "event.log"]
        for name in names:
            assert client.files(graceid, name).read()


# Files as objects (bilby_pipe, gw-lts, ligo-followup-advocate, cbcflow)


def test_a_file_has_data_status_and_json(scene: Scene) -> None:
    client = scene.client
    data = client.files(scene.gstlal, filename="coinc.xml").data
    assert data == samples.coinc_xml(T_0, far=1e-9)
    answer = client.files(scene.sid, "p_astro.json", raw=True)
    assert answer.status == 200
    assert answer.json() == json.loads(samples.p_astro())


def test_no_name_of_a_file_is_all_of_them(scene: Scene) -> None:
    client = scene.client
    links = client.files(scene.gstlal, "").json()
    assert links == client.files(scene.gstlal).json()
    assert client.get(links["coinc.xml"]).content == samples.coinc_xml(T_0, far=1e-9)


# Catalogs (gwtc-tools)


def test_a_catalog_is_made_of_a_query_and_read_back(scene: Scene) -> None:
    client = scene.client
    for graceid in (scene.gstlal, scene.pycbc):
        client.add_pipeline_preferred_event(scene.sid, graceid)
        client.write_log(graceid, "p", "p_astro.json", samples.p_astro())
    (row,) = client.superevents("category: Production far < 1e-5")
    pipelines = {
        pipeline: event["graceid"] for pipeline, event in row["pipeline_preferred_events"].items()
    }
    files = {
        graceid: [name for name, _ in client.files(graceid).json().items()]
        for graceid in pipelines.values()
    }
    for names in files.values():
        assert [name for name in names if name.endswith("p_astro.json")] == ["p_astro.json"]
    entry = {"pipelines": pipelines, "far": row["far"], "pastro": json.loads(samples.p_astro())}
    for _ in range(2):
        assert client.gwtc_create({scene.sid: entry}, "4").status_code == 201
    latest = client.gwtc_get("4", "latest").json()
    assert latest["version"] == 2
    assert latest["gwtc_superevents"] == {scene.sid: entry}
