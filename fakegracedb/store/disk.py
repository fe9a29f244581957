"""The one door to the disk: every file-system call of a store is made here.

Nothing here knows what the files mean. `os` and `open` are looked up at each call, so that a fake
file system, or a test that dies at the n-th call, can stand in for them.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TypeAlias

__all__ = [
    "Identity",
    "Path",
    "append",
    "entries",
    "exists",
    "identity",
    "is_folder",
    "link_or_copy",
    "make_folder",
    "move",
    "open_blob",
    "read",
    "read_from",
    "remove",
    "remove_tree",
    "replace",
    "truncate",
    "write_new",
]

#: What tells one state of a file from another: inode, size, time of the last change [ns].
Identity: TypeAlias = tuple[int, int, int]

_PIECE = 1 << 20  # bytes written or copied at once


def _identity(status: os.stat_result) -> Identity:
    return status.st_ino, status.st_size, status.st_mtime_ns


def identity(path: str) -> Identity | None:
    """Give the identity of a file, None where there is none."""
    try:
        return _identity(os.stat(path))  # noqa: PTH116 - called for every read; Path costs more than the call
    except (FileNotFoundError, NotADirectoryError):
        return None


def exists(path: str) -> bool:
    """Whether there is a file or folder."""
    return identity(path) is not None


def is_folder(path: str) -> bool:
    """Whether there is a folder."""
    return Path(path).is_dir()


def entries(path: str) -> list[str]:
    """Give the names in a folder, sorted; none where there is no folder."""
    try:
        return sorted(os.listdir(path))  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return []


def read(path: str) -> tuple[bytes, Identity] | None:
    """Give the content of a file and the identity it had, None where there is none."""
    return read_from(path, 0)


def read_from(path: str, offset: int, length: int = -1) -> tuple[bytes, Identity] | None:
    """Give the content of a file from an offset on [bytes], and the identity it had."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            status = _identity(os.fstat(file.fileno()))
            if offset:
                file.seek(offset)
            if length >= 0:
                return file.read(length), status
            return file.readall(), status
    except (FileNotFoundError, NotADirectoryError):
        return None


def open_blob(path: str) -> tuple[IO[bytes], int]:
    """Open a file for reading; give it with its length [bytes]."""
    file = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115 - whoever sends it closes it
    return file, os.fstat(file.fileno()).st_size


def _write(file: IO[bytes], data: bytes | memoryview) -> None:
    view = memoryview(data)
    while len(view):
        written = file.write(view[:_PIECE])  # a raw file may take less than it is given
        view = view[written:]


def _sync(file: IO[bytes]) -> None:
    os.fsync(file.fileno())


def sync_folder(path: str) -> None:
    """Bring a folder's names to the disk, where the system can."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF):
            raise
    finally:
        os.close(handle)


def write_new(path: str, data: bytes | memoryview, *, fsync: bool = False) -> None:
    """Write a file under a name that nothing committed has.

    What lies there was left by a writer that died before its commit, and is replaced.
    """
    try:
        file = open(path, "xb", buffering=0)  # noqa: PTH123, SIM115
    except FileExistsError:
        replace(path, data, fsync=fsync)
        return
    with file:
        _write(file, data)
        if fsync:
            _sync(file)


def replace(path: str, data: bytes | memoryview, *, fsync: bool = False) -> Identity:
    """Write a file whole: a reader finds the old one or the new one. Give its identity."""
    folder, name = os.path.split(path)
    temporary = f"{folder}{os.sep}.{name}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb", buffering=0) as file:  # noqa: PTH123
            _write(file, data)
            if fsync:
                _sync(file)
            status = _identity(os.fstat(file.fileno()))
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        remove(temporary)
        raise
    if fsync:
        sync_folder(folder)
    return status


def append(path: str, data: bytes, *, fsync: bool = False) -> Identity:
    """Add to the end of a file, which is made when missing. Give its identity afterwards.

    If that fails the file is as long as it was.
    """
    with open(path, "ab", buffering=0) as file:  # noqa: PTH123
        size = file.tell()
        try:
            _write(file, data)
            if fsync:
                _sync(file)
        except OSError:
            file.truncate(size)
            raise
        return _identity(os.fstat(file.fileno()))


def truncate(path: str, size: int) -> None:
    """Cut a file after so many bytes."""
    with open(path, "r+b", buffering=0) as file:  # noqa: PTH123
        file.truncate(size)


def make_folder(path: str, *, parents: bool = False) -> None:
    """Make a folder; one that is there already is no error."""
    if parents:
        Path(path).mkdir(parents=True, exist_ok=True)
        return
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileExistsError:
        if not is_folder(path):
            raise


def remove(path: str) -> None:
    """Remove a file; none there is no error."""
    try:
        os.unlink(path)  # noqa: PTH108
    except (FileNotFoundError, NotADirectoryError):
        pass


def remove_tree(path: str) -> None:
    """Remove a folder and all in it; none there is no error."""
    if is_folder(path):
        shutil.rmtree(path)


def move(source: str, target: str) -> None:
    """Give a file or folder another name, in place of a file that has it."""
    os.replace(source, target)  # noqa: PTH105


def link_or_copy(source: str, target: str) -> None:
    """Make a second name for a file that never changes, or a copy where the disk cannot."""
    try:
        os.link(source, target)  # noqa: PTH200
    except OSError as error:
        if isinstance(error, FileNotFoundError | FileExistsError):
            raise
        shutil.copyfile(source, target)


def pieces(path: str) -> Iterator[bytes]:
    """Give the content of a file piece by piece."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        while piece := file.read(_PIECE):
            yield piece


def writable(path: str) -> bool:
    """Whether files can be made in a folder (or in the nearest one above it that exists)."""
    folder = Path(path)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK)


def names_below(path: str, skip: Iterable[str] = ()) -> Iterator[str]:
    """Give the files below a folder, relative to it, with ``/``; folders in `skip` are left out."""
    skipped = set(skip)
    for name in entries(path):
        if name in skipped:
            continue
        whole = os.path.join(path, name)  # noqa: PTH118
        if is_folder(whole):
            for below in names_below(whole):
                yield f"{name}/{below}"
        else:
            yield name
