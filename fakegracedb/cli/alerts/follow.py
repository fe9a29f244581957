"""The verb ``alerts follow``: alerts on standard output, or to a command, as they come."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..arguments import add_verb
from .common import Following, add_following, add_topics, positive

if TYPE_CHECKING:
    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "follow",
        _follow,
        "print the alerts of a store as they come",
        "Print the alerts of a store as they come, whichever process causes them: a line with the "
        "topic, a tab and the packet, for each of its topics. With --json a line an alert: its "
        "number, time, topics and packet.",
    )
    add_topics(verb)
    add_following(verb)
    verb.add_argument(
        "--exec",
        dest="command",
        metavar="CMD",
        help="run this for each instead, with the packet on its standard input and "
        "$FAKEGRACEDB_TOPIC, $FAKEGRACEDB_SEQ and $FAKEGRACEDB_UID; its failure ends all",
    )
    verb.add_argument("--timeout", type=positive, metavar="S", help="for each run of it [s]")
    verb.add_argument(
        "--legacy-lines",
        action="store_true",
        help="print topic|packet, as lvalertTest did: to be split at the first bar",
    )


def _follow(arguments: argparse.Namespace) -> int:
    from ...alerts.packets import line_text
    from ...alerts.sinks import CommandSink

    command = None
    if arguments.command is not None:
        command = CommandSink(arguments.command, arguments.timeout)
    following = Following(arguments)
    bar = "|" if arguments.legacy_lines else "\t"
    for alert in following:
        topics = following.of(alert)
        if command is not None:
            command.send_alert(alert, topics)
        elif arguments.json:
            sys.stdout.write(line_text(alert, topics))
        else:
            payload = alert.payload
            sys.stdout.write("".join(f"{topic}{bar}{payload}\n" for topic in topics))
        sys.stdout.flush()
        if following.offsets is not None:
            following.offsets.write(following.follower.position_after(alert))
    return 0
