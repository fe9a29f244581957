"""Passing messages on to a broker of Kafka's protocol by its address, whosever it is.

Takes librdkafka (``pip install 'fakegracedb[kafka]'``). Nothing here looks for credentials.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from .librdkafka import librdkafka
from .source import Entry, Source
from .targets import ForwardingError, addresses, check_harmless

__all__ = ["Forwarder"]

_OTHER_ADDRESSES = frozenset({"bootstrap.servers", "metadata.broker.list"})
_LARGEST = 16 << 20  # bytes of a message
_AT_ONCE = 500
_FIRST = 5.0  # s for a broker that has never answered, once its connections fail
_QUIET = 2  # of syslog's levels: what librdkafka prints of each attempt is in our own message
_PAUSE = 0.25  # s of one wait for more, after which it is looked whether to end


class Forwarder:
    """Passes messages on to a broker, in order, each at least once.

    Parameters
    ----------
    to : str
        ``kafka://HOST:PORT``, or several ``HOST:PORT`` with commas between them.
    user, password : str, optional
        To come in with, by `mechanism`.
    mechanism : {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"}
        How to prove that.
    tls : bool
        Whether to speak TLS.
    ca : str, optional
        The file with the certificates to trust; None is the system's.
    options : mapping of str to str, optional
        Further settings of librdkafka; they win over ours.
    create : bool
        Whether topics that are missing are made; else they are an error.
    live : bool
        Whether real servers and topics with their prefixes are meant: else they are refused.
    topics : iterable of str
        Topics that are meant, as far as they are known: one that is refused is before anybody is
        asked for anything.
    patience : float
        How long the broker may take for anything [s].

    Raises
    ------
    ForwardingError
        If `to` is no address, or one that is refused; from every method, if the broker does not do
        what it should.
    """

    def __init__(
        self,
        to: str,
        *,
        user: str | None = None,
        password: str | None = None,
        mechanism: str = "SCRAM-SHA-512",
        tls: bool = False,
        ca: str | None = None,
        options: Mapping[str, Any] | None = None,
        create: bool = True,
        live: bool = False,
        topics: Iterable[str] = (),
        patience: float = 30.0,
    ) -> None:
        if (user is None) != (password is None):
            raise ValueError("user and password are given together")
        self._addresses = addresses(to)
        for name in _OTHER_ADDRESSES.intersection(options or ()):
            raise ForwardingError(f"{name}: the address of a broker is given as kafka://HOST:PORT")
        self._live = live
        self._create = create
        self._patience = patience
        settings: dict[str, Any] = {
            "bootstrap.servers": ",".join(self._addresses),
            "log_level": _QUIET,
        }
        login = "" if user is None else "sasl_"
        settings["security.protocol"] = login + ("ssl" if tls else "plaintext")
        if user is not None:
            settings.update(
                {"sasl.mechanism": mechanism, "sasl.username": user, "sasl.password": password}
            )
        if ca is not None:
            settings["ssl.ca.location"] = ca
        self._settings = {**settings, **(options or {})}
        self._known: set[str] = set()
        self._trouble: list[str] = []  # what librdkafka says by itself, the last thing only
        self._check(topics)
        self._producer = self._made()

    def _made(self) -> Any:
        confluent_kafka = librdkafka("passing messages on")
        ours = {
            "enable.idempotence": True,
            "linger.ms": 0,
            "message.max.bytes": _LARGEST,
            "delivery.timeout.ms": int(self._patience * 1000),
            "error_cb": partial(_note, self._trouble),  # a method of ours would hold us for ever
        }
        try:
            return confluent_kafka.Producer({**ours, **self._settings})
        except confluent_kafka.KafkaException as error:
            raise ForwardingError(f"these settings are refused: {_text(error)}") from error

    def _check(self, topics: Iterable[str]) -> None:
        wanted = list(topics)
        if not self._live:
            for address in self._addresses:
                check_harmless(address, wanted)

    def _why(self, otherwise: str) -> str:
        return self._trouble[-1] if self._trouble else otherwise

    def prepare(self, topics: Iterable[str]) -> None:
        """Have topics on the broker before the first message comes, for those who listen."""
        wanted = [topic for topic in dict.fromkeys(topics) if topic not in self._known]
        if not wanted:
            return
        self._check(wanted)
        there = self._topics()
        missing = [topic for topic in wanted if topic not in there]
        if missing and not self._create:
            raise ForwardingError(
                f"{self} has no topic {', '.join(missing[:5])}"
                f"{f' and {len(missing) - 5} more' if len(missing) > 5 else ''}"
            )
        if missing:
            self._make(missing)
        self._known.update(wanted)

    def _topics(self) -> frozenset[str]:
        from confluent_kafka import KafkaException

        first = self._patience if self._known else min(_FIRST, self._patience)
        try:
            try:
                found = self._producer.list_topics(timeout=first).topics
            except KafkaException:
                self._producer.poll(0)  # hears what the trouble is
                if self._trouble or first == self._patience:
                    raise
                found = self._producer.list_topics(timeout=self._patience - first).topics
        except KafkaException as error:
            why = self._why(_text(error))
            raise ForwardingError(f"{self} cannot be reached: {why}") from error
        return frozenset(name for name, topic in found.items() if topic.error is None)

    def _make(self, topics: Sequence[str]) -> None:
        from confluent_kafka import KafkaError, KafkaException
        from confluent_kafka.admin import AdminClient, NewTopic

        config = {"max.message.bytes": str(_LARGEST)}
        admin = AdminClient(self._settings)
        made = admin.create_topics(
            [NewTopic(name, 1, replication_factor=1, config=config) for name in topics],
            request_timeout=self._patience,
        )
        for name, done in made.items():
            try:
                done.result(self._patience)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise ForwardingError(
                        f"{self} does not make topic {name}: {_text(error)}"
                    ) from error

    def send(self, entries: Iterable[Entry]) -> int:
        """Send messages, and wait until the broker has them all.

        Returns
        -------
        int
            The position of the last one; 0 if there were none.
        """
        listed = list(entries)
        self.prepare(entry.topic for entry in listed)
        failed: list[str] = []

        def told(error: Any, message: Any) -> None:
            if error is not None:
                failed.append(f"{message.topic()}: {error.str()}")

        for entry in listed:
            self._produce(entry, told)
        left = self._producer.flush(self._patience)
        if failed or left:
            why = failed[0] if failed else self._why("no answer")
            raise ForwardingError(f"{self} has not taken {len(failed) or left} messages: {why}")
        return listed[-1].position if listed else 0

    def _produce(self, entry: Entry, told: Callable[[Any, Any], None]) -> None:
        while True:
            try:
                self._producer.produce(
                    entry.topic,
                    entry.value,
                    entry.key,
                    timestamp=round(entry.time * 1000),
                    headers=list(entry.headers),
                    on_delivery=told,
                )
            except BufferError:  # there is more under way than it holds
                self._producer.poll(0.1)
            else:
                return

    def run(
        self,
        source: Source,
        after: int = 0,
        *,
        stop: threading.Event | None = None,
        done: Callable[[int], object] | None = None,
    ) -> None:
        """Pass on what a source has after a position, and what comes, until it is told to stop.

        Parameters
        ----------
        source : Source
            Where the messages come from.
        after : int
            The position of the last message that needs not be sent.
        stop : threading.Event, optional
            Ends it when it is set; None goes on for ever.
        done : callable, optional
            Called with the position up to which the broker has everything: who starts from there
            again loses nothing.
        """
        stop = stop or threading.Event()
        while not stop.is_set():
            some: list[Entry] = []
            for entry in source.entries(after):
                if len(some) >= _AT_ONCE and entry.position != some[-1].position:
                    after = self._sent(some, done)
                    some = []
                    if stop.is_set():
                        return
                some.append(entry)
            if some:
                after = self._sent(some, done)
            else:
                source.wait(_PAUSE)

    def _sent(self, entries: Sequence[Entry], done: Callable[[int], object] | None) -> int:
        position = self.send(entries)
        if done is not None:
            done(position)
        return position

    def __str__(self) -> str:
        return f"kafka://{','.join(self._addresses)}"


def _note(trouble: list[str], error: Any) -> None:
    trouble[:] = [error.str()]


def _text(error: Any) -> str:
    """Give what librdkafka says in an exception."""
    return str(error.args[0].str() if error.args and hasattr(error.args[0], "str") else error)
