"""What both text languages read in the same way: terms with keywords, runs, strings, truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from .runs import RUN_NAMES, RUNS
from .scanner import Names, Read, Rule, Source, joined
from .trees import Or

__all__ = ["Reader", "read_range", "read_run", "read_string", "read_truth", "rule"]

Reader: TypeAlias = Callable[[Source, int], Read]

_TRUTH = Names(("true", "false"))


def rule(kind: str, keywords: tuple[str, ...], read: Reader, bare: str = "") -> Rule:
    """Make a rule for terms that have a keyword.

    Parameters
    ----------
    kind : str
        Of the terms.
    keywords : tuple of str
        With their colons.
    read : callable
        Reads what follows.
    bare : str
        What that can begin with, in small letters, if the keyword may be left out; else empty.
    """

    def read_term(source: Source, place: int) -> Read:
        if source.text.startswith(keywords, place):
            for keyword in keywords:
                start = source.keyword(keyword, place)
                if start is not None:
                    return read(source, start)
        return read(source, place) if bare else None

    return Rule(kind, "".join(word[0] for word in keywords) + bare, read_term)


def read_range(
    source: Source,
    place: int,
    field: str,
    value: Callable[[Source, int], tuple[int, int | float] | None],
) -> Read:
    """Read a value, or a range ``a .. b``.

    Parameters
    ----------
    source : Source
        The text.
    place : int
        Where it begins.
    field : str
        What is compared.
    value : callable
        Reads one value: gives where it ends, and it; None if it is not there.
    """
    first = value(source, place)
    if first is None:
        return None
    end, one = first
    between = source.dots(end)
    last = None if between is None else value(source, between)
    if last is None:
        return end, source.leaf(field, "=", one, place, end)
    return last[0], source.leaf(field, "between", (one, last[1]), place, last[0])


def read_string(source: Source, place: int) -> Read:
    """Read a string, as a part of the submitter's name."""
    found = source.string(place)
    if found is None:
        return None
    return found[0], source.leaf("submitter", "contains", found[1], place, found[0])


def read_run(source: Source, place: int, field: str) -> Read:
    """Read the name of a run, as a condition on a GPS time."""
    found = RUN_NAMES.match(source, place)
    if found is None:
        return None
    end, name = found
    windows = [source.leaf(field, "between", window, place, end) for window in RUNS[name]]
    return end, joined(Or, windows)


def read_truth(source: Source, place: int, field: str) -> Read:
    """Read true or false, as a condition on a field."""
    found = _TRUTH.match(source, place)
    if found is None:
        return None
    return found[0], source.leaf(field, "=", found[1] == "true", place, found[0])
