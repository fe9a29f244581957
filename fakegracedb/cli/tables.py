"""Tables that fit the terminal: columns of text, the wide ones folded into several lines."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence

__all__ = ["facts_text", "table_text", "together", "width"]

_GAP = "  "
_LONG_WORD = 23  # characters, of a time; longer words are broken before others
_NARROWEST = 8
_BLANK = "\ue000"  # a blank at which no line ends, until it is printed


def width() -> int | None:
    """Give the width of lines [characters]: $COLUMNS, else the terminal's; None where no one says.

    What goes into a file or a pipe is not folded.
    """
    if not os.environ.get("COLUMNS", "").isdigit() and not (sys.stdout and sys.stdout.isatty()):
        return None
    return max(shutil.get_terminal_size().columns, 20)


def together(text: str) -> str:
    """Mark a part of a cell that is not to be folded at its blanks as long as there is room."""
    return text.replace(" ", _BLANK)


def table_text(head: Sequence[str], rows: Sequence[Sequence[str]], most: int | None) -> str:
    """Give a table as text.

    Parameters
    ----------
    head : sequence of str, shape (n,)
        Names of the columns.
    rows : sequence of sequence of str, shape (m, n)
        The cells.
    most : int or None
        Width to be kept to [characters]. Wide columns are folded for that, between words as long
        as there is room for them; nothing is left out. A character of East Asia counts for two, as
        terminals have it.
    """
    cells = [[_printable(cell) for cell in row] for row in (head, *rows)]
    table = list(zip(*cells, strict=True))
    columns = [max(map(_breadth, column)) for column in table]
    if most is not None:
        _fit(columns, table, most - len(_GAP) * (len(columns) - 1))
    lines = []
    for row in cells:
        folded = [_folded(cell, column) for cell, column in zip(row, columns, strict=True)]
        for place in range(max(map(len, folded))):
            parts = (
                _padded(cell[place] if place < len(cell) else "", column)
                for cell, column in zip(folded, columns, strict=True)
            )
            lines.append(_GAP.join(parts).rstrip())
    return "\n".join(lines).replace(_BLANK, " ")


def facts_text(facts: Sequence[tuple[str, str]], most: int | None) -> str:
    """Give names with their values, a line each."""
    longest = max((len(name) for name, _ in facts), default=0)
    lines = []
    for name, value in facts:
        room = None if most is None else max(most - longest - len(_GAP), _NARROWEST)
        first, *others = _folded(_printable(value), room)
        lines.append(f"{name:<{longest}}{_GAP}{first}".rstrip())
        lines += [f"{' ' * longest}{_GAP}{line}" for line in others]
    return "\n".join(lines)


def _printable(cell: str) -> str:
    """Give a text in one line, in which nothing moves the cursor or changes its colour."""
    return "".join(
        one if one.isprintable() or one == _BLANK else one.encode("unicode_escape").decode()
        for one in " ".join(cell.splitlines())
    )


def _fit(columns: list[int], table: Sequence[Sequence[str]], most: int) -> None:
    """Make columns so narrow that all have room."""
    whole = list(columns)
    words = [max(_breadth(word) for cell in column for word in cell.split(" ")) for column in table]
    _narrow(columns, [min(longest, _LONG_WORD) for longest in words], most)
    _narrow(columns, [_NARROWEST] * len(columns), most)
    _narrow(columns, [1] * len(columns), most)
    if columns == whole:
        return
    # what folding between words leaves free is of use to the column that wants most
    wants = max(range(len(columns)), key=lambda place: whole[place] - columns[place])
    for place, column in enumerate(table):
        if place != wants:
            lines = (line for cell in column for line in _folded(cell, columns[place]))
            columns[place] = max(map(_breadth, lines))
    columns[wants] = max(columns[wants], min(whole[wants], most - sum(columns) + columns[wants]))


def _narrow(columns: list[int], least: Sequence[int], most: int) -> None:
    """Take characters from the widest column until all fit, or none has any to give."""
    while sum(columns) > most:
        free = [place for place, column in enumerate(columns) if column > least[place]]
        if not free:
            return
        columns[max(free, key=columns.__getitem__)] -= 1


def _breadth(text: str) -> int:
    """Give the number of places that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "FW" else 1
        for one in text
    )


def _padded(text: str, most: int) -> str:
    return text + " " * (most - _breadth(text))


def _folded(cell: str, most: int | None) -> list[str]:
    if most is None or _breadth(cell) <= most:
        return [cell]
    if _breadth(cell) == len(cell):
        return textwrap.wrap(cell, most, break_on_hyphens=False) or [""]
    lines = [""]
    for word in cell.split():
        glued = f" {word}" if lines[-1] else word
        if _breadth(lines[-1] + glued) > most >= _breadth(word):
            lines.append(word)
            continue
        for one in glued:  # of a word that is longer than a line, as whole sentences can be
            if lines[-1] and _breadth(lines[-1] + one) > most:
                lines.append("")
            lines[-1] += one
    return lines
