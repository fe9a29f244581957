"""Which numbers and texts of a column fit a condition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ...store.index.columns import Numbers
from ...store.index.events import microseconds
from ..trees import Leaf

__all__ = ["fitting_numbers", "in_microseconds", "text_test"]


def fitting_numbers(column: Numbers, op: str, value: Any) -> int:
    """Give the slots whose number fits."""
    match op:
        case "=":
            return column.between(value, value)
        case "<":
            return column.between(None, value, below=True)
        case "<=":
            return column.between(None, value)
        case ">":
            return column.between(value, None, above=True)
        case ">=":
            return column.between(value, None)
        case "between":
            return column.between(*value)
        case "in":
            found = 0
            for one in value:
                found |= column.between(one, one)
            return found
    raise ValueError(f"numbers have no operator {op!r}")


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda name, value: bool(name < value),
    "<=": lambda name, value: bool(name <= value),
    ">": lambda name, value: bool(name > value),
    ">=": lambda name, value: bool(name >= value),
    "between": lambda name, ends: bool(ends[0] <= name <= ends[1]),
    "includes": lambda name, value: value in name,
}


def text_test(op: str, value: Any, *, exact: bool) -> Callable[[Any], bool]:
    """Give what tells whether a text fits; `exact` is for whole texts with their case."""
    if op in _COMPARISONS:
        compare = _COMPARISONS[op]
        return lambda name: compare(name, value)
    if op == "contains":
        part = value.lower()
        return lambda name: part in name.lower()
    if op == "startswith":
        start = value.lower()
        return lambda name: bool(name.lower().startswith(start))
    if op not in ("=", "in"):
        raise ValueError(f"texts have no operator {op!r}")
    wanted = {value} if op == "=" else set(value)
    if exact:
        return lambda name: name in wanted
    folded = {one.lower() for one in wanted}
    return lambda name: name.lower() in folded


def in_microseconds(leaf: Leaf) -> Leaf:
    """Give a condition on a time as one on the numbers that stand for times."""
    if leaf.field != "created":
        return leaf
    value = leaf.value
    if isinstance(value, datetime):
        value = microseconds(value)
    elif isinstance(value, tuple):
        value = tuple(map(microseconds, value))
    return Leaf(leaf.field, leaf.op, value, leaf.start, leaf.end)
