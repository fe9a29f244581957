"""Ids of superevents in query texts, and the beginnings of such ids with a star."""

from __future__ import annotations

import re
from datetime import date

from ..errors import QueryError
from ..identifiers import superevent_key
from .scanner import FOREVER, Source
from .trees import Leaf, SupereventId

__all__ = ["read_id", "read_wildcard", "suffix_apart"]

_ = "[ \t\r\n]*+"
# The letters may stand apart: whatever letters come next are taken for them.
_ID = re.compile(rf"([tm]?){_}(s|gw){_}([0-9]{{6}})(?:{_}([a-z]++))?")
_WILDCARD = re.compile(rf"([tm]?){_}(s|gw){_}([0-9]++){_}([a-z]*+){_}\*")
_LETTERS = 10  # in the ids that there can be


def read_id(source: Source, place: int) -> tuple[int, SupereventId] | None:
    """Read an id, in any case; without letters it is the first of its day.

    Returns
    -------
    tuple of int and SupereventId, or None
        Where it ends, and what it names.

    Raises
    ------
    QueryError
        There is no such day.
    """
    found = _ID.match(source.lower, place)
    if found is None:
        return None
    prefix, kind, day, letters = found.groups()
    try:
        _check_day(day)
    except ValueError as problem:
        at = source.span(found.start(3), found.end(3))[0]
        raise QueryError(
            f"there is no such date: {problem}", source.whole, at, cause="date"
        ) from None
    category, number = prefix.upper() or "P", 1
    if letters:
        # more letters than any id has: an id that nothing has
        long = len(letters) > _LETTERS
        number = FOREVER if long else superevent_key(f"{prefix.upper()}S{day}{letters}")[2]
    return found.end(), SupereventId(category, day, number, kind == "gw")


def _check_day(day: str) -> None:
    year = int(day[:2])
    date(year + (1900 if year >= 80 else 2000), int(day[2:4]), int(day[4:]))


def read_wildcard(source: Source, place: int) -> tuple[int, Leaf] | None:
    """Read the beginning of an id with a star.

    Returns
    -------
    tuple of int and Leaf, or None
        Where it ends, and the condition on the id that a superevent goes by. Letters after the date
        are compared as they are written.
    """
    found = _WILDCARD.match(source.lower, place)
    if found is None:
        return None
    letters = source.text[found.start(4) : found.end(4)]
    start = (found[1] + found[2]).upper() + found[3] + letters
    leaf = source.leaf("current_id", "startswith", start, place, found.end())
    return found.end(), leaf


def suffix_apart(text: str) -> str:
    """Give the letters at the end of a term that stand apart from the date of its id, if any."""
    found = re.search("[0-9]{6}[ \t\r\n]+([A-Za-z]+)$", text)
    return found[1] if found else ""
