"""Comparisons of what the server answers with what must be there, counted as they are made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from ..output import CommandError

__all__ = ["Comparisons"]

_LONGEST = 200  # characters of a value in a message


class Comparisons:
    """Compares, and counts.

    Attributes
    ----------
    count : int
        How many were made so far.
    """

    def __init__(self) -> None:
        self.count = 0

    def compare(self, what: str, expected: Any, found: Any) -> None:
        """Compare one thing.

        Raises
        ------
        CommandError
            If they differ; the message shows both.
        """
        self.count += 1
        if expected != found:
            raise CommandError(f"{what}: expected {_shown(expected)}, found {_shown(found)}")

    def compare_members(self, of: str, expected: dict[str, Any], found: dict[str, Any]) -> None:
        """Compare some members of an object with what they must be."""
        for name, value in expected.items():
            self.compare(f"{name} of {of}", value, found[name])

    def refused(self, what: str, status: int, call: Callable[[], Any]) -> None:
        """Compare the status of an answer that must be a refusal."""
        from ligo.gracedb.exceptions import HTTPError

        try:
            answer = call()
        except HTTPError as error:
            answer = error.response
        self.compare(f"status of {what}", status, answer.status_code)


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes with sha256 {hashlib.sha256(value).hexdigest()[:16]}..."
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
