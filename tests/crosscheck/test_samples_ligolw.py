"""Coincidences, injections and noise made from numbers, against the field's own library."""

import gzip
import io
import re
import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    lal = pytest.importorskip("lal")
    series = pytest.importorskip("lal.series")
    ligolw = pytest.importorskip("igwn_ligolw.ligolw")
    from igwn_ligolw import lsctables
    from igwn_ligolw.utils import load_fileobj

from fakegracedb import samples
from fakegracedb.samples import network
from fakegracedb.samples.presets import PIPELINES

TABLES = [
    lsctables.ProcessTable,
    lsctables.ProcessParamsTable,
    lsctables.SnglInspiralTable,
    lsctables.CoincDefTable,
    lsctables.CoincTable,
    lsctables.CoincInspiralTable,
    lsctables.CoincMapTable,
    lsctables.TimeSlideTable,
]

OWNERS = {
    b"process": b"process_id",
    b"coinc_event": b"coinc_event_id",
    b"coinc_definer": b"coinc_def_id",
    b"time_slide": b"time_slide_id",
}


def load(content):
    """The document, with ids of today in place of those of old, which the library has given up."""
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    if b"ilwd:char" in content:
        content = content.replace(b"ilwd:char", b"int_8s")
        for owner, column in OWNERS.items():
            pattern = rb'Name="(?!%s:)\w+:%s"' % (owner, column)
            content = re.sub(pattern, b'Name="%s:%s"' % (owner, column), content)
        content = re.sub(rb'"?\b(?:[a-z_]+:){2}(\d+)\b"?', rb"\1", content)
    return load_fileobj(io.BytesIO(content))


@pytest.mark.parametrize("ids", ["int", "ilwd"])
@pytest.mark.parametrize("pipeline", sorted(PIPELINES))
def test_library_reads_all_tables_and_their_numbers(pipeline, ids):
    document = load(
        samples.coinc_xml(
            "1400000000.123456789",
            pipeline=pipeline,
            mass1=1.75,
            mass2=1.25,
            spin1=(0.125, 0.25, -0.5),
            snrs={"H1": 8.5, "L1": 6.25, "V1": 4.125},
            times={"L1": "1400000000.125"},
            far=3e-9,
            likelihood=21.5,
            columns={"Gamma0": 12345.0, "chisq_dof": 7, "sigmasq": {"L1": 1e6}},
            ids=ids,
            gzip=ids == "ilwd",
        )
    )
    found = [kind.get_table(document) for kind in TABLES]
    for table, kind in zip(found, TABLES, strict=True):
        assert set(table.columnnames) <= set(map(ligolw.Column.ColumnName, kind.validcolumns))
    process, _, singles, definer, event, inspiral, mapped, slides = found
    (coinc,), (row,) = event, inspiral
    assert row.end == lal.LIGOTimeGPS(1400000000, 123456789)
    assert (row.ifos, row.combined_far, coinc.likelihood) == ("H1,L1,V1", 3e-9, 21.5)
    assert row.coinc_event_id == coinc.coinc_event_id
    assert [one.snr for one in singles] == [8.5, 6.25, 4.125]
    assert [one.Gamma0 for one in singles] == [12345.0] * 3
    assert [one.sigmasq for one in singles] == [0, 1e6, 0]
    assert singles[1].end == lal.LIGOTimeGPS(1400000000, 125000000)
    assert (singles[0].spin1x, singles[0].spin1y, singles[0].spin1z) == (0.125, 0.25, -0.5)
    assert [one.event_id for one in mapped] == [one.event_id for one in singles]
    assert coinc.coinc_def_id == definer[0].coinc_def_id
    assert slides.as_dict()[coinc.time_slide_id] == {"H1": 0, "L1": 0, "V1": 0}
    assert process[0].process_id == coinc.process_id


@pytest.mark.parametrize("ids", ["int", "ilwd"])
def test_lal_reads_the_series(ids):
    values = [0.5 + 1j, -8.25j, 3]
    document = load(
        samples.coinc_xml(
            "1400000000.5", ifos="H1", snr_series={"H1": values}, sample_rate=256, ids=ids
        )
    )
    (element,) = (
        one
        for one in document.getElementsByTagName(ligolw.LIGO_LW.tagName)
        if one.hasAttribute("Name") and one.Name == "COMPLEX8TimeSeries"
    )
    read = series.parse_COMPLEX8TimeSeries(element)
    assert read.data.data.tolist() == values
    assert read.name == "snr"
    assert read.deltaT == 1 / 256
    assert read.epoch + 1 / 256 == lal.LIGOTimeGPS(1400000000, 500000000)


@pytest.mark.parametrize("inside", [False, True])
def test_lal_reads_the_noise(inside):
    values = {"H1": [1e-46, 2e-46, 3.25e-46], "V1": [1e-44, 2e-44, 3.25e-44]}
    if inside:
        content = samples.coinc_xml(1400000000, ifos="H1,V1", psd=values)
    else:
        content = samples.psd(values, gpstime=1400000000)
    read = series.read_psd_xmldoc(load(content))
    assert {ifo: one.data.data.tolist() for ifo, one in read.items()} == values
    assert {one.deltaF for one in read.values()} == {1.0}
    assert {one.epoch for one in read.values()} == {lal.LIGOTimeGPS(1400000000)}
    assert {str(one.sampleUnits) for one in read.values()} == {"s strain^2"}


@pytest.mark.parametrize("ids", ["int", "ilwd"])
def test_library_reads_the_injection(ids):
    document = load(samples.injection_xml("1400000000.000000001", mass1=2, distance=55.5, ids=ids))
    (row,) = lsctables.SimInspiralTable.get_table(document)
    assert row.time_geocent == lal.LIGOTimeGPS(1400000000, 1)
    assert (row.mass1, row.mass2, row.distance) == (2, 1.4, 55.5)
    assert set(lsctables.SimInspiralTable.validcolumns) >= {"waveform", "taper"}
    assert row.waveform == "SpinTaylorT4threePointFivePN"


@pytest.mark.parametrize("seconds", [0, 315964819, 1000000000, 1167264018, 1400000000, 2000000000])
def test_sidereal_time_is_that_of_lal(seconds):
    expected = lal.GreenwichMeanSiderealTime(lal.LIGOTimeGPS(seconds, 123456789))
    assert abs(network.sidereal_time(seconds * 10**9 + 123456789) - expected) < 2e-9


@pytest.mark.parametrize("ifo", sorted(network.SITES))
@pytest.mark.parametrize(("ra", "dec"), [(0, 0), (200, -35), (301.5, 89), (77, 12.5)])
def test_delays_and_responses_are_those_of_lal(ifo, ra, dec):
    detector = lal.cached_detector_by_prefix[ifo]
    time = lal.LIGOTimeGPS(1400000000, 250000000)
    right, up = (lal.PI_180 * angle for angle in (ra, dec))
    delay = lal.TimeDelayFromEarthCenter(detector.location, right, up, time)
    assert abs(network.delay(ifo, 1400000000250000000, ra, dec) / 1e9 - delay) < 2e-9
    gmst = lal.GreenwichMeanSiderealTime(time)
    plus, cross = lal.ComputeDetAMResponse(detector.response, right, up, 0.7, gmst)
    seen = (plus**2 * (1 + 0.25) ** 2 / 4 + cross**2 * 0.25) ** 0.5
    ours = network.response(ifo, 1400000000250000000, ra, dec, 0.7, lal.PI / 3)
    assert abs(ours) == pytest.approx(seen, rel=1e-5, abs=1e-7)
    assert ours.real == pytest.approx(plus * (1 + 0.25) / 2, rel=1e-5, abs=1e-7)
    assert ours.imag == pytest.approx(-cross * 0.5, rel=1e-5, abs=1e-7)
