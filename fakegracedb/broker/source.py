"""What a broker can follow, or a forwarder pass on: messages that somebody else makes, numbered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Entry", "Source"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message on its way to a topic.

    Attributes
    ----------
    position : int
        Its number in its source, from 1 on. A message for several topics comes once for each, with
        one number.
    topic : str
        Where it goes, the prefix included.
    value : bytes
        What it holds.
    key : bytes or None
        By which topics with several partitions are shared out.
    time : float
        When it was sent [s since 1970].
    headers : sequence of (str, bytes)
        Further pairs, in order.
    """

    position: int
    topic: str
    value: bytes
    key: bytes | None = None
    time: float = 0.0
    headers: Sequence[tuple[str, bytes]] = ()


class Source(Protocol):
    """Where messages come from; one thread uses it."""

    def topics(self) -> Sequence[str]:
        """Give the topics that there can be messages for, so that clients find them from the start.

        They may become more.
        """

    def entries(self, after: int) -> Iterator[Entry]:
        """Give the messages after a position that there are now, in order."""

    def wait(self, timeout: float) -> None:
        """Wait until there may be more, or for so long [s]."""
