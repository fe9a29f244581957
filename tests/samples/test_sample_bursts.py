"""Unmodelled transients: the numbers given come out of ingestion, and no others."""

import json
import re
from decimal import Decimal
from math import hypot, isclose, sqrt

import pytest
import sample_strategies as drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_ingestion import answered, ingested

from fakegracedb import samples


def as_stored(count):
    return round(float(Decimal(count).scaleb(-9)), 6)


# cWB


@st.composite
def bursts(draw):
    names = draw(drawn.detectors)
    count = draw(drawn.nanoseconds)
    near = st.integers(count - drawn.BILLION, count + drawn.BILLION)
    style = draw(st.sampled_from(["new", "old"]))
    arguments = {
        "style": style,
        "ifos": draw(st.sampled_from([names, ",".join(names)])),
        "times": {ifo: drawn.gps(draw(near)) for ifo in names[1:]},
        "start": drawn.gps(draw(near)),
        "duration": draw(drawn.rates),
        "frequency": draw(drawn.positives),
        "bandwidth": draw(drawn.rates),
        "rho": draw(drawn.rates),
        "likelihood": draw(drawn.rates),
        "strain": draw(drawn.rates),
        "ra": draw(drawn.longitudes),
        "dec": draw(drawn.latitudes),
        "mchirp": draw(drawn.rates),
        "far": draw(drawn.rates),
    }
    optional = {
        "hoft": "H1:GDS-CALIB_STRAIN",
        "code": "v6.4",
        "ced_link": "https://a.example/~b/ced:1/",
        "skymap_link": "https://a.example/sky.fits",
    }
    said = draw(st.sets(st.sampled_from(sorted(optional))))
    return count, draw(drawn.forms), names, arguments | {key: optional[key] for key in said}


@given(bursts(), st.sampled_from(["CWB", "CWB2G"]))
@settings(deadline=None, max_examples=40)
def test_numbers_of_cwb_come_out(burst, pipeline):
    count, form, names, said = burst
    content = samples.cwb_text(drawn.gps(count, form), **said)
    event, member = answered(content, pipeline)
    ifos = ",".join(sorted(names))
    assert event == {
        "gpstime": as_stored(count),
        "far": said["far"],
        "instruments": ifos,
        "likelihood": said["likelihood"],
    }
    said_times = {names[0]: drawn.gps(count), **said["times"]}
    times = [Decimal(time) for time in member.pop("single_ifo_times").split(",")]
    assert times == [Decimal(said_times[ifo]) for ifo in sorted(names)]
    begin = divmod(int(Decimal(said["start"]).scaleb(9)), drawn.BILLION)
    peak = divmod(count, drawn.BILLION)
    assert member == {
        "ifos": ifos,
        **dict(zip(("start_time", "start_time_ns"), begin, strict=True)),
        **dict(zip(("peak_time", "peak_time_ns"), peak, strict=True)),
        **{key: said[key] for key in ("duration", "strain", "bandwidth", "mchirp")},
        "central_freq": said["frequency"],
        "amplitude": said["rho"],
        "snr": sqrt(said["likelihood"]),
        "false_alarm_rate": said["far"],
        "ligo_axis_ra": said["ra"],
        "ligo_axis_dec": said["dec"],
        "hoft": said.get("hoft", ""),
        "code": said.get("code", ""),
        **dict.fromkeys(("confidence", "ligo_angle", "ligo_angle_sig")),
    }


@given(bursts())
@settings(deadline=None, max_examples=20)
def test_files_and_links_of_cwb_come_out(burst):
    count, form, names, said = burst
    reading = ingested(samples.cwb_text(drawn.gps(count, form), **said), "CWB")
    ((name, content),) = reading.files
    found = dict(line.split(": ", 1) for line in content.decode().splitlines())
    assert (name, found.pop("Event Type"), found.pop("IFOs")) == (
        *("event.log", "cWB"),
        ",".join(sorted(names)),
    )
    assert {key: float(value) for key, value in found.items()} == {
        "Time": float(drawn.gps(count, "decimal")),
        "Duration": said["duration"],
        "Frequency": said["frequency"],
        "Bandwidth": said["bandwidth"],
        "RA": said["ra"],
        "Dec": said["dec"],
        "Effective SNR": said["rho"],
        "FAR": said["far"],
    }
    end = "" if said["style"] == "new" else "\n"  # of the line, which the server does not cut off
    links = {"ced_link": "Coherent Event Display (CED)", "skymap_link": "FITS skymap"}
    assert [entry.comment for entry in reading.logs] == [
        "Log File Created",
        *(f'<a href="{said[key]}{end}">{what}</a>' for key, what in links.items() if key in said),
    ]


@given(st.floats(1e-3, 1e6))
@settings(deadline=None, max_examples=30)
def test_snr_is_the_root_of_the_likelihood(snr):
    _, member = answered(samples.cwb_text(snr=snr), "CWB")
    assert isclose(member["snr"], snr, rel_tol=1e-15)


def test_cwb_file_of_the_documentation():
    event, member = answered(
        samples.cwb_text("1400000000.2500", times={"H1": "1400000000.2510"}, start=1400000000.2),
        "CWB",
    )
    assert (event["gpstime"], event["far"]) == (1400000000.25, 1e-8)
    assert (member["snr"], member["amplitude"]) == (10.0, 7.5)
    assert (member["ligo_axis_ra"], member["ligo_axis_dec"]) == (20.0, 40.0)
    assert member["single_ifo_times"] == "1400000000.2510,1400000000.2500"
    assert (member["start_time"], member["start_time_ns"]) == (1400000000, 200000000)


def test_cwb_file_has_the_lines_that_are_shifted_in_time():
    lines = samples.cwb_text().decode().splitlines()
    for key in ("start:", "time:", "stop:", "segment:", "event_time:"):
        assert len([line for line in lines if line.startswith(key)]) == 1


def test_searches_of_cwb_seek_other_frequencies():
    found = {
        search: answered(samples.cwb_text(search=search), "CWB")[1]["central_freq"]
        for search in ("AllSky", "BBH", "IMBH", None)
    }
    assert found == {"AllSky": 150.0, "BBH": 90.0, "IMBH": 60.0, None: 150.0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"search": "Nothing"}, "there is no search 'Nothing'"),
        ({"style": "ancient"}, "there is no style 'ancient'; there are new, old"),
        ({"snr": 3, "likelihood": 9}, "snr and likelihood: one is the square"),
        ({"likelihood": -1}, "likelihood: -1 is negative"),
        ({"snr": -1}, "snr: -1 is negative"),
        ({"far": -1}, "far: -1 is negative"),
        ({"rho": -1}, "rho: -1 is negative"),
        ({"frequency": 0}, "frequency: 0 is not above 0"),
        ({"bandwidth": -1}, "bandwidth: -1 is negative"),
        ({"duration": -1}, "duration: -1 is negative"),
        ({"strain": -1}, "strain: -1 is negative"),
        ({"mchirp": -1}, "mchirp: -1 is negative"),
        ({"dec": 100}, "dec: 100 is beyond a pole"),
        ({"ra": -5}, "ra: -5 is not between"),
        ({"times": {"V1": 1}}, "times: 'V1' is not one of the detectors L1,H1"),
        ({"style": "old", "times": {"L1": 1400000000}}, "times: L1 comes first"),
        ({"hoft": "two words"}, "hoft: 'two words' is not one word"),
        ({"code": "a\nfar: 1"}, "is not one word"),
        ({"style": "old", "ced_link": "ftp://a.example"}, "ced_link: an old file"),
        ({"style": "old", "skymap_link": "https://a.example/map"}, "fits_skymap_link: an old"),
        ({"gpstime": 0, "duration": 1}, "start: it is before the GPS epoch"),
    ],
)
def test_what_cannot_be_is_no_cwb_file(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        samples.cwb_text(**arguments)


# oLIB


OLIB = (
    *("likelihood", "bci", "bsn", "quality_mean", "quality_median", "hrss_mean", "hrss_median"),
    *("frequency_mean", "frequency_median", "omicron_snr_network"),
)


@given(
    drawn.nanoseconds,
    drawn.forms,
    drawn.detectors,
    st.fixed_dictionaries({}, optional=dict.fromkeys(OLIB, st.none() | drawn.numbers)),
    st.none() | drawn.rates,
    st.none() | st.integers(0, 99),
    st.data(),
)
@settings(deadline=None, max_examples=30)
def test_numbers_of_olib_come_out(count, form, names, said, far, nevents, data):
    snrs = {ifo: data.draw(drawn.rates) for ifo in names}
    content = samples.olib_json(
        drawn.gps(count, form), ifos=names, far=far, nevents=nevents, omicron_snrs=snrs, **said
    )
    event, member = answered(content, "oLIB")
    expected = {
        "likelihood": None,
        "bci": 5.0,
        "bsn": 50.0,
        "quality_mean": 9.0,
        "quality_median": 9.0,
        "hrss_mean": 1e-22,
        "hrss_median": 1e-22,
        "frequency_mean": 150.0,
        "frequency_median": 150.0,
        **said,
    }
    if expected.get("omicron_snr_network") is None:
        expected["omicron_snr_network"] = hypot(*snrs.values())
    assert event == {
        "gpstime": as_stored(count),
        "far": far,
        "instruments": ",".join(names),
        "nevents": 1 if nevents is None else nevents,
        "likelihood": expected.pop("likelihood"),
    }
    # The server knows no detectors beyond these.
    loud = {f"omicron_snr_{ifo}": snrs.get(ifo) for ifo in ("H1", "L1", "V1")}
    assert member == expected | loud
    written = json.loads(content)
    assert {ifo: written[f"Omicron_SNR_{ifo}"] for ifo in names} == snrs


# MLy, aframe and GWAK


MLY = (
    *("central_freq", "bandwidth", "central_time", "duration", "bbh", "sglf", "sghf"),
    *("background", "glitch", "freq_correlation"),
)
MLY_UNKNOWN = (  # to the server's answers
    *("mass1", "mass2", "mtotal", "mchirp", "spin1z", "spin2z", "template_duration"),
)
lines = st.text(max_size=9).filter(str.isprintable)


@given(
    st.sampled_from(["MLy", "aframe", "GWAK"]),
    drawn.nanoseconds,
    drawn.forms,
    drawn.detectors,
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys((*MLY, *MLY_UNKNOWN), st.none() | drawn.numbers)
    ),
    st.none() | drawn.rates,
    st.none() | drawn.numbers,
    st.none() | drawn.numbers,
    st.none()
    | st.dictionaries(st.sampled_from(["coherency", "coincidence", "combined"]), drawn.numbers),
    st.none() | st.lists(lines, max_size=3),
)
@settings(deadline=None, max_examples=40)
def test_numbers_of_mly_come_out(
    pipeline, count, form, names, said, far, snr, statistic, scores, channels
):
    content = samples.mly_json(
        drawn.gps(count, form),
        pipeline=pipeline,
        ifos=",".join(names),
        far=far,
        snr=snr,
        detection_statistic=statistic,
        scores=scores,
        channels=channels,
        **said,
    )
    event, member = answered(content, pipeline)
    ifos = ",".join(names)
    assert event == {"gpstime": as_stored(count), "far": far, "instruments": ifos}
    if scores is None and pipeline == "MLy":
        scores = {"coherency": 0.9, "coincidence": 0.8, "combined": 0.72}
    if statistic is None and pipeline != "MLy":
        statistic = 10.0
    if channels is None:
        channels = [f"{ifo}:GDS-CALIB_STRAIN_CLEAN" for ifo in names]
    assert member == {
        "ifos": ifos,
        **{key: said.get(key) for key in MLY},
        "SNR": snr,
        "detection_statistic": statistic,
        "scores": dict.fromkeys(("coherency", "coincidence", "combined")) | (scores or {}),
        "channels": channels,
    }
    written = json.loads(content)
    unknown = [key for key in MLY_UNKNOWN if said.get(key) is not None]
    assert {key: written[key] for key in unknown} == {key: said[key] for key in unknown}


def test_channels_may_be_one_text():
    _, member = answered(samples.mly_json(channels="H1:A,L1:B"), "MLy")
    assert member["channels"] == ["H1:A", "L1:B"]


def test_what_mly_and_aframe_have_without_being_told():
    mly = json.loads(samples.mly_json())
    assert mly["scores"] == {"coherency": 0.9, "coincidence": 0.8, "combined": 0.72}
    assert "detection_statistic" not in mly
    for pipeline in ("aframe", "GWAK"):
        other = json.loads(samples.mly_json(pipeline=pipeline))
        assert "scores" not in other
        assert other["detection_statistic"] == 10.0
        assert other["channels"] == ["H1:GDS-CALIB_STRAIN_CLEAN", "L1:GDS-CALIB_STRAIN_CLEAN"]


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        ("olib_json", {"far": -1}, "far: -1 is negative"),
        ("olib_json", {"nevents": 1.5}, "nevents: 1.5 is not an integer"),
        ("olib_json", {"ifos": "H1,H1"}, "a detector occurs twice"),
        ("olib_json", {"bci": float("inf")}, "BCI: inf is not finite"),
        ("olib_json", {"omicron_snrs": {"V1": 5}}, "'V1' is not one of the detectors H1,L1"),
        ("olib_json", {"omicron_snrs": {"H1": -5}}, "omicron SNR of H1: -5 is negative"),
        ("olib_json", {"gpstime": "1e30"}, "is not between"),
        ("olib_json", {"likelihood": "high"}, "likelihood: 'high' is not a number"),
        ("olib_json", {"hrss_mean": [1]}, "hrss_posterior_mean: [1] is not a number"),
        ("mly_json", {"pipeline": "oLIB"}, "there is no pipeline with such files 'oLIB'"),
        ("mly_json", {"scores": {"best": 1}}, "there is no score 'best'"),
        ("mly_json", {"scores": {"combined": None}}, "combined: None is not a number"),
        ("mly_json", {"zappa": 1.0}, "there is no number 'zappa'"),
        ("mly_json", {"far": -1}, "far: -1 is negative"),
        ("mly_json", {"duration": float("nan")}, "duration: nan is not finite"),
        ("mly_json", {"snr": "loud"}, "SNR: 'loud' is not a number"),
        ("mly_json", {"snr": True}, "SNR: True is not a number"),
        ("mly_json", {"bbh": 10**400}, "is not a number"),
        ("mly_json", {"channels": ["a\nb"]}, "is not a line of text"),
        ("mly_json", {"channels": ["\ud800"]}, "is not a line of text"),
        ("mly_json", {"channels": [1]}, "channels: 1 is not a line of text"),
    ],
)
def test_what_cannot_be_is_no_json_of_a_burst(build, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        getattr(samples, build)(**arguments)
