"""Sets of small numbers as the bits of an integer: and, or, not are single operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import compress

__all__ = ["flagged", "flags", "highest", "listed", "packed"]

_FEW = 64
_CHUNK = 1024  # bits
_TO_DIGITS = bytes.maketrans(b"\0\1", b"01")
_TO_FLAGS = bytes.maketrans(b"01", b"\0\1")


def packed(members: Iterable[int], size: int) -> int:
    """Give the set of some numbers, all of them below `size`."""
    found = bytearray(size)
    for member in members:
        found[member] = 1
    return flagged(found)


def flags(bits: int, size: int) -> bytes:
    """Give a set as a byte for each number below `size`, 1 for a member."""
    return f"{bits:0{size}b}"[::-1].encode().translate(_TO_FLAGS)


def flagged(found: bytes | bytearray) -> int:
    """Give the set of which a byte for each number tells, 1 for a member."""
    return int(found[::-1].translate(_TO_DIGITS), 2) if found else 0


def listed(bits: int) -> Iterator[int]:
    """Give the members, rising."""
    if bits.bit_count() > _FEW:
        size = bits.bit_length()
        yield from compress(range(size), flags(bits, size))
        return
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def highest(bits: int, start: int, count: int) -> list[int]:
    """Give some members, falling: after `start` higher ones, at most `count`."""
    found: list[int] = []
    end = bits.bit_length()
    while end > 0 and len(found) < count:
        begin = max(0, end - _CHUNK)
        chunk = (bits >> begin) & ((1 << (end - begin)) - 1)
        size = chunk.bit_count()
        if size <= start:
            start -= size
        else:
            while chunk and len(found) < count:
                member = chunk.bit_length() - 1
                chunk ^= 1 << member
                if start:
                    start -= 1
                else:
                    found.append(member + begin)
        end = begin
    return found
