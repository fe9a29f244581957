"""Trees of conditions of any field and operator, for hypothesis, and structured queries of them.

Values are those that generated stores have, and some beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import generated_stores as stores
from hypothesis import strategies as st

from fakegracedb.clock import parse_time
from fakegracedb.documents.attributes import TABLES
from fakegracedb.identifiers import gw_id, superevent_id
from fakegracedb.query.fields import (
    ALIASES,
    EVENT_FIELDS,
    SUB_TABLES,
    SUPEREVENT_ALIASES,
    SUPEREVENT_FIELDS,
    Field,
)
from fakegracedb.query.runs import RUNS
from fakegracedb.query.trees import And, Leaf, Node, Not, Or, SupereventId, leaves

PREFERRED = "preferred_event."
_OF_TEXTS = ("<", "<=", ">", ">=", "between")  # what attributes can be compared with in texts
_NOT_OF_PREFERRED = ("superevent", "in_superevent", "is_preferred_event", "runid")
_some = st.sampled_from


def _operators(name: str, field: Field) -> tuple[str, ...]:
    """Give the operators that one of the languages has."""
    last = name.rpartition(".")[2]
    match field.kind:
        case "number" if last == "number":  # of graceids: the text languages alone have it
            return ("=", *_OF_TEXTS)
        case "number":
            return EVENT_FIELDS["far"].operators
        case "text" if name.startswith("submitter."):
            return ("=", *_OF_TEXTS)
        case "text":
            return ("=", "!=", "contains", "startswith", "in", "is_null", *_OF_TEXTS)
        case "instruments":
            return ("=", "contains", "includes", *_OF_TEXTS)
        case "search":
            return ("=", "!=", "contains", "in", "is_null")
        case "boolean" if name == "offline":
            return ("=", "is_null")
        case "superevent_id" if name == "current_id":
            return ("startswith",)
    return field.operators


_NAMES = {"group": stores.GROUPS, "pipeline": stores.PIPELINES, "search": stores.SEARCHES}
_NUMBERS = {
    "far": stores.FARS,
    "gpstime": (*stores.TIMES, *(end for run in ("O2", "ER8") for end in RUNS[run][0])),
    "nevents": stores.NEVENTS,
    "number": stores.NUMBERS,
}
_GRACEIDS = [f"{letter}{n:04}" for letter in "TGmEh" for n in stores.NUMBERS]
_BEGINNINGS = ["", "T", "g", "T0", "G00", "E1", "M123", "t12345", "T00001", "X", "G1x", "T\u0661"]
_IDS = [
    SupereventId(*key, gw=gw) for key in (*stores.IDS, ("P", "260301", 3)) for gw in (False, True)
]
_ID_BEGINNINGS = ["", "S", "s17", "GW1", "gw170817a", "TS", "T", "MS2", "renamed", "S170817b"]
_USER_PARTS = ["", "a", "LOVE", "robot", "@", "burst", "Robot", "none"]
_TIMES = [parse_time(text) for text in stores.CREATED]
_WHOLE = [one.replace(microsecond=0) for one in _TIMES]


def _values(name: str, field: Field, op: str) -> st.SearchStrategy[Any]:
    """Give values that an operator takes one of; whole seconds, as the structured language has."""
    last = name.rpartition(".")[2]
    match field.kind:
        case "number" | "gps":
            known: Sequence[Any] = stores.REALS
            if field.kind == "gps":
                known = _NUMBERS["gpstime"]
            elif name in _NUMBERS or last == "number":
                known = _NUMBERS[last]
            return _some([*known, 0.25, 7, -3])
        case "datetime":
            return _some([*_WHOLE, _TIMES[0] + timedelta(seconds=1)])
        case "group" | "search":
            if op == "contains":
                return _some(["", "b", "GRB", "all", "st", "x"])
            return _some((*_NAMES[name], "Nothing"))
        case "text" if name.startswith("submitter."):
            return _some([*stores.USERS, "Robot", "Byron", "", "M"])
        case "text" | "instruments":
            return _some([*stores.TEXTS, "1,", "V1", "l1"])
        case "graceid":
            return _some(_BEGINNINGS if op == "startswith" else _GRACEIDS)
        case "superevent_id":
            return _some(_ID_BEGINNINGS if op == "startswith" else _IDS)
        case "superevent":
            return _some(_IDS)
        case "boolean":
            return st.booleans()
        case "submitter":
            return _some(_USER_PARTS)
        case "run":
            return _some(["O2", "O4", "ER8", "O1"])
        case "label":
            return _some([*stores.LABELS, "inj", "NONE"])
        case "replay_id":
            return _some([*stores.REPLAYS, "none"])
        case "category":
            return _some(["Production", "Test", "MDC"])


@st.composite
def _leaves(draw: st.DrawFn, name: str, field: Field, structured: bool) -> Leaf:
    own = name.removeprefix(PREFERRED)
    op = draw(
        _some([op for op in _operators(own, field) if not structured or op in field.operators])
    )
    if op == "is_null":
        # only the absence of nothing is asked for of a truth
        return Leaf(name, op, draw(st.booleans()) if field.kind != "boolean" else False)
    values = _values(own, field, op)
    if op == "between":
        pair = (draw(values), draw(values))
        ordered = structured and field.kind in ("number", "gps")
        return Leaf(name, op, tuple(sorted(pair)) if ordered else pair)
    if op == "in":
        return Leaf(name, op, tuple(draw(st.lists(values, min_size=1, max_size=3, unique=True))))
    return Leaf(name, op, draw(values))


def _known(kind: str, structured: bool) -> dict[str, Field]:
    """Give the fields of a kind by what trees call them."""
    events = {name: one for name, one in EVENT_FIELDS.items() if not structured or one.operators}
    if kind == "event":
        return events
    own = {name: one for name, one in SUPEREVENT_FIELDS.items() if not structured or one.operators}
    of_preferred = {
        PREFERRED + name: one for name, one in events.items() if name not in _NOT_OF_PREFERRED
    }
    return {**of_preferred, **own}


_NODES: dict[tuple[str, bool], st.SearchStrategy[Node]] = {}


def trees(kind: str, *, structured: bool = False) -> st.SearchStrategy[Node]:
    """Give trees over events or superevents; those of the structured language only if asked for."""
    if (kind, structured) not in _NODES:
        known = _known(kind, structured)
        by_table: dict[str, list[str]] = {}
        for name in known:
            by_table.setdefault(_table_of(name), []).append(name)
        often = [by_table[table] for table in ("", "SingleInspiral") for _ in range(3)]
        fields = st.one_of(*map(_some, [*often, *by_table.values()]))
        leaf = fields.flatmap(lambda name: _leaves(name, known[name], structured))
        _NODES[kind, structured] = _combined(leaf, kind)
    return _NODES[kind, structured]


def _table_of(name: str) -> str:
    """Give the sub-table of a field, of the preferred event too; empty for what is no column."""
    table = name.removeprefix(PREFERRED).partition(".")[0]
    return table if table in TABLES else ""


def _combined(leaf: st.SearchStrategy[Leaf], kind: str) -> st.SearchStrategy[Node]:
    def extended(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        children = st.lists(inner, min_size=1, max_size=4).map(tuple)
        return st.one_of(st.builds(And, children), st.builds(Or, children), st.builds(Not, inner))

    found: st.SearchStrategy[Node] = st.recursive(leaf, extended, max_leaves=8)
    if kind == "event":
        return found
    # rows of two kinds meet in no language: only texts ask for numbers of members
    return found.filter(lambda node: len(_kinds(node)) < 2)


def _kinds(node: Node) -> set[str]:
    """Give the kinds of rows that a tree of superevents asks for."""
    names = (leaf.field for leaf in leaves(node))
    return {
        name.partition(".")[0] if name == "events.number" else "singles"
        for name in names
        if name == "events.number" or name.startswith(f"{PREFERRED}SingleInspiral.")
    }


#: Kinds with trees of them.
any_tree: st.SearchStrategy[tuple[str, Node]] = st.one_of(
    *(st.tuples(st.just(kind), trees(kind)) for kind in ("event", "event", "superevent"))
)


# The structured language


@st.composite
def structured_queries(draw: st.DrawFn, kind: str) -> tuple[Any, Node]:
    """Give a query as JSON, and the tree that it must come to: what is left out by default, too."""
    node = draw(trees(kind, structured=True))
    query = _json(draw, node, kind)
    if draw(st.booleans()):
        query = {"query": query}
        if draw(st.booleans()):
            query = {"object_type": kind, **query}
    revealing = ("id", "group", "search") if kind == "event" else ("id", "category")
    if any(leaf.field in revealing for leaf in leaves(node)):
        return query, node
    fields = ("group", "search") if kind == "event" else ("category", "category")
    pairs = zip(fields, ("Test", "MDC"), strict=True)
    return query, And((node, *(Not(Leaf(field, "=", name)) for field, name in pairs)))


def _json(draw: st.DrawFn, node: Node, kind: str) -> Any:
    match node:
        case And(children):
            return {"and": [_json(draw, child, kind) for child in children]}
        case Or(children):
            return {"or": [_json(draw, child, kind) for child in children]}
        case Not(Leaf(op="not_has") as child):  # which is refused, unless it stands apart
            return {"not": {"and": [_json(draw, child, kind)]}}
        case Not(child):
            return {"not": _json(draw, child, kind)}
        case Leaf(field, op, value):
            name = draw(_some(_spellings(field, kind)))
            sent = [_sent(draw, one) for one in value] if isinstance(value, tuple) else value
            return {"field": name, "op": op, "value": _sent(draw, sent)}


def _spellings(name: str, kind: str) -> list[str]:
    """Give all names of a field."""
    if kind == "superevent" and name.startswith(PREFERRED):
        return [PREFERRED + one for one in _spellings(name.removeprefix(PREFERRED), "event")]
    for table in SUB_TABLES:
        member, dot, column = name.partition(".")
        if dot and member == table.member:
            return [f"{one}.{column}" for alias in table.aliases for one in (alias, alias.upper())]
    aliases = ALIASES if kind == "event" else SUPEREVENT_ALIASES
    return [name, *(alias for alias, meant in aliases.items() if meant == name)]


_IN_ANY_CASE = {
    name
    for some in (stores.GROUPS, stores.PIPELINES, stores.SEARCHES, ("Production", "MDC", "Nothing"))
    for name in some
}


def _sent(draw: st.DrawFn, value: Any) -> Any:
    """Give a value as JSON, in one of the ways in which it can be written."""
    if isinstance(value, SupereventId):
        write = gw_id if value.gw else superevent_id
        name = write(value.category, value.date, value.number)
        if value.number != 1:
            return name
        bare = name[:-1]
        return draw(_some([name, bare, bare.lower()]))
    if hasattr(value, "strftime"):
        forms = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]
        return value.strftime(draw(_some(forms)))
    if isinstance(value, str) and value in _IN_ANY_CASE:
        return draw(_some([value, value.lower(), value.upper()]))
    return value
