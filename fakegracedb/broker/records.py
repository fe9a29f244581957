"""Record batches, version 2: what a topic holds. They are checked and numbered, not opened.

::

    0  base offset (int64)        23  last offset delta (int32)     51  producer's epoch (int16)
    8  length of the rest (int32) 27  first timestamp (int64, ms)   53  first sequence (int32)
    12 leader's epoch (int32)     35  largest timestamp (int64)     57  number of records (int32)
    16 magic, 2 (int8)            43  producer's id (int64)         61  records
    17 CRC-32C from 21 on (uint32)
    21 attributes (int16): compression in the lowest 3 bits

The checksum leaves out the first 21 bytes, so that a broker can number a batch without opening it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .checksum import crc32c
from .codec import unsigned

__all__ = [
    "HEADER_SIZE",
    "Batch",
    "InvalidBatch",
    "Record",
    "batches",
    "first_at",
    "made",
    "numbered",
]

Buffer: TypeAlias = bytes | bytearray | memoryview

_HEADER = struct.Struct(">qiibIhiqqqhii")
_CHECKED = struct.Struct(">hiqqqhii")  # what the checksum covers of it
HEADER_SIZE = _HEADER.size
_CHECKED_FROM = 21
_START = 12  # bytes before those that the length counts
_MAGIC = 2
_COMPRESSION, _TRANSACTIONAL, _CONTROL = 0x07, 0x10, 0x20
_CODECS = 4  # gzip, snappy, lz4, zstd


class InvalidBatch(ValueError):  # noqa: N818 - it is the batch that is
    """A batch that is refused.

    Attributes
    ----------
    code : int
        Kafka's number for the reason.
    """

    CORRUPT, TOO_OLD, INVALID = 2, 43, 87

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Record:
    """One message of a topic.

    Attributes
    ----------
    value, key : bytes or None
        What it holds.
    timestamp : int
        When it was sent [ms since 1970].
    headers : sequence of (str, bytes)
        Further pairs, in order.
    """

    value: bytes | None
    key: bytes | None = None
    timestamp: int = 0
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What the header of a batch says.

    Attributes
    ----------
    base, last : int
        The offsets of its first and its last record.
    size : int
        Its length [bytes].
    first_timestamp, max_timestamp : int
        [ms since 1970].
    producer, epoch, sequence : int
        Who sent it, and the number of its first record there; -1 where nobody counts.
    attributes : int
        Its compression and the like.
    count : int
        The number of its records.
    """

    base: int
    last: int
    size: int
    first_timestamp: int
    max_timestamp: int
    producer: int
    epoch: int
    sequence: int
    attributes: int
    count: int

    @classmethod
    def of(cls, data: Buffer, at: int = 0, available: int | None = None) -> Batch:
        """Read a header, and check all but the records.

        Parameters
        ----------
        data : bytes or memoryview
            At least the header.
        at : int
            Where it begins.
        available : int, optional
            How many bytes there are from there on; None for those of `data`.

        Raises
        ------
        InvalidBatch
            If it is none, or is cut short.
        """
        if len(data) - at < HEADER_SIZE:
            raise InvalidBatch(InvalidBatch.CORRUPT, "a record batch is cut short")
        fields = _HEADER.unpack_from(data, at)
        base, length, _, magic, _, attributes, delta, first, largest = fields[:9]
        producer, epoch, sequence, count = fields[9:]
        size = length + _START
        if magic != _MAGIC:
            raise InvalidBatch(
                InvalidBatch.TOO_OLD, f"records of version {magic}; version {_MAGIC} is taken"
            )
        if not HEADER_SIZE <= size <= (len(data) - at if available is None else available):
            raise InvalidBatch(InvalidBatch.CORRUPT, "a record batch is cut short")
        if count < 1 or delta != count - 1:
            raise InvalidBatch(
                InvalidBatch.INVALID, f"a batch of {count} records with offsets up to {delta}"
            )
        return cls(
            base, base + delta, size, first, largest, producer, epoch, sequence, attributes, count
        )

    @property
    def compressed(self) -> bool:
        """Whether the records are compressed."""
        return bool(self.attributes & _COMPRESSION)


def batches(data: Buffer) -> Iterator[tuple[Batch, memoryview]]:
    """Check what a producer sends, and give its batches.

    Raises
    ------
    InvalidBatch
        If something is damaged, or can only come from a broker or a transaction.
    """
    if not data:
        raise InvalidBatch(InvalidBatch.INVALID, "no records at all")
    view, at = memoryview(data), 0
    while at < len(data):
        batch = Batch.of(view, at)
        whole = view[at : at + batch.size]
        at += batch.size
        if crc32c(whole[_CHECKED_FROM:]) != int.from_bytes(whole[17:_CHECKED_FROM], "big"):
            raise InvalidBatch(InvalidBatch.CORRUPT, "a record batch does not fit its checksum")
        if batch.attributes & (_TRANSACTIONAL | _CONTROL):
            raise InvalidBatch(InvalidBatch.INVALID, "transactions are not faked")
        if batch.attributes & _COMPRESSION > _CODECS:
            raise InvalidBatch(InvalidBatch.INVALID, "an unknown compression")
        if not batch.compressed:
            for _ in _walked(batch, whole):
                pass
        yield batch, whole


def _walked(batch: Batch, data: Buffer) -> Iterator[tuple[int, int]]:
    """Give the offset and timestamp of every record of a batch that is not compressed."""
    at = HEADER_SIZE
    for number in range(batch.count):
        length, at = _signed(data, at)
        end = at + length
        if length < 1 or end > len(data):
            raise InvalidBatch(InvalidBatch.INVALID, f"record {number} is cut short")
        ahead, place = _signed(data, at + 1)  # after its attributes
        offset, _ = _signed(data, place)
        if offset != number:
            raise InvalidBatch(InvalidBatch.INVALID, f"record {number} has the offset {offset}")
        yield batch.base + number, batch.first_timestamp + ahead
        at = end
    if at != len(data):
        raise InvalidBatch(InvalidBatch.INVALID, f"{len(data) - at} bytes follow the last record")


def first_at(batch: Batch, data: Buffer, timestamp: int) -> tuple[int, int]:
    """Give offset and timestamp of the first record of a batch that is not older than a time.

    Of a compressed batch, which is not opened, it is the first record.
    """
    if not batch.compressed:
        for offset, sent in _walked(batch, data):
            if sent >= timestamp:
                return offset, sent
    return batch.base, batch.first_timestamp


def numbered(data: bytes | memoryview, base: int) -> bytearray:
    """Give a batch with the offset at which it is to lie; the leader is always of epoch 0."""
    whole = bytearray(data)
    whole[:8] = base.to_bytes(8, "big")
    whole[_START:16] = bytes(4)
    return whole


def made(
    records: Iterable[Record], *, producer: int = -1, epoch: int = -1, sequence: int = -1
) -> bytes:
    """Make a batch of records, as a producer would send them."""
    listed = list(records)
    first = listed[0].timestamp
    body = bytearray()
    for number, record in enumerate(listed):
        inner = bytearray(b"\0")  # no attributes
        inner += _zigzag(record.timestamp - first) + _zigzag(number)
        for part in (record.key, record.value):
            inner += _zigzag(-1) if part is None else _zigzag(len(part)) + part
        inner += _zigzag(len(record.headers))
        for name, value in record.headers:
            label = name.encode()
            inner += _zigzag(len(label)) + label + _zigzag(len(value)) + value
        body += _zigzag(len(inner)) + inner
    largest = max(record.timestamp for record in listed)
    checked = (
        _CHECKED.pack(0, len(listed) - 1, first, largest, producer, epoch, sequence, len(listed))
        + body
    )
    head = struct.pack(">qiibI", 0, len(checked) + 9, 0, _MAGIC, crc32c(checked))
    return head + checked


def _zigzag(value: int) -> bytes:
    return unsigned(value << 1 if value >= 0 else (-value << 1) - 1)


def _signed(data: Buffer, at: int) -> tuple[int, int]:
    """Read a signed varint of at most 64 bits; give it and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value >> 1 ^ -(value & 1), at
    raise InvalidBatch(InvalidBatch.INVALID, "a number of a record is cut short")
