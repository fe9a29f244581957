"""The client within pyfakefs: it works whatever was set up first, and leaves the real disk alone.

The same work is done in processes in which nothing was imported before the fake file system stood,
since what a module reads and keeps when it is imported then comes from there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import ligo.gracedb.test.integration
import pytest
from file_system_work import STORE, all_of_it
from ligo.gracedb.exceptions import HTTPError
from public_alerts import alert

import fakegracedb
from fakegracedb import FakeGraceDb

if TYPE_CHECKING:
    from pyfakefs.fake_filesystem import FakeFilesystem

DATA = Path(ligo.gracedb.test.integration.__file__).parent / "data"
COINC_FILE = DATA / "cbc-lm.xml"
COINC = COINC_FILE.read_bytes()
ENTRY = {"pipelines": {}, "far": 1e-9, "pastro": {"BNS": 1}}
ROOT = str(Path(fakegracedb.__file__).parents[1])


@pytest.fixture
def temporary() -> Iterator[FakeGraceDb]:
    with FakeGraceDb() as client:
        yield client


@pytest.fixture
def kept() -> Iterator[FakeGraceDb]:
    with FakeGraceDb(store=STORE) as client:
        yield client


def test_temporary_client_made_after_the_fake_file_system(
    fs: FakeFilesystem, temporary: FakeGraceDb
) -> None:
    all_of_it(temporary, fs, COINC)


def test_temporary_client_made_before_the_fake_file_system(
    temporary: FakeGraceDb, fs: FakeFilesystem
) -> None:
    all_of_it(temporary, fs, COINC)


def test_kept_store_made_after_the_fake_file_system(fs: FakeFilesystem, kept: FakeGraceDb) -> None:
    all_of_it(kept, fs, COINC)


def test_kept_store_made_before_the_fake_file_system(kept: FakeGraceDb, fs: FakeFilesystem) -> None:
    all_of_it(kept, fs, COINC)


def test_real_file_added_to_the_fake_file_system_is_uploaded(
    fs: FakeFilesystem, temporary: FakeGraceDb
) -> None:
    fs.add_real_file(COINC_FILE)
    graceid = temporary.create_event("Test", "gstlal", str(COINC_FILE)).json()["graceid"]
    assert temporary.files(graceid, "coinc.xml").read() == COINC


def test_notice_is_held_against_its_schema_on_a_disk_that_is_not_there(
    fs: FakeFilesystem, temporary: FakeGraceDb
) -> None:
    created = temporary.create_event("Test", "gstlal", "coinc.xml", filecontents=COINC)
    preferred = created.json()["graceid"]
    superevent = temporary.create_superevent(1, 2, 3, preferred, "T").json()["superevent_id"]
    fs.create_file("/uploads/notice.json", contents=json.dumps(alert(superevent)))
    made = temporary.create_notice(superevent, "/uploads/notice.json").json()
    assert json.loads(temporary.files(superevent, made["filename"]).read()) == alert(superevent)
    with pytest.raises(HTTPError) as raised:
        temporary.create_notice(superevent, "notice.json", filecontents=b"{}")
    assert "'superevent_id' is a required property" in raised.value.response.json()["error"]
    assert temporary.gwtc_create({superevent: ENTRY}, "4").status_code == 201
    assert [one["version"] for one in temporary.gwtc_list()] == [1]
    assert temporary.store.check() == []


@pytest.mark.parametrize(
    "name",
    [
        "test_all_is_imported_within_the_fake_file_system",
        "test_client_is_made_within_the_fake_file_system",
        "test_client_is_made_before_the_fake_file_system",
    ],
)
def test_in_a_process_that_has_imported_nothing(name: str, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    environment = {key: os.environ[key] for key in os.environ if "FAKEGRACEDB" not in key}
    environment |= {
        "COINC_FILE": str(COINC_FILE),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # some of them import what is to be cold
        "PYTHONPATH": ROOT,
        "TMPDIR": str(tmp_path),
    }
    module = Path(__file__).with_name("cold_file_system.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-p", "pyfakefs.pytest_plugin", "--noconftest", "-c", os.devnull, "-W", "error"]
    done = subprocess.run(
        [*command, f"--rootdir={module.parent}", f"{module}::{name}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    assert "1 passed" in done.stdout
    assert set(tmp_path.iterdir()) == before
