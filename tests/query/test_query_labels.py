"""Label groups in both text languages."""

from __future__ import annotations

import re

import pytest
from query_population import (
    NAMES,
    asked,
    asked_of_superevents,
    events,
    refusal,
    superevent_refusal,
    superevents,
)

from fakegracedb.query import parse_event_text

A, B, C = "EM_READY", "DQV", "INJ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{A}", "A"),
        ("label: {A}", "A"),
        ("label:\t~ {A}", "~A"),
        ("~{A}", "~A"),
        ("-{A}", "~A"),
        ("- {A}", "~A"),
        ("{A} & {B}", "(A & B)"),
        ("{A},{B}", "(A & B)"),
        ("{A}|{B}", "(A | B)"),
        ("{A} & {B} | {C}", "(A & (B | C))"),
        ("{A} | {B} & {C}", "((A | B) & C)"),
        ("{A} | {B} & ~{C}", "((A | B) & ~C)"),
        ("{A} | {B} | {C}", "(A | B | C)"),
        ("{A} & {B}, {C}", "(A & B & C)"),
        ("{A} & -{B}", "(A & ~B)"),
        ("{A} | -{B} & ~{C}", "((A | ~B) & ~C)"),
        ("label: {A} & {B}", "(A & B)"),
        ("{A} {B}", "A"),
        ("{A} label: {B}", "A"),
        ("label: {A} label: {B} | {C}", "A"),
        ("{A}\n&\n{B}", "(A & B)"),
    ],
)
def test_first_group_is_applied_and_or_binds_tighter_than_and(text: str, expected: str) -> None:
    text = text.format(A=A, B=B, C=C)
    for letter, name in zip("ABC", (A, B, C), strict=True):
        expected = re.sub(rf"\b{letter}\b", f"label has {name}", expected)
    assert asked(text) == asked_of_superevents(text) == expected


def test_label_matches_in_any_case() -> None:
    assert asked("em_ready") == "label has EM_READY"
    assert asked("CWB_R | em_selected") == "(label has cWB_r | label has EM_Selected)"


@pytest.mark.parametrize(
    "text", ["EM_READYx", "xEM_READY", "_EM_READY", "EM_READY_", "$EM_READY", "EM_READY$", "1INJ"]
)
def test_label_touches_nothing_of_a_word(text: str) -> None:
    assert parse_fails(text)


def parse_fails(text: str) -> bool:
    refusal(text)
    superevent_refusal(text)
    return True


@pytest.mark.parametrize(
    "text",
    [
        "EM_READY - DQV",
        "EM_READY && DQV",
        "EM_READY || DQV",
        "EM_READY &, DQV",
        "~~EM_READY",
        "-~EM_READY",
        "EM_READY &",
        "EM_READY ~",
        "& EM_READY",
        "| EM_READY",
        "(EM_READY | DQV) & INJ",
        "(EM_READY)",
        "label:EM_READY",
        "Label: EM_READY",
        "label:",
        "label: NOSUCH",
        "NOSUCH_LABEL",
        "EM_READY & NOSUCH",
        "EM_READY & far < 1e-7",
        "far < 1e-7 & EM_READY",
        "far < 1e-7, EM_READY",
        "~label: EM_READY",
        "EM_READY & label: DQV",
        "EM_READY & ~ & DQV",
        "EM_READY ~ DQV",
    ],
)
def test_group_that_makes_no_sense_is_refused(text: str) -> None:
    assert parse_fails(text)


def test_group_stands_beside_other_terms() -> None:
    assert asked("far < 1e-7 label: EM_READY") == "far < 1e-07 & label has EM_READY"
    assert asked("EM_READY far < 1e-6 DQV") == "far < 1e-06 & label has EM_READY"
    assert asked("CBC EM_READY|DQV gstlal") == (
        "group = CBC & pipeline = gstlal & (label has EM_READY | label has DQV)"
    )
    assert asked_of_superevents("public DQV") == "is_exposed = True & label has DQV"


def test_minus_before_a_label_negates_it() -> None:
    assert asked("far < 1 - INJ") == "far < 1 & ~label has INJ"


def test_ignored_group_need_not_make_sense() -> None:
    assert asked("EM_READY DQV && INJ") == "label has EM_READY"


def test_label_in_quotes_is_cut_out() -> None:
    assert asked('"INJ"') == "submitter contains  & label has INJ"
    assert asked('submitter: "a INJ b"') == "submitter contains a b & label has INJ"


def test_label_in_a_replay_id_is_a_part_of_it() -> None:
    assert asked("replay_id: INJ") == "replay_id = INJ"
    assert asked("replay_id: INJ DQV") == "replay_id = INJ & label has DQV"
    assert asked("EM_READY replay_id: x-INJ") == "replay_id = x-INJ & label has EM_READY"


@pytest.mark.parametrize(
    "text",
    [
        "replay_id:INJ",
        "replay_id: ",
        "replay_id: a.b",
        'replay_id: "a"',
        "replay_id: a,b",
        f"replay_id: {'x' * 31}",
        "xreplay_id: a",
    ],
)
def test_replay_id_of_another_form_is_refused(text: str) -> None:
    refusal(text)


def test_blanks_behind_a_group_disappear_with_it() -> None:
    assert asked("12-INJ   34") == "gpstime = 1234.0 & ~label has INJ"
    assert asked_of_superevents("EM_READY \n ") == "label has EM_READY"
    superevent_refusal(" EM_READY")
    assert asked(" EM_READY") == "label has EM_READY"


def test_label_that_is_no_word_is_found_too() -> None:
    names = NAMES.with_label("A-B").with_label("two words").with_label("INJ-2").with_label("é")
    assert asked("A-B & Two Words", names) == "(label has A-B & label has two words)"
    assert asked("INJ-2", names) == "label has INJ-2"
    assert asked("INJ | é", names) == "(label has INJ | label has é)"
    refusal("A-BC", names)


def test_labels_of_another_case_are_others_if_both_are_there() -> None:
    names = NAMES.with_label("inj")
    assert asked("INJ", names) == "label has INJ"
    assert asked("inj", names) == "label has inj"
    assert asked("Inj", names) == "label has INJ"


def test_places_of_labels_are_those_in_the_text() -> None:
    text = "  CBC  label: em_ready  & ~dqv"
    query = parse_event_text(text, NAMES)
    group = query.groups[0]
    assert text[group.start : group.end] == "label: em_ready  & ~dqv"
    assert [text[piece.start : piece.end] for piece in group.pieces] == [
        "em_ready",
        "&",
        "~",
        "dqv",
    ]


def test_labels_are_looked_for_on_the_objects() -> None:
    assert events("INJ") | events("~INJ") == events(" ")
    assert not events("INJ") & events("~INJ")
    assert superevents("DQV | ~DQV") == superevents("production")
