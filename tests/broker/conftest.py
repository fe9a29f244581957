"""What the tests of the broker share: one to talk to, and connections to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from broker_wire import TOPIC, Wire

from fakegracedb.broker import Broker


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
