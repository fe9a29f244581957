"""A world for each test of alerts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alert_world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "gracedb")
    yield world
    assert world.client.alerts.failures == []
    world.close()
