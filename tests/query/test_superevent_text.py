"""The text language of superevents: terms, ids, the default exclusion, messages of errors."""

from __future__ import annotations

import pytest
from query_population import (
    NAMES,
    asked_of_superevents,
    left_out,
    superevent_refusal,
    superevents,
)

from fakegracedb.query import parse_superevent_text, superevent_answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S190426c", "id = P 190426 3"),
        ("id: s190426C", "id = P 190426 3"),
        ("superevent_id: GW190426aa", "id = P 190426 27 GW"),
        ("S190426", "id = P 190426 1"),
        ("GW190426", "id = P 190426 1 GW"),
        ("tgw190426b", "id = T 190426 2 GW"),
        ("M S 190426 b", "id = M 190426 2"),
        ("S190426zz", "id = P 190426 702"),
        ("S170817 public", "id = P 170817 199742013"),
        ("S170817a public", "(id = P 170817 1 & is_exposed = True)"),
        ("public S170817", "(is_exposed = True & id = P 170817 1)"),
        ("S170817 O3", "(id = P 170817 15 & t_0 = 3.0)"),
        ("S17*", "current_id startswith S17"),
        ("gw1*", "current_id startswith GW1"),
        ("id: ts2510*", "current_id startswith TS2510"),
        ("S190426C*", "current_id startswith S190426C"),
        ("S 190426 c *", "current_id startswith S190426c"),
        ("S199999*", "current_id startswith S199999"),
        ("S6*", "current_id startswith S6"),
        ("S6", "t_0 between 931035296, 971622087"),
        ("runid: o3", "t_0 between 1238166018, 1269363618"),
        ("O2 O3", "t_0 between 1164556817, 1187733618 & t_0 between 1238166018, 1269363618"),
        ("5", "t_0 = 5.0"),
        ("-5.5e1", "t_0 = -55.0"),
        ("+.5", "t_0 = 0.5"),
        ("t_0: 5 .. 6", "t_0 between 5.0, 6.0"),
        ("gpstime: 5.0..6.0", "t_0 between 5.0, 6.0"),
        ("5..6", "t_0 = 5.0 & t_0 = 0.6"),
        ("5...6", "t_0 between 5.0, 6.0"),
        ("t_start: 1e3", "t_start = 1000.0"),
        ("t_end: -1 .. +1", "t_end between -1.0, 1.0"),
        ('submitter: "x"', "submitter contains x"),
        ('"x" "y"', "submitter contains x & submitter contains y"),
        ("preferred_event: g5", "preferred_event.number = 5"),
        ("preferred_event: G5 .. T7", "preferred_event.number between 5, 7"),
        ("preferred_event: M 5..H7", "preferred_event.number between 5, 7"),
        ("event: E5", "events.number = 5"),
        ("events: e5 .. g7", "events.number between 5, 7"),
        ("is_gw: TRUE", "is_gw = True"),
        ("is_public: false", "is_exposed = False"),
        ("is_exposed: true", "is_exposed = True"),
        ("status: Public", "is_exposed = True"),
        ("INTERNAL", "is_exposed = False"),
        ("category: mdc", "category = MDC"),
        ("production", "category = Production"),
        ("far < 1e-7", "preferred_event.far < 1e-07"),
        ("FAR>=-1", "preferred_event.far >= -1.0"),
        ("far == 5", "preferred_event.far = 5.0"),
        ("far: 5", "preferred_event.far = 5.0"),
        ("far:5", "preferred_event.far = 5.0"),
        ("far in 1, 2", "preferred_event.far between 1.0, 2.0"),
        ("far: 1 - 2", "preferred_event.far between 1.0, 2.0"),
        ("far:1-2", "preferred_event.far between 1.0, 2.0"),
        ("far: 1 - -2", "preferred_event.far between 1.0, -2.0"),
        ("far in 1 .. 2", "preferred_event.far between 1.0, 2.0"),
        ("far: 5..6", "preferred_event.far = 5.0 & t_0 = 0.6"),
        ("far in 5.0..6", "preferred_event.far between 5.0, 6.0"),
        ("far < 1 far > 2", "preferred_event.far < 1.0 & preferred_event.far > 2.0"),
        ("noon", "created = Natural(midnight=True, offset=datetime.timedelta(seconds=43200))"),
        ("2019-04-26", "created = 2019-04-26 00:00:00"),
        (
            "2019-04-26..2019-04-27 01:02",
            "created between 2019-04-26 00:00:00, 2019-04-27 01:02:00",
        ),
        ("2019 -04", "t_0 = 2019.0 & t_0 = -4.0"),
        ("test MDC", "(category = Test & category = MDC)"),
    ],
)
def test_terms_must_all_hold_and_the_longest_match_is_taken(text: str, expected: str) -> None:
    assert asked_of_superevents(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "\n",
        "  EM_READY",
        "preferred_event: E5",
        "preferred_event: 5",
        "event: D5",
        "event: G5 .. 7",
        "event:G5",
        "id:S190426c",
        "is_gw: 1",
        "is_gw:True",
        "is_gw",
        "IS_GW: true",
        "t_0:5",
        "t_start:5",
        "status: Test",
        "category: GW",
        "far",
        "far <",
        "far in 1",
        "far in 1 2",
        "far IN 1, 2",
        "far < x",
        "submitter: x",
        "nevents: 3",
        "group: CBC",
        "CBC",
        "H1",
        "hasfar",
        "si.snr > 5",
        "replay_id: x",
        "GW*",
        "S*",
        "S190426?",
        "S19042",
        "XS190426a",
        "S199999a",
        "S190431",
        "GW189912",
        "GW250229A",
        "public & internal",
        "public | EM_READY",
        "(public)",
        "~public",
        "'x'",
        "O5",
        "2026-13-01",
        "created: 2026-02-30",
        "created: 2026-02-03 25:00",
        "created: 5",
        "5 ..",
    ],
)
def test_what_is_not_in_the_grammar_is_refused(text: str) -> None:
    superevent_refusal(text)


def test_two_digits_of_the_year_are_from_1980_to_2079() -> None:
    assert asked_of_superevents("S000229") == "id = P 000229 1"  # a leap year
    for leap in ("S800229", "S960229", "S760229"):
        assert asked_of_superevents(leap)
    for common in ("S790229", "S810229"):
        superevent_refusal(common)


def test_suffix_that_no_id_has_finds_nothing() -> None:
    assert superevents("S190426" + "z" * 5000) == set()


def test_original_id_stays_and_the_other_comes_with_confirmation() -> None:
    assert superevents("S190426d") == superevents("GW190426A") == {"GW190426A"}
    assert superevents("GW190426D") == set()


def test_wildcard_compares_with_the_present_id_as_written() -> None:
    assert "GW170817A" not in superevents("S17*")
    assert superevents("GW170817A*") == {"GW170817A"}
    assert superevents("GW170817a*") == set()
    assert superevents("gw170817A*") == {"GW170817A"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("public", ["Test", "MDC"]),
        ("EM_READY", ["Test", "MDC"]),
        ("S170817a", []),
        ("TS1*", []),
        ("production", []),
        ("Test", []),
        ("preferred_event: T5", ["Test", "MDC"]),
        ("event: M5", ["Test", "MDC"]),
        ('"test mdc"', ["Test", "MDC"]),
        ("ER1test", ["Test", "MDC"]),
    ],
)
def test_only_an_id_or_a_category_lifts_the_exclusion(text: str, expected: list[str]) -> None:
    assert left_out(parse_superevent_text(text, NAMES)) == expected


def test_two_events_must_be_the_same_member() -> None:
    assert superevents("event: G600014") & superevents("event: G600015")
    assert superevents("event: G600014 event: G600015") == set()
    assert superevents("event: G600014 .. G600015 event: G600015") == {"S240517a"}


def test_text_is_not_stripped_but_blanks_around_terms_are_fine() -> None:
    assert superevents("  public \n") == superevents("public")
    assert superevents("EM_READY   ") == superevents("EM_READY")


# What the server says

NO_ID = (
    "'{}' is not a valid superevent ID or query. Valid superevent IDs start with S, MS, TS, or GW "
    "followed by a date and optional suffix. Example: S250908a or GW250908A."
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "S250908?",
            "Invalid wildcard in query: 'S250908?'. Only '*' is supported as a wildcard.",
        ),
        ("a%", "Invalid wildcard in query: 'a%'. Only '*' is supported as a wildcard."),
        (
            "G600001",
            "'G600001' looks like an event graceid. "
            "Only superevent IDs (S, MS, TS, GW) are valid in this search.",
        ),
        (
            "XS250908*",
            "Invalid superevent prefix in query: 'XS'. Allowed prefixes are: S, MS, TS, GW.",
        ),
        (
            "E600001",
            "Invalid superevent prefix in query: 'E'. Allowed prefixes are: S, MS, TS, GW.",
        ),
        (
            "s1904261 x",
            "Invalid superevent prefix in query: 's'. Allowed prefixes are: S, MS, TS, GW.",
        ),
        ("R001", NO_ID.format("R001")),
        ("X*?", NO_ID.format("X*?")),
        ("   ", NO_ID.format("   ")),
        ("is_gw:True", NO_ID.format("is_gw:True")),
        ("noon yesterday", NO_ID.format("noon yesterday")),
        ("created: noon yesterday", NO_ID.format("created: noon yesterday")),
        ("created: 6am", NO_ID.format("created: 6am")),
        ("public & EM_READY", NO_ID.format("public & ")),
        ("EM_READY G5 x", NO_ID.format("G5 x")),
    ],
)
def test_newer_server_says_what_is_wrong(text: str, message: str) -> None:
    error = superevent_refusal(text)
    assert error.message == superevent_answer(error, "2.36") == message
    assert superevent_answer(error, "2.33") == "Invalid query"
    assert str(error).startswith(f"{message}\n")
    assert error.reason != message


@pytest.mark.parametrize(
    "text", ["created: 0800", "created: 1234567890", "created: 2026-1-1", "O3 created: 2026/01"]
)
def test_number_for_a_date_gets_a_hint_from_every_server(text: str) -> None:
    error = superevent_refusal(text)
    for version in ("2.33", "2.36"):
        assert superevent_answer(error, version) == (
            "Invalid query. Hint: date queries on the created: field take the form "
            "YYYY-MM-DD .. YYYY-MM-DD. Date queries with gpstime are supported using the t_0: field"
        )


@pytest.mark.parametrize("text", ["S199999a", "public id: S199999a", "created: 2026-13-01"])
def test_impossible_date_is_told_by_every_server(text: str) -> None:
    error = superevent_refusal(text)
    for version in ("2.33", "2.36"):
        answer = superevent_answer(error, version)
        assert answer.startswith(f"Invalid superevent query: '{text}'. ")
        assert "month must be in 1..12" in answer


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EM_READY && DQV", "problem with query. Orphaned operator?"),
        ("EM_READY | & DQV", "problem with query. Orphaned operator?"),
        ("EM_READY ~& DQV", "NOT operator should precede a Label name. Bad Query."),
        ("EM_READY & ~~DQV", "NOT operator should precede a Label name. Bad Query."),
        ("EM_READY - DQV", "The label query didn't reduce properly."),
    ],
)
def test_label_logic_is_told_by_every_server(text: str, message: str) -> None:
    error = superevent_refusal(text)
    assert superevent_answer(error, "2.33") == superevent_answer(error, "2.36") == message
