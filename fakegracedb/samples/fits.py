"""FITS files with one table: header cards, and rows as they are on disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["Card", "fits_file"]

_CARD = 80
_BLOCK = 2880
_TEXT = _CARD - len("KEYWORDS= ''")

Card = tuple[str, Any, str]
"""Keyword, value and comment; `HISTORY` has text and no comment."""


def fits_file(
    columns: Sequence[tuple[str, str, str]], header: Sequence[Card], rows: bytes, width: int
) -> bytes:
    """Put a file together.

    Parameters
    ----------
    columns : sequence of (str, str, str)
        Name, format and unit of each column; no unit is empty.
    header : sequence of Card
        What follows the description of the columns.
    rows : bytes
        The table, big-endian.
    width : int
        Size of a row [bytes].

    Raises
    ------
    ValueError
        A text that is too long for a card, or has other characters than printable ASCII.
    """
    primary: list[Card] = [
        ("SIMPLE", True, "conforms to FITS standard"),
        ("BITPIX", 8, "array data type"),
        ("NAXIS", 0, "number of array dimensions"),
        ("EXTEND", True, ""),
    ]
    table: list[Card] = [
        ("XTENSION", "BINTABLE", "binary table extension"),
        ("BITPIX", 8, "array data type"),
        ("NAXIS", 2, "number of array dimensions"),
        ("NAXIS1", width, "length of dimension 1"),
        ("NAXIS2", len(rows) // width, "length of dimension 2"),
        ("PCOUNT", 0, "number of group parameters"),
        ("GCOUNT", 1, "number of groups"),
        ("TFIELDS", len(columns), "number of table fields"),
    ]
    for number, (name, kind, unit) in enumerate(columns, 1):
        table += [(f"TTYPE{number}", name, ""), (f"TFORM{number}", kind, "")]
        if unit:
            table.append((f"TUNIT{number}", unit, ""))
    return _header(primary) + _header([*table, *header]) + _padded(rows, b"\0")


def _header(cards: Sequence[Card]) -> bytes:
    text = "".join(_card(*card) for card in cards) + "END"
    return _padded(text.encode("ascii"), b" ")


def _padded(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % _BLOCK)


def _card(keyword: str, value: Any, comment: str) -> str:
    if keyword == "HISTORY":
        _check(keyword, value, _CARD - 8)
        return f"{keyword:<8}{value}".ljust(_CARD)
    if isinstance(value, str):
        _check(keyword, value, _TEXT)
        quoted = "'{:<8}'".format(value.replace("'", "''"))
        if len(quoted) > _TEXT + 2:
            raise ValueError(f"{keyword}: {value!r} is too long for a card of a FITS header")
        text = f"{keyword:<8}= {quoted:<20}"
    else:
        shown = ("T" if value else "F") if isinstance(value, bool) else repr(value).upper()
        text = f"{keyword:<8}= {shown:>20}"
    if comment and len(text) + len(" / ") < _CARD:
        text = f"{text} / {comment}"
    return text[:_CARD].ljust(_CARD)


def _check(keyword: str, text: str, most: int) -> None:
    if not (text.isascii() and (text.isprintable() or not text)):
        raise ValueError(f"{keyword}: {text!r} is not printable ASCII")
    if len(text) > most:
        raise ValueError(f"{keyword}: {text!r} has more than {most} characters")
