"""Waiting until a file has changed: told by the system where it can, else by looking."""

from __future__ import annotations

import ctypes
import os
import select
import sys
import time
import weakref
from pathlib import Path

__all__ = ["Watch"]

_PAUSE = 0.002  # s between two looks
_MODIFIED, _MOVED_TO, _CREATED = 0x2, 0x80, 0x100  # of Linux's inotify
_NONBLOCKING, _CLOSED_ON_EXEC = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC"))
_AT_ONCE = 1 << 16


class Watch:
    """Tells when a file has changed, been made or been replaced.

    Parameters
    ----------
    folder : Path
        Where it lies; it may come to be later.
    name : str
        Its name there.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._path = folder / name
        self._handle: int | None = None
        self._seen: tuple[int, ...] | None = None

    def wait(self, timeout: float) -> None:
        """Wait until it changes again, or for so long [s].

        What changed before the first call is seen by looking before that call.
        """
        if self._handle is None and (handle := _inotify(self._folder)) is not None:
            self._handle = handle
            weakref.finalize(self, os.close, handle)
        end = time.monotonic() + timeout
        while self._state() == self._seen and (left := end - time.monotonic()) > 0:
            if self._handle is None:
                time.sleep(min(_PAUSE, left))
            elif select.select([self._handle], [], [], left)[0]:
                os.read(self._handle, _AT_ONCE)
        self._seen = self._state()

    def _state(self) -> tuple[int, ...] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns


def _inotify(folder: Path) -> int | None:
    """Give a handle that can be read when something changes in a folder; None where it cannot."""
    if not sys.platform.startswith("linux"):
        return None
    system = ctypes.CDLL(None, use_errno=True)
    handle: int = system.inotify_init1(_NONBLOCKING | _CLOSED_ON_EXEC)
    if handle < 0:
        return None
    events = _MODIFIED | _MOVED_TO | _CREATED
    if system.inotify_add_watch(handle, os.fsencode(folder), events) < 0:
        os.close(handle)
        return None
    return handle
