"""Hardware injections: the form, JSON in its place, LIGO_LW beside it."""

import gzip
import json
import math

import pytest
from coincs import coinc, with_columns
from uploads import GPSTIME, failure, injection, member, read, text

from fakegracedb.documents.attributes import TABLES
from fakegracedb.ingest import Reading
from fakegracedb.ingest.injection import SIM_INSPIRAL

FORM = {"instruments": "H1,L1", "source_channel": "H1:SRC", "destination_channel": "H1:DST"}
CHANNELS = {"source_channel": "H1:SRC", "destination_channel": "H1:DST"}
JSON = {"instruments": "V1", "gpstime": GPSTIME, "far": 1e-7}
SIM = "SimInspiral"


def new(content, fields=FORM):
    return read(content, "HardwareInjection", fields=fields)


def replacement(content):
    return read(content, "HardwareInjection", replaces=True)


# The form


def test_form_values_stay_beside_a_document():
    reading = new(injection())
    assert (reading.failure, reading.files, reading.logs) == (None, [], [])
    assert reading.values == {"instruments": "H1,L1", "gpstime": GPSTIME}
    assert member(reading, SIM) == CHANNELS | {
        "geocent_end_time": 1400000000,
        "geocent_end_time_ns": 500000000,
        "mass1": 1.5,
        "mass2": 1.25,
        "waveform": "TaylorF2",
    }


def test_form_without_instruments_and_channels():
    reading = new(injection(), {})
    assert reading.values["instruments"] == "none_provided"
    assert not set(CHANNELS) & set(member(reading, SIM))


def test_older_field_of_the_form_is_for_the_caller_to_read():
    assert new(injection(), {"instrument": "H1"}).values["instruments"] == "none_provided"


def test_empty_form_values_are_values():
    reading = new(injection(), {"instruments": "", "source_channel": ""})
    assert reading.values["instruments"] == ""
    assert member(reading, SIM)["source_channel"] == ""


@pytest.mark.parametrize("content", [b"nothing", b"{}", b"\xff", injection(rows=0)])
def test_form_values_stay_when_the_file_cannot_be_read(content):
    reading = new(content)
    assert reading == Reading(
        values={"instruments": "H1,L1"},
        updates={SIM: CHANNELS},
        failure=reading.failure,
        fatal=True,
    )
    assert reading.failure


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"instruments": "H" * 21}, "value too long for type character varying(20)"),
        ({"source_channel": "H" * 51}, "value too long for type character varying(50)"),
        ({"destination_channel": "H" * 51}, "value too long for type character varying(50)"),
        ({"instruments": "H\0"}, "A string literal cannot contain NUL (0x00) characters."),
        ({"instruments": "\udc80"}, "surrogates not allowed"),
    ],
)
def test_form_values_that_cannot_be_stored_are_no_event(fields, reason):
    reading = new(injection(), FORM | fields)
    assert reading == Reading(refusal=reading.refusal)
    assert reason in reading.refusal


def test_replacement_has_no_form():
    reading = replacement(injection())
    assert reading.values == {"gpstime": GPSTIME}
    assert not set(CHANNELS) & set(reading.updates[SIM])


# JSON


def test_json_takes_the_place_of_the_form():
    reading = new(text(JSON, mass1=30, source_channel="L1:SRC", amplitude="2.5", taper="NONE"))
    assert reading.failure is None
    assert reading.values == {"instruments": "V1", "gpstime": GPSTIME, "far": 1e-7}
    assert member(reading, SIM) == {
        "mass1": 30.0,
        "source_channel": "L1:SRC",
        "amplitude": 2.5,
        "taper": "NONE",
    }  # and no destination channel


def test_every_key_can_be_in_json():
    values = {
        field.name: "text" if field.kind == "str" else 3 if field.kind != "float" else 1.5
        for field in TABLES[SIM].fields
    }
    assert member(new(text(JSON | values)), SIM) == values


def test_time_of_json_is_not_that_of_the_end():
    reading = new(text(JSON, gpstime=..., far=..., geocent_end_time=1400000000))
    assert reading.values == {"instruments": "V1", "gpstime": None, "far": None}


@pytest.mark.parametrize("instruments", [..., None])
def test_json_must_have_instruments(instruments):
    reading = new(text(JSON, instruments=instruments))
    assert reading.failure == 'null value in column "instruments" violates not-null constraint'
    assert reading.values == {"instruments": "H1,L1"}


def test_json_replaces_all():
    reading = replacement(text(JSON, gpstime=..., mass1=30))
    stored = {SIM: {"mass1": 1.0, "mass2": 2.0, "taper": "NONE", **CHANNELS}}
    assert reading.merged(stored) == {SIM: {"mass1": 30.0}}
    assert reading.values == {"instruments": "V1", "gpstime": None, "far": 1e-7}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"gpstime": "late"}, "Field 'gpstime' expected a number but got 'late'."),
        ({"gpstime": math.nan}, "[<class 'decimal.InvalidOperation'>]"),
        ({"far": []}, "Field 'far' expected a number but got []."),
        ({"instruments": "H" * 21}, "value too long for type character varying(20)"),
        ({"instruments": ["H1", "L1", "V1", "K1"]}, "character varying(20)"),
        ({"amp_order": "x"}, "Field 'amp_order' expected a number but got 'x'."),
        ({"amp_order": math.nan}, "Field 'amp_order' expected a number but got nan."),
        ({"amp_order": math.inf}, "cannot convert float infinity to integer"),
        ({"amp_order": 2**31}, "integer out of range"),
        ({"h_end_time": -1}, "check constraint"),
        ({"mass1": "heavy"}, "Field 'mass1' expected a number but got 'heavy'."),
        ({"mass1": 10**400}, "int too large to convert to float"),
        ({"waveform": "x" * 51}, "value too long for type character varying(50)"),
        ({"source_channel": "\ud800"}, "surrogates not allowed"),
        ({"taper": "\0"}, "A string literal cannot contain NUL (0x00) characters."),
    ],
)
def test_json_values_that_cannot_be_stored(values, reason):
    assert reason in failure(text(JSON, **values), "HardwareInjection", replaces=True)


def test_json_values_that_are_stored_as_something_else():
    reading = new(text(JSON, instruments=["H1", "L1"], amp_order="-1", bandpass=1.9, source=7))
    assert reading.values["instruments"] == "['H1', 'L1']"
    assert member(reading, SIM) == {"amp_order": -1, "bandpass": 1, "source": "7"}


@pytest.mark.parametrize("content", ["[]", "12", '"text"', "null", "{", ""])
def test_json_that_is_no_object_is_taken_for_a_document(content):
    assert "<unknown>:1:" in failure(content or " ", "HardwareInjection", replaces=True)


# LIGO_LW


def test_columns_of_a_document():
    assert list(SIM_INSPIRAL.columns) == [
        field.name
        for field in TABLES[SIM].fields
        if field.name not in (*CHANNELS, "amplitude", "tau", "phi", "freq")
    ]
    kinds = {name: kind for name, kind in SIM_INSPIRAL.columns.items() if kind != "real_4"}
    assert kinds.pop("end_time_gmst") == "real_8"
    assert {name for name, kind in kinds.items() if kind == "lstring"} == {
        *("waveform", "numrel_data", "source", "taper")
    }
    assert set(kinds.values()) == {"lstring", "int_4s"}


def test_columns_that_are_absent_stay_and_empty_cells_do_not():
    reading = replacement(injection(without=["waveform"], mass1=""))
    stored = {SIM: {"mass1": 1.0, "waveform": "old", "distance": 5.0, **CHANNELS}}
    assert reading.merged(stored)[SIM] == {
        "waveform": "old",
        "distance": 5.0,
        "geocent_end_time": 1400000000,
        "geocent_end_time_ns": 500000000,
        "mass2": 1.25,
        **CHANNELS,
    }
    assert "far" not in reading.values
    assert "instruments" not in reading.values


def test_first_row_counts():
    assert new(injection(rows=3)) == new(injection())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (injection(rows=0), "list index out of range"),
        (coinc(), "document must contain exactly one sim_inspiral table"),
        (
            injection().replace(b"</LIGO_LW>", b"") + injection().partition(b"<LIGO_LW>\n")[2],
            "document must contain exactly one sim_inspiral table",
        ),
        (
            injection(without=["geocent_end_time"]),
            "'SimInspiral' object has no attribute 'geocent_end_time'",
        ),
        (
            injection(without=["geocent_end_time_ns"]),
            "'SimInspiral' object has no attribute 'geocent_end_time_ns'",
        ),
        (injection(geocent_end_time=""), "unsupported operand type(s) for +"),
        (injection(geocent_end_time_ns=""), "unsupported operand type(s) for /"),
        (injection(geocent_end_time="-1"), "check constraint"),
        (injection(geocent_end_time="99999999999"), "[<class 'decimal.InvalidOperation'>]"),
        (injection(geocent_end_time="9999999999"), "integer out of range"),
        (injection(geocent_end_time="9" * 10_000), "[<class 'decimal.InvalidOperation'>]"),
        (injection(mass1="heavy"), "invalid literal for float(): 'heavy'"),
        (injection(waveform="x" * 51), "value too long for type character varying(50)"),
        (injection().replace(b"real_4", b"real_8"), "invalid type 'real_8' for Column 'mass1'"),
        (injection().replace(b'"mass2"', b'"amplitude"'), "invalid Column 'amplitude'"),
        (injection()[:-20], "no element found"),
        (gzip.compress(injection()), "'utf-8' codec can't decode byte 0x8b in position 1"),
        (injection().decode().encode("utf-16"), "'utf-8' codec can't decode byte 0xff"),
    ],
)
def test_documents_that_cannot_be_read(content, reason):
    assert reason in failure(content, "HardwareInjection", replaces=True)


def test_ids_may_be_of_both_kinds():
    old = injection().replace(b'process_id" Type="int_8s"', b'process_id" Type="ilwd:char"')
    old = old.replace(b"\n0,", b'\n"process:process_id:0",')
    assert new(old) == new(injection())


def test_numbers_that_are_none_are_kept():
    found = member(new(injection(mass1="nan", mass2="-inf")), SIM)
    assert math.isnan(found["mass1"])
    assert found["mass2"] == -math.inf


def test_very_rich_json_is_refused_and_a_rich_document_is_not():
    assert failure(json.dumps([0] * 200_001), "HardwareInjection", replaces=True) == (
        "more than 200000 values in a JSON text"
    )
    columns = [name for name, kind in SIM_INSPIRAL.columns.items() if kind == "int_4s"]
    cells = f"{','.join('1' * len(columns))},\n" * 15_000
    table = with_columns("sim_inspiral", cells, dict.fromkeys(columns, "int_4s"))
    assert table.count(",") > 200_000
    reading = replacement(f"<LIGO_LW>{table}</LIGO_LW>")
    assert reading.failure is None
    assert reading.values == {"gpstime": 1.0}
