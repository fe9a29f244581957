"""How far long work has come, on stderr: in words, or as a bar on a terminal."""

from __future__ import annotations

import sys
import time

__all__ = ["Bar", "Progress"]

_QUIET = 1.0  # s before anything is said
_PAUSE = 0.2  # s from one word to the next
_WIDTH = 30  # characters of a bar
_CADENCE = 0.1  # s between two looks of a bar


class _Line:
    """One line on stderr that is written over again and again, and gone at the end."""

    def __init__(self) -> None:
        self._shown = 0

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text}{' ' * (self._shown - len(text))}" + ("" if text else "\r"))
        sys.stderr.flush()
        self._shown = len(text)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown and sys.stderr is not None:
            self._write("")

    def __exit__(self, *exception: object) -> None:
        self.clear()


class Progress(_Line):
    """Tells how far something has come, on a terminal in place, else in a few lines.

    Parameters
    ----------
    what : str
        What is being done, as ``reading events``.
    """

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what
        self._next = time.monotonic() + _QUIET
        self._pause = _PAUSE

    def at(self, done: int, total: int | None = None) -> None:
        """Say how much is done, if it is time to."""
        if sys.stderr is None or time.monotonic() < self._next:
            return
        of = f" of {total}" if total is not None else ""
        line = f"fakegracedb: {self._what}: {done}{of}"
        if sys.stderr.isatty():
            self._write(line)
        else:
            print(line, file=sys.stderr, flush=True)
            self._pause *= 2  # a log needs less of it
        self._next = time.monotonic() + self._pause

    def __enter__(self) -> Progress:
        return self


class Bar(_Line):
    """A bar that grows; where there is no terminal, nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._last = 0.0
        self._alive = sys.stderr is not None and sys.stderr.isatty()

    def show(self, what: str, done: int, total: int) -> None:
        """Show how much of something is done."""
        now = time.monotonic()
        if not self._alive or (done < total and now - self._last < _CADENCE):
            return
        self._last = now
        full = _WIDTH * done // total if total else _WIDTH
        self._write(f"{what} [{'#' * full}{'.' * (_WIDTH - full)}] {done}/{total}")

    def __enter__(self) -> Bar:
        return self
