"""The command line's grammar: the verbs, and the options that all of them share."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import __version__

if TYPE_CHECKING:
    # a class of argparse that has a type argument only for type checkers
    Verbs: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]

    from ..store import Store

__all__ = [
    "DEFAULT_STORE",
    "add_verb",
    "named_store",
    "opened_store",
    "parser",
]

DEFAULT_STORE = "gracedb-store"


_FALLING = re.compile(r"-[A-Za-z][\w.,-]+")  # a column to sort by, and no option that there is


class _Parser(argparse.ArgumentParser):
    """A parser; that of ``ls`` takes ``--sort -far`` for what it is to whoever reads it."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, as always; argparse alone would take the column for an option."""
        given = list(sys.argv[1:] if args is None else args)
        if not self.prog.endswith(" ls"):
            return super().parse_known_args(given, namespace)
        end = given.index("--") if "--" in given else len(given)
        for place in range(min(end, len(given) - 1) - 1, -1, -1):
            if given[place] == "--sort" and _FALLING.fullmatch(given[place + 1]):
                given[place : place + 2] = [f"--sort={given[place + 1]}"]
        return super().parse_known_args(given, namespace)


def parser() -> argparse.ArgumentParser:
    """Make the parser; its result has `run`, which takes that result and gives an exit status."""
    from . import (
        alerts,
        broker,
        cache,
        certificates,
        completion,
        create,
        cycle,
        demo,
        execute,
        explain,
        fetch,
        load,
        look,
        notice,
        rights,
        selftest,
        serve,
        store,
        validate,
    )

    top: argparse.ArgumentParser = _Parser(
        prog="fakegracedb",
        description="A GraceDB that lives in a folder.",
        epilog="`fakegracedb VERB --help` tells more of a verb.",
        allow_abbrev=False,
    )
    _add_common(top)
    top.set_defaults(store=None, json=False, debug=False)
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    demo.add(verbs)
    execute.add(verbs)
    explain.add(verbs)
    serve.add(verbs)
    look.add(verbs)
    selftest.add(verbs)
    rights.add(verbs)
    completion.add(verbs)
    store.add(verbs)
    fetch.add(verbs)
    load.add(verbs)
    cache.add(verbs)
    create.add(verbs)
    cycle.add(verbs)
    validate.add(verbs)
    certificates.add(verbs)
    alerts.add(verbs)
    notice.add(verbs)
    broker.add(verbs)
    return top


def add_verb(
    verbs: Verbs,
    name: str,
    run: Callable[[argparse.Namespace], int] | None,
    summary: str,
    description: str = "",
) -> argparse.ArgumentParser:
    """Add a verb, or with `run` None a group of verbs, and the options that all share."""
    verb = verbs.add_parser(
        name,
        help=summary,
        description=description or f"{summary[0].upper()}{summary[1:]}.",
        allow_abbrev=False,
    )
    _add_common(verb)
    if run is not None:
        verb.set_defaults(run=run)
    return verb


def _add_common(parser: argparse.ArgumentParser) -> None:
    """Add what can be said before or after a verb: no defaults, or one would undo the other."""
    group = parser.add_argument_group("options of every verb")

    def add(flag: str, **details: Any) -> None:
        group.add_argument(flag, default=argparse.SUPPRESS, **details)

    add(
        "--store",
        metavar="DIR",
        type=_folder,
        help=f"the store; else $FAKEGRACEDB_STORE, else ./{DEFAULT_STORE}",
    )
    add("--json", action="store_true", help="print JSON, for programs")
    add("--debug", action="store_true", help="show where an error came from")
    add("--version", action="version", version=f"fakegracedb {__version__}")


def _folder(text: str) -> str:
    if not text or "://" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is not a folder")
    return text


def named_store(arguments: argparse.Namespace) -> str | None:
    """Give the folder named by option or environment, None where neither does."""
    named: str | None = arguments.store or os.environ.get("FAKEGRACEDB_STORE") or None
    return named


def opened_store(arguments: argparse.Namespace) -> Store:
    """Give the store that is meant, which must be there.

    Raises
    ------
    FakeGraceDbError
        If it is not.
    """
    from ..store import Store
    from .output import CommandError

    named = named_store(arguments) or f"./{DEFAULT_STORE}"
    store = Store(named)
    if not store.exists():
        raise CommandError(
            f"there is no store in {named}: name one with --store DIR or $FAKEGRACEDB_STORE, or "
            "make one with `fakegracedb store init`"
        )
    return store
