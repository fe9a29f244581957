"""The verbs ``notice send`` and ``notice stream``: public notices to those who read them."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from .alerts.common import counting, positive
from .alerts.relay import PLACES
from .arguments import add_verb, opened_store
from .output import CommandError, say, say_json

if TYPE_CHECKING:
    from ..client import FakeGraceDb
    from ..notices import Notice
    from .arguments import Verbs

__all__ = ["StoringBack", "add", "add_store_back", "add_subject", "built"]

_KINDS = "earlywarning, less-significant, preliminary, initial, update or retraction"


def add_subject(verb: argparse.ArgumentParser) -> None:
    """Add what says of which superevent a notice is, and of which kind."""
    verb.add_argument("uid", metavar="ID", help="the superevent")
    verb.add_argument(
        "--type", default="preliminary", metavar="TYPE", help=f"{_KINDS} (%(default)s)"
    )


def add_store_back(verb: argparse.ArgumentParser) -> None:
    """Add the wish to do in the store what the pipeline does with a notice."""
    verb.add_argument(
        "--store-back",
        action="store_true",
        help="also do in the store what the pipeline does: expose the superevent, tag the files of "
        "the notice public (those of the preferred event are copied), put it into the log as Avro "
        "and JSON, and label a preliminary one as sent",
    )
    verb.add_argument(
        "--no-avro",
        action="store_true",
        help="with --store-back only as JSON (Avro takes the extra `avro`)",
    )


def built(client: FakeGraceDb, uid: str, kind: str, schema: str) -> Notice:
    """Build a notice of a superevent of a store.

    Raises
    ------
    CommandError
        If there is no such superevent; the message says what there is.
    """
    from ligo.gracedb.exceptions import HTTPError

    from ..notices import build
    from .look.reading import Reader

    try:
        return build(client, uid, kind, schema=schema)
    except HTTPError as error:
        if error.response.status_code != 404:
            raise
        found = Reader(client.store).find(uid)
        if found.kind == "events":
            raise CommandError(f"{uid} is an event; notices are of superevents") from None
        raise


class StoringBack:
    """What is done in a store with a notice while it is sent, if that is wished."""

    def __init__(self, arguments: argparse.Namespace, client: FakeGraceDb, notice: Notice) -> None:
        from ..notices.avro import require

        self._wished: bool = arguments.store_back
        self._avro = not arguments.no_avro
        self._client, self._notice = client, notice
        if arguments.no_avro and not arguments.store_back:
            raise CommandError("--no-avro belongs to --store-back")
        if self._wished and self._avro:
            require()

    def before(self) -> None:
        """Do what comes before it is sent."""
        from ..notices import release

        if self._wished:
            release(self._client, self._notice)

    def after(self, place: str) -> None:
        """Do what comes when it was sent somewhere."""
        from ..notices import keep

        if self._wished:
            keep(self._client, self._notice, place, avro=self._avro)


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    send = add_verb(
        verbs,
        "send",
        _send,
        "send a notice of a superevent",
        "Build the notice of a superevent of a store as it is now, hold it against the JSON "
        "schema, and send it. Brokers that serve real alerts are refused, and the real topics on "
        "other machines.",
    )
    add_subject(send)
    add_store_back(send)
    stream = add_verb(
        verbs,
        "stream",
        _stream,
        "send notices again and again, as the hourly mock ones",
        "Send notices again and again: the preliminary one of the mock superevent MS181101ab every "
        "hour, or what is named. Those of superevents of a store are built each time anew.",
    )
    stream.add_argument("uids", metavar="ID", nargs="*", help="superevents of a store, in turn")
    stream.add_argument(
        "--types",
        default="preliminary",
        metavar="TYPE,…",
        help=f"what comes each time: {_KINDS} (%(default)s)",
    )
    stream.add_argument(
        "--every", type=positive, default=3600.0, metavar="S", help="between the times [s] (3600)"
    )
    stream.add_argument(
        "--gap", type=float, default=60.0, metavar="S", help="between those of one time [s] (60)"
    )
    stream.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="how much faster (0: do not wait)"
    )
    stream.add_argument("--count", type=counting, metavar="N", help="end after so many notices")
    stream.add_argument(
        "--retime", action="store_true", help="move the times in them, as if they were made now"
    )
    for verb in (send, stream):
        verb.add_argument(
            "--to", action="append", metavar="PLACE", help=f"{PLACES} (stdout); may be repeated"
        )
        verb.add_argument(
            "--topic", default="igwn.gwalert", metavar="NAME", help="of brokers (%(default)s)"
        )
        verb.add_argument(
            "--format",
            choices=("avro", "json"),
            help="of brokers and commands: avro, as on SCiMMA (default for brokers; takes the "
            "extra `avro`), or json, as on GCN",
        )
        verb.add_argument("--timeout", type=positive, metavar="S", help="for each command [s]")
        verb.add_argument(
            "--schema",
            metavar="NAME",
            help="1.3, 1.0 or early (1.3; early for the mock superevent, as its samples are)",
        )


def _send(arguments: argparse.Namespace) -> int:
    from ..client import FakeGraceDb
    from ..notices.sending import Outlets, check

    places = arguments.to or ["stdout"]
    details = {"topic": arguments.topic, "form": arguments.format, "timeout": arguments.timeout}
    with FakeGraceDb(store=opened_store(arguments)) as client:
        notice = built(client, arguments.uid, arguments.type, arguments.schema or "1.3")
        check(notice)
        storing = StoringBack(arguments, client, notice)
        with Outlets(places, **details) as outlets:
            names = outlets.names
            storing.before()
            outlets.send(notice)
            storing.after(", ".join(names))
    if "stdout" in places:
        return 0
    if arguments.json:
        say_json({"notice": notice.name, "to": names})
    else:
        say(f"{notice.name} sent to {', '.join(names)}")
    return 0


def _stream(arguments: argparse.Namespace) -> int:
    from ..client import FakeGraceDb
    from ..notices.mock import mock_superevent
    from ..notices.sending import Outlets, stream

    kinds = [kind.strip() for kind in arguments.types.split(",")]
    with ExitStack() as stack:
        made = FakeGraceDb(store=opened_store(arguments)) if arguments.uids else mock_superevent()
        client = stack.enter_context(made)
        notices = stream(
            _rounds(client, arguments.uids, kinds, arguments.schema),
            every=arguments.every,
            gap=arguments.gap,
            speed=arguments.speed,
            live=arguments.retime,
        )
        outlets = stack.enter_context(
            Outlets(
                arguments.to or ["stdout"],
                topic=arguments.topic,
                form=arguments.format,
                timeout=arguments.timeout,
            )
        )
        for notice in itertools.islice(notices, arguments.count):
            outlets.send(notice)
    return 0


def _rounds(
    client: FakeGraceDb, uids: Sequence[str], kinds: Sequence[str], schema: str | None
) -> Iterator[list[Notice]]:
    """Build the notices of one superevent after the other, for ever."""
    from ..notices.mock import MOCK

    schema = schema or ("1.3" if uids else "early")
    for uid in itertools.cycle(uids or [MOCK]):
        yield [built(client, uid, kind, schema) for kind in kinds]
