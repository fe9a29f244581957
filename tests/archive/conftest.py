"""What the tests of archives share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from archive_scenes import furnished, source

__all__ = ["furnished", "source"]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no setting of the person who runs the tests be in the way, nor their cache."""
    for name in [name for name in os.environ if name.startswith("FAKEGRACEDB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
