"""The verb ``alerts replay``: a history as alerts once more."""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from ..arguments import add_verb
from ..output import CommandError
from .common import opened, positive
from .relay import add_sinks, checked_sinks

if TYPE_CHECKING:
    from ...alerts import Alert
    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "replay",
        _replay,
        "send the alerts of a history once more",
        "Send once more the alerts that an event or superevent of a store, or all of it, has sent: "
        "each as of its own moment, spaced as they were. The store is not touched.",
    )
    verb.add_argument("--uid", metavar="ID", help="of which object; else everything")
    pace = verb.add_mutually_exclusive_group()
    pace.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="how much faster (0: do not wait)"
    )
    pace.add_argument("--no-wait", action="store_true", help="as --speed 0")
    verb.add_argument(
        "--from", dest="first", type=int, metavar="N", help="begin with the alert of log entry N"
    )
    verb.add_argument("--until", type=int, metavar="N", help="end with the alert of log entry N")
    verb.add_argument(
        "--until-time", type=float, metavar="S", help="end so long after the first alert [s]"
    )
    verb.add_argument("--types", metavar="TYPE,…", help="only these: new,log,label_added,…")
    verb.add_argument("--topic", metavar="NAME", help="in place of each alert's own topics")
    verb.add_argument("--repeat", type=int, default=1, metavar="K", help="how often")
    verb.add_argument(
        "--every", type=positive, metavar="S", help="from one beginning to the next [s]"
    )
    verb.add_argument(
        "--start-in", type=float, default=0.0, metavar="S", help="before the first is due [s]"
    )
    verb.add_argument(
        "--retime", action="store_true", help="move the times in the alerts, as if it were now"
    )
    verb.add_argument(
        "--report",
        metavar="FILE",
        help="a line of JSON for each alert: when it was due and sent, how late, how long each "
        "place took, and whether the alert is approximate",
    )
    add_sinks(verb, required=False)


def _replay(arguments: argparse.Namespace) -> int:
    import json

    from ...alerts.replaying import history, paced
    from ...alerts.sinks import forward, open_sink

    arguments.to = arguments.to or ["stdout"]
    places = checked_sinks(arguments)
    alerts = history(
        opened(arguments),
        arguments.uid,
        first=arguments.first,
        until=arguments.until,
        until_time=arguments.until_time,
        types=None if arguments.types is None else _types(arguments.types),
    )
    sent = paced(
        alerts,
        speed=0.0 if arguments.no_wait else arguments.speed,
        topic=arguments.topic,
        retime=arguments.retime,
        repeat=arguments.repeat,
        every=arguments.every,
        start_in=arguments.start_in,
    )
    with ExitStack() as stack:
        sinks = {
            place: stack.enter_context(closing(open_sink(place, timeout=arguments.timeout)))
            for place in places
        }
        report = None
        if arguments.report is not None:
            report = stack.enter_context(open(arguments.report, "w", encoding="utf-8"))  # noqa: PTH123
        began = time.monotonic()
        for due, topics, alert in sent:
            late = time.monotonic() - began - due
            took: dict[str, float] = {}
            for place, sink in sinks.items():
                start = time.monotonic()
                forward(alert, sink, topics, arguments.group)
                took[place] = round(time.monotonic() - start, 6)
            if report is not None:
                report.write(json.dumps(_told(alert, due, late, took)) + "\n")
    return 0


def _types(text: str) -> set[str]:
    from ...alerts.packets import TYPES

    types = {one.strip() for one in text.split(",")}
    if unknown := types - TYPES:
        raise CommandError(
            f"there is no type {min(unknown)!r} of alerts: {', '.join(sorted(TYPES))}"
        )
    return types


def _told(alert: Alert, due: float, late: float, took: dict[str, float]) -> dict[str, Any]:
    return {
        "seq": alert.seq,
        "uid": alert.uid,
        "type": alert.alert_type,
        "due": round(due, 6),
        "late": round(max(0.0, late), 6),
        "took": took,
        "approximate": alert.approximate,
    }
