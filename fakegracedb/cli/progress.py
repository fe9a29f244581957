"""How far a long verb has come: one line on stderr, for what takes more than a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType

__all__ = ["Progress"]

_QUIET = 1.0  # s before anything is said
_PAUSE = 0.2  # s from one word to the next


class Progress:
    """Tells how far something has come, on a terminal in place, else in a few lines.

    Parameters
    ----------
    what : str
        What is being done, as ``reading events``.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + _QUIET
        self._pause = _PAUSE
        self._shown = ""

    def at(self, done: int, total: int | None = None) -> None:
        """Say how much is done, if it is time to."""
        if sys.stderr is None or time.monotonic() < self._next:
            return
        of = f" of {total}" if total is not None else ""
        line = f"fakegracedb: {self._what}: {done}{of}"
        if sys.stderr.isatty():
            print(f"\r{line.ljust(len(self._shown))}", end="", file=sys.stderr, flush=True)
            self._shown = line
        else:
            print(line, file=sys.stderr, flush=True)
            self._pause *= 2  # a log needs less of it
        self._next = time.monotonic() + self._pause

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown and sys.stderr is not None:
            print(f"\r{' ' * len(self._shown)}\r", end="", file=sys.stderr, flush=True)
