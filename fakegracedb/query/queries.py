"""Query texts → trees: the two text languages, from the text as it was sent to a `Query`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

from ..errors import QueryError
from ..vocabulary import Vocabulary
from . import refusals
from .event_text import event_rules
from .labels import LabelGroup, cut_labels
from .scanner import Read, Rule, Source, whole
from .superevent_text import SUPEREVENT_RULES
from .terms import Exclusion, Language, Query, Term, combined
from .trees import Leaf, Node, Not

__all__ = ["parse_event_text", "parse_superevent_text"]

_LONG = 1000  # characters; longer texts are not kept
_REPLAY = "replay_id:"
_Rules: TypeAlias = Mapping[str, tuple[Rule, ...]]
_Choice: TypeAlias = Callable[[tuple[Rule, ...], Source, int], tuple[str, Read]]


def parse_event_text(text: str, names: Vocabulary) -> Query:
    """Understand a query text for events.

    Parameters
    ----------
    text : str
        As the user sent it. Where no text was sent at all nothing is left out, and there is nothing
        to parse.
    names : Vocabulary
        Its groups, pipelines, searches and labels decide what parses.

    Returns
    -------
    Query
        What it asks for.

    Raises
    ------
    QueryError
        The server refuses it, as ``{"error": "Invalid query"}`` whatever the reason.
    """
    return (_event_query if len(text) > _LONG else _kept_event_query)(text, names)


def parse_superevent_text(text: str, names: Vocabulary) -> Query:
    """Understand a query text for superevents.

    Parameters
    ----------
    text : str
        As the user sent it. Where no text was sent at all nothing is left out, and there is nothing
        to parse.
    names : Vocabulary
        Its labels decide what parses.

    Returns
    -------
    Query
        What it asks for.

    Raises
    ------
    QueryError
        The server refuses it; `refusals.superevent_answer` gives what it says.
    """
    return (_superevent_query if len(text) > _LONG else _kept_superevent_query)(text, names)


def _event_query(text: str, names: Vocabulary) -> Query:
    source, replays = _cut_replays(_stripped(text), names)
    rest, groups, labels = cut_labels(source, names)
    terms = _read(rest, event_rules(names), _first)
    if isinstance(terms, int):
        raise refusals.event_refusal(rest, terms, names)
    terms += replays
    written = "".join([rest.lower, *(term.written.lower() for term in replays)])
    kinds = {term.kind for term in terms}
    exclusions = (
        _exclusion("group", "Test", "tid" in kinds, written),
        _exclusion("search", "MDC", "mid" in kinds, written),
    )
    return _query(text, "events", terms, groups, labels, exclusions)


def _superevent_query(text: str, names: Vocabulary) -> Query:
    source = Source(text)
    rest, groups, labels = cut_labels(source, names)
    # nothing at all is left of labels, but blanks alone are no query
    terms = [] if groups and not rest.text else _read_superevents(rest, names)
    named = [one for one in terms if one.kind in ("id", "category")]
    lifted = ""
    if named:
        what = "an id" if named[0].kind == "id" else "a category"
        lifted = f"`{named[0].written}` names {what}"
    exclusions = tuple(
        Exclusion(name, Not(Leaf("category", "=", name)), lifted) for name in ("Test", "MDC")
    )
    return _query(text, "superevents", terms, groups, labels, exclusions)


def _stripped(text: str) -> Source:
    if text == text.strip():
        return Source(text)
    start = len(text) - len(text.lstrip())
    return Source(text, range(start, max(start, len(text.rstrip())) + 1))


_kept_event_query = lru_cache(maxsize=512)(_event_query)
_kept_superevent_query = lru_cache(maxsize=512)(_superevent_query)


def _read_superevents(rest: Source, names: Vocabulary) -> list[Term]:
    try:
        terms = _read(rest, SUPEREVENT_RULES, _longest)
    except QueryError as error:
        raise refusals.superevent_refusal(error, rest.text) from None
    if isinstance(terms, int) or not terms:
        place = terms if isinstance(terms, int) else len(rest.text)
        raise refusals.superevent_refusal_at(rest, place, names)
    return terms


def _first(rules: tuple[Rule, ...], source: Source, place: int) -> tuple[str, Read]:
    for rule in rules:
        found = rule.read(source, place)
        if found is not None:
            return rule.kind, found
    return "", None


def _longest(rules: tuple[Rule, ...], source: Source, place: int) -> tuple[str, Read]:
    best: tuple[str, Read] = "", None
    end = place
    for rule in rules:
        found = rule.read(source, place)
        if found is not None and found[0] > end:
            end, best = found[0], (rule.kind, found)
    return best


def _read(source: Source, rules: _Rules, choose: _Choice) -> list[Term] | int:
    """Read the terms of a text: these, or the place at which none begins."""
    terms = []
    place = source.skip(0)
    while place < len(source.text):
        kind, found = choose(rules.get(source.lower[place], ()), source, place)
        if found is None:
            return place
        end, node = found
        terms.append(Term(kind, *source.span(place, end), node, source.text[place:end]))
        place = source.skip(end)
    return terms


def _cut_replays(source: Source, names: Vocabulary) -> tuple[Source, list[Term]]:
    """Cut out the replay ids, since a label in one is a part of it."""
    terms = []
    spans: list[tuple[int, int]] = []
    for found in re.finditer(_REPLAY, source.text):
        start = found.start()
        value = source.keyword(_REPLAY, start)
        if value is None or (spans and start < spans[-1][1]):
            continue
        end = whole(source, value)
        name = source.text[value:end]
        if not re.search(names.settings.replay_id_regex, name):
            reason = "a replay id is missing here, of letters, digits, `_` and `-`"
            raise QueryError(reason, source.whole, source.origins[value])
        leaf = source.leaf("replay_id", "=", name, value, end)
        terms.append(Term("replay_id", *source.span(start, end), leaf, source.text[start:end]))
        spans.append((start, end))
    return (source.without(spans) if spans else source), terms


def _exclusion(field: str, name: str, by_id: bool, written: str) -> Exclusion:
    letters = name.lower()
    lifted = ""
    if by_id:
        lifted = f"an id of {name[0]} is in the query"
    elif letters in written:
        lifted = f"the letters {letters!r} are in the query"
    return Exclusion(name, Not(Leaf(field, "=", name)), lifted)


def _query(
    text: str,
    language: Language,
    terms: list[Term],
    groups: tuple[LabelGroup, ...],
    labels: Node | None,
    exclusions: tuple[Exclusion, ...],
) -> Query:
    node = combined(terms, language == "events", exclusions, labels)
    if labels is not None:
        first = groups[0]
        written = text[first.start : first.end]
        terms = [*terms, Term("label", first.start, first.end, labels, written)]
    terms = sorted(terms, key=lambda term: term.start)
    return Query(text, language, node, tuple(terms), groups, exclusions)
