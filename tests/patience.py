"""Waiting for what comes by itself, from another thread or process, which ends with its test."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

PATIENCE = 60.0  # s; on a machine that has much else to do everything takes its time


def until(condition: Callable[[], object], pause: float = 0.01) -> None:
    """Wait for something that is to come by itself."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE:g} s in vain"
        time.sleep(pause)


@contextmanager
def ending(process: subprocess.Popen[Any]) -> Iterator[subprocess.Popen[Any]]:
    """Have a process end with a block, if not before: also with one that fails."""
    with process:
        try:
            yield process
        finally:
            process.kill()


def no_sleep_here(monkeypatch: pytest.MonkeyPatch, instead: Callable[[float], object]) -> None:
    """Have this thread do something else than sleep; others, left by whatever test, go on."""
    usual, here = time.sleep, threading.current_thread()

    def sleep(seconds: float) -> None:
        (instead if threading.current_thread() is here else usual)(seconds)

    monkeypatch.setattr(time, "sleep", sleep)
