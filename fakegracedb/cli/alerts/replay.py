"""The verb ``alerts replay``: a history as alerts once more."""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..arguments import DEFAULT_STORE, add_verb, named_store, opened_store
from ..output import CommandError, complain, counted
from .common import positive
from .relay import add_sinks, opened_sinks

if TYPE_CHECKING:
    from ...alerts import Alert
    from ...store import Store
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
        "each as of its own moment, spaced as they were. What the store's journal does not tell, "
        "and what an archive or another server holds, is rebuilt from logs, approximately. Nothing "
        "of it is touched.",
    )
    source = verb.add_mutually_exclusive_group()
    source.add_argument(
        "--source",
        metavar="SERVICE",
        help="in place of --store: an alias (production, playground, test, …), a URL (of one "
        "object), or a folder with a store or an archive",
    )
    source.add_argument(
        "--from-archive",
        nargs="?",
        const="",
        metavar="DIR",
        help="in place of --store: an archive; else $FAKEGRACEDB_ARCHIVE, else the usual one",
    )
    verb.add_argument(
        "--auth",
        action="store_true",
        help="look for credentials as the real client does, for what a server does not show all",
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
        help="a line of JSON for each alert: when it was due, how late it was sent, how long each "
        "place took, whether the alert is approximate, and how and how soon each subscriber (a "
        "program of --to, else a user) first changed its object in the store (with --source or "
        "--from-archive that of --store); and a last one that sums that up by type of alert",
    )
    verb.add_argument(
        "--linger",
        type=float,
        default=0.0,
        metavar="S",
        help="wait so long for reactions after the last alert [s]",
    )
    add_sinks(verb, required=False)


def _replay(arguments: argparse.Namespace) -> int:
    from ...alerts.sinks import CommandSink, forward
    from ...replaying import history, paced
    from ...replaying.reports import Report

    arguments.to = arguments.to or ["stdout"]
    if not 0 <= arguments.linger < float("inf"):
        raise CommandError("--linger is a number of seconds, not negative")
    source, archive = _source(arguments)
    alerts = history(
        source,
        arguments.uid,
        archive=archive,
        auth=arguments.auth,
        first=arguments.first,
        until=arguments.until,
        until_time=arguments.until_time,
        types=None if arguments.types is None else _types(arguments.types),
    )
    if guessed := sum(alert.approximate for alert in alerts):
        complain(
            f"{counted(guessed, 'alert')} of {len(alerts)} rebuilt from logs: approximate, with "
            "times in whole seconds"
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
        whole = _broker_topics(alerts, arguments.topic, arguments.group)
        sinks = opened_sinks(arguments, stack, whole)
        for sink in sinks.values():  # brokers: for who listens before the first alert comes
            if hasattr(sink, "prepare"):
                sink.prepare(whole)
        report = None
        if arguments.report is not None:
            report = stack.enter_context(Report(arguments.report, _watched(arguments)))
        began = time.monotonic()
        for due, topics, alert in sent:
            if report is not None:
                report.begin(alert, due, time.monotonic() - began - due)
            for place, sink in sinks.items():
                noted = (
                    nullcontext()
                    if report is None
                    else report.telling(place, program=isinstance(sink, CommandSink))
                )
                with noted:
                    forward(alert, sink, topics, arguments.group)
        if arguments.linger:
            time.sleep(arguments.linger)
    return 0


def _source(arguments: argparse.Namespace) -> tuple[Any, str | None]:
    """Give source and archive as `history` takes them."""
    if arguments.from_archive is not None:
        return None, arguments.from_archive or None
    if arguments.source is not None:
        from ...services import ALIASES

        known = arguments.source in (*ALIASES, "fake") or "://" in arguments.source
        if not known and not Path(arguments.source).is_dir():
            raise CommandError(
                f"{arguments.source} is neither a folder nor a URL nor one of {', '.join(ALIASES)}"
            )
        return arguments.source, None
    return opened_store(arguments), None


def _broker_topics(alerts: list[Alert], topic: str | None, group: str | None) -> list[str]:
    """Give the topics of a replay, with their prefixes."""
    from ...alerts import topic_prefix

    return sorted(
        {
            f"{group or topic_prefix(alert.root)}.{name}"
            for alert in alerts
            for name in ((topic,) if topic is not None else alert.topics)
        }
    )


def _types(text: str) -> set[str]:
    from ...alerts.packets import TYPES

    types = {one.strip() for one in text.split(",")}
    if unknown := types - TYPES:
        raise CommandError(
            f"there is no type {min(unknown)!r} of alerts: {', '.join(sorted(TYPES))}"
        )
    return types


def _watched(arguments: argparse.Namespace) -> Store | None:
    """Give the store in which subscribers write: with another source only one that is named."""
    from ...store import Store

    elsewhere = arguments.source is not None or arguments.from_archive is not None
    named = named_store(arguments)
    store = Store(named or DEFAULT_STORE)
    return store if store.exists() and (named is not None or not elsewhere) else None
