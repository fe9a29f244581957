"""A listener with the methods of igwn-alert's client, for programs that were written for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable

from ..store import Store
from .following import Follower
from .packets import Alert
from .subscriptions import Callback
from .topics import all_topics, check_topics, topic_prefix

__all__ = ["AlertClient"]


class AlertClient:
    """Stands in for ``igwn_alert.client``: listens to the alerts of a store, whoever causes them.

    Parameters
    ----------
    store : path-like or Store
        The store.
    group : str, optional
        The prefix of the topics that is shown where no callback is given; None is that of the
        server which sends each alert.

    Notes
    -----
    It hears what is changed after it was made, so that nothing between that and `listen` is missed,
    and goes on where it stopped when `listen` is called again.
    """

    def __init__(self, store: str | os.PathLike[str] | Store, group: str | None = None) -> None:
        self.store = store if isinstance(store, Store) else Store(store)
        self.group = group
        self._follower = Follower(self.store)
        self._position = self._follower.position
        self._stopped = threading.Event()
        self._listening = threading.Lock()

    def get_topics(self) -> list[str]:
        """Give all topics, without their prefix."""
        return list(all_topics(self.store.read(lambda view: view.vocabulary)))

    def listen(
        self, callback: Callback | None = None, topic: str | Iterable[str] | None = None
    ) -> None:
        """Call a function with every alert, until somebody calls `stop`.

        Parameters
        ----------
        callback : callable, optional
            Called as ``callback(topic=…, payload=…)``; without one the alerts are printed.
        topic : str or iterable of str, optional
            To listen to; None is all.

        Raises
        ------
        ValueError
            If there is no such topic.
        RuntimeError
            If it is listening already.

        Notes
        -----
        What the callback raises ends it, as with igwn-alert.
        """
        wanted = check_topics(topic, self.store.read(lambda view: view.vocabulary))
        if not self._listening.acquire(blocking=False):
            raise RuntimeError("this client is listening already")
        try:
            while not self._stopped.is_set():
                for alert in self._follower.wait(stop=self._stopped):
                    self._position = self._follower.position_after(alert)
                    self._tell(alert, callback, wanted)
                    if self._stopped.is_set():
                        break
        finally:
            self._follower = Follower(self.store, self._position)
            self._stopped.clear()
            self._listening.release()

    def _tell(self, alert: Alert, callback: Callback | None, wanted: frozenset[str] | None) -> None:
        payload = alert.payload
        for name in alert.topics:
            if wanted is not None and name not in wanted:
                continue
            if callback is not None:
                callback(topic=name, payload=payload)
            else:
                prefix = self.group or topic_prefix(alert.root)
                print(f"New message from topic {prefix}.{name}:\n{payload}")

    def stop(self) -> None:
        """End `listen` in another thread, or from within its callback; or the next one at once."""
        self._stopped.set()

    def __enter__(self) -> AlertClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
