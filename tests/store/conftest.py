"""What the tests of the store share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import scenes


@pytest.fixture
def work() -> Iterator[Path]:
    """Give a quick folder, gone after the test."""
    folder = scenes.new_folder()
    yield folder
    shutil.rmtree(folder)
