"""What was asked so far: a record of every attempt, in order."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

__all__ = ["LONGEST_PATH", "Call", "Calls"]

_MOST_KEPT = 100_000
LONGEST_PATH = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt.

    Attributes
    ----------
    method : str
        HTTP method.
    path : str
        Below the API base, without a query, e.g. ``events/G0042/log/``; long ones are cut.
    status : int or None
        HTTP status answered; None if the connection was dropped.
    seconds : float
        How long the answer took to make [s].
    """

    method: str
    path: str
    status: int | None
    seconds: float


class Calls(Sequence[Call]):
    """All attempts on a store in this process, oldest first; beyond 100,000 the oldest go."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def record(self, call: Call) -> None:
        """Add an attempt."""
        self._calls.append(call)
        if len(self._calls) > _MOST_KEPT:
            with self._lock:
                del self._calls[: max(0, len(self._calls) - _MOST_KEPT)]

    def clear(self) -> None:
        """Forget all attempts."""
        with self._lock:
            self._calls.clear()

    @overload
    def __getitem__(self, place: int) -> Call: ...
    @overload
    def __getitem__(self, place: slice) -> list[Call]: ...
    def __getitem__(self, place: int | slice) -> Call | list[Call]:
        return self._calls[place]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __repr__(self) -> str:
        shown = "".join(f"\n  {c.method} {c.path} {c.status}" for c in self._calls[-20:])
        return f"<{len(self)} calls{', the last:' if len(self) > 20 else ':'}{shown}>"
