"""The text language of superevents: what kinds of terms there are, and how each is read.

The longest term that fits is taken; of equally long ones, the first.
"""

from __future__ import annotations

import re
from functools import partial

from .dates import DATE_INITIALS, read_dates
from .readers import Reader, read_range, read_run, read_string, read_truth, rule
from .runs import RUN_NAMES
from .scanner import DIGITS, Names, Read, Rule, Source, by_initial
from .superevent_ids import read_id, read_wildcard

__all__ = ["KEYWORDS", "SUPEREVENT_RULES"]

KEYWORDS = (
    "id:",
    "superevent_id:",
    "runid:",
    "t_0:",
    "gpstime:",
    "t_start:",
    "t_end:",
    "submitter:",
    "preferred_event:",
    "event:",
    "events:",
    "is_gw:",
    "is_public:",
    "is_exposed:",
    "status:",
    "created:",
    "category:",
    "label:",
)
_NUMBER = re.compile("[+-]?(?:[0-9]++(?:[.][0-9]*+)?+|[.][0-9]++)(?:[eE][+-]?[0-9]++)?+")
_OPERATOR = re.compile("<=|==|>=|[<=:>]")
_OF_RANGE = re.compile("in|:")
_TO = re.compile("[.][.]|[,-]")
_STATUS = Names(("public", "internal"))
_CATEGORIES = Names(("Production", "Test", "MDC"))
_FAR = "preferred_event.far"


def _id(source: Source, place: int) -> Read:
    # the longer one wins, and what comes before the star need be no date then
    wildcard = read_wildcard(source, place)
    if wildcard is not None:
        return wildcard
    found = read_id(source, place)
    if found is None:
        return None
    return found[0], source.leaf("id", "=", found[1], place, found[0])


def _number(source: Source, place: int) -> tuple[int, float] | None:
    found = _NUMBER.match(source.text, place)
    return None if found is None else (found.end(), float(found[0]))


def _time(source: Source, place: int, field: str) -> Read:
    return read_range(source, place, field, _number)


def _event(source: Source, place: int, field: str, letters: str) -> Read:
    return read_range(source, place, field, partial(_graceid, letters=letters))


def _graceid(source: Source, place: int, letters: str) -> tuple[int, int] | None:
    letter = source.lower[place : place + 1]
    return source.digits(source.skip(place + 1)) if letter and letter in letters else None


def _name(source: Source, place: int, known: Names, field: str) -> Read:
    found = known.match(source, place)
    if found is None:
        return None
    end, name = found
    value = name == "public" if field == "is_exposed" else name
    return end, source.leaf(field, "=", value, place, end)


def _after_far(source: Source, place: int) -> int | None:
    return source.skip(place + 3) if source.lower.startswith("far", place) else None


def _far(source: Source, place: int) -> Read:
    start = _after_far(source, place)
    sign = None if start is None else _OPERATOR.match(source.text, start)
    if sign is None:
        return None
    found = _number(source, source.skip(sign.end()))
    if found is None:
        source.missing(source.skip(sign.end()), "a number is missing here")
        return None
    op = "=" if sign[0] in ("==", ":") else sign[0]
    return found[0], source.leaf(_FAR, op, found[1], place, found[0])


def _far_range(source: Source, place: int) -> Read:
    start = _after_far(source, place)
    sign = None if start is None else _OF_RANGE.match(source.text, start)
    first = None if sign is None else _number(source, source.skip(sign.end()))
    if first is None:
        return None
    to = _TO.match(source.text, source.skip(first[0]))
    if to is None:
        source.missing(source.skip(first[0]), "`,`, `..` or `-` of a range is missing here")
        return None
    last = _number(source, source.skip(to.end()))
    if last is None:
        return None
    return last[0], source.leaf(_FAR, "between", (first[1], last[1]), place, last[0])


def _times(field: str) -> Reader:
    return partial(_time, field=field)


_EXPOSED = "is_exposed"

SUPEREVENT_RULES: dict[str, tuple[Rule, ...]] = by_initial(
    (
        rule("id", ("id:", "superevent_id:"), _id, "tmsg"),
        rule("run", ("runid:",), partial(read_run, field="t_0"), RUN_NAMES.initials),
        rule("t_0", ("t_0:", "gpstime:"), _times("t_0"), DIGITS + ".+-"),
        rule("t_start", ("t_start:",), _times("t_start")),
        rule("t_end", ("t_end:",), _times("t_end")),
        rule("submitter", ("submitter:",), read_string, '"'),
        rule(
            "preferred_event",
            ("preferred_event:",),
            partial(_event, field="preferred_event.number", letters="ghmt"),
        ),
        rule(
            "event", ("event:", "events:"), partial(_event, field="events.number", letters="eghmt")
        ),
        rule("is_gw", ("is_gw:",), partial(read_truth, field="is_gw")),
        rule("is_public", ("is_public:", "is_exposed:"), partial(read_truth, field=_EXPOSED)),
        rule("status", ("status:",), partial(_name, known=_STATUS, field=_EXPOSED), "pi"),
        rule("created", ("created:",), read_dates, DATE_INITIALS + DIGITS),
        rule(
            "category", ("category:",), partial(_name, known=_CATEGORIES, field="category"), "ptm"
        ),
        Rule("far", "f", _far),
        Rule("far", "f", _far_range),
    )
)
