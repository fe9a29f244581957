"""Faults that can be planned for a call, and what the client makes of each by its own rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Trouble:
    """A planned fault, how often it lets the change be made, and how the call ends for its user."""

    plan: dict[str, Any] = field(hash=False)
    made: int = 1
    status: int = 0  # of the error that the client raises; 0 for none
    exception: str = ""

    def __repr__(self) -> str:
        return f"Trouble({self.plan})"


TROUBLES = [
    Trouble({"drop": True, "when": "before"}, made=1),
    Trouble({"drop": True, "when": "after"}, made=2),
    Trouble({"status": 502, "when": "before", "times": 3}, made=1),
    Trouble({"status": 502, "when": "after"}, made=2),
    Trouble({"status": 504, "when": "after", "times": 2}, made=3),
    Trouble({"status": 409, "when": "before"}, made=1),
    Trouble({"status": 502, "when": "before", "times": 6}, made=0, exception="RetryError"),
    Trouble({"status": 502, "when": "after", "times": 6}, made=6, exception="RetryError"),
    Trouble({"drop": True, "when": "before", "times": 6}, made=0, exception="ConnectionError"),
    Trouble({"status": 503, "when": "before"}, made=0, status=503),
    Trouble({"status": 503, "when": "after"}, made=1, status=503),
    Trouble({"status": 503, "when": "before", "retry_after": 30}, made=1),
    Trouble({"status": 500, "when": "before", "body": "no"}, made=0, status=500),
    Trouble({"status": 500, "when": "after"}, made=1, status=500),
    Trouble({"delay": 20.0, "when": "before"}, made=1),
    Trouble({"truncate": 1}, made=1, exception="ChunkedEncodingError"),  # if there is a body
]
