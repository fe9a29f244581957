"""How the text of a Stream is cut into tokens, and what strings and numbers may look like."""

import math

import pytest
from coincs import document, with_columns

from fakegracedb.ingest.ligolw import ReadError, Schema, read_tables

MEASURED = Schema(
    "measured",
    {"name": "lstring", "count": "int_4s", "size": "int_4u", "value": "real_8", "part": "real_4"},
    frozenset({"measured_id"}),
)
TYPES = {"name": "lstring", "count": "int_4s", "value": "real_8"}


def rows(text, types=TYPES, delimiter=","):
    content = document(with_columns("measured", text, types, delimiter=delimiter))
    (found,) = read_tables(content, [MEASURED])["measured"]
    return found.rows


def column(kind, text):
    """The values of a table of one column of a type."""
    name = {"lstring": "name", "int_4s": "count", "real_8": "value"}[kind]
    return [row[0] for row in rows(f"{text},\n", {name: kind})]


def error(text, types=TYPES, delimiter=","):
    with pytest.raises(ReadError) as caught:
        rows(text, types, delimiter)
    return str(caught.value)


def test_line_breaks_have_no_meaning():
    assert rows('"a",1,2,"b",3,4') == [("a", 1, 2.0), ("b", 3, 4.0)]
    assert rows('\n\t"a"\n,\n1,2,"b"\n\n,3\n,\n4\n') == [("a", 1, 2.0), ("b", 3, 4.0)]


def test_incomplete_last_row_is_dropped():
    assert rows('"a",1,2,"b",3') == [("a", 1, 2.0)]
    assert rows('"a",1,2,"b') == [("a", 1, 2.0)]


def test_last_delimiter_is_allowed():
    assert rows('"a",1,2,') == [("a", 1, 2.0)]
    assert rows('"a",1,2,\n') == [("a", 1, 2.0)]


def test_empty_token_is_null_and_empty_quotes_are_an_empty_string():
    assert rows('"",,\n') == []
    assert rows('"",,,\n') == [("", None, None)]
    assert rows(" , 1 , ,\n,,,") == [(None, 1, None), (None, None, None)]
    assert rows("'',,,\n") == [("", None, None)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("H1", "H1"),
        ('"H1"', "H1"),
        ("'H1,L1'", "H1,L1"),
        ('"H1,L1"', "H1,L1"),
        ('" H1\t"', " H1\t"),
        (r'"a\"b"', 'a"b'),
        (r"'a\'b'", "a'b"),
        (r'"a\\b\\"', "a\\b\\"),
        (r'"\\\""', '\\"'),
        ('"a\'b"', "a'b"),
        (r"a\b", r"a\b"),
        ('a"b"', 'a"b"'),
        ('"\u00e9\u2003\U0001f600"', "\u00e9\u2003\U0001f600"),
        ("\u2003H1\u3000", "H1"),
        ("\u00a0H1", "\u00a0H1"),
        ('"<&>"', "<&>"),
        ("nan", "nan"),
    ],
)
def test_strings(text, value):
    assert column("lstring", text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-17", -17),
        ("+17", 17),
        ('"17"', 17),
        ('"\t17"', 17),
        ("0x1F", 31),
        ("-0X1f", -31),
        ("010", 8),
        ("-010", -8),
        ("00", 0),
        ("999999999999999999", 999999999999999999),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", 2**63 - 1),
        ("-9223372036854775809", -(2**63)),
        ("-" + "9" * 10_000, -(2**63)),
        ("0x" + "f" * 10_000, 2**63 - 1),
    ],
)
def test_integers_are_read_as_c_reads_them(text, value):
    assert column("int_4s", text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "1.5",
        "1e3",
        "abc",
        "1_000",
        "08",
        "0b1",
        "0x",
        "+",
        "--1",
        "1L",
        "\u0661",
        '""',
        '"1 "',
        "nan",
    ],
)
def test_what_is_no_integer_is_refused(text):
    value = text.strip('"')
    assert error(text, {"count": "int_4s"}).endswith(f"invalid literal for long(): '{value}'")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("-1.5e-3", -1.5e-3),
        (".5", 0.5),
        ("5.", 5.0),
        ("+1E+5", 1e5),
        ('"1.5"', 1.5),
        ('" 1.5"', 1.5),
        ("inf", math.inf),
        ("-INF", -math.inf),
        ("+Infinity", math.inf),
        ("1e999", math.inf),
        ("-1e999", -math.inf),
        ("1e-999", 0.0),
        ("0x1p3", 8.0),
        ("-0x.8", -0.5),
        ("0x1p99999", math.inf),
        ("-0x1p99999", -math.inf),
        ("9" * 10_000, math.inf),
        ("0." + "1" * 10_000, 0.1111111111111111),
        ("0.1", 0.1),
        ("9.91315304082986", 9.91315304082986),
    ],
)
def test_reals_are_read_as_c_reads_them(text, value):
    assert column("real_8", text) == [value]


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan", "+NAN", '"nan"', "nan(0x1)"])
def test_not_a_number_is_a_number(text):
    assert math.isnan(column("real_8", text)[0])


@pytest.mark.parametrize(
    "text",
    ["abc", "1_0.0", "1d3", "1.0f", "1e", "e5", ".", "-", "0x", "infinit", "\uff11", '""', '"1 "'],
)
def test_what_is_no_real_is_refused(text):
    value = text.strip('"')
    assert error(text, {"value": "real_8"}).endswith(f"invalid literal for float(): '{value}'")


@pytest.mark.parametrize("text", ['"a" x,1,2', "a b,1,2", '"a"b,1,2', '"a""b",1,2', "a,1 2,3"])
def test_token_must_end_at_a_delimiter(text):
    assert error(text).endswith("expected whitespace or delimiter")


@pytest.mark.parametrize("text", [r'"a\n",1,2', r'"a\,b",1,2', r"""'a\"b',1,2""", r'"\ ",1,2'])
def test_only_quotes_and_backslashes_are_escaped(text):
    assert error(text).endswith("unrecognized escape sequence")


@pytest.mark.parametrize("delimiter", [";", " ", "|", "]", "^", "-", "\\", "e", "\u00e9", "'", '"'])
def test_delimiter_may_be_any_character(delimiter):
    text = delimiter.join(["H1", "1", "2", "L1", "3", "4"])
    assert rows(text, delimiter=delimiter) == [("H1", 1, 2.0), ("L1", 3, 4.0)]


def test_blank_delimiters_may_come_several_at_once():
    assert rows("H1  1 \t 2", delimiter=" ") == [("H1", 1, 2.0)]


@pytest.mark.parametrize("delimiter", ["", ",,"])
def test_delimiter_must_be_one_character(delimiter):
    assert error("1", delimiter=delimiter).endswith("len(delimiter) != 1")


def test_text_is_the_same_in_whatever_pieces_it_comes():
    # Comments and instructions cut the text; so do entities and the sections of the reader.
    content = document(with_columns("measured", '"a,<b\\"",10,2.5,\n"",,', TYPES)).decode()
    (whole,) = read_tables(content.encode(), [MEASURED])["measured"]
    start, stop = content.index(">", content.index("<Stream")) + 1, content.index("</Stream>")
    text = content[start:stop]
    for cut in range(len(text) + 1):
        if "&" in text[max(0, cut - 3) : cut] and ";" not in text[max(0, cut - 3) : cut]:
            continue
        pieces = f"{content[:start]}{text[:cut]}<!-- cut -->{text[cut:]}{content[stop:]}"
        assert read_tables(pieces.encode(), [MEASURED])["measured"] == [whole]


def test_character_data_sections_are_text():
    types = {"name": "lstring", "value": "real_8"}
    content = document(with_columns("measured", "TEXT", types)).decode()
    content = content.replace("TEXT", '<![CDATA["a<b&lt;c",1]]>')
    (found,) = read_tables(content.encode(), [MEASURED])["measured"]
    assert found.rows == [("a<b<c", 1.0)]
