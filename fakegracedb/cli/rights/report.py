"""What the caller may do, asked and told in tables."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..arguments import opened_store
from ..output import say, say_json
from ..progress import Progress
from ..tables import facts_text, table_text, width
from .probes import Right, probes, user_of

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

__all__ = ["report"]


def report(arguments: argparse.Namespace) -> int:
    """Ask, and tell."""
    with _client(arguments) as client:
        user = user_of(client)
        rights = []
        questions = probes(client)
        with Progress("asking what is allowed") as progress:
            for done, ask in enumerate(questions):
                progress.at(done, len(questions))
                rights.append(ask())
    if arguments.json:
        say_json({"user": user, "rights": [one.to_json() for one in rights]})
        return 0
    uploads = [one for one in rights if one.what == "upload"]
    rest = [one for one in rights if one.what != "upload"]
    say("\n\n".join([_user_text(user), _uploads_text(uploads), _rest_text(rest)]))
    return 0


def _client(arguments: argparse.Namespace) -> GraceDb:
    if arguments.url is not None:
        from ...services import connect_for_tests

        return connect_for_tests(arguments.url, auth=not arguments.anonymous)
    from ... import FakeGraceDb

    client = FakeGraceDb(store=opened_store(arguments))
    if arguments.anonymous:
        return client.as_user(None)
    if arguments.user is None and arguments.groups is None:
        return client
    return client.as_user(arguments.user or client.store.settings["user"], arguments.groups)


def _user_text(user: dict[str, Any]) -> str:
    facts = [("user", str(user["username"]))]
    if "is_internal_user" in user:
        facts.append(("internal", "yes" if user["is_internal_user"] else "no"))
    return facts_text(facts, width())


def _uploads_text(rights: list[Right]) -> str:
    """Give a row a pipeline."""
    rows: dict[str, dict[str, Right]] = {}
    for one in rights:
        group, _, pipeline = one.which.rpartition(" ")
        rows.setdefault(pipeline, {})[group] = one
    groups = list(dict.fromkeys(group for row in rows.values() for group in row))
    head = ("upload to pipeline", *(f"group {one}" if one == "Test" else one for one in groups),
            "why not")  # fmt: skip
    cells = []
    for pipeline, row in rows.items():
        told = [row[group].allowed if group in row else "" for group in groups]
        reasons = dict.fromkeys(one.reason for one in row.values() if one.reason)
        cells.append((pipeline, *told, "; ".join(reasons)))
    return table_text(head, cells, width())


def _rest_text(rights: list[Right]) -> str:
    cells = [(f"{one.what} {one.which}".strip(), one.allowed, one.reason) for one in rights]
    return table_text(("what else", "allowed", "why not"), cells, width())
