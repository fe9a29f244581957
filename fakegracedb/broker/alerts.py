"""The alerts of a store as messages on Kafka topics, as GraceDB sends them through hop."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from ..alerts import Alert, Follower, all_topics, topic_prefix
from ..alerts.classic import classic_notice, classic_topics
from ..alerts.sinks import wire
from ..alerts.topics import event_topics, superevent_topics
from ..errors import StoreError
from ..store import Store, View
from ..store.layout import JOURNAL
from .source import Entry
from .watching import Watch

__all__ = ["AlertSource", "hop_headers"]

_USUAL_PREFIX = "gracedb"
_UPLOADS_OF_TESTS = "test"  # where `create_event(kafka=…)` sends what it uploads to the group Test
_NAMES = uuid.UUID("a0d0d5e1-6a0c-5f0e-9a35-b1f1a0f7b9a4")  # by which messages get their ids


def hop_headers(identity: uuid.UUID, form: str = "json") -> list[tuple[str, bytes]]:
    """Give the headers of a message, as hop writes them and its readers want them."""
    return [("_id", identity.bytes), ("_format", form.encode())]


def _all_topics(view: View) -> list[str]:
    names = view.vocabulary
    uploads = [_UPLOADS_OF_TESTS, *(one.name.lower() for one in names.pipelines)]
    return list(dict.fromkeys((*all_topics(names), *uploads)))


def _own_topics(view: View) -> list[str]:
    names = view.vocabulary
    events = {
        (event.group, event.pipeline, event.search)
        for graceid in view.graceids()
        if (event := view.peek(graceid)) is not None
    }
    topics = dict.fromkeys(superevent_topics())
    for group, pipeline, search in sorted(events, key=str):
        topics.update(dict.fromkeys(event_topics(group, pipeline, search, names)))
    return list(topics)


class AlertSource:
    """The alerts of a store, of whatever process: a `Source`.

    Parameters
    ----------
    store : Store
        The store.
    prefix : str, optional
        What stands before the dot in the names of topics; None is the first part of the name of the
        server that sends the alert, ``gracedb`` before there is one.
    classic : bool
        Whether VOEvents that are not internal come too, on GCN's classic topics.
    own_topics : bool
        Whether there are only the topics of superevents and of the events that the store holds;
        further ones come with their first alert. Else there are all that its tables allow, which
        are some thousands: a listener without a choice of topics, as that of igwn-alert, waits for
        each of them in turn and so for ever.
    """

    def __init__(
        self,
        store: Store,
        prefix: str | None = None,
        *,
        classic: bool = False,
        own_topics: bool = False,
    ) -> None:
        self._store = store
        self._classic = classic
        self._own = own_topics
        self._prefixes = [prefix or _USUAL_PREFIX]
        self._given = prefix is not None
        self._follower: Follower | None = None
        self._watch = Watch(store.path, JOURNAL)

    def topics(self) -> Sequence[str]:
        """Give the topics of all alerts, and those that uploads through Kafka go to."""
        topics = [
            f"{prefix}.{topic}"
            for prefix in self._prefixes
            for topic in self._store.read(_own_topics if self._own else _all_topics)
        ]
        return topics + (classic_topics() if self._classic else [])

    def entries(self, after: int) -> Iterator[Entry]:
        """Give the messages of the alerts after a number.

        Raises
        ------
        StoreError
            If the store has sent fewer alerts.
        """
        if self._follower is None:
            try:
                self._follower = Follower(self._store, after)
            except ValueError as error:
                raise StoreError(
                    f"{error}. What is to go on from there belongs to another store: "
                    "use another folder for it"
                ) from error
        while alerts := self._follower.read():
            for alert in alerts:
                yield from self._messages(alert)

    def _messages(self, alert: Alert) -> Iterator[Entry]:
        prefix = self._prefixes[0] if self._given else topic_prefix(alert.root)
        if prefix not in self._prefixes:
            self._prefixes.append(prefix)
        value = wire(alert.payload)
        for topic in alert.topics:
            name = f"{prefix}.{topic}"
            # the same at every time, as the rest of the message is
            headers = hop_headers(uuid.uuid5(_NAMES, f"{alert.root} {alert.seq} {name}"))
            yield Entry(alert.seq, name, value, None, alert.instant.timestamp(), headers)
        if self._classic and (found := classic_notice(self._store, alert)) is not None:
            yield Entry(alert.seq, *found, None, alert.instant.timestamp())

    def wait(self, timeout: float) -> None:
        """Wait until the store may have changed, or for so long [s]."""
        self._watch.wait(timeout)
