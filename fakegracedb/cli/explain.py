"""The verb ``explain``: how a query text is understood."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .arguments import fill_verb, named_store
from .output import say, say_json

if TYPE_CHECKING:
    from ..vocabulary import Vocabulary
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "explain",
        _explain,
        "Show how the text of a query is understood, term by term: what each asks for, how they "
        "combine, what is left out by default, and where it means something else than it seems "
        "to. A text that the server refuses is shown with the place and the reason, and the exit "
        "status is 1. A structured query, in JSON, is put into words. Groups, pipelines, searches "
        "and labels are those of the store, if one is named, else the usual ones.",
    )
    verb.add_argument(
        "query", metavar="QUERY", help="the text; after `--` it may begin with a minus"
    )
    verb.add_argument(
        "--superevents", action="store_true", help="it is a query of superevents, not of events"
    )


def _explain(arguments: argparse.Namespace) -> int:
    from ..query import explanation

    names = _names(arguments)
    found = explanation(
        arguments.query, "superevents" if arguments.superevents else "events", names
    )
    if arguments.json:
        say_json(found.to_json())
    else:
        say(str(found))
    return 0 if found.error is None else 1


def _names(arguments: argparse.Namespace) -> Vocabulary:
    named = named_store(arguments)
    if named is None:
        from ..vocabulary import DEFAULT

        return DEFAULT
    from ..store import Store

    return Store.open(named).vocabulary
