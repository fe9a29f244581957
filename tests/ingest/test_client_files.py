"""The client's own event files, each read as its integration tests upload it."""

import coincs
import pytest

from fakegracedb.documents import attributes

LM_COINC = {
    "ifos": "H1,L1,V1",
    "end_time": 971609248,
    "end_time_ns": 151740542,
    "mass": 3.686829090118408,
    "mchirp": 0.0,
    "minimum_duration": 46.848259458,
    "snr": 9.31793628458239,
    "false_alarm_rate": 1.0,
    "combined_far": 0.0003680075621499241,
}
LM_EVENT = {
    "gpstime": 971609248.151741,
    "far": 0.0003680075621499241,
    "instruments": "H1,L1,V1",
    "nevents": 3,
    "likelihood": 9.91315304082986,
}
LM_SINGLES = [
    ("H1", 5.169538, 151740542, 173.30727, 0.97073036, 0.78878409),
    ("L1", 5.5163355, 153169206, 162.4119, 2.469281, 1.1967639),
    ("V1", 5.4470043, 144829104, 164.47913, 2.7670317, 0.851273),
]
LM_COMMON = {
    "search": "",
    "channel": "",
    "mass1": 2.6161611,
    "mass2": 1.070668,
    "chisq_dof": 1,
    "sigmasq": 802669.9168491149,
    "spin1z": -0.91339749,
    "spin2z": 0.02086957,
}


def singles(reading):
    return attributes.shown(reading.attributes)["SingleInspiral"]


def lm_singles(seconds):
    """All three, with each of the 62 keys: what has no other value is 0."""
    nothing = {field.name: 0 for field in attributes.TABLES["SingleInspiral"].fields}
    return [
        nothing
        | LM_COMMON
        | {"end_time": seconds, "ifo": ifo, "snr": snr, "end_time_ns": nanoseconds}
        | {"eff_distance": distance, "coa_phase": phase, "chisq": chisq}
        for ifo, snr, nanoseconds, distance, phase, chisq in LM_SINGLES
    ]


def outcome(reading):
    return reading.warnings, reading.failure, reading.unsaved


@pytest.mark.parametrize("name", ["cbc-lm.xml", "cbc-lm-no-ilwdchar.xml"])
def test_low_mass_files_with_both_kinds_of_ids_read_the_same(client_file, name):
    reading = client_file(name, "gstlal")
    assert outcome(reading) == ([], None, {})
    assert reading.values == LM_EVENT
    assert reading.attributes["CoincInspiral"] == LM_COINC
    assert singles(reading) == lm_singles(971609248)


def test_ids_do_not_change_the_singles(client_file):
    old, new = (
        client_file(name, "gstlal").attributes for name in ("cbc-lm.xml", "cbc-lm-no-ilwdchar.xml")
    )
    assert old == new


def test_replacement_file_is_a_second_later(client_file):
    reading = client_file("cbc-lm2.xml", "gstlal")
    assert reading.values == LM_EVENT | {"gpstime": 971609249.151741}
    assert reading.attributes["CoincInspiral"] == LM_COINC | {"end_time": 971609249}
    assert singles(reading) == lm_singles(971609249)


def test_missing_entries_are_null_and_no_warning(client_file):
    reading = client_file("cbc-lm-missing-entry.xml", "gstlal")
    assert outcome(reading) == ([], None, {})
    assert reading.values == LM_EVENT
    assert reading.attributes["CoincInspiral"]["snr"] == 9.31793628458239
    assert [row["snr"] for row in singles(reading)] == [None] * 3
    assert all("snr" not in row for row in reading.attributes["SingleInspiral"])


@pytest.mark.parametrize("pipeline", ["MBTA", "MBTAOnline"])
def test_mbta_file(client_file, pipeline):
    reading = client_file("cbc-mbta.xml", pipeline)
    assert outcome(reading) == ([], None, {})
    assert reading.values == {
        "gpstime": 1078903329.421037,
        "far": 4.006953918826065e-07,
        "instruments": "H1,V1",
        "nevents": 2,
        "likelihood": None,
    }
    assert attributes.shown(reading.attributes)["CoincInspiral"] == {
        "ifos": "H1,V1",
        "end_time": 1078903329,
        "end_time_ns": 421036958,
        "mass": 2.963776448988085,
        "mchirp": 1.217901814363272,
        "minimum_duration": None,
        "snr": 16.28707323300631,
        "false_alarm_rate": None,
        "combined_far": 4.006953918826065e-07,
    }
    common = {"search": "MBTA", "channel": "", "end_time": 1078903329, "mass1": 1.0336996}
    common |= {"mass2": 1.9300769, "mchirp": 1.2179018, "mtotal": 2.9637764, "eta": 0.22713186}
    rows = singles(reading)
    nothing = dict.fromkeys(rows[0])
    assert rows == [
        nothing
        | common
        | {"ifo": "H1", "end_time_ns": 421036958, "snr": 15.156471}
        | {"eff_distance": 302.1991, "coa_phase": 2.9662515},
        nothing
        | common
        | {"ifo": "V1", "end_time_ns": 412313222, "snr": 5.9623933}
        | {"eff_distance": 446.76677, "coa_phase": 1.4451982},
    ]


@pytest.mark.parametrize("pipeline", ["MBTA", "MBTAOnline"])
def test_mbta_frame_is_not_read(client_file, pipeline):
    reading = client_file("cbc-mbta.gwf", pipeline)
    assert outcome(reading) == ([], None, {})
    assert (reading.values, reading.attributes, reading.files, reading.logs) == ({}, {}, [], [])


@pytest.mark.parametrize("name", ["spiir-test.xml", "spiir-test-no-ilwdchar.xml"])
def test_spiir_files(client_file, name):
    reading = client_file(name, "spiir")
    assert outcome(reading) == ([], None, {})
    assert reading.values == {
        "gpstime": 1120964196.002342,
        "far": 3.27e-07,
        "instruments": "H1",
        "nevents": 2,
        "likelihood": 0.0,
    }
    coinc = reading.attributes["CoincInspiral"]
    assert (coinc["mass"], coinc["mchirp"], coinc["snr"]) == (3.98, 1.522, 8.02222)
    assert (coinc["minimum_duration"], coinc["false_alarm_rate"]) == (242.93, 0.0)
    assert coinc["end_time_ns"] == 2342523
    (single,) = singles(reading)
    expected = {"ifo": "H1", "end_time": 1120964276, "end_time_ns": 112089844, "snr": 5.72}
    expected |= {"mass1": 2.23, "mass2": 1.44, "mchirp": 1.78, "mtotal": 3.22, "eta": 0.44}
    expected |= {"chi": 1.0, "f_final": 2048.0, "chisq": 0.88, "chisq_dof": 5, "spin1z": 0.61}
    expected |= {"eff_distance": 89.11, "coa_phase": -0.52, "spin2z": -0.0492}
    expected |= {"template_duration": 241.22, "search": "035"}
    expected |= {"channel": "GDS-CALIB_STRAIN_O2Replay"}
    assert {key: single[key] for key in expected} == expected


def test_gzipped_file_of_an_older_search(client_file):
    reading = client_file("upload.data.gz", "gstlal")
    assert outcome(reading) == ([], None, {})
    assert reading.values == {
        "gpstime": 971609248.861816,
        "far": 2.075093374861122,
        "instruments": "H1,L1",
        "nevents": 3,
        "likelihood": None,
    }
    assert attributes.shown(reading.attributes)["CoincInspiral"] == {
        "ifos": "H1,L1",
        "end_time": 971609248,
        "end_time_ns": 861816406,
        "mass": 2.8321192,
        "mchirp": 1.160504,
        "minimum_duration": None,
        "snr": 7.121797825164989,
        "false_alarm_rate": 2.075093374861122,
        "combined_far": 2.075093374861122,
    }
    rows = singles(reading)
    assert [row["snr"] for row in rows] == [5.561541, 5.63967]
    assert {row["channel"] for row in rows} == {"DMT-STRAIN"}
    assert {row["search"] for row in rows} == {"FindChirpSPtwoPN"}
    name, content = reading.files[0]
    assert name == "coinc.xml"
    assert content.startswith(b"<?xml")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("upload.data", "<unknown>:1:0: syntax error"),
        ("upload2.data", "<unknown>:1:0: syntax error"),
        ("test_file.txt", "<unknown>:1:0: syntax error"),
        ("test_file2.txt", "<unknown>:1:0: syntax error"),
        ("burst-cwb.txt", "<unknown>:1:0: syntax error"),
        ("big.data", "<unknown>:1:2: not well-formed (invalid token)"),
        ("cbc-mbta.gwf", "<unknown>:1:4: not well-formed (invalid token)"),
    ],
)
def test_files_that_are_no_documents_are_logged_with_the_reason(refusal, name, message):
    assert refusal((coincs.CLIENT_DATA / name).read_bytes(), name) == message


@pytest.mark.parametrize("name", ["fermi-test.xml", "sim-inj.xml"])
def test_other_documents_have_no_coincidence(client_file, name):
    reading = client_file(name, "gstlal")
    assert outcome(reading) == (["Could not extract coinc inspiral table."], None, {})
    assert (reading.values, reading.attributes, reading.files, reading.logs) == ({}, {}, [], [])


def test_event_log_of_a_low_mass_event(client_file):
    reading = client_file("cbc-lm.xml", "gstlal")
    assert [name for name, _ in reading.files] == ["coinc.xml", "event.log"]
    assert reading.files[1][1] == (
        b"Pipeline: gstlal\n"
        b"MChirp: 0.000\n"
        b"MTot: 3.686829090118408\n"
        b"End Time: 971609248.151740542\n"
        b"SNR: 9.318\n"
        b"IFOs: H1,L1,V1\n"
        b"FAR: 3.680e-04"
    )
