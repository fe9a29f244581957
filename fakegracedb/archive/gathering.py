"""The files of archived objects: which are wanted, and how they come into the folder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..errors import ArchiveError
from ..identifiers import disk_name, split_version, versioned
from .archived import Archived, ArchivedEvent, ArchivedFile, ArchivedSuperevent, blob_names
from .asking import Asker, Refused
from .description import pipeline_uploads
from .endpoints import below, listed_files
from .forms import write_documents
from .progress import Kept

__all__ = ["FileCollector", "link_of"]

_GZ = ".gz"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file as the server lists it."""

    name: str
    version: int
    url: str

    @property
    def key(self) -> str:
        return versioned(self.name, self.version)


class FileCollector:
    """Brings files into the folders of objects, and writes the documents beside them.

    Parameters
    ----------
    asker : Asker
        Who asks.
    folder : Path
        Of the top object.
    full : bool
        Whether all files are wanted, or what the pipelines uploaded.
    allow_missing : bool
        Whether to go on without a file that the server lists and does not have.
    progress : callable, optional
        Is told how many files are done, of how many.

    Attributes
    ----------
    warnings : list of str
        What was left out, and why.
    """

    def __init__(
        self,
        asker: Asker,
        folder: Path,
        *,
        full: bool,
        allow_missing: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.warnings: list[str] = []
        self._asker = asker
        self._folder = folder
        self._full = full
        self._allow_missing = allow_missing
        self._progress = progress
        self._lock = threading.Lock()

    def bring_files(self, answer: Mapping[str, Any], objects: list[Any]) -> None:
        """Bring the files of all objects, and write their documents; the last is the top one."""
        with Kept(self._folder, answer) as kept:
            self._bring(kept, objects)

    def _bring(self, kept: Kept, objects: list[Any]) -> None:
        listed = [self._listed(one) for one in objects]
        total, done = sum(map(len, listed)), 0

        def step() -> None:
            nonlocal done
            with self._lock:
                done += 1
                if self._progress is not None:
                    self._progress(done, total)

        calls = [
            partial(self._file, kept, archived, file, blob, step)
            for archived, files in zip(objects, listed, strict=True)
            for file, blob in zip(files, blob_names(files), strict=True)
        ]
        brought = iter(self._asker.all(calls))
        by_id: dict[str, Any] = {}
        for archived, files in zip(objects, listed, strict=True):
            results = [next(brought) for _ in files]
            finished = self._finished(archived, files, results)
            if isinstance(finished, ArchivedSuperevent):
                events = tuple(by_id[event.id] for event in finished.events)
                finished = replace(finished, events=events)
            by_id[archived.id] = finished
            self._tidy(finished)
            write_documents(archived.folder, finished)
        kept.end()

    def _listed(self, archived: Archived) -> list[_Listed]:
        """Give the files that are to be brought."""
        link = link_of(archived.object)
        if not self._full:
            uploads = archived.uploads if isinstance(archived, ArchivedEvent) else ()
            names = dict.fromkeys(one.filename for one in uploads)
            return [_listed(name, below(link, f"files/{quote(name, safe='/,')}")) for name in names]
        urls = listed_files(archived.answers.get("files"))
        with_version = [name for name in urls if split_version(name)[1] is not None]
        bare = {split_version(name)[0] for name in with_version}
        # a server that lists only the newest version of a file
        alone = [n for n in urls if split_version(n)[1] is None and n not in bare]
        return [
            *(_listed(name, urls[name]) for name in with_version),
            *(_Listed(name, _last_version(archived, name), urls[name]) for name in alone),
        ]

    def _file(
        self, kept: Kept, archived: Archived, file: _Listed, blob: str, step: Callable[[], None]
    ) -> ArchivedFile | int:
        """Bring a file, unless it is there; or give the status with which it is refused."""
        assert archived.folder is not None
        place = archived.folder / blob
        found = kept.find(place)
        name = file.name
        if found is None:
            try:
                found = self._asker.file(file.url, place)
            except Refused as error:
                if error.status == 404 and file.name.endswith(_GZ):
                    name = file.name.removesuffix(_GZ)
                    blob = versioned(disk_name(name), file.version)
                    place = archived.folder / blob
                    found = self._without_gz(file, place)
                if found is None:
                    self._missing(archived, file, error.status)
                    step()
                    return error.status
            kept.add(place, found)
        step()
        return ArchivedFile(name, file.version, *found, blob)

    def _without_gz(self, file: _Listed, place: Path) -> tuple[int, str] | None:
        """Try a name without its ``.gz``, as some servers have it."""
        url = file.url.replace(f"{_GZ},", ",") if f"{_GZ}," in file.url else file.url[: -len(_GZ)]
        try:
            return self._asker.file(url, place)
        except Refused:
            return None

    def _missing(self, archived: Archived, file: _Listed, status: int) -> None:
        said = f"{archived.id}: the file {file.key!r} is listed and cannot be read: {status}"
        if status == 404 and not self._allow_missing:
            raise ArchiveError(f"{said}; --allow-missing goes on without it")
        self.warn(said)

    def _finished(
        self, archived: Any, files: list[_Listed], results: list[ArchivedFile | int]
    ) -> Any:
        """Give an object with the files that were brought."""
        found: dict[str, ArchivedFile] = {}
        unreadable = dict(archived.unreadable)
        names: dict[str, str] = {}
        for file, result in zip(files, results, strict=True):
            if isinstance(result, int):
                unreadable[f"files/{file.key}"] = result
                continue
            key = versioned(result.name, result.version)
            found.setdefault(key, result)
            if key != file.key:
                names[file.key] = key
        archived = replace(archived, files=tuple(found.values()), unreadable=unreadable)
        if isinstance(archived, ArchivedEvent) and names:
            uploads = pipeline_uploads(archived.object["submitter"], archived.logs, names)
            archived = replace(archived, uploads=uploads)
        return archived

    def _tidy(self, archived: Any) -> None:
        """Remove what an earlier, interrupted fetch has left that is not wanted any more."""
        wanted = {file.blob for file in archived.files}
        if isinstance(archived, ArchivedSuperevent):
            wanted |= {event.id for event in archived.events}
        for path in archived.folder.iterdir():
            if path.name not in wanted and path.name != Kept.NAME:
                path.unlink()

    def warn(self, text: str) -> None:
        """Keep a warning."""
        with self._lock:
            self.warnings.append(text)


def link_of(answer: Mapping[str, Any]) -> str:
    """Give the link of an object to itself; empty if it has none."""
    found = (answer.get("links") or {}).get("self")
    return found if isinstance(found, str) else ""


def _listed(key: str, url: str) -> _Listed:
    name, version = split_version(key)
    assert version is not None
    return _Listed(name, version, url)


def _last_version(archived: Archived, name: str) -> int:
    """Give the newest version of a file of which the log tells; 0 if it tells of none."""
    versions = [log.get("file_version") for log in archived.logs if log.get("filename") == name]
    return max((one for one in versions if isinstance(one, int)), default=0)
