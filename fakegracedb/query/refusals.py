"""Query texts that are refused: the reason in our words, and the message of the server."""

from __future__ import annotations

import re
from bisect import bisect_left

from ..errors import QueryError
from ..vocabulary import Vocabulary
from . import event_text, superevent_text
from .runs import RUNS
from .scanner import BLANKS, Source, whole
from .terms import Language

__all__ = [
    "EVENT_ANSWER",
    "event_refusal",
    "superevent_answer",
    "superevent_refusal",
    "superevent_refusal_at",
]

EVENT_ANSWER = "Invalid query"  # the `error` with which every query of events is refused
_HINT = (
    "Invalid query. Hint: date queries on the created: field take the form "
    "YYYY-MM-DD .. YYYY-MM-DD. Date queries with gpstime are supported using the t_0: field"
)
_KEYWORDS = {
    "events": frozenset(event_text.KEYWORDS),
    "superevents": frozenset(superevent_text.KEYWORDS),
}
_WORD = re.compile("[A-Za-z_][A-Za-z0-9_]*:?")


def event_refusal(source: Source, place: int, names: Vocabulary) -> QueryError:
    """Tell why no term of a query of events begins at a place."""
    at, reason = _reason(source, place, "events", names)
    return QueryError(reason, source.whole, source.origins[at])


def superevent_refusal_at(source: Source, place: int, names: Vocabulary) -> QueryError:
    """Tell why no term of a query of superevents begins at a place."""
    at, reason = _reason(source, place, "superevents", names)
    value = source.keyword("created:", place)
    hinted = value is not None and re.match("[0-9]{4}", source.text[value : value + 4]) is not None
    message = _HINT if hinted else _message(source.text, reason)
    cause = "hint" if hinted else "grammar"
    return QueryError(message, source.whole, source.origins[at], reason=reason, cause=cause)


def superevent_refusal(error: QueryError, rest: str) -> QueryError:
    """Give an error the words in which the server tells users of superevents.

    Parameters
    ----------
    error : QueryError
        With a reason in our words.
    rest : str
        The text without its labels.
    """
    reason = error.reason
    message = _other(rest, reason) if error.cause == "date" else _message(rest, reason)
    return QueryError(message, error.text, error.position, reason=reason, cause=error.cause)


def superevent_answer(error: QueryError, server_version: str) -> str:
    """Give the ``detail`` with which a server refuses a query of superevents.

    Parameters
    ----------
    error : QueryError
        From the text language of superevents.
    server_version : str
        One of `vocabulary.SERVER_VERSIONS`; the older server does not tell errors of grammar apart.
    """
    plain = server_version == "2.33" and error.cause == "grammar"
    return "Invalid query" if plain else error.message


def _message(text: str, reason: str) -> str:
    """Say what is wrong with a query of superevents as the newer server does."""
    if "*" not in text and any(sign in text for sign in "?#%$"):
        return f"Invalid wildcard in query: '{text}'. Only '*' is supported as a wildcard."
    if re.fullmatch("G[0-9]+", text):
        return (
            f"'{text}' looks like an event graceid. "
            "Only superevent IDs (S, MS, TS, GW) are valid in this search."
        )
    letters = re.match("([A-Za-z]+)[0-9]{6}", text)
    if letters and letters[1] not in ("S", "MS", "TS", "GW"):
        return (
            f"Invalid superevent prefix in query: '{letters[1]}'. "
            "Allowed prefixes are: S, MS, TS, GW."
        )
    if not re.fullmatch("(?:S|MS|TS|GW)[0-9]{6,}[A-Za-z]*[*]?", text):
        return (
            f"'{text}' is not a valid superevent ID or query. Valid superevent IDs start with "
            "S, MS, TS, or GW followed by a date and optional suffix. "
            "Example: S250908a or GW250908A."
        )
    return _other(text, reason)


def _other(text: str, reason: str) -> str:
    return f"Invalid superevent query: '{text}'. {reason}"


_SIGNS = {
    "'": "strings stand in double quotes",
    '"': "the closing double quote is missing",
    ")": "no parenthesis is open here",
    ".": "no number begins with this dot",
    "!": "there is no `!=`; `~` in front of a comparison or a label negates it",
    "{": "this begins a structured query, which is no text",
    "[": "this begins a structured query, which is no text",
    **dict.fromkeys("<>=:", "a comparison begins with the name of what is compared"),
}
_REPLAY = "replay_id:"  # was cut out like a label
_JOINTS = "&|,~-"
_CLOCK = ("am", "pm", "second", "minute", "hour", "day", "week", "month", "ago")


def _reason(source: Source, place: int, language: Language, names: Vocabulary) -> tuple[int, str]:
    """Give the place to point at, and the reason."""
    sign, before = source.at(place), source.text[:place]
    if not sign:
        return place, "blanks alone are no query"
    word = _WORD.match(source.text, place)
    if sign in _JOINTS and _beside_label(source, place):
        return place, f"a label stands beside other terms with blanks only, not with `{sign}`"
    keyword = word is not None and word[0].lower() in _KEYWORDS["events"] | _KEYWORDS["superevents"]
    if source.doubt and source.doubt[0] > place and not keyword:
        return source.doubt
    events = language == "events"
    if word is not None:
        return place, _about_word(source, place, word[0], language, names)
    if sign == "," and events and re.search("[HLV][12][ \t\r\n]*$", before):
        return place, "a list of interferometers has no blanks: `H1,L1`"
    if sign == "-" and events and re.match("-[0-9]{2}-[0-9]{2}", source.text[place : place + 6]):
        return place, "the year is read as a GPS time; a date needs `created:` in front"
    if sign in _JOINTS:
        joins = "labels, or comparisons of attributes," if events else "labels"
        return place, f"`{sign}` belongs to {joins} and to nothing else"
    if sign == "(":
        stands = "around comparisons of attributes only" if events else "nowhere"
        return place, f"parentheses stand {stands}"
    if sign in "*?#%$":
        where = "are none in queries of events" if events else "is only `*`, at the end of an id"
        return place, f"`{sign}` begins nothing; of wildcards there {where}"
    return place, _SIGNS.get(sign, f"nothing begins with `{sign}`")


def _beside_label(source: Source, place: int) -> bool:
    """Whether a label was cut out next to a place."""
    text, here = source.whole, source.origins[place]
    before = len(text[:here].rstrip(BLANKS)) - 1
    after = len(text) - len(text[here + 1 :].lstrip(BLANKS))
    if _was_cut(source, before) and text[: before + 1].split()[-2:-1] != [_REPLAY]:
        return True
    return _was_cut(source, after) and not text.startswith(_REPLAY, after)


def _was_cut(source: Source, origin: int) -> bool:
    """Whether the character at a place of the whole text is not there any more."""
    if not 0 <= origin < len(source.whole):
        return False
    found = bisect_left(source.origins, origin)
    return found == len(source.origins) - 1 or source.origins[found] != origin


def _about_word(
    source: Source, place: int, word: str, language: Language, names: Vocabulary
) -> str:
    theirs: Language = "superevents" if language == "events" else "events"
    own, other = _KEYWORDS[language], _KEYWORDS[theirs]
    lower = word.lower()
    end = place + len(word)
    if word in own:
        if source.alone(place, end):
            return f"after `{word}` comes {_expected(word, language, names)}"
        side = "before" if source.alone(end, end) else "after"
        return f"a blank is missing {side} `{word}`"
    if lower in own:
        return f"keywords are in small letters: `{lower}`"
    if lower in other:
        return f"`{lower}` belongs to queries of {theirs}"
    if lower in ("and", "or", "not"):
        return f"there is no `{word}` between terms"
    if lower.rstrip("s") in _CLOCK and re.search("[0-9][ \t\r\n]*$", source.text[:place]):
        if language == "events":
            return "a date that begins with a digit needs `created:` in front"
        return "the server does not take this phrase for a date"
    if language == "superevents" and re.fullmatch("[eghmt][0-9]+", lower):
        return f"{word} is an event; `preferred_event:` and `event:` take those"
    written = source.text[place : whole(source, place)]
    return f"nothing that is known begins with `{written[:40]}`"


def _expected(keyword: str, language: Language, names: Vocabulary) -> str:
    known = {
        "search:": names.searches,
        "pipeline:": [pipeline.name for pipeline in names.pipelines],
        "group:": names.groups,
        "runid:": list(RUNS),
        "category:": ("Production", "Test", "MDC"),
        "status:": ("public", "internal"),
        **dict.fromkeys(
            (
                "in_superevent:",
                "is_preferred_event:",
                "is_gw:",
                "is_public:",
                "is_exposed:",
            ),
            ("true", "false"),
        ),
    }
    if keyword in known:
        return f"one of {', '.join(known[keyword])}"
    if keyword == "created:":
        return (
            "a date as `2026-01-14` or `2026-01-14 12:30:45` or `2 days ago`, "
            "or a range between two of one sort"
        )
    if keyword in _EXPECTED:
        return _EXPECTED[keyword]
    if keyword in ("preferred_event:", "event:", "events:"):
        letters = "G, H, M or T" if keyword == "preferred_event:" else "E, G, H, M or T"
        return f"{letters} and a number"
    return f"{keyword[0].upper()} and a number" if language == "events" else "a number"


_EXPECTED = {
    "ifos:": "a list of H1, H2, L1 and V1 without blanks",
    "nevents:": "a number of digits",
    "gpstime:": "a GPS time",
    "submitter:": "a string in double quotes",
    "label:": "a label",
    "replay_id:": "a replay id",
    "superevent:": "the id of a superevent, without a star",
    "id:": "the id of a superevent",
    "superevent_id:": "the id of a superevent",
}
