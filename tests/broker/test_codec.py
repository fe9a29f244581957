"""Primitive types, structures, and every request in every version."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegracedb.broker.codec import (
    BOOLEAN,
    BYTES,
    INT8,
    INT16,
    INT32,
    INT64,
    RECORDS,
    STRING,
    Array,
    Malformed,
    Reader,
    Struct,
    unsigned,
)
from fakegracedb.broker.message import Message
from fakegracedb.broker.requests import SERVED

VERSIONS = [
    pytest.param(message, version, id=f"{message.name}-{version}")
    for message, _ in SERVED.values()
    for version in range(message.versions[0], message.versions[1] + 1)
]
SIZES = {INT8: 8, INT16: 16, INT32: 32, INT64: 64}


def values_of(kind: Any, version: int) -> st.SearchStrategy[Any]:
    """Any value of a kind."""
    if kind in SIZES:
        limit = 1 << (SIZES[kind] - 1)
        return st.integers(-limit, limit - 1)
    if kind is BOOLEAN:
        return st.booleans()
    if kind is STRING:
        return st.none() | st.text(st.characters(codec="utf-8"), max_size=5)
    if kind in (BYTES, RECORDS):
        return st.none() | st.binary(max_size=5)
    if isinstance(kind, Array):
        return st.none() | st.lists(values_of(kind.kind, version), max_size=2)
    assert isinstance(kind, Struct)
    return st.fixed_dictionaries(
        {
            field.name: values_of(field.kind, version)
            if field.since <= version <= field.until
            else st.just(field.default)
            for field in kind.fields
        }
    )


@pytest.mark.parametrize(("message", "version"), VERSIONS)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_every_version_is_read_as_it_is_written(
    message: Message, version: int, data: st.DataObject
) -> None:
    flexible = version >= message.flexible
    for struct in (message.request, message.answer):
        values = data.draw(values_of(struct, version))
        out = bytearray()
        struct.write(out, values, version, flexible)
        reader = Reader(bytes(out))
        assert struct.read(reader, version, flexible) == values
        assert reader.left == 0


@pytest.mark.parametrize(("message", "version"), VERSIONS)
@settings(max_examples=10, deadline=None)
@given(data=st.binary(max_size=60))
def test_bytes_are_read_or_called_malformed(message: Message, version: int, data: bytes) -> None:
    with contextlib.suppress(Malformed):
        message.read(Reader(data), version)


@given(st.integers(0, 2**32 - 1))
def test_numbers_of_variable_size_come_back(value: int) -> None:
    assert Reader(unsigned(value)).unsigned() == value


def test_numbers_of_variable_size_have_known_bytes() -> None:
    assert unsigned(0) == b"\0"
    assert unsigned(300) == b"\xac\x02"


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 5 + b"\x01", b"\x80\x80\x80\x80\x10"])
def test_numbers_without_end_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        Reader(data).unsigned()


def test_an_array_cannot_announce_more_than_there_is() -> None:
    with pytest.raises(Malformed, match="2147483647 values"):
        Array(INT8).read(Reader(b"\x7f\xff\xff\xff\0"), 0, False)


def test_tagged_fields_are_passed_by() -> None:
    reader = Reader(b"\x02\x00\x03abc\x07\x00!")
    reader.skip_tagged()
    assert reader.left == 1
