"""The texts of structured queries: JSON as Python reads it, YAML as PyYAML's safe loader does."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from typing import Any

import pytest

from fakegracedb.query import StructuredError, parse_structured, parse_structured_text
from fakegracedb.query.structured_texts import read_json, read_yaml
from fakegracedb.query.trees import Leaf, leaves
from fakegracedb.vocabulary import DEFAULT

UNPARSED = "Could not parse query body: "


def unparsed(text: str | bytes) -> str:
    """Give why a JSON text is none."""
    with pytest.raises(StructuredError) as refused:
        read_json(text)
    return _reason(refused.value)


def _reason(error: StructuredError) -> str:
    assert error.body["path"] is None
    assert error.message.startswith(UNPARSED)
    return error.message.removeprefix(UNPARSED)


# JSON


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ('  {"a": }', "Expecting value: line 1 column 9 (char 8)"),
        ('{"a": 1} x', "Extra data: line 1 column 10 (char 9)"),
        ("{'a': 1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ('{"a":\n tru}', "Expecting value: line 2 column 2 (char 7)"),
        ("field: far", "Expecting value: line 1 column 1 (char 0)"),
        ('{"a": "\n"}', "Invalid control character at: line 1 column 8 (char 7)"),
    ],
)
def test_text_that_is_no_json_is_refused_in_the_readers_words(text: str, reason: str) -> None:
    assert unparsed(text) == reason
    assert unparsed(text.encode()) == reason


def test_bytes_that_are_no_text_are_refused() -> None:
    assert "codec can't decode byte 0xff" in unparsed(b'{"a": "\xff"}')


def test_bytes_of_other_encodings_are_read() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le"):
        assert read_json('{"a": "ü"}'.encode(encoding)) == {"a": "ü"}


def test_integers_that_python_does_not_read_are_refused() -> None:
    assert "4300 digits" in unparsed('{"value": 1' + "0" * 5000 + "}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Infinity", math.inf), ("-Infinity", -math.inf), ("1e999", math.inf), ("1" * 400, math.inf)],
)
def test_numbers_beyond_all_bounds_are_compared(text: str, expected: float) -> None:
    query = f'{{"field": "far", "op": "<", "value": {text}}}'
    first = next(leaves(parse_structured_text(query, "event", DEFAULT)))
    assert first == Leaf("far", "<", expected)


def test_nan_is_refused() -> None:
    with pytest.raises(StructuredError, match=r"^Query execution failed: NaN"):
        parse_structured_text('{"field": "far", "op": "=", "value": NaN}', "event", DEFAULT)


def test_the_last_of_equal_keys_counts() -> None:
    query = '{"field": "nevents", "field": "far", "op": "=", "value": 1}'
    assert Leaf("far", "=", 1) in leaves(parse_structured_text(query, "event", DEFAULT))


def test_long_texts_are_read_as_well() -> None:
    condition = '{"field": "far", "op": "<", "value": 1e-8}'
    query = f'{{"or": [{", ".join([condition] * 2000)}]}}'
    assert len(list(leaves(parse_structured_text(query, "event", DEFAULT)))) == 2002


# YAML


@pytest.fixture(params=["libyaml", "Python"])
def yaml(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read with either of PyYAML's readers."""
    library = pytest.importorskip("yaml")
    if request.param == "Python":
        monkeypatch.delattr(library, "CSafeLoader", raising=False)
    elif not hasattr(library, "CSafeLoader"):
        pytest.skip("PyYAML without libyaml")
    return library


def unread(text: str | bytes) -> str:
    """Give why a YAML text is none, or no query; it does not take long to say so."""
    began = time.thread_time()
    with pytest.raises(StructuredError) as refused:
        parse_structured(
            read_yaml(text.encode() if isinstance(text, str) else text), "event", DEFAULT
        )
    assert time.thread_time() - began < 2
    assert refused.value.status == 400
    return refused.value.message


@pytest.mark.usefixtures("yaml")
def test_yaml_is_read() -> None:
    text = """
    # all of last night
    object_type: event
    query:
      and:
        - field: far
          op: "<"
          value: 1.0e-8
        - {field: group, op: in, value: [CBC, 'Burst']}
        - not: {field: in_superevent, op: "=", value: true}
        - {field: nevents, op: ">=", value: 2}
        - {"field": "created", "op": ">", "value": "2026-01-14"}
    """
    found = list(leaves(parse_structured(read_yaml(text.encode()), "event", DEFAULT)))
    assert found[0] == Leaf("far", "<", 1e-8)
    assert found[1].value == ("CBC", "Burst")
    assert found[2].value is True
    assert [one.field for one in found[3:]] == ["nevents", "created"]


@pytest.mark.usefixtures("yaml")
def test_json_is_yaml() -> None:
    text = b'{"field": "far", "op": "between", "value": [1, 2.5]}'
    assert read_yaml(text) == {"field": "far", "op": "between", "value": [1, 2.5]}


@pytest.mark.usefixtures("yaml")
def test_words_of_yaml_are_what_they_are_there() -> None:
    # a number needs its point, a date is no text
    assert unread("{field: far, op: <, value: 1e-8}") == "Expected a number, got str"
    assert unread("{field: created, op: <, value: 2026-01-14}") == (
        "Datetime field requires an ISO 8601 string, got date"
    )
    assert unread("{field: label, op: has, value: no}") == ("'has' requires a string (label name)")
    assert unread("{field: label, op: ~, value: x}") == "Missing 'op'"


@pytest.mark.usefixtures("yaml")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 1", "Query body must be a JSON/YAML object."),
        ("# nothing", "Query body must be a JSON/YAML object."),
        ("far", "Query body must be a JSON/YAML object."),
        ("!!set {and, or}", "Query body must be a JSON/YAML object."),
        ("1: 2", "key. Got: [1]"),
        ("~: 2", "key. Got: [None]"),
        ("true: 2", "key. Got: [True]"),
        ("2026-01-14: x", "key. Got: [datetime.date(2026, 1, 14)]"),
        ("{field: far, op: <, value: 1, 3: 4}", "Leaf node has unexpected keys: {3}"),
        ("{and: [{field: far}], 1: 2}", "'and' node must not have extra keys: {1}"),
    ],
)
def test_what_only_yaml_can_say_is_no_query(text: str, told: str) -> None:
    assert unread(text).endswith(told)


@pytest.mark.usefixtures("yaml")
@pytest.mark.parametrize(
    "text",
    [
        *("{", "a: b: c", "a:\n\t- x", "? [a]\n: 2", "? {a: 1}\n: 2", "--- a\n--- b\n", "*a"),
        *("!!python/object/apply:os.system ['ls']", "!unknown x", "a\0b", "%", "@", "\u0007"),
        *("!!int ''", "!!float ''", "!!float x", "!!bool x", "!!timestamp x", "2026-13-45"),
        "!!binary ü",
        b"\xff\xfe\x00",
        b"a: \xff",
    ],
)
def test_text_that_is_no_yaml_is_refused(text: str | bytes) -> None:
    assert unread(text).startswith(UNPARSED)


@pytest.mark.usefixtures("yaml")
def test_a_few_aliases_are_read() -> None:
    text = "and: [&a {field: far, op: <, value: 1}, {not: *a}]"
    found = list(leaves(parse_structured(read_yaml(text.encode()), "event", DEFAULT)))
    assert found[:2] == [Leaf("far", "<", 1)] * 2


def nine(pattern: str, first: str) -> str:
    """Give levels, each of which stands for nine of the one before."""
    lines = [f"a0: &a0 {first}"]
    for level in range(1, 40):
        inside = ",".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} {pattern % inside}")
    return "\n".join(lines)


BOMBS = {
    "lists": nine("[%s]", "[x, x]"),
    "merged": nine("{<<: [%s]}", "{x: 1}"),
    "a chain": "and: [&a0 x" + "".join(f", &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)),
    "long text": f"op: &a '{'x' * 20_000}'\nfield: [{','.join(['*a'] * 2000)}]",
    "itself": "&a [*a]",
    "itself, below": "and: &a [{not: {and: *a}}]",
    "lists in lists": "[" * 40_000,
    "objects in objects": "{a: " * 12_000,
    "blocks in blocks": "".join(" " * depth + "a:\n" for depth in range(400)),
    "items in items": "- " * 20_000,
    "keys in keys": "? " * 20_000,
    "sixties": "1" + ":1" * 20_000,
    "sixties by tag": f"!!int '1{':1' * 20_000}'",
    "digits": "9" * 40_000,
    "hexadecimal": f"{{field: far, op: between, value: [0x{'f' * 5000}, 1]}}",
    "anchors": "".join(f"- &a{n} x\n" for n in range(4000)),
    "too long": "#" * 60_000,
}


@pytest.mark.usefixtures("yaml")
@pytest.mark.parametrize("name", BOMBS)
def test_yaml_bomb_is_refused_at_once(name: str) -> None:
    unread(BOMBS[name])


def test_yaml_bombs_take_no_memory() -> None:
    """Each in a process of its own that may not have 100 MB more than it begins with."""
    pytest.importorskip("yaml")
    resource = pytest.importorskip("resource")
    assert resource
    code = """
import resource, sys
from fakegracedb.query import StructuredError, parse_structured
from fakegracedb.query.structured_texts import read_yaml
from fakegracedb.vocabulary import DEFAULT
import yaml
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
text = sys.stdin.buffer.read()
before = peak()
try:
    parse_structured(read_yaml(text), "event", DEFAULT)
except StructuredError:
    unit = 1 if sys.platform == "darwin" else 1024
    assert (peak() - before) * unit < 100e6, peak() - before
else:
    raise SystemExit("it was read")
"""
    for name in ("lists", "merged", "long text", "lists in lists", "anchors"):
        done = subprocess.run(
            [sys.executable, "-c", code], input=BOMBS[name].encode(), capture_output=True
        )
        assert done.returncode == 0, (name, done.stderr.decode())


def test_without_pyyaml_there_is_no_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ImportError):
        read_yaml(b"a: 1")
