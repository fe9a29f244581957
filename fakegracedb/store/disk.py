"""The one door to the disk: every file-system call of a store is made here.

Nothing here knows what the files mean. What `os` and `io` hold is looked up at each call, so that a
fake file system, or a test that dies at the n-th call, can stand in for it; not the `open` of
`builtins`, which tests replace for the sake of the files that their program reads.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from typing import IO, TypeAlias

from .. import stretches
from ..stretches import Content

__all__ = [
    "Identity",
    "Lock",
    "append",
    "append_to",
    "copy",
    "entries",
    "exists",
    "files_below",
    "identity",
    "in_the_way",
    "is_folder",
    "is_link",
    "is_writable",
    "link_or_copy",
    "make_folder",
    "move",
    "opened",
    "overwrite",
    "pieces",
    "read",
    "read_end",
    "read_from",
    "real_path",
    "remove",
    "remove_empty",
    "remove_tree",
    "replace",
    "sync_folder",
    "temporary_folder",
    "truncate",
    "write_new",
]

#: What tells one state of a file from another: inode, size, time of the last change [ns].
Identity: TypeAlias = tuple[int, int, int]

_PIECE = 1 << 20  # bytes written or copied at once
_PAUSE = 0.002  # s between two looks at a lock that somebody has
# How files are opened to be written. Where there are two kinds of them, these are no texts.
_TO_WRITE = os.O_WRONLY | getattr(os, "O_BINARY", 0)
_NEW = _TO_WRITE | os.O_CREAT | os.O_EXCL
_EMPTIED = _TO_WRITE | os.O_CREAT | os.O_TRUNC
_WRITTEN = _TO_WRITE | os.O_CREAT
_CONTINUED = _TO_WRITE | os.O_CREAT | os.O_APPEND
_MODE = 0o666
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})

# Looking


def real_path(path: str) -> str:
    """Give the absolute path of a file or folder without links in it."""
    return os.path.realpath(path)


def temporary_folder() -> str:
    """Give the folder for temporary files."""
    return tempfile.gettempdir()


def _identity(status: os.stat_result) -> Identity:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        raise


def identity(path: str) -> Identity | None:
    """Give the identity of a file, None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - called for every read; Path costs more than the call
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        raise
    return status.st_ino, status.st_size, status.st_mtime_ns


def exists(path: str) -> bool:
    """Whether there is a file or folder."""
    return _status(path) is not None


def is_folder(path: str) -> bool:
    """Whether there is a folder."""
    status = _status(path)
    return status is not None and stat.S_ISDIR(status.st_mode)


def in_the_way(path: str) -> str | None:
    """Give the file or device that stands where a folder is wanted, or where one above it is."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError as error:
        if error.errno != errno.ENOTDIR:
            return None
        return in_the_way(os.path.dirname(path))  # noqa: PTH120
    return None if stat.S_ISDIR(status.st_mode) else path


def is_link(path: str) -> bool:
    """Whether there is a symbolic link."""
    try:
        return stat.S_ISLNK(os.lstat(path).st_mode)
    except OSError:
        return False


def is_writable(path: str) -> bool:
    """Whether something can be made in a folder."""
    return os.access(path, os.W_OK)


def entries(path: str) -> list[str]:
    """Give the names in a folder, sorted; none where there is no folder."""
    try:
        return sorted(os.listdir(path))  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return []


def files_below(path: str) -> Iterator[tuple[str, bool]]:
    """Give the files below a folder relative to it, with ``/``, and whether each is a link."""
    try:
        with os.scandir(path) as found:
            listed = sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            for name, link in files_below(entry.path):
                yield f"{entry.name}/{name}", link
        else:
            yield entry.name, entry.is_symlink()


# Reading


def opened(path: str) -> tuple[IO[bytes], Identity] | None:
    """Open a file for reading, None where there is none."""
    try:
        file = io.open(path, "rb", buffering=0)  # noqa: SIM115, UP020 - to be closed later
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        raise
    return file, _identity(os.fstat(file.fileno()))


def read(path: str) -> tuple[bytes, Identity] | None:
    """Give the content of a file and the identity it had, None where there is none."""
    return read_from(path, 0)


def read_from(path: str, offset: int) -> tuple[bytes, Identity] | None:
    """Give the content of a file from an offset on [bytes], and the identity it had.

    No more is read than was there at that moment, and at one go: what is cut off and written anew
    meanwhile must not be joined to what was there before.
    """
    found = opened(path)
    return None if found is None else _rest(*found, offset)


def read_end(path: str, length: int) -> tuple[bytes, Identity] | None:
    """Give so many bytes of the end of a file, or all it has, and the identity it had.

    Where the end begins is told by the file that is read: another may take its place.
    """
    found = opened(path)
    return None if found is None else _rest(*found, max(0, found[1][1] - length))


def _rest(file: IO[bytes], status: Identity, offset: int) -> tuple[bytes, Identity]:
    with file:
        if offset:
            file.seek(offset)
        length = status[1] - offset
        data = file.read(length) if length > 0 else b""
        while len(data) < length and (more := file.read(length - len(data))):
            data += more
    return data, status


def pieces(path: str) -> Iterator[bytes]:
    """Give the content of a file piece by piece."""
    with io.open(path, "rb", buffering=0) as file:  # noqa: UP020
        while piece := file.read(_PIECE):
            yield piece


# Writing


def _write(handle: int, data: Content) -> None:
    for piece in stretches.pieces(data):
        view = memoryview(piece)
        while len(view):
            written = os.write(handle, view[:_PIECE])  # less may be taken than is given
            view = view[written:]


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


def write_new(path: str, data: Content, *, fsync: bool = False) -> None:
    """Write a file under a name that nothing committed has.

    What lies there was left by a writer that died before its commit, and is replaced.
    """
    try:
        handle = os.open(path, _NEW, _MODE)
    except FileExistsError:
        replace(path, data, fsync=fsync)
        return
    try:
        _write(handle, data)
        if fsync:
            os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: str, data: Content, *, fsync: bool = False) -> Identity:
    """Write a file whole: a reader finds the old one or the new one. Give its identity."""
    folder, _, name = path.rpartition("/")
    temporary = f"{folder}/.{name}.{os.getpid()}.tmp"
    try:
        handle = os.open(temporary, _EMPTIED, _MODE)
        try:
            _write(handle, data)
            if fsync:
                os.fsync(handle)
            status = _identity(os.fstat(handle))
        finally:
            os.close(handle)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        remove(temporary)
        raise
    if fsync:
        sync_folder(folder)
    return status


def overwrite(path: str, data: bytes) -> Identity:
    """Write a file whole where it lies: readers may find it half written. Give its identity.

    Making a file and giving it the name of another costs a multiple of that, and on ext4 begins to
    write it out. It is not emptied first, which would do the same.
    """
    try:
        handle = os.open(path, _WRITTEN, _MODE)
    except PermissionError:
        return replace(path, data)  # the folder may be ours to change
    try:
        _write(handle, data)
        status = os.fstat(handle)
        if status.st_size > len(data):
            os.ftruncate(handle, len(data))
            status = os.fstat(handle)
    finally:
        os.close(handle)
    return _identity(status)


def append(path: str, data: bytes, *, fsync: bool = False) -> Identity:
    """Add to the end of a file, which is made when missing. Give its identity afterwards.

    If that fails the file is as long as it was.
    """
    handle = os.open(path, _CONTINUED, _MODE)
    try:
        return _append(handle, path, data, os.fstat(handle).st_size, fsync=fsync)
    finally:
        os.close(handle)


def append_to(
    path: str, known: Identity | None, data: bytes, *, fsync: bool = False
) -> Identity | None:
    """Add to the end of a file as `append`, if it is still as it was known.

    Parameters
    ----------
    known : Identity or None
        What it was; None for a file that was missing or empty.

    Returns
    -------
    Identity or None
        What it is afterwards; None for another file, to which nothing was added.
    """
    handle = os.open(path, _CONTINUED, _MODE)
    try:
        status = os.fstat(handle)
        if status.st_size if known is None else _identity(status) != known:
            return None
        return _append(handle, path, data, status.st_size, fsync=fsync)
    finally:
        os.close(handle)


def _append(handle: int, path: str, data: bytes, size: int, *, fsync: bool) -> Identity:
    try:
        _write(handle, data)
        if fsync:
            os.fsync(handle)
    except OSError:
        os.ftruncate(handle, size)
        raise
    status = _identity(os.fstat(handle))
    if fsync and not size:
        sync_folder(path.rpartition("/")[0])
    return status


def truncate(path: str, size: int) -> None:
    """Cut a file after so many bytes."""
    os.truncate(path, size)


def copy(source: str, target: str) -> None:
    """Copy a file to a name that is free."""
    handle = os.open(target, _NEW, _MODE)
    try:
        for piece in pieces(source):
            _write(handle, piece)
    finally:
        os.close(handle)


def link_or_copy(source: str, target: str) -> None:
    """Make a second name for a file that never changes, or a copy where the disk cannot."""
    try:
        os.link(source, target)
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError:
        copy(source, target)


def move(source: str, target: str) -> None:
    """Give a file or folder another name, in place of a file that has it."""
    os.replace(source, target)  # noqa: PTH105


def make_folder(path: str, tries: int = 10) -> None:
    """Make a folder and those above it that are missing; one that is there is no error.

    Somebody may take away the one above meanwhile, so it is tried again; but not for ever, since
    file systems that take no folders (``/proc``) say the same.
    """
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileNotFoundError:
        above = os.path.dirname(path)  # noqa: PTH120
        if above == path or tries == 0:
            raise
        make_folder(above)
        make_folder(path, tries - 1)
    except FileExistsError:
        if not is_folder(path):
            raise


def remove(path: str) -> None:
    """Remove a file; none there is no error."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(path)  # noqa: PTH108


def remove_empty(path: str) -> None:
    """Remove a folder if nothing is in it."""
    with contextlib.suppress(OSError):
        os.rmdir(path)  # noqa: PTH106


def remove_tree(path: str) -> None:
    """Remove a folder and all in it; none there is no error."""
    try:
        with os.scandir(path) as found:
            listed = list(found)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            remove_tree(entry.path)
        else:
            remove(entry.path)
    os.rmdir(path)  # noqa: PTH106


# Excluding other processes


class Lock:
    """A file that one process at a time holds; for one thread at a time.

    It stays when nobody holds it, since others may be waiting for it.

    Parameters
    ----------
    path : str
        The file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, patience: float) -> None:
        """Hold the lock.

        Raises
        ------
        TimeoutError
            If somebody else holds it all the time [s].
        OSError
            If the file cannot be made, or the file system has no locks.
        """
        # Imported at each call: what was imported in a fake file system belongs to that for good.
        # The functions for an open file take a tenth of the time of a `FileLock`, which does for
        # threads and children of a fork what the store does by itself.
        from filelock import lock_descriptor

        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), _MODE)
        try:
            left = patience  # counted, since tests may stop the clocks of the process
            while not lock_descriptor(handle, blocking=False):
                if left <= 0:
                    raise TimeoutError(f"{self.path} is held by somebody else")
                time.sleep(_PAUSE)
                left -= _PAUSE
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle

    def release(self) -> None:
        """Let go of the lock; one that is not held is no error."""
        if self._handle is not None:
            from filelock import unlock_descriptor

            handle, self._handle = self._handle, None
            try:
                unlock_descriptor(handle)  # a child of a fork may have the file open still
            finally:
                os.close(handle)

    def forget(self) -> None:
        """Leave the lock to the process that this one was forked from."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            os.close(handle)
