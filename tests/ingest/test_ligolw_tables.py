"""Which tables of a LIGO_LW document are read, and what they and their columns may be."""

import coincs
import pytest
from coincs import coinc, document, table, with_columns

from fakegracedb.ingest.coinc import COINC_EVENT, COINC_INSPIRAL, SNGL_INSPIRAL


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
