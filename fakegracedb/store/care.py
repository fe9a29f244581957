"""Care of a store: what it holds, and how it is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from . import contents, disk, layout
from .commits import Commit
from .core import Core
from .delivery import finish, synchronous
from .index import Index
from .state import State
from .survey import Announced, base_text, counted, file_sum, object_folders, paths
from .view import View

if TYPE_CHECKING:
    from ..vocabulary import ServerSettings, Vocabulary

__all__ = ["compact", "info", "limits_of", "reindex", "validated"]


def info(view: View) -> dict[str, Any]:
    """Tell what a store holds, in numbers."""
    core, settings = view._core, view.settings
    sizes = [
        status[1]
        for name, _ in disk.files_below(core.path)
        if (status := disk.identity(f"{core.path}/{name}")) is not None
    ]
    journal = disk.identity(core.journal.path)
    return {
        "path": core.path,
        "format": settings.format,
        "created": settings.created,
        "server_version": settings.server_version,
        "user": settings.user,
        "clock": dict(settings.clock),
        "events": sum(1 for graceid in view.graceids() if view.peek(graceid) is not None),
        "superevents": sum(1 for one in view.superevent_ids() if view.superevent(one) is not None),
        "commits": view.version[1],
        "files": len(sizes),
        "bytes": sum(sizes),
        "journal_bytes": journal[1] if journal else 0,
    }


def validated(path: str, text: bytes, limits: ServerSettings | None, *, known: bool = False) -> Any:
    """Give the content of a document or series: its JSON, or its typed entries.

    Parameters
    ----------
    path, text
        Place and content.
    limits : ServerSettings or None
        Of the store's vocabulary.
    known : bool
        Whether all of it has been held against its schema already.

    Raises
    ------
    StoreError
        If it breaks a rule.
    """
    if contents.is_series(path):
        lines = contents.parse_lines(path, text)
        for number, line in () if known else lines:
            contents.validate(path, line, number, limits)
        return contents.series(path).extended(contents.decode_lines(path, lines))
    data = contents.parse(path, text)
    if not known:
        contents.validate(path, data, limits=limits)
    contents.decode(path, data)
    kind, _, place = path.partition("/")
    if kind in layout.FOLDERS:
        key = "graceid" if kind == layout.EVENTS else "superevent_id"
        if data[key] != place.partition("/")[0]:
            raise StoreError(f"{path}: {key}: {data[key]} does not belong in this folder")
    return data


def reindex(core: Core) -> int:
    """Take the documents as they are on disk, and count anew.

    Returns
    -------
    int
        The number of files that had been edited by hand.

    Raises
    ------
    StoreError
        If one of them breaks a rule; then nothing has changed.
    """
    if not core.exists():
        there = list(paths(core))
        limits = limits_of(core, State())
        for path in there:
            validated(path, _text(core, path) or b"", limits)
        compact(core)
        return len(there)
    finish(core)
    state = core.refresh()
    announced = Announced(core.journal.commits())
    documents: dict[str, dict[str, Any] | None] = {}
    sums: dict[str, list[Any] | None] = {}
    limits = limits_of(core, state)
    for path in sorted({*paths(core), *announced.paths()}):
        text = _text(core, path)
        if not announced.agrees(path, text):
            content = None if text is None else validated(path, text, limits)
            if contents.is_document(path):
                documents[path] = content
            else:
                sums[path] = None if text is None else file_sum(text)
    counters = counted(core, state)
    if documents or sums or counters != state.counters:
        commit = Commit(
            n=state.n + 1, call="reindex", documents=documents, sums=sums, counters=counters
        )
        # the documents have it already; the mark comes right behind
        fsync = synchronous(core, state)
        core.publish(core.journal.mark(core.journal.append(state, commit, fsync=fsync)))
    core.attach("index", Index).checkpoint(core, core.refresh())
    return len(documents) + len(sums)


def _text(core: Core, path: str) -> bytes | None:
    found = disk.read(core.place(path))
    return None if found is None else found[0]


def limits_of(core: Core, state: State) -> ServerSettings | None:
    """Give the limits that the store's own vocabulary sets, None for the usual ones.

    Raises
    ------
    StoreError
        If it breaks a rule.
    """
    data = state.pending_document(layout.VOCABULARY)
    if data is None:
        text = _text(core, layout.VOCABULARY)
        if text is None:
            return None
        data = validated(layout.VOCABULARY, text, None)
    names: Vocabulary = contents.decode(layout.VOCABULARY, data)
    return names.settings


def compact(core: Core) -> None:
    """Begin the journal anew; drop superseded lines, and what writers that died have left."""
    try:
        state = core.refresh()
    except StoreError:
        state = core.journal.salvaged()
    state = finish(core, state)
    for folder in object_folders(core):
        _tidy(core, folder)
    _tidied(core, layout.CATALOGS)
    for name in disk.entries(core.path):
        if layout.is_temporary(name):
            disk.remove(core.place(name))
    text = base_text(core, state.n + 1, "compact", counted(core, state))
    core.publish(core.journal.start_anew(text, fsync=synchronous(core, state)))
    disk.remove_tree(core.place(layout.RESTORING))
    core.attach("index", Index).checkpoint(core, core.refresh())


def _tidy(core: Core, folder: str) -> None:
    names = disk.entries(core.place(folder))
    for name in layout.NUMBERED:
        _tidied(core, f"{folder}/{name}")
    blobs = {file.blob for file in _tidied(core, layout.files_of(folder))}
    for name in names:
        if name not in blobs and layout.is_leftover(name):
            disk.remove(core.place(f"{folder}/{name}"))
    if layout.main_document(folder).rpartition("/")[2] not in names:
        disk.remove_empty(core.place(folder))


def _tidied(core: Core, path: str) -> list[Any]:
    """Drop the superseded lines of a series; give its entries, none where there is no series."""
    text = _text(core, path)
    if text is None:
        return []
    lines = contents.parse_lines(path, text)
    entries = list(contents.series(path).extended(contents.decode_lines(path, lines)))
    if len(entries) < len(lines):
        whole = b"".join(layout.line_text(entry.to_json()) for entry in entries)
        disk.replace(core.place(path), whole)
    return entries
