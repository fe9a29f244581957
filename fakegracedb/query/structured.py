"""The structured query language: JSON values, or their text, → a tree of conditions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Literal, TypeAlias

from ..errors import ApiError
from ..vocabulary import Vocabulary
from .fields import (
    ALIASES,
    EVENT_FIELDS,
    SUB_TABLES,
    SUPEREVENT_ALIASES,
    SUPEREVENT_FIELDS,
    Field,
)
from .structured_values import Failure, Refusal, condition, shown
from .trees import EVERYTHING, And, Leaf, Node, Not, Or, leaves

__all__ = [
    "Kind",
    "StructuredError",
    "is_structured",
    "parse_structured",
    "parse_structured_text",
]

Kind: TypeAlias = Literal["event", "superevent"]
Path: TypeAlias = list[str | int] | str | None

_DEEPEST = 100  # levels of a tree, each of which costs whoever evaluates it some calls
_LONG = 10_000  # characters of a text, which is not worth the memory then
_LEAF = ("field", "op", "value")
_PREFERRED = "preferred_event."
_NOT_OF_PREFERRED = ("superevent", "in_superevent", "is_preferred_event", "runid")
# A query that names one of these finds tests and mock data too.
_REVEALING = {"event": {"id", "group", "search"}, "superevent": {"id", "category"}}
_HIDDEN: dict[Kind, tuple[Leaf, ...]] = {
    "event": (Leaf("group", "!=", "Test"), Leaf("search", "!=", "MDC")),
    "superevent": (Leaf("category", "!=", "Test"), Leaf("category", "!=", "MDC")),
}


class StructuredError(ApiError):
    """A structured query that is refused: an answer with status 400.

    Attributes
    ----------
    message : str
        What is wrong, and where in the query.
    path : list of str and int, str, or None
        Keys and positions from the root of the query; ``"object_type"`` if that is wrong; None
        where there is no place.
    """

    def __init__(self, message: str, path: Path = None) -> None:
        if isinstance(path, list) and path:
            message = f"{message} (at {_place(path)})"
        body = {"error": "invalid_query", "message": message, "path": path, "version": "2"}
        super().__init__(400, body)
        self.message = message
        self.path = path

    def __str__(self) -> str:
        return self.message


def _place(path: Iterable[str | int]) -> str:
    """Write a path as ``and[1].or[0]``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def is_structured(text: str) -> bool:
    """Whether a query text is a structured query: no text query begins with such a bracket."""
    return text.lstrip()[:1] in ("{", "[")


def parse_structured_text(text: str, kind: Kind, names: Vocabulary) -> Node:
    """Understand the JSON text of a structured query.

    Parameters
    ----------
    text : str
        As the user sent it.
    kind, names
        As in `parse_structured`.

    Raises
    ------
    StructuredError
        If it is no JSON, or no query.
    """
    return (_parsed if len(text) < _LONG else _parsed.__wrapped__)(text, kind, names)


@lru_cache(maxsize=256)
def _parsed(text: str, kind: Kind, names: Vocabulary) -> Node:
    from .structured_texts import read_json

    return parse_structured(read_json(text), kind, names)


def parse_structured(data: Any, kind: Kind, names: Vocabulary) -> Node:
    """Understand a structured query.

    Parameters
    ----------
    data : Any
        The JSON value: a node, or ``{"object_type": …, "query": node}``.
    kind : {"event", "superevent"}
        What is searched for.
    names : Vocabulary
        Whose groups, pipelines and searches there are; they match in any case.

    Returns
    -------
    Node
        The tree. Conjunctions within a conjunction are one, and so are disjunctions. What leaves
        out tests and mock data is in it, unless the query names what would find them.

    Raises
    ------
    StructuredError
        If a check finds something wrong, or the server would fail in the search.

    Notes
    -----
    As the server does it: nodes are checked depth first, from left to right, and the first that is
    wrong is told. What passes the checks and fails in the search comes after all checks.
    """
    if not isinstance(data, dict):
        raise StructuredError("Query body must be a JSON/YAML object.")
    if data.keys() == {"query"} or data.keys() == {"object_type", "query"}:
        asked = data.get("object_type", kind)
        if asked != kind:
            raise StructuredError(
                f"object_type '{shown(asked)}' does not match this endpoint (expected '{kind}').",
                "object_type",
            )
        data = data["query"]
    tree = _Reader(kind, names).read(data)
    if any(leaf.field in _REVEALING[kind] for leaf in leaves(tree)):
        return tree
    return And((*(tree.children if isinstance(tree, And) else (tree,)), *_HIDDEN[kind]))


# Fields


@dataclass(frozen=True, slots=True)
class _Asked:
    """A field by one of its names.

    Attributes
    ----------
    field : Field
        What it is.
    shown : str
        Its canonical name in messages.
    name : str
        What trees call it.
    """

    field: Field
    shown: str
    name: str


@cache
def _fields(kind: Kind) -> dict[str, _Asked]:
    """Give the fields that can be asked for, by every name; tables in small letters."""
    own, aliases = EVENT_FIELDS, ALIASES
    if kind == "superevent":
        own, aliases = SUPEREVENT_FIELDS, SUPEREVENT_ALIASES
    found: dict[str, _Asked] = {
        name: _Asked(one, name, name) for name, one in own.items() if one.operators
    }
    found.update((alias, found[name]) for alias, name in aliases.items())
    if kind == "superevent":
        found.update(
            (
                _PREFERRED + name,
                _Asked(one.field, _PREFERRED + one.shown, _PREFERRED + one.name),
            )
            for name, one in _fields("event").items()
            if name not in _NOT_OF_PREFERRED
        )
        return found
    for table in SUB_TABLES:
        for column in table.columns.values():
            if one := found.pop(f"{table.member}.{column.name}", None):
                canonical = f"{table.aliases[0]}.{column.name}"
                asked = _Asked(one.field, canonical, one.name)
                found.update((f"{alias}.{column.name}", asked) for alias in table.aliases)
    return found


def _find(name: Any, kind: Kind) -> _Asked | None:
    if not isinstance(name, str):
        return None
    prefix = ""
    if kind == "superevent" and "." in name:
        if not name.startswith(_PREFERRED):
            return None
        prefix = _PREFERRED
    table, dot, column = name.removeprefix(prefix).rpartition(".")
    return _fields(kind).get(f"{prefix}{table.lower()}{dot}{column}")


# Nodes


@dataclass(slots=True)
class _Branch:
    """A node whose children are being read.

    Attributes
    ----------
    key : {"and", "or", "not"}
        What it does with them.
    raw : list
        The children as they were sent.
    done : list of Node
        Those that have been read.
    depth : int
        Levels of the deepest of them.
    """

    key: str
    raw: list[Any]
    done: list[Node] = field(default_factory=list)
    depth: int = 0

    def place(self) -> list[str | int]:
        """Give the steps from this node to the child that is next."""
        return [self.key] if self.key == "not" else [self.key, len(self.done)]

    def add(self, child: Node, depth: int) -> None:
        """Take a child that has been read; one that does the same is taken apart."""
        same = {"and": And, "or": Or}.get(self.key)
        if same is not None and isinstance(child, same):
            depth -= 1
        self.depth = max(self.depth, depth)
        self.done.append(child)

    def node(self) -> Node:
        """Give the node."""
        if self.key == "not":
            return Not(self.done[0])
        kind = And if self.key == "and" else Or
        children: list[Node] = []
        for child in self.done:
            children.extend(child.children if isinstance(child, kind) else (child,))
        return kind(tuple(children))


class _Reader:
    """One query as it is read: without recursion, since it may be nested as deep as it likes."""

    def __init__(self, kind: Kind, names: Vocabulary) -> None:
        self._kind = kind
        self._names = names
        self._branches: list[_Branch] = []
        self._failure = ""

    def read(self, raw: Any) -> Node:
        """Read the tree below a value."""
        while True:
            entered = self._entered(raw)
            if isinstance(entered, _Branch):
                self._branches.append(entered)
                raw = entered.raw[0]
                continue
            tree, depth = entered, 1
            while self._branches:
                branch = self._branches[-1]
                if branch.key == "not":
                    self._check_negated(tree)
                branch.add(tree, depth)
                if len(branch.done) < len(branch.raw):
                    raw = branch.raw[len(branch.done)]
                    break
                tree, depth = branch.node(), branch.depth + 1
                self._branches.pop()
                if depth > _DEEPEST:
                    self._fail(f"it is nested more than {_DEEPEST} levels deep")
                    tree, depth = EVERYTHING, 1
            else:
                if self._failure:
                    raise StructuredError(f"Query execution failed: {self._failure}")
                return tree

    def _fail(self, reason: str) -> None:
        """Remember what the search would fail on: the first is told, if nothing else is wrong."""
        self._failure = self._failure or reason

    def _error(self, message: str, *steps: str | int) -> StructuredError:
        path = [step for branch in self._branches for step in branch.place()]
        return StructuredError(message, [*path, *steps])

    def _entered(self, raw: Any) -> Node | _Branch:
        if not isinstance(raw, dict):
            raise self._error(f"Query node must be a JSON object, got {type(raw).__name__}")
        for key in ("and", "or", "not"):
            if key in raw:
                children = [raw[key]] if key == "not" else raw[key]
                if not isinstance(children, list) or not children:
                    raise self._error(f"'{key}' must be a non-empty list", key)
                if len(raw) > 1:
                    extra = _as_set(one for one in raw if one != key)
                    raise self._error(f"'{key}' node must not have extra keys: {extra}")
                return _Branch(key, children)
        if "field" in raw:
            return self._leaf(raw)
        raise self._error(
            f"Node must have 'field' (leaf), 'and', 'or', or 'not' key. Got: {list(raw)}"
        )

    def _leaf(self, raw: dict[Any, Any]) -> Node:
        if raw.keys() - set(_LEAF):
            extra = _as_set(one for one in raw if one not in _LEAF)
            raise self._error(f"Leaf node has unexpected keys: {extra}")
        name, op, value = map(raw.get, _LEAF)
        for key in _LEAF:
            if raw.get(key) is None and not (key == "value" and key in raw and op == "is_null"):
                raise self._error(f"Missing '{key}'")
        asked = _find(name, self._kind)
        if asked is None:
            message = f"Unknown field '{shown(name)}' for object type '{self._kind}'"
            if self._kind == "superevent" and _find(f"{_PREFERRED}{shown(name)}", self._kind):
                message += f". Did you mean '{_PREFERRED}{name}'?"
            raise self._error(message)
        if op not in asked.field.operators:
            allowed = ", ".join(asked.field.operators)
            raise self._error(
                f"Operator '{shown(op)}' is not allowed for field '{asked.shown}'. "
                f"Allowed operators: {allowed}"
            )
        try:
            return condition(asked.field, asked.name, op, value, self._names)
        except Refusal as refusal:
            raise self._error(str(refusal)) from None
        except Failure as failure:
            self._fail(str(failure))
            return EVERYTHING

    def _check_negated(self, child: Node) -> None:
        if isinstance(child, Leaf) and child.op == "not_has":
            raise self._error("NOT(label not_has ...) is redundant; use 'has' directly")


def _as_set(keys: Iterable[Any]) -> str:
    """Print keys as Python prints a set, in the order in which they came."""
    return "{" + ", ".join(map(repr, keys)) + "}"
