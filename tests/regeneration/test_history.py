"""History mode: a superevent created again, entry by entry."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eventful import T_0, archived_event, archived_superevent, superevent
from ligo.gracedb.rest import GraceDb

from fakegracedb import FakeGraceDb, Store, samples
from fakegracedb.api.app import Application
from fakegracedb.archive import Archive, ArchivedEvent, ArchivedSuperevent
from fakegracedb.clock import server_text
from fakegracedb.errors import RegenerationError
from fakegracedb.regeneration.instants import shift_iso
from fakegracedb.regeneration.outcome import Regeneration
from fakegracedb.regeneration.running import regenerate
from fakegracedb.regeneration.targets import Target
from fakegracedb.transport import StoreAdapter

DELTA = 8640000  # s


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ArchivedSuperevent:
    folder = tmp_path_factory.mktemp("source")
    client = FakeGraceDb(store=folder / "store")
    return archived_superevent(client, superevent(client), folder / "archive")


@pytest.fixture(scope="module")
def made(
    source: ArchivedSuperevent, tmp_path_factory: pytest.TempPathFactory
) -> tuple[FakeGraceDb, Regeneration]:
    client = FakeGraceDb(store=tmp_path_factory.mktemp("target") / "store")
    return client, regenerate(source, client, shift=DELTA, mode="history")


def test_nothing_had_to_be_guessed(made: tuple[FakeGraceDb, Regeneration]) -> None:
    _, result = made
    assert result.differences == []
    assert result.report.notes == []
    assert not result.failed


def rows(client: FakeGraceDb, id_: str) -> list[dict[str, Any]]:
    return sorted(client.logs(id_).json()["log"], key=lambda row: row["N"])


def test_every_entry_is_that_of_the_source(
    source: ArchivedSuperevent, made: tuple[FakeGraceDb, Regeneration]
) -> None:
    client, result = made
    count = 0
    for archived in (source, *source.events):
        new = rows(client, result.id_map(archived.id))
        assert [row["N"] for row in new] == [row["N"] for row in archived.logs]
        for old, row in zip(archived.logs, new, strict=True):
            count += 1
            assert row["filename"] == result.id_map(old["filename"])
            assert row["file_version"] == old["file_version"]
            assert row["tag_names"] == old["tag_names"]
            assert row["created"] == shift_iso(old["created"], DELTA * 10**9)
            if "t_0" not in old["comment"]:
                assert row["comment"] == result.id_map(old["comment"])
    assert count > 60


def test_the_superevent_is_that_of_the_source(
    source: ArchivedSuperevent, made: tuple[FakeGraceDb, Regeneration]
) -> None:
    client, result = made
    old, new = source.object, client.superevent(result.superevent_id).json()
    assert result.superevent_id is not None
    assert result.superevent_id.startswith("MS260609")
    for name in ("t_start", "t_0", "t_end"):
        assert new[name] == old[name] + DELTA
    assert new["labels"] == old["labels"]
    assert new["preferred_event"] == result.id_map(old["preferred_event"])
    assert sorted(new["gw_events"]) == sorted(map(result.id_map, old["gw_events"]))
    assert sorted(new["em_events"]) == sorted(map(result.id_map, old["em_events"]))
    assert new["created"] == shift_iso(old["created"], DELTA * 10**9)
    assert list(new["pipeline_preferred_events"]) == list(old["pipeline_preferred_events"])
    assert client.store.check() == []


def test_the_events_are_those_of_the_source(
    source: ArchivedSuperevent, made: tuple[FakeGraceDb, Regeneration]
) -> None:
    client, result = made
    for archived in source.events:
        old, new = archived.object, client.event(result.id_map(archived.id)).json()
        assert new["gpstime"] == old["gpstime"] + DELTA
        assert new["reporting_latency"] == old["reporting_latency"]
        assert new["labels"] == old["labels"]
        assert new["search"] == "MDC"
        for name in ("far", "instruments", "nevents", "likelihood", "pipeline", "group"):
            assert new[name] == old[name]


def test_what_hangs_on_the_superevent_is_there(
    source: ArchivedSuperevent, made: tuple[FakeGraceDb, Regeneration]
) -> None:
    client, result = made
    new_id = result.superevent_id
    old_api = FakeGraceDb(store=client.store, api_version="v1")
    (voevent,) = old_api.voevents(new_id).json()["voevents"]
    (before,) = source.rows("voevents")
    for key in ("voevent_type", "internal", "open_alert", "prob_bns", "skymap_filename"):
        assert voevent[key] == before[key]
    assert voevent["filename"] == result.id_map(before["filename"])
    signoffs = client.signoffs(new_id).json()["signoffs"]
    assert [(s["signoff_type"], s["status"], s["comment"]) for s in signoffs] == [
        ("ADV", "OK", "It's fine; really")
    ]
    (seen,) = old_api.emobservations(new_id).json()["observations"]
    assert sorted(one["start_time"] for one in seen["footprints"]) == sorted(
        shift_iso(one["start_time"], DELTA * 10**9)
        for one in source.rows("emobservations")[0]["footprints"]
    )
    assert sorted(one["ra"] for one in seen["footprints"]) == [10.0, 20.0]
    assert client.as_user(None).superevent(new_id).status_code == 200


def test_what_no_entry_tells_of_is_there(
    source: ArchivedSuperevent, made: tuple[FakeGraceDb, Regeneration], tmp_path: Path
) -> None:
    client, result = made
    (external,) = (one for one in source.events if one.object["group"] == "External")
    assert external.object["extra_attributes"]["GRB"]["redshift"] == 1.5
    for archived in source.events:
        again = archived_event(client, result.id_map[archived.id], tmp_path)
        assert again.permissions == archived.permissions
        grb = [one.object["extra_attributes"].get("GRB") for one in (archived, again)]
        if grb[0]:
            for key in ("redshift", "T90", "designation", "ra", "dec", "error_radius"):
                assert grb[1][key] == grb[0][key]
        for old, new in zip(archived.rows("embb"), again.rows("embb"), strict=True):
            assert new["gpstimeList"] == [time + DELTA for time in old["gpstimeList"]]
            assert new["created"] == shift_iso(old["created"], DELTA * 10**9)
            for key in old.keys() - {"self", "created", "gpstime", "gpstimeList", "submitter"}:
                assert new[key] == old[key], key
    (noted,) = [one for one in source.events if one.rows("embb")]
    assert ("lvem_observers", "view") in noted.permissions
    assert ("internal_users", "change") not in noted.permissions


def test_signoffs_of_events_are_told(tmp_path: Path) -> None:
    client = FakeGraceDb(store=tmp_path / "store")
    made = client.create_event("Test", "gstlal", "a.xml", filecontents=samples.coinc_xml("1.4e9"))
    event = archived_event(client, made.json()["graceid"], tmp_path / "archive")
    signoff = {"signoff_type": "OP", "instrument": "H1", "status": "OK", "submitter": "a"}
    event = replace(event, answers={**event.answers, "signoffs": {"signoffs": [signoff]}})
    result = regenerate(event, tmp_path / "target", shift=86400, mode="history")
    assert result.report.notes == [f"{event.id}: no server takes signoffs on an event any more"]


def test_files_have_their_versions(
    source: ArchivedSuperevent, made: tuple[FakeGraceDb, Regeneration]
) -> None:
    client, result = made
    for archived in (source, *source.events):
        new = client.files(result.id_map(archived.id)).json()
        expected = {result.id_map(f"{one.name},{one.version}") for one in archived.files}
        assert {name for name in new if "," in name} == expected


def test_the_report_tells_of_every_file(made: tuple[FakeGraceDb, Regeneration]) -> None:
    _, result = made
    report = result.to_json()["report"]
    assert report["delta"] == str(DELTA)
    told = {(one["object"], one["file"]): one for one in report["files"]}
    assert told["G0001", "coinc.xml"]["changes"]
    assert told["G0002", "trigger_1456420000.5.txt"]["kind"] == "cWB text"
    assert told["G0001", "G0001_psd.png"]["not_shifted"]
    assert told["G0001", "G0001_psd.png"]["new_name"] == "M0001_psd.png"
    assert "the sky is turned by" in str(result.report)


def test_a_public_reader_s_archive_becomes_a_superevent_too(
    source: ArchivedSuperevent, tmp_path: Path
) -> None:
    preferred = dict(source.object["preferred_event_data"])
    events = (
        ArchivedEvent(
            id=source.object["preferred_event"], answers={"object": preferred}, partial=True
        ),
    )
    public = [row for row in source.logs if "public" in row["tag_names"]]
    part = replace(
        source, events=events, partial=True, answers={**source.answers, "logs": {"log": public}}
    )
    client = FakeGraceDb(store=tmp_path / "store")
    with pytest.raises(RegenerationError, match="its file is not in the archive"):
        regenerate(part, client, shift=DELTA)
    result = regenerate(part, client, shift=DELTA, mode="history")
    new = client.superevent(result.superevent_id).json()
    assert new["t_0"] == source.object["t_0"] + DELTA
    assert new["preferred_event_data"]["gpstime"] == preferred["gpstime"] + DELTA
    assert new["preferred_event_data"]["far"] == preferred["far"]
    assert set(source.object["labels"]) - set(new["labels"]) <= {"ADVOK"}
    assert any("stand-in" in note for note in result.report.notes)


def test_the_clock_of_the_store_is_left_as_it_was(
    source: ArchivedSuperevent, tmp_path: Path
) -> None:
    client = FakeGraceDb(store=tmp_path / "store")
    regenerate(source.events[0], client, at=T_0, mode="history")
    assert client.clock.setting.kind == "system"
    client.clock = "2026-03-01 17:00:00"
    result = regenerate(source.events[0], client, at=T_0, mode="history")
    last = rows(client, result.events[0].new_id or "")[-1]["created"]
    assert client.clock.setting.kind == "fixed"
    assert server_text(client.clock.now()) == last


def test_an_entry_that_cannot_be_done_again_is_written(
    source: ArchivedSuperevent, tmp_path: Path
) -> None:
    odd = {
        "N": len(source.logs) + 1,
        "comment": "Updated superevent parameters: t_9: 1456420000.500000 -> 1456420000.375000",
        "created": source.logs[-1]["created"],
        "issuer": "x",
        "filename": "",
        "file_version": None,
        "tag_names": [],
    }
    answers = {**source.answers, "logs": {"logs": [*source.logs, odd]}}
    client = FakeGraceDb(store=tmp_path / "store")
    result = regenerate(replace(source, answers=answers), client, shift=DELTA, mode="history")
    assert rows(client, str(result.superevent_id))[-1]["comment"] == (
        "Updated superevent parameters: t_9: 1465060000.500000 -> 1465060000.375000"
    )
    assert any("is written as a plain entry" in note for note in result.report.notes)


def test_through_a_real_client_on_v2_voevents_are_plain_entries(
    source: ArchivedSuperevent, tmp_path: Path
) -> None:
    client = GraceDb("https://gracedb-test.example.org/api/", force_noauth=True)
    client.trust_env = False
    client.mount("https://", StoreAdapter(Application(Store(tmp_path / "store"), None)))
    target = Target(client, "a server of which nothing else is known")
    result = regenerate(source, target, shift=DELTA, mode="history", max_delay=0)
    told = "no VOEvents, EM observations, EMBB entries and updates of GRBs"
    assert any(told in note for note in result.report.notes)
    old = {row["N"]: row for row in source.logs}
    for row in rows(client, str(result.superevent_id)):
        assert row["tag_names"] == old[row["N"]]["tag_names"]


def test_the_archived_superevent_of_the_sample_data_comes_out_as_it_is(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "fixtures" / "archive"
    found = Archive(folder).superevent("S260302a")
    client = FakeGraceDb(store=tmp_path / "store")
    result = regenerate(found, client, shift=DELTA, mode="history")
    assert result.differences == []
    assert result.report.notes == []
    new = client.superevent(result.superevent_id).json()
    assert new["labels"] == found.object["labels"]
    assert len(client.notices(result.superevent_id).json()["notices"]) == len(found.rows("notices"))
    (notice,) = client.notices(result.superevent_id).json()["notices"]
    content = json.loads(client.files(result.superevent_id, notice["filename"]).read())
    assert content["superevent_id"] == result.superevent_id
    assert client.store.check() == []


def test_a_server_that_fails_leaves_what_is_there_and_says_so(
    source: ArchivedSuperevent, tmp_path: Path
) -> None:
    client = FakeGraceDb(store=tmp_path / "store")
    client.faults.add(status=500, method="POST", path="/logs/", after=3, body="the disk is full")
    result = regenerate(source, client, shift=DELTA, mode="history")
    assert result.failed
    assert "500: the disk is full" in result.problem
    assert result.superevent_id is not None
    assert len(rows(client, result.superevent_id)) > 3
    assert client.clock.setting.kind == "system"
    assert client.store.check() == []
