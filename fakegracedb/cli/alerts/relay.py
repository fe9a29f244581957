"""The verb ``alerts relay``: the alerts of a store, sent on to a broker, a file or a command."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from ..arguments import add_verb
from ..output import CommandError
from .common import Following, add_following, add_topics, positive

if TYPE_CHECKING:
    from ..arguments import Verbs

__all__ = ["add", "add_sinks", "opened_sinks"]

PLACES = "stdout, file:PATH, pipe:PATH, exec:COMMAND or kafka://HOST:PORT"


def add_sinks(verb: argparse.ArgumentParser, *, required: bool) -> None:
    """Add the choice of where alerts go."""
    verb.add_argument(
        "--to",
        action="append",
        required=required,
        metavar="PLACE",
        help=f"{PLACES}; may be repeated",
    )
    verb.add_argument("--group", metavar="NAME", help="prefix of the topics (that of the server)")
    verb.add_argument("--timeout", type=positive, metavar="S", help="for each command [s]")
    verb.add_argument(
        "--yes-live",
        action="store_true",
        help="send also to a broker that serves real alerts, and to the topics of a real server "
        "on another machine",
    )


def opened_sinks(
    arguments: argparse.Namespace, stack: ExitStack, topics: Iterable[str]
) -> dict[str, Any]:
    """Open the places where alerts go, until a stack ends.

    Brokers of real alerts are refused unless that is said to be meant, and so are topics of real
    servers on another machine; `topics` are those that alerts go to.
    """
    from ...alerts.sinks import open_sink

    return {
        place: stack.enter_context(
            closing(
                open_sink(place, timeout=arguments.timeout, live=arguments.yes_live, topics=topics)
            )
        )
        for place in arguments.to
    }


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "relay",
        _relay,
        "send the alerts of a store on",
        "Send the alerts of a store on as they come. With --offsets each is sent at least once, "
        "also if the relay is killed.",
    )
    add_sinks(verb, required=True)
    verb.add_argument(
        "--gcn",
        action="store_true",
        help="send VOEvents too, to GCN's classic topics (of brokers and commands)",
    )
    add_topics(verb)
    add_following(verb)


def _relay(arguments: argparse.Namespace) -> int:
    from ...alerts import topic_prefix
    from ...alerts.classic import classic_notice, classic_topics
    from ...alerts.sinks import forward, forward_classic
    from ...alerts.topics import superevent_topics
    from ...service.access import ROOT

    topics: list[str] = []
    if arguments.gcn:
        for place in arguments.to:
            if not place.startswith(("kafka:", "exec:")):
                raise CommandError(f"--gcn: {place} takes alerts, and VOEvents are none")
        topics += classic_topics()
    following = Following(arguments)
    # which servers alerts will come from is not known yet
    topics += [f"{arguments.group or topic_prefix(ROOT)}.{name}" for name in superevent_topics()]
    with ExitStack() as stack:
        sinks = opened_sinks(arguments, stack, topics)
        for alert in following:
            classic = classic_notice(following.store, alert) if arguments.gcn else None
            for sink in sinks.values():
                forward(alert, sink, following.of(alert), arguments.group)
                if classic is not None:
                    forward_classic(alert, sink, *classic)
            if following.offsets is not None:
                following.offsets.write(following.follower.position_after(alert))
    return 0
