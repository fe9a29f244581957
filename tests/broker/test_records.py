"""Record batches: checked before they are taken, and numbered without being opened."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegracedb.broker.checksum import crc32c
from fakegracedb.broker.records import (
    Batch,
    InvalidBatch,
    Record,
    batches,
    first_at,
    made,
    numbered,
)

GOOD = made([Record(b"one", timestamp=1000), Record(b"two", b"key", 2000, [("a", b"b")])])


def resealed(data: bytes) -> bytes:
    """Give a batch the checksum that it ought to have."""
    return data[:17] + crc32c(data[21:]).to_bytes(4, "big") + data[21:]


def changed(at: int, value: bytes, *, seal: bool = True) -> bytes:
    data = GOOD[:at] + value + GOOD[at + len(value) :]
    return resealed(data) if seal else data


def test_what_is_made_is_accepted() -> None:
    ((batch, whole),) = batches(GOOD)
    assert (batch.base, batch.last, batch.count, batch.size) == (0, 1, 2, len(GOOD))
    assert (batch.first_timestamp, batch.max_timestamp) == (1000, 2000)
    assert bytes(whole) == GOOD


def test_numbering_changes_only_what_the_checksum_leaves_out() -> None:
    again = numbered(GOOD, 41)
    ((batch, _),) = batches(again)
    assert (batch.base, batch.last) == (41, 42)
    assert again[16:] == GOOD[16:]


def test_several_batches_may_come_together() -> None:
    assert [batch.count for batch, _ in batches(GOOD + made([Record(b"x")]))] == [2, 1]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", InvalidBatch.INVALID),
        (GOOD[:-1], InvalidBatch.CORRUPT),
        (GOOD[:60], InvalidBatch.CORRUPT),
        (GOOD + b"x", InvalidBatch.CORRUPT),
        (changed(16, b"\x01"), InvalidBatch.TOO_OLD),
        (changed(17, b"\0\0\0\0", seal=False), InvalidBatch.CORRUPT),
        (changed(70, b"!", seal=False), InvalidBatch.CORRUPT),
        (changed(8, b"\x7f\xff\xff\xff"), InvalidBatch.CORRUPT),
        (changed(8, b"\xff\xff\xff\xff"), InvalidBatch.CORRUPT),
        (changed(57, b"\0\0\0\x03"), InvalidBatch.INVALID),  # three records where two are
        (changed(57, b"\0\0\0\0"), InvalidBatch.INVALID),
        (changed(22, b"\x10"), InvalidBatch.INVALID),  # part of a transaction
        (changed(22, b"\x20"), InvalidBatch.INVALID),  # a broker's own
        (changed(22, b"\x05"), InvalidBatch.INVALID),  # no such compression
        (changed(61, b"\xfe\x01"), InvalidBatch.INVALID),  # a record longer than the batch
    ],
)
def test_what_is_damaged_is_refused_with_its_reason(data: bytes, code: int) -> None:
    with pytest.raises(InvalidBatch) as refused:
        list(batches(data))
    assert refused.value.code == code


def test_a_compressed_batch_is_taken_unopened() -> None:
    ((batch, _),) = batches(changed(22, b"\x01"))
    assert batch.compressed


def test_the_first_record_of_a_time_is_found_within_a_batch() -> None:
    batch = Batch.of(numbered(GOOD, 7))
    assert first_at(batch, numbered(GOOD, 7), 1001) == (8, 2000)
    assert first_at(batch, numbered(GOOD, 7), 1000) == (7, 1000)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=80).map(lambda tail: GOOD[:61] + tail))
def test_no_bytes_do_anything_but_be_taken_or_refused(data: bytes) -> None:
    for text in (data, resealed(data) if len(data) > 21 else data):
        with contextlib.suppress(InvalidBatch):
            assert sum(batch.size for batch, _ in batches(text)) == len(text)


record = st.builds(
    Record,
    value=st.none() | st.binary(max_size=50),
    key=st.none() | st.binary(max_size=9),
    timestamp=st.integers(0, 2**50),
    headers=st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=5)), max_size=3),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(record, min_size=1, max_size=5))
def test_any_records_can_be_sent(records: list[Record]) -> None:
    ((batch, _),) = batches(made(records, producer=1, epoch=0, sequence=9))
    assert batch.count == len(records)
    assert batch.max_timestamp == max(one.timestamp for one in records)
