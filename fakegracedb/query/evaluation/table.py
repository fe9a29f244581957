"""How trees are evaluated over either table: by sets of slots and of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ...documents import User
from ...documents.users import person
from ...store.index import Tables
from ...store.index.columns import Names, Numbers
from ..runs import RUNS
from ..trees import And, Leaf, Node, Not, Or
from .values import fitting_numbers, text_test

__all__ = ["Context", "Found", "Table", "with_op"]


@dataclass(frozen=True, slots=True)
class Context:
    """What conditions need beside the index.

    Attributes
    ----------
    tables : Tables
        The index.
    users : mapping of str to User
        Whose last names can be asked for.
    """

    tables: Tables
    users: Mapping[str, User]


@dataclass(frozen=True, slots=True)
class Found:
    """What a condition holds for: slots, and slots that have one of some rows.

    Attributes
    ----------
    whole : int
        Slots for which it holds with whatever row.
    slots, rows : int
        Slots for which it holds with these rows of theirs; both 0 for none.
    kind : str
        Of the rows.
    """

    whole: int
    slots: int = 0
    rows: int = 0
    kind: str = ""


class Table:
    """How trees are evaluated over either table."""

    size: int
    all: int

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tables = context.tables

    def whole(self, node: Node) -> int:
        """Give the slots for which a tree holds."""
        return self._projected(self._found(node))

    def _projected(self, one: Found) -> int:
        """Give the slots with one row, whichever, for which it holds."""
        return one.whole | (one.slots & self.owners(one.kind, one.rows) if one.rows else 0)

    def _found(self, node: Node) -> Found:
        match node:
            case Leaf():
                return self.leaf(node)
            case Not(child):  # there is no row for which it holds
                return Found(self.all & ~self.whole(child))
            case Or(children):
                return self._any(map(self._found, children))
            case And(children):
                found = Found(self.all)
                for child in sorted(children, key=_complexity):
                    found = self._both(found, self._found(child))
                return found

    def _any(self, alternatives: Iterable[Found]) -> Found:
        """Give what holds if one of some conditions does."""
        whole = 0
        by_slots: dict[int, int] = {}
        kinds = set()
        for one in alternatives:
            whole |= one.whole
            if one.slots and one.rows:
                by_slots[one.slots] = by_slots.get(one.slots, 0) | one.rows
                kinds.add(one.kind)
        if not by_slots:
            return Found(whole)
        (kind,) = kinds  # no language has conditions on rows of several kinds
        if len(by_slots) == 1:
            ((slots, rows),) = by_slots.items()
            return Found(whole, slots, rows, kind)
        among = 0
        for slots, rows in by_slots.items():
            among |= rows & self.rows_of(kind, slots)
        return Found(whole, self.all, among, kind)

    def _both(self, one: Found, other: Found) -> Found:
        """Give what holds if both do, for one and the same row."""
        return self._any(
            (
                Found(one.whole & other.whole),
                Found(0, one.whole & other.slots, other.rows, other.kind),
                Found(0, one.slots & other.whole, one.rows, one.kind),
                Found(0, one.slots & other.slots, one.rows & other.rows, one.kind),
            )
        )

    def leaf(self, leaf: Leaf) -> Found:
        """Give what a condition holds for."""
        raise NotImplementedError

    def owners(self, kind: str, rows: int) -> int:
        """Give the slots that have one of some rows."""
        raise NotImplementedError

    def rows_of(self, kind: str, slots: int) -> int:
        """Give the rows of some slots."""
        raise NotImplementedError

    # Conditions

    def _of_numbers(self, column: Numbers, leaf: Leaf) -> int:
        """Give the slots (or rows) whose number fits."""
        return fitting_numbers(column, leaf.op, leaf.value)

    def _of_names(self, column: Names, leaf: Leaf, *, exact: bool) -> int:
        """Give the slots (or rows) that have a name which fits."""
        fits = text_test(leaf.op, leaf.value, exact=exact)
        if exact and leaf.op in ("=", "in"):
            return column.union([leaf.value] if leaf.op == "=" else leaf.value)
        return column.union(name for name in column if fits(name))

    def _of_submitters(self, column: Names, leaf: Leaf) -> int:
        wanted = str(leaf.value).lower()
        return column.union(
            name
            for name in column
            if wanted in name.lower() or wanted in self._last_name(name).lower()
        )

    def _last_name(self, user: str) -> str:
        return (self._context.users.get(user) or person(user)).last_name

    def _of_run(self, column: Numbers, name: str) -> int:
        found = 0
        for begin, end in RUNS[name]:
            found |= column.between(begin, end)
        return found

    def _negatable(self, leaf: Leaf, found: Callable[[Leaf], int]) -> int:
        """Let what is true for null be so."""
        if leaf.op == "!=":
            return self.all & ~found(with_op(leaf, "="))
        if leaf.op == "not_has":
            return self.all & ~found(with_op(leaf, "has"))
        return found(leaf) & self.all


def with_op(leaf: Leaf, op: str) -> Leaf:
    """Give a condition with another operator."""
    return Leaf(leaf.field, op, leaf.value, leaf.start, leaf.end)


def _complexity(node: Node) -> int:
    """Give what sorts simple conditions before others, so that little is left early."""
    return 0 if isinstance(node, Leaf) else 1
