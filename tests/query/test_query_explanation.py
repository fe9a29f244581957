"""What people are told of a query: how it was understood, its traps, why it is refused."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from query_population import CASES, NAMES, refusal, superevent_refusal

from fakegracedb import QueryError
from fakegracedb.query import (
    explain,
    explanation,
    parse_event_text,
    parse_superevent_text,
)
from fakegracedb.query.structured import _fields


def traps(text: str, kind: str = "events") -> list[tuple[str, str]]:
    """Give the traps that struck: what of the text each is about, and what it says."""
    parse = parse_event_text if kind == "events" else parse_superevent_text
    return [(text[trap.start : trap.end], trap.sentence) for trap in parse(text, NAMES).traps]


def test_query_is_shown_term_by_term() -> None:
    assert explain("CBC group: Burst far < 1e-8 EM_READY DQV", names=NAMES) == (
        "query of events: CBC group: Burst far < 1e-8 EM_READY DQV\n"
        "All of these must hold:\n"
        "- group, one of:\n"
        "    `CBC` (character 1): its group is CBC\n"
        "    `group: Burst` (character 5): its group is Burst\n"
        "- attr: `far < 1e-8` (character 18): its far is below 1e-08\n"
        "- label: `EM_READY` (character 29): it carries the label EM_READY\n"
        "- by default: its group is not Test\n"
        "- by default: its search is not MDC\n"
        "Ignored: DQV (character 38).\n"
        "Beware:\n"
        "- `DQV` is ignored: only the first label group counts, and labels without a sign between "
        "them are groups of their own (character 38)"
    )


def test_query_of_superevents_is_shown_term_by_term() -> None:
    assert explain("Test public 5 .. 6", "superevents", NAMES) == (
        "query of superevents: Test public 5 .. 6\n"
        "All of these must hold:\n"
        "- category: `Test` (character 1): its category is Test\n"
        "- status: `public` (character 6): it is public\n"
        "- t_0: `5 .. 6` (character 13): its t_0 lies from 5 to 6, both included\n"
        "Test is not left out, since `Test` names a category.\n"
        "MDC is not left out, since `Test` names a category."
    )


def test_two_nevents_must_both_hold_and_two_ids_of_a_superevent_too() -> None:
    assert "- nevents, each of:" in explain("nevents: 3 nevents: 4")
    assert "- id, each of:" in explain("S190426a S190426b", "superevents")
    assert "- gid, one of:" in explain("G1 G2")


def test_what_lifts_an_exclusion_is_told() -> None:
    told = explain('MDC T5 "x"')
    assert "Test is not left out, since an id of T is in the query." in told
    assert "MDC is not left out, since the letters 'mdc' are in the query." in told
    assert "by default" not in told


def test_query_without_text_leaves_nothing_out() -> None:
    for kind in ("events", "superevents"):
        assert explain("", kind).endswith("nothing is left out; Test and MDC are included.")  # type: ignore[arg-type]
        assert explanation("", kind).to_json()["terms"] == []  # type: ignore[arg-type]


def test_refused_query_is_shown_with_place_reason_and_answer() -> None:
    assert explain("far < ") == (
        "query of events, refused:\n"
        "  far < \n"
        "       ^\n"
        "a number without a sign, or a string in double quotes, is missing here\n"
        "The server answers: Invalid query"
    )
    assert explain("S250908?", "superevents").splitlines()[1:] == [
        "  S250908?",
        "         ^",
        "`?` begins nothing; of wildcards there is only `*`, at the end of an id",
        "The server answers: Invalid wildcard in query: 'S250908?'. "
        "Only '*' is supported as a wildcard.",
    ]


def test_other_kind_is_no_kind() -> None:
    with pytest.raises(ValueError, match="not of 'logs'"):
        explain("CBC", "logs")  # type: ignore[arg-type]


def test_facts_are_the_same_as_the_lines() -> None:
    facts = explanation("CBC EM_READY DQV", names=NAMES).to_json()
    assert facts == json.loads(json.dumps(facts))
    assert facts["refused"] is False
    assert [(term["kind"], term["start"], term["end"]) for term in facts["terms"]] == [
        ("group", 0, 3),
        ("label", 4, 12),
    ]
    assert facts["ignored"] == [{"labels": ["DQV"], "start": 13, "end": 16}]
    assert [one["acts"] for one in facts["exclusions"]] == [True, True]
    assert len(facts["traps"]) == 1
    refused = explanation("R001", "superevents", NAMES).to_json()
    assert (refused["refused"], refused["position"]) == (True, 0)
    assert refused["answer"].startswith("'R001' is not a valid superevent ID")
    assert "R001" in refused["reason"]


@pytest.mark.parametrize("kind", ["events", "superevents"])
def test_every_case_can_be_explained(kind: str) -> None:
    for case in CASES[f"{kind.removesuffix('s')}_queries"]:
        found = explanation(case["query"], kind, NAMES)  # type: ignore[arg-type]
        assert (found.error is not None) == case.get("error", False)
        assert str(found)
        assert json.dumps(found.to_json(), allow_nan=False)


# Every sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("H1,L1", 'the text of its instruments has "H1,L1" in it, as it is written'),
        ("nevents: 3", "its nevents is 3"),
        ("hasfar", "its far is not null"),
        ("G5 .. G9", "the number in its id lies from 5 to 9, both included"),
        ("T5", "the number in its id is 5, and its group is Test"),
        ("GRB SubGRB", "its search is one of GRB, SubGRB"),
        ("O2", "O2: its gpstime lies from 1164556817 to 1187733618, both included"),
        ("1126259462.391", "its gpstime is 1126259462.391"),
        ("1400000000", "its gpstime is 1400000000"),
        ("created: now", "the instant of its creation is now"),
        (
            "noon .. tomorrow",
            "the instant of its creation lies from 12:00 today to 00:00 tomorrow, both included",
        ),
        (
            "created: 1 week ago .. in 1 hour",
            "the instant of its creation lies from now - 7 d to now + 3600 s, both included",
        ),
        (
            "created: 2026-01-14",
            "the instant of its creation is 2026-01-14 00:00:00 UTC",
        ),
        (
            '"x"',
            '"x" is a part of the user name or last name of its submitter, in any case',
        ),
        ("in_superevent: false", "it belongs to no superevent"),
        ("is_preferred_event: true", "it is the preferred event of a superevent"),
        ("superevent: gw170817", "it belongs to the superevent GW170817A"),
        ("replay_id: a", "its replay_id is a"),
        ("far >= 1e-7", "its far is at least 1e-07"),
        ("si.snr > 5", "the snr of one row of its SingleInspiral is above 5"),
        ("ci.mass <= 5", "the mass of its CoincInspiral is at most 5"),
        (
            "~(far < 1 & far > 2 | far = 3)",
            "it does not hold that (its far is below 1, and (its far is above 2, or its far is 3))",
        ),
        ('group.name = "cbc"', "nothing fits"),
        ("~DQV", "it does not carry the label DQV"),
        ("offline = 1", "it is offline"),
    ],
)
def test_term_has_a_sentence(text: str, sentence: str) -> None:
    (term,) = parse_event_text(text, NAMES).terms
    assert term.sentence == sentence
    assert text[term.start : term.end] == text == term.written


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("S190426", "its id is S190426a"),
        ("S190426zzzzzzzzzzzz", "its id is that nothing has"),
        ("GW17*", "the id that it goes by begins with GW17, as it is written"),
        ("preferred_event: G5", "the number in the id of its preferred event is 5"),
        ("event: G5", "the number in the id of a member is 5"),
        ("is_gw: false", "it is not confirmed"),
        ("internal", "it is internal"),
        ("far in 1, 2", "the far of its preferred event lies from 1 to 2, both included"),
        ("runid: O2", "O2: its t_0 lies from 1164556817 to 1187733618, both included"),
    ],
)
def test_term_of_superevents_has_a_sentence(text: str, sentence: str) -> None:
    (term,) = parse_superevent_text(text, NAMES).terms
    assert term.sentence == sentence


# Traps


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("H1234", "H1234", "is the interferometer and the GPS time 234; `hid: H1234` is the id"),
        ("CBC H2011", "H2011", "`hid: H2011` is the id"),
        ("h1", "h1", "`H1` is the interferometer"),
        ("superevent: S190426 CBC", "superevent: S190426 CBC", "`CBC` is taken for the suffix"),
        ("far < 1e-9 nevents = 3", "nevents = 3", "comparisons side by side are alternatives"),
        ("nevents:3 far < 1e-9", "far < 1e-9", "alternatives"),
        ("far<1 & far>2 | far=3", "far<1 & far>2 | far=3", "binds tighter"),
        ("far in 1, 2 | far=3 & far = 4", "far in 1, 2 | far=3 & far = 4", "binds tighter"),
        ("EM_READY & DQV | INJ", "EM_READY & DQV | INJ", "binds tighter"),
        ("EM_READY DQV", "DQV", "`DQV` is ignored"),
        ("EM_READY far < 1e-6 label: DQV", "label: DQV", "`label: DQV` is ignored"),
        ("far < 1 - INJ", "- INJ", "negates the label"),
        ('"INJ"', "INJ", "quotes do not protect labels"),
        ("created: 2026-01-14", "created: 2026-01-14", "not a whole day"),
        ("noon", "noon", "this instant"),
        ("G9 .. G5", "G9 .. G5", "upside down"),
        ("created: now .. yesterday", "created: now .. yesterday", "upside down"),
        ("created: 2 days ago .. 3 days ago", "created: 2 days ago .. 3 days ago", "upside down"),
        ("tomorrow .. now", "tomorrow .. now", "upside down"),
        ('"test.user"', '"test.user"', "let events of the group Test in"),
        ("ER1test", "ER1test", "let events of the group Test in"),
        ("O2VirgoTest", "O2VirgoTest", "let events of the group Test in"),
        ("replay_id: mdc-1", "replay_id: mdc-1", "let events of the search MDC in"),
        ("G1 T2", "G1 T2", "ids of different letters must all fit"),
        ("ER12", "ER12", "`ER12` is read as `ER1` and `2`"),
        ("gstlalCBC", "gstlalCBC", "`gstlalCBC` is read as `gstlal` and `CBC`"),
    ],
)
def test_trap_is_told(text: str, place: str, part: str) -> None:
    ((where, sentence),) = [one for one in traps(text) if part in one[1]]
    assert where == place
    assert sentence in explain(text, names=NAMES)


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("S170817 public", "S170817 public", "`public` is taken for the suffix"),
        ("5..6", "5..6", "is two numbers, 5. and .6, not a range"),
        ("O2 O3", "O2 O3", "terms of the kind run must all hold"),
        ("S190426a S190426b", "S190426a S190426b", "must all hold"),
        ("event: G1 event: G2", "event: G1 event: G2", "for one and the same member"),
        ("S17*", "S17*", "does not find those confirmed"),
        ("S170817B*", "S170817B*", "no id has them so"),
        ("GW170817a*", "GW170817a*", "no id has them so"),
        ('"test"', '"test"', "do not let superevents of the category Test in"),
        ("ER1test", "ER1test", "do not let superevents of the category Test in"),
        ("S1904261", "S1904261", "`S1904261` is read as `S190426` and `1`"),
        ("2019-04-26", "2019-04-26", "not a whole day"),
        ("t_0: 6 .. 5", "t_0: 6 .. 5", "upside down"),
        ("DQV INJ", "INJ", "ignored"),
    ],
)
def test_trap_of_superevents_is_told(text: str, place: str, part: str) -> None:
    ((where, sentence),) = [one for one in traps(text, "superevents") if part in one[1]]
    assert where == place
    assert sentence in explain(text, "superevents", NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "CBC Burst gstlal",
        "Test MDC",
        "T5 .. T9",
        "H600008",
        "hid: h1",
        "far < 1 & far > 2",
        "(far < 1 | far > 2) & far = 3",
        "far in 1, 2 | far = 3",
        'instruments = "H1,L1" | far = 3',
        "EM_READY & ~DQV",
        "created: yesterday .. now",
        "created: today .. now",
        "superevent: S190426a CBC",
        "5 .. 6",
        "H1 234",
    ],
)
def test_query_that_means_what_it_seems_to_has_no_traps(text: str) -> None:
    assert traps(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "S170817a public",
        "5 .. 6",
        "GW17*",
        "S190426a S190426A",
        "Test public",
        "far: 1 - 2",
        "O3 5",
    ],
)
def test_query_of_superevents_that_means_what_it_seems_to_has_no_traps(text: str) -> None:
    assert traps(text, "superevents") == []


# Reasons


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("group:CBC", "a blank is missing after `group:`"),
        ("CBCgroup: Burst", "a blank is missing before `group:`"),
        ("Group: CBC", "keywords are in small letters: `group:`"),
        ("group: Nope", "after `group:` comes one of CBC, Burst"),
        ("runid: O5", "after `runid:` comes one of O4a"),
        ("gid: 5", "after `gid:` comes a blank and G and a number"),
        ("nevents: x", "a number of digits"),
        ("created: 6am", "no date that the server takes"),
        ("created: next week", "after `created:` comes a date"),
        ("is_gw: true", "`is_gw:` belongs to queries of superevents"),
        ("CBC and Burst", "there is no `and`"),
        ("CBC & Burst", "`&` belongs to labels, or comparisons"),
        ("far<1 & EM_READY", "a label stands beside other terms with blanks only, not with `&`"),
        ("EM_READY , CBC", "a label stands beside other terms with blanks only, not with `,`"),
        ("  & CBC ", "`&` belongs to labels, or comparisons"),
        ("replay_id: a & replay_id: b", "`&` belongs to labels, or comparisons"),
        ("EM_READY CBC |", "`|` belongs to labels, or comparisons"),
        ("created: now .. 2026-01-15", "of another sort than its beginning"),
        ("(CBC)", "parentheses stand around comparisons"),
        ("far<1)", "no parenthesis is open here"),
        ("(far<1", "a closing parenthesis is missing"),
        ("'x'", "double quotes"),
        ('"x', "closing double quote"),
        ("far != 1", "there is no `!=`"),
        ("< 1", "begins with the name"),
        ("S17*", "nothing that is known begins with `S17*`"),
        ("CBC *", "of wildcards there are none"),
        ("{}", "structured query"),
        ("2026-01-14", "needs `created:` in front"),
        ("1 week ago", "needs `created:` in front"),
        ("1..2", "needs a blank before `..`"),
        ("1.2.3", "is read as a GPS time, and is none"),
        ("far < 5.", "a stray dot"),
        ("H1, L1", "a list of interferometers has no blanks"),
        ("noon yesterday", "the one or the other"),
        ("far in 1 2", "the comma of a range"),
        ("far < 1 & ", "an attribute is missing here"),
        ('group = "CBC"', "group.name can"),
        ("si = 5", "name a column of it"),
        ("si.nosuch = 5", "si has no column nosuch; it has ifo"),
        ("grb.ra > 5", "stray dot"),
        ("(grb.ra > 5)", "it is called grbevent here"),
        ('far = "x"', "is not a number"),
        ("é", "nothing begins with `é`"),
        ("replay_id: a.b", "a replay id is missing here"),
    ],
)
def test_reason_of_a_refusal_is_told(text: str, part: str) -> None:
    assert part in refusal(text).reason
    assert part in explain(text, names=NAMES)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("G600001", "G600001 is an event"),
        ("group: CBC", "`group:` belongs to queries of events"),
        ("is_gw:True", "a blank is missing after `is_gw:`"),
        ("preferred_event: E5", "G, H, M or T and a number"),
        ("status: x", "one of public, internal"),
        ("t_0: x", "after `t_0:` comes a number"),
        ("public & EM_READY", "a label stands beside other terms with blanks only, not with `&`"),
        ("public & O3", "`&` belongs to labels and to nothing else"),
        ("(public)", "parentheses stand nowhere"),
        (" ", "blanks alone"),
        ("far < x", "a number is missing here"),
        ("far in 1 2", "of a range is missing"),
        ("5 minutes ago", "does not take this phrase"),
        ("..", "no number begins with this dot"),
        ("S190431a", "there is no such date"),
    ],
)
def test_reason_of_a_refusal_of_superevents_is_told(text: str, part: str) -> None:
    assert part in superevent_refusal(text).reason
    assert part in explain(text, "superevents", NAMES)


# The error


def test_error_shows_the_part_of_a_long_text_that_matters() -> None:
    error = refusal("CBC " * 500 + "nonsense " + "Burst " * 500)
    _, shown, caret = str(error).split("\n")
    assert shown.startswith("  …")
    assert shown.endswith("…")
    assert len(shown) < 100
    assert shown[caret.index("^") :].startswith("nonsense")


def test_error_keeps_its_caret_in_place_beside_what_cannot_be_printed() -> None:
    error = refusal("CBC\n\tnonsense")
    _, shown, caret = str(error).split("\n")
    assert shown == "  CBC  nonsense"
    assert shown[caret.index("^") :] == "nonsense"


def test_error_travels_between_processes() -> None:
    for error in (refusal("far < x"), superevent_refusal("S199999a")):
        copy = pickle.loads(pickle.dumps(error))
        assert isinstance(copy, QueryError)
        assert (str(copy), vars(copy)) == (str(error), vars(error))


def test_structured_query_is_put_into_words() -> None:
    rare = {"field": "far", "op": "<", "value": 1e-7}
    text = json.dumps({"and": [rare, {"field": "label", "op": "has", "value": "DQV"}]})
    lines = str(explanation(text, names=NAMES)).splitlines()
    assert lines[0].startswith("structured query of events: {")
    assert lines[2:] == [
        "- its far is below 1e-07",
        "- it carries the label DQV",
        "- its group is not Test",
        "- its search is not MDC",
    ]
    assert "its far is below 1e-07, and" in explanation(text, names=NAMES).to_json()["together"]


@pytest.mark.parametrize("kind", ["event", "superevent"])
def test_every_condition_of_structured_queries_has_words(kind: Any) -> None:
    values = [1, 1.5, "a", "G0001", "S260301a", "DQV", "gstlal", "2026-03-01", True, None]
    values += [["G0001"], ["S260301a"], [1, 2], ["CBC"], ["AllSky"], ["2026-03-01", "2026-03-02"]]
    said = set()
    for name, field in _fields(kind).items():
        for op in field.field.operators:
            for value in values:
                asked = {"field": name, "op": op, "value": value}
                found = explanation(json.dumps(asked), f"{kind}s", NAMES)  # type: ignore[arg-type]
                if found.error is None:
                    assert str(found).count("\n") >= 2
                    said.add(op)
    assert said >= {"=", "!=", "in", "has", "not_has", "contains", "startswith", "is_null"}


def test_structured_query_that_is_refused_is_told_with_its_place() -> None:
    text = '{"and": [{"field": "nonsense", "op": "=", "value": 1}]}'
    found = explanation(text, "superevents", NAMES)
    assert str(found).startswith("structured query of superevents, refused:")
    assert "(at and[0]" in str(found)
    assert found.to_json()["path"][:2] == ["and", 0]
