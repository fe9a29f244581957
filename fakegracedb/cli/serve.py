"""The verb ``serve``: a store over HTTP, until it is told to stop."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from .arguments import DEFAULT_STORE, fill_verb, named_store
from .output import complain, say
from .values import server_version, user_name

if TYPE_CHECKING:
    from types import FrameType

    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "serve",
        _serve,
        "Serve a store over HTTP; one that is not there is made. The first line printed is the "
        "URL that a client takes; Ctrl-C or SIGTERM ends it. Who asks is the store's default "
        "user, unless the request has an Authorization header: `Basic` with a user name and any "
        "password, or `Bearer` with a name or a token. Nothing is proven by that; it is a device "
        "for tests. Below /fake/ tests in "
        "other processes reset the store, set its clock, plan faults and read the calls.",
    )
    verb.add_argument("--host", default="127.0.0.1", help="where to listen: 127.0.0.1 by default")
    verb.add_argument(
        "--port", type=_port, default=8000, help="8000 by default; 0 picks one that is free"
    )
    verb.add_argument(
        "--server-version",
        metavar="VERSION",
        type=server_version,
        help="the server that is imitated: 2.36 or 2.33; else what the store says",
    )
    who = verb.add_mutually_exclusive_group()
    who.add_argument(
        "--user",
        metavar="NAME",
        type=user_name,
        help="who asks, unless a request says otherwise",
    )
    who.add_argument(
        "--anonymous",
        action="store_true",
        help="a request that does not say who asks is one without credentials",
    )
    verb.add_argument("--no-admin", action="store_true", help="leave out /fake/")
    verb.add_argument(
        "--forwarded",
        action="store_true",
        help="believe X-Forwarded-Proto, -Host and -Port: only behind a proxy that sets them",
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")
    return int(text)


def _said(name: str) -> str | None:
    return os.environ.get(name) or None


def _serve(arguments: argparse.Namespace) -> int:
    import json
    import signal
    import sys
    import warnings

    from ..server import Server

    server = Server(
        named_store(arguments) or DEFAULT_STORE,
        arguments.host,
        arguments.port,
        server_version=arguments.server_version or _said("FAKEGRACEDB_SERVER_VERSION"),
        user=arguments.user or (None if arguments.anonymous else _said("FAKEGRACEDB_USER")),
        anonymous=arguments.anonymous,
        admin=not arguments.no_admin,
        forwarded=arguments.forwarded,
    )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        server.listen()
    for warning in told:
        complain(str(warning.message))

    def end(number: int, frame: FrameType | None) -> None:
        server.stop()

    before = {one: signal.signal(one, end) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        facts = {"url": server.url, "store": str(server.store.path), "process": os.getpid()}
        say(json.dumps(facts) if arguments.json else server.url)
        if sys.stdout is not None:
            sys.stdout.flush()  # whoever started us waits for it
        server.run()
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    return 0
