"""The superevent that the Mock Event Generator's source distribution carries, created again.

It may not lie in this repository: $MEG_CACHE names the folder of an unpacked copy, as
``…/.cache/mock-event-generator``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from fakegracedb import FakeGraceDb, regenerate
from fakegracedb.archive import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    cache = os.environ.get("MEG_CACHE")
    if not cache:
        pytest.skip("MEG_CACHE is not set")
    shutil.copytree(Path(cache) / "S220609hl", tmp_path / "archive" / "S220609hl")
    return Archive(tmp_path / "archive")


def test_its_history_is_that_of_the_playground(archive: Archive, tmp_path: Path) -> None:
    found = archive.superevent("S220609hl")
    client = FakeGraceDb(store=tmp_path / "store")
    result = regenerate(found, client, at=1400000000, mode="history")
    # its archive has no files of the superevent, and only uploads of the events
    assert [one for one in result.differences if ": file" not in one] == []
    logs = client.logs(result.superevent_id).json()["log"]
    assert sorted(row["N"] for row in logs) == list(range(1, 109))
    new = client.superevent(result.superevent_id).json()
    assert (new["t_start"], new["t_0"], new["t_end"]) == (
        1399999999.021459,
        1400000000.0,
        1400000001.082015,
    )
    times = {event.old_id: event.gpstime for event in result.events}
    assert times["G587365"] == pytest.approx(1400000000.021459, abs=1e-6)
    assert times["G587369"] == 1400000000.0002
