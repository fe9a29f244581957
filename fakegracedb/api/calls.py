"""What was asked so far: a record of every attempt, in order."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import overload

__all__ = ["LONGEST_PATH", "Call", "Calls"]

_MOST_KEPT = 100_000
_MOST_SHOWN = 20
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
        HTTP status answered; None if the connection was dropped, or the call interrupted.
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

    def assert_called(
        self, method: str, path: str = "*", *, times: int | None = None, status: int | None = None
    ) -> list[Call]:
        """Check that something was asked, and how often; give the calls.

        Parameters
        ----------
        method : str
            HTTP method.
        path : str
            Below the API base, e.g. ``"events/"``, and all of it; ``*`` stands for any part, as in
            ``"events/*/log/"``.
        times : int, optional
            How often; None is at least once. Every attempt counts, as in this list.
        status : int, optional
            Only attempts that were answered so.

        Raises
        ------
        AssertionError
            If it was not asked, or not so often; the message lists what was.
        """
        wanted = re.compile(".*".join(map(re.escape, path.split("*"))), re.DOTALL)
        asked = list(self._calls)
        found = [
            call
            for call in asked
            if call.method == method.upper()
            and wanted.fullmatch(call.path)
            and (status is None or status == call.status)
        ]
        if len(found) == times or (times is None and found):
            return found
        often = "at least once" if times is None else _times(times)
        answered = "" if status is None else f" with status {status}"
        raise AssertionError(
            f"{method.upper()} {path}{answered} was to be called {often}, and was called "
            f"{_times(len(found))}. {_listed(asked)}"
        )

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
        return f"<{_listed(list(self._calls))}>"


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _listed(calls: list[Call]) -> str:
    """Give the last calls in words, a line each; those that came again in a row stand once."""
    lines: list[str] = []
    rows = groupby((call.method, call.path, call.status) for call in calls[-_MOST_SHOWN:])
    for (method, path, status), same in rows:
        often = len(list(same))
        answer = "dropped" if status is None else status
        lines.append(f"\n  {method} {path} {answer}{f' ({_times(often)})' if often > 1 else ''}")
    if not lines:
        return "Nothing was called."
    last = f", the last {_MOST_SHOWN}:" if len(calls) > _MOST_SHOWN else ":"
    return f"{len(calls)} call{'s' if len(calls) > 1 else ''}{last}{''.join(lines)}"
