"""The verbs ``load`` and ``import``: archived objects into a store, as they are."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .arguments import DEFAULT_STORE, fill_verb, named_store
from .fetch import add_archive, archive_of
from .output import complain, counted, say, say_json

if TYPE_CHECKING:
    from ..archive import Loaded
    from ..store import Store
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    verb = fill_verb(
        verbs,
        "load",
        _load,
        "Bring archived events and superevents into a store as they are: with their ids, times, "
        "log numbers, file versions, tags, labels, signoffs and permissions. What the archive "
        "lacks is told. All of it comes in one change, or nothing does.",
    )
    verb.add_argument(
        "what",
        metavar="ID|DIR|FILE",
        nargs="+",
        help="an id in the archive; a folder that holds an object, an archive, or saved answers of "
        "a server; a JSON file with an event, a superevent or a list of them",
    )
    add_archive(verb)
    verb.add_argument(
        "--replace",
        action="store_true",
        help="replace what was loaded before, with all that has come to it since",
    )

    verb = fill_verb(
        verbs,
        "import",
        _import,
        "Bring the events of lvalertTest's FakeDb into a store. Its pickles are read without "
        "trusting them: anything but plain containers, strings and numbers is refused.",
    )
    verb.add_argument(
        "--from-fakedb", metavar="DIR", required=True, help="the directory of the FakeDb"
    )
    verb.set_defaults(replace=False)


def _store(arguments: argparse.Namespace) -> Store:
    from ..store import Store

    return Store(named_store(arguments) or DEFAULT_STORE)


def _load(arguments: argparse.Namespace) -> int:
    from ..archive import load

    store = _store(arguments)
    archive = archive_of(arguments)
    try:
        loaded = load(arguments.what, store, archive=archive, replace=arguments.replace)
    except KeyboardInterrupt:
        complain(f"interrupted: in {store.path} is all of it, or nothing; the same again tells")
        raise
    _tell(arguments, store, loaded, loaded.absent)
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from ..archive import load
    from ..archive.fakedb import read_fakedb

    store = _store(arguments)
    events, notes = read_fakedb(Path(arguments.from_fakedb))
    loaded = load(events, store)
    lacking = [one for one in loaded.absent if "the archive lacks its" not in one]
    _tell(arguments, store, loaded, [*notes, *lacking])
    return 0


def _tell(arguments: argparse.Namespace, store: Store, loaded: Loaded, lacking: Any) -> None:
    if arguments.json:
        say_json(
            {
                "store": str(store.path),
                "ids": list(loaded.ids),
                "files": loaded.files,
                "replaced": list(loaded.replaced),
                "absent": list(lacking),
            }
        )
        return
    replaced = f", {len(loaded.replaced)} of them replaced" if loaded.replaced else ""
    say(
        f"{counted(len(loaded.ids), 'object')} with {counted(loaded.files, 'file')} in "
        f"{store.path}{replaced}: {' '.join(loaded.ids[:12])}{' …' if len(loaded.ids) > 12 else ''}"
    )
    for one in lacking:
        say(f"  {one}")
