"""Times in the trigger text of cWB: all numbers of a few lines."""

from __future__ import annotations

import re

from ..errors import ShiftError
from .instants import shift_number
from .shifting import Notes, Shift

__all__ = ["shift_cwb"]

_NEEDED = ("start:", "time:", "stop:")
_MOVED = (*_NEEDED, "segment:", "event_time:")
_number = re.compile(r"(?<!\S)\d+(?:\.\d+)?(?!\S)")
_gps = re.compile(r"(?<![\d.])\d{9,10}(?:\.\d+)?(?![\d.])")


def shift_cwb(content: bytes, shift: Shift, notes: Notes) -> bytes:
    """Move the times of a trigger."""
    lines = content.decode("utf-8").splitlines(keepends=True)
    found = [line for line in lines if line.startswith(_NEEDED)]
    if len(found) != len(_NEEDED):
        raise ShiftError(
            f"{len(found)} lines begin with {', '.join(_NEEDED)} where there must be one of each"
        )
    significance = False
    for place, line in enumerate(lines):
        if line.startswith(_MOVED):
            key, _, rest = line.partition(":")
            lines[place] = f"{key}:{_moved(key, rest, shift, notes)}"
        elif shift.deep and significance:
            lines[place] = _significance(line, shift, notes)
        elif shift.deep and "CAT" in line:
            lines[place] = _deep("segment", line, shift, notes)
        significance = line.startswith("#significance")
    return "".join(lines).encode()


def _moved(key: str, text: str, shift: Shift, notes: Notes) -> str:
    def one(number: re.Match[str]) -> str:
        return notes.changed(key, number[0], shift_number(number[0], shift.delta))

    return _number.sub(one, text)


def _deep(what: str, line: str, shift: Shift, notes: Notes) -> str:
    def one(number: re.Match[str]) -> str:
        return notes.changed(what, number[0], shift_number(number[0], shift.delta))

    return _gps.sub(one, line)


def _significance(line: str, shift: Shift, notes: Notes) -> str:
    """Move the begin and the end of the list: the third and the fourth number of five."""
    words = re.split(r"(\s+)", line)
    places = [place for place, word in enumerate(words) if word.strip()]
    for place in places[2:4]:
        words[place] = _deep("significance", words[place], shift, notes)
    return "".join(words)
