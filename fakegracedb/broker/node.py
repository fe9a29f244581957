"""The one node of a broker: what all its connections share."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .groups import Groups
from .offsets import Offsets
from .sasl import Exchange
from .topics import MAX_MESSAGE, Topics

__all__ = ["FOLLOWER", "NODE_ID", "Client", "Node"]

NODE_ID = 1
#: The producer whose records come from what the broker follows; their numbers are its positions.
FOLLOWER = 1


@dataclass(slots=True)
class Client:
    """What is known of one connection.

    Attributes
    ----------
    user : str or None
        Who it is, once that is known.
    exchange : Exchange or None
        The proof, while it is under way.
    name : str
        How it calls itself.
    """

    user: str | None = None
    exchange: Exchange | None = None
    name: str = ""


@dataclass(slots=True)
class Node:
    """Topics, groups and users.

    Attributes
    ----------
    data : Path
        The folder that keeps the topics.
    users : mapping of str to str
        Passwords by user; if there are any, who does not say who it is may do nothing.
    max_message : int
        The largest batch [bytes].
    shortest_session : float
        See `Groups`.
    host, port
        The address that clients are told.
    """

    data: Path
    users: Mapping[str, str] = field(default_factory=dict)
    max_message: int = MAX_MESSAGE
    shortest_session: float = 6.0
    host: str = "127.0.0.1"
    port: int = 0
    topics: Topics = field(init=False)
    groups: Groups = field(init=False)
    offsets: Offsets = field(init=False)
    _grown: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    # Two runs of a broker must not give one number to two producers.
    _producers: itertools.count[int] = field(init=False)

    def __post_init__(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.topics = Topics(self.data, self.max_message)
        self.groups = Groups(self.shortest_session)
        self.offsets = Offsets(self.data)
        self._producers = itertools.count(time.time_ns() // 1000)

    def new_producer(self) -> int:
        """Give a number to a producer."""
        return next(self._producers)

    def tell(self) -> None:
        """Wake those who wait for records."""
        self._grown.set()
        self._grown = asyncio.Event()

    @property
    def grown(self) -> asyncio.Event:
        """What is set when the next record comes."""
        return self._grown

    def close(self) -> None:
        """Let go of everything."""
        self.groups.close()
        self.topics.close()
        self.offsets.close()
