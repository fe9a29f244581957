"""The verbs ``cache …``: care of an archive."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from .arguments import add_verb, fill_verb
from .fetch import add_archive, archive_of
from .output import CommandError, complain, confirm, counted, say, say_json

if TYPE_CHECKING:
    from ..archive import Archive
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    group = fill_verb(verbs, "cache", None)
    kinds = group.add_subparsers(title="verbs", metavar="VERB", required=True)

    def kind(
        name: str, run: Callable[[argparse.Namespace], int], summary: str, description: str = ""
    ) -> argparse.ArgumentParser:
        verb = add_verb(kinds, name, run, summary, description)
        add_archive(verb)
        return verb

    verb = kind("list", _list, "tell what an archive holds, as a tree")
    verb.add_argument("--include-files", action="store_true", help="tell the files too")

    verb = kind(
        "clean",
        _clean,
        "remove objects from an archive",
        "Remove objects from an archive: those named, those of some age, or after a question all. "
        "Folders and files that are none of its objects stay.",
    )
    verb.add_argument("ids", metavar="ID", nargs="*", help="what to remove; all if none is given")
    verb.add_argument(
        "--older-than", metavar="DAYS", type=_days, help="only what was fetched longer ago"
    )
    verb.add_argument("--dry-run", action="store_true", help="tell what would go, remove nothing")
    verb.add_argument("--yes", action="store_true", help="do not ask before all is removed")

    verb = kind(
        "verify",
        _verify,
        "find what is missing or altered",
        "Hold every file against its checksum, tell what is missing or altered, a line each, and "
        "exit with 1 if anything is.",
    )
    verb.add_argument("ids", metavar="ID", nargs="*", help="what to look at; all if none is given")

    verb = kind("import", _import, "adopt a cache of `meg`, or saved answers of a server")
    verb.add_argument("source", metavar="DIR", help="the folder, or a JSON file")
    verb.add_argument("--replace", action="store_true", help="replace what is there")

    verb = kind("export", _export, "write what `meg` can read of an archive")
    verb.add_argument("target", metavar="DIR", help="where to")
    verb.add_argument("ids", metavar="ID", nargs="*", help="what; all if none is given")


def _days(text: str) -> float:
    try:
        days = float(text)
        if days >= 0:
            return days
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no number of days")


def _opened(arguments: argparse.Namespace) -> Archive:
    archive = archive_of(arguments)
    if not archive.exists():
        raise CommandError(f"Cache path does not exist: {archive.place}")
    return archive


def _chosen(archive: Archive, ids: list[str]) -> list[str]:
    """Give the ids that are meant, all of which must be there."""
    from ..archive.names import check_ids

    known = [*archive.ids(), *archive.place.unfinished()]
    asked = [one if one in known else archive.id_of(one) or one for one in check_ids(ids)]
    missing = [one for one in asked if one not in known]
    if missing:
        raise CommandError(f"not in the archive {archive.place}: {', '.join(missing)}")
    return asked or sorted(set(known))


def _list(arguments: argparse.Namespace) -> int:
    from ..archive.listing import described, tree_lines

    archive = _opened(arguments)
    objects = described(archive, files=arguments.include_files)
    if arguments.json:
        say_json({"cache": str(archive.place), "objects": objects})
        return 0
    say(f"Cache: {archive.place}")
    for line in tree_lines(objects):
        say(line)
    return 0


def _clean(arguments: argparse.Namespace) -> int:
    from ..archive.listing import aged

    archive = _opened(arguments)
    ids = _chosen(archive, arguments.ids)
    if arguments.older_than is not None:
        old = aged(archive, arguments.older_than)
        ids = [one for one in ids if one in old]
    elif ids and not (arguments.ids or arguments.dry_run or arguments.yes):
        confirm("remove", f"{counted(len(ids), 'object')} from {archive.place}")
    for one in ids:
        if not arguments.dry_run:
            archive.remove(one)
        if not arguments.json:
            say(f"{'Would remove' if arguments.dry_run else 'Removed'} {one}")
    if arguments.json:
        say_json({"removed": [] if arguments.dry_run else ids, "chosen": ids})
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from ..archive.listing import problems

    archive = _opened(arguments)
    ids = [one for one in _chosen(archive, arguments.ids) if one in archive]
    found = problems(archive, ids)
    if arguments.json:
        say_json([{"path": one.path, "message": one.message} for one in found])
    else:
        for one in found:
            say(str(one))
        if not found:
            say(f"{counted(len(ids), 'object')} in {archive.place}: all as it was fetched")
    return int(bool(found))


def _import(arguments: argparse.Namespace) -> int:
    from ..archive.finding import found

    archive = archive_of(arguments)
    adopted, left = [], []
    for one in found(arguments.source, archive):
        if one.id in archive and not arguments.replace:
            left.append(one.id)
            continue
        archive.put(one)
        adopted.append(one.id)
    if arguments.json:
        say_json({"adopted": adopted, "left": left})
    else:
        names = f": {' '.join(adopted)}" if adopted else ""
        say(f"{counted(len(adopted), 'object')} adopted by {archive.place}{names}")
    for id_ in left:
        complain(f"{id_} is in the archive already: --replace takes the new one")
    return int(bool(left))


def _export(arguments: argparse.Namespace) -> int:
    from ..archive.export import export

    archive = _opened(arguments)
    ids = [one for one in _chosen(archive, arguments.ids) if one in archive]
    left = export(archive, ids, arguments.target)
    written = [one for one in ids if one not in left]
    if arguments.json:
        say_json({"written": written, "left": left})
    else:
        names = f": {' '.join(written)}" if written else ""
        say(f"{counted(len(written), 'object')} written to {arguments.target}{names}")
    for id_, why in left.items():
        complain(f"{id_}: {why}")
    return int(bool(left))
