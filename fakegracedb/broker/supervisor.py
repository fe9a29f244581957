"""Taking up what ``create_event(kafka=…)`` sends: the upload of a reserved event, as a service.

The client reserves a graceid at the server and sends the file to a topic; somebody reads the topic
and uploads the file under that graceid. Here it is a `Supervisor`, of whatever server a client
speaks to and whosever the broker is.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ligo.gracedb.exceptions import HTTPError

from .librdkafka import librdkafka
from .targets import ForwardingError, addresses

__all__ = ["READING", "Supervisor"]

READING = "reading from Kafka"
_PAUSE = 0.25  # s of one wait, after which it is looked whether to end
_GROUP = "gracedb-supervisor"
_logger = logging.getLogger(__name__)


class Supervisor:
    """Uploads the events that come through Kafka.

    Parameters
    ----------
    client : GraceDb
        Of the server that has given the graceids, on its API v2; the uploads are in its name.
    broker : str
        ``kafka://HOST:PORT``.
    options : mapping, optional
        Further settings of librdkafka, as passwords.

    Attributes
    ----------
    uploaded, refused : int
        How many events were uploaded, and how many the server did not take.

    Notes
    -----
    Left aside are pings, messages for other servers, and those that say so (``skip_supervisor``,
    ``gracedb_upload`` false). An event is uploaded at least once: after a crash the server may be
    asked again, and refuses what it has.
    """

    def __init__(
        self, client: Any, broker: str, *, options: Mapping[str, Any] | None = None
    ) -> None:
        self._client = client
        self._server = str(client._service_url)
        self._brokers = ",".join(addresses(broker))
        self._options = dict(options or {})
        self.uploaded = self.refused = 0

    def topics(self) -> list[str]:
        """Give the topics that uploads come on."""
        instance = (urlsplit(self._server).hostname or "").partition(".")[0]
        names = dict.fromkeys(("test", *(name.lower() for name in self._client.pipelines)))
        return [f"{instance}.{name}" for name in names]

    def run(self, stop: threading.Event | None = None) -> None:
        """Take up what comes, until it is told to stop.

        Parameters
        ----------
        stop : threading.Event, optional
            Ends it when it is set; None goes on for ever.

        Raises
        ------
        ForwardingError
            If the broker cannot be used.
        """
        confluent_kafka = librdkafka(READING)
        stop = stop or threading.Event()
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": self._brokers,
                "group.id": _GROUP,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "fetch.message.max.bytes": 16 << 20,
                **self._options,
            }
        )
        try:
            consumer.subscribe(self.topics())
            while not stop.is_set():
                message = consumer.poll(_PAUSE)
                if message is None:
                    continue
                error = message.error()
                if error is None:
                    self.take(message.value(), message.topic())
                    consumer.commit(message)
                elif error.fatal() or error.code() == confluent_kafka.KafkaError._AUTHENTICATION:
                    raise ForwardingError(f"kafka://{self._brokers}: {error.str()}")
                elif error.code() != confluent_kafka.KafkaError.UNKNOWN_TOPIC_OR_PART:
                    _logger.warning("kafka://%s: %s", self._brokers, error.str())
        finally:
            consumer.close()

    def take(self, value: bytes | None, topic: str) -> None:
        """Upload what one message holds, if that is what it asks for."""
        try:
            message = json.loads(value or b"")
            if message["type"] != "upload" or not self._is_mine(message):
                return
            name, encoded = message["eventFile"]
            content = base64.b64decode(encoded, validate=True)
            graceid = str(message["graceid"])
        except (LookupError, TypeError, ValueError) as error:
            _logger.warning("a message on %s is no upload: %r", topic, error)
            self.refused += 1
            return
        try:
            self._client.upload_reserved_event(
                graceid,
                name,
                filecontents=content,
                labels=message.get("labels"),
                kafka_server=self._brokers,
                kafka_topic=topic,
            )
        except HTTPError as error:
            _logger.warning("%s is not taken: %s", graceid, error)
            self.refused += 1
        else:
            self.uploaded += 1

    def _is_mine(self, message: Mapping[str, Any]) -> bool:
        wanted = message.get("gracedb_upload", True) and not message.get("skip_supervisor", False)
        # with or without the segment that says which version of the API
        return bool(wanted) and _root(str(message["gracedb_server"])) == _root(self._server)


def _root(url: str) -> str:
    return url.partition("/api/")[0].rstrip("/").lower()
