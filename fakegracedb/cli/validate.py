"""The verb ``validate``: whether a superevent came out right."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .arguments import fill_verb, opened_store
from .output import CommandError, counted, say, say_json

if TYPE_CHECKING:
    from .arguments import Verbs

__all__ = ["add"]

_FAILED = 2


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "validate",
        _run,
        "Check a superevent, or the one that an event belongs to, against a checklist of labels, "
        "files and notices: one line for each check that fails, and exit status 2. How long after "
        "t_0 everything was there goes into ID_latency_data.json.",
    )
    verb.add_argument("id", metavar="ID", nargs="?", help="a superevent, or an event of one")
    verb.add_argument(
        "--source", metavar="SERVICE", help="a server or store; else the store that is named"
    )
    verb.add_argument("--checklist", metavar="FILE", help="another checklist, in JSON")
    verb.add_argument(
        "--print-checklist", action="store_true", help="print the usual checklist, to begin with"
    )
    verb.add_argument("--output", metavar="DIR", default=".", help="where files go (here)")
    verb.add_argument(
        "--plot", action="store_true", help="draw the latencies into ID_latency.png too"
    )


def _run(arguments: argparse.Namespace) -> int:
    import json
    from pathlib import Path

    from ..regeneration.checklist import CHECKLIST
    from ..regeneration.latencies import plot
    from ..regeneration.validation import read_checklist, validate

    if arguments.print_checklist:
        say_json(CHECKLIST)
        return 0
    if arguments.id is None:
        raise CommandError("validate takes the id of a superevent, or of an event of one")
    checklist = None if arguments.checklist is None else read_checklist(arguments.checklist)
    found = validate(_client(arguments), arguments.id, checklist=checklist)
    folder = Path(arguments.output)
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / f"{found.superevent_id}_latency_data.json"
    table.write_text(json.dumps([vars(one) for one in found.latencies], indent=1) + "\n")
    if arguments.plot:
        plot(found.superevent_id, found.latencies, folder / f"{found.superevent_id}_latency.png")
    if arguments.json:
        say_json(found.to_json())
    else:
        for check in found.failures:
            say(f"{found.superevent_id}: {check.name}: {check.problem}")
        made = [check for check in found.checks if check.applies]
        say(f"{found.superevent_id}: {counted(len(made), 'check')}, {len(found.failures)} failed")
        say(f"latencies: {table}")
    return _FAILED if found.failures else 0


def _client(arguments: argparse.Namespace) -> object:
    from ..services import connect, connect_to_source

    if arguments.source is not None:
        return connect_to_source(arguments.source, auth=True)
    return connect(opened_store(arguments))
