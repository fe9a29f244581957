"""A thread that takes messages from a source into a broker's topics, each once.

The source's position is kept in the records: the broker plays a producer that numbers them. So a
broker that was killed goes on where its topics end, with nothing lost or doubled.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Sequence

from .node import FOLLOWER, Node
from .records import Record, made
from .source import Entry, Source

__all__ = ["Follower"]

_PATIENCE = 0.25  # s of one wait, after which the thread looks whether it shall end
_AT_ONCE = 500
_logger = logging.getLogger(__name__)


class Follower:
    """Takes messages from a source to a node, in a thread of its own, once it is started.

    Parameters
    ----------
    node : Node
        Where they go.
    source : Source
        Where they come from.
    loop : asyncio.AbstractEventLoop
        The loop that the node lives in.
    """

    def __init__(self, node: Node, source: Source, loop: asyncio.AbstractEventLoop) -> None:
        self._node = node
        self._source = source
        self._loop = loop
        self._ended = threading.Event()
        self._position = max(
            (node.topics[name].last_sequence(FOLLOWER) for name in node.topics.names), default=-1
        )
        # a message for several topics may have come into some of them only
        self._position = max(0, self._position - 1)
        self.failure: Exception | None = None
        node.topics.ensure(source.topics())
        self._thread = threading.Thread(target=self._run, name="broker-follower", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._ended.is_set():
                if not self._take():
                    self._source.wait(_PATIENCE)
        except Exception as error:
            self.failure = error
            _logger.exception("the broker follows its source no longer")

    def _take(self) -> bool:
        """Take what there is; whether there was something."""
        some: list[Entry] = []
        found = False
        for entry in self._source.entries(self._position):
            # all of one number go together
            if len(some) >= _AT_ONCE and entry.position != some[-1].position:
                self._hand_over(some)
                some = []
            some.append(entry)
            found = True
            if self._ended.is_set():
                return found
        if some:
            self._hand_over(some)
        return found

    def _hand_over(self, entries: Sequence[Entry]) -> None:
        topics = [entry.topic for entry in entries]
        if any(topic not in self._node.topics for topic in topics):
            topics += self._source.topics()  # they have become more
        done: concurrent.futures.Future[None] = concurrent.futures.Future()

        def append() -> None:
            try:
                self._node.topics.ensure(topics)
                _append(self._node, entries)
            except Exception as error:
                done.set_exception(error)
            else:
                done.set_result(None)

        self._loop.call_soon_threadsafe(append)
        done.result()
        self._position = entries[-1].position

    def close(self) -> None:
        """End the thread; the loop must still be running."""
        self._ended.set()
        self._thread.join()


def _append(node: Node, entries: Sequence[Entry]) -> None:
    for entry in entries:
        topic = node.topics[entry.topic]
        if topic.last_sequence(FOLLOWER) >= entry.position:
            continue  # it came before the broker was killed
        record = Record(entry.value, entry.key, round(entry.time * 1000), entry.headers)
        topic.append(made([record], producer=FOLLOWER, epoch=0, sequence=entry.position))
    node.tell()
