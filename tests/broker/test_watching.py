"""Waiting for a file that changes."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fakegracedb.broker import watching
from fakegracedb.broker.watching import Watch

CHANGES: dict[str, Callable[[Path], object]] = {
    "made": lambda path: path.write_text("x"),
    "longer": lambda path: path.open("a").write("x"),
    "replaced": lambda path: path.with_suffix(".new").replace(path),
}


@pytest.fixture(params=["told", "looking"])
def told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the system tells of changes."""
    if request.param == "looking":
        monkeypatch.setattr(watching, "_inotify", lambda folder: None)
    elif not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells")
    return bool(request.param == "told")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_ends_the_waiting(told: bool, tmp_path: Path, change: str) -> None:
    path = tmp_path / "journal"
    if change != "made":
        path.write_text("a")
    (tmp_path / "journal.new").write_text("bc")
    watch = Watch(tmp_path, "journal")
    watch.wait(0)
    assert (watch._handle is not None) == told
    later = threading.Timer(0.05, CHANGES[change], (path,))
    later.start()
    began = time.monotonic()
    watch.wait(30)
    assert time.monotonic() - began < 20
    later.join()


def test_what_changes_beside_it_does_not(told: bool, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text("a")
    watch = Watch(tmp_path, "journal")
    watch.wait(0)
    (tmp_path / "other").write_text("x")
    began = time.monotonic()
    watch.wait(0.1)
    assert time.monotonic() - began >= 0.1


def test_a_change_between_two_waits_is_not_slept_through(told: bool, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text("a")
    watch = Watch(tmp_path, "journal")
    watch.wait(0)
    path.write_text("longer")
    began = time.monotonic()
    watch.wait(30)
    assert time.monotonic() - began < 20


def test_a_folder_that_is_not_there_yet_is_waited_for(told: bool, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    watch = Watch(folder, "journal")
    watch.wait(0.01)
    folder.mkdir()
    (folder / "journal").write_text("x")
    began = time.monotonic()
    watch.wait(30)
    assert time.monotonic() - began < 20
