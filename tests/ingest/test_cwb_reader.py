"""The text of coherent WaveBurst: new and old styles, what each value comes from, what fails."""

import math

import pytest
from uploads import CWB, GPSTIME, OLD, cwb, failure, member, read

WEEK = "#significance based on the last week, 1000 time shifts"
DAY = "#significance based on the last day, 1000 time shifts"


def burst(content):
    return member(read(content, "CWB"), "MultiBurst")


def old(*extra, without=(), **values):
    return cwb(*extra, without=(*OLD, *without), **values)


def test_every_value_of_a_new_file():
    reading = read(cwb(hoft="H1_HOFT more", code="cWB-7 more"), "CWB")
    assert reading.failure is None
    assert reading.values == {
        "gpstime": GPSTIME,
        "far": 1e-8,
        "instruments": "H1,L1",
        "likelihood": 100.0,
    }
    assert reading.attributes == {
        "MultiBurst": {
            "ifos": "H1,L1",
            "start_time": 1400000000,
            "start_time_ns": 200000000,
            "duration": 0.1,
            "strain": 1e-22,
            "peak_time": 1400000000,
            "peak_time_ns": 500000000,
            "central_freq": 150.0,
            "bandwidth": 64.0,
            "amplitude": 7.5,
            "mchirp": 1.25,
            "snr": 10.0,
            "false_alarm_rate": 1e-8,
            "ligo_axis_ra": 20.0,
            "ligo_axis_dec": 40.0,
            "single_ifo_times": "1400000000.5010,1400000000.5000",
            "hoft": "H1_HOFT",
            "code": "cWB-7",
        }
    }
    assert "nevents" not in reading.values


def test_event_time_may_differ_from_the_peak_time():
    reading = read(cwb(event_time="1400000001.25 9"), "CWB")
    assert reading.values["gpstime"] == 1400000001.25
    assert reading.attributes["MultiBurst"]["peak_time"] == 1400000000


@pytest.mark.parametrize("key", OLD)
def test_a_file_without_time_or_rate_is_an_old_one(key):
    reading = read(cwb(without=[key]), "CWB")
    assert reading.values["gpstime"] == GPSTIME
    assert reading.values["far"] == 0.0  # also if there is a key far
    assert reading.attributes["MultiBurst"]["false_alarm_rate"] == 0.0
    assert reading.attributes["MultiBurst"]["mchirp"] == 30.5


def test_chirp_mass_of_an_old_file_is_the_second_chirp_or_zero():
    assert burst(old())["mchirp"] == 30.5
    assert burst(old(without=["chirp"]))["mchirp"] == 0.0
    assert failure(old(chirp="1"), "CWB") == "list index out of range"
    assert "mchirp" not in burst(cwb(without=["mchirp"]))


@pytest.mark.parametrize(
    ("lines", "far"),
    [
        ([], 0.0),
        ([WEEK, "5 2e-7 1 2 3"], 2e-7),
        ([DAY, "5 3e-7 1 2 3"], 3e-7),
        ([WEEK, "5 2e-7", DAY, "5 3e-7"], 2e-7),
        ([DAY, "5 3e-7", WEEK, "5 2e-7"], 2e-7),
        ([WEEK, "0 0", DAY, "5 3e-7"], 3e-7),
        ([WEEK, "0 0.0", DAY, "0 0"], 0.0),
        ([WEEK], 1.0),
        ([WEEK, "5"], 1.0),
        ([WEEK, ""], 1.0),
        ([WEEK, "5 much"], 1.0),
        ([DAY, "none"], 1.0),
        ([WEEK, "0 0", DAY, "none"], 1.0),
        ([WEEK, "5 inf"], math.inf),
        *(
            ([f"#significance based on {which}", "5 2e-7 1 2 3"], 0.0)
            for which in (
                "the last hour, 1000 time shifts",
                "the last processed job (typical job is 10 minutes), 4000-1 time shifts",
                "the last 24*6 processed jobs, 4000-1 time shifts",
                "all the processed livetime in the run, 4000-1 time shifts",
            )
        ),
    ],
)
def test_rate_of_an_old_file_is_on_the_line_after_the_significance(lines, far):
    reading = read(old(*lines), "CWB")
    assert reading.values["far"] == far
    assert reading.attributes["MultiBurst"]["false_alarm_rate"] == far


def test_significance_of_a_new_file_is_ignored():
    assert read(cwb(WEEK, "5 2e-7"), "CWB").values["far"] == 1e-8


def links(content):
    logs = read(content, "CWB").logs
    assert (logs[0].comment, logs[0].filename, logs[0].file_version) == (
        "Log File Created",
        "event.log",
        0,
    )
    assert all((entry.filename, entry.file_version) == ("", None) for entry in logs[1:])
    return [entry.comment for entry in logs[1:]]


def test_links_of_a_new_file_have_keys():
    new = cwb(fits_skymap_link="https://here/a.fits x", ced_link="http://here/ced/")
    assert links(new) == [
        '<a href="http://here/ced/">Coherent Event Display (CED)</a>',
        '<a href="https://here/a.fits">FITS skymap</a>',
    ]
    assert links(cwb("http://here/ced/", "http://here/a.fits")) == []


def test_links_of_an_old_file_are_lines_and_the_last_one_counts():
    lines = ["https://here/1.fits.gz", "http://here/1", "http://here/2", "https://here/2.fits"]
    assert links(old(*lines)) == [
        '<a href="http://here/2\n">Coherent Event Display (CED)</a>',
        '<a href="https://here/2.fits\n">FITS skymap</a>',
    ]
    assert links(old(" http://here/1", ced_link="http://here/ced/")) == []


def test_last_line_needs_no_end():
    assert links(old("http://here/1")[:-1]) == [
        '<a href="http://here/1">Coherent Event Display (CED)</a>'
    ]


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_ends_of_lines_may_be_any(end):
    content = old(WEEK, "5 2e-7", "http://here/1")
    assert read(content.replace(b"\n", end), "CWB") == read(content, "CWB")


def test_no_key_is_needed():
    content = cwb(without=set(CWB) - set(OLD))
    reading = read(content, "CWB")
    assert reading.values == {
        "gpstime": GPSTIME,
        "far": 1e-8,
        "instruments": "",
        "likelihood": None,
    }
    assert reading.attributes["MultiBurst"] == {
        "ifos": "",
        "snr": 0.0,
        "false_alarm_rate": 1e-8,
        "single_ifo_times": "",
        "hoft": "",
        "code": "",
    }
    assert reading.files[0][1] == (
        b"Event Type: cWB\nTime: 1400000000.5\nDuration: ---\nFrequency: ---\nBandwidth: ---\n"
        b"RA: ---\nDec: ---\nEffective SNR: ---\nIFOs: \nFAR: 1e-08"
    )


def test_old_file_without_time_has_none_in_its_event_log():
    reading = read(b"nothing at all", "CWB")
    assert reading.values["gpstime"] == 0.0
    assert b"\nTime: ---\n" in reading.files[0][1]
    assert reading.files[0][1].endswith(b"\nIFOs: \nFAR: 0.0")


def test_repeated_key_counts_as_it_stands_last():
    assert burst(cwb("rho: 6 5", "strain:  2e-22"))["amplitude"] == 6.0
    assert burst(cwb("rho: 6 5", "strain:  2e-22"))["strain"] == 2e-22


def test_key_is_the_first_word_before_the_first_colon():
    assert "3:" in failure(cwb("  rho \t[of all] x: 3: 4"), "CWB")
    assert burst(cwb("  rho \t[of all] x: 3 : 4"))["amplitude"] == 3.0


@pytest.mark.parametrize("line", [": 1", "  :", ":"])
def test_a_line_with_nothing_before_its_colon(line):
    assert failure(cwb(line), "CWB") == "list index out of range"


@pytest.mark.parametrize(
    "key",
    [
        *("duration", "frequency", "bandwidth", "likelihood", "rho", "strain", "phi", "theta"),
        *("start", "time", "far", "event_time", "mchirp", "hoft", "code", "ced_link"),
    ],
)
def test_a_key_without_value(key):
    assert failure(cwb(f"{key}:"), "CWB") == "list index out of range"


def test_a_key_without_value_that_is_not_read():
    assert read(cwb("name:", "chirp:"), "CWB").failure is None


@pytest.mark.parametrize("key", ["phi", "theta"])
def test_directions_have_three_numbers(key):
    assert failure(cwb(**{key: "1 2"}), "CWB") == "list index out of range"


def test_every_detector_needs_a_time():
    assert failure(cwb(ifo="V1 L1 H1"), "CWB") == "list index out of range"
    assert burst(cwb(ifo="V1"))["single_ifo_times"] == "1400000000.5000"


@pytest.mark.parametrize("key", ["start", "time"])
@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("1400000000", "not enough values to unpack (expected 2, got 1)"),
        ("1400000000.5.5", "too many values to unpack"),
        ("x.5", "invalid literal for int() with base 10: 'x'"),
        ("1400000000.5e3", "invalid literal for int() with base 10: '5e3000000'"),
        ("1400000000.99999999999", "integer out of range"),
        ("14000000000.5", "integer out of range"),
        ("-1.5", "check constraint"),
    ],
)
def test_times_that_are_cut_at_the_point(key, word, reason):
    assert reason in failure(cwb(**{key: f"{word} 1400000000.5010"}), "CWB")


def test_a_time_may_have_few_or_no_digits_after_its_point():
    assert burst(cwb(start="1400000000."))["start_time_ns"] == 0
    assert burst(cwb(start="1400000000.000001"))["start_time_ns"] == 1000


@pytest.mark.parametrize(("likelihood", "snr"), [("-4", 0.0), ("0", 0.0), ("inf", math.inf)])
def test_snr_is_the_root_of_the_likelihood(likelihood, snr):
    assert burst(cwb(likelihood=likelihood))["snr"] == snr


def test_numbers_that_are_none_are_kept():
    found = burst(cwb(likelihood="nan", strain="1e999", rho="-inf"))
    assert math.isnan(found["snr"])
    assert found["strain"] == math.inf
    assert found["amplitude"] == -math.inf


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"strain": "much"}, "could not convert string to float: 'much'"),
        ({"far": "1e-8Hz"}, "could not convert string to float: '1e-8Hz'"),
        ({"event_time": "nan"}, "[<class 'decimal.InvalidOperation'>]"),
        ({"event_time": "1e999"}, "[<class 'decimal.InvalidOperation'>]"),
        ({"event_time": "9" * 10_000}, "[<class 'decimal.InvalidOperation'>]"),
        ({"start": f"{'9' * 10_000}.5"}, "Exceeds the limit"),
        (
            {"ifo": " ".join(["H1"] * 8), "time": " ".join(["1.5"] * 8)},
            "value too long for type character varying(20)",
        ),
        ({"hoft": "x" * 256}, "value too long for type character varying(255)"),
        ({"code": "x" * 32}, "value too long for type character varying(31)"),
        (
            {"ifo": "A B C D E", "time": " ".join(["0" * 60 + "1.5"] * 5)},
            "value too long for type character varying(255)",
        ),
        ({"code": "a\0b"}, "A string literal cannot contain NUL (0x00) characters."),
        ({"ced_link": "http://a\0b"}, "A string literal cannot contain NUL (0x00) characters."),
    ],
)
def test_what_cannot_be_read_or_stored(values, reason):
    assert reason in failure(cwb(**values), "CWB2G")


@pytest.mark.parametrize(
    "content", [cwb().decode().encode("utf-16"), cwb() + b"\xff", b"\x1f\x8b\x08\0\0\0\0\0"]
)
def test_what_is_no_utf_8(content):
    assert "'utf-8' codec can't decode byte" in failure(content, "CWB")


def test_byte_order_mark_belongs_to_the_first_key():
    reading = read(b"\xef\xbb\xbf" + cwb(), "CWB")  # and that is the key ifo
    assert (reading.values["instruments"], reading.failure) == ("", None)


def test_utf_16_without_a_mark_is_text_of_no_keys():
    assert read(cwb().decode().encode("utf-16-le"), "CWB").values["instruments"] == ""


def test_very_many_lines_or_a_very_long_one_are_refused():
    assert failure(cwb() + b"\n" * 200_000, "CWB") == "more than 200000 lines"
    assert failure(cwb() + b"x" * 200_000, "CWB") == "a line of more than 100000 characters"
    assert read(cwb() + b"1 2 3 4 5 6\n" * 10_000, "CWB").failure is None
