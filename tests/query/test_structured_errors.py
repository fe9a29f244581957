"""What structured queries are refused for: every message, in the server's words, with its place."""

from __future__ import annotations

import datetime
import json
import math
from pathlib import Path
from typing import Any

import pytest

from fakegracedb.errors import ApiError
from fakegracedb.query import StructuredError, parse_structured, parse_structured_text
from fakegracedb.query.structured import Kind
from fakegracedb.vocabulary import DEFAULT

CASES = json.loads((Path(__file__).parents[1] / "data" / "query-cases.json").read_text())
GOOD = {"field": "far", "op": "<", "value": 1}
BAD = {"field": "far", "op": "<", "value": "x"}
NUMBER = "Expected a number, got str"


def leaf(field: Any, op: Any, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def refusal(data: Any, kind: Kind = "event") -> StructuredError:
    with pytest.raises(StructuredError) as refused:
        parse_structured(data, kind, DEFAULT)
    return refused.value


def message(data: Any, kind: Kind = "event") -> str:
    """Give the message for what is wrong at the root."""
    error = refusal(data, kind)
    assert error.path == []
    return error.message


def failure(data: Any, kind: Kind = "event") -> str:
    """Give the reason for which the search fails."""
    error = refusal(data, kind)
    assert error.path is None
    assert error.message.startswith("Query execution failed: ")
    return error.message.removeprefix("Query execution failed: ")


@pytest.mark.parametrize(
    "case", [one for one in CASES["v2_queries"] if one.get("error")], ids=lambda case: case["id"]
)
def test_shared_case_is_refused_in_its_words(case: dict[str, Any]) -> None:
    query = case["query"]
    text = query if isinstance(query, str) else json.dumps(query)
    with pytest.raises(StructuredError) as refused:
        parse_structured_text(text, case["object_type"], DEFAULT)
    assert refused.value.message == case["message"]
    assert refused.value.path == case["path"]


def test_refusal_is_an_answer() -> None:
    error = refusal({"and": [GOOD, {"not": BAD}]})
    assert isinstance(error, ApiError)
    assert error.status == 400
    assert error.body == {
        "error": "invalid_query",
        "message": f"{NUMBER} (at and[1].not)",
        "path": ["and", 1, "not"],
        "version": "2",
    }
    assert list(error.body) == ["error", "message", "path", "version"]
    assert str(error) == error.message


# The body


@pytest.mark.parametrize("data", [[], [1, 2], "far", 1, 1.5, True, None])
def test_body_must_be_an_object(data: Any) -> None:
    error = refusal(data)
    assert (error.message, error.path) == ("Query body must be a JSON/YAML object.", None)


@pytest.mark.parametrize(
    ("kind", "other"), [("event", "superevent"), ("superevent", "event"), ("event", "Event")]
)
def test_object_type_must_fit(kind: Kind, other: str) -> None:
    error = refusal({"object_type": other, "query": BAD}, kind)
    assert error.path == "object_type"
    assert error.message == (
        f"object_type '{other}' does not match this endpoint (expected '{kind}')."
    )


@pytest.mark.parametrize("other", [None, 1, ["event"], {}])
def test_object_type_of_another_kind_does_not_fit(other: Any) -> None:
    assert refusal({"object_type": other, "query": GOOD}).message.startswith(
        f"object_type '{other}' does not match"
    )


@pytest.mark.parametrize(
    ("query", "kind"),
    [(None, "NoneType"), (1, "int"), ("far", "str"), ([GOOD], "list"), (True, "bool")],
)
def test_query_in_the_wrapper_must_be_a_node(query: Any, kind: str) -> None:
    assert message({"query": query}) == f"Query node must be a JSON object, got {kind}"


def test_paths_begin_at_the_query_in_the_wrapper() -> None:
    error = refusal({"object_type": "event", "query": {"or": [BAD]}})
    assert (error.path, error.message) == (["or", 0], f"{NUMBER} (at or[0])")


def test_a_wrapper_with_something_else_is_no_node() -> None:
    found = message({"query": GOOD, "version": 2})
    assert found.endswith("key. Got: ['query', 'version']")
    assert message({**GOOD, "query": GOOD}) == "Leaf node has unexpected keys: {'query'}"


def test_object_type_beside_a_node_is_a_key_too_many() -> None:
    assert message({"object_type": "event", **GOOD}) == (
        "Leaf node has unexpected keys: {'object_type'}"
    )
    assert message({"and": [GOOD], "object_type": "event"}) == (
        "'and' node must not have extra keys: {'object_type'}"
    )
    assert message({"object_type": "event"}).endswith("Got: ['object_type']")


# Nodes


@pytest.mark.parametrize("key", ["and", "or"])
@pytest.mark.parametrize("children", [[], None, GOOD, "x", 0])
def test_children_must_be_a_list_that_is_not_empty(key: str, children: Any) -> None:
    error = refusal({key: children})
    assert error.message == f"'{key}' must be a non-empty list (at {key})"
    assert error.path == [key]


@pytest.mark.parametrize("key", ["and", "or", "not"])
def test_a_branch_has_no_other_keys(key: str) -> None:
    children = GOOD if key == "not" else [GOOD]
    found = message({key: children, "x": 1})
    assert found == f"'{key}' node must not have extra keys: {{'x'}}"
    assert message({"b": 1, key: children, "a": 2}).endswith("keys: {'b', 'a'}")


def test_the_list_is_looked_at_before_other_keys() -> None:
    assert refusal({"and": [], "x": 1}).message == "'and' must be a non-empty list (at and)"


def test_keys_are_looked_for_in_order() -> None:
    every = {"field": "far", "not": GOOD, "or": [GOOD], "and": [GOOD]}
    for key in ("and", "or", "not"):
        assert message(every).startswith(f"'{key}' node must not have extra keys")
        del every[key]
    assert message(every) == "Missing 'op'"


@pytest.mark.parametrize("child", [1, 1.5, "x", None, True, [GOOD]])
@pytest.mark.parametrize("key", ["and", "or", "not"])
def test_child_must_be_an_object(key: str, child: Any) -> None:
    error = refusal({key: child if key == "not" else [GOOD, child]})
    path = ["not"] if key == "not" else [key, 1]
    place = "not" if key == "not" else f"{key}[1]"
    kind = type(child).__name__
    assert error.path == path
    assert error.message == f"Query node must be a JSON object, got {kind} (at {place})"


@pytest.mark.parametrize("node", [{}, {"op": "=", "value": 1}, {"AND": [GOOD]}])
def test_a_node_has_one_of_the_known_keys(node: Any) -> None:
    assert message(node) == (
        f"Node must have 'field' (leaf), 'and', 'or', or 'not' key. Got: {list(node)}"
    )


def test_first_error_from_the_left_is_told() -> None:
    tree = {"and": [GOOD, {"or": [GOOD, {"not": {"and": [GOOD, BAD]}}, {"and": []}]}, 5]}
    error = refusal(tree)
    assert error.path == ["and", 1, "or", 1, "not", "and", 1]
    assert error.message == f"{NUMBER} (at and[1].or[1].not.and[1])"


def test_list_error_below_the_root_has_its_place() -> None:
    error = refusal({"or": [GOOD, {"not": {"and": []}}]})
    assert error.path == ["or", 1, "not", "and"]
    assert error.message == "'and' must be a non-empty list (at or[1].not.and)"


# Leaves


def test_a_leaf_has_no_other_keys() -> None:
    assert message({**GOOD, "x": 1}) == "Leaf node has unexpected keys: {'x'}"
    assert message({"field": None, "values": 1}) == "Leaf node has unexpected keys: {'values'}"


@pytest.mark.parametrize("key", ["op", "value"])
def test_a_leaf_lacks_nothing(key: str) -> None:
    assert message({k: v for k, v in GOOD.items() if k != key}) == f"Missing '{key}'"
    assert message({**GOOD, key: None}) == f"Missing '{key}'"


def test_missing_keys_are_told_in_order() -> None:
    assert message({"field": None, "op": None}) == "Missing 'field'"
    assert message({"field": "banana"}) == "Missing 'op'"
    assert message({"field": "banana", "op": "?"}) == "Missing 'value'"
    assert message({"field": "far", "op": "is_null"}) == "Missing 'value'"


def test_null_passes_for_is_null_and_then_fails() -> None:
    assert "null" in failure(leaf("far", "is_null", None))
    assert "null" in failure(leaf("preferred_event.si.snr", "is_null", None), "superevent")
    # where the operator is not allowed that is told
    assert message(leaf("group", "is_null", None)).startswith("Operator 'is_null'")


@pytest.mark.parametrize(
    "field",
    [
        *("", "banana", "FAR", "Far", " far", "likelihood", "offline", "number", "group.name"),
        *("submitter.last_name", "superevent_id", "events", "preferred_event", "t_0", "category"),
        *("preferred_event.far", "si", "si.", ".snr", "si.SNR", "si.snr.x", "si.eta", "si.far"),
        *("SingleInspiral.eta", "ml.SNR", "multi.snr", "li.bci", "siminspiralevent.mass1"),
        *("grb.ra", "grbevent.t90", "current_id", "is_gw"),
    ],
)
def test_unknown_field_of_events(field: str) -> None:
    assert message(leaf(field, "=", 1)) == f"Unknown field '{field}' for object type 'event'"


@pytest.mark.parametrize("field", [5, 1.5, True, ["far"], {"far": 1}])
def test_field_that_is_no_text_is_unknown(field: Any) -> None:
    assert message(leaf(field, "=", 1)) == f"Unknown field '{field}' for object type 'event'"


@pytest.mark.parametrize(
    "field", ["far", "group", "graceid", "ifos", "nevents", "si.snr", "SI.snr", "replay_id"]
)
def test_field_of_the_preferred_event_is_hinted_at(field: str) -> None:
    assert message(leaf(field, "=", 1), "superevent") == (
        f"Unknown field '{field}' for object type 'superevent'. "
        f"Did you mean 'preferred_event.{field}'?"
    )


@pytest.mark.parametrize(
    "field",
    [
        *("banana", "superevent", "in_superevent", "is_preferred_event", "si.banana"),
        *("preferred_event.superevent", "preferred_event.in_superevent", "preferred_event."),
        *("preferred_event.is_preferred_event", "preferred_event.runid", "preferred_event.t_0"),
        *("preferred_event.preferred_event.far", "Preferred_event.far", "events.number"),
        *("preferred_event.number", "current_id"),
    ],
)
def test_unknown_field_of_superevents_without_a_hint(field: str) -> None:
    assert message(leaf(field, "=", 1), "superevent") == (
        f"Unknown field '{field}' for object type 'superevent'"
    )


NUMBERS = "=, !=, <, <=, >, >=, between, is_null"
CHOICE = "=, !=, contains, in, is_null"
OPERATORS: list[tuple[Kind, str, str, str]] = [
    ("event", "far", "far", NUMBERS),
    ("event", "gpstime", "gpstime", NUMBERS),
    ("event", "nevents", "nevents", NUMBERS),
    ("event", "created", "created", "=, !=, <, <=, >, >=, between"),
    ("event", "group", "group", "=, !=, contains, in"),
    ("event", "pipeline", "pipeline", "=, !=, contains, in"),
    ("event", "search", "search", "=, !=, contains, startswith, in, is_null"),
    ("event", "instruments", "instruments", "=, contains"),
    ("event", "ifos", "instruments", "=, contains"),
    ("event", "id", "id", "=, !=, startswith, in"),
    ("event", "graceid", "id", "=, !=, startswith, in"),
    ("event", "superevent", "superevent", "="),
    ("event", "replay_id", "replay_id", "=, !=, in, is_null"),
    ("event", "in_superevent", "in_superevent", "="),
    ("event", "is_preferred_event", "is_preferred_event", "="),
    ("event", "submitter", "submitter", "contains"),
    ("event", "runid", "runid", "="),
    ("event", "label", "label", "has, not_has"),
    ("event", "si.ifo", "singleinspiral.ifo", CHOICE),
    ("event", "SingleInspiral.search", "singleinspiral.search", CHOICE),
    ("event", "SI.channel", "singleinspiral.channel", "=, !=, contains, startswith, is_null"),
    ("event", "si.snr", "singleinspiral.snr", NUMBERS),
    ("event", "ci.ifos", "coincinspiralevent.ifos", "=, contains, is_null"),
    ("event", "coincinspiral.mass", "coincinspiralevent.mass", NUMBERS),
    ("event", "mb.single_ifo_times", "multiburstevent.single_ifo_times", "=, contains, is_null"),
    ("event", "multiburst.ifos", "multiburstevent.ifos", "=, contains, is_null"),
    ("event", "MultiBurst.code", "multiburstevent.code", CHOICE),
    ("event", "mb.peak_time", "multiburstevent.peak_time", NUMBERS),
    ("event", "ml.score_coinc", "mlyburstevent.score_coinc", NUMBERS),
    ("event", "MLyBurstEvent.ifos", "mlyburstevent.ifos", "=, contains, is_null"),
    (
        "event",
        "grb.trigger_id",
        "grbevent.trigger_id",
        "=, !=, contains, startswith, in, is_null",
    ),
    ("superevent", "id", "id", "=, !=, startswith, in"),
    ("superevent", "superevent_id", "id", "=, !=, startswith, in"),
    ("superevent", "t_0", "t_0", "=, !=, <, <=, >, >=, between"),
    ("superevent", "gpstime", "t_0", "=, !=, <, <=, >, >=, between"),
    ("superevent", "t_start", "t_start", "=, !=, <, <=, >, >=, between"),
    ("superevent", "t_end", "t_end", "=, !=, <, <=, >, >=, between"),
    ("superevent", "created", "created", "=, !=, <, <=, >, >=, between"),
    ("superevent", "category", "category", "=, !=, in"),
    ("superevent", "is_gw", "is_gw", "="),
    ("superevent", "is_exposed", "is_exposed", "="),
    ("superevent", "is_public", "is_exposed", "="),
    ("superevent", "submitter", "submitter", "contains"),
    ("superevent", "runid", "runid", "="),
    ("superevent", "label", "label", "has, not_has"),
    ("superevent", "preferred_event", "preferred_event", "=, !=, startswith, in"),
    ("superevent", "events", "events", "=, !=, startswith, in"),
    ("superevent", "event", "events", "=, !=, startswith, in"),
    ("superevent", "preferred_event.ifos", "preferred_event.instruments", "=, contains"),
    ("superevent", "preferred_event.si.snr", "preferred_event.singleinspiral.snr", NUMBERS),
]


@pytest.mark.parametrize(("kind", "field", "shown", "allowed"), OPERATORS)
def test_operators_are_told_with_the_canonical_name(
    kind: Kind, field: str, shown: str, allowed: str
) -> None:
    every = "= != < <= > >= between is_null contains startswith in has not_has includes == IN"
    told = [op for op in every.split() if op not in allowed.split(", ")]
    for op in told:
        assert message(leaf(field, op, 1), kind) == (
            f"Operator '{op}' is not allowed for field '{shown}'. Allowed operators: {allowed}"
        )


@pytest.mark.parametrize("op", [5, ["="], {"=": 1}, True])
def test_operator_that_is_no_text_is_not_allowed(op: Any) -> None:
    assert message(leaf("far", op, 1)).startswith(f"Operator '{op}' is not allowed for field 'far'")


def test_operator_comes_before_the_value_and_the_field_before_the_operator() -> None:
    assert message(leaf("banana", "?", "x")).startswith("Unknown field")
    assert message(leaf("far", "?", "x")).startswith("Operator")


# Values

DATE = datetime.date(2026, 1, 14)  # which YAML has, and JSON has not
NO_TEXT = [(1, "int"), (1.5, "float"), (True, "bool"), ([], "list"), ({}, "dict"), (DATE, "date")]
NO_NUMBER = [("1", "str"), (True, "bool"), ([1], "list"), ({}, "dict"), (DATE, "date")]
NO_FLAG = ["true", 1, 0, [], {}]


@pytest.mark.parametrize("op", ["=", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize(("value", "kind"), NO_NUMBER)
def test_number_must_be_one(op: str, value: Any, kind: str) -> None:
    for field in ("far", "si.snr"):
        assert message(leaf(field, op, value)) == f"Expected a number, got {kind}"
    assert message(leaf("t_0", op, value), "superevent") == f"Expected a number, got {kind}"


@pytest.mark.parametrize("field", ["far", "created"])
@pytest.mark.parametrize("value", [1, "x", [], [1], [1, 2, 3], {"lo": 1, "hi": 2}, True])
def test_between_takes_two(field: str, value: Any) -> None:
    assert message(leaf(field, "between", value)) == (
        "'between' requires a 2-element array [lo, hi]"
    )


@pytest.mark.parametrize("value", [["1", 2], [1, "2"], [True, 2], [1, None], [[], 2]])
def test_between_of_numbers_takes_numbers(value: Any) -> None:
    assert message(leaf("far", "between", value)) == (
        "'between' on a numeric field requires numeric values"
    )


def test_between_is_not_upside_down() -> None:
    assert message(leaf("far", "between", [2, 1.5])) == (
        "'between' range: lo (2) must be <= hi (1.5)"
    )
    assert message(leaf("t_0", "between", [1e-5, 1e-7]), "superevent") == (
        "'between' range: lo (1e-05) must be <= hi (1e-07)"
    )


TEXTS = [
    *(("group", op) for op in ("=", "!=", "contains")),
    *(("search", op) for op in ("=", "!=", "contains", "startswith")),
    *(("instruments", op) for op in ("=", "contains")),
    *(("id", op) for op in ("=", "!=", "startswith")),
    *(("replay_id", op) for op in ("=", "!=")),
    *(("si.channel", op) for op in ("=", "!=", "contains", "startswith")),
    ("superevent", "="),
    ("submitter", "contains"),
]


@pytest.mark.parametrize(("field", "op"), TEXTS)
@pytest.mark.parametrize(("value", "kind"), NO_TEXT)
def test_text_must_be_one(field: str, op: str, value: Any, kind: str) -> None:
    assert message(leaf(field, op, value)) == f"Expected a string, got {kind}"


@pytest.mark.parametrize("field", ["id", "preferred_event", "events"])
@pytest.mark.parametrize("op", ["=", "!=", "startswith"])
def test_id_of_a_superevent_must_be_a_text(field: str, op: str) -> None:
    assert message(leaf(field, op, 5), "superevent") == "Expected a string, got int"


LISTED: list[tuple[Kind, str]] = [
    *(("event", name) for name in ("group", "search", "id", "replay_id", "si.ifo")),
    *(("superevent", name) for name in ("id", "category", "events")),
]


@pytest.mark.parametrize(("kind", "field"), LISTED)
@pytest.mark.parametrize("value", [[], "x", 1, {}, {"x": 1}, True])
def test_in_takes_a_list_that_is_not_empty(kind: Kind, field: str, value: Any) -> None:
    assert message(leaf(field, "in", value), kind) == "'in' requires a non-empty array"


def test_in_takes_texts() -> None:
    assert message(leaf("group", "in", ["CBC", 1])) == "Expected a string, got int"
    assert message(leaf("id", "in", [None]), "superevent") == "Expected a string, got NoneType"
    assert message(leaf("category", "in", ["Test", 1]), "superevent") == (
        "Expected a string (Production, Test, or MDC)"
    )


@pytest.mark.parametrize("value", NO_FLAG)
def test_flag_is_true_or_false(value: Any) -> None:
    assert message(leaf("in_superevent", "=", value)) == "Expected true or false"
    assert message(leaf("is_gw", "=", value), "superevent") == "Expected true or false"
    assert message(leaf("far", "is_null", value)) == "'is_null' requires a boolean value"


@pytest.mark.parametrize("op", ["has", "not_has"])
@pytest.mark.parametrize("value", [1, ["INJ"], True, {}])
def test_label_is_a_text(op: str, value: Any) -> None:
    assert message(leaf("label", op, value)) == f"'{op}' requires a string (label name)"


@pytest.mark.parametrize("value", [5, 1.5, True, {}, DATE])
def test_time_is_a_text(value: Any) -> None:
    told = f"Datetime field requires an ISO 8601 string, got {type(value).__name__}"
    assert message(leaf("created", ">", value)) == told
    assert message(leaf("created", "between", ["2026-01-14", value]), "superevent") == told


@pytest.mark.parametrize(
    "value",
    [
        *("yesterday", "", "2026", "2026-01", "2026-1-4", "2026-02-30", "2026-01-14T24:00:00Z"),
        *("2026-01-14T12:00", "2026-01-14 12:00", "2026-01-14T12:00:00.5Z", "2026-01-14 12:00:00Z"),
        *("2026-01-14T12:00:00+00:00", "2026-01-14t12:00:00z", " 2026-01-14", "2026-01-14\n"),
        *("0000-01-01", "٢٠٢٦-01-14", "20260114"),
    ],
)
def test_time_of_another_form_is_refused(value: str) -> None:
    told = f"Cannot parse datetime '{value}'. Use ISO 8601 (e.g., 2017-08-17T12:41:04Z)"
    assert message(leaf("created", "=", value)) == told
    assert message(leaf("created", "between", [value, "2026-01-14"])) == told


def test_category_is_one_of_three() -> None:
    assert message(leaf("category", "=", 1), "superevent") == (
        "Expected a string (Production, Test, or MDC)"
    )
    for op, value in (("=", "P"), ("!=", "P"), ("in", ["Test", "P"])):
        assert message(leaf("category", op, value), "superevent") == (
            "Unknown category 'P'. Valid values: Production, Test, MDC"
        )


def test_run_is_a_known_one() -> None:
    assert message(leaf("runid", "=", 3)) == "Expected a run ID string (e.g., O3, O4b)"
    for name in ("O9", "o4a", "O4A", "er1TEST", "", "O3a", " O3"):
        assert message(leaf("runid", "=", name)) == f"Unknown run ID '{name}'"


def test_double_negation_of_a_label_is_refused() -> None:
    told = "NOT(label not_has ...) is redundant; use 'has' directly"
    node = {"not": leaf("label", "not_has", "INJ")}
    assert refusal(node).message == f"{told} (at not)"
    assert refusal(node).path == ["not"]
    error = refusal({"or": [GOOD, node]}, "event")
    assert (error.path, error.message) == (["or", 1, "not"], f"{told} (at or[1].not)")
    preferred = {"not": leaf("preferred_event.label", "not_has", "INJ")}
    assert refusal(preferred, "superevent").message == f"{told} (at not)"
    # the child is looked at first
    assert refusal({"not": leaf("label", "not_has", 1)}).message.startswith("'not_has' requires")
    parse_structured({"not": leaf("label", "has", "INJ")}, "event", DEFAULT)
    parse_structured({"not": {"and": [leaf("label", "not_has", "INJ")]}}, "event", DEFAULT)


# What only fails in the search


@pytest.mark.parametrize("field", ["search", "preferred_event.search"])
def test_search_has_no_beginning(field: str) -> None:
    kind: Kind = "event" if field == "search" else "superevent"
    assert field in failure(leaf(field, "startswith", "All"), kind)


@pytest.mark.parametrize("name", ["o3", "o1", "er8", "s6a"])
def test_run_in_small_letters_fails(name: str) -> None:
    assert repr(name) in failure(leaf("runid", "=", name))
    assert repr(name) in failure(leaf("runid", "=", name), "superevent")


@pytest.mark.parametrize(
    "text",
    [
        *("s170817a", "S170817A", "gw170817A", "GW170817a", "Gw170817A", "ts170817a", "tS170817a"),
        *(
            "",
            "banana",
            "G1234",
            "S17081",
            "S1708170",
            "S170817a1",
            "S17*",
            " S170817",
            "S170817 a",
        ),
        *("S199999a", "S190229", "gw171301", "XS170817a", "TMS170817", "S170817" + "a" * 11),
        *("S\uff1170817a", "S170817a\n"),
    ],
)
def test_id_of_a_superevent_as_nobody_writes_it_fails(text: str) -> None:
    for op in ("=", "!="):
        assert repr(text) in failure(leaf("id", op, text), "superevent")
    assert repr(text) in failure(leaf("id", "in", ["S170817a", text]), "superevent")
    assert repr(text) in failure(leaf("superevent", "=", text))


def test_nan_fails_and_is_upside_down() -> None:
    assert "NaN" in failure(leaf("far", "<", math.nan))
    assert "must be <=" in message(leaf("far", "between", [math.nan, 1]))
    assert "must be <=" in message(leaf("far", "between", [1, math.nan]))


def test_checks_come_before_the_search() -> None:
    failing = leaf("search", "startswith", "All")
    error = refusal({"and": [failing, {"or": [GOOD, BAD]}]})
    assert error.path == ["and", 1, "or", 1]
    two = {"and": [failing, leaf("runid", "=", "o3")]}
    assert "search" in failure(two)  # the first


# Depth and size


def nested(key: str, depth: int, inner: Any = GOOD) -> Any:
    for _ in range(depth):
        inner = {key: inner if key == "not" else [inner]}
    return inner


def test_deep_nesting_is_answered() -> None:
    for depth in (101, 400, 100_000):
        assert "nested" in failure(nested("not", depth))
    for depth in (101, 100_000):
        node: Any = GOOD
        for _ in range(depth // 2 + 1):
            node = {"and": [{"or": [node]}]}
        assert "nested" in failure(node)
    # an error down there is told with its place
    error = refusal(nested("not", 5000, BAD))
    assert error.path == ["not"] * 5000
    assert error.message == f"{NUMBER} (at {'.'.join(['not'] * 5000)})"


@pytest.mark.parametrize("open_", ["[", '{"not":', '{"and":['])
def test_text_that_is_nested_too_deeply_is_no_json(open_: str) -> None:
    with pytest.raises(StructuredError) as refused:
        parse_structured_text(open_ * 100_000, "event", DEFAULT)
    assert refused.value.path is None


def test_numbers_of_any_size_are_shown() -> None:
    huge = 16**5000
    assert message(leaf("far", "between", [huge, 1])) == (
        "'between' range: lo (<int>) must be <= hi (1)"
    )


def test_names_of_any_kind_are_shown() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert message(leaf(deep, "=", 1)) == "Unknown field '<list>' for object type 'event'"
    assert message(leaf("far", deep, 1)).startswith("Operator '<list>' is not allowed")
    assert message(leaf(deep, "=", 1), "superevent").startswith("Unknown field '<list>'")
    while deep:  # Python's own way of letting it go is recursive
        deep = deep.pop()
