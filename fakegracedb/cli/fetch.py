"""The verbs ``fetch`` and ``fetch-range``: objects of a server into an archive."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .arguments import fill_verb
from .output import complain, counted, failure_text, say, say_json, size_text

if TYPE_CHECKING:
    from ..archive import Archive, Fetched
    from .arguments import Verbs

__all__ = ["add", "add_archive", "archive_of", "tell_trouble"]


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    verb = fill_verb(
        verbs,
        "fetch",
        _fetch,
        "Keep events and superevents of a server in an archive, with everything that the server "
        "lets be read of them. What is in the archive already is not asked for again. An object "
        "appears there whole or not at all; a fetch that was interrupted goes on where it was.",
    )
    verb.add_argument("ids", metavar="ID", nargs="+", help="of an event or superevent")
    _add_options(verb)

    verb = fill_verb(
        verbs,
        "fetch-range",
        _fetch_range,
        "Keep all superevents whose t_0 lies in a span of time, in that order.",
    )
    verb.add_argument("start", metavar="START", help="GPS time [s]")
    verb.add_argument("end", metavar="END", help="GPS time [s]")
    verb.add_argument("--query", metavar="TEXT", default="", help="further conditions")
    verb.add_argument("--dry-run", action="store_true", help="tell what there is, fetch nothing")
    _add_options(verb)


def _add_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--source",
        metavar="SERVICE",
        default="production",
        help="production (default), playground, test, dev, cnaf, local, mocked, or fake (the store "
        "of $FAKEGRACEDB_STORE); a URL; or the folder of a store",
    )
    add_archive(verb)
    mode = verb.add_mutually_exclusive_group()
    mode.add_argument(
        "--full", dest="mode", action="store_const", const="full", help="everything (default)"
    )
    mode.add_argument(
        "--pipeline-only",
        dest="mode",
        action="store_const",
        const="pipeline",
        help="only what the pipelines uploaded, as `meg` does",
    )
    verb.set_defaults(mode="full")
    verb.add_argument(
        "--refresh",
        "--refresh-cache",
        action="store_true",
        help="fetch again what is there; the old copy stays until the new one is complete",
    )
    verb.add_argument(
        "--related", action="store_true", help="also the external events of superevents"
    )
    verb.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="go on where a fetch was interrupted; default with --full",
    )
    verb.add_argument(
        "--allow-missing",
        action="store_true",
        help="go on without a file that the server lists and does not have",
    )
    verb.add_argument(
        "--auth",
        action="store_true",
        help="look for credentials as the real client does, for what is not public",
    )


def add_archive(verb: argparse.ArgumentParser) -> None:
    """Add the options that name an archive."""
    verb.add_argument(
        "--archive",
        "--cache-path",
        metavar="DIR",
        help="the archive; else $FAKEGRACEDB_ARCHIVE, else fakegracedb in the user's cache",
    )
    verb.add_argument(
        "--meg", action="store_true", help="the archive of the Mock Event Generator instead"
    )


def tell_trouble(error: Exception, pause: float) -> None:
    """Say that something went wrong which is tried again."""
    complain(f"{failure_text(error)}; tried again in {pause:g} s")


def archive_of(arguments: argparse.Namespace) -> Archive:
    """Give the archive that is meant."""
    from ..archive import Archive, default_path

    if arguments.archive is None and arguments.meg:
        return Archive(default_path(meg=True))
    return Archive(arguments.archive)


def _fetch(arguments: argparse.Namespace) -> int:
    from ..archive.names import check_ids

    return _fetch_all(arguments, check_ids(arguments.ids))


def _fetch_range(arguments: argparse.Namespace) -> int:
    from ..archive import fetch_range

    rows = fetch_range(
        arguments.start,
        arguments.end,
        arguments.source,
        query=arguments.query,
        auth=arguments.auth,
        trouble=tell_trouble,
    )
    if not arguments.dry_run:
        return _fetch_all(arguments, [row["superevent_id"] for row in rows], in_range=True)
    if arguments.json:
        say_json(rows)
    else:
        for row in rows:
            say(f"{row['superevent_id']:12} {row['t_0']!r:>18}  {' '.join(row['labels'])}".rstrip())
        say(counted(len(rows), "superevent"))
    return 0


def _fetch_all(arguments: argparse.Namespace, ids: Sequence[str], *, in_range: bool = False) -> int:
    from ..archive import fetch
    from .progress import Bar

    archive = archive_of(arguments)
    told: list[dict[str, Any]] = []
    failed = False
    for one in ids:
        on_its_way = one

        def show(id_: str, done: int, total: int) -> None:
            nonlocal on_its_way
            on_its_way = id_  # the first id of what was asked for by its second
            bar.show(id_, done, total)

        def trouble(error: Exception, pause: float) -> None:
            bar.clear()
            tell_trouble(error, pause)

        with Bar() as bar:
            try:
                (found,) = fetch(
                    one,
                    arguments.source,
                    archive,
                    refresh=arguments.refresh,
                    mode=arguments.mode,
                    related=arguments.related,
                    resume=arguments.resume,
                    allow_missing=arguments.allow_missing,
                    auth=arguments.auth,
                    progress=show,
                    trouble=trouble,
                )
            except KeyboardInterrupt:
                bar.clear()
                _interrupted(archive, on_its_way)
                if arguments.json:
                    say_json(told)
                raise
            except Exception as error:
                bar.clear()
                if arguments.debug:
                    raise
                complain(failure_text(error))
                told.append({"id": one, "error": failure_text(error)})
                failed = True
                continue
        told.append(_report(one, found, archive))
        if not arguments.json:
            _tell(one, told[-1])
    if arguments.json:
        say_json(told)
    elif in_range:
        size = sum(row.get("bytes", 0) for row in told)
        say(f"{counted(len(ids), 'superevent')}, {size_text(size)}")
    return int(failed)


def _interrupted(archive: Archive, one: str) -> None:
    """Say what there is after Ctrl-C."""
    if one in archive:
        complain(f"interrupted: {one} is in {archive.place} as it was before")
    elif one in archive.place.unfinished():
        complain(f"interrupted: {one} is not complete; the same command goes on where it was")
    else:
        complain(f"interrupted: nothing of {one} is in {archive.place}")


def _report(asked: str, found: Fetched, archive: Archive) -> dict[str, Any]:
    from ..archive import ArchivedSuperevent
    from ..archive.places import LocalPlace

    archived, here = found.archived, isinstance(archive.place, LocalPlace)
    objects: list[Any] = [archived]
    if isinstance(archived, ArchivedSuperevent):
        objects += archived.events
    return {
        "id": archived.id,
        "asked": asked,
        "new": found.new,
        "folder": str(archived.folder) if here else f"{archive.place}/{archived.id}",
        "source": archived.source,
        "events": [event.id for event in objects[1:]],
        "files": sum(len(one.files) for one in objects),
        "bytes": sum(file.size for one in objects for file in one.files),
        "partial": [one.id for one in objects if one.partial],
        "unreadable": {one.id: dict(one.unreadable) for one in objects if one.unreadable},
        "warnings": list(found.warnings),
    }


def _tell(asked: str, row: dict[str, Any]) -> None:
    for warning in row["warnings"]:
        complain(warning)
    if row["id"] != asked:
        asked = f"{row['id']} ({asked})"
    if not row["new"]:
        say(f"{asked} is in the archive already: {row['folder']}")
        return
    events = f"{counted(len(row['events']), 'event')}, " if row["events"] else ""
    say(
        f"{asked} from {row['source']}: {events}{counted(row['files'], 'file')}, "
        f"{size_text(row['bytes'])} in {row['folder']}"
    )
    for id_ in row["partial"]:
        refused = row["unreadable"].get(id_, {})
        say(f"  {id_} in part only; could not be read: {', '.join(refused) or 'its events'}")
