"""The real disk and pyfakefs's: seeds come from the one, a test's store may live in the other."""

from __future__ import annotations

import contextlib
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

__all__ = ["asks_for_folders", "fake_file_system", "on_the_real_disk", "show", "stand_up"]

_FIXTURES = ("fs", "fs_class", "fs_module", "fs_session")
_FOLDERS = ("tmp_path", "tmpdir")
_FACTORIES = frozenset({"tmp_path_factory", "tmpdir_factory"})


def stand_up(request: pytest.FixtureRequest) -> None:
    """Let a test's fake file system stand before its store is made, in whatever order it asks.

    The folder that pytest gives the test is made before, on the real disk: there is none to make
    it in later.
    """
    asked = request.fixturenames
    names = [name for name in _FIXTURES if name in asked]
    if names:
        names[:0] = [name for name in _FOLDERS if name in asked]
    for name in names:
        request.getfixturevalue(name)


def asks_for_folders(fixturedef: pytest.FixtureDef[object]) -> bool:
    """Whether a fixture asks pytest for folders, which are on the real disk."""
    return not _FACTORIES.isdisjoint(fixturedef.argnames)


def _patcher() -> Any:
    module = sys.modules.get("pyfakefs.fake_filesystem_unittest")
    patcher = None if module is None else module.Patcher.PATCHER
    return patcher if patcher is not None and patcher.is_patching else None


def fake_file_system() -> Any:
    """Give the fake file system that stands, None where there is none."""
    patcher = _patcher()
    return None if patcher is None else patcher.fs


def on_the_real_disk() -> AbstractContextManager[Any]:
    """Lift the fake file system for the length of a block."""
    patcher = _patcher()
    if patcher is None:
        return contextlib.nullcontext()
    from pyfakefs.fake_filesystem_unittest import Pause

    return Pause(patcher)


def show(folder: Path) -> None:
    """Let a folder of the real disk be read in the fake file system, too, where one stands."""
    if (fake := fake_file_system()) is not None and not folder.exists():
        fake.add_real_directory(folder)
