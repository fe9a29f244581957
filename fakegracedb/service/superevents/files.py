"""The files of a superevent, which come with log entries; and who may read them."""

from __future__ import annotations

from typing import IO

from ...documents import FileVersion, Superevent
from ...errors import ApiError
from ...identifiers import split_version
from ...store import View
from ...store.layout import superevent_folder
from ..access import Caller
from .access import find_superevent, may_read

__all__ = ["listing", "one"]


def _readable(view: View, caller: Caller, superevent: Superevent) -> list[FileVersion]:
    folder = superevent_folder(superevent.superevent_id)
    files = view.files(folder)
    if caller.internal:
        return list(files)
    shown = {
        (log.filename, log.file_version) for log in view.logs(folder) if may_read(view, caller, log)
    }
    return [file for file in files if file.key in shown]


def listing(
    view: View, caller: Caller, asked: str
) -> tuple[Superevent, list[tuple[str, int | None]]]:
    """Give the names of the files with their versions, and bare names whose latest is shown."""
    superevent = find_superevent(view, caller, asked)
    files = view.files(superevent_folder(superevent.superevent_id))
    rows: list[tuple[str, int | None]] = []
    for file in _readable(view, caller, superevent):
        rows.append((file.name, file.version))
        if file == files.get(file.name):
            rows.append((file.name, None))
    return superevent, rows


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

    Raises
    ------
    ApiError
        404 for none that the caller may read, and for a version that is no number; 400 for a name
        with several commas.
    """
    superevent = find_superevent(view, caller, asked)
    if name.count(",") > 1:
        raise ApiError(400, "Invalid filename: filename should not contain commas")
    bare, version = split_version(name)
    if version is None and "," in name:
        raise ApiError(404, "File not found, version string should be an int")
    folder = superevent_folder(superevent.superevent_id)
    file = view.files(folder).get(bare, version)
    if file is None or (not caller.internal and file not in _readable(view, caller, superevent)):
        raise ApiError(404, {"detail": "Not found."})
    try:
        stream, length = view.open_file(folder, file)
    except OSError:
        raise ApiError(404, {"detail": "Not found."}) from None
    return file, stream, length
