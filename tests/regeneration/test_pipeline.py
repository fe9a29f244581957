"""Pipeline mode: events uploaded again as their pipelines did."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eventful import archived_event, archived_superevent, superevent
from patience import until

from fakegracedb import FakeGraceDb, samples
from fakegracedb.archive import ArchivedSuperevent
from fakegracedb.errors import RegenerationError
from fakegracedb.regeneration.running import regenerate

AT = 1500000000


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ArchivedSuperevent:
    folder = tmp_path_factory.mktemp("source")
    client = FakeGraceDb(store=folder / "store")
    return archived_superevent(client, superevent(client), folder / "archive")


@pytest.fixture
def client(tmp_path: Path) -> FakeGraceDb:
    return FakeGraceDb(store=tmp_path / "store")


def logs(client: FakeGraceDb, id_: str | None) -> list[dict[str, Any]]:
    return sorted(client.logs(id_).json()["log"], key=lambda row: row["N"])


def test_the_events_of_a_superevent_come_with_their_times(
    source: ArchivedSuperevent, client: FakeGraceDb
) -> None:
    result = regenerate(source, client, at=AT)
    assert not result.failed
    delta = AT - source.object["t_0"]
    for made, old in zip(result.events, source.events, strict=True):
        new = client.event(made.new_id).json()
        assert new["search"] == "MDC"
        assert new["graceid"].startswith("M")
        assert new["gpstime"] == pytest.approx(old.object["gpstime"] + delta, abs=0.01)
        latency = old.object["reporting_latency"]
        assert new["reporting_latency"] == pytest.approx(latency, abs=0.01)
        assert "MOCK" in new["labels"]
    assert list(client.superevents()) == []


def test_only_what_is_essential_is_uploaded_for_a_superevent(
    source: ArchivedSuperevent, client: FakeGraceDb
) -> None:
    files = [made.uploads for made in regenerate(source, client, at=AT).events]
    assert files[0] == ["coinc.xml", "gstlal.p_astro.json"]
    every = regenerate(source, client, at=AT, uploads="all")
    assert every.events[0].uploads[-1] == f"{every.events[0].new_id}_psd.png"
    alone = regenerate(source.events[0], client, at=AT)
    assert len(alone.events[0].uploads) == 3
    least = regenerate(source.events[0], client, at=AT, uploads="essential")
    assert len(least.events[0].uploads) == 2


def test_uploads_bring_their_labels_and_tags(
    source: ArchivedSuperevent, client: FakeGraceDb, tmp_path: Path
) -> None:
    (made,) = regenerate(source.events[0], client, at=AT, labels=["INJ", "NONSENSE"]).events
    assert set(client.event(made.new_id).json()["labels"]) == {"MOCK", "INJ", "PASTRO_READY"}
    p_astro = next(r for r in logs(client, made.new_id) if r["filename"] == "gstlal.p_astro.json")
    assert p_astro["tag_names"] == ["p_astro"]


def test_a_sky_map_brings_its_label(client: FakeGraceDb, tmp_path: Path) -> None:
    old = FakeGraceDb(store=tmp_path / "old")
    graceid = old.create_event(
        "Burst", "CWB", "t.txt", search="EarlyWarning", filecontents=samples.cwb_text()
    ).json()["graceid"]  # fmt: skip
    old.write_log(graceid, "fit", "cWB.fits", samples.skymap(), tag_name="sky_loc")
    event = archived_event(old, graceid, tmp_path / "archive")
    (made,) = regenerate(event, client, at=AT).events
    labels = client.event(made.new_id).json()["labels"]
    assert set(labels) == {"MOCK", "EARLY_WARNING", "SKYMAP_READY"}


def test_an_entry_tells_where_an_event_comes_from(
    source: ArchivedSuperevent, client: FakeGraceDb
) -> None:
    (made,) = regenerate(source.events[0], client, at=AT).events
    told = [row for row in logs(client, made.new_id) if "meg" in row["tag_names"]]
    assert [row["comment"].partition("(")[0] for row in told] == ["Event created by fakegracedb "]
    assert told[0]["comment"].endswith("from source=(fake) id: G0001")
    (made,) = regenerate(source.events[0], client, at=AT, meg_log=False).events
    assert not [row for row in logs(client, made.new_id) if "meg" in row["tag_names"]]


def test_group_and_search_can_be_others(source: ArchivedSuperevent, client: FakeGraceDb) -> None:
    (made,) = regenerate(source.events[1], client, at=AT, group="Test", search=None).events
    event = client.event(made.new_id).json()
    assert (event["graceid"][0], event["group"], event["search"]) == ("T", "Test", "BBH")
    assert made.line == (f"Created G0002 -> {made.new_id}  CWB  Test  BBH  ({event['gpstime']})")
    (made,) = regenerate(source.events[1], client, at=AT, search="AllSky").events
    assert made.line.startswith(f"Created G0002 -> {made.new_id}  CWB  Burst  BBH -> AllSky  (15")


def test_delays_can_be_shrunk(source: ArchivedSuperevent, client: FakeGraceDb) -> None:
    event = replace(
        source.events[0],
        uploads=tuple(
            replace(one, delay=delay)
            for one, delay in zip(source.events[0].uploads, (0, 100, 3000), strict=True)
        ),
    )
    (made,) = regenerate(event, client, at=AT, max_delay=30, meg_log=False).events
    created = [row["created"] for row in logs(client, made.new_id) if row["filename"]]
    seconds = [int(text[14:16]) * 60 + int(text[17:19]) for text in created]
    assert seconds[-1] - seconds[0] == 30
    (made,) = regenerate(event, client, at=AT, max_delay=0, meg_log=False).events
    assert len({row["created"] for row in logs(client, made.new_id)}) == 1


def test_events_that_cannot_be_uploaded_are_skipped_in_a_superevent(
    source: ArchivedSuperevent, client: FakeGraceDb
) -> None:
    first, second, third, last = source.events
    odd = replace(
        second, answers={**second.answers, "object": {**second.object, "pipeline": "Odd"}}
    )
    offline = replace(third, answers={**third.answers, "object": {**third.object, "offline": True}})
    partial = replace(last, uploads=(), files=(), partial=True)
    part = replace(source, events=(first, odd, offline, partial))
    result = regenerate(part, client, at=AT)
    assert [made.new_id is not None for made in result.events] == [True, False, False, False]
    problems = " ".join(made.line for made in result.events)
    for said in ("does not know the pipeline Odd", "an offline search", "reader without cred"):
        assert said in problems
    assert not result.failed
    for alone in (odd, partial):
        with pytest.raises(RegenerationError):
            regenerate(alone, client, at=AT)


def test_others_go_on_when_one_fails(source: ArchivedSuperevent, client: FakeGraceDb) -> None:
    client.faults.add(status=500, method="POST", path="events/", times=1, body='{"error": "full"}')
    told: list[str] = []
    result = regenerate(source, client, at=AT, tell=told.append)
    assert result.failed
    assert [made.new_id is None for made in result.events] == [True, False, False, False]
    assert "full" in result.events[0].problem
    assert any("full" in line for line in told)


def test_a_server_in_trouble_is_asked_again(source: ArchivedSuperevent, tmp_path: Path) -> None:
    client = FakeGraceDb(store=tmp_path / "store", waits="skip")
    client.faults.add(status=503, retry_after=1, method="POST", path="events/", times=2)
    client.faults.add(status=503, retry_after=1, method="POST", path="/log", times=2)
    result = regenerate(source, client, at=AT)
    assert not result.failed
    assert client.num_events() == len(source.events)


def test_a_connection_that_drops_is_told(source: ArchivedSuperevent, client: FakeGraceDb) -> None:
    client.faults.add(drop=True, method="POST", path="/log", times=9)
    result = regenerate(source, client, at=AT, meg_log=False)
    assert result.failed
    assert [made.new_id is not None for made in result.events] == [True] * 4
    assert "1 of 2" in result.table()
    assert result.events[0].problem


def test_a_run_can_be_stopped(source: ArchivedSuperevent, client: FakeGraceDb) -> None:
    stop = threading.Event()

    def tell(line: str) -> None:
        if line.startswith("Created"):
            stop.set()

    result = regenerate(source, client, at=AT, tell=tell, stop=stop)
    assert result.stopped
    assert [made.new_id is not None for made in result.events] == [True, False, False, False]
    assert result.events[0].uploads == ["coinc.xml"]
    assert client.clock.setting.kind == "system"
    assert client.store.check() == []


def test_on_the_wall_every_event_goes_its_own_way(
    source: ArchivedSuperevent, client: FakeGraceDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        replace(
            source.events[0],
            id=graceid,
            uploads=tuple(
                replace(one, delay=delay)
                for one, delay in zip(source.events[0].uploads, (0, 1, when), strict=True)
            ),
        )
        for graceid, when in (("G1", 2), ("G2", 3))
    )
    written: list[str] = []
    begun: list[str] = []
    write_log = client.write_log

    def slow_at_first(graceid: str, *arguments: Any, **options: Any) -> Any:
        begun.append(graceid)
        if len(begun) == 1:  # the other one does not wait for it
            until(lambda: [one != graceid for one in written] == [True, True])
        answer = write_log(graceid, *arguments, **options)
        written.append(graceid)
        return answer

    monkeypatch.setattr(client, "write_log", slow_at_first)
    part = replace(source, events=(first, second))
    result = regenerate(part, client, speed=10, clock="wall", meg_log=False, uploads="all")
    assert not result.failed
    slow, (quick,) = begun[0], {made.new_id for made in result.events} - {begun[0]}
    assert written == [quick, quick, slow, slow]


def test_an_early_warning_is_delayed_to_the_beginning_on_the_wall(
    source: ArchivedSuperevent, client: FakeGraceDb
) -> None:
    event = source.events[0]
    early = {**event.object, "reporting_latency": -20.0}
    event = replace(event, answers={**event.answers, "object": early})
    (made,) = regenerate(event, client, clock="wall", meg_log=False, max_delay=0).events
    assert made.new_id is not None
    (made,) = regenerate(event, client, at=AT, meg_log=False).events
    assert client.event(made.new_id).json()["reporting_latency"] == -20.0


def test_a_file_that_is_missing_or_damaged_is_an_error(
    source: ArchivedSuperevent, client: FakeGraceDb, tmp_path: Path
) -> None:
    event = source.events[0]
    (tmp_path / "x").mkdir()
    event = replace(event, folder=tmp_path / "x")
    result = regenerate(event, client, at=AT)
    assert result.failed
    assert client.num_events() == 0


def test_a_bad_mode_is_refused(source: ArchivedSuperevent, client: FakeGraceDb) -> None:
    for options in ({"mode": "x"}, {"uploads": "x"}, {"clock": "x"}):
        with pytest.raises(RegenerationError, match="is one of"):
            regenerate(source, client, **options)  # type: ignore[arg-type]


def test_the_result_is_told_to_programs_and_people(
    source: ArchivedSuperevent, client: FakeGraceDb
) -> None:
    result = regenerate(source, client, at=AT)
    data = result.to_json()
    assert data["events"][0]["old_id"] == "G0001"
    assert data["report"]["new_reference"] == str(AT)
    table = result.table().splitlines()
    assert table[0].split() == ["old", "id", "new", "id", "delta", "[s]", "uploads", "labels"]
    assert table[1].split()[:2] == ["G0001", result.events[0].new_id]
