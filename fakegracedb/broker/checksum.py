"""CRC-32C, the checksum of Kafka's record batches, on the standard library.

A text is a polynomial over two elements, and its checksum the remainder after division by another
one. So a long text may be folded first: where a power of x has the same remainder as a polynomial
of few terms, what stands above that power is multiplied by those terms and added to what is below.
On Python's long integers that is a few shifts, some 100 MB/s; a table would take a step a byte.
Where the package `crc32c` is installed (it is part of the extra ``kafka``) it does the work.
"""

from __future__ import annotations

from functools import cache

__all__ = ["crc32c", "folded"]

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, bit 31 the constant term
_ONES = 0xFFFFFFFF
_SEARCHED = 1 << 12  # powers of x that are looked at, for remainders with few terms
# x**6777 has the remainder of x**484 + x**100 + 1; found by a search.
_SPARSE = (6777, [0, 100, 484])
_LARGEST = 1 << 31  # bits


def folded(data: bytes | memoryview) -> int:
    """Give the checksum of some bytes, by the standard library alone."""
    # The first bit that is sent has the highest degree, and is the lowest bit of the number.
    value = int.from_bytes(data, "little") ^ _ONES
    size = 8 * len(data) + 32
    folds = _folds()
    place = len(folds) - 1
    while place >= 0:
        power, terms = folds[place]
        if power >= size:
            place -= 1
            continue
        # The upper part may be so long that no product of it reaches above x**power.
        length = min(size - power, power - terms[-1])
        upper = value & ((1 << length) - 1)
        value >>= length
        size -= length
        for term in terms:
            value ^= upper << (power - length - term)
    while size > 32:
        carried, value = value & 1, value >> 1
        size -= 1
        if carried:
            value ^= _POLYNOMIAL
    return value ^ _ONES


@cache
def _folds() -> list[tuple[int, list[int]]]:
    """Give powers of x, rising, each with the terms of its remainder, rising too."""
    sparsest: dict[int, tuple[int, int, int]] = {}
    remainder = 1 << 31
    for power in range(_SEARCHED):
        if power >= 64:
            octave = power.bit_length()
            half = 2 * octave + (power >> (octave - 2) & 1)
            found = (remainder.bit_count(), power, remainder)
            sparsest[half] = min(sparsest.get(half, found), found)
        remainder = remainder >> 1 ^ (_POLYNOMIAL if remainder & 1 else 0)
    folds = [
        (power, [term for term in range(32) if remainder >> (31 - term) & 1])
        for _, power, remainder in sparsest.values()
    ]
    power, terms = _SPARSE
    while power < _LARGEST:  # the square of a polynomial over two elements is that of its terms
        folds.append((power, terms))
        power, terms = 2 * power, [2 * term for term in terms]
    return folds


try:
    from crc32c import crc32c
except ImportError:
    crc32c = folded
