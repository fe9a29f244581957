"""The text of a query while it is read: places, blanks, keywords, numbers and names in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from .trees import Leaf, Node

__all__ = [
    "BLANKS",
    "DIGITS",
    "FOREVER",
    "Names",
    "Read",
    "Rule",
    "Source",
    "by_initial",
    "joined",
    "whole",
]

# What a reader of some construct gives: where it ends, and what it means; None if it is not there.
Read: TypeAlias = tuple[int, Node] | None

DIGITS = "0123456789"
BLANKS = " \t\r\n"
_DIGITS = re.compile("[0-9]+")
_STRING = re.compile('"([^"\r\n]*)"')
_IDENT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$")
# Letters of ASCII only, so that no place in a text moves.
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}

FOREVER = 10**18  # no number of an event or a superevent gets there


class Source:
    """A text, or what was left of it after something was cut out.

    Parameters
    ----------
    whole : str
        The text as the user wrote it.
    origins : sequence of int, optional
        Where in it the characters are that are left, and one more for the end; all by default.

    Attributes
    ----------
    text : str
        What is left. Places are indices into it.
    lower : str
        The same in small letters.
    doubt : tuple of int and str, or None
        The furthest place at which something was missing, and what.
    """

    __slots__ = ("doubt", "lower", "origins", "text", "whole")

    def __init__(self, whole: str, origins: Sequence[int] | None = None) -> None:
        self.whole = whole
        self.origins = range(len(whole) + 1) if origins is None else origins
        self.text = whole if origins is None else "".join([whole[one] for one in origins[:-1]])
        self.lower = self.text.translate(_LOWER)
        self.doubt: tuple[int, str] | None = None

    def without(self, spans: Iterable[tuple[int, int]]) -> Source:
        """Give the source with these spans cut out, which do not overlap and are in order."""
        kept: list[int] = []
        place = 0
        for start, end in spans:
            kept += self.origins[place:start]
            place = end
        kept += self.origins[place:]
        return Source(self.whole, kept)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the place of a span in the whole text."""
        first = self.origins[start]
        return first, self.origins[end - 1] + 1 if end > start else first

    def leaf(self, field: str, op: str, value: Any, start: int, end: int) -> Leaf:
        """Make a condition that stands in this span."""
        return Leaf(field, op, value, *self.span(start, end))

    def missing(self, place: int, what: str) -> None:
        """Keep in mind that something was missing here, for an error that may come of it."""
        if self.doubt is None or place >= self.doubt[0]:
            self.doubt = place, what

    # Small things to read.

    def skip(self, place: int) -> int:
        """Give the place after blanks."""
        text = self.text
        while place < len(text) and text[place] in BLANKS:
            place += 1
        return place

    def at(self, place: int) -> str:
        """Give the character at a place; empty at the end."""
        return self.text[place : place + 1]

    def alone(self, start: int, end: int) -> bool:
        """Whether a span touches no letter, digit, ``_`` or ``$``."""
        before = self.text[start - 1] if start else ""
        return before not in _IDENT and self.at(end) not in _IDENT

    def keyword(self, word: str, place: int) -> int | None:
        """Read a keyword with its colon and the blanks after it; give the place after them."""
        if not self.text.startswith(word, place):
            return None
        end = place + len(word)
        return self.skip(end) if self.alone(place, end) else None

    def digits(self, place: int) -> tuple[int, int] | None:
        """Read digits: the place after them and the number, `FOREVER` if it is as long as that."""
        found = _DIGITS.match(self.text, place)
        if found is None:
            return None
        digits = found[0].lstrip("0") or "0"
        return found.end(), int(digits) if len(digits) <= 18 else FOREVER

    def string(self, place: int) -> tuple[int, str] | None:
        """Read a string in double quotes: the place after it, and what is in it."""
        found = _STRING.match(self.text, place)
        return None if found is None else (found.end(), found[1])

    def dots(self, place: int) -> int | None:
        """Read the ``..`` of a range with the blanks around it; give the place after them."""
        place = self.skip(place)
        return self.skip(place + 2) if self.text.startswith("..", place) else None


class Names:
    """Names that are known by their letters in any case, the longest one first.

    Parameters
    ----------
    names : iterable of str
        In their registered spelling.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._by_initial: dict[str, list[tuple[str, str]]] = {}
        for name in sorted(self.names, key=len, reverse=True):
            lower = name.translate(_LOWER)
            self._by_initial.setdefault(lower[0], []).append((lower, name))

    @property
    def initials(self) -> str:
        """The first letters, in small letters."""
        return "".join(self._by_initial)

    def match(self, source: Source, place: int, unless: str = "") -> tuple[int, str] | None:
        """Read a name: the place after it and the registered spelling.

        Parameters
        ----------
        source : Source
            The text.
        place : int
            Where the name would begin.
        unless : str
            Small letters that must not follow.
        """
        text = source.lower
        for lower, name in self._by_initial.get(text[place : place + 1], ()):
            if text.startswith(lower, place):
                end = place + len(lower)
                if not (unless and text.startswith(unless, end)):
                    return end, name
        return None


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of term.

    Attributes
    ----------
    kind : str
        Its name.
    initials : str
        The characters that it can begin with, in small letters.
    read : callable
        Reads such a term at a place.
    """

    kind: str
    initials: str
    read: Callable[[Source, int], Read]


def by_initial(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """Give the rules that a term may follow, in their order, by its first character."""
    table: dict[str, list[Rule]] = {}
    for rule in rules:
        for initial in dict.fromkeys(rule.initials):
            table.setdefault(initial, []).append(rule)
    return {initial: tuple(found) for initial, found in table.items()}


def joined(kind: Callable[[tuple[Node, ...]], Node], nodes: Sequence[Node]) -> Node:
    """Make an And or an Or, unless there is but one node."""
    return nodes[0] if len(nodes) == 1 else kind(tuple(nodes))


def whole(source: Source, place: int) -> int:
    """Give where the word at a place ends: at a blank or the end of the text."""
    end = place
    while end < len(source.text) and source.text[end] not in BLANKS:
        end += 1
    return end
