"""What structured queries come to: canonical names, values of their types, default exclusions."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegracedb.query import StructuredError, is_structured, parse_structured
from fakegracedb.query.fields import (
    ALIASES,
    EVENT_FIELDS,
    SUB_TABLES,
    SUPEREVENT_ALIASES,
    SUPEREVENT_FIELDS,
)
from fakegracedb.query.runs import RUNS
from fakegracedb.query.structured import Kind
from fakegracedb.query.trees import And, Leaf, Node, Not, Or, SupereventId, leaves
from fakegracedb.vocabulary import DEFAULT

HIDDEN: dict[str, tuple[Leaf, ...]] = {
    "event": (Leaf("group", "!=", "Test"), Leaf("search", "!=", "MDC")),
    "superevent": (Leaf("category", "!=", "Test"), Leaf("category", "!=", "MDC")),
}


def leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def tree(data: Any, kind: Kind = "event") -> Node:
    """Give the tree without what is left out by default."""
    found = parse_structured(data, kind, DEFAULT)
    hidden = HIDDEN[kind]
    if isinstance(found, And) and found.children[-2:] == hidden:
        shown = found.children[:-2]
        return shown[0] if len(shown) == 1 else And(shown)
    return found


def value(field: str, op: str, sent: Any, kind: Kind = "event") -> Any:
    """Give the value of the one condition of a tree."""
    found = tree(leaf(field, op, sent), kind)
    assert isinstance(found, Leaf)
    assert found.op == op
    return found.value


def is_revealing(data: Any, kind: Kind = "event") -> bool:
    found = parse_structured(data, kind, DEFAULT)
    return not set(HIDDEN[kind]) <= set(leaves(found))


# Each operator with each kind

TIME = datetime(2017, 8, 17, 12, 41, 4, tzinfo=UTC)
DAY = datetime(2017, 8, 17, tzinfo=UTC)
S170817A = SupereventId("P", "170817", 1)
GOOD: list[tuple[Kind, str, str, Any, Any]] = [
    *(("event", "far", op, 1e-8, 1e-8) for op in ("=", "!=", "<", "<=", ">", ">=")),
    ("event", "far", "between", [1e-9, 1], (1e-9, 1)),
    ("event", "far", "between", [1, 1.0], (1, 1.0)),
    ("event", "far", "is_null", True, True),
    ("event", "far", "is_null", False, False),
    ("event", "nevents", "=", 3, 3),
    ("event", "gpstime", ">=", -5, -5),
    *(("superevent", "t_0", op, 1e9, 1e9) for op in ("=", "!=", "<", "<=", ">", ">=")),
    ("superevent", "t_end", "between", [0, 1e9], (0, 1e9)),
    ("event", "created", "=", "2017-08-17T12:41:04Z", TIME),
    ("event", "created", "!=", "2017-08-17T12:41:04", TIME),
    ("event", "created", "<", "2017-08-17 12:41:04", TIME),
    ("event", "created", "<=", "2017-08-17", DAY),
    ("event", "created", ">", "2017-08-17", DAY),
    ("superevent", "created", ">=", "2017-08-17", DAY),
    ("event", "created", "between", ["2017-08-17 12:41:04", "2017-08-17"], (TIME, DAY)),
    ("event", "group", "=", "cbc", "CBC"),
    ("event", "group", "!=", "BURST", "Burst"),
    ("event", "group", "contains", "bC", "bC"),
    ("event", "group", "in", ["cbc", "Burst", "CBC"], ("CBC", "Burst")),
    ("event", "pipeline", "=", "GSTLAL", "gstlal"),
    ("event", "pipeline", "=", "NoSuchThing", "NoSuchThing"),
    ("event", "pipeline", "in", ["pyCBC", "none"], ("pycbc", "none")),
    ("event", "search", "=", "allsky", "AllSky"),
    ("event", "search", "!=", "mdc", "MDC"),
    ("event", "search", "contains", "sky", "sky"),
    ("event", "search", "in", ["GRB"], ("GRB",)),
    ("event", "search", "is_null", True, True),
    ("event", "instruments", "=", "H1,L1", "H1,L1"),
    ("event", "instruments", "contains", "h1", "h1"),
    ("event", "id", "=", "t0007", "T0007"),
    ("event", "id", "!=", "G1", "G1"),
    ("event", "id", "startswith", "g6", "g6"),
    ("event", "id", "in", ["g0001", "G0001", "m0002"], ("G0001", "M0002")),
    ("event", "superevent", "=", "S170817", S170817A),
    ("event", "superevent", "=", "GW170817A", SupereventId("P", "170817", 1, gw=True)),
    ("event", "replay_id", "=", "Run-7", "Run-7"),
    ("event", "replay_id", "!=", "Run-7", "Run-7"),
    ("event", "replay_id", "in", ["b", "a", "b"], ("b", "a")),
    ("event", "replay_id", "is_null", False, False),
    ("event", "in_superevent", "=", True, True),
    ("event", "is_preferred_event", "=", False, False),
    ("event", "submitter", "contains", "EINSTEIN", "EINSTEIN"),
    *(("event", "runid", "=", name, name) for name in RUNS),
    ("event", "label", "has", "inj", "inj"),
    ("event", "label", "not_has", "No such label", "No such label"),
    ("superevent", "id", "=", "S170817a", S170817A),
    ("superevent", "id", "!=", "s170817", S170817A),
    ("superevent", "id", "in", ["S170817", "S170817a", "gw170817"],
     (S170817A, SupereventId("P", "170817", 1, gw=True))),
    ("superevent", "id", "startswith", "gw1", "gw1"),
    ("superevent", "category", "=", "production", "Production"),
    ("superevent", "category", "!=", "TEST", "Test"),
    ("superevent", "category", "in", ["mdc", "Test", "MDC"], ("MDC", "Test")),
    ("superevent", "is_gw", "=", True, True),
    ("superevent", "is_exposed", "=", False, False),
    ("superevent", "submitter", "contains", "x", "x"),
    ("superevent", "runid", "=", "O4", "O4"),
    ("superevent", "label", "has", "ADVOK", "ADVOK"),
    ("superevent", "preferred_event", "=", "g0001", "G0001"),
    ("superevent", "events", "!=", "e0003", "E0003"),
    ("superevent", "events", "startswith", "G60", "G60"),
    ("superevent", "events", "in", ["g0001"], ("G0001",)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "field", "op", "sent", "expected"), GOOD)
def test_condition_of_each_kind(kind: Kind, field: str, op: str, sent: Any, expected: Any) -> None:
    assert tree(leaf(field, op, sent), kind) == Leaf(field, op, expected)


def test_every_operator_of_every_kind_is_tried() -> None:
    known = {"event": EVENT_FIELDS, "superevent": SUPEREVENT_FIELDS}
    tried = {(known[kind][field].kind, op) for kind, field, op, _, _ in GOOD}
    offered = {
        (field.kind, op)
        for fields in known.values()
        for name, field in fields.items()
        for op in field.operators
        if "." not in name
    }
    assert offered - tried == {("search", "startswith")}  # which fails


SUB_VALUES = {
    "=": "x", "!=": "x", "contains": "x", "startswith": "x", "in": ["x", "y"], "is_null": True,
}  # fmt: skip
SUB_NUMBERS = {
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), 1.5), "between": [1, 2], "is_null": False,
}  # fmt: skip


def test_every_column_goes_by_every_name_of_its_table() -> None:
    tried = 0
    for table in SUB_TABLES:
        for column in table.columns.values():
            sent = SUB_NUMBERS if column.kind == "number" else SUB_VALUES
            for op in column.structured:
                expected = sent[op]
                if isinstance(expected, list):
                    expected = tuple(expected)
                name = f"{table.member}.{column.name}"
                for alias in table.aliases:
                    for spelled in (alias, alias.upper(), alias.title()):
                        asked = f"{spelled}.{column.name}"
                        found = tree(leaf(asked, op, sent[op]))
                        assert found == Leaf(name, op, expected)
                        found = tree(leaf(f"preferred_event.{asked}", op, sent[op]), "superevent")
                        assert found == Leaf(f"preferred_event.{name}", op, expected)
                        tried += 1
    assert tried > 1000


# Names


def test_aliases_mean_their_fields() -> None:
    assert ALIASES == {"graceid": "id", "ifos": "instruments"}
    for alias, name in ALIASES.items():
        assert tree(leaf(alias, "=", "G1")) == tree(leaf(name, "=", "G1")) == Leaf(name, "=", "G1")
        preferred = tree(leaf(f"preferred_event.{alias}", "=", "G1"), "superevent")
        assert preferred == Leaf(f"preferred_event.{name}", "=", "G1")
    sent = {"superevent_id": "S170817", "gpstime": 1, "is_public": True, "event": "G1"}
    assert sent.keys() == SUPEREVENT_ALIASES.keys()
    for alias, one in sent.items():
        found = tree(leaf(alias, "=", one), "superevent")
        assert isinstance(found, Leaf)
        assert found.field == SUPEREVENT_ALIASES[alias]


def test_fields_of_the_preferred_event_are_those_of_events() -> None:
    sent: dict[str, Any] = {
        "number": 1, "datetime": "2026-01-14", "group": "CBC", "search": "GRB", "text": "x",
        "instruments": "x", "graceid": "G1", "submitter": "x", "label": "x", "replay_id": "x",
    }  # fmt: skip
    found = []
    for name, field in EVENT_FIELDS.items():
        if field.operators and "." not in name and field.kind in sent:
            op = field.operators[0]
            data = leaf(f"preferred_event.{name}", op, sent[field.kind])
            (condition,) = leaves(tree(data, "superevent"))
            (own,) = leaves(tree(leaf(name, op, sent[field.kind])))
            assert condition == Leaf(f"preferred_event.{own.field}", op, own.value)
            found.append(name)
    assert set(found) == {
        *("id", "gpstime", "far", "instruments", "nevents", "created", "group", "pipeline"),
        *("search", "submitter", "label", "replay_id"),
    }


def test_names_match_in_every_spelling_of_the_vocabulary() -> None:
    names = DEFAULT.with_group("Cbc").with_search("grb")
    one = parse_structured(leaf("group", "=", "cbc"), "event", names)
    assert one == Leaf("group", "in", ("CBC", "Cbc"))
    other = parse_structured(leaf("search", "!=", "GRB"), "event", names)
    assert other == Not(Leaf("search", "in", ("GRB", "grb")))
    many = parse_structured(leaf("group", "in", ["CBC", "Burst"]), "event", names)
    assert many == Leaf("group", "in", ("CBC", "Cbc", "Burst"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S170817", ("P", "170817", 1, False)),
        ("s170817", ("P", "170817", 1, False)),
        ("gw170817", ("P", "170817", 1, True)),
        ("Ts170817", ("T", "170817", 1, False)),
        ("mgw170817", ("M", "170817", 1, True)),
        ("S170817z", ("P", "170817", 26, False)),
        ("TS170817aa", ("T", "170817", 27, False)),
        ("MGW170817AB", ("M", "170817", 28, True)),
        ("S800101a", ("P", "800101", 1, False)),
        ("S000229a", ("P", "000229", 1, False)),
    ],
)
def test_id_of_a_superevent(text: str, expected: tuple[Any, ...]) -> None:
    assert value("id", "=", text, "superevent") == SupereventId(*expected)
    assert value("superevent", "=", text) == SupereventId(*expected)


# Branches

A, B, C = (leaf("nevents", "=", n) for n in (1, 2, 3))
LA, LB, LC = (Leaf("nevents", "=", n) for n in (1, 2, 3))


def test_branches_become_theirs() -> None:
    assert tree({"and": [A, B]}) == And((LA, LB))
    assert tree({"or": [A, B]}) == Or((LA, LB))
    assert tree({"not": A}) == Not(LA)
    assert tree({"or": [A, {"and": [B, {"not": {"or": [A, C]}}]}]}) == (
        Or((LA, And((LB, Not(Or((LA, LC)))))))
    )


def test_branches_of_one_child_stay() -> None:
    assert tree({"or": [A]}) == Or((LA,))
    assert tree({"not": {"and": [A]}}) == Not(And((LA,)))
    assert tree({"not": {"not": A}}) == Not(Not(LA))


def test_a_branch_within_the_same_is_taken_apart() -> None:
    assert tree({"and": [A, {"and": [B, {"and": [C]}]}]}) == And((LA, LB, LC))
    assert tree({"or": [{"or": [A, B]}, C]}) == Or((LA, LB, LC))
    assert tree({"and": [{"or": [A, {"or": [B]}]}, C]}) == And((Or((LA, LB)), LC))


def test_a_long_chain_is_not_deep() -> None:
    node: Any = A
    for _ in range(2000):
        node = {"and": [node, B]}
    found = tree(node)
    assert found == And((LA, *[LB] * 2000))


def test_a_hundred_levels_are_a_tree() -> None:
    node: Any = A
    for _ in range(99):
        node = {"not": node}
    assert len(list(leaves(tree(node)))) == 1


def test_the_wrapper_makes_no_difference() -> None:
    assert parse_structured({"query": A}, "event", DEFAULT) == tree_with_hidden(A)
    whole = {"object_type": "event", "query": A}
    assert parse_structured(whole, "event", DEFAULT) == tree_with_hidden(A)
    whole = {"query": leaf("t_0", ">", 1), "object_type": "superevent"}
    assert tree(whole, "superevent") == Leaf("t_0", ">", 1)


def tree_with_hidden(data: Any) -> Node:
    return parse_structured(data, "event", DEFAULT)


# Default exclusions


def test_tests_and_mock_data_are_left_out_by_default() -> None:
    assert tree_with_hidden(A) == And((LA, *HIDDEN["event"]))
    assert tree_with_hidden({"and": [A, B]}) == And((LA, LB, *HIDDEN["event"]))
    assert tree_with_hidden({"or": [A, B]}) == And((Or((LA, LB)), *HIDDEN["event"]))
    found = parse_structured(leaf("is_gw", "=", True), "superevent", DEFAULT)
    assert found == And((Leaf("is_gw", "=", True), *HIDDEN["superevent"]))


REVEALING: list[tuple[Kind, dict[str, Any]]] = [
    ("event", leaf("id", "=", "G1")),
    ("event", leaf("graceid", "!=", "G1")),
    ("event", leaf("group", "contains", "x")),
    ("event", leaf("search", "is_null", False)),
    ("superevent", leaf("id", "startswith", "S")),
    ("superevent", leaf("superevent_id", "!=", "S170817")),
    ("superevent", leaf("category", "in", ["Production"])),
]
HIDING: list[tuple[Kind, dict[str, Any]]] = [
    ("event", leaf("pipeline", "=", "gstlal")),
    ("event", leaf("si.search", "=", "MDC")),
    ("event", leaf("superevent", "=", "TS170817")),
    ("event", leaf("replay_id", "=", "test")),
    ("superevent", leaf("preferred_event", "=", "T1")),
    ("superevent", leaf("preferred_event.group", "=", "Test")),
    ("superevent", leaf("preferred_event.search", "=", "MDC")),
    ("superevent", leaf("preferred_event.id", "=", "T1")),
    ("superevent", leaf("events", "=", "M1")),
]


@pytest.mark.parametrize(("kind", "named"), REVEALING)
def test_a_field_that_finds_them_lifts_both(kind: Kind, named: dict[str, Any]) -> None:
    other = leaf("label", "has", "INJ")
    assert is_revealing(named, kind)
    assert is_revealing({"not": {"or": [other, {"and": [other, named]}]}}, kind)


@pytest.mark.parametrize(("kind", "named"), HIDING)
def test_other_fields_lift_nothing(kind: Kind, named: dict[str, Any]) -> None:
    assert not is_revealing(named, kind)
    assert not is_revealing({"not": named}, kind)


# Values that computers find hard


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (math.inf, math.inf),
        (-math.inf, -math.inf),
        (10**400, math.inf),
        (-(10**400), -math.inf),
        (10**30, 1e30),
        (2**63, 2.0**63),
        (2**63 - 1, 2**63 - 1),
        (-(2**62), -(2**62)),
        (0.0, 0.0),
    ],
)
def test_numbers_of_any_size_can_be_compared(sent: Any, expected: float) -> None:
    found = value("far", "<", sent)
    assert (found, type(found)) == (expected, type(expected))
    assert value("far", "between", [-math.inf, sent])[1] == expected


def test_structured_texts_are_told_by_their_bracket() -> None:
    for text in ("{", '  {"and": []}', "\n\t[1]", "[", "\u00a0{"):
        assert is_structured(text)
    for text in ("", " ", "far < 1", "(far < 1)", '"x"', "G1 {"):
        assert not is_structured(text)


# Whatever is sent


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["CBC", "G0001", "S170817", "2026-01-14", "O3", "Test", "INJ"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)  # fmt: skip
fields = st.sampled_from(
    [*EVENT_FIELDS, *SUPEREVENT_FIELDS, *ALIASES, *SUPEREVENT_ALIASES, "si.snr", "ml.ifos"]
) | st.builds("preferred_event.{}".format, st.sampled_from([*EVENT_FIELDS, *ALIASES, "grb.x"]))
ops = st.sampled_from(
    [*("=", "!=", "<", "between", "is_null", "contains", "startswith", "in", "has", "not_has")]
)
conditions = st.fixed_dictionaries({"field": fields, "op": ops, "value": values})
nodes = st.recursive(
    conditions | st.dictionaries(st.sampled_from(["and", "or", "field", "x"]), values),
    lambda inner: (
        st.builds(lambda c: {"and": c}, st.lists(inner, max_size=3))
        | st.builds(lambda c: {"or": c}, st.lists(inner, max_size=3))
        | st.builds(lambda c: {"not": c}, inner)
    ),
    max_leaves=5,
)
kinds = st.sampled_from(["event", "superevent"])


@given(nodes | values, kinds)
@settings(max_examples=300, deadline=None)
def test_anything_is_a_tree_or_refused(data: Any, kind: Kind) -> None:
    known = EVENT_FIELDS if kind == "event" else SUPEREVENT_FIELDS
    try:
        found = parse_structured(data, kind, DEFAULT)
    except StructuredError:
        return
    hash(found)
    for one in leaves(found):
        name = one.field
        if kind == "superevent" and name not in known:
            assert name.removeprefix("preferred_event.") in EVENT_FIELDS
        else:
            assert name in known
