"""`Archive`: a folder of archived objects, looked into and changed one object at a time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ArchiveError
from .archived import Archived, ArchivedEvent, ArchivedSuperevent, blob_names
from .forms import read_folder, write_documents
from .names import is_event_id, is_gw_id, is_id, is_superevent_id
from .places import LocalPlace

if TYPE_CHECKING:
    from .remote import RemotePlace

__all__ = ["Archive", "default_path", "write_object"]


def default_path(*, meg: bool = False) -> str | Path:
    """Give the folder that is meant when none is named; or that of the Mock Event Generator."""
    named = os.environ.get("FAKEGRACEDB_ARCHIVE")
    if named and not meg:
        return named
    return _cache("mock-event-generator") if meg else _cache()


def _cache(name: str = "fakegracedb") -> Path:
    top = os.environ.get("XDG_CACHE_HOME")
    return (Path(top) if top else Path.home() / ".cache") / name


class Archive:
    """A folder of archived events and superevents.

    Parameters
    ----------
    path : path-like, optional
        The folder; or, with the extra ``remote``, a URL that fsspec knows. None is
        ``$FAKEGRACEDB_ARCHIVE``, else ``fakegracedb`` in the user's cache.

    Notes
    -----
    A reader sees the old copy of an object or the new one, whenever the program that writes it is
    killed. The layout is that of the Mock Event Generator with a file more a folder; archives that
    it wrote are read as they are.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        named = os.fspath(default_path() if path is None else path)
        self.place: LocalPlace | RemotePlace
        if "://" in named:
            from .remote import RemotePlace

            self.place = RemotePlace(named, _cache())
        else:
            self.place = LocalPlace(named)

    @property
    def path(self) -> Path:
        """The folder.

        Raises
        ------
        ArchiveError
            If the archive is not on this machine.
        """
        if isinstance(self.place, LocalPlace):
            return self.place.path
        raise ArchiveError(f"{self.place} is no folder of this machine")

    def __repr__(self) -> str:
        return f"<Archive {str(self.place)!r}>"

    def exists(self) -> bool:
        """Whether there is such a folder."""
        return self.place.exists()

    def ids(self) -> list[str]:
        """Give the ids of the objects; events within superevents are not told."""
        return self.place.ids()

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids())

    def __len__(self) -> int:
        return len(self.ids())

    def id_of(self, name: str) -> str | None:
        """Give the id by which an object lies here; of a superevent its second one is taken too.

        Returns
        -------
        str or None
            None where there is none.
        """
        if not is_gw_id(name):
            return name if self.folder(name) is not None else None
        for one in self.ids():
            same_day = one.partition("S")[2][:6] == name.partition("W")[2][:6]
            # elsewhere each would have to be brought here to look into it
            if is_superevent_id(one) and (same_day or isinstance(self.place, LocalPlace)):
                with contextlib.suppress(ArchiveError):
                    if self[one].object.get("gw_id") == name:
                        return one
        return None

    def folder(self, id_: str) -> Path | None:
        """Give the folder of an object, or of an event within a superevent; None for none."""
        if is_gw_id(id_):
            id_ = self.id_of(id_) or ""
        if not is_id(id_):
            return None
        found = self.place.folder(id_)
        return self.place.member(id_) if found is None and is_event_id(id_) else found

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, str) and self.folder(id_) is not None

    def __getitem__(self, id_: str) -> ArchivedEvent | ArchivedSuperevent:
        """Give an object, or an event within a superevent.

        Raises
        ------
        ArchiveError
            If it is not here, or damaged.
        """
        folder = self.folder(id_)
        if folder is None:
            held = ", ".join(self.ids()[:8]) or "nothing"
            raise ArchiveError(f"no {id_} in the archive {self.place} (it holds {held})")
        return read_folder(folder)

    def event(self, graceid: str) -> ArchivedEvent:
        """Give an event, as ``archive[graceid]``."""
        found = self[graceid]
        if not isinstance(found, ArchivedEvent):
            raise ArchiveError(f"{graceid} is no event")
        return found

    def superevent(self, superevent_id: str) -> ArchivedSuperevent:
        """Give a superevent, as ``archive[superevent_id]``."""
        found = self[superevent_id]
        if not isinstance(found, ArchivedSuperevent):
            raise ArchiveError(f"{superevent_id} is no superevent")
        return found

    def put(self, archived: Archived) -> None:
        """Keep an object that was read elsewhere; one with its id is replaced.

        Raises
        ------
        ArchiveError
            If a file of it is missing or damaged; then nothing has changed.
        """
        with self.writing(archived.id) as folder:
            write_object(folder, archived)

    @contextlib.contextmanager
    def writing(self, id_: str, *, keep: bool = False) -> Iterator[Path]:
        """Fill the folder of an object in the block; at its end it takes its place, whole.

        Parameters
        ----------
        id_ : str
            Of the object.
        keep : bool
            Whether to begin with what an earlier block left that ended with an exception, and to
            leave what there is if this one does.

        Raises
        ------
        ArchiveError
            If another program is writing the object.
        """
        if not is_id(id_):
            raise ArchiveError(f"{id_!r} is no id of an event or superevent")
        with self.place.writing(id_) as folder:
            if not keep:
                shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            try:
                yield folder
            except BaseException:
                # of one that is not there nothing has come, and nothing is to be gone on with
                if not keep or not any(path.is_file() for path in folder.rglob("*")):
                    shutil.rmtree(folder, ignore_errors=True)
                raise
            self.place.publish(id_)

    def remove(self, id_: str) -> None:
        """Remove an object."""
        self.place.remove(id_)


def write_object(folder: Path, archived: Archived) -> None:
    """Write an object with its files into an empty folder."""
    if isinstance(archived, ArchivedSuperevent):
        for event in archived.events:
            (folder / event.id).mkdir()
            write_object(folder / event.id, event)
    files = []
    for file, blob in zip(archived.files, blob_names(archived.files), strict=True):
        content = archived.content(file)
        (folder / blob).write_bytes(content)
        files.append(replace(file, sha256=hashlib.sha256(content).hexdigest(), blob=blob))
    write_documents(folder, replace(archived, files=tuple(files)))
