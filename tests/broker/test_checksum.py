"""CRC-32C."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegracedb.broker.checksum import crc32c, folded


def by_bits(data: bytes) -> int:
    """The definition, a bit a step."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def test_the_checksum_is_that_of_the_standard() -> None:
    assert folded(b"123456789") == 0xE3069283
    assert folded(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert folded(b"\xff" * 32) == 0x62A8AB43
    assert folded(bytes(range(32))) == 0x46DD794E


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=2000))
def test_folding_changes_nothing(data: bytes) -> None:
    assert folded(data) == by_bits(data) == crc32c(data)


@pytest.mark.parametrize("size", [847, 848, 849, 4096, 70_001, 300_000])
def test_long_texts_are_folded_over_and_over(size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    assert folded(data[:size]) == by_bits(data[:size])
    assert folded(data[:size]) != folded(data[: size - 1] + b"\0")
