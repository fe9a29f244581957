"""The alerts of a store as the clients of one process see them, and those who listen there."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from ..errors import FakeGraceDbError
from ..store import Store
from .folding import Fold, Position
from .packets import Alert
from .topics import check_topics

__all__ = ["Alerts", "Callback", "Failure", "Hub", "Subscription", "hub_of"]

Callback = Callable[..., Any]

_log = logging.getLogger("fakegracedb.alerts")
_MOST_FAILURES = 1000
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Failure:
    """A listener that failed.

    Attributes
    ----------
    alert : Alert
        What it was told.
    topic : str
        On which topic.
    callback : callable
        Which listener.
    error : Exception
        What it raised.
    """

    alert: Alert
    topic: str
    callback: Callback
    error: Exception


class Subscription:
    """Somebody who listens; a context manager that ends it.

    Attributes
    ----------
    callback : callable
        Who.
    topics : frozenset of str or None
        To what; None is everything.
    """

    def __init__(
        self, hub: Hub, callback: Callback, topics: frozenset[str] | None, after: int
    ) -> None:
        self._hub = hub
        self.callback = callback
        self.topics = topics
        self.after = after

    @property
    def active(self) -> bool:
        """Whether it is still listened."""
        return self in self._hub.subscriptions

    def cancel(self) -> None:
        """Listen no more."""
        self._hub.remove(self)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *exception: object) -> None:
        self.cancel()


class Hub:
    """Those who listen to a store in this process. It does not hold the store."""

    def __init__(self) -> None:
        self.subscriptions: tuple[Subscription, ...] = ()
        self.failures: list[Failure] = []
        self.history = Fold(Position())
        self.told: list[Alert] = []
        self.telling = threading.Lock()  # of the history
        self._fold: Fold | None = None
        self._renew()

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._wanted = self._done = 0
        self._busy = False
        self._process = os.getpid()

    def add(self, store: Store, callback: Callback, topics: frozenset[str] | None) -> Subscription:
        """Let somebody listen to what is committed from now on."""
        newest = store.read(Position.newest)
        with self._lock:
            if self._fold is None:
                self._fold = Fold(newest)
            one = Subscription(self, callback, topics, newest.seq)
            self.subscriptions = (*self.subscriptions, one)
        return one

    def remove(self, gone: Subscription) -> None:
        """Let somebody listen no more."""
        with self._lock:
            self.subscriptions = tuple(one for one in self.subscriptions if one is not gone)
            if not self.subscriptions:
                self._fold = None

    def deliver(self, store: Store) -> None:
        """Tell all who listen what was committed since, in the order of the commits.

        One thread tells at a time. Who comes meanwhile, a listener that writes included, leaves it
        to that one: so nobody is told within another telling, and nobody waits for anybody.
        """
        if self._process != os.getpid():
            self._renew()  # a forked child: what its parent's threads were at is not its affair
        with self._lock:
            self._wanted += 1
            if self._busy:
                return
            self._busy = True
        try:
            while True:
                with self._lock:
                    fold = self._fold
                    if fold is None or self._done == self._wanted:
                        self._busy = False
                        return
                    self._done = self._wanted
                self._tell_all(store, fold)
        except BaseException:
            with self._lock:
                self._busy = False
            raise

    def _tell_all(self, store: Store, fold: Fold) -> None:
        try:
            while True:
                for alert in fold.read(store, most=1):
                    self._tell(alert)
                if not fold.is_behind:
                    return
        except (FakeGraceDbError, OSError):  # the call that comes here has done its work
            _log.exception("the alerts of %s cannot be told", store.path)

    def _tell(self, alert: Alert) -> None:
        payload: str | None = None
        for topic in alert.topics:
            for one in self.subscriptions:
                if alert.seq <= one.after or (one.topics is not None and topic not in one.topics):
                    continue
                if payload is None:
                    payload = alert.payload
                try:
                    one.callback(topic=topic, payload=payload)
                except Exception as error:
                    self._failed(Failure(alert, topic, one.callback, error))

    def _failed(self, failure: Failure) -> None:
        """Say it where programs look for it: the call that caused the alert has not failed."""
        self.failures.append(failure)
        del self.failures[:-_MOST_FAILURES]
        _log.error(
            "the listener %r failed on %s of %s (topic %s)",
            failure.callback,
            failure.alert.alert_type,
            failure.alert.uid,
            failure.topic,
            exc_info=failure.error,
        )


def hub_of(store: Store) -> Hub:
    """Give those who listen to a store in this process."""
    return store.attach("alerts", Hub)


class Alerts(Sequence[Alert]):
    """All alerts of a store so far, oldest first, as far as its journal goes back.

    They are made when they are asked for. Who wants to be told of new ones subscribes.

    Parameters
    ----------
    store : Store
        The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hub = hub_of(store)

    def subscribe(
        self, callback: Callback, topics: str | Iterable[str] | None = None
    ) -> Subscription:
        """Have a function called with every alert from now on, as igwn-alert calls it.

        Parameters
        ----------
        callback : callable
            Called as ``callback(topic=…, payload=…)``: the topic without prefix, the packet as
            JSON text. An alert that goes to two topics comes twice, as on a broker.
        topics : str or iterable of str, optional
            To listen to; None is all.

        Returns
        -------
        Subscription
            To `cancel`, by hand or at the end of a ``with`` block.

        Raises
        ------
        ValueError
            If there is no such topic.

        Notes
        -----
        The callback runs in the thread of the call that made the change, after the change and its
        answer are made and outside all locks. What it raises is logged and kept in `failures`; the
        call does not fail. Alerts of changes that it makes itself come when it has returned. What
        other processes change is told with the next change made here; `deliver` asks for it now,
        and `AlertClient` or `Follower` wait for it.
        """
        if not callable(callback):
            raise TypeError(f"a listener is called, and {callback!r} cannot be")
        names = self._store.read(lambda view: view.vocabulary)
        return self._hub.add(self._store, callback, check_topics(topics, names))

    def deliver(self) -> None:
        """Tell those who listen what was changed since, by other processes too."""
        self._hub.deliver(self._store)

    @property
    def failures(self) -> list[Failure]:
        """The listeners that failed, oldest first."""
        return self._hub.failures

    def clear(self) -> None:
        """Forget all alerts and failures so far."""
        with self._hub.telling:
            self._hub.told = []
            self._hub.failures.clear()
            self._hub.history = Fold(self._store.read(Position.newest))

    def _all(self) -> list[Alert]:
        hub = self._hub
        with hub.telling:
            while more := hub.history.read(self._store):
                hub.told += more
            return hub.told

    @overload
    def __getitem__(self, place: int) -> Alert: ...
    @overload
    def __getitem__(self, place: slice) -> list[Alert]: ...
    def __getitem__(self, place: int | slice) -> Alert | list[Alert]:
        return self._all()[place]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Alert]:
        return iter(list(self._all()))

    def __repr__(self) -> str:
        alerts = self._all()
        shown = "".join(f"\n  {one!r}" for one in alerts[-_SHOWN:])
        return f"<{len(alerts)} alerts{', the last:' if len(alerts) > _SHOWN else ':'}{shown}>"
