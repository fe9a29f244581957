"""The verbs ``create`` and ``cycle``: archived things made again at another time."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .arguments import add_verb
from .output import CommandError, complain, failure_text, say, say_json

if TYPE_CHECKING:
    from pathlib import Path

    from ..archive import Archive
    from ..regeneration.outcome import Regeneration
    from ..regeneration.targets import Target
    from .arguments import Verbs

__all__ = ["add"]

_INTERRUPTED = 130


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    verb = add_verb(
        verbs,
        "create",
        _create,
        "create archived events and superevents again at another time",
        "Create events and superevents of an archive again, on a test server or in a store, with "
        "every time in every file moved. What is not in the archive is fetched first. Events and "
        "their files are uploaded as their pipelines did it, or with --mode history everything is "
        "done again, entry by entry. Nothing is ever created on the production server.",
    )
    verb.add_argument("ids", metavar="ID", nargs="+", help="events and superevents")
    _add_options(verb)
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
        "--report", metavar="DIR", help="where reports of shifts go; else `reports` in the archive"
    )

    verb = add_verb(
        verbs,
        "cycle",
        _cycle,
        "replay a span of time in an endless loop",
        "Replay what a server has from START to END (GPS [s]) for ever: an object of the time g "
        "comes again at g plus any multiple of the span, beginning in the middle where we are now.",
    )
    verb.add_argument("start", metavar="START")
    verb.add_argument("end", metavar="END")
    _add_options(verb)
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


def _add_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--target",
        metavar="SERVICE",
        required=True,
        help="the folder of a store, `fake`, a URL, or playground, test, dev, cnaf, local",
    )
    verb.add_argument(
        "--source", metavar="SERVICE", default="production", help="where from (production)"
    )
    verb.add_argument(
        "--archive", "--cache-path", metavar="DIR", help="the archive; else $FAKEGRACEDB_ARCHIVE"
    )
    verb.add_argument(
        "--refresh", "--refresh-cache", action="store_true", help="fetch also what is there"
    )
    verb.add_argument("--group", metavar="NAME", help="another group")
    search = verb.add_mutually_exclusive_group()
    search.add_argument("--search", metavar="NAME", help="another search (MDC)")
    search.add_argument("--original-search", action="store_true", help="keep the searches")
    verb.add_argument("--mode", choices=("pipeline", "history"), default="pipeline")
    verb.add_argument(
        "--max-delay", metavar="SECONDS", help="shrink all delays if the last one is longer"
    )
    verb.add_argument("--speed", metavar="X", default="1", help="so many times as fast")
    verb.add_argument("--cap-wait", metavar="SECONDS", help="wait no longer than that at once")
    verb.add_argument(
        "--clock",
        choices=("wall", "fake"),
        help="wait, or set the store's clock (the default for stores)",
    )
    uploads = verb.add_mutually_exclusive_group()
    uploads.add_argument("--all-files", action="store_true", help="all that pipelines uploaded")
    uploads.add_argument(
        "--essential-files", action="store_true", help="sky maps, p_astro and em_bright only"
    )
    verb.add_argument("--label", metavar="NAME", action="append", default=[], help="further labels")
    verb.add_argument(
        "--no-meg-log", action="store_true", help="no entry that tells where events come from"
    )
    for flag, text in (
        ("--deep", "also move times that are not of the event"),
        ("--shift-process", "also the times of jobs in LIGO_LW documents"),
        ("--keep-trigger-id", "external notices keep the ids of their triggers"),
        ("--test-role", "external notices get role=test"),
        ("--rewrite-text", "put new ids into texts too"),
        ("--rename-files", "move times in names of files"),
        ("--strict", "files of unknown kinds with a time near the event are errors"),
    ):
        verb.add_argument(flag, action="store_true", help=text)
    for flag in ("--username", "--password"):
        verb.add_argument(flag, metavar="TEXT", help=argparse.SUPPRESS)


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Give what `regenerate` takes, as far as both verbs have it."""
    uploads = "all" if arguments.all_files else "default"
    names = ("deep", "shift_process", "keep_trigger_id", "test_role", "rewrite_text")
    return {
        **{name: getattr(arguments, name) for name in (*names, "rename_files", "strict")},
        "group": arguments.group,
        "search": None if arguments.original_search else arguments.search or "MDC",
        "mode": arguments.mode,
        "max_delay": arguments.max_delay,
        "speed": arguments.speed,
        "cap_wait": arguments.cap_wait,
        "uploads": "essential" if arguments.essential_files else uploads,
        "labels": arguments.label,
        "meg_log": not arguments.no_meg_log,
    }


def _opened(arguments: argparse.Namespace) -> Target:
    from ..regeneration.targets import BASIC_AUTH, open_target

    if arguments.username is not None or arguments.password is not None:
        complain(f"--username and --password are ignored: {BASIC_AUTH}")
    return open_target(arguments.target)


@contextlib.contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C sets; a second one ends at once, as usual."""
    stop = threading.Event()

    def interrupted(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        complain("ends after what is being done; once more ends at once")
        stop.set()

    try:
        before = signal.signal(signal.SIGINT, interrupted)
    except ValueError:  # not the main thread: nobody can press Ctrl-C here
        yield stop
        return
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _create(arguments: argparse.Namespace) -> int:
    from ..archive import Archive
    from ..archive.names import check_ids

    ids = check_ids(arguments.ids)
    target = _opened(arguments)
    archive = Archive(arguments.archive)
    _fetch(arguments, ids, archive)
    results: list[Regeneration] = []
    failed = False
    with _interruptible() as stop:
        for id_ in ids:
            if stop.is_set():
                break
            try:
                results.append(_create_one(arguments, id_, archive, target, stop))
            except Exception as error:
                if arguments.debug or len(ids) == 1:
                    raise
                complain(f"{id_}: {failure_text(error)}")
                failed = True
        stopped = stop.is_set()
    if arguments.json:
        say_json([result.to_json() for result in results])
    if stopped:
        complain("interrupted: what is told above is there and complete, as far as it goes")
        return _INTERRUPTED
    return 1 if failed or any(result.failed for result in results) else 0


def _fetch(arguments: argparse.Namespace, ids: list[str], archive: Archive) -> None:
    """Fetch what is not in the archive."""
    from ..archive import fetch
    from .progress import Progress

    wanted = [id_ for id_ in ids if arguments.refresh or id_ not in archive]
    if not wanted:
        return
    with Progress("fetching files") as shown:
        for got in fetch(
            wanted,
            arguments.source,
            archive,
            refresh=arguments.refresh,
            progress=lambda id_, done, total: shown.at(done, total),
        ):
            for warning in got.warnings:
                complain(f"{got.archived.id}: {warning}")


def _create_one(
    arguments: argparse.Namespace,
    id_: str,
    archive: Archive,
    target: Target,
    stop: threading.Event,
) -> Regeneration:
    from ..regeneration.running import regenerate
    from .progress import Progress

    with contextlib.ExitStack() as stack:
        shown = stack.enter_context(Progress(f"creating {id_}"))
        clock = arguments.clock
        if arguments.dry_run:
            target, clock = _rehearsal(target, stack), "fake"

        def tell(line: str) -> None:
            if not arguments.json:
                _say_now(f"Would: {line}" if arguments.dry_run else line)

        result = regenerate(
            id_,
            target,
            archive=archive,
            at=arguments.at,
            shift="0" if arguments.no_time_shift else arguments.shift,
            sidereal=arguments.sidereal,
            clock=clock,
            tell=tell,
            progress=shown.at,
            stop=stop,
            **_options(arguments),
        )
    if not arguments.json:
        say(result.table())
        for difference in (*result.report.notes, *result.differences):
            say(difference)
    if not arguments.dry_run:
        path = _write_report(arguments, archive, result, id_)
        if not arguments.json:
            say(f"report of the shift: {path}")
    return result


def _say_now(line: str) -> None:
    """Print a line that somebody may be waiting for, in a pipe too."""
    say(line)
    if sys.stdout is not None:
        sys.stdout.flush()


def _rehearsal(target: Target, stack: contextlib.ExitStack) -> Target:
    """Give a store that is gone afterwards, at the time of the target."""
    from ..client import FakeGraceDb
    from ..regeneration.targets import Target

    client = FakeGraceDb(store=_temporary(stack))
    if target.fake:
        client.clock = target.client.clock.setting
    return Target(client, "a rehearsal", True)


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

    folder = Path(arguments.report) if arguments.report else archive.path / "reports"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        name = folder / f"{id_}-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        Path(f"{name}.json").write_text(json.dumps(result.to_json(), indent=1) + "\n")
        text = Path(f"{name}.txt")
        text.write_text(f"{result.table()}\n\n{result.report}\n")
    except OSError as error:
        raise CommandError(f"the report cannot be written: {error}") from error
    return text


def _cycle(arguments: argparse.Namespace) -> int:
    from ..archive import Archive
    from ..regeneration.cycles import Selection, cycle

    target = _opened(arguments)

    def tell(line: str) -> None:
        if arguments.json:
            say_json({"line": line})
        else:
            _say_now(line)

    with _interruptible() as stop:
        failures = cycle(
            arguments.start,
            arguments.end,
            target,
            source=arguments.source,
            selection=Selection(arguments.kind, arguments.only_pipeline, arguments.only_search),
            archive=Archive(arguments.archive),
            cycles=arguments.cycles,
            checkpoint=arguments.checkpoint,
            clock=arguments.clock,
            stop=stop,
            tell=tell,
            options=_options(arguments),
        )
    if stop.is_set():
        goes_on = f"; {arguments.checkpoint} tells a restart where" if arguments.checkpoint else ""
        complain(f"interrupted{goes_on}")
        return _INTERRUPTED
    return 1 if failures else 0
