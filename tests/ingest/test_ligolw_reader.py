"""The reader of LIGO_LW tables: which are read, what they may say, and how tokens are read."""

import math

import coincs
import pytest
from coincs import coinc, document, table, with_columns

from fakegracedb.ingest.coinc import COINC_EVENT, COINC_INSPIRAL, SNGL_INSPIRAL
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


# Tables


@pytest.mark.parametrize("name", coincs.ALL)
@pytest.mark.parametrize("form", ["{}", "a:{}:table"])
def test_table_called_by_another_form_of_its_name_is_refused(refusal, name, form):
    full = form.format(name)
    message = refusal(coinc(**{name: table(name).replace(f"{name}:table", full)}))
    assert message.endswith(f": invalid Name '{full}' for Table '{name}'")


@pytest.mark.parametrize(
    "form", ["b:a:{}:table", "{}:tables", " {}:table", "X{}:table", "{}:Table"]
)
def test_table_of_another_name_is_skipped(read_coinc, form):
    other = table("coinc_inspiral").replace("coinc_inspiral:table", form.format("coinc_inspiral"))
    assert read_coinc(coinc(coinc_inspiral=other)).warnings == [
        "Could not extract coinc inspiral table."
    ]


def test_stream_must_have_the_name_of_its_table(refusal):
    tables = with_columns("coinc_event", "1", {"nevents": "int_4u"}, stream="coinc_event")
    assert refusal(coinc(coinc_event=tables)).endswith(
        "Stream Name 'coinc_event' does not match Table Name 'coinc_event:table'"
    )
    nameless = table("coinc_event").replace('Stream Name="coinc_event:table"', "Stream")
    assert "does not match" in refusal(coinc(coinc_event=nameless))


def test_table_without_a_name_is_refused_wherever_it_is(refusal):
    assert refusal(document("<LIGO_LW>\n<Table/></LIGO_LW>")) == "'Name'"


def test_tables_in_a_namespace_are_refused(refusal):
    content = coinc().replace(b"<LIGO_LW>", b'<LIGO_LW xmlns="http://example.org/">')
    assert refusal(content) == "unknown element Table for namespace http://example.org/"


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("", "has no elements"),
        ("text", "does not hold text"),
        (
            '<Column Name="nevents" Type="int_4u">x</Column>',
            "Column in 'coinc_event' does not hold",
        ),
        ("<Thing/>", "unknown element Thing for namespace"),
        ("<Param/>", "invalid child Param for Table 'coinc_event'"),
        ('<Table Name="coinc_event:table"/>', "invalid child Table for Table 'coinc_event'"),
        ('<Comment Name="x"/>', "Comment element: invalid attribute(s) 'Name'"),
        ("<Column/>", "attribute 'Name' is not set"),
        ('<Column Name="nevents"/>', "attribute 'Type' is not set"),
        ('<Column Name="nevents" Kind="int_4u"/>', "Column element: invalid attribute(s) 'Kind'"),
        ('<Stream Name="coinc_event:table"/>', "Stream without Columns in Table"),
        (
            '<Column Name="nevents" Type="int_4u"/><Stream Name="coinc_event:table" Type="Far"/>',
            "invalid Type for Stream: 'Far'",
        ),
        (
            '<Column Name="nevents" Type="int_4u"/><Comment/>',
            "Comment must come before Column(s) and Stream in Table",
        ),
        (
            '<Column Name="nevents" Type="int_4u"/>' + '<Stream Name="coinc_event:table"/>' * 2,
            "only one Stream allowed in Table",
        ),
        (
            '<Column Name="nevents" Type="int_4u"/><Stream Name="coinc_event:table"/>'
            '<Column Name="likelihood" Type="real_8"/>',
            "Column(s) must come before Stream in Table",
        ),
    ],
)
def test_table_that_breaks_a_rule_is_refused(refusal, inside, message):
    tables = f'<Table Name="coinc_event:table">{inside}</Table>'
    assert message in refusal(coinc(coinc_event=tables))


def test_table_may_have_a_comment_and_units(read_coinc):
    tables = table("coinc_event").replace("<Column", "<Comment>what it is</Comment><Column", 1)
    tables = tables.replace('"int_4u"', '"int_4u" Unit="1"')
    assert read_coinc(coinc(coinc_event=tables)).values == read_coinc(coinc()).values


def test_delimiter_is_a_comma_unless_given(read_coinc):
    tables = table("coinc_event").replace('Delimiter="," ', "").replace('Type="Local"', "")
    assert read_coinc(coinc(coinc_event=tables)).values == read_coinc(coinc()).values


def test_elements_inside_a_stream_are_no_part_of_its_text(read_coinc):
    tables = table("coinc_event").replace(",2,", ",<Comment>3,<Param>x</Param></Comment>2,")
    assert read_coinc(coinc(coinc_event=tables)).values["nevents"] == 2
    assert "<Comment>" in tables


# Columns


@pytest.mark.parametrize("form", ["{0}", "{1}:{0}", "other:{0}", "a:b:{0}"])
@pytest.mark.parametrize("name", coincs.ALL)
def test_columns_may_have_a_prefix(read_coinc, name, form):
    types = {
        form.format(column.rpartition(":")[2], name): kind
        for column, (kind, _) in coincs.COLUMNS[name].items()
    }
    text = ",".join(token for _, token in coincs.COLUMNS[name].values())
    reading = read_coinc(coinc(**{name: with_columns(name, text, types)}))
    usual = read_coinc(coinc())
    assert (reading.values, reading.attributes) == (usual.values, usual.attributes)


@pytest.mark.parametrize("form", ["{}", "table:{}", "process:{}"])
@pytest.mark.parametrize(
    ("kind", "token"), [("int_8s", "7"), ("ilwd:char", '"process:process_id:7"')]
)
@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("coinc_inspiral", ["coinc_event_id"]),
        ("coinc_event", ["coinc_event_id", "coinc_def_id", "time_slide_id", "process_id"]),
        ("sngl_inspiral", ["event_id", "process_id"]),
    ],
)
def test_ids_are_integers_or_ilwd_and_not_used(read_coinc, name, ids, kind, token, form):
    columns = {c: cell for c, cell in coincs.COLUMNS[name].items() if not c.endswith("_id")}
    columns |= {form.format(one): (kind, token) for one in ids}
    text = ",".join(token for _, token in columns.values())
    types = {column: kind for column, (kind, _) in columns.items()}
    reading = read_coinc(coinc(**{name: with_columns(name, text, types)}))
    usual = read_coinc(coinc())
    assert (reading.values, reading.attributes) == (usual.values, usual.attributes)


def test_ids_of_both_kinds_may_stand_in_one_table(read_coinc):
    types = {"process_id": "ilwd:char", "coinc_event:coinc_event_id": "int_8s"}
    types |= {"nevents": "int_4u", "likelihood": "real_8"}
    tables = with_columns("coinc_event", '"process:process_id:0",0,5,1', types)
    assert read_coinc(coinc(coinc_event=tables)).values["nevents"] == 5


@pytest.mark.parametrize("kind", ["int_4s", "lstring", "real_8"])
def test_id_of_another_type_is_refused(refusal, kind):
    tables = with_columns("coinc_event", "1", {"process_id": kind})
    assert refusal(coinc(coinc_event=tables)).endswith(
        f": Data Type {kind} is not allowed for this column"
    )


@pytest.mark.parametrize("schema", [COINC_INSPIRAL, COINC_EVENT, SNGL_INSPIRAL])
def test_unknown_column_is_refused(refusal, schema):
    tables = with_columns(schema.name, "1", {"zappa": "real_8"})
    message = refusal(coinc(**{schema.name: tables}))
    assert message.endswith(f": invalid Column 'zappa' for Table '{schema.name}'")


@pytest.mark.parametrize("name", ["IFOS", " ifos", ":ifos", "c:b:a:ifos", "ifos:"])
def test_misspelt_column_is_refused(refusal, name):
    tables = with_columns("coinc_inspiral", "1", {name: "lstring"})
    assert f"invalid Column '{name}'" in refusal(coinc(coinc_inspiral=tables))


@pytest.mark.parametrize("schema", [COINC_INSPIRAL, COINC_EVENT, SNGL_INSPIRAL])
def test_each_column_has_exactly_one_type(read_coinc, refusal, schema):
    for name, kind in schema.columns.items():
        for other in {"real_4", "real_8", "int_4s", "int_4u", "int_8s", "lstring", "zappa"} - {
            kind
        }:
            tables = with_columns(schema.name, "", {name: other})
            assert refusal(coinc(**{schema.name: tables})).endswith(
                f": invalid type '{other}' for Column '{name}' in Table '{schema.name}', "
                f"expected type '{kind}'"
            )
        tables = with_columns(schema.name, None, {name: kind})
        logs = read_coinc(coinc(**{schema.name: tables})).logs
        assert not any(log.comment.startswith("Could not read") for log in logs)


def test_column_may_not_come_twice(refusal):
    types = {"snr": "real_4", "sngl_inspiral:snr": "real_4"}
    tables = with_columns("sngl_inspiral", "1,2", types)
    assert "duplicate Column 'snr' in Table 'sngl_inspiral'" in refusal(coinc(sngl_inspiral=tables))


@pytest.mark.parametrize("row", [0, 1, 2])
@pytest.mark.parametrize("name", coincs.ALL)
def test_a_bad_number_fails_the_load_wherever_it_is(refusal, name, row):
    column = {"coinc_inspiral": "snr", "coinc_event": "likelihood", "sngl_inspiral": "snr"}[name]
    parts = table(name, 3, **{column: "77.5"}).split("77.5")
    tables = "77.5".join(parts[: row + 1]) + "abc" + "77.5".join(parts[row + 1 :])
    assert refusal(coinc(**{name: tables})).endswith(": invalid literal for float(): 'abc'")


# Tokens


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


# Documents


def test_messages_carry_the_line_of_the_file(refusal):
    lines = coinc().decode().splitlines()
    at = {text: number for number, text in enumerate(lines, start=1)}
    kind = '<Column Name="snr" Type="real_4"/>'
    retyped = [line.replace("real_4", "real_8") if line == kind else line for line in lines]
    assert refusal("\n".join(retyped).encode()) == (
        f"line {at[kind]}: invalid type 'real_8' for Column 'snr' in Table 'sngl_inspiral', "
        "expected type 'real_4'"
    )
    renamed = [line.replace("snr", "zappa") if line == kind else line for line in lines]
    assert refusal("\n".join(renamed).encode()) == (
        f"line {at[kind]}: invalid Column 'zappa' for Table 'sngl_inspiral'"
    )
    row = '0,"H1,L1,V1",2,12.5,'
    wrong = [line.replace("12.5", "abc") if line == row else line for line in lines]
    assert refusal("\n".join(wrong).encode()) == (
        f"line {at[row]}: invalid literal for float(): 'abc'"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "<unknown>:1:0: syntax error"),
        (b"", "<unknown>:1:0: no element found"),
        (b"<LIGO_LW>\n", "<unknown>:2:0: no element found"),
        (b"<a></b>", "<unknown>:1:5: mismatched tag"),
        (b"<a/><a/>", "<unknown>:1:4: junk after document element"),
        (b"<a>\0</a>", "<unknown>:1:3: not well-formed (invalid token)"),
        (b"<a>&undefined;</a>", "<unknown>:1:3: undefined entity"),
        (b"<a:b/>", "<unknown>:1:0: unbound prefix"),
        (b"\xff\xff", "<unknown>:1:0: not well-formed (invalid token)"),
        (b"{}", "<unknown>:1:0: not well-formed (invalid token)"),
    ],
)
def test_what_is_no_xml_is_refused(refusal, content, message):
    assert refusal(content) == message


def test_every_truncation_of_a_document_is_refused(refusal):
    content = coinc().rstrip()
    for size in range(0, len(content), 7):
        assert refusal(content[:size])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "us-ascii"])
def test_encodings(read_coinc, encoding):
    name = encoding.replace("-sig", "")
    content = coinc().decode().replace('encoding="utf-8"', f'encoding="{name}"')
    reading = read_coinc(content.encode(encoding))
    assert reading.values == read_coinc(coinc()).values


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE LIGO_LW SYSTEM "http://example.org/ligolw_dtd.txt">',
        '<!DOCTYPE LIGO_LW SYSTEM "file:///nowhere/at/all.dtd">',
        "<!DOCTYPE LIGO_LW [<!ELEMENT LIGO_LW ANY><!ATTLIST Stream Type CDATA 'Local'>]>",
    ],
)
def test_document_type_is_optional_and_never_fetched(read_coinc, doctype):
    content = coinc().replace(b"\n<LIGO_LW>", f"{doctype}\n<LIGO_LW>".encode())
    assert read_coinc(content).values == read_coinc(coinc()).values


def test_first_two_tables_of_a_name_are_given():
    found = read_tables(document(*[table("coinc_event")] * 4), [COINC_EVENT])
    assert [len(one.rows) for one in found["coinc_event"]] == [1, 1]


def test_a_bad_table_after_the_second_fails_the_load():
    bad = table("coinc_event", nevents="x")
    with pytest.raises(ReadError):
        read_tables(document(*[table("coinc_event")] * 3, bad), [COINC_EVENT])
