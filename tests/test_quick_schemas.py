"""The quick look at documents: all it accepts is good, and what is good it accepts at once."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_schemas import EXAMPLES, TIME

from fakegracedb import schemas
from fakegracedb.schemas.quick import acceptor
from fakegracedb.vocabulary import ServerSettings

SLOW = {"settings", "vocabulary", "commit"}  # with keywords that only the library knows
WRONG = [
    *(None, True, False, 0, 1, -1, 1.0, 2**31, 2**63, 10**400, 1e300, math.nan, math.inf),
    *("", "x", "H1,L1", "x" * 5000, TIME, "2026-02-30T17:04:09.123456Z", TIME + "\n", "T0042\n"),
    *("a/b", "a\0b", "\ud800", "view", "0a" * 32),
    *([], [None], [[]], [1, "x"], {}, {"name": 1}, {"": None}, ("H1",), b"x"),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, member in members:
            yield from places(member, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    document = copy.deepcopy(document)
    inside = document
    for key in path[:-1]:
        inside = inside[key]
    if value is ...:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    return document


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_nothing_is_accepted_that_the_library_refuses(kind: str) -> None:
    accepts = schemas._acceptor(kind, None)
    for path in places(EXAMPLES[kind]):
        for value in (..., *WRONG):
            if value is ... and not path:
                continue
            document = changed(EXAMPLES[kind], path, value)
            if accepts(document):
                assert schemas.problems(kind, document) == [], (path, value)


@pytest.mark.parametrize("kind", [kind for kind in schemas.KINDS if kind not in SLOW])
def test_a_good_document_is_accepted_at_once(kind: str) -> None:
    assert schemas._acceptor(kind, None)(EXAMPLES[kind])


numbers = st.none() | st.booleans() | st.integers() | st.floats()
values = st.recursive(
    numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=6,
)
limits = st.sampled_from([-1, 0, 1, 2, 2.5])
lengths = st.sampled_from([0, 1, 2])
kinds = st.sampled_from(["array", "boolean", "integer", "null", "number", "object", "string"])


def rules_over(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": kinds | st.lists(kinds, min_size=1, max_size=3, unique=True)},
        optional={
            "minLength": lengths,
            "maxLength": lengths,
            "pattern": st.sampled_from(["^a", "b$"]),
            "minimum": limits,
            "maximum": limits,
            "exclusiveMinimum": limits,
            "exclusiveMaximum": limits,
            "minItems": lengths,
            "maxItems": lengths,
            "items": inner,
            "required": st.lists(st.sampled_from("ab"), unique=True),
            "properties": st.dictionaries(st.sampled_from("ab"), inner),
            "additionalProperties": st.booleans() | inner,
        },
    )


choices = st.fixed_dictionaries({"enum": st.lists(numbers | st.sampled_from("ab"), min_size=1)})
unknown = st.fixed_dictionaries({"type": kinds, "const": numbers})
rules = rules_over(rules_over(choices | unknown) | choices)


@given(rules, values)
@settings(max_examples=100, deadline=None)
def test_rules_of_any_kind_are_not_taken_too_lightly(rules: Any, value: Any) -> None:
    from fakegracedb.schemas.library import validator

    if acceptor(rules)(value):
        assert list(validator(rules).iter_errors(value)) == []


def test_limits_of_a_vocabulary_count() -> None:
    tight = ServerSettings(tag_name_max_length=3)
    assert not schemas._acceptor("log", tight)({**EXAMPLES["log"], "tags": ["long"]})
    assert schemas._acceptor("log", tight)({**EXAMPLES["log"], "tags": ["pe"]})
