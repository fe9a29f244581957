"""What a query comes to, in whichever language it was: a small tree of conditions.

A leaf compares one field of `fields` with a value. What null does is the same in all languages: a
comparison with a value that is null does not hold, and so its negation does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "And",
    "Leaf",
    "Node",
    "Not",
    "Or",
    "SupereventId",
    "leaves",
]


@dataclass(frozen=True, slots=True)
class SupereventId:
    """An id of a superevent as a query names it.

    Attributes
    ----------
    category : {"P", "T", "M"}
        Code.
    date : str
        ``YYMMDD``.
    number : int
        Which of its day and category, from 1.
    gw : bool
        Whether it counts those confirmed, so that only such a superevent has it; else it is the
        default id, which a confirmed superevent keeps.
    """

    category: str
    date: str
    number: int
    gw: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition on one field.

    Attributes
    ----------
    field : str
        Canonical name, a key of `fields.EVENT_FIELDS` or `fields.SUPEREVENT_FIELDS`.
    op : str
        One of ``= != < <= > >=``, ``between`` (both ends belong to it), ``in``, ``is_null``,
        ``contains``, ``startswith`` (in any case), ``includes`` (a part of the text, case and all),
        ``has``, ``not_has`` (labels).
    value : Any
        What it is compared with, already of the type of the field: float or int, text, bool,
        `~datetime.datetime` (UTC), `SupereventId`; a pair for ``between``, a tuple for ``in``.
    start, end : int
        Where it stands in the text of the query; both 0 where that means nothing.
    """

    field: str
    op: str
    value: Any
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class And:
    """All must hold."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One at least must hold."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It must not hold."""

    child: Node


Node: TypeAlias = Leaf | And | Or | Not

EVERYTHING = And(())
NOTHING = Or(())


def leaves(node: Node) -> Iterator[Leaf]:
    """Give the conditions of a tree, in the order of the query."""
    match node:
        case Leaf():
            yield node
        case Not(child):
            yield from leaves(child)
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
