"""The text language of events: what kinds of terms there are, and how each is read.

The first kind that fits is taken, and there is no going back.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial

from ..errors import QueryError
from ..vocabulary import Vocabulary
from .attributes import INITIALS, Attributes
from .dates import DATE_INITIALS, read_dates
from .readers import read_range, read_run, read_string, read_truth, rule
from .runs import RUN_NAMES
from .scanner import DIGITS, Names, Read, Rule, Source, by_initial
from .superevent_ids import read_id
from .trees import And, Leaf

__all__ = ["KEYWORDS", "event_rules"]

KEYWORDS = (
    "ifos:",
    "nevents:",
    "gid:",
    "hid:",
    "tid:",
    "eid:",
    "mid:",
    "search:",
    "pipeline:",
    "group:",
    "gpstime:",
    "created:",
    "submitter:",
    "runid:",
    "in_superevent:",
    "superevent:",
    "is_preferred_event:",
    "replay_id:",
    "label:",
)
# The letter in front of a number may ask for something beside it.
_LETTERS = {
    "g": None,
    "h": Leaf("pipeline", "=", "HardwareInjection"),
    "t": Leaf("group", "=", "Test"),
    "e": Leaf("group", "=", "External"),
    "m": Leaf("search", "=", "MDC"),
}
_INTERFEROMETERS = re.compile("(?:H1|H2|L1|V1)(?:,(?:H1|H2|L1|V1))*+")
_GPS = re.compile("[0-9.]++")
_ATTRIBUTE_OF_SEARCH = "event"  # GRBEvent is a table, and not the search GRB
_HASFAR = Names(("hasfar",))


@lru_cache(maxsize=16)
def event_rules(names: Vocabulary) -> dict[str, tuple[Rule, ...]]:
    """Give the kinds of terms that are to be tried, in this order, by the first character."""
    searches, groups = Names(names.searches), Names(names.groups)
    pipelines = Names(pipeline.name for pipeline in names.pipelines)
    return by_initial(
        (
            rule("ifos", ("ifos:",), _interferometers, "hlv"),
            rule("nevents", ("nevents:",), _nevents),
            Rule("hasfar", "h", _has_far),
            *(
                rule(f"{letter}id", (f"{letter}id:",), partial(_number, letter=letter), letter)
                for letter in _LETTERS
            ),
            rule(
                "search",
                ("search:",),
                partial(_names, known=searches, field="search", unless=_ATTRIBUTE_OF_SEARCH),
                searches.initials,
            ),
            rule(
                "pipeline",
                ("pipeline:",),
                partial(_names, known=pipelines, field="pipeline"),
                pipelines.initials,
            ),
            rule(
                "group", ("group:",), partial(_names, known=groups, field="group"), groups.initials
            ),
            rule("gpstime", ("gpstime:",), _gpstime, DIGITS + "."),
            rule("created", ("created:",), read_dates, DATE_INITIALS),
            rule("submitter", ("submitter:",), read_string, '"'),
            rule("gpstime", ("runid:",), partial(read_run, field="gpstime"), RUN_NAMES.initials),
            rule("in_superevent", ("in_superevent:",), partial(read_truth, field="in_superevent")),
            rule("superevent", ("superevent:",), _superevent),
            rule(
                "is_preferred_event",
                ("is_preferred_event:",),
                partial(read_truth, field="is_preferred_event"),
            ),
            Rule("attr", INITIALS, Attributes(names).read),
        )
    )


def _interferometers(source: Source, place: int) -> Read:
    found = _INTERFEROMETERS.match(source.text, place)
    if found is None:
        return None
    return found.end(), source.leaf("instruments", "includes", found[0], place, found.end())


def _nevents(source: Source, place: int) -> Read:
    found = source.digits(place)
    if found is None:
        return None
    return found[0], source.leaf("nevents", "=", found[1], place, found[0])


def _has_far(source: Source, place: int) -> Read:
    found = _HASFAR.match(source, place)
    if found is None:
        return None
    return found[0], source.leaf("far", "is_null", False, place, found[0])


def _number(source: Source, place: int, letter: str) -> Read:
    found = read_range(source, place, "number", partial(_lettered, letter=letter))
    beside = _LETTERS[letter]
    if found is None or beside is None:
        return found
    return found[0], And((found[1], beside))


def _lettered(source: Source, place: int, letter: str) -> tuple[int, int] | None:
    if source.lower[place : place + 1] != letter:
        return None
    return source.digits(source.skip(place + 1))


def _names(source: Source, place: int, known: Names, field: str, unless: str = "") -> Read:
    found: list[str] = []
    end = next_place = place
    while (name := known.match(source, next_place, unless)) is not None:
        end = name[0]
        found.append(name[1])
        next_place = source.skip(end)
    if not found:
        return None
    if len(found) == 1:
        return end, source.leaf(field, "=", found[0], place, end)
    return end, source.leaf(field, "in", tuple(dict.fromkeys(found)), place, end)


def _gpstime(source: Source, place: int) -> Read:
    return read_range(source, place, "gpstime", _gps)


def _gps(source: Source, place: int) -> tuple[int, float] | None:
    found = _GPS.match(source.text, place)
    if found is None:
        return None
    try:
        return found.end(), float(found[0])
    except ValueError:
        if found[0] == ".." and place:
            reason = "the end of this range is missing, or is of another sort than its beginning"
        elif not found[0].strip("."):
            reason = "a stray dot is read as a GPS time"
        elif ".." in found[0]:
            reason = f"`{found[0]}` is read as one number; a range needs a blank before `..`"
        else:
            reason = f"`{found[0]}` is read as a GPS time, and is none"
        raise QueryError(reason, source.whole, source.origins[place]) from None


def _superevent(source: Source, place: int) -> Read:
    found = read_id(source, place)
    if found is None:
        return None
    return found[0], source.leaf("superevent", "=", found[1], place, found[0])
