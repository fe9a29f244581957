"""Every case of ``query-cases.json`` in the two text languages."""

from __future__ import annotations

from typing import Any

import pytest
from query_population import CASES, NAMES, events, superevents

from fakegracedb import QueryError
from fakegracedb.query import parse_event_text, parse_superevent_text


def _cases(language: str, *, refused: bool) -> list[Any]:
    found = [case for case in CASES[language] if case.get("error", False) == refused]
    assert found
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.parametrize("case", _cases("event_queries", refused=False))
def test_query_of_events_finds_what_it_shall(case: dict[str, Any]) -> None:
    assert events(case["query"]) == set(case["expect"])


@pytest.mark.parametrize("case", _cases("superevent_queries", refused=False))
def test_query_of_superevents_finds_what_it_shall(case: dict[str, Any]) -> None:
    assert superevents(case["query"]) == set(case["expect"])


@pytest.mark.parametrize("case", _cases("event_queries", refused=True))
def test_query_of_events_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(QueryError):
        parse_event_text(case["query"], NAMES)


@pytest.mark.parametrize("case", _cases("superevent_queries", refused=True))
def test_query_of_superevents_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(QueryError):
        parse_superevent_text(case["query"], NAMES)
