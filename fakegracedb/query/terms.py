"""What a query text comes to: its terms, and the tree of conditions that they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from .labels import LabelGroup
from .scanner import joined
from .trees import EVERYTHING, And, Node, Or, leaves

__all__ = ["Exclusion", "Language", "Query", "Term", "Trap", "combined", "far_limits"]

Language = Literal["events", "superevents"]


class Term(NamedTuple):
    """A term of a query.

    Attributes
    ----------
    kind : str
        Terms of a kind are pooled in the query of events.
    start, end : int
        Place in the text of the query.
    node : Node
        What it asks for.
    written : str
        What of the query it was read from, without labels that were cut out.
    """

    kind: str
    start: int
    end: int
    node: Node
    written: str

    @property
    def sentence(self) -> str:
        """What it asks for, in words."""
        from .wording import sentence

        return sentence(self)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a query leaves out unless it is lifted.

    Attributes
    ----------
    name : {"Test", "MDC"}
        Which group, search or category.
    node : Node
        The condition that leaves it out.
    lifted : str
        What lifts it, in words; empty if it acts.
    """

    name: str
    node: Node
    lifted: str


@dataclass(frozen=True, slots=True)
class Trap:
    """A place at which a query means something else than it seems to.

    Attributes
    ----------
    start, end : int
        Place in the text of the query.
    sentence : str
        What happens there.
    """

    start: int
    end: int
    sentence: str


@dataclass(frozen=True)
class Query:
    """A query text that has been understood.

    Attributes
    ----------
    text : str
        The text.
    language : {"events", "superevents"}
        In which language.
    node : Node
        The whole: the terms, combined by kind, the first label group, and what is left out by
        default. Dates may be relative to now, see `dates.resolved`.
    terms : tuple of Term
        Its terms in their order, the first label group included.
    groups : tuple of LabelGroup
        Its label groups, of which only the first counts.
    exclusions : tuple of Exclusion
        What it leaves out, or would.
    """

    text: str
    language: Language
    node: Node
    terms: tuple[Term, ...]
    groups: tuple[LabelGroup, ...]
    exclusions: tuple[Exclusion, ...]

    @cached_property
    def traps(self) -> tuple[Trap, ...]:
        """The places at which it means something else than it seems to, in their order."""
        from .traps import traps

        return traps(self)

    def by_kind(self) -> Iterator[tuple[str, Sequence[Term]]]:
        """Give its terms by kind, in the order in which kinds first occur."""
        kinds: dict[str, list[Term]] = {}
        for term in self.terms:
            kinds.setdefault(term.kind, []).append(term)
        yield from kinds.items()


def combined(
    terms: Sequence[Term], pooled: bool, exclusions: Sequence[Exclusion], labels: Node | None
) -> Node:
    """Combine terms into one tree.

    Parameters
    ----------
    terms : sequence of Term
        Those beside the labels.
    pooled : bool
        Whether terms of a kind are alternatives (but for ``nevents``), or all must hold.
    exclusions : sequence of Exclusion
        What is left out.
    labels : Node or None
        What the first label group says.
    """
    kinds: dict[str, list[Node]] = {}
    for term in terms:
        kinds.setdefault(term.kind, []).append(term.node)
    nodes: list[Node] = []
    for kind, found in kinds.items():
        if pooled and kind != "nevents":
            nodes.append(joined(Or, found))
        else:
            nodes.extend(found)
    if labels is not None:
        nodes.append(labels)
    nodes.extend(one.node for one in exclusions if not one.lifted)
    return joined(And, nodes) if nodes else EVERYTHING


def far_limits(node: Node) -> tuple[float, ...]:
    """Give the upper limits of the false alarm rate [Hz] that a query of events sets anywhere.

    Those of ``<``, ``<=`` and the ends of ranges, wherever in the tree they are. The server refuses
    external users a query in which one is below what it shows them.
    """
    return tuple(
        leaf.value[1] if leaf.op == "between" else leaf.value
        for leaf in leaves(node)
        if leaf.field == "far" and leaf.op in ("<", "<=", "between")
    )
