"""The verb ``demo``: the main job in one go, on a real event file, each answer compared."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..arguments import fill_verb
from ..output import say, say_json

if TYPE_CHECKING:
    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "demo",
        _demo,
        "Upload a real event file into a store, write a log entry with a file and a tag, apply a "
        "label, replace the event's data; make a superevent of it, write a sky map and a "
        "classification, have an advocate sign off, upload a notice, expose it; read everything "
        "back, also as a reader without credentials, and compare it with what must be there; "
        "then show the folder. Without --store it is a new temporary folder, which is "
        "kept; $FAKEGRACEDB_STORE is left alone. Nothing needs a network.",
    )
    verb.add_argument(
        "--file",
        metavar="PATH",
        help="your own event file: a compact-binary coincidence as LIGO_LW, plain or compressed; "
        "its replacement is the same file again. Else two files of ligo-gracedb's own tests",
    )


def _demo(arguments: argparse.Namespace) -> int:
    import tempfile
    import time
    from pathlib import Path

    begin = time.perf_counter()
    from . import folder, source, steps

    own = arguments.file
    sources = source.of_client() if own is None else (source.read(own),) * 2
    named = arguments.store or tempfile.mkdtemp(prefix="fakegracedb-demo-")
    path = Path(named).resolve()
    facts = steps.play(path, *sources, tell=_silent if arguments.json else say)
    graceid, superevent_id = facts["graceid"], facts["superevent_id"]
    objects = {
        f"events/{graceid}": facts["files"],
        f"superevents/{superevent_id}": facts["candidate"]["files"],
    }
    facts["folder"] = folder.rows(path, objects)
    if arguments.json:
        facts["seconds"] = round(time.perf_counter() - begin, 3)
        say_json(facts)
    else:
        say(folder.text(path, facts["folder"]))
        say(folder.ways_on(path, graceid, superevent_id, temporary=arguments.store is None))
    return 0


def _silent(text: str) -> None:
    """Tell nothing: the facts are printed at the end."""
