"""A span of time replayed in a loop."""

import json
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb, samples
from fakegracedb.archive import Archive, fetch
from fakegracedb.clock import gps_microseconds
from fakegracedb.errors import RegenerationError
from fakegracedb.regeneration.checkpoints import Checkpoint
from fakegracedb.regeneration.cycles import Cycled, cycle
from fakegracedb.regeneration.instants import BILLION
from fakegracedb.regeneration.loops import Loop, Selection
from fakegracedb.regeneration.targets import open_target
from fakegracedb.regeneration.timing import WallTime

START, LENGTH = 1456420000, 3600
TIMES = (1456420100, 1456421000, 1456423000)


@pytest.fixture
def source(tmp_path: Path) -> FakeGraceDb:
    return made(tmp_path / "source", 20)


def made(place: Path, latency: float) -> FakeGraceDb:
    """Make a server on which everything was found so late [s]."""
    client = FakeGraceDb(store=place, waits="skip")
    for when in (START - 100, *TIMES, START + LENGTH):
        client.clock = str(when + latency)
        event = client.create_event(
            "CBC", "gstlal", "coinc.xml", search="AllSky",
            filecontents=samples.coinc_xml(str(when)),
        ).json()["graceid"]  # fmt: skip
        client.create_superevent(when - 1, when, when + 1, event)
    return client


@pytest.fixture
def client(tmp_path: Path) -> FakeGraceDb:
    client = FakeGraceDb(store=tmp_path / "target")
    client.clock = str(START + 40 * LENGTH + 500)  # in the middle: the first is over
    return client


def run(source: FakeGraceDb, client: FakeGraceDb, tmp_path: Path, **options: Any) -> Cycled:
    return cycle(
        START,
        START + LENGTH,
        open_target(client),
        source=source,
        archive=Archive(tmp_path / "archive"),
        **options,
    )


def times(client: FakeGraceDb) -> list[float]:
    return sorted(event["gpstime"] for event in client.events())


def test_the_vector_of_the_specification() -> None:
    loop = Loop(1262304000 * BILLION, 1265760000 * BILLION)
    assert loop.length == 3456000 * BILLION
    offset = loop.offset(1400000000 * BILLION)
    assert offset == 39 * loop.length == 134784000 * BILLION
    assert 1265216000 * BILLION + offset == 1400000000 * BILLION


def test_a_loop_begins_in_the_middle_and_goes_round(
    source: FakeGraceDb, client: FakeGraceDb, tmp_path: Path
) -> None:
    seen: list[tuple[str, int, int]] = []
    result = run(source, client, tmp_path, cycles=2, progress=lambda *one: seen.append(one))
    assert result == Cycled(objects=5, events=5, cycles=2)
    assert [one[1:] for one in seen] == [(time - START, LENGTH) for time in (*TIMES[1:], *TIMES)]
    assert seen[0][0].startswith("cycle 1, S")
    first = [time + 40 * LENGTH for time in TIMES[1:]]
    second = [time + 41 * LENGTH for time in TIMES]
    assert times(client) == first + second
    latencies = {event["reporting_latency"] for event in client.events()}
    assert latencies == {20.0}


def test_events_are_replayed_when_they_were_uploaded(
    source: FakeGraceDb, client: FakeGraceDb, tmp_path: Path
) -> None:
    selection = Selection("events", pipeline="gstlal", search="AllSky")
    source.write_label("G0003", "SNR_OPTIMIZED")
    source.write_label("G0003", "INJ")
    run(source, client, tmp_path, cycles=1, selection=selection)
    assert times(client) == [time + 40 * LENGTH for time in TIMES[1:]]
    labels = [set(event["labels"]) for event in client.events(orderby="created")]
    assert labels == [{"MOCK", "SNR_OPTIMIZED"}, {"MOCK"}]


def test_a_restart_neither_repeats_nor_skips(
    source: FakeGraceDb, client: FakeGraceDb, tmp_path: Path
) -> None:
    mark = tmp_path / "mark.json"
    for _ in range(12):
        stop = threading.Event()
        count = client.num_events()

        def tell(line: str, stop: threading.Event = stop) -> None:
            if line.startswith("Created"):
                stop.set()

        run(source, client, tmp_path, cycles=2, checkpoint=mark, stop=stop, tell=tell)
        assert client.num_events() <= count + 1
    assert times(client) == (
        [time + 40 * LENGTH for time in TIMES[1:]] + [time + 41 * LENGTH for time in TIMES]
    )
    assert json.loads(mark.read_text())["active"] == []


def test_what_a_killed_run_had_begun_is_completed(
    source: FakeGraceDb, client: FakeGraceDb, tmp_path: Path
) -> None:
    mark = tmp_path / "mark.json"
    run(source, client, tmp_path, cycles=1, checkpoint=mark)
    data = json.loads(mark.read_text())
    (last,) = [s["superevent_id"] for s in source.superevents(f"t_0: {TIMES[2]} .. {TIMES[2]}")]
    shift = 40 * LENGTH * BILLION
    event = source.superevent(last).json()["preferred_event"]
    for there, more in (([event], 0), ([], 1)):
        data["active"] = [{"id": last, "shift": shift, "there": there}]
        mark.write_text(json.dumps(data))
        count = client.num_events()
        run(source, client, tmp_path, cycles=1, checkpoint=mark)
        assert client.num_events() == count + more


def test_an_object_can_be_begun_again_before_it_is_finished(tmp_path: Path) -> None:
    mark = Checkpoint.open(tmp_path / "mark.json", {})
    mark.begin(1, "S260301a", 10)
    mark.begin(1, "S260301a", 20)
    mark.finish("S260301a", 10)
    mark.there("S260301a", 20, "G1")
    found = Checkpoint.open(tmp_path / "mark.json", {})
    assert found.active == [{"id": "S260301a", "shift": 20, "there": ["G1"]}]


def test_the_checkpoint_of_another_loop_is_refused(tmp_path: Path) -> None:
    mark = tmp_path / "mark.json"
    Checkpoint.open(mark, {"a": 1}).save()
    with pytest.raises(RegenerationError, match="of another loop"):
        Checkpoint.open(mark, {"a": 2})
    mark.write_text("{")
    with pytest.raises(RegenerationError, match="is no checkpoint"):
        Checkpoint.open(mark, {"a": 1})


@pytest.mark.parametrize(
    ("selection", "problem"),
    [
        (Selection("events", pipeline="gstlol"), "no pipeline 'gstlol'; there are .*gstlal"),
        (Selection("events", search="AllSkye"), "no search 'AllSkye'; there are .*AllSky"),
        (Selection("superevents", pipeline="gstlal"), "of --kind events"),
        (Selection("things"), "superevents or events"),
    ],
)
def test_a_selection_that_cannot_be_is_refused(
    source: FakeGraceDb, client: FakeGraceDb, tmp_path: Path, selection: Selection, problem: str
) -> None:
    with pytest.raises(RegenerationError, match=problem):
        run(source, client, tmp_path, selection=selection)


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(RegenerationError, match="is not after the start"):
        Loop(2, 1)


def test_an_object_that_cannot_be_created_does_not_end_the_loop(
    source: FakeGraceDb, client: FakeGraceDb, tmp_path: Path
) -> None:
    client.faults.add(status=500, method="POST", path="events/", times=1)
    result = run(source, client, tmp_path, cycles=1)
    assert (len(result.failures), result.objects) == (1, 2)
    assert times(client) == [TIMES[2] + 40 * LENGTH]


def test_one_that_cannot_be_fetched_is_a_failure_too(
    source: FakeGraceDb, client: FakeGraceDb, tmp_path: Path
) -> None:
    source.faults.add(status=418, path="files/", times=1)
    result = run(source, client, tmp_path, cycles=1)
    (problem,) = result.failures.values()
    assert "418" in problem
    assert times(client) == [TIMES[2] + 40 * LENGTH]


@pytest.mark.parametrize(
    "trouble",
    [{"status": 503}, {"status": 429}, {"drop": True, "times": 7}, {"delay": 100, "times": 7}],
)
def test_a_source_in_trouble_is_searched_again(
    source: FakeGraceDb,
    client: FakeGraceDb,
    tmp_path: Path,
    trouble: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fakegracedb.regeneration.cycles._PAUSES", (0.0,))
    source.faults.add(**{"path": "superevents/", "times": 2, **trouble})
    lines: list[str] = []
    result = run(source, client, tmp_path, cycles=1, tell=lines.append)
    assert result == Cycled(objects=2, events=2, cycles=1)
    assert not len(source.faults)


def test_a_checkpoint_is_of_one_cycle_or_of_the_next_whoever_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "mark"
    others: list[threading.Thread] = []
    saved_amid: list[bool] = []

    class Watched(Checkpoint):
        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if (name, value) == ("cycles", 1):
                others.append(threading.Thread(target=self.save))
                others[0].start()
                others[0].join(0.1)
                saved_amid.append(path.exists())

    mark = Watched(path, "config", offset=0)
    mark.turn(1, 10)
    others[0].join()
    assert saved_amid == [False]
    saved = json.loads(path.read_text())
    assert [saved[name] for name in ("cycles", "offset", "position")] == [1, 10, 1]


def test_on_the_wall_the_loop_goes_on_while_things_are_created(
    client: FakeGraceDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made(tmp_path / "source", 0.25)  # nobody is to wait long
    now = gps_microseconds(datetime.now(UTC)) / 1e6
    # for as long as it takes to get there: what is over comes again in months
    monkeypatch.setattr(WallTime, "now", lambda self: round(now * 1e9))
    start, length = TIMES[0] - 100, round(now + 1 - TIMES[0], 3)  # due in a second
    stop = threading.Event()

    def tell(line: str) -> None:
        if line.startswith("Created"):
            stop.set()

    began = time.monotonic()
    cycle(
        start,
        start + length,
        open_target(client),
        source=source,
        archive=Archive(tmp_path / "archive"),
        clock="wall",
        stop=stop,
        tell=tell,
        options={"max_delay": 0},
    )
    assert 0.5 < time.monotonic() - began < 30
    (event,) = client.events()
    assert event["gpstime"] == pytest.approx(now + 1, abs=1e-2)


def test_on_the_wall_a_fetch_longer_than_the_loop_is_waited_for_in_the_next(
    client: FakeGraceDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made(tmp_path / "source", 0.25)
    fetched: list[bool] = []

    def slowly(*args: Any, **options: Any) -> None:
        (found,) = fetch(*args, progress=lambda *_: time.sleep(0.15), **options)
        fetched.append(found.new)

    monkeypatch.setattr("fakegracedb.regeneration.cycles.fetch", slowly)
    result = cycle(
        TIMES[0] - 0.1,
        TIMES[0] + 0.1,
        open_target(client),
        source=source,
        archive=Archive(tmp_path / "archive"),
        clock="wall",
        cycles=4,
        options={"max_delay": 0},
    )
    assert result.failures == {}
    assert result.cycles == 4
    assert len(fetched) > 1
    assert fetched.count(True) == 1
    assert result.events == result.objects >= 3  # the first may be over
