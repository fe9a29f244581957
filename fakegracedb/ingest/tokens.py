"""The text of a table's Stream: cut into tokens, each converted to its column's type, into rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

__all__ = ["CONVERTERS", "ReadError", "Rows"]

# What C calls white space: without the no-break spaces, unlike Python's \s.
_SPACE = "\t\n\x0b\x0c\r \u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000"
_BODY = {quote: rf"(?:[^{quote}\\]++|\\[{quote}\\])*+" for quote in "\"'"}

_LONGEST_TOKEN = 2**20  # characters; the longest text that can be stored has 1024
_PATIENCE = 2**12  # characters of an unfinished token from which on we wait for it to double


class ReadError(ValueError):
    """A document that is not what it should be; the text says where and why."""


def _text(token: str) -> str:
    return token


_whole = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})").fullmatch
_number = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch
_c_integer = re.compile(
    r"[ \t\n\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]*)|([1-9][0-9]*))"
).fullmatch
_c_real = re.compile(
    r"[ \t\n\r]*([+-]?(?:"
    r"0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?"
    r"|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN](?:\([A-Za-z0-9_]*\))?))"
).fullmatch


def _integer(token: str) -> int:
    """As C reads it: octal and hexadecimal too, and beyond 64 bits the nearest that fits."""
    if _whole(token):
        return int(token)
    parts = _c_integer(token)
    if parts is None:
        raise ReadError(f"invalid literal for long(): '{token}'")
    sign, hexadecimal, octal, decimal = parts.groups()
    if decimal:
        size = int(decimal) if len(decimal) < 20 else 2**63
    else:
        size = int(hexadecimal, 16) if hexadecimal else int(octal or "0", 8)
    return max(-size, -(2**63)) if sign == "-" else min(size, 2**63 - 1)


def _real(token: str) -> float:
    """As C reads it: hexadecimal, infinite and not-a-number too."""
    if _number(token):
        return float(token)
    parts = _c_real(token)
    if parts is None:
        raise ReadError(f"invalid literal for float(): '{token}'")
    number = parts[1].lower()
    if "nan" in number:
        return float("nan")
    if "x" in number:
        try:
            return float.fromhex(number)
        except OverflowError:
            return float("-inf" if number.startswith("-") else "inf")
    return float(number)


CONVERTERS: dict[str, Callable[[str], Any]] = {
    "lstring": _text,
    "ilwd:char": _text,
    "int_4s": _integer,
    "int_4u": _integer,
    "int_8s": _integer,
    "real_4": _real,
    "real_8": _real,
}
"""LIGO_LW type to the function that reads a token of it."""


@lru_cache(maxsize=16)
def _patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile what a token and its delimiter are, and what may become one with more text."""
    end = re.escape(delimiter)
    space = rf"[{_SPACE}]*+"
    bare = rf"(?![\"'])[^{_SPACE}{end}]*+"
    double, single = _BODY['"'], _BODY["'"]
    return (
        re.compile(
            rf"{space}(?:\"({double})\"|'({single})'|({bare}))(?:(?!{end})[{_SPACE}])*+{end}"
        ),
        re.compile(rf"{space}(?:\"{double}(?:\"|\\?\Z)|'{single}(?:'|\\?\Z)|{bare}){space}"),
    )


_escaped = re.compile(r"\\(.)")


class Rows:
    """Takes the text of a Stream in pieces, and keeps the rows.

    Parameters
    ----------
    delimiter : str
        One character.
    types : sequence of str
        The columns' LIGO_LW types, keys of `CONVERTERS`.
    keep : int
        Keep so many rows; the tokens of the others are checked all the same.
    limit : int
        Refuse to read more rows.

    Attributes
    ----------
    rows : list of tuple
        A value a column; None where a token is empty.

    Raises
    ------
    ReadError
        If the delimiter is not one character, or there are no columns.
    """

    def __init__(self, delimiter: str, types: Sequence[str], *, keep: int, limit: int) -> None:
        if len(delimiter) != 1:
            raise ReadError("len(delimiter) != 1")
        if not types:
            raise ReadError("Stream without Columns in Table")
        self.rows: list[tuple[Any, ...]] = []
        self._delimiter = delimiter
        self._blank_delimiter = delimiter.isspace()
        self._token, self._unfinished = _patterns(delimiter)
        self._converters = [CONVERTERS[name] for name in types]
        self._keep = keep
        self._limit = limit
        self._count = 0
        self._row: list[Any] = []
        self._rest = ""
        self._more: list[str] = []  # text that waits until there is enough of it
        self._lacking = 0

    def feed(self, text: str) -> None:
        """Read a piece of the text.

        Raises
        ------
        ReadError
            At the first token that is no token, or not one of its column's type.
        """
        if self._lacking > 0:
            self._more.append(text)
            self._lacking -= len(text)
            if self._lacking > 0:
                return
            text = "".join(self._more)
            self._more.clear()
        if self._rest in ("", " ") and not text.strip(" \t\n\r") and not self._blank_delimiter:
            self._rest = " "  # indentation between tokens, the most frequent text
        else:
            self._scan(self._rest + text)

    def close(self) -> None:
        """End the text: the last token needs no delimiter, and a row that is not full is dropped.

        Raises
        ------
        ReadError
            As `feed` does.
        """
        rest = self._rest + "".join(self._more)
        # White space is no token. Nothing at all is an empty one: so the field's tools read it.
        if not rest.isspace():
            self._scan(rest + self._delimiter)

    def _scan(self, text: str) -> None:
        match, converters, row = self._token.match, self._converters, self._row
        position, column, columns = 0, len(row), len(converters)
        while token := match(text, position):
            position = token.end()
            form = token.lastindex or 0
            value: Any = token[form]
            if form < 3:  # quoted
                if "\\" in value:
                    value = _escaped.sub(r"\1", value)
                value = converters[column](value)
            else:
                value = converters[column](value) if value else None
            row.append(value)
            column += 1
            if column == columns:
                column = 0
                self._count += 1
                if self._count > self._limit:
                    raise ReadError(f"more than {self._limit} rows in Table")
                if self._count <= self._keep:
                    self.rows.append(tuple(row))
                row.clear()
        self._rest = ""
        if position < len(text):
            self._wait(text, position)

    def _wait(self, text: str, position: int) -> None:
        """Keep what may become a token when more text comes; raise if nothing can make it one."""
        unfinished = self._unfinished.match(text, position)
        if unfinished is None or unfinished.end() < len(text):
            what = (
                "expected whitespace or delimiter" if unfinished else "unrecognized escape sequence"
            )
            near = text[position : position + 40].lstrip()
            raise ReadError(f"parse error in '{near}': {what}")
        token = text[position:].lstrip(" \t\n\r")
        size = len(token)
        if size > _LONGEST_TOKEN:
            raise ReadError(f"token longer than {_LONGEST_TOKEN} characters")
        # One blank says that there was some white space.
        self._rest = token if size == len(text) - position else " " + token
        self._lacking = size if size > _PATIENCE else 0
