"""How far a coincidence document gets that lacks something, or does not fit into the database."""

import pytest
from coincs import coinc, table, with_columns

from fakegracedb.ingest import Entry

LOGS = [Entry("Log File Created", "event.log", 0), Entry("Coinc Table Created", "coinc.xml", 0)]
PROBLEM = [Entry("Problem Creating Log File", "event.log", 0), LOGS[1]]


@pytest.mark.parametrize("defect", ["none", "two", "empty", "no stream"])
@pytest.mark.parametrize("name", ["coinc_inspiral", "coinc_event"])
def test_coincidence_or_event_must_be_there_once_and_not_empty(read_coinc, name, defect):
    tables = {
        "none": "",
        "two": table(name) * 2,
        "empty": table(name, 0).replace(
            "</Table>", f'<Stream Name="{name}:table">\n</Stream></Table>'
        ),
        "no stream": table(name, 0),
    }
    reading = read_coinc(coinc(**{name: tables[defect]}))
    assert (reading.values, reading.attributes) == ({}, {})
    assert (reading.failure, reading.fatal) == (None, False)
    if name == "coinc_inspiral":
        assert reading.warnings == ["Could not extract coinc inspiral table."]
        assert (reading.logs, reading.files, reading.unsaved) == ([], [], {})
    else:
        assert reading.warnings == ["Could not extract coinc event table."]
        assert (reading.logs, len(reading.files)) == (LOGS, 2)
        assert reading.unsaved == {"gpstime": 1400000000.25, "far": 1e-08}


@pytest.mark.parametrize("tables", ["", table("sngl_inspiral") * 2])
def test_without_one_table_of_singles_the_rest_is_stored(read_coinc, tables):
    reading = read_coinc(coinc(sngl_inspiral=tables))
    assert reading.failure == "document must contain exactly one sngl_inspiral Table"
    assert reading.fatal
    assert reading.values == read_coinc(coinc()).values
    assert list(reading.attributes) == ["CoincInspiral"]
    assert (reading.logs, reading.warnings, reading.unsaved) == (LOGS, [], {})


@pytest.mark.parametrize(
    "column", ["mchirp", "mass", "end_time", "end_time_ns", "snr", "ifos", "combined_far"]
)
def test_missing_column_of_the_coincidence_stores_nothing(read_coinc, column):
    reading = read_coinc(coinc(coinc_inspiral=table("coinc_inspiral", without=[column])))
    message = f"'CoincInspiral' object has no attribute '{column}'"
    assert (reading.failure, reading.fatal) == (message, True)
    assert (reading.values, reading.attributes, reading.warnings) == ({}, {}, [])
    assert reading.logs == PROBLEM
    assert [name for name, _ in reading.files] == ["coinc.xml", "event.log"]
    assert reading.files[1][1].decode() == f"Cannot create log file\nerror was:\n{message}"


@pytest.mark.parametrize("column", ["end_time", "end_time_ns"])
def test_empty_time_stores_nothing(read_coinc, column):
    reading = read_coinc(coinc(coinc_inspiral=table("coinc_inspiral", **{column: ""})))
    assert "NoneType" in reading.failure
    assert reading.fatal
    assert (reading.values, reading.attributes) == ({}, {})
    assert reading.logs == PROBLEM
    assert reading.files[1][1].startswith(b"Cannot create log file\nerror was:\n%d format")


@pytest.mark.parametrize("column", ["nevents", "likelihood"])
def test_missing_column_of_the_event_stores_nothing(read_coinc, column):
    reading = read_coinc(coinc(coinc_event=table("coinc_event", without=[column])))
    assert reading.failure == f"'Coinc' object has no attribute '{column}'"
    assert reading.fatal
    assert (reading.values, reading.attributes, reading.warnings) == ({}, {}, [])
    assert reading.logs == LOGS
    assert reading.unsaved == {"gpstime": 1400000000.25, "far": 1e-08}


def test_empty_instruments_store_nothing(read_coinc):
    reading = read_coinc(coinc(coinc_inspiral=table("coinc_inspiral", ifos="")))
    assert "null value" in reading.failure
    assert reading.fatal
    assert (reading.values, reading.attributes) == ({}, {})
    assert reading.logs == LOGS
    assert b"\nIFOs: None\n" in reading.files[1][1]


@pytest.mark.parametrize("column", ["instruments", "coinc_event_id"])
def test_other_columns_of_the_event_may_be_missing(read_coinc, column):
    reading = read_coinc(coinc(coinc_event=table("coinc_event", without=[column])))
    assert (reading.failure, reading.values["nevents"]) == (None, 2)


# Storage


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ({"ifos": "H" * 21}, "value too long for type character varying(20)"),
        ({"end_time": "-1"}, 'new row violates check constraint "end_time_check"'),
        ({"end_time_ns": "2147483648"}, "integer out of range"),
        ({"end_time": "99999999999999999999"}, "[<class 'decimal.InvalidOperation'>]"),
    ],
)
def test_coincidence_that_cannot_be_stored_stores_nothing(read_coinc, tokens, message):
    reading = read_coinc(coinc(coinc_inspiral=table("coinc_inspiral", **tokens)))
    assert (reading.failure, reading.fatal) == (message, True)
    assert (reading.values, reading.attributes) == ({}, {})
    assert reading.logs == LOGS


def test_longest_instruments_and_largest_numbers_are_stored(read_coinc):
    inspiral = table("coinc_inspiral", ifos="H" * 20, end_time_ns="2147483647")
    event = table("coinc_event", nevents="2147483647")
    reading = read_coinc(coinc(coinc_inspiral=inspiral, coinc_event=event))
    assert (reading.failure, reading.values["nevents"]) == (None, 2147483647)


@pytest.mark.parametrize("number", ["-1", "2147483648"])
def test_number_of_events_that_cannot_be_stored(read_coinc, number):
    reading = read_coinc(coinc(coinc_event=table("coinc_event", nevents=number)))
    assert reading.fatal
    assert reading.values == {}
    assert reading.unsaved["nevents"] == int(number)


def test_singles_before_one_that_cannot_be_stored_stay(read_coinc):
    text = '"H1",1,"L1",2,"' + "V" * 21 + '",3,"K1",4'
    types = {"ifo": "lstring", "end_time": "int_4s"}
    reading = read_coinc(coinc(sngl_inspiral=with_columns("sngl_inspiral", text, types)))
    assert reading.failure == "value too long for type character varying(20)"
    assert reading.fatal
    assert reading.values["nevents"] == 2
    assert [row["ifo"] for row in reading.attributes["SingleInspiral"]] == ["H1", "L1"]


@pytest.mark.parametrize(
    ("column", "kind", "token"),
    [
        ("search", "lstring", "s" * 21),
        ("channel", "lstring", "c" * 101),
        ("end_time", "int_4s", "-5"),
        ("end_time_ns", "int_4s", "3000000000"),
        ("chisq_dof", "int_4s", "-3000000000"),
    ],
)
def test_single_that_cannot_be_stored_is_a_failure(read_coinc, column, kind, token):
    singles = with_columns("sngl_inspiral", token, {column: kind})
    reading = read_coinc(coinc(sngl_inspiral=singles))
    assert reading.failure
    assert reading.fatal
    assert reading.attributes["SingleInspiral"] == []
