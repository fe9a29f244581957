"""The report of a replay: what became of each alert, and how soon subscribers reacted to each type.

It is written when all is over, or something failed.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from ..alerts import Alert
from ..store import Store
from .reactions import Reactions

__all__ = ["Report"]

_DIGITS = 6  # of seconds


@dataclass(slots=True)
class _Sent:
    """An alert, when it was due and sent, and when and for how long each place was told.

    `behind` is the newest commit of the store then.
    """

    alert: Alert
    due: float
    late: float
    start: float  # as `time.monotonic` tells it
    behind: int
    told: dict[str, float] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)


class Report:
    """Notes what is sent, for the time of a block.

    Parameters
    ----------
    path : path-like
        The file: a line of JSON for each alert, and a last one with ``summary``.
    store : Store or None
        The store in which subscribers write; None watches none.
    """

    def __init__(self, path: str | os.PathLike[str], store: Store | None) -> None:
        self._path = path
        self._sent: list[_Sent] = []
        self._reactions = None if store is None else Reactions(store)

    def begin(self, alert: Alert, due: float, late: float) -> None:
        """Note an alert that is to be sent now."""
        behind = 0 if self._reactions is None else self._reactions.newest()
        self._sent.append(_Sent(alert, due, max(0.0, late), time.monotonic(), behind))

    @contextmanager
    def telling(self, place: str, *, program: bool) -> Iterator[None]:
        """Note how long it takes to tell a place of it; `program` if that is run for it."""
        sent = self._sent[-1]
        began = time.monotonic()
        if program:
            sent.told[place] = began
        with self._reactions.running(place) if program and self._reactions else nullcontext():
            yield
        sent.took[place] = time.monotonic() - began

    def __enter__(self) -> Report:
        with open(self._path, "w", encoding="utf-8"):  # noqa: PTH123 - it is known now if it cannot
            pass
        if self._reactions is not None:
            self._reactions.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._reactions is not None:
            self._reactions.__exit__(*exception)
        lines = [self._line(sent) for sent in self._sent]
        if self._reactions is not None:
            lines.append({"summary": _summary(lines)})
        with open(self._path, "w", encoding="utf-8") as stream:  # noqa: PTH123
            stream.writelines(json.dumps(line) + "\n" for line in lines)

    def _line(self, sent: _Sent) -> dict[str, Any]:
        alert = sent.alert
        line = {
            "seq": alert.seq,
            "uid": alert.uid,
            "type": alert.alert_type,
            "due": round(sent.due, _DIGITS),
            "late": round(sent.late, _DIGITS),
            "took": {place: round(took, _DIGITS) for place, took in sent.took.items()},
            "approximate": alert.approximate,
        }
        if self._reactions is not None:
            line["reactions"] = self._reactions.first(
                alert.message, sent.behind, sent.start, sent.told
            )
        return line


def _summary(lines: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give for each subscriber and type how many alerts it reacted to, and how soon [s]."""
    alerts: dict[str, int] = {}
    after: dict[tuple[str, str], list[float]] = {}
    for line in lines:
        kind = line["type"]
        alerts[kind] = alerts.get(kind, 0) + 1
        for who, reaction in line["reactions"].items():
            after.setdefault((who, kind), []).append(reaction["after"])
    found: dict[str, dict[str, Any]] = {}
    for (who, kind), times in sorted(after.items()):
        found.setdefault(who, {})[kind] = {
            "alerts": alerts[kind],
            "reacted": len(times),
            "mean": round(statistics.fmean(times), _DIGITS),
            "median": round(statistics.median(times), _DIGITS),
            "max": max(times),
        }
    return found
