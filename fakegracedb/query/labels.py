"""Label groups in query texts, which are cut out before the rest is read: ``EM_READY & ~DQV``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..errors import QueryError
from ..vocabulary import Vocabulary
from .scanner import BLANKS, Source, joined
from .trees import And, Leaf, Node, Not, Or

__all__ = ["LabelGroup", "Piece", "cut_labels"]

_KEYWORD = "label:"
_WORD = "[A-Za-z0-9_$]++"
_BETWEEN = re.compile(f"[&,|~{BLANKS}-]*+")  # what may stand between two labels of a group
_SIGN = re.compile("[&,|~-]")
_NEGATIONS = "~-"


@dataclass(frozen=True, slots=True)
class Piece:
    """A label or a sign in a group.

    Attributes
    ----------
    start, end : int
        Place.
    text : str
        The sign, or the label in its registered spelling.
    is_label : bool
        Which of the two.
    """

    start: int
    end: int
    text: str
    is_label: bool


@dataclass(frozen=True, slots=True)
class LabelGroup:
    """Labels that belong together.

    Attributes
    ----------
    start, end : int
        Place in the text of the query.
    pieces : tuple of Piece
        Its labels and signs, with their places in the text of the query.
    """

    start: int
    end: int
    pieces: tuple[Piece, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the labels."""
        return tuple(piece.text for piece in self.pieces if piece.is_label)


class _Spellings:
    """The labels that there are, and how they are found in a text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        names = [label.name for label in vocabulary.labels]
        self._exact = frozenset(names)
        self._lower: dict[str, str] = {}
        for name in names:
            self._lower.setdefault(name.lower(), name)
        # Most labels are words, since nothing of a word may touch them; others are looked for.
        odd = [re.escape(name) for name in names if not re.fullmatch(_WORD, name)]
        odd.sort(key=len, reverse=True)
        first = f"(?<![A-Za-z0-9_$])(?:{'|'.join(odd)})(?![A-Za-z0-9_$])|" if odd else ""
        self._pattern = re.compile(first + _WORD, re.ASCII | re.IGNORECASE)

    def find(self, text: str) -> Iterator[Piece]:
        for found in self._pattern.finditer(text):
            written = found[0]
            name = written if written in self._exact else self._lower.get(written.lower())
            if name is not None:
                yield Piece(found.start(), found.end(), name, True)


@lru_cache(maxsize=16)
def _spellings(names: Vocabulary) -> _Spellings:
    return _Spellings(names)


def cut_labels(
    source: Source, names: Vocabulary
) -> tuple[Source, tuple[LabelGroup, ...], Node | None]:
    """Cut the label groups out of a text, each with the blanks behind it.

    Parameters
    ----------
    source : Source
        The text.
    names : Vocabulary
        Which labels there are.

    Returns
    -------
    rest : Source
        What is left.
    groups : tuple of LabelGroup
        All groups, in their order; only the first has a meaning.
    node : Node or None
        What the first says; None if there is none.

    Raises
    ------
    QueryError
        The first group makes no sense.
    """
    groups: list[LabelGroup] = []
    spans = []
    for labels in _grouped(source.text, _spellings(names).find(source.text)):
        start, pieces = _beginning(source, labels[0].start)
        for label in labels:
            if label is not labels[0]:
                pieces += _signs(source.text, pieces[-1].end, label.start)
            pieces.append(label)
        end = labels[-1].end
        spans.append((start, source.skip(end)))
        placed = (Piece(*source.span(one.start, one.end), one.text, one.is_label) for one in pieces)
        groups.append(LabelGroup(*source.span(start, end), tuple(placed)))
    if not groups:
        return source, (), None
    return source.without(spans), tuple(groups), _understood(groups[0], source)


def _grouped(text: str, labels: Iterator[Piece]) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    for label in labels:
        if group:
            between = _BETWEEN.match(text, group[-1].end)
            operators = between[0].strip(BLANKS) if between else ""
            if not operators or between is None or between.end() != label.start:
                yield group
                group = []
        group.append(label)
    if group:
        yield group


def _signs(text: str, start: int, end: int) -> list[Piece]:
    found = _SIGN.finditer(text, start, end)
    return [Piece(sign.start(), sign.end(), sign[0], False) for sign in found]


def _beginning(source: Source, label: int) -> tuple[int, list[Piece]]:
    """Give where the group begins whose first label is at a place, and its negation, if any."""
    start, pieces = label, []
    before = _back(source.text, start)
    if before and source.text[before - 1] in _NEGATIONS:
        start = before - 1
        pieces = _signs(source.text, start, before)
        before = _back(source.text, start)
    keyword = before - len(_KEYWORD)
    if source.text.endswith(_KEYWORD, 0, before) and source.alone(keyword, before):
        start = keyword
    return start, pieces


def _back(text: str, place: int) -> int:
    while place and text[place - 1] in BLANKS:
        place -= 1
    return place


def _understood(group: LabelGroup, source: Source) -> Node:
    """Work off the signs of a group: negations, then each or, then each and."""

    def refused(message: str, place: int) -> QueryError:
        return QueryError(message, source.whole, place, cause="labels")

    items: list[tuple[Piece, Node | None]] = []  # None for an operator
    negation: Piece | None = None
    for piece in group.pieces:
        if piece.is_label:
            leaf = Leaf("label", "has", piece.text, piece.start, piece.end)
            items.append((piece, Not(leaf) if negation else leaf))
            negation = None
        elif negation is not None:
            raise refused("NOT operator should precede a Label name. Bad Query.", negation.start)
        elif piece.text in _NEGATIONS:
            negation = piece
        else:
            items.append((piece, None))
    for signs, kind in (("|", Or), ("&,", And)):
        reduced: list[tuple[Piece, list[Node]]] = []  # an operator has no nodes
        rest = iter(items)
        for piece, node in rest:
            if node is not None or piece.text not in signs:
                reduced.append((piece, [] if node is None else [node]))
                continue
            right = next(rest, (piece, None))[1]
            if right is None or not reduced or not reduced[-1][1]:
                raise refused("problem with query. Orphaned operator?", piece.start)
            reduced[-1][1].append(right)
        items = [(piece, joined(kind, nodes) if nodes else None) for piece, nodes in reduced]
    piece, node = items[-1]
    if node is None or len(items) > 1:
        raise refused("The label query didn't reduce properly.", piece.start)
    return node
