"""Dispatching: each alert to the handlers of its topics, through queues with a limit."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from .handlers import Handled, Handler
from .offsets import Progress
from .packets import Alert

__all__ = ["Dispatcher", "EventLog", "Route"]


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go to a handler, and how.

    Attributes
    ----------
    make : callable
        Gives a handler: one for each that work at the same time.
    topics : frozenset of str or None
        The topics; None is all.
    concurrency : int
        How many alerts are handled at the same time; with one they are handled in order.
    limit : int
        How many wait at most; then nothing more is read until one is done.
    """

    make: Callable[[], Handler]
    topics: frozenset[str] | None = None
    concurrency: int = 1
    limit: int = 1000


class EventLog:
    """Writes what happens, a line of JSON each."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def tell(self, event: str, **details: Any) -> None:
        """Write a line with its time [s since 1970]."""
        line = json.dumps({"time": round(time.time(), 6), "event": event, **details})
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()


class Dispatcher:
    """Hands alerts to handlers in threads of their own; a handler that fails disturbs no other.

    Attributes
    ----------
    handled, failed : int
        How many were done with, and how many of these failed.
    """

    def __init__(self, routes: list[Route], progress: Progress, log: EventLog) -> None:
        self.handled = self.failed = 0
        self._progress = progress
        self._log = log
        self._lock = threading.Lock()
        self._lanes: list[tuple[Route, queue.Queue[tuple[Alert, str] | None]]] = []
        self._threads: list[threading.Thread] = []
        self._giving_up = False
        made = [(route, [route.make() for _ in range(route.concurrency)]) for route in routes]
        for route, handlers in made:
            lane: queue.Queue[tuple[Alert, str] | None] = queue.Queue(route.limit)
            self._lanes.append((route, lane))
            for handler in handlers:
                thread = threading.Thread(target=self._work, args=(lane, handler), daemon=True)
                self._threads.append(thread)
                thread.start()

    def take(self, alert: Alert) -> None:
        """Let an alert be handled; wait while a queue is full."""
        parts = [
            (lane, topic)
            for route, lane in self._lanes
            for topic in alert.topics
            if route.topics is None or topic in route.topics
        ]
        self._progress.begin(alert, len(parts))
        for lane, topic in parts:
            if lane.full():
                self._log.tell("backlog", seq=alert.seq, topic=topic, waiting=lane.qsize())
            lane.put((alert, topic))

    def close(self, *, finish: bool = True) -> None:
        """End; with `finish` when all that was taken is done, else with what is being worked at."""
        self._giving_up = not finish
        for route, lane in self._lanes:
            for _ in range(route.concurrency):
                while not finish:
                    try:
                        lane.get_nowait()  # it comes again the next time
                    except queue.Empty:
                        break
                lane.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self, lane: queue.Queue[tuple[Alert, str] | None], handler: Handler) -> None:
        try:
            while (taken := lane.get()) is not None and not self._giving_up:
                self._handle(handler, *taken)
        finally:
            handler.close()

    def _handle(self, handler: Handler, alert: Alert, topic: str) -> None:
        sent = time.time()
        try:
            result = handler.handle(alert, topic)
        except Exception as error:  # ours: others are to go on all the same
            result = Handled(None, f"{type(error).__name__}: {error}")
        self._log.tell(
            "handled" if result.problem is None else "failed",
            seq=alert.seq,
            topic=topic,
            uid=alert.uid,
            type=alert.alert_type,
            handler=handler.name,
            due=round(alert.instant.timestamp(), 6),
            sent=round(sent, 6),
            handled=round(time.time(), 6),
            status=result.status,
            problem=result.problem,
        )
        with self._lock:
            self.handled += 1
            self.failed += result.problem is not None
        self._progress.done(alert)
