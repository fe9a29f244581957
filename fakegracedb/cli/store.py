"""The grammar of the verbs ``store …``; what they do is in `care`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from .arguments import add_verb, fill_verb
from .values import server_version, user_name

if TYPE_CHECKING:
    from ..clock import Clock
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    group = fill_verb(verbs, "store", None)
    kinds = group.add_subparsers(title="verbs", metavar="VERB", required=True)

    verb = add_verb(kinds, "init", _run("init"), "make an empty store, and say where")
    verb.add_argument(
        "--server-version",
        metavar="VERSION",
        type=server_version,
        help="the server that it imitates: 2.36 (default) or 2.33",
    )
    verb.add_argument(
        "--user", metavar="NAME", type=user_name, help="who asks, unless a client says otherwise"
    )
    verb.add_argument(
        "--clock",
        metavar="TIME",
        type=_clock,
        help="where its clock stands, UTC or GPS [s]; else it follows the system's",
    )
    verb.add_argument(
        "--fsync",
        action="store_true",
        help="let every change wait until the disk has it: for a store that is kept",
    )

    add_verb(kinds, "info", _run("info"), "tell what a store holds")

    description = (
        "Find every inconsistency of a store, a line each, and exit with 1 if there is one. "
        "Nothing is changed."
    )
    add_verb(kinds, "check", _run("check"), "find every inconsistency", description)

    for name, summary, target in (
        ("snapshot", "keep a store as it is now, for `restore`", "where to keep it"),
        ("copy", "make another store of its content", "where the other one shall be"),
    ):
        verb = add_verb(kinds, name, _run(name), summary)
        verb.add_argument("target", metavar="DIR", help=f"{target}: a new folder or an empty one")
        verb.add_argument(
            "--no-journal", action="store_true", help="leave out the record of past changes"
        )

    verb = add_verb(kinds, "restore", _run("restore"), "make a store what a snapshot holds")
    verb.add_argument("source", metavar="DIR", help="the snapshot")

    description = "Empty a store. Settings, vocabulary and users stay."
    verb = add_verb(kinds, "reset", _run("reset"), "empty a store", description)
    verb.add_argument("--yes", action="store_true", help="do not ask")

    summary = "take documents that were edited by hand as they are"
    add_verb(kinds, "reindex", _run("reindex"), summary)

    summary = "replace the record of past changes by the documents as they stand"
    add_verb(kinds, "compact", _run("compact"), summary)


def _run(name: str) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        from . import care  # only now: it loads the store

        verb: Callable[[argparse.Namespace], int] = getattr(care, name)
        return verb(arguments)

    return run


def _clock(text: str) -> Clock:
    from ..clock import Clock

    try:
        return Clock.of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
