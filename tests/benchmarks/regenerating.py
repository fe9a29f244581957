"""How quick a superevent is created again, and how quick a large event file is shifted."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from ingesting import large_coinc
from measuring import medians, report

from fakegracedb import FakeGraceDb, ingest, samples
from fakegracedb.archive import Archive, ArchivedSuperevent, fetch
from fakegracedb.regeneration import Shift, regenerate, shift_file

__all__ = ["regenerating"]

_T_0 = 1456420000
_EVENTS, _LOGS, _FILES = 6, 108, 60


def _superevent(folder: Path) -> ArchivedSuperevent:
    """Make a superevent of 6 events with 108 entries in its log and 60 files, and fetch it."""
    client = FakeGraceDb(store=folder / "source")
    client.clock = str(_T_0 + 20)
    content = samples.coinc_xml(f"{_T_0}.25", far=1e-9)
    events = []
    for number in range(_EVENTS):
        made = client.create_event(
            "CBC", "gstlal", f"c{number}.xml", search="AllSky", filecontents=content
        )
        events.append(made.json()["graceid"])
        client.clock.advance(1)
    made = client.create_superevent(_T_0 - 1, _T_0, _T_0 + 1, events[0])
    superevent = made.json()["superevent_id"]
    for graceid in events[1:]:
        client.add_event_to_superevent(superevent, graceid)
    skymap = samples.skymap()
    files = _FILES - 3 * _EVENTS  # each event has three
    for number in range(files):
        client.clock.advance(1)
        tags = ["sky_loc"] if number % 2 else []
        client.write_log(superevent, "A file", f"map{number}.fits", skymap, tag_name=tags)
    there = len(client.logs(superevent).json()["log"])
    for number in range(_LOGS - there):
        client.write_log(superevent, f"Entry {number}")
    archive = Archive(folder / "archive")
    fetch([superevent], client, archive)
    found = archive.superevent(superevent)
    count = len(found.files) + sum(len(event.files) for event in found.events)
    assert (len(found.events), len(found.logs)) == (_EVENTS, _LOGS)
    assert count >= _FILES, count
    return found


def regenerating() -> None:
    """A superevent in history mode with the fake clock, and shifting beside reading."""
    with tempfile.TemporaryDirectory() as folder:
        archived = _superevent(Path(folder))
        taken = []
        for number in range(5):
            client = FakeGraceDb(store=Path(folder) / f"target{number}")
            began = time.perf_counter()
            result = regenerate(archived, client, shift=86400, mode="history")
            taken.append(time.perf_counter() - began)
            assert (result.differences, result.report.notes) == ([], [])
    report("a superevent of 6 events, 108 logs, 60 files again", sorted(taken)[2], 1.5, "s")

    content = large_coinc()
    upload = ingest.Upload("coinc.xml", content, "gstlal", "CBC", "AllSky")
    shift = Shift(61_151_696_212_700_000)
    assert shift_file("coinc.xml", content, shift).changes
    shifting, reading = medians(
        100, lambda: shift_file("coinc.xml", content, shift), lambda: ingest.read(upload)
    )
    print(f"        a coinc file of {len(content) / 1e3:.0f} kB is shifted in "
          f"{shifting * 1e3:.2f} ms")  # fmt: skip
    report("a large coinc file shifted / read", shifting / reading, 3.0)
