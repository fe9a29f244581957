"""The verb ``cycle``: a span of time replayed in a loop."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .arguments import add_verb
from .fetch import archive_of
from .output import complain, say_json
from .regeneration import INTERRUPTED, add_options, interruptible, opened, options, say_now

if TYPE_CHECKING:
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "cycle",
        _run,
        "replay a span of time in an endless loop",
        "Replay what a server has from START to END (GPS [s]) for ever: an object of the time g "
        "comes again at g plus any multiple of the span, beginning in the middle where we are now.",
    )
    verb.add_argument("start", metavar="START")
    verb.add_argument("end", metavar="END")
    add_options(verb)
    verb.add_argument(
        "--kind",
        choices=("superevents", "events"),
        default="superevents",
        help="whole superevents (default), or single events",
    )
    verb.add_argument("--only-pipeline", metavar="NAME", default="", help="events of a pipeline")
    verb.add_argument("--only-search", metavar="NAME", default="", help="events of a search")
    verb.add_argument("--cycles", metavar="N", type=int, help="end after so many")
    verb.add_argument(
        "--checkpoint", metavar="FILE", help="how far it has come, so that a restart goes on"
    )


def _run(arguments: argparse.Namespace) -> int:
    from ..regeneration.cycles import Selection, cycle
    from ..services import connect

    target = opened(arguments)

    def tell(line: str) -> None:
        if arguments.json:
            say_json({"line": line})
        else:
            say_now(line)

    with interruptible() as stop:
        failures = cycle(
            arguments.start,
            arguments.end,
            target,
            source=connect(arguments.source, auth=arguments.auth),
            selection=Selection(arguments.kind, arguments.only_pipeline, arguments.only_search),
            archive=archive_of(arguments),
            cycles=arguments.cycles,
            checkpoint=arguments.checkpoint,
            clock=arguments.clock,
            stop=stop,
            tell=tell,
            options=options(arguments),
        )
    if stop.is_set():
        goes_on = f"; {arguments.checkpoint} tells a restart where" if arguments.checkpoint else ""
        complain(f"interrupted{goes_on}")
        return INTERRUPTED
    return 1 if failures else 0
