"""Natural and ISO dates in both text languages, and the windows of runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from query_population import (
    NAMES,
    NOW,
    asked,
    events,
    formula,
    refusal,
    superevent_refusal,
)

from fakegracedb import QueryError
from fakegracedb.query import parse_event_text, parse_superevent_text, resolved
from fakegracedb.query.dates import Natural
from fakegracedb.query.runs import RUNS
from fakegracedb.query.trees import Leaf, leaves


def dates(text: str) -> str:
    """Give what a text asks of `created`, in both languages, with the clock of the cases."""
    found = []
    for parse in (parse_event_text, parse_superevent_text):
        node = resolved(parse(text, NAMES).node, NOW)
        (leaf,) = (leaf for leaf in leaves(node) if leaf.field == "created")
        found.append(formula(leaf).removeprefix("created "))
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("now", "2026-01-15 12:30:45"),
        ("today", "2026-01-15 00:00:00"),
        ("MidNight", "2026-01-15 00:00:00"),
        ("noon", "2026-01-15 12:00:00"),
        ("yesterday", "2026-01-14 00:00:00"),
        ("Tomorrow", "2026-01-16 00:00:00"),
        ("1 day ago", "2026-01-14 12:30:45"),
        ("2 days ago", "2026-01-13 12:30:45"),
        ("0 days ago", "2026-01-15 12:30:45"),
        ("3 day AGO", "2026-01-12 12:30:45"),
        ("1 week ago", "2026-01-08 12:30:45"),
        ("2 weeks ago", "2026-01-01 12:30:45"),
        ("1 month ago", "2025-12-16 12:30:45"),
        ("12months ago", "2025-01-20 12:30:45"),
        ("a day ago", "2026-01-14 12:30:45"),
        ("A week ago", "2026-01-08 12:30:45"),
        ("a couple of weeks ago", "2026-01-01 12:30:45"),
        ("a couple days ago", "2026-01-13 12:30:45"),
        ("couple of days ago", "2026-01-13 12:30:45"),
        ("couple days ago", "2026-01-13 12:30:45"),
        ("in 5 seconds", "2026-01-15 12:30:50"),
        ("in 1 minute", "2026-01-15 12:31:45"),
        ("in a minute", "2026-01-15 12:31:45"),
        ("in a couple of hours", "2026-01-15 14:30:45"),
        ("in 24 hours", "2026-01-16 12:30:45"),
    ],
)
def test_phrase_is_a_date(phrase: str, expected: str) -> None:
    assert dates(f"created: {phrase}") == f"= {expected}"
    assert dates(f"created: {phrase} .. now") == f"between {expected}, 2026-01-15 12:30:45"
    assert dates(f"created: now..{phrase}") == f"between 2026-01-15 12:30:45, {expected}"


@pytest.mark.parametrize(
    "phrase",
    [
        "5 minutes ago",
        "2 hours ago",
        "30 seconds ago",
        "in 2 days",
        "in a week",
        "2 days from now",
        "a day from now",
        "3 days before yesterday",
        "noon yesterday",
        "midnight tomorrow",
        "now today",
        "noonyesterday",
        "noon Sunday",
        "last Monday",
        "next week",
        "Monday",
        "6am",
        "12:15 AM",
        "0800",
        "5",
        "1126259462",
        "years ago",
        "1 year ago",
        "-1 days ago",
        "1.5 days ago",
        "99999999999999999999 days ago",
        "999999999999 weeks ago",
        f"{'9' * 5000} days ago",
        "yesterday .. noon tomorrow",
        "2026-01-15 .. now",
        "now .. 2026-01-15",
        "2026-1-5",
        "2026-01",
        "26-01-05",
        "2026/01/05",
        "2026-01-05T00:00",
        "2026-01-05 .. 5",
        "2026-00-05",
        "2026-02-29",
        "0000-01-01",
        "2026-01-05 24:00",
        "2026-01-05 12:60",
        "2026-01-05 12:30:60",
        "2026-01-05 .. 2026-02-30",
    ],
)
def test_what_the_server_fails_on_is_refused(phrase: str) -> None:
    refusal(f"created: {phrase}")
    superevent_refusal(f"created: {phrase}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-14", "= 2026-01-14 00:00:00"),
        ("2026-01-14 12:30", "= 2026-01-14 12:30:00"),
        ("2026-01-14  12:30:45", "= 2026-01-14 12:30:45"),
        ("2026-01-14..2026-01-15", "between 2026-01-14 00:00:00, 2026-01-15 00:00:00"),
        (
            "2026-01-14 00:01 .. 2026-01-15 01:02:03",
            "between 2026-01-14 00:01:00, 2026-01-15 01:02:03",
        ),
        ("2024-02-29", "= 2024-02-29 00:00:00"),
    ],
)
def test_iso_date_without_a_time_is_midnight(text: str, expected: str) -> None:
    assert dates(f"created: {text}") == expected


@pytest.mark.parametrize(
    "text", ["yesterday .. now", "noon", "a couple of days ago", "in 2 minutes", "today..tomorrow"]
)
def test_phrase_without_a_digit_in_front_needs_no_keyword(text: str) -> None:
    assert dates(text) == dates(f"created: {text}")


@pytest.mark.parametrize("text", ["1 week ago .. now", "2026-01-14", "2026-01-14 .. 2026-01-15"])
def test_date_with_a_digit_in_front_needs_the_keyword_for_events_only(text: str) -> None:
    error = refusal(text)
    assert "created:" in error.reason
    assert parse_superevent_text(text, NAMES).terms[0].kind == "created"


def test_dates_side_by_side_are_alternatives() -> None:
    assert asked("yesterday noon").count("created") == 2
    assert events("created: 2026-01-14 created: 2015-09-14 09:53:51") == (
        events("created: 2026-01-14") | events("created: 2015-09-14 09:53:51")
    )


def test_date_of_a_phrase_is_found_anew_at_each_time() -> None:
    query = parse_event_text("created: yesterday .. now", NAMES)
    assert query is parse_event_text("created: yesterday .. now", NAMES)
    later = NOW + timedelta(days=10)
    assert resolved(query.node, later) != resolved(query.node, NOW)
    (leaf,) = (leaf for leaf in leaves(query.node) if leaf.field == "created")
    assert leaf.value == (Natural(True, timedelta(days=-1)), Natural(False, timedelta(0)))


def test_time_is_utc_wherever_the_clock_is() -> None:
    there = datetime(2026, 1, 15, 22, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert Natural(True, timedelta(0)).at(there) == datetime(2026, 1, 16, tzinfo=UTC)
    assert Natural(False, timedelta(0)).at(there).tzinfo is UTC


def test_date_beyond_the_calendar_is_its_end() -> None:
    first, last = (datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert Natural(False, timedelta(days=-900000)).at(NOW) == first
    assert Natural(True, timedelta(days=9000000)).at(NOW) == last


def test_tree_without_phrases_is_given_back_as_it_is() -> None:
    for text in ("CBC ~far < 1 | far > 2", "created: 2026-01-14 .. 2026-01-15", "EM_READY | DQV"):
        node = parse_event_text(text, NAMES).node
        assert resolved(node, NOW) is node
    assert resolved(Leaf("created", "=", Natural(False, timedelta(0))), NOW).value == NOW  # type: ignore[union-attr]


def test_impossible_date_is_told_with_its_place() -> None:
    with pytest.raises(QueryError, match=r"month must be in 1\.\.12") as caught:
        parse_event_text("CBC created: 2026-13-01", NAMES)
    assert (caught.value.position, caught.value.cause) == (13, "date")


# Runs


def test_windows_include_both_ends() -> None:
    assert len(RUNS) == 25
    for name, windows in RUNS.items():
        (term,) = parse_event_text(name, NAMES).terms
        assert [leaf.value for leaf in leaves(term.node)] == list(windows)
        (term,) = parse_superevent_text(f"runid: {name.lower()}", NAMES).terms
        assert {leaf.field for leaf in leaves(term.node)} == {"t_0"}
        assert [leaf.value for leaf in leaves(term.node)] == list(windows)


def test_gw150914_was_in_er8() -> None:
    assert "G600004" in events("ER8")
    assert "G600004" not in events("O1")


@pytest.mark.parametrize("name", ["O3a", "O3b", "ER9", "S5", "O5", "O0", "O 3", "ER 8x"])
def test_run_that_the_server_does_not_know_is_refused(name: str) -> None:
    refusal(name)
    refusal(f"runid: {name}")


@pytest.mark.parametrize("name", ["ER10", "ER11", "ER12"])
def test_run_that_begins_as_another_is_that_one_and_a_number(name: str) -> None:
    query = parse_event_text(name, NAMES)
    assert [term.written for term in query.terms] == ["ER1", name[3:]]
    assert [trap.sentence for trap in query.traps] == [
        f"`{name}` is read as `ER1` and `{name[3:]}`"
    ]
