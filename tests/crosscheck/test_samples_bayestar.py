"""Sky maps and coincidences made from numbers, in the tools that localise and read maps."""

import io
import logging
import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    np = pytest.importorskip("numpy")
    pytest.importorskip("ligo.skymap")
    from astropy import units as u
    from astropy.coordinates import SkyCoord
    from ligo.skymap import bayestar
    from ligo.skymap.distance import (
        moments_to_parameters,
        parameters_to_marginal_moments,
    )
    from ligo.skymap.io import events, read_sky_map
    from ligo.skymap.postprocess import crossmatch

from fakegracedb import samples
from fakegracedb.samples.distances import distance_of
from fakegracedb.samples.presets import PIPELINES

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


@pytest.mark.parametrize("name", ["bayestar.multiorder.fits", "bayestar.multiorder.fits.gz"])
def test_reader_takes_maps_of_many_orders(written, name):
    content = samples.skymap(
        40, -30, area=200, distance=150.0, distance_std=40.0, gpstime="1400000000.25",
        objid="G1", log_bci=3.5, gzip=name.endswith(".gz"),
    )  # fmt: skip
    table = read_sky_map(written(name, content), moc=True)
    assert table.meta["distmean"] == 150
    assert table.meta["diststd"] == 40
    assert table.meta["gps_time"] == pytest.approx(1400000000.25, abs=1e-5)
    assert table.meta["instruments"] == {"H1", "L1"}
    assert table.meta["log_bci"] == 3.5
    found = crossmatch(table, SkyCoord(40 * u.deg, -30 * u.deg), contours=(0.5, 0.9))
    assert found.searched_prob < 0.02
    assert found.contour_areas[1] == pytest.approx(200, rel=0.01)


@pytest.mark.parametrize("name", ["bayestar.fits", "bayestar.fits.gz"])
def test_reader_takes_flat_maps(written, name):
    content = samples.skymap(
        40, -30, area=900, flat=True, distance=150.0, distance_std=40.0, gzip=name.endswith(".gz")
    )
    (prob, mu, sigma, norm), meta = read_sky_map(written(name, content), distances=True, nest=True)
    assert prob.sum() == pytest.approx(1, rel=1e-12)
    assert meta["nest"]
    mean, std = parameters_to_marginal_moments(prob, mu, sigma)
    assert (mean, std) == pytest.approx((150, 40), rel=1e-6)
    assert set(norm) == {distance_of(150, 40).norm}


@pytest.mark.parametrize(("mean", "std"), [(100, 30), (100, 2), (4433, 1299), (40, 18)])
def test_parameters_of_the_distance_are_theirs(mean, std):
    ours = distance_of(mean, std)
    theirs = moments_to_parameters(mean, std)
    assert (ours.mu, ours.sigma, ours.norm) == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize("ids", ["int", "ilwd"])
@pytest.mark.parametrize("pipeline", sorted(PIPELINES))
def test_event_source_reads_every_pipeline(pipeline, ids):
    content = samples.coinc_xml(
        pipeline=pipeline, snrs={"H1": 9, "L1": 7}, phases={"L1": 1.0}, snr_series=True, psd=True,
        ids=ids, gzip=True,
    )  # fmt: skip
    source = events.ligolw.open(io.BytesIO(content), psd_file=io.BytesIO(content), coinc_def=None)
    (event,) = source.values()
    assert event.template_args["mass1"] == 1.4
    for single, ifo, snr in zip(event.singles, ("H1", "L1"), (9, 7), strict=True):
        assert (single.detector, single.snr, single.time) == (ifo, snr, 1400000000.25)
        series = single.snr_series.data.data
        assert abs(series[len(series) // 2]) == pytest.approx(snr, rel=1e-6)
        assert np.angle(series[len(series) // 2]) == pytest.approx(single.phase, abs=1e-6)


def test_noise_is_found_in_the_coincidence_or_beside_it(written):
    content = samples.coinc_xml(psd=True)
    beside = written("psd.xml.gz", samples.psd())
    for psd in (written("coinc.xml", content), beside):
        source = events.ligolw.open(io.BytesIO(content), psd_file=psd, coinc_def=None)
        (event,) = source.values()
        for single in event.singles:
            assert single.psd.data.data.min() > 0
            assert single.psd.deltaF == 1


def test_bayestar_finds_the_source_where_it_was_put(written, caplog):
    """Half a minute or more: that is how long it takes."""
    caplog.set_level(logging.ERROR)
    content = samples.coinc_xml(
        ifos="H1,L1,V1", snr=24, ra=200, dec=-35, inclination=0.4, polarization=0.7,
        snr_series=True, sample_rate=512, psd=True,
    )  # fmt: skip
    source = events.ligolw.open(
        io.BytesIO(content), psd_file=written("coinc.xml", content), coinc_def=None
    )
    table = bayestar.localize(next(iter(source.values())))
    found = crossmatch(table, SkyCoord(200 * u.deg, -35 * u.deg), contours=(0.9,))
    assert found.contour_areas[0] < 100
    assert found.searched_prob < 0.2
    assert table.meta["log_bci"] > 5
