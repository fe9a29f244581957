"""The transaction of a bulk load: new objects, each put into words once and written once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..clock import iso_text
from ..documents import Event, FileVersion, Superevent
from . import disk, layout
from .commits import Commit, Texts
from .index import Index
from .transaction import Transaction
from .view import View

if TYPE_CHECKING:
    from .core import Core
    from .state import State

__all__ = ["Batch", "File", "Staged", "shorten_end"]

_LONG = 1 << 16  # bytes of a commit at the journal's end, which whoever opens the store reads

T = TypeVar("T")
File: TypeAlias = tuple[str, bytes | memoryview] | FileVersion


class Staged:
    """A new object that is ready to be written.

    Attributes
    ----------
    document : Event or Superevent
        The object.
    data : dict
        Its JSON.
    folder, path : str
        Where it lies, and its document.
    lines : dict of str to list of dict
        The JSON of its logs and so on, by path.
    files : list of File
        Its files.
    """

    __slots__ = ("data", "document", "files", "folder", "lines", "path")

    def __init__(self, document: Event | Superevent, files: Iterable[File]) -> None:
        if isinstance(document, Event):
            self.folder = layout.event_folder(document.graceid)
        else:
            self.folder = layout.superevent_folder(document.superevent_id)
        self.path = layout.main_document(self.folder)
        self.document = document
        self.data = document.to_json()
        self.lines: dict[str, list[dict[str, Any]]] = {}
        self.files = list(files)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(
            len(memoryview(one[1]).cast("B")) for one in self.files if isinstance(one, tuple)
        )


class Batch(Transaction):
    """A transaction with many new objects.

    The files get their names at once: nobody looks there before the journal sends them, and whoever
    was too early reads again.
    """

    def __init__(self, core: Core, state: State, call: str, user: str) -> None:
        super().__init__(core, state, call, user)
        self._loaded: dict[str, Staged] = {}  # by folder

    @property
    def is_long(self) -> bool:
        """Whether its commit is longer than is good at the journal's end."""
        return self._length > _LONG

    def put_object(self, staged: Staged) -> None:
        """Stage a new object; a superevent without a serial number gets the next one."""
        document = staged.document
        if isinstance(document, Event):
            self.put_event(document)
        else:
            if not document.serial:
                document = replace(document, serial=self.new_serial())
                staged.data["serial"] = document.serial
            self.put_superevent(document)
        self._loaded[staged.folder] = staged
        for file in staged.files:
            if isinstance(file, FileVersion):
                self._add(layout.files_of(staged.folder), file)
            else:
                self.write_file(staged.folder, *file)

    def _staged(self) -> Commit:
        commit = super()._staged()
        lines = dict(commit.lines)
        for staged in self._loaded.values():
            lines.update(staged.lines)
        return replace(commit, lines=lines)

    def _json(self, path: str, value: Any) -> dict[str, Any]:
        staged = self._loaded.get(path.rpartition("/")[0])
        return super()._json(path, value) if staged is None else staged.data

    def _deliver(self, commit: Commit, texts: Texts, *, fsync: bool) -> None:
        if fsync:  # which takes so long that nothing else matters
            super()._deliver(commit, texts, fsync=fsync)
            return
        for folder in self._loaded:
            disk.make_folder(self._core.place(folder))
        lines = {path: b"".join(rows) for path, rows in texts.lines.items()}
        for path, text in (*texts.documents.items(), *lines.items()):
            if path.rpartition("/")[0] in self._loaded:
                disk.write_new(self._core.place(path), text)
        others = replace(
            commit,
            documents=self._elsewhere(commit.documents),
            lines=self._elsewhere(commit.lines),
        )
        super()._deliver(others, texts, fsync=fsync)

    def _elsewhere(self, members: Mapping[str, T]) -> dict[str, T]:
        """Give what belongs to none of the new objects."""
        return {
            path: one
            for path, one in members.items()
            if path.rpartition("/")[0] not in self._loaded
        }


def shorten_end(core: Core, *, checkpoint: bool) -> None:
    """Put a short commit at the journal's end. Only the writer.

    Parameters
    ----------
    checkpoint : bool
        Whether to write down the index too.
    """
    state = core.refresh()
    view = View(core, state)
    time, fsync = iso_text(view.now()), view.settings.fsync
    commit = Commit(n=state.n + 1, time=time, call="bulk load", counters=state.counters)
    core.publish(core.journal.mark(core.journal.append(state, commit, fsync=fsync), fsync=fsync))
    if checkpoint:
        core.attach("index", Index).checkpoint(core, core.state)
