"""The topics of a broker: their logs, what they allow, and who sent what into them."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .errors import Code
from .records import Batch, InvalidBatch, batches
from .segments import Log

__all__ = ["DECLARED", "MAX_MESSAGE", "Refused", "Topic", "Topics", "check_name"]

MAX_MESSAGE = 16 << 20  # bytes
_REMEMBERED = 5  # batches of a producer that may be sent a second time, as in Kafka
_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")
DECLARED = "topics.json"


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """What a request asks for is refused.

    Attributes
    ----------
    code : Code
        Kafka's number for the reason.
    """

    def __init__(self, code: Code, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


def check_name(name: str) -> None:
    """Refuse what is no name of a topic."""
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise Refused(
            Code.INVALID_TOPIC,
            f"{name!r} is no name of a topic: at most 249 of A-Z, a-z, 0-9, '.', '_' and '-'",
        )


@dataclass(slots=True)
class _Sender:
    """What is known of a producer that numbers its records."""

    epoch: int
    sent: deque[Batch] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))


class Topic:
    """A topic of one partition.

    Parameters
    ----------
    name : str
        Its name.
    data : Path
        The folder of the broker.
    max_message : int
        The largest batch that it takes [bytes].
    """

    def __init__(self, name: str, data: Path, max_message: int = MAX_MESSAGE) -> None:
        self.name = name
        self.max_message = max_message
        self.log = Log(data / f"{name}-0")
        self._senders: dict[int, _Sender] = {}
        for batch in self.log.batches():
            self._remember(batch)

    def _remember(self, batch: Batch) -> None:
        if batch.producer >= 0:
            sender = self._senders.get(batch.producer)
            if sender is None or sender.epoch != batch.epoch:
                sender = self._senders[batch.producer] = _Sender(batch.epoch)
            sender.sent.append(batch)

    def last_sequence(self, producer: int) -> int:
        """Give the number of the last record that a producer sent; -1 if it sent none."""
        sender = self._senders.get(producer)
        if sender is None:
            return -1
        last = sender.sent[-1]
        return last.sequence + last.count - 1

    def produce(self, data: bytes | memoryview) -> int:
        """Take batches from a client; give the offset of the first record.

        Raises
        ------
        Refused
            If they are damaged or too large, or if some are missing before them.
        """
        try:
            checked = list(batches(data))
        except InvalidBatch as error:
            raise Refused(Code(error.code), str(error)) from None
        if any(batch.size > self.max_message for batch, _ in checked):
            raise Refused(
                Code.MESSAGE_TOO_LARGE,
                f"{self.name} takes batches of at most {self.max_message} bytes",
            )
        first: int | None = None
        for batch, whole in checked:
            base = self._sent_before(batch)
            if base is None:
                base = self.append(whole)
            first = base if first is None else first
        assert first is not None
        return first

    def append(self, data: bytes | memoryview) -> int:
        """Add a batch as it is; give the offset of its first record."""
        batch = self.log.append(data)
        self._remember(batch)
        return batch.base

    def _sent_before(self, batch: Batch) -> int | None:
        """Give the offset of a batch that a producer repeats, having seen no answer to it."""
        sender = self._senders.get(batch.producer)
        if batch.producer < 0 or sender is None or batch.epoch != sender.epoch:
            return None
        for known in sender.sent:
            if (known.sequence, known.count) == (batch.sequence, batch.count):
                return known.base
        expected = (self.last_sequence(batch.producer) + 1) & 0x7FFFFFFF
        if batch.sequence != expected:
            raise Refused(
                Code.OUT_OF_ORDER_SEQUENCE,
                f"record {batch.sequence} of a producer came where {expected} was expected",
            )
        return None


class Topics:
    """All topics of a broker; one that was not made is unknown.

    Parameters
    ----------
    data : Path
        The folder of the broker.
    max_message : int
        The largest batch of topics that do not say otherwise [bytes].
    """

    def __init__(self, data: Path, max_message: int = MAX_MESSAGE) -> None:
        self._data = data
        self._max_message = max_message
        self._topics: dict[str, Topic] = {}
        self._declared: dict[str, int] = {}
        path = data / DECLARED
        if path.exists():
            self._declared = json.loads(path.read_text())
        for name, limit in self._declared.items():
            self._topics[name] = Topic(name, data, limit)
        for folder in sorted(data.glob("*-0")):
            self.ensure([folder.name.removesuffix("-0")])

    def __contains__(self, name: str) -> bool:
        return name in self._topics

    def __getitem__(self, name: str) -> Topic:
        topic = self._topics.get(name)
        if topic is None:
            raise Refused(Code.UNKNOWN_TOPIC, f"there is no topic {name!r}")
        return topic

    @property
    def names(self) -> list[str]:
        """The names, sorted."""
        return sorted(self._topics)

    def ensure(self, names: Iterable[str]) -> None:
        """Have topics that nobody has to remember, since they are asked for at every start."""
        for name in names:
            if name not in self._topics:
                check_name(name)
                self._topics[name] = Topic(name, self._data, self._max_message)

    def create(self, name: str, max_message: int | None = None) -> None:
        """Make a topic at a client's wish; it is there after a restart, too."""
        check_name(name)
        if name in self._topics:
            raise Refused(Code.TOPIC_EXISTS, f"topic {name!r} exists already")
        limit = self._max_message if max_message is None else max_message
        self._topics[name] = Topic(name, self._data, limit)
        self._declared[name] = limit
        path = self._data / DECLARED
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(self._declared, indent=1))
        temporary.replace(path)

    def close(self) -> None:
        """Close all files."""
        for topic in self._topics.values():
            topic.log.close()
