"""The verb ``alerts relay``: the alerts of a store, sent on to a broker, a file or a command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..arguments import add_verb
from ..output import CommandError
from .common import Following, add_following, add_topics, positive

if TYPE_CHECKING:
    from ..arguments import Verbs

__all__ = ["add", "add_sinks", "checked_sinks"]

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
        "--yes-live", action="store_true", help="send also to a broker on another machine"
    )


def checked_sinks(arguments: argparse.Namespace) -> list[str]:
    """Give the places where alerts go, none of them where somebody may take them for real.

    Raises
    ------
    CommandError
        For a broker elsewhere, unless that is said to be meant.
    """
    from ...alerts.sinks import is_live

    places: list[str] = arguments.to
    for place in places:
        if is_live(place) and not arguments.yes_live:
            raise CommandError(
                f"{place} is on another machine, where others may take these alerts for real: "
                "--yes-live says that this is meant"
            )
    return places


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
    from ...alerts.classic import classic_notice
    from ...alerts.sinks import forward, forward_classic, open_sink

    places = checked_sinks(arguments)
    if arguments.gcn:
        for place in places:
            if not place.startswith(("kafka:", "exec:")):
                raise CommandError(f"--gcn: {place} takes alerts, and VOEvents are none")
    following = Following(arguments)
    sinks = [open_sink(place, timeout=arguments.timeout) for place in places]
    try:
        for alert in following:
            classic = classic_notice(following.store, alert) if arguments.gcn else None
            for sink in sinks:
                forward(alert, sink, following.of(alert), arguments.group)
                if classic is not None:
                    forward_classic(alert, sink, *classic)
            if following.offsets is not None:
                following.offsets.write(following.follower.position_after(alert))
    finally:
        for sink in sinks:
            sink.close()
    return 0
