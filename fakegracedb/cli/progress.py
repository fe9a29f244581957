"""A bar on the terminal that tells how far long work has come; where there is none, nothing."""

from __future__ import annotations

import sys
import time

__all__ = ["Bar"]

_WIDTH = 30  # characters
_CADENCE = 0.1  # s between two looks


class Bar:
    """One line on stderr that is written over again and again, and gone at the end."""

    def __init__(self) -> None:
        self._shown = 0
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

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._write("")
            self._shown = 0

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text}{' ' * (self._shown - len(text))}" + ("" if text else "\r"))
        sys.stderr.flush()
        self._shown = len(text)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *exception: object) -> None:
        self.clear()
