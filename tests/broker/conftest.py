"""What the tests of the broker share: one to talk to, and connections to it."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from broker_wire import TOPIC, Wire
from patience import ending

import fakegracedb
from fakegracedb.broker import Broker

ROOT = str(Path(fakegracedb.__file__).parents[1])


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker with one topic."""
    with Broker(topics=[TOPIC]) as broker:
        yield broker


@pytest.fixture
def connect() -> Iterator[Callable[[Broker], Wire]]:
    """Give connections of bare bytes, which end with the test."""
    with ExitStack() as stack:

        def connect(broker: Broker) -> Wire:
            wire = Wire(broker.address)
            stack.callback(wire.close)
            return wire

        yield connect


@pytest.fixture
def no_producer_is_left() -> Iterator[None]:
    """Let those of ligo-gracedb, which refer to themselves, end with the test.

    They tell on stderr that their broker is gone, for ever, and whichever test runs then hears it.
    """
    yield
    gc.collect()


@pytest.fixture
def started() -> Iterator[Any]:
    """Start programs that are killed at the end of the test, if not before."""
    with ExitStack() as stack:

        def start(*argv: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, *argv],
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": ROOT},
            )
            stack.enter_context(ending(process))
            return process

        yield start


@pytest.fixture
def begun(started: Any) -> Any:
    """Begin the command `broker` on a free port; give the process and its address."""

    def begin(*argv: str) -> tuple[subprocess.Popen[str], str]:
        port = () if "--port" in argv else ("--port", "0")
        process = started("-m", "fakegracedb", "broker", *argv, *port)
        first = process.stdout.readline()
        assert first.startswith("kafka://127.0.0.1:"), first
        return process, first.strip().removeprefix("kafka://").rstrip("/")

    return begin
