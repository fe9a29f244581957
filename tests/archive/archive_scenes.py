"""Servers that are fetched from: the small store of the sample data, and what is asked of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb

SMALL_STORE = Path(__file__).parents[2] / "fixtures" / "store"

__all__ = ["SMALL_STORE", "copied_store", "same_archive"]


def copied_store(place: Path) -> Path:
    """Copy the small store, which is under git, to where it can be worked with."""
    return Path(shutil.copytree(SMALL_STORE, place))


def same_archive(one: Any, other: Any) -> bool:
    """Whether two archived objects are the same, but for where they lie and when they came."""
    return _plain(one) == _plain(other)


def _plain(archived: Any) -> Any:
    plain = {k: v for k, v in vars(archived).items() if k not in ("folder", "fetched", "events")}
    return {**plain, "events": [_plain(event) for event in getattr(archived, "events", ())]}


@pytest.fixture
def source(tmp_path: Path) -> Iterator[FakeGraceDb]:
    """A client of a server with a superevent, and events of several kinds."""
    with FakeGraceDb(store=copied_store(tmp_path / "source"), waits="skip") as client:
        yield client
