"""The verb ``exec``: any command, with the fake swapped in."""

from __future__ import annotations

import argparse
import os
import sys

from .arguments import DEFAULT_STORE, fill_verb, named_store
from .output import complain
from .values import add_groups, server_version, user_name

TYPE_CHECKING = False  # what type checkers take for true, without the cost of importing typing
if TYPE_CHECKING:
    from .arguments import Verbs

__all__ = ["add"]

_NOT_RUN, _NOT_FOUND = 126, 127  # as shells tell of a command


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "exec",
        _exec,
        "Run a command in which the store answers every GraceDB client: the command `gracedb`, a "
        "program of yours, and the Python programs that it starts. A store that is not there is "
        "made. Everything after `--` is the "
        "command; its exit status becomes ours (126 if it cannot be run, 127 if it is not there).",
    )
    verb.add_argument(
        "--user", metavar="NAME", type=user_name, help="who asks, whatever the clients say"
    )
    add_groups(verb, "the user's groups")
    verb.add_argument(
        "--server-version",
        metavar="VERSION",
        type=server_version,
        help="which server is imitated: 2.36 or 2.33",
    )
    verb.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        metavar="-- COMMAND",
        help="the command and its arguments",
    )
    verb.set_defaults(usage=verb)


def _exec(arguments: argparse.Namespace) -> int:
    from ..api.message import group_names
    from ..child import environment
    from ..store import Store

    command = arguments.command
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        arguments.usage.print_usage(sys.stderr)
        print("fakegracedb exec: error: no command; it follows --", file=sys.stderr)
        return 2
    store = Store(named_store(arguments) or DEFAULT_STORE)
    if not store.exists():  # made here, where a folder that is something else is refused
        with store.transaction("store init") as transaction:
            transaction.put_settings(transaction.settings)
    groups = None
    if arguments.groups is not None:
        groups = group_names(arguments.groups, store.vocabulary.user_groups)
    variables = environment(
        store.path,
        user=arguments.user,
        groups=groups,
        server_version=arguments.server_version,
    )
    sys.stdout.flush()
    try:
        os.execvpe(command[0], command, variables)
    except FileNotFoundError:
        complain(f"{command[0]}: there is no such command")
        return _NOT_FOUND
    except OSError as error:
        complain(f"{command[0]}: it cannot be run: {error.strerror}")
        return _NOT_RUN
