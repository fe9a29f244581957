"""JSON that must mean the same to every reader: what is refused then, and what Python takes."""

from __future__ import annotations

import json
import time

import pytest

from fakegracedb.ingest.objects import load


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NaN", "NaN is not a number within range"),
        ('{"a": [-Infinity]}', "-Infinity is not a number within range"),
        ("[1e999]", "1e999 is not a number within range"),
        ("-1" + "0" * 400 + ".5", "-1000"),
        ('{"a": 1, "b": {"c": 1, "d": 2, "c": 1}}', "more than one member is called 'c'"),
        ('{"": 1, "": 1}', "more than one member is called ''"),
        ('{"a": 1, "\\u0061": 2}', "more than one member is called 'a'"),
        ('"\\ud800"', "surrogates not allowed"),
        ('{"\\uDFFF\\uD800": 1}', "surrogates not allowed"),
    ],
)
def test_what_readers_understand_differently_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        load(text.encode(), strict=True)
    json.dumps(load(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"a": [{"a": 1}, {"a": 2}]}}',
        "[1e308, -1e-400, 0.5, 1E5, -0, 12345678901234567890]",
        '"\\ud83d\\udca5 \\\\ud800 \\u00e9 \\u0000"',
        "[]",
        "null",
    ],
)
def test_what_all_understand_is_read_as_ever(text: str) -> None:
    assert load(text.encode(), strict=True) == load(text.encode()) == json.loads(text)


def test_strict_or_not_there_are_limits() -> None:
    for strict in (True, False):
        with pytest.raises(RecursionError):
            load(b"[" * 10**5, strict=strict)
        with pytest.raises(ValueError, match="more than 200000 values"):
            load(b"[" * 10**6, strict=strict)
        with pytest.raises(UnicodeDecodeError):
            load("[]".encode("utf-16"), strict=strict)


def test_many_members_are_looked_through_in_no_time() -> None:
    names = ",".join(f'"{number}": 0' for number in range(99_000))
    began = time.thread_time()
    with pytest.raises(ValueError, match="called '98999'"):
        load(f'{{{names}, "98999": 0}}'.encode(), strict=True)
    assert time.thread_time() - began < 5  # s; by comparing each with each it would be minutes
