"""Unmodelled transients: the numbers given come out, read by the server's rules."""

import json
import re
from decimal import Decimal
from math import isclose

import pytest
import sample_readers
import sample_strategies as drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegracedb import samples


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


@given(bursts())
@settings(deadline=None, max_examples=40)
def test_numbers_of_cwb_come_out(burst):
    count, form, names, said = burst
    read = sample_readers.cwb(samples.cwb_text(drawn.gps(count, form), **said))
    seconds, rest = divmod(count, drawn.BILLION)
    assert read["gpstime"] == round(float(Decimal(count).scaleb(-9)), 6)
    assert read["peak"] == (seconds, rest)
    assert read["start"] == divmod(int(Decimal(said["start"]).scaleb(9)), drawn.BILLION)
    assert read["ifos"] == ",".join(sorted(names))
    times = [Decimal(time) for time in read["single_ifo_times"].split(",")]
    said_times = {names[0]: drawn.gps(count), **said["times"]}
    assert times == [Decimal(said_times[ifo]) for ifo in sorted(names)]
    for ours, theirs in (
        *((key, key) for key in ("duration", "strain", "bandwidth", "ra", "dec", "mchirp", "far")),
        ("frequency", "central_freq"),
        ("rho", "amplitude"),
        ("likelihood", "likelihood"),
    ):
        assert read[theirs] == said[ours], ours
    assert (read["hoft"], read["code"]) == (said.get("hoft", ""), said.get("code", ""))
    assert (read["ced"], read["skymap"]) == (said.get("ced_link"), said.get("skymap_link"))


@given(st.floats(1e-3, 1e6))
@settings(deadline=None, max_examples=30)
def test_snr_is_the_root_of_the_likelihood(snr):
    assert isclose(sample_readers.cwb(samples.cwb_text(snr=snr))["snr"], snr, rel_tol=1e-15)


def test_cwb_file_of_the_documentation():
    read = sample_readers.cwb(
        samples.cwb_text("1400000000.2500", times={"H1": "1400000000.2510"}, start=1400000000.2)
    )
    assert (read["gpstime"], read["snr"], read["amplitude"]) == (1400000000.25, 10.0, 7.5)
    assert (read["ra"], read["dec"], read["far"]) == (20.0, 40.0, 1e-8)
    assert read["single_ifo_times"] == "1400000000.2510,1400000000.2500"
    assert read["start"] == (1400000000, 200000000)


def test_cwb_file_has_the_lines_that_are_shifted_in_time():
    lines = samples.cwb_text().decode().splitlines()
    for key in ("start:", "time:", "stop:", "segment:", "event_time:"):
        assert len([line for line in lines if line.startswith(key)]) == 1


def test_searches_of_cwb_seek_other_frequencies():
    found = {
        search: sample_readers.cwb(samples.cwb_text(search=search))["central_freq"]
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


OLIB = {
    "likelihood": "likelihood",
    "bci": "BCI",
    "bsn": "BSN",
    "quality_mean": "quality_posterior_mean",
    "quality_median": "quality_posterior_median",
    "hrss_mean": "hrss_posterior_mean",
    "hrss_median": "hrss_posterior_median",
    "frequency_mean": "frequency_posterior_mean",
    "frequency_median": "frequency_posterior_median",
    "omicron_snr_network": "Omicron_SNR_Network",
}


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
    read = json.loads(content)
    assert read["gpstime"] == float(Decimal(count).scaleb(-9))
    assert read["instruments"] == ",".join(names)
    assert (read.get("FAR"), read.get("nevents")) == (far, nevents)
    assert {ifo: read[f"Omicron_SNR_{ifo}"] for ifo in names} == snrs
    for ours, theirs in OLIB.items():
        if said.get(ours) is not None:
            assert read[theirs] == said[ours]
        elif ours in said and ours != "omicron_snr_network":
            assert theirs not in read
    if said.get("omicron_snr_network") is None:
        network = sum(snr * snr for snr in snrs.values()) ** 0.5
        assert isclose(read["Omicron_SNR_Network"], network, rel_tol=1e-9, abs_tol=1e-150)


MLY = (
    *("central_freq", "bandwidth", "central_time", "duration", "bbh", "sglf", "sghf"),
    *("background", "glitch", "freq_correlation", "mass1", "mass2", "mtotal", "mchirp"),
    *("spin1z", "spin2z", "template_duration"),
)


@given(
    st.sampled_from(["MLy", "aframe", "GWAK"]),
    drawn.nanoseconds,
    drawn.forms,
    drawn.detectors,
    st.fixed_dictionaries({}, optional=dict.fromkeys(MLY, st.none() | drawn.numbers)),
    st.none() | drawn.rates,
    st.none() | drawn.numbers,
    st.dictionaries(st.sampled_from(["coherency", "coincidence", "combined"]), drawn.numbers),
    st.lists(st.text(max_size=9), max_size=3),
)
@settings(deadline=None, max_examples=30)
def test_numbers_of_mly_come_out(pipeline, count, form, names, said, far, snr, scores, channels):
    read = json.loads(
        samples.mly_json(
            drawn.gps(count, form),
            pipeline=pipeline,
            ifos=",".join(names),
            far=far,
            snr=snr,
            detection_statistic=7.25,
            scores=scores,
            channels=channels,
            **said,
        )
    )
    assert read["gpstime"] == float(Decimal(count).scaleb(-9))
    assert read["ifos"] == ",".join(names)
    assert (read.get("far"), read.get("SNR")) == (far, snr)
    assert (read["scores"], read["channels"]) == (scores, channels)
    assert read["detection_statistic"] == 7.25
    assert {key: read.get(key) for key in said} == said


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
        ("mly_json", {"pipeline": "oLIB"}, "there is no pipeline with such files 'oLIB'"),
        ("mly_json", {"scores": {"best": 1}}, "there is no score 'best'"),
        ("mly_json", {"scores": {"combined": None}}, "combined: None is not a number"),
        ("mly_json", {"zappa": 1.0}, "there is no number 'zappa'"),
        ("mly_json", {"far": -1}, "far: -1 is negative"),
        ("mly_json", {"duration": float("nan")}, "duration: nan is not finite"),
    ],
)
def test_what_cannot_be_is_no_json_of_a_burst(build, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        getattr(samples, build)(**arguments)
