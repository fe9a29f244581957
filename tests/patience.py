"""Waiting for what comes by itself, in another thread or process, sooner or later."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 60.0  # s; on a machine that has much else to do everything takes its time


def until(condition: Callable[[], object], pause: float = 0.01) -> None:
    """Wait for something that is to come by itself."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE:g} s in vain"
        time.sleep(pause)
