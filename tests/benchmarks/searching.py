"""How the cost of searches grows: stores of 1,000 and 100,000 events, with superevents."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measuring import medians, report

from fakegracedb import FakeGraceDb, Store
from fakegracedb.clock import iso_text
from fakegracedb.documents import Event, Label, Superevent
from fakegracedb.identifiers import superevent_id

SIZES = (1_000, 100_000)
LABELS = (
    *("INJ", "DQV", "EM_READY", "PE_READY", "EM_Selected", "PASTRO_READY", "SKYMAP_READY"),
    *("EMBRIGHT_READY", "GCN_PRELIM_SENT", "EM_COINC"),
)
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
GPS = 1388000000
STEP = 60  # s from an event to the next
MEMBERS = 5  # events of a superevent
A_DAY = 40  # superevents

_COLD = """
import sys, time
from fakegracedb import FakeGraceDb
client = FakeGraceDb(store=sys.argv[1])
began = time.perf_counter()
list(client.events("far < 1e-11", count=10, max_results=10))
print(time.perf_counter() - began)
"""


def superevent_of(number: int) -> str:
    """Give the superevent of the event with a number, counted from 0."""
    day, place = divmod(number // MEMBERS, A_DAY)
    return superevent_id("P", f"{BEGIN + timedelta(days=day):%y%m%d}", place + 1)


def single(ifo: str, chance: random.Random) -> dict[str, Any]:
    """Give a row as gstlal's files have it."""
    numbers = (
        *("template_duration", "coa_phase", "mass2", "mchirp", "mtotal", "eta", "chisq"),
        *("bank_chisq", "sigmasq", "spin1z", "spin2z", "f_final", "eff_distance", "tau0", "tau3"),
        *("alpha", "beta", "kappa", "chi", "ttotal", "psi0", "psi3"),
    )
    row: dict[str, Any] = {name: chance.random() for name in numbers}
    return {"ifo": ifo, "channel": "GDS", "mass1": 1.4, "snr": 4 + 8 * chance.random(), **row}


def events(size: int) -> Iterator[Event]:
    """Give events like gstlal's."""
    chance = random.Random(size)
    opened = {group: ["view", "change"] for group in ("internal_users", "executives")}
    for number in range(size):
        created = iso_text(BEGIN + timedelta(seconds=STEP * number))
        gps = GPS + STEP * number + round(chance.random(), 6)
        yield Event(
            graceid=f"G{number + 1:04d}",
            submitter=chance.choice(("gstlal", "pycbc", "mbta", "albert.einstein@ligo.org")),
            created=created,
            group="CBC",
            pipeline=chance.choice(("gstlal", "pycbc", "MBTA", "spiir")),
            search=chance.choice(("AllSky", "EarlyWarning", "BBH")),
            gpstime=gps,
            instruments=chance.choice(("H1,L1", "H1,L1,V1", "L1")),
            nevents=2,
            far=10 ** chance.uniform(-12, -4),
            likelihood=chance.uniform(0, 50),
            labels=tuple(Label(one, "x", created) for one in LABELS if chance.random() < 0.1),
            extra_attributes={
                "CoincInspiral": {"ifos": "H1,L1", "end_time": int(gps), "snr": 9.5, "mass": 2.7},
                "SingleInspiral": [single("H1", chance), single("L1", chance)],
            },
            superevent=superevent_of(number),
            permissions=opened,
        )


def superevents(size: int) -> Iterator[Superevent]:
    """Give the superevents that have these events."""
    for first in range(0, size, MEMBERS):
        members = tuple(f"G{n + 1:04d}" for n in range(first, min(first + MEMBERS, size)))
        created = iso_text(BEGIN + timedelta(seconds=STEP * first + 10))
        gps = float(GPS + STEP * first)
        name = superevent_of(first)
        yield Superevent(
            name, "P", "emfollow", created, 0, members[0], gps - 1, gps, gps + 1, members
        )


def filled(path: Path, size: int) -> Store:
    """Make a store of so many events."""
    store = Store(path)
    began = time.perf_counter()
    count = store.bulk_load(chain(events(size), superevents(size)))
    rate = count / (time.perf_counter() - began)
    print(f"        {count} documents loaded, {rate:.0f} a second")
    report("1,000 documents a second / bulk_load", 1000 / rate, 1.0)
    store.compact()  # which writes the checkpoint
    return store


def searching() -> None:
    """Searches on 100,000 events beside 1,000, and what the index costs."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        clients = []
        for size in SIZES:
            clients.append(FakeGraceDb(store=filled(folder / str(size), size)))
        small, large = clients

        def first(client: FakeGraceDb, text: str) -> None:
            next(client.events(text, count=10), None)

        window = [f"gpstime: {GPS} .. {GPS + STEP * size // 10}" for size in SIZES]
        same = {
            "by id": "G0050",
            "label": "EM_READY",
            "group and pipeline": "CBC gstlal",
            "member of a superevent": "superevent: S240101b",
            "first page": "",
            "far finding 1 in 100": "far < 1.2e-12",
        }
        kinds = {name: (text, text) for name, text in same.items()}
        kinds["time window"] = (window[0], window[1])
        for name, texts in kinds.items():
            calls: list[Callable[[], None]] = [
                lambda client=client, text=text: first(client, text)  # type: ignore[misc]
                for client, text in zip(clients, texts, strict=True)
            ]
            one, other, event = medians(40, *calls, lambda: small.event("G0005"))
            report(f"{name}: 100,000 events / 1,000", other / one, 3.0)
            report(f"{name}: 1,000 events / event()", one / event, 4.0)
        first(large, "si.snr > 8")  # loads the sub-table
        for name, text in (
            ("far finding half", "far < 1e-8"),
            ("a part of the submitter", 'submitter: "instein"'),
            ("an attribute of single rows", "si.snr > 8"),
        ):
            (taken,) = medians(10, lambda text=text: first(large, text))
            report(f"{name}, 100,000 events", taken * 1e3, 60.0, "ms")
        _cold(folder / str(SIZES[1]))
        _refresh(large)


def _cold(path: Path) -> None:
    """Measure the first search of a process, and what the index keeps in memory."""
    texts = [place.read_bytes() for place in sorted((path / "events").glob("*/event.json"))]
    began = time.perf_counter()
    for text in texts:
        json.loads(text)
    parsing = time.perf_counter() - began
    command = [sys.executable, "-c", _COLD, str(path)]
    cold = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    report("cold open and first query / json.loads of all", cold / parsing, 0.5)
    tracemalloc.start()
    copy = Store(path)
    copy._core.attached.pop("index", None)
    copy.read(copy.index.follow)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    report("memory of the index, an event", kept / len(texts) / 1e3, 1.5, "kB")


def _refresh(client: FakeGraceDb) -> None:
    """Measure how the index follows a write of another process."""
    from fakegracedb.store.index import Index

    store = client.store
    other = Index()
    store.read(other.follow)
    times = []
    for _ in range(20):
        with store.transaction("benchmark") as tx:
            event = tx.event("G0007")
            assert event is not None
            tx.put_event(event)
        began = time.perf_counter()
        store.read(other.follow)
        times.append(time.perf_counter() - began)
    report("refresh after one foreign write", sorted(times)[10] * 1e3, 1.0, "ms")
