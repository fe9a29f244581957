"""Where archives lie: a folder of this machine, in which an object appears whole or not at all.

::

    archive/
        S240229a/            an object
        .S240229a.part/      one on its way: files that are complete, and which they are
        .S240229a.new/       one that is complete, about to take its place
        .S240229a.old/       one that has lost its place
        .locks/              for programs that write the same object
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import ArchiveError
from .names import is_id

__all__ = ["BeingWritten", "LocalPlace"]

_LOCKS = ".locks"


class BeingWritten(ArchiveError):  # noqa: N818 - passes by itself
    """Another program, or another thread, writes the object."""


class LocalPlace:
    """A folder of objects.

    Parameters
    ----------
    path : path-like
        The folder; it is made when something is put into it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()

    def __str__(self) -> str:
        return str(self.path)

    def exists(self) -> bool:
        """Whether there is such a folder."""
        return self.path.is_dir()

    def ids(self) -> list[str]:
        """Give the names of the objects, complete or not in order."""
        try:
            names = os.listdir(self.path)  # noqa: PTH208
        except (FileNotFoundError, NotADirectoryError):
            return []
        found = {name for name in names if is_id(name)}
        found |= {
            name[1:-4] for name in names if name.startswith(".") and name.endswith(".new")
        }  # whose writer died between two renames
        return sorted(one for one in found if is_id(one) and self.folder(one) is not None)

    def folder(self, id_: str) -> Path | None:
        """Give the folder of an object; None where there is none."""
        # a writer may be between two renames: then the one that was not there is there now
        for name in (id_, f".{id_}.new", id_):
            if (self.path / name).is_dir():
                return self.path / name
        return None

    def member(self, graceid: str) -> Path | None:
        """Give the folder of an event within that of a superevent."""
        for one in self.ids():
            folder = self.folder(one)
            if folder is not None and (folder / graceid).is_dir():
                return folder / graceid
        return None

    @contextlib.contextmanager
    def writing(self, id_: str) -> Iterator[Path]:
        """Be the one who writes an object; give the folder for it while it is not complete.

        Raises
        ------
        BeingWritten
            If another program is at it.
        """
        locks = self.path / _LOCKS
        locks.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(locks / id_, timeout=0):
                self._finish(id_)
                yield self.part(id_)
        except Timeout:
            raise BeingWritten(f"{self.path / id_} is being written by another program") from None

    def part(self, id_: str) -> Path:
        """Give the folder of an object while it is not complete."""
        return self.path / f".{id_}.part"

    def publish(self, id_: str) -> None:
        """Let what lies in the folder for it take the object's place. Only while `writing`."""
        self.part(id_).replace(self.path / f".{id_}.new")
        self._finish(id_)

    def _finish(self, id_: str) -> None:
        """Do what a writer that died has left undone."""
        place, new, old = (self.path / name for name in (id_, f".{id_}.new", f".{id_}.old"))
        if new.is_dir():
            if place.is_dir():
                shutil.rmtree(old, ignore_errors=True)
                place.replace(old)
            new.replace(place)
        shutil.rmtree(old, ignore_errors=True)

    def remove(self, id_: str) -> None:
        """Remove an object, and what there is of it that is not complete."""
        with self.writing(id_) as part:
            if (self.path / id_).is_dir():
                (self.path / id_).replace(self.path / f".{id_}.old")
            shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(self.path / f".{id_}.old", ignore_errors=True)

    def unfinished(self) -> list[str]:
        """Give the ids of objects that were begun and are not complete."""
        try:
            names = os.listdir(self.path)  # noqa: PTH208
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(n[1:-5] for n in names if n.startswith(".") and n.endswith(".part"))
