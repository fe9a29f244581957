"""The verb ``alerts listen``: programs and functions that handle alerts, as lvalert_listen did."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from ..arguments import add_verb
from ..output import CommandError
from .common import Following, add_following, add_topics, counting, positive

if TYPE_CHECKING:
    from ...alerts.dispatching import Route
    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "listen",
        _listen,
        "run programs and functions for the alerts of a store",
        "Run programs and functions for the alerts of a store, as they come. What fails is told in "
        "the log and disturbs no other. With --offsets an alert is done with when all its handlers "
        "are: killed and started again, it goes on with those that were not. SIGTERM ends it when "
        "what is being worked at is done. Exit status 1 if a handler has failed.",
    )
    verb.add_argument(
        "-C",
        "--config",
        metavar="INI",
        help="a section a topic, with `executable = PROGRAM ARGUMENTS` (`executible` too) or "
        "`worker = MODULE:FUNCTION`, and perhaps timeout, concurrency and queue",
    )
    verb.add_argument(
        "-p", "--program", metavar="SCRIPT", help="a program for all topics, or those of --topic"
    )
    verb.add_argument(
        "--worker",
        action="append",
        metavar="MODULE:FUNCTION",
        help="a function for these, in a process of its own, called with topic= and payload=; "
        "may be repeated",
    )
    add_topics(verb)
    add_following(verb)
    verb.add_argument("--timeout", type=positive, metavar="S", help="for each alert [s]")
    verb.add_argument(
        "--concurrency",
        type=counting,
        default=1,
        metavar="N",
        help="alerts that a handler works at at the same time (1: in order)",
    )
    verb.add_argument(
        "--queue",
        type=counting,
        default=1000,
        metavar="N",
        help="alerts that wait for a handler before no more are read (%(default)s)",
    )
    verb.add_argument(
        "--log", metavar="FILE", help="where lines of JSON tell what was done (standard error)"
    )


def _routes(arguments: argparse.Namespace, following: Following) -> list[Route]:
    from ...alerts.dispatching import Route
    from ...alerts.handlers import Program
    from ...alerts.ini import read_routes, started

    details = (following.topics, arguments.concurrency, arguments.queue)
    routes: list[Route] = []
    if arguments.config is not None:
        if arguments.topic:
            raise CommandError("the sections of -C name the topics; --topic is for -p and --worker")
        routes += read_routes(
            arguments.config,
            following.names,
            timeout=arguments.timeout,
            concurrency=arguments.concurrency,
            limit=arguments.queue,
        )
    if arguments.program is not None:
        make = partial(Program, arguments.program, arguments.timeout)
        make()
        routes.append(Route(make, *details))
    for name in arguments.worker or ():
        routes.append(Route(partial(started, name, arguments.timeout), *details))
    if not routes:
        raise CommandError("say what handles alerts: -C INI, -p SCRIPT or --worker MODULE:FUNCTION")
    return routes


def _listen(arguments: argparse.Namespace) -> int:
    from ...alerts.dispatching import Dispatcher, EventLog
    from ...alerts.offsets import Progress

    following = Following(arguments)
    routes = _routes(arguments, following)
    if arguments.config is not None and all(route.topics is not None for route in routes):
        following.topics = frozenset().union(*(route.topics or () for route in routes))
    with ExitStack() as stack:
        stream = sys.stderr
        if arguments.log is not None:
            stream = stack.enter_context(open(arguments.log, "a", encoding="utf-8"))  # noqa: PTH123
        log = EventLog(stream)
        progress = Progress(following.follower, following.offsets)
        dispatcher = Dispatcher(routes, progress, log)
        log.tell(
            "listening", store=str(following.store.path), after=following.follower.position.seq
        )
        finish = False
        try:
            for alert in following:
                dispatcher.take(alert)
            finish = not following.stopped.is_set()
        finally:
            dispatcher.close(finish=finish)
            log.tell("ended", handled=dispatcher.handled, failed=dispatcher.failed)
    return 1 if dispatcher.failed else 0
