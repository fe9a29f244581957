"""The verb ``create``: archived events and superevents made again at another time."""

from __future__ import annotations

import argparse
import contextlib
import threading
from typing import TYPE_CHECKING

from .arguments import fill_verb
from .fetch import archive_of, tell_trouble
from .output import CommandError, complain, failure_text, say, say_json
from .progress import Bar
from .regeneration import INTERRUPTED, add_options, interruptible, opened, options, say_now

if TYPE_CHECKING:
    from pathlib import Path

    from ..archive import Archive
    from ..regeneration.outcome import Regeneration
    from ..regeneration.targets import Target
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    verb = fill_verb(
        verbs,
        "create",
        _create,
        "Create events and superevents of an archive again, on a test server or in a store, with "
        "every time in every file moved. What is not in the archive is fetched first. Events and "
        "their files are uploaded as their pipelines did it, or with --mode history everything is "
        "done again, entry by entry. Nothing is ever created on the production server.",
    )
    verb.add_argument("ids", metavar="ID", nargs="+", help="events and superevents")
    add_options(verb)
    when = verb.add_mutually_exclusive_group()
    when.add_argument(
        "--at",
        metavar="TIME",
        help="the new time of t_0, or of an event: GPS [s], UTC, now (default), or +SECONDS",
    )
    when.add_argument("--shift", metavar="SECONDS", help="move all times by so much instead")
    when.add_argument("--no-time-shift", action="store_true", help="leave all times as they are")
    verb.add_argument(
        "--sidereal", action="store_true", help="round the shift down to whole sidereal days"
    )
    verb.add_argument(
        "--dry-run", action="store_true", help="try it in a store of its own, which is removed"
    )
    verb.add_argument(
        "--report",
        metavar="DIR",
        help="where reports of shifts go; else `reports` in the archive, if that is a folder here",
    )


def _create(arguments: argparse.Namespace) -> int:
    from ..archive.names import check_ids

    ids = check_ids(arguments.ids)
    target = opened(arguments)
    archive = archive_of(arguments)
    try:
        _fetch(arguments, ids, archive)
    except KeyboardInterrupt:
        complain("interrupted: nothing was created; the same again goes on with fetching")
        raise
    with interruptible() as stop:
        results = _create_all(arguments, ids, archive, target, stop)
        stopped = stop.is_set()
    made = [result for result in results if not isinstance(result, Exception)]
    for id_, result in zip(ids, results, strict=True):
        if isinstance(result, Exception):
            if arguments.debug or len(ids) == 1:
                raise result
            complain(f"{id_}: {failure_text(result)}")
        else:
            _tell(arguments, archive, id_, result)
    if arguments.json:
        say_json([result.to_json() for result in made])
    if stopped:
        complain("interrupted: what is told above is there and complete, as far as it goes")
        return INTERRUPTED
    return 1 if len(made) < len(ids) or any(result.failed for result in made) else 0


def _fetch(arguments: argparse.Namespace, ids: list[str], archive: Archive) -> None:
    """Fetch what is not in the archive."""
    from ..archive import fetch

    wanted = [id_ for id_ in ids if arguments.refresh or id_ not in archive]
    if not wanted:
        return

    def trouble(error: Exception, pause: float) -> None:
        bar.clear()
        tell_trouble(error, pause)

    with Bar() as bar:
        found = fetch(
            wanted,
            arguments.source,
            archive,
            refresh=arguments.refresh,
            related=arguments.mode == "history",
            auth=arguments.auth,
            progress=bar.show,
            trouble=trouble,
        )
        for got in found:
            for warning in got.warnings:
                complain(f"{got.archived.id}: {warning}")


def _create_all(
    arguments: argparse.Namespace,
    ids: list[str],
    archive: Archive,
    target: Target,
    stop: threading.Event,
) -> list[Regeneration | Exception]:
    from ..regeneration.together import regenerate_all

    with contextlib.ExitStack() as stack:
        bar = stack.enter_context(Bar())
        clock = arguments.clock
        if arguments.dry_run:
            target, clock = _rehearsal(target, stack), "fake"

        def tell(line: str) -> None:
            bar.clear()
            if not arguments.json:
                say_now(f"Would: {line}" if arguments.dry_run else line)

        return regenerate_all(
            ids,
            target,
            archive=archive,
            at=arguments.at,
            shift="0" if arguments.no_time_shift else arguments.shift,
            sidereal=arguments.sidereal,
            clock=clock,
            tell=tell,
            progress=lambda done, total: bar.show(" ".join(ids[:3]), done, total),
            stop=stop,
            **options(arguments),
        )


def _tell(arguments: argparse.Namespace, archive: Archive, id_: str, result: Regeneration) -> None:
    """Say what was created, and write the report of the shift."""
    if result.problem:
        complain(f"{id_}: ended before its time: {result.problem}")
    if not arguments.json:
        say(result.table())
        for difference in (*result.report.notes, *result.differences):
            say(difference)
    if not arguments.dry_run:
        path = _write_report(arguments, archive, result, id_)
        if not arguments.json:
            say(f"report of the shift: {path}")


def _rehearsal(target: Target, stack: contextlib.ExitStack) -> Target:
    """Give a store that is gone afterwards, at the time of the target."""
    from ..client import FakeGraceDb
    from ..regeneration.targets import Target

    client = FakeGraceDb(store=_temporary(stack))
    if target.store is not None:
        client.clock = target.store.clock.setting
    return Target(client, "a rehearsal", client.store)


def _temporary(stack: contextlib.ExitStack) -> str:
    import tempfile

    return stack.enter_context(tempfile.TemporaryDirectory(prefix="fakegracedb-rehearsal-"))


def _write_report(
    arguments: argparse.Namespace, archive: Archive, result: Regeneration, id_: str
) -> Path:
    """Write the report of a shift, for programs and for people; give the latter's file."""
    import json
    from datetime import UTC, datetime
    from pathlib import Path

    from ..archive.places import LocalPlace

    usual = archive.path if isinstance(archive.place, LocalPlace) else Path()
    folder = Path(arguments.report) if arguments.report else usual / "reports"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        name = folder / f"{id_}-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        Path(f"{name}.json").write_text(json.dumps(result.to_json(), indent=1) + "\n")
        text = Path(f"{name}.txt")
        text.write_text(f"{result.table()}\n\n{result.report}\n")
    except OSError as error:
        raise CommandError(f"the report cannot be written: {error}") from error
    return text
