"""Bursts that come as JSON: oLIB, and MLy, aframe and GWAK."""

import json
import math

import pytest
from uploads import GPSTIME, MLY, OLIB, failure, member, read, text

from fakegracedb.documents.attributes import shown

LIB_KEYS = {
    "BCI": "bci",
    "quality_posterior_mean": "quality_mean",
    "quality_posterior_median": "quality_median",
    "BSN": "bsn",
    "Omicron_SNR_Network": "omicron_snr_network",
    "Omicron_SNR_H1": "omicron_snr_H1",
    "Omicron_SNR_L1": "omicron_snr_L1",
    "Omicron_SNR_V1": "omicron_snr_V1",
    "hrss_posterior_mean": "hrss_mean",
    "hrss_posterior_median": "hrss_median",
    "frequency_posterior_mean": "frequency_mean",
    "frequency_posterior_median": "frequency_median",
}
MLY_NUMBERS = (
    *("central_freq", "central_time", "bandwidth", "duration", "SNR", "detection_statistic"),
    *("bbh", "sglf", "sghf", "background", "glitch", "freq_correlation"),
)
PIPELINES = ["MLy", "aframe", "GWAK"]


# oLIB


def test_every_value_of_olib():
    numbers = {name: 1.5 + place for place, name in enumerate(LIB_KEYS)}
    reading = read(text(OLIB, nevents=3, likelihood=4.5, **numbers), "oLIB")
    assert (reading.failure, reading.warnings, reading.files, reading.logs) == (None, [], [], [])
    assert reading.values == {
        "gpstime": GPSTIME,
        "far": 1e-7,
        "instruments": "H1,L1",
        "nevents": 3,
        "likelihood": 4.5,
    }
    assert reading.attributes == {
        "LalInferenceBurst": {key: numbers[name] for name, key in LIB_KEYS.items()}
    }


def test_least_that_olib_has():
    reading = read('{"instruments": "anything, unchanged"}', "oLIB")
    assert reading.values == {
        "gpstime": None,
        "far": None,
        "instruments": "anything, unchanged",
        "nevents": 1,
        "likelihood": None,
    }
    assert reading.attributes == {"LalInferenceBurst": {}}


def test_numbers_of_olib_may_be_texts():
    values = {"gpstime": "1400000000.5", "FAR": "1e-7", "nevents": "2", "BCI": " 5 "}
    reading = read(text(OLIB, **values), "oLIB")
    assert reading.values["gpstime"] == GPSTIME
    assert reading.values["far"] == 1e-7
    assert reading.values["nevents"] == 2
    assert reading.attributes["LalInferenceBurst"] == {"bci": 5.0}
    assert read(text(OLIB, nevents=2.9), "oLIB").values["nevents"] == 2


def test_null_is_as_if_the_key_were_not_there():
    reading = read(text(OLIB, gpstime=None, FAR=None, nevents=None, BCI=None), "oLIB")
    assert reading.values["gpstime"] is None
    assert reading.values["far"] is None
    assert reading.values["nevents"] == 1
    assert reading.attributes == {"LalInferenceBurst": {}}


def test_keys_of_olib_have_their_case():
    reading = read(text({"instruments": "H1"}, far=1, bci=1, Bci=1), "oLIB")
    assert reading.values["far"] is None
    assert reading.attributes == {"LalInferenceBurst": {}}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("nothing", "Expecting value: line 1 column 1 (char 0)"),
        ("<xml/>", "Expecting value: line 1 column 1 (char 0)"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{}", "'instruments'"),
        ('{"gpstime": 1}', "'instruments'"),
        ("[]", "'list' object has no attribute 'get'"),
        ("12", "'int' object has no attribute 'get'"),
        (text(OLIB, instruments=None), 'null value in column "instruments"'),
        (text(OLIB, instruments="H" * 21), "value too long for type character varying(20)"),
        (text(OLIB, gpstime="late"), "could not convert string to float: 'late'"),
        (text(OLIB, gpstime=[1]), "float() argument must be a string or a real number"),
        (text(OLIB, gpstime=math.inf), "[<class 'decimal.InvalidOperation'>]"),
        (text(OLIB, gpstime=1e300), "[<class 'decimal.InvalidOperation'>]"),
        (text(OLIB, nevents="2.0"), "invalid literal for int() with base 10: '2.0'"),
        (text(OLIB, nevents=-1), "check constraint"),
        (text(OLIB, nevents=2**31), "integer out of range"),
        (text(OLIB, nevents=math.inf), "cannot convert float infinity to integer"),
        (text(OLIB, nevents=math.nan), "cannot convert float NaN to integer"),
        (text(OLIB, BSN={}), "float() argument must be a string or a real number"),
        (text(OLIB, BSN=10**400), "int too large to convert to float"),
        (text(OLIB, BSN="9" * 20_000), "could not convert string to float: '999"),
        (text(OLIB, FAR=0).replace(b": 0", b": " + b"9" * 10_000), "Exceeds the limit"),
        (json.dumps(OLIB).encode("utf-16"), "'utf-8' codec can't decode byte 0xff in position 0"),
        (b"\xef\xbb\xbf" + text(OLIB), "Unexpected UTF-8 BOM"),
        (text(OLIB).replace(b"H1", b"H\0"), "Invalid control character"),
        (text(OLIB, instruments="H\0"), "A string literal cannot contain NUL (0x00) characters."),
        (text(OLIB, instruments="\ud800"), "surrogates not allowed"),
        ("[" * 50_000, "recursion"),
    ],
)
def test_olib_files_that_cannot_be_read_or_stored(content, reason):
    assert reason in failure(content, "oLIB")


def test_numbers_of_olib_that_are_none_are_kept():
    reading = read(text(OLIB, FAR=math.nan, likelihood=-math.inf, BCI=math.inf), "oLIB")
    assert math.isnan(reading.values["far"])
    assert reading.values["likelihood"] == -math.inf
    assert reading.attributes["LalInferenceBurst"] == {"bci": math.inf}


# MLy, aframe and GWAK


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_every_value_of_mly(pipeline):
    numbers = {name: 1.5 + place for place, name in enumerate(MLY_NUMBERS)}
    scores = {"coherency": 0.9, "coincidence": 0.8, "combined": 0.72}
    content = text(MLY, scores=scores, channels=["H1:A", "L1:B"], **numbers)
    reading = read(content, pipeline)
    assert (reading.failure, reading.warnings, reading.files, reading.logs) == (None, [], [], [])
    assert reading.values == {"gpstime": GPSTIME, "far": 1e-7, "instruments": "H1,L1"}
    assert reading.attributes == {
        "MLyBurst": numbers | {"ifos": "H1,L1", "channels": ["H1:A", "L1:B"], "scores": scores}
    }


def test_answer_of_an_aframe_event():
    content = text(MLY, detection_statistic=11.37778, channels=["H1:A", "L1:B"])
    assert list(shown(read(content, "aframe").attributes)["MLyBurst"].items()) == [
        ("ifos", "H1,L1"),
        ("central_freq", None),
        ("bandwidth", None),
        ("duration", None),
        ("central_time", None),
        ("detection_statistic", 11.37778),
        ("SNR", None),
        ("bbh", None),
        ("sglf", None),
        ("sghf", None),
        ("background", None),
        ("glitch", None),
        ("freq_correlation", None),
        ("channels", ["H1:A", "L1:B"]),
        ("scores", {"coherency": None, "coincidence": None, "combined": None}),
    ]


def test_least_that_mly_has():
    reading = read('{"ifos": ""}', "MLy")
    assert reading.values == {"gpstime": None, "far": None, "instruments": ""}
    assert reading.attributes == {"MLyBurst": {"ifos": ""}}


def test_list_of_detectors_is_stored_as_its_text():
    reading = read(text(MLY, ifos=["H1", "L1"]), "GWAK")
    assert reading.values["instruments"] == "['H1', 'L1']"
    assert reading.attributes["MLyBurst"]["ifos"] == "['H1', 'L1']"


@pytest.mark.parametrize(
    ("channels", "found"),
    [
        (["H1:A"], ["H1:A"]),
        ([], []),
        ('["H1:A", "L1:B"]', ["H1:A", "L1:B"]),
        ("['H1:A', 'L1:B']", ["H1:A", "L1:B"]),
        ("H1:A", None),
        ('"H1:A"', None),
        ('{"a": 1}', None),
        ("", None),
        ({"a": "b" * 2000}, None),
        (12, None),
        (None, None),
        ([1, None], ["1", "None"]),
        (["é" * 50], ["é" * 50]),
    ],
)
def test_channels(channels, found):
    assert member(read(text(MLY, channels=channels), "MLy"), "MLyBurst").get("channels") == found


@pytest.mark.parametrize("channels", [["x" * 1021], ["x"] * 300, "x" * 1025])
def test_channels_have_at_most_1024_characters(channels):
    reason = failure(text(MLY, channels=channels), "MLy")
    assert reason == "value too long for type character varying(1024)"
    assert read(text(MLY, channels=["x" * 1020]), "MLy").failure is None


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ({"combined": "0.5", "other": "x"}, {"combined": 0.5}),
        ({"combined": None}, {}),
        ({}, {}),
        ([1, 2, 3], None),
        ("text", None),
        (None, None),
    ],
)
def test_scores(scores, found):
    assert member(read(text(MLY, scores=scores), "MLy"), "MLyBurst").get("scores") == found


def test_masses_are_not_kept():
    masses = dict.fromkeys(["mass1", "mass2", "mtotal", "mchirp", "spin1z", "end_time"], 1)
    assert read(text(MLY, **masses), "aframe") == read(text(MLY), "aframe")


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("x", "Expecting value: line 1 column 1 (char 0)"),
        ("{}", 'null value in column "instruments" violates not-null constraint'),
        (text(MLY, ifos=None), 'null value in column "instruments"'),
        ("[]", "'list' object has no attribute 'get'"),
        (text(MLY, ifos="H" * 21), "value too long for type character varying(20)"),
        (text(MLY, gpstime="late"), "could not convert string to float: 'late'"),
        (text(MLY, gpstime=math.nan), "[<class 'decimal.InvalidOperation'>]"),
        (text(MLY, SNR="loud"), "could not convert string to float: 'loud'"),
        (text(MLY, scores={"combined": "high"}), "could not convert string to float: 'high'"),
        (text(MLY, scores={"combined": []}), "float() argument must be a string or a real"),
        (text(MLY, channels=["\ud800"]), "surrogates not allowed"),
        (text(MLY, bbh=0).replace(b": 0", b": " + b"9" * 10_000), "Exceeds the limit"),
        (json.dumps(MLY).encode("utf-16"), "'utf-8' codec can't decode byte 0xff in position 0"),
    ],
)
def test_mly_files_that_cannot_be_read_or_stored(content, reason, pipeline):
    assert reason in failure(content, pipeline)
