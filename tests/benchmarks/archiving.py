"""Archives: fetching a superevent, and loading it, beside what the machine takes for the files."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from measuring import fresh, report
from serving import serving

from fakegracedb import FakeGraceDb, Store, samples
from fakegracedb.archive import Archive, fetch, load

__all__ = ["archiving", "fetching"]

EVENTS, LOGS, FILES = 6, 108, 60
ROUNDS = 15
MOST = 0.2  # s, for a load
SMALL = 200  # files of one event
LEAST = 150  # of these a second, over HTTP


def candidate(client: FakeGraceDb) -> str:
    """Make a superevent of so many events, log entries and files."""
    t_0 = 1456506000.25
    coinc = samples.coinc_xml(str(t_0))
    for _ in range(EVENTS):
        client.create_event("CBC", "gstlal", "coinc.xml", search="AllSky", filecontents=coinc)
    members = [f"G{number:04}" for number in range(1, EVENTS + 1)]
    made = client.create_superevent(
        t_0 - 1, t_0, t_0 + 1, members[0], events=members[1:], category="production"
    )
    name: str = made.json()["superevent_id"]
    for number in range(FILES - 3 * EVENTS):
        client.write_log(name, "a picture", f"p{number}.png", bytes(range(256)) * 8)
    while len(client.logs(name).json()["log"]) < LOGS:
        client.write_log(name, "a note")
    return name


def archiving() -> None:
    """Load a superevent with 6 events, 108 log entries and 60 files; fetch it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        client = stack.enter_context(FakeGraceDb(store=folder / "source", waits="skip"))
        name = candidate(client)
        (found,) = fetch(name, client, folder / "archive")
        archived = found.archived
        objects = [archived, *archived.events]
        contents = [one.content(file) for one in objects for file in one.files]
        loads, copies, fetches = [], [], []
        for number in range(ROUNDS):
            began = time.perf_counter()
            load(Archive(folder / "archive")[name], Store(folder / f"store{number}"))
            loaded = time.perf_counter()
            place = folder / f"plain{number}"
            place.mkdir()
            for count, content in enumerate(contents):
                (place / str(count)).write_bytes(content)
            copied = time.perf_counter()
            fetch(name, client, folder / f"again{number}")
            loads.append(loaded - began)
            copies.append(copied - loaded)
            fetches.append(time.perf_counter() - copied)
        ours, plain, fetching = map(statistics.median, (loads, copies, fetches))
        print(
            f"        load: {ours * 1e3:.0f} ms for {len(contents)} files, {plain * 1e3:.1f} to "
            f"write these; fetch in process: {fetching * 1e3:.0f} ms, "
            f"{len(contents) / fetching:.0f} files a second"
        )
        report("load of a superevent with 60 files", ours, MOST, "s")
        report("fetch of it in process / load", fetching / ours, 12.0)


def fetching() -> None:
    """Fetch an event with 200 small files from a server in a process of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        client = fresh(stack)
        name = candidate(client)
        with serving(Path(client.store.path)) as url:
            taken = [processor_time(name, url, folder / f"plain{number}") for number in range(5)]
        report("a file of a plain superevent, processor time", 1e3 * min(taken), 1e3 / LEAST, "ms")
        for number in range(SMALL - 3):  # an upload makes three
            client.write_log("G0001", "a picture", f"p{number}.png", bytes(range(256)) * 8)
        url = stack.enter_context(serving(Path(client.store.path)))

        def rate(id_: str, number: int) -> float:
            began = time.perf_counter()
            (found,) = fetch(id_, url, folder / f"{id_}-{number}")
            taken = time.perf_counter() - began
            objects = [found.archived, *getattr(found.archived, "events", ())]
            return sum(len(one.files) for one in objects) / taken

        small = statistics.median(rate("G0001", number) for number in range(5))
        whole = statistics.median(rate(name, number) for number in range(3))
        print(
            f"        {small:.0f} files a second; of a superevent with {EVENTS} events, and the "
            f"files of one among them, {whole:.0f}"
        )
        report("a small file from a loopback server", 1e3 / small, 1e3 / LEAST, "ms")


def processor_time(id_: str, url: str, place: Path) -> float:
    """Give what a file of a superevent takes of the time of our processor, with all answers [s]."""
    began = time.process_time()
    (found,) = fetch(id_, url, place)
    taken = time.process_time() - began
    objects = [found.archived, *getattr(found.archived, "events", ())]
    return taken / sum(len(one.files) for one in objects)


if __name__ == "__main__":
    archiving()
    fetching()
