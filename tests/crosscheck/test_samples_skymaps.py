"""Sky maps made from numbers, against astropy and the tools of the field."""

import io
import math
import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    np = pytest.importorskip("numpy")
    pytest.importorskip("astropy")
    ah = pytest.importorskip("astropy_healpix")
    from astropy import units as u
    from astropy.coordinates import SkyCoord
    from astropy.io import fits
    from astropy.table import Table
    from astropy.time import Time

from fakegracedb import samples
from fakegracedb.samples import healpix

POSITIONS = [(0, 0), (83.6, 22), (197.45, -23.38), (359.9, 89.5), (10, -90), (266.4, -29)]


def opened(content):
    return fits.open(io.BytesIO(content))


@pytest.mark.parametrize("distance", [None, 120.0])
@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_files_are_valid(flat, packed, distance, tmp_path):
    content = samples.skymap(
        area=800, flat=flat, gzip=packed, distance=distance, objid="it's", history=["a", "b c"]
    )
    path = tmp_path / "map.fits"
    path.write_bytes(content)
    with fits.open(path) as hdus:
        hdus.verify("exception")
        assert hdus[1].header["OBJECT"] == "it's"
        assert list(hdus[1].header["HISTORY"]) == ["a", "b c"]
        assert hdus[1].header.comments["MJD-OBS"] == "modified Julian date of the observation"
        stored = hdus[1].data.dtype
    if not flat:
        assert stored["UNIQ"] == np.dtype(">i8")


@pytest.mark.parametrize(("ra", "dec"), POSITIONS)
@pytest.mark.parametrize("area", [0.01, 30, 3000, 36000])
def test_map_of_many_orders_holds_what_was_asked(ra, dec, area):
    table = Table.read(
        io.BytesIO(samples.skymap(ra, dec, area=area, distance=100.0, distance_std=30.0)),
        format="fits",
    )
    level, index = ah.uniq_to_level_ipix(table["UNIQ"])
    nside = ah.level_to_nside(level)
    sizes = ah.nside_to_pixel_area(nside).to_value(u.sr)
    density = table["PROBDENSITY"].quantity.to_value(1 / u.sr)
    assert math.isclose((sizes * density).sum(), 1, rel_tol=1e-12)
    assert math.isclose(sizes.sum(), 4 * math.pi, rel_tol=1e-12)
    assert level.max() == table.meta["MOCORDER"]
    peak = np.argmax(density)
    lon, lat = ra * u.deg, dec * u.deg
    assert ah.lonlat_to_healpix(lon, lat, nside[peak], order="nested") == index[peak]
    place = SkyCoord(*ah.healpix_to_lonlat(index[peak], nside[peak], order="nested"))
    assert place.separation(SkyCoord(lon, lat)) < 0.02 * area**0.5 * u.deg
    order = np.argsort(-density)
    inside = np.interp(0.9, np.cumsum((sizes * density)[order]), np.cumsum(sizes[order]))
    assert abs((inside * u.sr).to_value(u.deg**2) / area - 1) < 0.01


def test_flat_map_holds_the_same_as_healpix_has_it():
    table = Table.read(
        io.BytesIO(samples.skymap(197.45, -23.38, area=500, flat=True)), format="fits"
    )
    probability = table["PROB"]
    assert math.isclose(probability.sum(), 1, rel_tol=1e-12)
    nside = table.meta["NSIDE"]
    found = ah.lonlat_to_healpix(197.45 * u.deg, -23.38 * u.deg, nside, order="nested")
    assert np.argmax(probability) == found


def test_dates_are_those_of_astropy():
    with opened(samples.skymap(gpstime="1400000000.123456")) as hdus:
        header = hdus[1].header
    when = Time(1400000000.123456, format="gps", precision=6)
    assert header["DATE-OBS"] == when.utc.isot
    assert header["MJD-OBS"] == pytest.approx(when.utc.mjd, abs=2e-9)


def test_pixels_are_those_of_astropy():
    random = np.random.default_rng(1)
    for order in range(29):
        indices = random.integers(0, 12 * 4**order, 200)
        lon, lat = ah.healpix_to_lonlat(indices, 2**order, order="nested")
        theirs = SkyCoord(lon, lat).cartesian.xyz.value.T
        ours = [healpix.center(order, int(index)) for index in indices]
        assert np.allclose(ours, theirs, rtol=0, atol=2e-15)
        ra, dec = random.uniform(0, 360, 200), np.degrees(np.arcsin(random.uniform(-1, 1, 200)))
        found = ah.lonlat_to_healpix(ra * u.deg, dec * u.deg, 2**order, order="nested")
        assert [
            healpix.pixel_of(order, *one) for one in zip(ra, dec, strict=True)
        ] == found.tolist()
