"""Several objects created on one timeline."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb, samples
from fakegracedb.archive import Archive, fetch
from fakegracedb.errors import ArchiveError
from fakegracedb.regeneration.outcome import Regeneration
from fakegracedb.regeneration.timing import WallTime
from fakegracedb.regeneration.together import regenerate_all

T_0 = 1456420000
DELAYS = ((0, 10, 50), (5, 20, 30))  # s, of each event and its uploads


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Two events, of which each is uploaded to while the other is."""
    client = FakeGraceDb(store=tmp_path / "source")
    steps = sorted((delay, event) for event, delays in enumerate(DELAYS) for delay in delays)
    for delay, event in steps:
        client.clock = str(T_0 + 20 + delay)
        if delay == DELAYS[event][0]:
            client.create_event(
                "CBC", "gstlal", "coinc.xml", search="AllSky",
                filecontents=samples.coinc_xml(str(T_0)),
            )  # fmt: skip
        else:
            client.write_log(f"G000{event + 1}", f"after {delay}", f"f{delay}.json", b"{}")
    archive = Archive(tmp_path / "archive")
    fetch(["G0001", "G0002"], client, archive)
    return archive


@pytest.mark.parametrize("mode", ["pipeline", "history"])
def test_on_a_store_what_was_first_is_done_first(
    archive: Archive, tmp_path: Path, mode: str
) -> None:
    results = regenerate_all(
        ["G0002", "G0001"], tmp_path / "target", archive=archive, shift=86400, mode=mode,
        meg_log=False,
    )  # fmt: skip
    assert [one.events[0].old_id for one in made(results)] == ["G0002", "G0001"]
    assert made(results)[1].id_map["G0001"].endswith("1")
    journal = (tmp_path / "target" / "journal.jsonl").read_text()
    lines = [json.loads(line) for line in journal.splitlines()]
    times = [line["time"] for line in lines if line.get("call") not in (None, "clock")]
    assert times == sorted(times)
    assert len(times) >= 6
    client = FakeGraceDb(store=tmp_path / "target")
    for new in ("1", "2"):
        (event,) = (one for one in client.events() if one["graceid"].endswith(new))
        assert event["reporting_latency"] == 20.0 + DELAYS[int(new) - 1][0]


def made(results: list[Any]) -> list[Regeneration]:
    for one in results:
        assert isinstance(one, Regeneration), one
    return results


class Meeting(WallTime):
    """A clock on which two must wait at a time, or nobody goes on."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        super().__init__(stop)
        self._meeting = threading.Barrier(2)

    def wait_until(self, due: int) -> None:
        self._meeting.wait(timeout=60)


def test_on_the_wall_one_does_not_wait_for_the_end_of_the_other(
    archive: Archive, tmp_path: Path
) -> None:
    results = regenerate_all(
        ["G0001", "G0002"], tmp_path / "target", archive=archive, clock=Meeting(), mode="history"
    )
    assert not any(one.failed for one in made(results))


def test_one_that_cannot_be_made_does_not_keep_the_other(archive: Archive, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    first, second = regenerate_all(
        ["G0009", "G0001"], tmp_path / "target", archive=archive,
        progress=lambda *one: seen.append(one),
    )  # fmt: skip
    assert isinstance(first, ArchiveError)
    assert isinstance(second, Regeneration)
    assert len(second.events[0].uploads) == 3
    assert seen[-1] == (3, 3)


def test_all_are_stopped(archive: Archive, tmp_path: Path) -> None:
    stop = threading.Event()
    results = regenerate_all(
        ["G0001", "G0002"], tmp_path / "target", archive=archive, stop=stop,
        tell=lambda line: stop.set() if line.startswith("Created") else None,
    )  # fmt: skip
    assert [one.stopped for one in made(results)] == [True, True]
    assert [len(one.events[0].uploads) for one in made(results)] == [1, 0]
