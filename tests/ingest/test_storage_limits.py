"""What the columns of the server's tables can hold."""

import math

import pytest

from fakegracedb.documents.attributes import TABLES
from fakegracedb.ingest.columns import EVENT, StorageError, check, gpstime

LIMITS = [
    ("CoincInspiral", "ifos", 20),
    ("SingleInspiral", "ifo", 20),
    ("SingleInspiral", "search", 20),
    ("SingleInspiral", "channel", 100),
    ("MultiBurst", "ifos", 20),
    ("MultiBurst", "single_ifo_times", 255),
    ("MultiBurst", "hoft", 255),
    ("MultiBurst", "code", 31),
    ("MLyBurst", "ifos", 20),
    ("GRB", "ivorn", 200),
    ("GRB", "author_ivorn", 200),
    ("GRB", "author_shortname", 200),
    ("GRB", "coord_system", 200),
    ("GRB", "how_description", 200),
    ("GRB", "how_reference_url", 200),
    ("GRB", "observatory_location_id", 200),
    ("GRB", "designation", 20),
    ("GRB", "trigger_id", 25),
    ("SimInspiral", "waveform", 50),
    ("SimInspiral", "taper", 50),
    ("SimInspiral", "source", 50),
    ("SimInspiral", "numrel_data", 50),
    ("SimInspiral", "source_channel", 50),
    ("SimInspiral", "destination_channel", 50),
]


@pytest.mark.parametrize(("member", "name", "length"), LIMITS)
def test_longest_text_is_stored_and_longer_is_not(member, name, length):
    check(TABLES[member], {name: "é" * length})
    with pytest.raises(StorageError) as caught:
        check(TABLES[member], {name: "é" * (length + 1)})
    assert str(caught.value) == f"value too long for type character varying({length})"


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("CoincInspiral", "ifos"),
        ("SingleInspiral", "channel"),
        ("MultiBurst", "ifos"),
        ("MultiBurst", "hoft"),
        ("MultiBurst", "code"),
        ("MultiBurst", "single_ifo_times"),
        ("MLyBurst", "ifos"),
    ],
)
def test_null_is_refused_where_there_must_be_text(member, name):
    with pytest.raises(StorageError, match=f'null value in column "{name}"'):
        check(TABLES[member], {name: None})
    check(TABLES[member], {name: ""})
    check(TABLES[member], {})


def test_everything_else_may_be_null():
    never = {"ifos", "channel", "hoft", "code", "single_ifo_times"}
    for table in TABLES.values():
        check(table, {field.name: None for field in table.fields if field.name not in never})
    check(EVENT, dict.fromkeys(["gpstime", "far", "nevents", "likelihood"]))


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (EVENT, "nevents"),
        (TABLES["CoincInspiral"], "end_time"),
        (TABLES["CoincInspiral"], "end_time_ns"),
        (TABLES["SingleInspiral"], "end_time"),
        (TABLES["SingleInspiral"], "end_time_ns"),
        (TABLES["MultiBurst"], "start_time"),
        (TABLES["MultiBurst"], "start_time_ns"),
        (TABLES["MultiBurst"], "peak_time"),
        (TABLES["MultiBurst"], "peak_time_ns"),
    ],
)
def test_times_and_numbers_of_events_are_not_negative_and_have_32_bits(table, name):
    for good in (0, 2147483647):
        check(table, {name: good})
    with pytest.raises(StorageError, match="integer out of range"):
        check(table, {name: 2147483648})
    with pytest.raises(StorageError, match="violates check constraint"):
        check(table, {name: -1})


def test_other_integers_have_32_bits():
    check(TABLES["SingleInspiral"], {"chisq_dof": -(2**31)})
    for number in (2**31, -(2**31) - 1):
        with pytest.raises(StorageError, match="integer out of range"):
            check(TABLES["SingleInspiral"], {"chisq_dof": number})


def test_ids_of_amon_have_64_bits():
    for good in (13322258514893, 2**63 - 1, -(2**63)):
        check(TABLES["NeutrinoEvent"], {"amon_id": good})
    for number in (2**63, -(2**63) - 1):
        with pytest.raises(StorageError, match="bigint out of range"):
            check(TABLES["NeutrinoEvent"], {"amon_id": number})


def test_event_columns():
    check(EVENT, {"instruments": "H" * 20, "far": math.inf, "likelihood": math.nan})
    with pytest.raises(StorageError, match="character varying"):
        check(EVENT, {"instruments": "H" * 21})
    with pytest.raises(StorageError, match="not-null"):
        check(EVENT, {"instruments": None})
    with pytest.raises(StorageError, match="NUL"):
        check(EVENT, {"instruments": "H1\0"})


def test_gpstime_is_rounded_to_six_decimals():
    assert gpstime(971609248.151740542) == 971609248.151741
    assert gpstime(-1.23456789) == -1.234568
    assert gpstime(9999999999.5) == 9999999999.5


@pytest.mark.parametrize("seconds", [1e10, -1e10, math.inf, math.nan])
def test_gpstime_that_cannot_be_stored(seconds):
    with pytest.raises(StorageError):
        gpstime(seconds)
