"""The files of an event: versions, reading, and who may read."""

from __future__ import annotations

from typing import IO

from ..documents import Event, FileVersion
from ..errors import ApiError
from ..identifiers import split_version
from ..store import Store, Transaction, View
from ..store.layout import event_folder
from ..stretches import Content
from .access import Caller, find_event

__all__ = ["COMMA", "listing", "one", "put", "stored_version"]

COMMA = "versioned file name cannot contain a ','"


def stored_version(tx: Transaction, folder: str, name: str, content: Content) -> int | None:
    """Store the file of a log entry; None if there is none or its name cannot be.

    Notes
    -----
    The server swallows such an error: the entry has the name and no version, the upload is lost.
    """
    if not name or "," in name or "\0" in name:
        return None
    return tx.write_file(folder, name, content).version


def _readable(view: View, caller: Caller, event: Event) -> list[FileVersion]:
    folder = event_folder(event.graceid)
    files = view.files(folder)
    if caller.internal:
        return list(files)
    shown = {(log.filename, log.file_version) for log in view.logs(folder) if caller.may_read(log)}
    return [file for file in files if file.key in shown]


def listing(view: View, caller: Caller, asked: str) -> tuple[Event, list[tuple[str, int | None]]]:
    """Give the names of the files: each bare name, and each name with its versions."""
    event = find_event(view, caller, asked)
    names: dict[str, list[int]] = {}
    for file in _readable(view, caller, event):
        names.setdefault(file.name, []).append(file.version)
    rows: list[tuple[str, int | None]] = []
    for name, versions in names.items():
        rows.append((name, None))
        rows += [(name, version) for version in versions]
    return event, rows


def one(view: View, caller: Caller, asked: str, name: str) -> tuple[FileVersion, IO[bytes], int]:
    """Open a file, by its bare name (the newest) or a name with a version.

    Returns
    -------
    FileVersion
        Which it is.
    binary file
        Open for reading.
    int
        Length [bytes].
    """
    event = find_event(view, caller, asked)
    folder = event_folder(event.graceid)
    bare, version = split_version(name)
    file = view.files(folder).get(bare, version)
    if file is None:
        raise ApiError(404, f"File {name.rpartition('/')[2]} not found")
    if not caller.internal and file not in _readable(view, caller, event):
        raise ApiError(403, "You do not have permission to view this file.", plain=True)
    try:
        stream, length = view.open_file(folder, file)
    except FileNotFoundError:
        raise ApiError(404, f"File {name} not found") from None
    except OSError:
        raise ApiError(500, f"File {name} is not readable") from None
    return file, stream, length


def put(
    store: Store, caller: Caller, asked: str, name: str, content: Content
) -> tuple[Event, FileVersion]:
    """Store a file without a log entry: the server means to write one, and refuses its comment."""
    with store.transaction(f"PUT events/{asked}/files/{name}", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        if "," in name:
            raise ApiError(400, COMMA)
        if "/" in name or not name or not name.isprintable():  # no upload is called so, either
            raise ApiError(400, f"{name!r} is no file name")
        return event, tx.write_file(event_folder(event.graceid), name, content)
