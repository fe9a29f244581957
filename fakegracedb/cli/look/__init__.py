"""The grammar of the verbs that look into a store; a module does what they do."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..arguments import fill_verb

if TYPE_CHECKING:
    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    verb = fill_verb(
        verbs,
        "ls",
        _run("listing", "ls"),
        "List the events and superevents of a store, newest first. A query is read in the language "
        "of superevents and in that of events, and those are listed in whose language it is one; "
        "--events or --superevents says which is meant. Without a query nothing is left out; with "
        "one, Test and MDC are, as on the server. `fakegracedb explain` shows how a query is read.",
    )
    verb.add_argument("query", metavar="QUERY", nargs="?", help="what the real server takes")
    kinds = verb.add_mutually_exclusive_group()
    kinds.add_argument("--events", dest="kind", action="store_const", const="events",
                       help="only events")  # fmt: skip
    kinds.add_argument("--superevents", dest="kind", action="store_const", const="superevents",
                       help="only superevents")  # fmt: skip
    verb.add_argument(
        "--sort", metavar="NAME", default="", help="a column of the server, as far; -far falls"
    )
    verb.add_argument(
        "--limit", metavar="N", type=_count, help="no more than so many of each; else all"
    )

    for module, name in (
        ("showing", "show"),
        ("parts", "log"),
        ("parts", "files"),
    ):
        verb = fill_verb(verbs, name, _run(module, name))
        verb.add_argument("id", metavar="ID", help="graceid, superevent id or GW id")

    verb = fill_verb(
        verbs,
        "cat",
        _run("parts", "cat"),
        "Write the bytes of a file to stdout, as they were uploaded: nothing is unpacked.",
    )
    verb.add_argument("id", metavar="ID", help="graceid, superevent id or GW id")
    verb.add_argument(
        "file", metavar="FILE", help="its name, or with a version: coinc.xml,0; else the newest"
    )


def _run(module: str, name: str) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        from importlib import import_module  # only now: it loads the store

        verb: Callable[[argparse.Namespace], int]
        verb = getattr(import_module(f".{module}", __name__), name)
        return verb(arguments)

    return run


def _count(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = -1
    if count < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rows")
    return count
