"""What a source may be, and the noise of the detectors."""

import gzip
import json
import re
from math import fsum, isclose

import pytest
import sample_readers
import sample_strategies as drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegracedb import samples
from fakegracedb.samples.probabilities import MCHIRP_BIN_EDGES

shares = st.floats(0, 1)


@given(st.lists(shares, min_size=4, max_size=4).filter(lambda parts: sum(parts) > 0.01))
@settings(deadline=None, max_examples=50)
def test_classes_come_out_and_sum_to_1(parts):
    bns, nsbh, bbh, _ = (part / sum(parts) for part in parts)
    read = json.loads(samples.p_astro(bns=bns, nsbh=nsbh, bbh=bbh))
    assert list(read) == ["BNS", "NSBH", "BBH", "Terrestrial"]
    assert (read["BNS"], read["NSBH"], read["BBH"]) == (bns, nsbh, bbh)
    assert isclose(fsum(read.values()), 1, rel_tol=1e-15)
    again = samples.p_astro(bns=bns, nsbh=nsbh, bbh=bbh, terrestrial=read["Terrestrial"])
    assert json.loads(again) == read


def test_nothing_said_is_terrestrial():
    assert json.loads(samples.p_astro())["Terrestrial"] == 1


@given(shares, shares, shares, st.none() | shares)
@settings(deadline=None, max_examples=50)
def test_properties_come_out(ns, remnant, gap, ssm):
    read = json.loads(
        samples.em_bright(has_ns=ns, has_remnant=remnant, has_mass_gap=gap, has_ssm=ssm)
    )
    wanted = {"HasNS": ns, "HasRemnant": remnant, "HasMassGap": gap, "HasSSM": ssm}
    assert list(read.items()) == [item for item in wanted.items() if item[1] is not None]


@given(st.floats(0.11, 990), st.floats(0.001, 0.5))
@settings(deadline=None, max_examples=50)
def test_bins_of_chirp_mass_hold_it_and_sum_to_1(mchirp, spread):
    read = json.loads(samples.mchirp_source(mchirp, spread=spread))
    edges, parts = read["bin_edges"], read["probabilities"]
    assert edges == list(MCHIRP_BIN_EDGES)
    assert len(parts) == len(edges) - 1
    assert isclose(fsum(parts), 1, rel_tol=1e-12)
    holding = next(n for n, edge in enumerate(edges[1:]) if mchirp <= edge)
    assert parts[holding] > 0.01
    below = fsum(parts[:holding])
    assert below < 0.51
    assert fsum(parts[holding + 1 :]) < 0.51


def test_narrow_chirp_mass_is_in_its_bin():
    read = json.loads(samples.mchirp_source(1.19, spread=0.001))
    assert read["probabilities"][MCHIRP_BIN_EDGES.index(1.1)] > 0.999


def test_given_bins_come_out():
    read = json.loads(samples.mchirp_source(probabilities=[0.25, 0.75], bin_edges=[1, 2, 4]))
    assert read == {"bin_edges": [1.0, 2.0, 4.0], "probabilities": [0.25, 0.75]}


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        ("p_astro", {"bns": -0.1}, "BNS: -0.1 is no probability"),
        ("p_astro", {"bns": 0.7, "bbh": 0.7}, "they sum to 1.4, more than 1"),
        ("p_astro", {"bns": 0.5, "terrestrial": 0.1}, "the four classes: they sum to 0.6"),
        ("p_astro", {"bbh": "high"}, "BBH: 'high' is not a number"),
        ("em_bright", {"has_ns": 1.01}, "HasNS: 1.01 is no probability"),
        ("em_bright", {"has_ssm": float("nan")}, "HasSSM: nan is not finite"),
        ("mchirp_source", {}, "mchirp and probabilities: give one of them"),
        ("mchirp_source", {"mchirp": 1, "probabilities": [1]}, "give one of them"),
        ("mchirp_source", {"mchirp": -1}, "mchirp: -1 is not above 0"),
        ("mchirp_source", {"mchirp": 0.05}, "mchirp: 0.05 is not between 0.1 and 1000.0"),
        ("mchirp_source", {"mchirp": 1, "spread": 0}, "spread: 0 is not above 0"),
        ("mchirp_source", {"mchirp": 1, "bin_edges": [2, 1]}, "bin_edges: they do not rise"),
        ("mchirp_source", {"mchirp": 1, "bin_edges": [1]}, "bin_edges: they do not rise"),
        ("mchirp_source", {"probabilities": [1]}, "probabilities: 1 for 18 bins"),
        (
            "mchirp_source",
            {"probabilities": [0.4], "bin_edges": [1, 2]},
            "probabilities: they sum to 0.4",
        ),
        ("psd", {"values": {"H1": [1e-46]}, "ifos": "H1"}, "ifos: the detectors are those"),
        ("psd", {"values": {}}, "there is no detector"),
        ("psd", {"values": {"H1": [-1.0]}}, "density of H1: -1.0 is not above 0"),
        ("psd", {"delta_f": 0}, "delta_f: 0 is not above 0"),
        ("psd", {"f_min": -1}, "f_min: -1 is negative"),
        ("psd", {"f_min": 4096}, "f_min: 4096.0 Hz is beyond the last frequency"),
    ],
)
def test_what_cannot_be_is_refused(build, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        getattr(samples, build)(**arguments)


@given(
    drawn.detectors.flatmap(
        lambda names: st.fixed_dictionaries(
            {name: st.lists(st.floats(1e-50, 1e-30), min_size=1, max_size=6) for name in names}
        )
    ),
    drawn.nanoseconds,
    st.sampled_from([0.125, 0.25, 1.0, 3.0]),
    st.sampled_from([0.0, 10.0, 20.5]),
    st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_densities_come_out(values, count, step, start, packed):
    content = samples.psd(values, gpstime=drawn.gps(count), delta_f=step, f_min=start, gzip=packed)
    assert (content[:2] == b"\x1f\x8b") is packed
    assert sample_readers.ligolw(content).get("Name") == "psd"
    read = list(sample_readers.series(content, "REAL8FrequencySeries"))
    assert [one["belongs"] for one in read] == [("instrument:param", name) for name in values]
    for one, densities in zip(read, values.values(), strict=True):
        frequencies, column = one["columns"]
        assert list(column) == densities
        assert list(frequencies) == [start + step * n for n in range(len(densities))]
        assert (one["start"], one["step"]) == (start, step)
        assert int(float(one["epoch"])) in (count // drawn.BILLION, count // drawn.BILLION + 1)


def test_noise_made_here_is_like_that_of_real_detectors():
    content = samples.psd(ifos="H1,V1,K1")
    h1, v1, k1 = (one["columns"] for one in sample_readers.series(content, "REAL8FrequencySeries"))
    frequencies, density = h1
    assert (frequencies[0], frequencies[-1], len(frequencies)) == (0, 2048, 2049)
    assert all(value > 0 for value in density)
    assert 1e-24 < density[100] ** 0.5 < 1e-23  # at 100 Hz
    assert min(density[20:1000]) == min(density)
    assert density[0] > 1e5 * density[20]
    assert all(h < v < k for h, v, k in zip(density, v1[1], k1[1], strict=True))


def test_noise_file_is_gzipped_unless_told_otherwise():
    assert gzip.decompress(samples.psd()) == samples.psd(gzip=False)
