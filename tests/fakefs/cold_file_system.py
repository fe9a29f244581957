"""Run by a process of its own: our modules meet a fake file system when they are imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from file_system_work import STORE, all_of_it

if TYPE_CHECKING:
    from pyfakefs.fake_filesystem import FakeFilesystem

COINC = Path(os.environ["COINC_FILE"]).read_bytes()


def assert_cold() -> None:
    ours = {"fakegracedb", "ligo", "requests", "urllib3", "filelock", "jsonschema", "certifi"}
    assert not ours & set(sys.modules)


@pytest.fixture
def fake() -> Iterator[Any]:
    assert_cold()
    from fakegracedb import FakeGraceDb

    with FakeGraceDb(store=STORE) as client:
        yield client


def test_all_is_imported_within_the_fake_file_system(fs: FakeFilesystem) -> None:
    assert_cold()
    from fakegracedb import FakeGraceDb

    with FakeGraceDb() as client:
        all_of_it(client, fs, COINC)


def test_client_is_made_within_the_fake_file_system(fs: FakeFilesystem, fake: Any) -> None:
    all_of_it(fake, fs, COINC)


def test_client_is_made_before_the_fake_file_system(fake: Any, fs: FakeFilesystem) -> None:
    all_of_it(fake, fs, COINC)
