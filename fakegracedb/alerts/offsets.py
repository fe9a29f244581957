"""Positions that outlive their process: a follower that was killed goes on without a gap."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from .folding import Position
from .following import Follower
from .packets import Alert

__all__ = ["Offsets", "Progress"]


class Offsets:
    """A file with a position.

    Parameters
    ----------
    path : path-like
        The file; it comes with the first position.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def read(self) -> Position | None:
        """Give the position that was kept, None if there is none yet.

        Raises
        ------
        ValueError
            If the file holds something else.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            return Position.from_json(json.loads(text))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{self.path}: {error}") from error

    def write(self, position: Position) -> None:
        """Keep a position: whoever reads finds the former one or this one.

        Raises
        ------
        OSError
            If it cannot be kept; it names our file, not the temporary one.
        """
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            temporary.write_text(json.dumps(position.to_json()) + "\n", encoding="utf-8")
            temporary.replace(self.path)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error


@dataclass(slots=True)
class _Open:
    """An alert that is being worked at: how many parts are not done, and the position behind it."""

    parts: int
    behind: Position


class Progress:
    """Which alerts are done with, when several are at work at once.

    The position moves past an alert when it and all before it are done: what was being worked at
    when the process died comes again.

    Parameters
    ----------
    follower : Follower
        Who reads them.
    offsets : Offsets or None
        Where the position is kept; None keeps none.
    """

    def __init__(self, follower: Follower, offsets: Offsets | None) -> None:
        self._follower = follower
        self._offsets = offsets
        self._open: OrderedDict[int, _Open] = OrderedDict()
        self._lock = Lock()

    def begin(self, alert: Alert, parts: int) -> None:
        """Take on an alert that is done when so many parts of it are."""
        with self._lock:
            self._open[alert.seq] = _Open(parts, self._follower.position_after(alert))
        if parts == 0:
            self._settle()

    def done(self, alert: Alert) -> None:
        """Say that a part of an alert is done."""
        with self._lock:
            self._open[alert.seq].parts -= 1
        self._settle()

    def _settle(self) -> None:
        with self._lock:
            newest: Position | None = None
            while self._open and next(iter(self._open.values())).parts == 0:
                newest = self._open.popitem(last=False)[1].behind
            if newest is not None and self._offsets is not None:
                self._offsets.write(newest)
