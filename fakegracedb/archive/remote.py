"""Archives at a URL that fsspec knows: ``s3://…``, ``sftp://…``, ``memory://…``.

An object is one file there, ``S240229a.zip``, since no such place can change a folder in one step.
A folder that somebody has copied there from an archive of this machine is read too.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import ArchiveError
from .forms import ARCHIVE, DESCRIPTION
from .names import is_id
from .places import LocalPlace

__all__ = ["RemotePlace"]

_ZIP = ".zip"


class RemotePlace:
    """A folder of objects at a URL, of which each is brought here when it is looked into.

    Parameters
    ----------
    url : str
        The folder.
    staging : Path
        Where objects lie on this machine while they are not complete.

    Raises
    ------
    ArchiveError
        If fsspec, or what it needs for such a URL, is not installed.
    """

    def __init__(self, url: str, staging: Path) -> None:
        try:
            import fsspec
        except ImportError:
            raise ArchiveError(
                f"{url}: an archive at a URL needs fsspec: pip install 'fakegracedb[remote]'"
            ) from None
        self.url = url.rstrip("/")
        try:
            self._fs, self._root = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError) as error:
            raise ArchiveError(f"{url}: {error}") from error
        key = hashlib.sha256(self.url.encode()).hexdigest()[:16]
        self._staging = LocalPlace(staging / ".remote" / key)
        self._here: dict[str, tuple[str, Path]] = {}  # what was brought, and of which state it is
        self._temporary: Path | None = None

    def __str__(self) -> str:
        return self.url

    def _at(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def exists(self) -> bool:
        """Whether there is such a folder."""
        with _told(self.url):
            return bool(self._fs.exists(self._root))

    def ids(self) -> list[str]:
        """Give the names of the objects, complete or not in order."""
        return sorted({PurePosixPath(name).name.removesuffix(_ZIP) for name in self._names()})

    def _names(self) -> list[str]:
        """Give what is there that can be an object."""
        with _told(self.url):
            self._fs.invalidate_cache()
            try:
                listed = self._fs.ls(self._root, detail=True)
            except FileNotFoundError:
                return []
        found = []
        for entry in listed:
            name = PurePosixPath(entry["name"].rstrip("/")).name
            is_file = entry["type"] == "file"
            if is_id(name.removesuffix(_ZIP) if is_file else name) and is_file == (
                name.endswith(_ZIP)
            ):
                found.append(name)
        return found

    def folder(self, id_: str) -> Path | None:
        """Bring an object here, if it is not; give its folder, None where there is none."""
        with _told(f"{self.url}/{id_}"):
            self._fs.invalidate_cache()
            packed = self._at(f"{id_}{_ZIP}")
            if self._fs.isfile(packed):
                return self._brought(id_, packed, self._unpack)
            loose = self._at(id_)
            for name in (ARCHIVE, DESCRIPTION):
                if self._fs.isfile(f"{loose}/{name}"):
                    return self._brought(id_, f"{loose}/{name}", self._copy)
        return None

    def _brought(self, id_: str, known_by: str, bring: Any) -> Path:
        state = str(self._fs.ukey(known_by))
        before = self._here.get(id_)
        if before is not None and before[0] == state:
            return before[1]
        if self._temporary is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="fakegracedb-"))
            weakref.finalize(self, shutil.rmtree, self._temporary, ignore_errors=True)
        place = self._temporary / secrets.token_hex(4)
        place.mkdir()
        bring(id_, place)
        self._here[id_] = state, place / id_
        return place / id_

    def _unpack(self, id_: str, place: Path) -> None:
        with self._fs.open(self._at(f"{id_}{_ZIP}"), "rb") as file:
            try:
                with zipfile.ZipFile(file) as packed:
                    packed.extractall(place)  # which lets nothing get out of the folder
            except zipfile.BadZipFile as error:
                raise ArchiveError(f"{self.url}/{id_}{_ZIP} is damaged: {error}") from error
        if not (place / id_).is_dir():
            raise ArchiveError(f"{self.url}/{id_}{_ZIP} does not hold {id_}")

    def _copy(self, id_: str, place: Path) -> None:
        self._fs.get(self._at(id_), str(place / id_), recursive=True)

    def member(self, graceid: str) -> Path | None:
        """Bring the superevent here that has an event, and give the event's folder."""
        for name in self._names():
            id_ = name.removesuffix(_ZIP)
            if self._has(name, f"{id_}/{graceid}/"):
                folder = self.folder(id_)
                if folder is not None and (folder / graceid).is_dir():
                    return folder / graceid
        return None

    def _has(self, name: str, within: str) -> bool:
        if not name.endswith(_ZIP):
            return bool(self._fs.exists(self._at(within.rstrip("/"))))
        with _told(f"{self.url}/{name}"), self._fs.open(self._at(name), "rb") as file:
            try:
                # only the list at its end is read
                with zipfile.ZipFile(file) as packed:
                    return any(one.startswith(within) for one in packed.namelist())
            except zipfile.BadZipFile:
                return False

    @contextlib.contextmanager
    def writing(self, id_: str) -> Iterator[Path]:
        """Be the one on this machine who writes an object; give the folder for it meanwhile."""
        with self._staging.writing(id_) as folder:
            yield folder

    def publish(self, id_: str) -> None:
        """Bring what lies in the folder for it there, in one step. Only while `writing`."""
        part = self._staging.part(id_)
        packed = part.with_name(f".{id_}{_ZIP}")
        try:
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
                for path in sorted(part.rglob("*")):
                    file.write(path, f"{id_}/{path.relative_to(part).as_posix()}")
            temporary = self._at(f".{id_}.{secrets.token_hex(4)}.tmp")
            with _told(f"{self.url}/{id_}"):
                self._fs.makedirs(self._root, exist_ok=True)
                try:
                    self._fs.put_file(str(packed), temporary)
                    self._fs.mv(temporary, self._at(f"{id_}{_ZIP}"))
                except BaseException:
                    with contextlib.suppress(Exception):
                        self._fs.rm_file(temporary)
                    raise
                if self._fs.isdir(self._at(id_)):
                    self._fs.rm(self._at(id_), recursive=True)
        finally:
            packed.unlink(missing_ok=True)
        shutil.rmtree(part)

    def remove(self, id_: str) -> None:
        """Remove an object, and what there is of it that is not complete."""
        self._staging.remove(id_)
        with _told(f"{self.url}/{id_}"):
            for name in (f"{id_}{_ZIP}", id_):
                if self._fs.exists(self._at(name)):
                    self._fs.rm(self._at(name), recursive=True)

    def unfinished(self) -> list[str]:
        """Give the ids of objects that were begun on this machine and are not complete."""
        return self._staging.unfinished()

    def part(self, id_: str) -> Path:
        """Give the folder of an object while it is not complete."""
        return self._staging.part(id_)


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Say of what an error is that some file system raises."""
    try:
        yield
    except (ArchiveError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise ArchiveError(f"{what}: {error or type(error).__name__}") from error
