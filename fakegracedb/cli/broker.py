"""The verb ``broker``: Kafka's protocol on this machine, with the alerts of a store."""

from __future__ import annotations

import argparse
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from .arguments import fill_verb, opened_store
from .output import CommandError, complain, say, say_json

if TYPE_CHECKING:
    from ..broker import Broker
    from ..store import Store
    from .arguments import Verbs

__all__ = ["add"]

_PORT = 9092  # the only one that the command igwn-alert can reach


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "broker",
        _broker,
        "Serve a store's alerts by Kafka's protocol: a single node, for tests and rehearsals. Its "
        "topics are those that the store's tables give, and GCN's classic ones for its VOEvents; a "
        "topic that nobody made is unknown, as on real brokers. All alerts that the store's "
        "journal holds are there, also those from before, and those of other processes; changes "
        "need no Kafka library. The first line says where it listens; it ends with Ctrl-C.",
    )
    verb.add_argument("--host", default="127.0.0.1", help="where to listen: %(default)s")
    verb.add_argument(
        "--advertised",
        metavar="NAME",
        help="the name by which clients find it, as on a certificate; else that of --host (this "
        "machine only, where that is 0.0.0.0)",
    )
    verb.add_argument("--port", type=_port, default=_PORT, help="%(default)s; 0 picks a free one")
    verb.add_argument(
        "--data", metavar="DIR", help="the folder that keeps the topics; else broker/ in the store"
    )
    verb.add_argument(
        "--prefix",
        metavar="NAME",
        help="what stands before the dot in the names of topics; else what the name of the server "
        "begins with that sends the alert, as gracedb",
    )
    verb.add_argument(
        "--topic",
        action="append",
        default=[],
        metavar="NAME",
        help="one more topic; may be repeated",
    )
    verb.add_argument(
        "--own-topics",
        action="store_true",
        help="only the topics of superevents and of events that the store holds; others come with "
        "their first alert (igwn-alert listens to all topics only where they are few)",
    )
    verb.add_argument(
        "--user",
        action="append",
        default=[],
        type=_user,
        metavar="NAME:PASSWORD",
        help="somebody who may come in; then nobody else may; may be repeated",
    )
    verb.add_argument("--certificate", metavar="PEM", help="speak TLS with this certificate")
    verb.add_argument("--key", metavar="PEM", help="its key, if that is in a file of its own")
    verb.add_argument(
        "--uploads",
        metavar="URL",
        type=_server,
        help="upload to the store, and nowhere else, what `create_event(kafka=...)` sends to this "
        "broker for the server of this URL (takes the extra `kafka`)",
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 0xFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")
    return int(text)


def _server(text: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        if parts.scheme in ("http", "https") and parts.hostname:
            return text
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no URL of a server, as https://HOST/api/")


def _user(text: str) -> tuple[str, str]:
    name, _, password = text.partition(":")
    if not name or not password:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME:PASSWORD")
    return name, password


def _broker(arguments: argparse.Namespace) -> int:
    import signal
    import warnings

    from ..broker import AlertSource, Broker
    from ..store.layout import BROKER

    if arguments.key and not arguments.certificate:
        raise CommandError("--key is given without --certificate")
    if arguments.uploads:
        from ..broker.librdkafka import librdkafka
        from ..broker.supervisor import READING

        librdkafka(READING)
    store = _store(arguments)
    source = AlertSource(store, arguments.prefix, classic=True, own_topics=arguments.own_topics)
    ended = threading.Event()
    with ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            before = signal.signal(number, lambda *_: ended.set())
            stack.callback(signal.signal, number, before)
        broker = Broker(
            source,
            data=arguments.data or store.path / BROKER,
            topics=arguments.topic,
            host=arguments.host,
            port=arguments.port,
            advertised=arguments.advertised,
            users=dict(arguments.user),
            certificate=arguments.certificate,
            key=arguments.key,
        )
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            stack.enter_context(broker)
        for warning in told:
            complain(str(warning.message))
        uploads = None
        if arguments.uploads:
            uploads = stack.enter_context(_Uploads(arguments, store, broker.address))
        _tell(arguments, broker, store)
        while not ended.wait(0.2):
            failure = broker.failure or (uploads and uploads.failure)
            if failure:
                raise failure
    return 0


class _Uploads:
    """A supervisor in a thread, for the time of a block."""

    def __init__(self, arguments: argparse.Namespace, store: Store, address: str) -> None:
        from ..broker import Supervisor
        from ..client import FakeGraceDb

        options: dict[str, object] = {}
        protocol = "plaintext"
        if arguments.certificate:
            protocol = "ssl"
            options["enable.ssl.certificate.verification"] = False  # it is ourselves
        if arguments.user:
            protocol = f"sasl_{protocol}"
            name, password = arguments.user[0]
            options.update({"sasl.username": name, "sasl.password": password})
            options["sasl.mechanism"] = "PLAIN"
        options["security.protocol"] = protocol
        self._client = FakeGraceDb(arguments.uploads, store=store)
        self._supervisor = Supervisor(self._client, address, options=options)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="broker-uploads")
        self.failure: Exception | None = None

    def _run(self) -> None:
        try:
            self._supervisor.run(self._stop)
        except Exception as error:
            self.failure = error

    def __enter__(self) -> _Uploads:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()
        self._client.close()


def _store(arguments: argparse.Namespace) -> Store:
    return opened_store(arguments)


def _tell(arguments: argparse.Namespace, broker: Broker, store: Store) -> None:
    import sys

    if arguments.json:
        say_json({"address": broker.address, "store": str(store.path.resolve())})
    else:
        say(f"kafka://{broker.address}/")
        say(f"alerts of {store.path}; a test double on one node; Ctrl-C ends it")
    if sys.stdout is not None:
        sys.stdout.flush()
