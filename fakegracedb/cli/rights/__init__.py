"""The verb ``check-permissions``: what the caller may do, found out by asking without doing."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..arguments import fill_verb
from ..output import CommandError
from ..values import add_groups, server_url, user_name

if TYPE_CHECKING:
    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "check-permissions",
        _check,
        "Tell to which groups and pipelines you may upload, which superevents you may make, and "
        "more of what you may do: on a test server, as you would ask it with your credentials, or "
        "without a URL in a store. It is found out by requests from which something is missing: "
        "who may not is refused before the server sees that, and nothing is made either way. The "
        "production server is refused.",
    )
    verb.add_argument(
        "url",
        metavar="URL",
        nargs="?",
        type=server_url,
        help="of a test server, or playground, test, …; else a store is asked",
    )
    verb.add_argument(
        "--user",
        metavar="NAME",
        type=user_name,
        help="in a store: who asks; else its default user",
    )
    add_groups(verb, "in a store: the groups to act with, else those that the user has")
    verb.add_argument("--anonymous", action="store_true", help="as a reader without credentials")


def _check(arguments: argparse.Namespace) -> int:
    named = arguments.user is not None or arguments.groups is not None
    if arguments.anonymous and named:
        raise CommandError("a reader without credentials has neither a name nor groups")
    if arguments.url is not None and (named or arguments.store is not None):
        raise CommandError("--store, --user and --groups are for a store, and a URL is given too")
    from .report import report

    return report(arguments)
