"""The verb ``cycle``: a span of time replayed in a loop."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .arguments import fill_verb
from .fetch import archive_of
from .output import complain, counted
from .regeneration import INTERRUPTED, add_options, interruptible, opened, options, say_now

if TYPE_CHECKING:
    from ..regeneration.cycles import Cycled
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "cycle",
        _run,
        "Replay what a server has from START to END (GPS [s]) for ever: an object of the time g "
        "comes again at g plus any multiple of the span, beginning in the middle where we are now.",
    )
    verb.add_argument("start", metavar="START", help="GPS time [s]")
    verb.add_argument("end", metavar="END", help="GPS time [s], after START")
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
    import json

    from ..regeneration.cycles import cycle
    from ..regeneration.loops import Selection
    from ..services import connect_to_source
    from .progress import Bar

    target = opened(arguments)

    def tell(line: str) -> None:
        bar.clear()
        say_now(json.dumps({"line": line}) if arguments.json else line)

    with Bar() as bar, interruptible() as stop:
        result = cycle(
            arguments.start,
            arguments.end,
            target,
            source=connect_to_source(arguments.source, auth=arguments.auth),
            selection=Selection(arguments.kind, arguments.only_pipeline, arguments.only_search),
            archive=archive_of(arguments),
            cycles=arguments.cycles,
            checkpoint=arguments.checkpoint,
            clock=arguments.clock,
            stop=stop,
            tell=tell,
            progress=bar.show,
            options=options(arguments),
        )
    say_now(json.dumps({"report": result.to_json()}) if arguments.json else _told(result))
    for id_, problem in result.failures.items():
        complain(f"{id_}: {problem}")
    if stop.is_set():
        goes_on = f"; {arguments.checkpoint} tells a restart where" if arguments.checkpoint else ""
        complain(f"interrupted{goes_on}")
        return INTERRUPTED
    return 1 if result.failures else 0


def _told(result: Cycled) -> str:
    failed = f", {len(result.failures)} of them not whole" if result.failures else ""
    return (
        f"{counted(result.objects, 'object')} with {counted(result.events, 'event')} created"
        f"{failed}; {counted(result.cycles, 'cycle')} over"
    )
