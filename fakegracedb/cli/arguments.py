"""The command line's grammar: the verbs, and the options that all of them share."""

from __future__ import annotations

import argparse
import os
import re
import sys

from .. import __version__

TYPE_CHECKING = False  # what type checkers take for true, without the cost of importing typing
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    # a class of argparse that has a type argument only for type checkers
    Verbs: TypeAlias = argparse._SubParsersAction["_Parser"]

    from ..store import Store

__all__ = [
    "DEFAULT_STORE",
    "add_verb",
    "fill_verb",
    "named_store",
    "opened_store",
    "parser",
]

DEFAULT_STORE = "gracedb-store"

# Each verb with the module that knows what it takes, and what it does.
_VERBS = (
    ("demo", "demo", "the main job in one go, on a real event file"),
    ("exec", "execute", "run a command with the fake swapped in"),
    ("explain", "explain", "show how the text of a query is understood"),
    ("serve", "serve", "serve a store over HTTP"),
    ("ls", "look", "list events and superevents, all or those that a query finds"),
    ("show", "look", "show an event or superevent"),
    ("log", "look", "show the log of an event or superevent"),
    ("files", "look", "list the files of an event or superevent, every version"),
    ("cat", "look", "write the bytes of a file to stdout"),
    ("selftest", "selftest", "make one of everything on a server, and read it back"),
    ("check-permissions", "rights", "tell what you may do on a server"),
    ("completion", "completion", "print what makes a shell complete this command"),
    ("store", "store", "care of a store"),
    ("fetch", "fetch", "keep events and superevents of a server in an archive"),
    ("fetch-range", "fetch", "keep all superevents of a span of time"),
    ("load", "load", "fill a store from an archive"),
    ("import", "load", "fill a store from one of another program"),
    ("cache", "cache", "care of an archive"),
    ("create", "create", "create archived events and superevents again at another time"),
    ("cycle", "cycle", "replay a span of time in an endless loop"),
    ("validate", "validate", "check that a superevent has all that it must have"),
    (
        "ca-certificate",
        "certificates",
        "trust the certificates of an authority, for private test servers",
    ),
    ("alerts", "alerts", "tell others what has changed in a store"),
    ("notice", "notice", "build public notices"),
    (
        "broker",
        "broker",
        "serve a store's alerts by Kafka's protocol, to clients on this machine",
    ),
)

_FALLING = re.compile(r"-[A-Za-z][\w.,-]+")  # a column to sort by, and no option that there is


class _Parser(argparse.ArgumentParser):
    """A parser that may learn only when it is used what it takes.

    That of ``ls`` takes ``--sort -far`` for what it is to whoever reads it.
    """

    def __init__(self, *, fill: Callable[[], None] | None = None, **details: Any) -> None:
        super().__init__(allow_abbrev=False, **details)
        self.fill = fill

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, as always; argparse alone would take the column for an option."""
        if self.fill is not None:
            self.fill()
        given = list(sys.argv[1:] if args is None else args)
        if not self.prog.endswith(" ls"):
            return super().parse_known_args(given, namespace)
        end = given.index("--") if "--" in given else len(given)
        for place in range(min(end, len(given) - 1) - 1, -1, -1):
            if given[place] == "--sort" and _FALLING.fullmatch(given[place + 1]):
                given[place : place + 2] = [f"--sort={given[place + 1]}"]
        return super().parse_known_args(given, namespace)


def parser(*, whole: bool = False) -> argparse.ArgumentParser:
    """Make the parser; its result has `run`, which takes that result and gives an exit status.

    Parameters
    ----------
    whole : bool, optional
        Whether to load at once what every verb takes, for whoever wants to look at the grammar;
        else that of a verb is loaded when it is typed.
    """
    top = _Parser(
        prog="fakegracedb",
        description="A GraceDB that lives in a folder.",
        epilog="`fakegracedb VERB --help` tells more of a verb.",
    )
    _add_common(top)
    top.set_defaults(store=None, json=False, debug=False)
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    for name, module, summary in _VERBS:
        verbs.add_parser(
            name,
            help=summary,
            description=_sentence(summary),
            fill=lambda module=module: _load(module, verbs),
        )
    if whole:
        for module in dict.fromkeys(module for _, module, _ in _VERBS):
            _load(module, verbs)
    return top


def _load(module: str, verbs: Verbs) -> None:
    from importlib import import_module

    import_module(f".{module}", __package__).add(verbs)


def fill_verb(
    verbs: Verbs,
    name: str,
    run: Callable[[argparse.Namespace], int] | None,
    description: str = "",
) -> _Parser:
    """Give a verb of the command itself what it does, and the options that all share.

    With `run` None it is a group of verbs.
    """
    verb = verbs.choices[name]
    verb.fill = None
    if description:
        verb.description = description
    _add_common(verb)
    if run is not None:
        verb.set_defaults(run=run)
    return verb


def add_verb(
    verbs: Verbs,
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
    description: str = "",
) -> _Parser:
    """Add a verb to a group, with the options that all share."""
    verbs.add_parser(name, help=summary, description=_sentence(summary))
    return fill_verb(verbs, name, run, description)


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."


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
