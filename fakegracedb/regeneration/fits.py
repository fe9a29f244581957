"""Times in FITS files: cards of the headers, 80 bytes each, and everything else untouched."""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import ShiftError
from .instants import shift_days, shift_iso
from .shifting import Notes, Shift

__all__ = ["shift_fits"]

_CARD, _BLOCK = 80, 2880
_TIMES = frozenset({"DATE-OBS", "DATE-END", "DATE"})
_DAYS = frozenset({"MJD-OBS", "MJD-END"})
_NAMES = frozenset({"OBJECT", "REFERENC"})
_value = re.compile(r"(= *)('(?:[^']|'')*'|[^/ ]+)(.*)", re.S)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A header with its data: where both begin, and where they end."""

    begin: int
    data: int
    end: int


def shift_fits(content: bytes, shift: Shift, notes: Notes) -> bytes:
    """Move the times in all headers of a file."""
    new = bytearray(content)
    for number, unit in enumerate(_units(content)):
        changed = False
        for place in range(unit.begin, unit.data, _CARD):
            old = content[place : place + _CARD]
            card = _card(old.decode("ascii", "replace"), f"[{number}]", shift, notes)
            if card is not None and (written := card.encode("ascii")) != old:
                new[place : place + _CARD] = written
                changed = True
        if changed:
            _check_anew(new, unit)
    return bytes(new)


def _units(content: bytes) -> Iterator[_Unit]:
    position = 0
    while position < len(content):
        sizes: dict[str, int] = {}
        begin = place = position
        while True:
            card = content[place : place + _CARD]
            if len(card) < _CARD:
                raise ShiftError("the file ends within a header")
            place += _CARD
            key = card[:8].decode("ascii", "replace").rstrip()
            if key == "END":
                break
            if key in ("BITPIX", "NAXIS", "PCOUNT", "GCOUNT") or re.fullmatch(r"NAXIS\d+", key):
                sizes[key] = _size(key, card)
        data = begin + _padded(place - begin)
        position = data + _padded(_data_size(sizes))
        if position > len(content):
            raise ShiftError("the file ends within its data")
        yield _Unit(begin, data, position)
        if not content[position:].strip(b"\0 "):  # some programs fill the end up
            return


def _size(key: str, card: bytes) -> int:
    try:
        return int(card[10:].partition(b"/")[0])
    except ValueError:
        raise ShiftError(f"{key} is no number") from None


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _data_size(sizes: dict[str, int]) -> int:
    axes = sizes.get("NAXIS", 0)
    if not axes:
        return 0
    count = 1
    for axis in range(1, axes + 1):
        count *= sizes.get(f"NAXIS{axis}", 0)
    size = abs(sizes.get("BITPIX", 8)) // 8
    return size * sizes.get("GCOUNT", 1) * (sizes.get("PCOUNT", 0) + count)


def _card(card: str, where: str, shift: Shift, notes: Notes) -> str | None:
    """Give the new card; None for one that is none of ours."""
    key = card[:8].rstrip()
    if key not in _TIMES and key not in _DAYS and key not in _NAMES:
        return None
    found = _value.fullmatch(card[8:])
    if found is None:
        return None
    equals, value, rest = found.groups()
    quoted = value.startswith("'")
    text = value[1:-1].replace("''", "'").rstrip() if quoted else value
    if not text:
        return None
    if key in _NAMES:
        new = shift.ids(text)
    else:
        new = shift_iso(text, shift.delta) if key in _TIMES else shift_days(text, shift.delta)
    if new == text:
        return None
    if quoted:
        written = "'" + new.replace("'", "''").ljust(len(value) - 2 if len(value) <= 10 else 0)
        written = written.ljust(9) + "'"
    else:
        spare = len(equals) + len(value) - len(new)  # numbers are set to the right
        equals, written = "= ".ljust(max(2, spare)), new
    grown = len(equals) + len(written) - len(found[1]) - len(value)
    if grown < 0:
        rest = " " * -grown + rest
    elif grown > 0:
        blanks = len(rest) - len(rest.lstrip(" "))
        rest = rest[min(grown, max(0, blanks - 1)) :]
    whole = card[:8] + equals + written + rest
    if len((card[:8] + equals + written).rstrip()) > _CARD:
        notes.left(f"{key} does not fit into its card with the new id")
        return None
    notes.changed(f"{where}{key}", text, new)
    return whole[:_CARD].ljust(_CARD)


# Checksums of the FITS standard: sums of 32-bit words in ones' complement


def _check_anew(file: bytearray, unit: _Unit) -> None:
    """Make the checksum of a header that was changed right again, if it has one."""
    for place in range(unit.begin, unit.data, _CARD):
        if file[place : place + 10] == b"CHECKSUM= ":
            first = file.index(b"'", place, place + _CARD) + 1
            file[first : first + 16] = b"0" * 16
            file[first : first + 16] = _encoded(_sum(file[unit.begin : unit.end]))
            return


def _sum(content: bytes | bytearray) -> int:
    words = array("I", bytes(content))
    if sys.byteorder == "little":
        words.byteswap()
    total = sum(words)
    while total >> 32:
        total = (total & 0xFFFFFFFF) + (total >> 32)
    return total


_PUNCTUATION = frozenset((*range(0x3A, 0x41), *range(0x5B, 0x61)))


def _encoded(total: int) -> bytes:
    """Write the complement of a sum in sixteen letters and digits, as the standard wants it."""
    value = 0xFFFFFFFF - total
    letters = bytearray(16)
    for byte in range(4):
        quarter, rest = divmod((value >> (24 - 8 * byte)) & 0xFF, 4)
        parts = [quarter + rest + 0x30, quarter + 0x30, quarter + 0x30, quarter + 0x30]
        while not _PUNCTUATION.isdisjoint(parts):
            for one in (0, 2):
                if parts[one] in _PUNCTUATION or parts[one + 1] in _PUNCTUATION:
                    parts[one] += 1
                    parts[one + 1] -= 1
        for place in range(4):
            letters[4 * place + byte] = parts[place]
    return bytes(letters[-1:] + letters[:-1])
