"""What is meant by an id, a folder or a file: the archived objects in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..errors import ArchiveError
from ..store import Store
from .archived import Archived
from .folder import Archive
from .forms import ARCHIVE, DESCRIPTION, read_folder
from .names import is_gw_id, is_id
from .saved import read_saved

__all__ = ["found"]


def found(what: str | os.PathLike[str] | Archived | Iterable[Any], archive: Archive) -> Any:
    """Give the archived objects that are meant, one by one.

    Parameters
    ----------
    what : str, path-like, Archived, Archive or iterable of these
        As `load` takes it.
    archive : Archive
        In which ids are looked up.

    Raises
    ------
    ArchiveError
        If there is nothing of that sort.
    """
    if isinstance(what, Archived):
        yield what
    elif isinstance(what, Archive):
        for one in what:
            yield what[one]
    elif isinstance(what, str | os.PathLike):
        yield from _named(os.fspath(what), archive)
    else:
        for one in what:
            yield from found(one, archive)


def _named(name: str, archive: Archive) -> Iterator[Archived]:
    if name in archive:
        yield archive[name]
        return
    path = Path(name)
    if path.is_dir():
        yield from _in_folder(path)
    elif path.is_file():
        _check_json(path)
        yield from _some(read_saved([path]), path)
    else:
        if is_id(name) or is_gw_id(name):
            archive[name]  # says what is there
        raise ArchiveError(f"{name} is neither an id in the archive {archive.place} nor a file")


def _in_folder(path: Path) -> Iterator[Archived]:
    if (path / ARCHIVE).exists() or (path / DESCRIPTION).exists():
        yield read_folder(path)
        return
    inside = Archive(path)
    ids = [one for one in inside.ids() if _is_object(inside.folder(one))]
    if ids:
        for one in ids:
            yield inside[one]
    elif Store(path).exists():
        raise ArchiveError(
            f"{path} is a store, not an archive: `fakegracedb store copy` makes another of it, and "
            f"`fakegracedb fetch ID --source {path}` an archive"
        )
    else:
        yield from _some(read_saved(sorted(path.rglob("*"))), path)


def _is_object(folder: Path | None) -> bool:
    return folder is not None and any((folder / name).exists() for name in (ARCHIVE, DESCRIPTION))


def _check_json(path: Path) -> None:
    """Refuse a file that can hold no object, and say why."""
    if path.suffix.lower() != ".json":
        raise ArchiveError(f"{path} is no JSON file: its name does not end in .json")
    try:
        json.loads(path.read_bytes())
    except ValueError as error:
        raise ArchiveError(f"{path} is not valid JSON: {error}") from None


def _some(objects: list[Any], path: Path) -> list[Any]:
    if not objects:
        raise ArchiveError(
            f"{path} holds no event and no superevent: neither an archive, nor answers of a server"
        )
    return objects
