"""What a coincidence document becomes: values, members, files and logs."""

import math

import coincs
import pytest
from coincs import coinc, document, table, with_columns

from fakegracedb import ingest
from fakegracedb.documents import attributes
from fakegracedb.ingest import Entry

LOGS = [Entry("Log File Created", "event.log", 0), Entry("Coinc Table Created", "coinc.xml", 0)]

# The least that the documentation of the format needs.
MINIMAL = b"""<?xml version="1.0" encoding="utf-8"?>
<LIGO_LW>
  <Table Name="sngl_inspiral:table">
    <Column Name="process:process_id" Type="int_8s"/><Column Name="event_id" Type="int_8s"/>
    <Column Name="ifo" Type="lstring"/><Column Name="end_time" Type="int_4s"/><Column Name="end_time_ns" Type="int_4s"/>
    <Column Name="mass1" Type="real_4"/><Column Name="mass2" Type="real_4"/><Column Name="snr" Type="real_4"/>
    <Stream Name="sngl_inspiral:table" Delimiter="," Type="Local">0,0,"H1",1400000000,250000000,1.4,1.4,8,0,1,"L1",1400000000,251000000,1.4,1.4,6</Stream>
  </Table>
  <Table Name="coinc_event:table">
    <Column Name="coinc_event_id" Type="int_8s"/><Column Name="instruments" Type="lstring"/>
    <Column Name="nevents" Type="int_4u"/><Column Name="likelihood" Type="real_8"/>
    <Stream Name="coinc_event:table" Delimiter="," Type="Local">0,"H1,L1",2,12.5</Stream>
  </Table>
  <Table Name="coinc_inspiral:table">
    <Column Name="coinc_event:coinc_event_id" Type="int_8s"/><Column Name="ifos" Type="lstring"/>
    <Column Name="end_time" Type="int_4s"/><Column Name="end_time_ns" Type="int_4s"/>
    <Column Name="mass" Type="real_8"/><Column Name="mchirp" Type="real_8"/>
    <Column Name="snr" Type="real_8"/><Column Name="combined_far" Type="real_8"/>
    <Stream Name="coinc_inspiral:table" Delimiter="," Type="Local">0,"H1,L1",1400000000,250000000,2.8,1.2187707886145736,10,1e-8</Stream>
  </Table>
</LIGO_LW>
"""  # noqa: E501


def test_minimal_document(read_coinc):
    reading = read_coinc(MINIMAL)
    assert reading.values == {
        "gpstime": 1400000000.25,
        "far": 1e-08,
        "instruments": "H1,L1",
        "nevents": 2,
        "likelihood": 12.5,
    }
    assert reading.attributes["CoincInspiral"]["snr"] == 10.0
    common = {"end_time": 1400000000, "mass1": 1.4, "mass2": 1.4}
    assert reading.attributes["SingleInspiral"] == [
        common | {"ifo": "H1", "end_time_ns": 250000000, "snr": 8.0},
        common | {"ifo": "L1", "end_time_ns": 251000000, "snr": 6.0},
    ]
    assert reading.logs == LOGS
    assert (reading.warnings, reading.failure, reading.unsaved) == ([], None, {})


@pytest.mark.parametrize("pipeline", ["gstlal", "spiir", "pycbc", "PyGRB", "SGNL"])
def test_any_file_name_is_read(pipeline):
    reading = ingest.read(coincs.upload(coinc(), "initial.data", pipeline))
    assert reading.values["gpstime"] == 1400000000.25


@pytest.mark.parametrize("pipeline", ["MBTA", "MBTAOnline"])
@pytest.mark.parametrize(
    ("name", "is_read"),
    [
        ("coinc.xml", True),
        ("coinc.xml.gz", True),
        ("a.xmlb", True),
        ("coinc.XML", False),
        ("initial.data", False),
        ("xml", False),
    ],
)
def test_mbta_is_read_only_if_its_name_says_xml(pipeline, name, is_read):
    reading = ingest.read(coincs.upload(coinc(), name, pipeline))
    assert bool(reading.values) == bool(reading.logs) == is_read
    assert (reading.warnings, reading.failure) == ([], None)


def test_a_table_that_is_not_wanted_may_hold_anything(read_coinc):
    odd = (
        '<Table Name="process:table" Odd="1">stray<Column Name="?" Type="what"/><Thing/></Table>'
        '<Table Name="postcoh:table"><Stream Name="z">"x" y</Stream></Table>'
        '<Array Type="real_4"><Stream Encoding="base64">zzz</Stream></Array><Param/>text'
    )
    tables = [table(name) for name in coincs.ALL]
    assert read_coinc(document(odd, *tables)).values == read_coinc(coinc()).values


def test_tables_are_found_at_any_depth_and_in_any_order(read_coinc):
    deep = f"<LIGO_LW><LIGO_LW>{table('coinc_inspiral')}</LIGO_LW></LIGO_LW>"
    content = document(table("sngl_inspiral"), deep, table("coinc_event"))
    assert read_coinc(content).values == read_coinc(coinc()).values


def test_only_the_first_rows_of_coincidence_and_event_count(read_coinc):
    first = read_coinc(coinc())
    more = read_coinc(
        coinc(coinc_inspiral=table("coinc_inspiral", 3), coinc_event=table("coinc_event", 4))
    )
    assert (more.values, more.attributes) == (first.values, first.attributes)


def test_rows_are_not_matched_by_id(read_coinc):
    reading = read_coinc(coinc(coinc_event=table("coinc_event", coinc_event_id="77")))
    assert reading.values["nevents"] == 2


def test_all_singles_are_kept_in_file_order(read_coinc):
    types = {"ifo": "lstring", "end_time": "int_4s", "event_id": "int_8s"}
    rows = '"V1",1,9,"H1",2,3,"K1",3,9,"H1",4,1'
    reading = read_coinc(coinc(sngl_inspiral=with_columns("sngl_inspiral", rows, types)))
    assert reading.attributes["SingleInspiral"] == [
        {"ifo": "V1", "end_time": 1},
        {"ifo": "H1", "end_time": 2},
        {"ifo": "K1", "end_time": 3},
        {"ifo": "H1", "end_time": 4},
    ]


def test_every_column_of_a_single_is_kept(read_coinc):
    fields = attributes.TABLES["SingleInspiral"].fields
    doubles = {"end_time_gmst", "template_duration", "event_duration", "sigmasq"}
    types = {"str": "lstring", "int": "int_4s", "natural": "int_4s", "float": "real_4"}
    columns = {
        field.name: "real_8" if field.name in doubles else types[field.kind] for field in fields
    }
    text = ",".join(str(number) for number in range(len(fields)))
    reading = read_coinc(coinc(sngl_inspiral=with_columns("sngl_inspiral", text, columns)))
    (single,) = reading.attributes["SingleInspiral"]
    assert list(single) == [field.name for field in fields]
    assert [float(value) for value in single.values()] == list(range(62))


def test_instruments_of_the_coincidence_count_and_are_not_sorted(read_coinc):
    reading = read_coinc(coinc(coinc_inspiral=table("coinc_inspiral", ifos='" L1,H1"')))
    assert reading.values["instruments"] == " L1,H1"
    assert reading.attributes["CoincInspiral"]["ifos"] == " L1,H1"


def test_gpstime_is_a_double_to_six_decimals(read_coinc):
    for ns in ("151740542", "499999500", "1", "999999999"):
        inspiral = table("coinc_inspiral", end_time="1400000001", end_time_ns=ns)
        seconds = 1400000001 + int(ns) / 1e9
        reading = read_coinc(coinc(coinc_inspiral=inspiral))
        assert reading.values["gpstime"] == round(seconds, 6)
        assert reading.attributes["CoincInspiral"]["end_time_ns"] == int(ns)


def test_single_precision_columns_are_not_cut_to_it(read_coinc):
    reading = read_coinc(coinc(sngl_inspiral=table("sngl_inspiral", snr="5.169538")))
    assert reading.attributes["SingleInspiral"][0]["snr"] == 5.169538


def test_far_never_comes_from_false_alarm_rate(read_coinc):
    types = {name: kind for name, (kind, _) in coincs.COINC_INSPIRAL.items()}
    types |= {"false_alarm_rate": "real_8", "minimum_duration": "real_8"}
    text = '0,"H1",14,0,2.8,0,10,,0.5,7.5'
    reading = read_coinc(coinc(coinc_inspiral=with_columns("coinc_inspiral", text, types)))
    assert reading.values["far"] is None
    assert reading.attributes["CoincInspiral"] == {
        "ifos": "H1",
        "end_time": 14,
        "end_time_ns": 0,
        "mass": 2.8,
        "mchirp": 0.0,
        "minimum_duration": 7.5,
        "snr": 10.0,
        "false_alarm_rate": 0.5,
    }


def test_empty_values_are_null(read_coinc):
    reading = read_coinc(
        coinc(
            coinc_inspiral=table("coinc_inspiral", mass="", mchirp="", snr="", combined_far=""),
            coinc_event=table("coinc_event", nevents="", likelihood="", instruments=""),
            sngl_inspiral=table("sngl_inspiral", ifo="", snr="", end_time=""),
        )
    )
    assert (reading.warnings, reading.failure) == ([], None)
    assert [reading.values[key] for key in ("far", "nevents", "likelihood")] == [None] * 3
    assert list(reading.attributes["CoincInspiral"]) == ["ifos", "end_time", "end_time_ns"]
    (single,) = attributes.shown(reading.attributes)["SingleInspiral"]
    assert {key for key, value in single.items() if value is not None} == {"channel", "end_time_ns"}
    assert reading.logs == LOGS
    assert reading.files[1][1].decode().splitlines() == [
        "Pipeline: gstlal",
        "MChirp: ---",
        "MTot: None",
        "End Time: 1400000000.250000000",
        "SNR: ---",
        "IFOs: H1,L1",
        "FAR: ---",
    ]


def test_not_a_number_is_null_for_snr_and_effective_distance_only(read_coinc):
    types = {"eff_distance": "real_4", "chisq": "real_4", "snr": "real_4"}
    reading = read_coinc(
        coinc(
            coinc_inspiral=table("coinc_inspiral", snr="nan", mass="nan"),
            sngl_inspiral=with_columns("sngl_inspiral", "NaN,nan,nan,inf,1,2", types),
        )
    )
    coinc_inspiral, singles = (
        reading.attributes["CoincInspiral"],
        reading.attributes["SingleInspiral"],
    )
    assert "snr" not in coinc_inspiral
    assert math.isnan(coinc_inspiral["mass"])
    assert list(singles[0]) == ["snr", "chisq"]
    assert math.isnan(singles[0]["snr"])
    assert singles[1]["eff_distance"] == math.inf
    shown = attributes.shown(reading.attributes)
    assert shown["CoincInspiral"]["mass"] is shown["SingleInspiral"][1]["eff_distance"] is None


@pytest.mark.parametrize("text", ["inf", "-inf", "Infinity"])
def test_infinite_likelihood_is_left_to_the_service(read_coinc, text):
    reading = read_coinc(coinc(coinc_event=table("coinc_event", likelihood=text)))
    assert reading.values["likelihood"] == float(text)
    assert reading.failure is None


def test_no_singles_leave_an_empty_list(read_coinc):
    reading = read_coinc(coinc(sngl_inspiral=table("sngl_inspiral", 0)))
    assert reading.attributes["SingleInspiral"] == []
    assert (reading.warnings, reading.failure) == ([], None)
    assert "SingleInspiral" not in attributes.shown(reading.attributes)


# Files and logs


def test_files_are_written_and_logged_in_their_order(read_coinc):
    content = coinc()
    reading = read_coinc(content, search="LowMass")
    assert [name for name, _ in reading.files] == ["coinc.xml", "event.log"]
    assert reading.files[0][1] == content
    assert reading.logs == LOGS
    assert reading.files[1][1] == (
        b"Pipeline: gstlal\nSearch: LowMass\nMChirp: 1.250\nMTot: 2.8\n"
        b"End Time: 1400000000.250000000\nSNR: 10.000\nIFOs: H1,L1\nFAR: 1.000e-08"
    )


def test_nanoseconds_of_the_event_log_have_nine_digits(read_coinc):
    reading = read_coinc(coinc(coinc_inspiral=table("coinc_inspiral", end_time_ns="42")))
    assert b"\nEnd Time: 1400000000.000000042\n" in reading.files[1][1]


@pytest.mark.parametrize(
    ("name", "version"), [("coinc.xml", 1), ("coinc.xml.gz", 0), ("a.xml", 0), ("event.log", 0)]
)
def test_log_of_an_upload_called_coinc_xml_says_version_1(read_coinc, name, version):
    reading = read_coinc(coinc(), name)
    assert [(log.filename, log.file_version) for log in reading.logs] == [
        ("event.log", 0),
        ("coinc.xml", version),
    ]


def test_content_may_be_a_view(read_coinc):
    content = coinc()
    reading = read_coinc(memoryview(b"head" + content + b"tail")[4:-4])
    assert reading.values == read_coinc(content).values
    assert bytes(reading.files[0][1]) == content
