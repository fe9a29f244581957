"""A store as it is whenever something is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, TypeVar

from ..documents import Event, FileVersion, Superevent
from .view import View

__all__ = ["Present"]

A = TypeVar("A")
R = TypeVar("R")


class Present(View):
    """A view whose answers need not belong together.

    Each is whole, though: it is read again when a writer was at it meanwhile.
    """

    def document(self, path: str) -> Any:
        """Give the typed document at a path, None where there is none."""
        return self._read[path] if path in self._read else self._whole(super().document, path)

    def series(self, path: str) -> Any:
        """Give the typed series at a path; empty where there is none."""
        return self._read[path] if path in self._read else self._whole(super().series, path)

    def find_event(self, asked: str) -> Event | None:
        """Give the event that an id means."""
        return self._whole(super().find_event, asked)

    def find_superevent(self, asked: str) -> Superevent | None:
        """Give the superevent that an id means."""
        return self._whole(super().find_superevent, asked)

    def peek_json(self, path: str) -> Mapping[str, Any] | None:
        """Give the JSON of a document."""
        return self._whole(super().peek_json, path)

    def peek_at(self, folder: str) -> Any:
        """Give the event or superevent in a folder."""
        return self._whole(super().peek_at, folder)

    def open_file(self, folder: str, file: FileVersion) -> tuple[IO[bytes], int]:
        """Open a file version; give it with its length [bytes]."""
        while True:
            try:
                return super().open_file(folder, file)  # which never changes
            except FileNotFoundError:
                if not self._renewed(failed=True):
                    raise

    def _ids(self, kind: str) -> Iterator[str]:
        return self._whole(super()._ids, kind)

    def _whole(self, read: Callable[[A], R], what: A) -> R:
        while True:
            try:
                found = read(what)
            except Exception:
                if not self._renewed(failed=True):
                    raise
            else:
                if not self._renewed():
                    return found

    def _renewed(self, *, failed: bool = False) -> bool:
        """Begin anew if a writer was at what was read; whether that is so."""
        if failed:  # what looked wrong may have been half of a change, of whatever document
            self.depend_on_all()
        if not self.outdated():
            return False
        self._state = self._core.refresh()
        self._read.clear()
        self._all, self._kinds = False, ()
        return True
