"""Archives in the older form, with nothing in them but what `meg` reads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import ArchiveError
from ..identifiers import split_version
from .archived import ArchivedEvent, ArchivedSuperevent
from .description import event_description, superevent_description
from .folder import Archive
from .forms import DESCRIPTION

__all__ = ["export"]


def export(archive: Archive, ids: Iterable[str], target: str | os.PathLike[str]) -> dict[str, str]:
    """Write objects of an archive as `meg` keeps them.

    Parameters
    ----------
    archive : Archive
        Where they are.
    ids : iterable of str
        Which.
    target : path-like
        The folder to write to. What is there under the same ids is replaced.

    Returns
    -------
    dict of str to str
        Which were left out, and why.
    """
    place = Archive(target)
    left: dict[str, str] = {}
    for one in ids:
        archived = archive[one]
        try:
            with place.writing(one) as folder:
                _write(folder, archived)
        except ArchiveError as error:
            left[one] = str(error)
    return left


def _write(folder: Path, archived: ArchivedEvent | ArchivedSuperevent) -> None:
    if isinstance(archived, ArchivedEvent):
        _write_event(folder, archived)
        return
    written = []
    for event in archived.events:
        if event.uploads and not event.object.get("offline"):
            (folder / event.id).mkdir()
            _write_event(folder / event.id, event)
            written.append(event.id)
    if not written:
        raise ArchiveError(f"{archived.id} has no event whose uploads are known")
    _describe(folder, superevent_description(archived.object, written, archived.source))


def _write_event(folder: Path, event: ArchivedEvent) -> None:
    if not event.uploads:
        raise ArchiveError(f"{event.id}: what its pipeline uploaded is not known")
    for upload in event.uploads:
        name, version = split_version(upload.filename)
        (folder / upload.filename).write_bytes(event.read(name, version))
    _describe(folder, event_description(event.object, event.uploads, event.source))


def _describe(folder: Path, description: dict[str, Any]) -> None:
    text = json.dumps(description, indent=4, ensure_ascii=False) + "\n"
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")
