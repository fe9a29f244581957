"""What the tests of processes share: none of these outlives its test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from worker_processes import running


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    with running:
        yield
