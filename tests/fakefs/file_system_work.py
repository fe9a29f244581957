"""One of everything that a client can do, with every path on a disk that is not there.

Nothing of ours is imported here, so that a process can come this far without having read any of it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyfakefs.fake_filesystem_unittest import Pause

if TYPE_CHECKING:
    from pyfakefs.fake_filesystem import FakeFilesystem

    from fakegracedb import FakeGraceDb

STORE = "/work-folder/store"  # on no real disk


def all_of_it(client: FakeGraceDb, fs: FakeFilesystem, coinc: bytes) -> None:
    """Do everything within the fake file system, and see that the real disk has none of it."""
    work(client, coinc)
    care(client)
    folder = client.store.path
    assert {"store.json", "events", "journal.jsonl"} <= {place.name for place in folder.iterdir()}
    assert (folder / "events" / "T0001").is_dir()
    # joined before the pause, as the fake's paths can do that on 3.12 only while it is in
    places = [str(path) for path in (folder, folder / ".lock", STORE, "/uploads", "/snapshots")]
    with Pause(fs):
        assert not [path for path in places if os.path.lexists(path)]


def work(client: FakeGraceDb, coinc: bytes) -> None:
    """Do one of everything, and read it back."""
    client.clock = "2026-03-01 17:00:00"
    Path("/uploads").mkdir()
    Path("/uploads/coinc.xml").write_bytes(coinc)
    created = client.create_event("Test", "gstlal", "/uploads/coinc.xml", labels=["INJ"])
    assert created.status_code == 201
    graceid = created.json()["graceid"]
    log = client.write_log(
        graceid, "a plot", filename="plot.png", filecontents=b"\x89PNG", tag_name=["pe", "mine"]
    ).json()
    assert log["created"] == "2026-03-01 17:00:00 UTC"
    assert client.files(graceid, "plot.png").read() == b"\x89PNG"
    Path("/uploads/plot.png").write_bytes(b"another")
    client.write_log(graceid, "a better plot", filename="/uploads/plot.png")
    assert client.files(graceid, "plot.png").read() == b"another"
    assert client.files(graceid, "plot.png,0").read() == b"\x89PNG"
    assert client.write_label(graceid, "DQV").status_code == 201
    assert client.remove_label(graceid, "INJ").status_code == 204
    assert client.replace_event(graceid, "/uploads/coinc.xml").status_code == 202
    assert client.event(graceid).json()["labels"] == ["DQV"]
    assert client.event(graceid).json()["gpstime"] == 971609248.151741
    assert [event["graceid"] for event in client.events("group: Test")] == [graceid]
    assert client.num_events() == 1
    numbers = [entry["N"] for entry in client.logs(graceid).json()["log"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(client.files(graceid).json()) >= {"coinc.xml,3", "event.log,1", "plot.png,1"}
    assert client.clock.now().isoformat() == "2026-03-01T17:00:00+00:00"


def care(client: FakeGraceDb) -> None:
    """Look after the store, and put an older state of it in its place."""
    store = client.store
    assert store.check() == []
    snapshot = store.snapshot("/snapshots/first")
    client.create_event("Test", "gstlal", "/uploads/coinc.xml")
    assert client.num_events() == 2
    assert len(type(store).open(snapshot).events) == 1
    store.restore(snapshot)
    assert client.num_events() == 1
    assert client.files("T0001", "plot.png").read() == b"another"
    assert store.check() == []
    store.compact()
    assert store.check() == []
    assert store.reindex() == 0
    assert client.logs("T0001").json()["log"][0]["comment"] == "Original Data"
    again = type(client)(store=snapshot)
    assert again.event("T0001").json() == client.event("T0001").json()
    assert store.info()["events"] == 1
