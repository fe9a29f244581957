"""A file of 100 MB in and out: little is held in memory beside what the client itself holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import ligo.gracedb.test.integration
import pytest

import fakegracedb
from fakegracedb import FakeGraceDb

ROOT = str(Path(fakegracedb.__file__).parents[1])
EVENT_FILE = Path(ligo.gracedb.test.integration.__file__).parent / "data" / "cbc-lm.xml"
MB = 2**20
SIZE = 100 * MB
MOST = 20  # MB

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs to know the peak of a process"
)


def figures(what: str, by: str, folder: Path, file: Path) -> Any:
    environment = {key: os.environ[key] for key in os.environ if "FAKEGRACEDB" not in key}
    program = Path(__file__).with_name("large_file_run.py")
    done = subprocess.run(
        [sys.executable, "-W", "error", program, what, by, folder, file],
        env={**environment, "PYTHONPATH": ROOT},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not done.stderr, done.stderr
    found = json.loads(done.stdout)
    print(what, by, found)
    assert found["bytes"] == SIZE
    return found


def test_100_mb_go_in_and_out_within_20_mb(tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    with file.open("wb") as stream:
        for number in range(SIZE // MB):
            stream.write(bytes([number]) * MB)
    folder = tmp_path / "store"
    client = FakeGraceDb(store=folder)
    client.create_event("Test", "gstlal", str(EVENT_FILE))
    ours = {what: figures(what, "store", folder, file) for what in ("write", "read", "stream")}
    theirs = {what: figures(what, "nothing", folder, file) for what in ("write", "read")}
    for what, found in theirs.items():
        assert ours[what]["peak"] - found["peak"] < MOST
    # the client's own peak may be over before we are asked: so look at our part alone, too
    assert all(found["within"] < MOST for found in ours.values())
    assert ours["stream"]["peak"] < MOST
    # and it is all there
    stored = folder / "events" / "T0001" / "large.bin,0"
    with file.open("rb") as first, stored.open("rb") as second:
        while piece := first.read(MB):
            assert second.read(MB) == piece
        assert second.read(1) == b""
    assert client.store.check() == []
    for place in (file, stored):  # pytest keeps the folder for a while
        place.unlink()
