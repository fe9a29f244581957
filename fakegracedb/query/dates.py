"""Dates in query texts: ISO dates, and phrases such as ``yesterday`` or ``2 weeks ago``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ..errors import QueryError
from .scanner import Source
from .trees import And, Leaf, Node, Not, Or

__all__ = ["DATE_INITIALS", "Date", "Natural", "read_dates", "resolved"]


@dataclass(frozen=True, slots=True)
class Natural:
    """A date that is relative to now.

    Attributes
    ----------
    midnight : bool
        Whether it counts from the last midnight, else from this instant.
    offset : timedelta
        How much later it is.
    """

    midnight: bool
    offset: timedelta

    def at(self, now: datetime) -> datetime:
        """Give the date, in UTC, for what the clock shows: at most the first or the last there is.

        Parameters
        ----------
        now : datetime
            Aware.
        """
        base = now.astimezone(UTC)
        if self.midnight:
            base = base.replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            return base + self.offset
        except OverflowError:
            limit = datetime.min if self.offset < timedelta(0) else datetime.max
            return limit.replace(tzinfo=UTC)


Date = Natural | datetime
DATE_INITIALS = "nmtyaci"  # of dates that are phrases

_DAY = timedelta(days=1)
_WORDS = {
    "now": Natural(False, timedelta(0)),
    "today": Natural(True, timedelta(0)),
    "midnight": Natural(True, timedelta(0)),
    "noon": Natural(True, timedelta(hours=12)),
    "yesterday": Natural(True, -_DAY),
    "tomorrow": Natural(True, _DAY),
}
_UNITS = {
    "day": -_DAY,
    "week": -7 * _DAY,
    "month": -30 * _DAY,
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
}
_ = "[ \t\r\n]*+"
_QUANTITY = rf"(?:([0-9]++)|((?:a{_})?couple(?:{_}of)?)|a)"
_WORD = re.compile("|".join(_WORDS))
_AGO = re.compile(rf"{_QUANTITY}{_}(day|week|month)s?{_}ago")
_AHEAD = re.compile(rf"in{_}{_QUANTITY}{_}(second|minute|hour)s?")
# The server knows `noon yesterday` as one date, and then fails on it.
_OF_DAY = re.compile(rf"(?:now|noon|midnight){_}(?:yesterday|today|tomorrow)")
_LONGEST = 12  # digits; such a count is out of the calendar in any unit


def _read_natural(source: Source, place: int) -> tuple[int, Natural] | None:
    text = source.lower
    broken = _OF_DAY.match(text, place)
    if broken:
        reason = "the server fails on a time of a day; name the one or the other"
        raise QueryError(reason, source.whole, source.span(place, broken.end())[0])
    word = _WORD.match(text, place)
    if word:
        return word.end(), _WORDS[word[0]]
    phrase = _AGO.match(text, place) or _AHEAD.match(text, place)
    if phrase is None:
        return None
    digits, couple, unit = phrase.groups()
    try:
        count = 2 if couple else int(digits[-_LONGEST:]) if digits else 1
        if digits and len(digits.lstrip("0")) >= _LONGEST:
            raise OverflowError
        return phrase.end(), Natural(False, count * _UNITS[unit])
    except OverflowError:
        raise _impossible(source, place, "no calendar goes so far") from None


_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[ \t\r\n]++([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?"
)


def _read_iso(source: Source, place: int) -> tuple[int, datetime] | None:
    found = _ISO.match(source.text, place)
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as problem:
        raise _impossible(source, place, f"there is no such date: {problem}") from None
    return found.end(), when


def _impossible(source: Source, place: int, reason: str) -> QueryError:
    return QueryError(reason, source.whole, source.span(place, place)[0], cause="date")


def read_dates(source: Source, place: int) -> tuple[int, Leaf] | None:
    """Read what `created` is compared with: a date, or a range between two of one sort.

    Raises
    ------
    QueryError
        For a date that does not exist, or that the server fails on.
    """
    for read in (_read_natural, _read_iso):
        first = read(source, place)
        if first is None:
            continue
        end, date = first
        between = source.dots(end)
        last = None if between is None else read(source, between)
        if last is None:
            return end, source.leaf("created", "=", date, place, end)
        return last[0], source.leaf("created", "between", (date, last[1]), place, last[0])
    return None


def resolved(node: Node, now: datetime) -> Node:
    """Give a tree in which dates relative to now are dates.

    Parameters
    ----------
    node : Node
        The tree; it is given back as it is where it has no such dates.
    now : datetime
        What the clock shows, aware.
    """
    match node:
        case Leaf(value=Natural() as date):
            return replace(node, value=date.at(now))
        case Leaf(value=(Natural() as first, Natural() as last)):
            return replace(node, value=(first.at(now), last.at(now)))
        case Not(child):
            found = resolved(child, now)
            return node if found is child else Not(found)
        case And(children) | Or(children):
            new = tuple(resolved(child, now) for child in children)
            same = all(one is other for one, other in zip(new, children, strict=True))
            return node if same else type(node)(new)
    return node
