"""A scene for each test of what programs do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from program_scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path / "gracedb")
    yield scene
    scene.client.close()
