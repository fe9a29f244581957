"""What the verbs that follow alerts share: where they begin, what they take, when they end."""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..arguments import opened_store
from ..output import CommandError

if TYPE_CHECKING:
    from ...alerts import Alert, Follower
    from ...alerts.offsets import Offsets

__all__ = ["Following", "add_following", "add_topics", "counting", "positive"]


def positive(text: str) -> float:
    """Read a positive number."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


def counting(text: str) -> int:
    """Read a number of things, which is one at least."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return value


def _start(text: str) -> int | None:
    if text in ("now", "start"):
        return None if text == "now" else 0
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither the number of an alert nor now/start"
        )
    return number - 1


def add_topics(verb: argparse.ArgumentParser) -> None:
    """Add the choice of topics."""
    verb.add_argument(
        "--topic", action="append", metavar="TOPIC", help="only this one; may be repeated"
    )


def add_following(verb: argparse.ArgumentParser) -> None:
    """Add where to begin, and when to end."""
    verb.add_argument(
        "--from",
        dest="first",
        type=_start,
        default=None,
        metavar="SEQ",
        help="begin with the alert of this number; now (what comes next, the default), or start",
    )
    verb.add_argument(
        "--offsets",
        metavar="FILE",
        help="keep the position there: the next run goes on behind what this one has done with",
    )
    verb.add_argument("--count", type=counting, metavar="N", help="end after so many alerts")
    verb.add_argument(
        "--idle", type=positive, metavar="S", help="end when nothing has come for so long [s]"
    )


class Following:
    """The alerts that a verb is to take, one by one, until it is time to end.

    Attributes
    ----------
    follower : Follower
        Who reads them.
    offsets : Offsets or None
        Where the position is kept.
    topics : frozenset of str or None
        Which are meant.
    stopped : threading.Event
        Set by SIGTERM.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        from ...alerts import Follower
        from ...alerts.offsets import Offsets
        from ...alerts.topics import check_topics

        self.store = opened_store(arguments)
        self.names = self.store.vocabulary
        self.topics = check_topics(arguments.topic, self.names)
        self.offsets: Offsets | None = Offsets(arguments.offsets) if arguments.offsets else None
        kept = self.offsets.read() if self.offsets is not None else None
        self.follower: Follower = Follower(
            self.store, self._first(arguments.first) if kept is None else kept
        )
        if self.offsets is not None and kept is None:
            self.offsets.write(self.follower.position)
        self._count: int | None = arguments.count
        self._idle: float | None = arguments.idle
        self.stopped = threading.Event()

    def _first(self, after: int | None) -> int | None:
        """Take what --from says, unless that is further than the next alert."""
        from ...alerts import Position

        newest = self.store.read(Position.newest).seq
        if after is not None and after > newest:
            raise CommandError(
                f"--from {after + 1}: the next alert of {self.store.path} is number {newest + 1}"
            )
        return after

    def of(self, alert: Alert) -> tuple[str, ...]:
        """Give the topics of an alert that are meant."""
        if self.topics is None:
            return alert.topics
        return tuple(topic for topic in alert.topics if topic in self.topics)

    def __iter__(self) -> Iterator[Alert]:
        """Give the alerts with a topic that is meant."""
        with self._until_terminated():
            left = self._count
            last = time.monotonic()
            while not self.stopped.is_set() and left != 0:
                wait = None
                if self._idle is not None:
                    # what came while others were handled is there already: one more look is due
                    wait = max(0.0, last + self._idle - time.monotonic())
                if not (found := self.follower.wait(wait, self.stopped)):
                    return
                for alert in found:
                    last = time.monotonic()
                    if not self.of(alert):
                        continue
                    yield alert
                    if left is not None:
                        left -= 1
                    if left == 0 or self.stopped.is_set():
                        return

    @contextlib.contextmanager
    def _until_terminated(self) -> Iterator[None]:
        """Let SIGTERM end it in good order."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGTERM, lambda *_: self.stopped.set())
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
