"""From the journal to the documents: what was committed is brought there, once or repeatedly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from ..errors import StoreError
from . import contents, disk, layout
from .commits import Commit, Texts
from .core import Core
from .state import State
from .view import View

__all__ = ["deliver", "finish", "synchronous"]

T = TypeVar("T")


def finish(core: Core, state: State | None = None) -> State:
    """Bring the documents up to date with what a writer that died has committed.

    Only under the writer's lock. Give the state of the journal then.
    """
    if state is None:
        state = core.refresh()
    if state.restoring:
        from . import exchange

        return exchange.finish(core)
    if state.pending:
        fsync = synchronous(core, state)
        for commit in state.pending:
            deliver(core, commit, {}, Texts(commit), fsync=fsync)
        state = core.journal.mark(state, fsync=fsync)
        core.publish(state)
    return state


def synchronous(core: Core, state: State) -> bool:
    """Whether the store's settings say that a commit waits until the disk has it."""
    return View(core, state).settings.fsync


def deliver(
    core: Core,
    commit: Commit,
    values: Mapping[str, Any],
    texts: Texts,
    *,
    fsync: bool,
    new: Iterable[str] = (),
) -> None:
    """Bring the documents up to date with one commit.

    Parameters
    ----------
    core, commit
        The store, and the commit.
    values : mapping
        The typed content of documents and series after it, as far as it is known.
    texts : Texts
        The commit in words.
    fsync : bool
        Whether to wait until the disk has it.
    new : iterable of str
        Folders that have yet to be made, as far as that is known.
    """
    for folder in new:
        disk.make_folder(core.place(folder))
    for path, data in commit.documents.items():
        place = core.place(path)
        if data is None:
            core.forget(path)
            disk.remove(place)
        else:
            value = values[path] if path in values else contents.decode(path, data)
            core.keep(path, value, _written(place, texts.documents[path], fsync))
    for path, lines in commit.lines.items():
        place = core.place(path)
        if path in values:
            known = core.remembered.get(path)
            text = b"".join(texts.lines[path])
            # as it is known it ends with a whole line, and none of these
            identity = _continued(place, known.identity if known else None, text, fsync)
            if identity is not None:
                core.keep(path, values[path], identity, known.tail + text if known else text)
                continue
        core.forget(path)
        _complete(place, path, lines, fsync=fsync)


def _written(place: str, text: bytes, fsync: bool) -> disk.Identity:
    # until the mark moves readers take the document from the journal: here it may be half written
    if fsync:
        return _in_folder(place, lambda: disk.replace(place, text, fsync=True))
    return _in_folder(place, lambda: disk.overwrite(place, text))


def _continued(
    place: str, known: disk.Identity | None, text: bytes, fsync: bool
) -> disk.Identity | None:
    return _in_folder(place, lambda: disk.append_to(place, known, text, fsync=fsync))


def _in_folder(place: str, write: Callable[[], T]) -> T:
    """Write a file, whose folder is made when it is missing."""
    try:
        return write()
    except FileNotFoundError:
        disk.make_folder(place.rpartition("/")[0])
        return write()


def _complete(place: str, path: str, lines: list[dict[str, Any]], *, fsync: bool) -> None:
    """Add the lines that are not there yet, whatever a writer that died has left."""
    found = disk.read(place)
    text = found[0] if found else b""
    whole = text.rfind(b"\n") + 1
    if text[whole:]:
        try:
            contents.parse(path, text[whole:])
        except StoreError:
            disk.truncate(place, whole)
            text = text[:whole]
        else:
            disk.append(place, b"\n")
    there = contents.series(path).extended(
        contents.decode_lines(path, contents.parse_lines(path, text))
    )
    last = {entry.key: entry for entry in contents.decode_lines(path, enumerate(lines, start=1))}
    missing = [
        layout.line_text(entry.to_json())
        for entry in last.values()
        if there.find(entry.key) != entry
    ]
    if missing:
        _in_folder(place, lambda: disk.append(place, b"".join(missing), fsync=fsync))
