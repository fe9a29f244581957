"""What holds of any query text: it parses or is refused, soon; and sets add up as they shall."""

from __future__ import annotations

import contextlib
import json
import math
import time
from functools import cache, reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from query_population import NAMES, events, superevents

from fakegracedb import QueryError
from fakegracedb.query import explanation, parse_event_text, parse_superevent_text
from fakegracedb.query.attributes import DEEPEST
from fakegracedb.query.structured import StructuredError
from fakegracedb.query.trees import leaves

PARSERS = {"events": parse_event_text, "superevents": parse_superevent_text}

# What the two grammars are made of.
WORDS = """
H1 L1 V1 ifos: nevents: hasfar gid: G G5 H5 T5 E5 M5 h1 search: pipeline: group: GRB LowMass MDC
Test CBC Burst gstlal X Q MLy gpstime: 1126259462 1 0.5 .5 5. . .. ... created: now today noon
yesterday tomorrow midnight 2 days ago a week couple of in minutes months 2026-01-14 2026-13-01
12:30 12:30:45 submitter: "einstein" "" " ' runid: O3 O4 ER1test S6 in_superevent: true False
superevent: S190426 S190426c GW170817A TS251020 MS199999a c is_preferred_event: replay_id: run-7
far si.snr ml.bbh grbevent.ra group.name nosuch.path < <= = == : > >= in 1e-7 1E 3e+ "3" & , | ~ -
( ) label: EM_READY dqv INJ ADVOK NOSUCH id: superevent_id: t_0: t_start: t_end: preferred_event:
event: events: is_gw: is_public: is_exposed: status: public internal category: Production * ? # %
$ S17* GW1* + -5 é \x00 { [ ! event and or not
"""
PIECES = tuple(WORDS.split())
BLANKS = ("", " ", "  ", "\n", "\t")

texts = st.one_of(
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(BLANKS)), max_size=12).map(
        lambda found: "".join(piece + blank for piece, blank in found)
    ),
    st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
    st.text(max_size=40),
)


@pytest.mark.parametrize("kind", PARSERS)
@given(text=texts)
@settings(max_examples=400, deadline=None)
def test_any_text_parses_or_is_refused_at_a_place_in_it(kind: str, text: str) -> None:
    found = explanation(text, kind, NAMES)  # type: ignore[arg-type]
    assert str(found)
    assert json.dumps(found.to_json(), allow_nan=False)
    if isinstance(found.error, StructuredError):  # what begins with a brace is no text
        assert found.error.message
    elif found.error is not None:
        assert found.error.text == text
        assert 0 <= found.error.position <= len(text)
        assert found.error.reason
    elif text:
        query = PARSERS[kind](text, NAMES)
        assert list(query.terms) == sorted(query.terms, key=lambda term: term.start)
        for part in (*query.terms, *query.groups, *query.traps):
            assert 0 <= part.start < part.end <= len(text)
        for leaf in leaves(query.node):
            assert 0 <= leaf.start <= leaf.end <= len(text)


@given(text=texts)
@settings(max_examples=200, deadline=None)
def test_blanks_around_a_query_of_events_do_not_matter(text: str) -> None:
    def outcome(text: str) -> object:
        try:
            query = parse_event_text(text, NAMES)
        except QueryError:
            return "refused"
        return [(term.kind, term.written, term.sentence) for term in query.terms]

    assert outcome(f" \n{text}\t ") == outcome(text)


HOSTILE = (
    "T1 O3 1e H1L1 S T e1 9 X aaaa. L1, INJ& -INJ INJ| ( ~( far<1& (far<1| far:1 & - . .. label: "
    "created: GW1* S6A*"
)
HOSTILE_PIECES = (
    *HOSTILE.split(),
    *(
        "1 ",
        "INJ ",
        "INJ & - ",
        "label: ",
        "far < 1 | (",
        "far in 1,",
        "far: 1 - ",
        "far<1 ",
        '"a" ',
    ),
    *('"a" ', "a couple of ", "G1 .. ", "yesterday..tomorrow ", 'submitter: "', "S17 S", " ", "\n"),
    *("replay_id: a ", "event: G1 ", "2026-01-14 ", "now ", "5..", "created: now .. "),
)


@pytest.mark.parametrize("kind", PARSERS)
def test_text_of_ten_thousand_characters_takes_a_moment(kind: str) -> None:
    for piece in HOSTILE_PIECES:
        seconds = _seconds(kind, (piece * 10_000)[:10_000])
        assert seconds < 0.5, (piece, seconds)  # a tenth of it if the machine has nothing else


@pytest.mark.parametrize("kind", PARSERS)
@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), blank=st.sampled_from(BLANKS)
)
@settings(max_examples=30, deadline=None)
def test_pieces_over_and_over_take_a_moment(kind: str, pieces: list[str], blank: str) -> None:
    assert _seconds(kind, (blank.join([*pieces, ""]) * 10_000)[:10_000]) < 0.5


def _seconds(kind: str, text: str) -> float:
    """Give how long a text takes at best of some times: the machine may have other work."""
    taken = math.inf
    for end in ("", " ", "  "):  # what was read once is remembered
        begin = time.thread_time()
        with contextlib.suppress(QueryError):
            PARSERS[kind](text + end, NAMES)
        taken = min(taken, time.thread_time() - begin)
        if taken < 0.1:
            break
    return taken


@pytest.mark.parametrize("opening", ["(", "~(", "far<1 & (", "far<1 | ~(", "( "])
def test_parentheses_that_go_too_deep_are_refused(opening: str) -> None:
    for depth in (DEEPEST + 1, 5_000):
        text = opening * depth + "far<1" + ")" * depth
        with pytest.raises(QueryError, match="parentheses"):
            parse_event_text(text, NAMES)
        assert "refused" in str(explanation(text, "events", NAMES))


def test_parentheses_may_go_deep() -> None:
    text = "far>1 & ~(" * DEEPEST + "far<1" + ")" * DEEPEST
    assert events(text) <= events(" ")
    assert str(explanation(text, "events", NAMES)).count("it does not hold that") == DEEPEST


def test_query_is_kept_by_text_and_vocabulary() -> None:
    for parse in PARSERS.values():
        first = parse("EM_READY O3", NAMES)
        assert parse("EM_READY O3", NAMES) is first
        assert parse("EM_READY O3", NAMES.with_label("X1")) is not first
        long = "O3" + " " * 1000
        assert parse(long, NAMES) is not parse(long, NAMES)
        assert parse(long, NAMES) == parse(long, NAMES)


# Sets add up. None of these terms lifts an exclusion.

EVENT_TERMS = {
    "group": ("CBC", "Burst", "group: External"),
    "pipeline": ("gstlal", "spiir", "pipeline: CWB"),
    "search": ("AllSky", "GRB"),
    "ifos": ("H1", "L1,V1", "V1"),
    "gpstime": ("O2", "O4", "1126259462.391", "gpstime: 1400000000 .. 1430000001"),
    "created": (
        "yesterday .. tomorrow",
        "created: 2017-08-17 .. 2017-08-18",
        "a week ago .. today",
    ),
    "submitter": ('"gstlal"', 'submitter: "robot"'),
    "in_superevent": ("in_superevent: true", "in_superevent: false"),
    "is_preferred_event": ("is_preferred_event: True",),
    "superevent": ("superevent: GW170817A", "superevent: S240517a"),
    "gid": ("G600001", "G600004 .. G600030"),
    "attr": ("far < 1e-8", "(nevents = 3 & far > 0)", "~likelihood > 1", "si.snr > 9"),
}
event_terms = st.sampled_from([(kind, one) for kind, some in EVENT_TERMS.items() for one in some])
found_events = cache(lambda text: frozenset(events(text)))


@given(terms=st.lists(event_terms, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_events_are_those_of_any_term_of_every_kind(terms: list[tuple[str, str]]) -> None:
    kinds: dict[str, frozenset[str]] = {}
    for kind, text in terms:
        kinds[kind] = kinds.get(kind, frozenset()) | found_events(text)
    expected = reduce(frozenset.intersection, kinds.values())
    assert events(" ".join(text for _, text in terms)) == expected


SUPEREVENT_TERMS = (
    "public",
    "status: internal",
    "is_gw: true",
    "is_public: false",
    "far < 1e-8",
    "far: 1e-12 - 1e-7",
    "O3",
    "1240000000 .. 1241000000",
    "t_end: 1187008882 .. 1240330005",
    '"emfollow"',
    "created: yesterday .. now",
    "preferred_event: G600007 .. G600018",
    "event: G600014",
)
found_superevents = cache(lambda text: frozenset(superevents(text)))


@given(terms=st.lists(st.sampled_from(SUPEREVENT_TERMS), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_superevents_are_those_of_every_term(terms: list[str]) -> None:
    expected = reduce(frozenset.intersection, map(found_superevents, terms))
    assert superevents(" ".join(terms)) == expected


labels = st.sampled_from(("EM_READY", "DQV", "INJ", "ADVOK", "PE_READY", "H1OK"))
literals = st.tuples(st.sampled_from(("", "~", "-")), labels)


@given(groups=st.lists(st.lists(literals, min_size=1, max_size=3), min_size=1, max_size=3))
@settings(max_examples=100, deadline=None)
def test_labels_are_a_conjunction_of_disjunctions(groups: list[list[tuple[str, str]]]) -> None:
    base = found_events(" ")
    expected = base
    for group in groups:
        some: frozenset[str] = frozenset()
        for sign, label in group:
            some |= base - found_events(label) if sign else found_events(label)
        expected &= some
    text = " & ".join(" | ".join(sign + label for sign, label in group) for group in groups)
    assert events(text) == expected


COMPARISONS = ("far < 1e-8", "nevents = 3", "far in 1e-10, 1e-6", "gpstime > 1200000000")
expressions = st.recursive(
    st.sampled_from([("is", one) for one in COMPARISONS]),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(("and", "or")), inner, inner),
    ),
    max_leaves=6,
)


def written(expression: tuple) -> str:  # type: ignore[type-arg]
    match expression:
        case ("is", text):
            return text
        case ("not", inner):
            return f"~({written(inner)})"
        case ("and", one, other):
            return f"({written(one)}) & ({written(other)})"
        case (_, one, other):
            return f"({written(one)}) | ({written(other)})"


def wanted(expression: tuple) -> frozenset[str]:  # type: ignore[type-arg]
    match expression:
        case ("is", text):
            return found_events(text)
        case ("not", inner):
            return found_events(" ") - wanted(inner)
        case ("and", one, other):
            return wanted(one) & wanted(other)
        case (_, one, other):
            return wanted(one) | wanted(other)


@given(expression=expressions)
@settings(max_examples=100, deadline=None)
def test_comparisons_are_joined_as_the_expression_says(expression: tuple) -> None:  # type: ignore[type-arg]
    assert events(written(expression)) == wanted(expression)
