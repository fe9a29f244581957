"""The verb ``selftest``: one of everything made and read back, on the fake or on a test server."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..arguments import fill_verb
from ..output import CommandError, say, say_json
from ..values import server_url

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "selftest",
        _selftest,
        "Make one of everything of the group Test, read it back and compare it: on a test server "
        "through the real client, or without a URL on the fake, in a store that --store names or "
        "a temporary one that goes again ($FAKEGRACEDB_STORE is left alone). What the server has "
        "not, or does not let you do, is told and no failure. What is made stays there, marked as "
        "tests. The production server is refused.",
    )
    verb.add_argument(
        "url",
        metavar="URL",
        nargs="?",
        type=server_url,
        help="of a test server, or playground, test, …; else the fake itself",
    )
    verb.add_argument(
        "--api-version",
        choices=("v1", "v2"),
        help="the API to be asked; else the server's own choice. v2 lacks VOEvents",
    )


def _selftest(arguments: argparse.Namespace) -> int:
    from .steps import STEPS
    from .story import Story

    if arguments.url is not None and arguments.store is not None:
        raise CommandError("a URL and --store are two places: say one of them")
    with _client(arguments) as client:
        story = Story(client, is_fake=arguments.url is None)
        for step in STEPS:
            outcome = story.play(step)
            if not arguments.json:
                say(str(outcome))
        said = story.summary()
    if arguments.json:
        say_json({"server": said["server"], "steps": [one.to_json() for one in story.outcomes]})
    else:
        say(said["text"])
    return 1 if story.failed else 0


def _client(arguments: argparse.Namespace) -> GraceDb:
    api_version = arguments.api_version
    if arguments.url is not None:
        from ...services import connect_for_tests

        return connect_for_tests(arguments.url, api_version=api_version)
    from ... import FakeGraceDb, Store

    if arguments.store is not None:
        return FakeGraceDb(store=arguments.store, api_version=api_version)
    # told the same at every run
    return FakeGraceDb(
        store=Store.temporary(), clock="2026-03-01 17:00:00", api_version=api_version
    )
