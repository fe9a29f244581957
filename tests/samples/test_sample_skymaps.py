"""Sky maps: valid FITS, normalised, with the maximum and the area where they were asked for."""

import gzip
import itertools
import math
import re

import pytest
import sample_readers
import sample_strategies as drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegracedb import samples
from fakegracedb.samples import healpix
from fakegracedb.samples.distances import distance_of

SQUARE_DEGREE = math.radians(1) ** 2

areas = st.floats(-3, math.log10(37000)).map(lambda power: 10**power)


def pixels(content):
    """Order, index and density [1/sr] of each pixel, with the rest of its row."""
    (_, cards), rows = sample_readers.fits(content)
    header = {key: value for key, value, _ in cards}
    if header["ORDERING"] == "NUNIQ":
        for uniq, density, *rest in rows:
            order = (uniq.bit_length() - 1) // 2 - 1
            yield order, uniq - 4 * 4**order, density, rest
    else:
        order = header["NSIDE"].bit_length() - 1
        assert len(rows) == 12 * 4**order
        for index, (probability, *rest) in enumerate(rows):
            yield order, index, probability / healpix.area(order), rest


def check_map(content, ra, dec, area, tolerance):
    found = sorted(pixels(content), key=lambda pixel: -pixel[2])
    # Together they are the sky, each place once.
    ranges = sorted(
        (index << 2 * (29 - order), (index + 1) << 2 * (29 - order)) for order, index, _, _ in found
    )
    assert ranges[0][0] == 0
    assert ranges[-1][1] == 12 << 58
    assert all(one[1] == other[0] for one, other in itertools.pairwise(ranges))
    # Normalised.
    assert all(density >= 0 for _, _, density, _ in found)
    assert math.isclose(
        math.fsum(density * healpix.area(order) for order, _, density, _ in found),
        1,
        rel_tol=1e-12,
    )
    # The maximum, and nowhere else as much.
    order, index, density, _ = found[0]
    assert index == healpix.pixel_of(order, ra, dec)
    assert density > found[1][2]
    # The area.
    inside = covered = 0.0
    for order, _, density, _ in found:
        part = density * healpix.area(order)
        if inside + part >= 0.9:
            covered += (0.9 - inside) / part * healpix.area(order)
            break
        inside += part
        covered += healpix.area(order)
    assert abs(covered / SQUARE_DEGREE / area - 1) < tolerance


@given(drawn.longitudes, drawn.latitudes, areas)
@settings(deadline=None, max_examples=12)
def test_map_of_many_orders_is_as_asked(ra, dec, area):
    check_map(samples.skymap(ra, dec, area=area), ra, dec, area, 0.01)


@given(drawn.longitudes, drawn.latitudes, st.floats(1000, 37000))
@settings(deadline=None, max_examples=10)
def test_flat_map_is_as_asked(ra, dec, area):
    check_map(samples.skymap(ra, dec, area=area, flat=True), ra, dec, area, 0.03)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("dec", [90, -89.9, 41.8103148957786, 0])
@pytest.mark.parametrize("ra", [0, 45, 360])
def test_maps_at_poles_and_edges_are_as_asked(ra, dec, flat):
    check_map(samples.skymap(ra, dec, area=1500, flat=flat), ra, dec, 1500, 0.03)


def test_flat_map_has_the_resolution_asked_for():
    content = samples.skymap(10, 20, area=2000, flat=True, nside=32)
    (_, cards), rows = sample_readers.fits(content)
    assert ("NSIDE", 32) in [(key, value) for key, value, _ in cards]
    assert len(rows) == 12 * 32 * 32
    check_map(content, 10, 20, 2000, 0.03)


@given(st.floats(1e-3, 1e5), st.floats(1e-3, 0.5))
@settings(deadline=None, max_examples=40)
def test_parameters_of_the_distance_have_its_moments(mean, ratio):
    found = distance_of(mean, mean * ratio)
    steps = 1500
    top = max(found.mu, 0) + 12 * found.sigma
    start = max(found.mu - 12 * found.sigma, 0.0)
    width = (top - start) / steps
    moments = [0.0] * 3
    for step in range(steps):
        r = start + (step + 0.5) * width
        density = r * r * math.exp(-(((r - found.mu) / found.sigma) ** 2) / 2)
        density *= found.norm / (math.sqrt(2 * math.pi) * found.sigma) * width
        moments = [moment + density * r**power for power, moment in enumerate(moments)]
    assert math.isclose(moments[0], 1, rel_tol=1e-3)
    assert math.isclose(moments[1], mean, rel_tol=1e-3)
    variance = moments[2] - moments[1] ** 2
    assert math.isclose(variance**0.5, mean * ratio, rel_tol=2e-2)


@pytest.mark.parametrize("flat", [False, True])
def test_distances_are_in_every_row_and_in_the_header(flat):
    content = samples.skymap(area=2000, distance=150.0, distance_std=40.0, flat=flat)
    (_, cards), rows = sample_readers.fits(content)
    header = {key: value for key, value, _ in cards}
    assert (header["DISTMEAN"], header["DISTSTD"]) == (150.0, 40.0)
    names = [header[f"TTYPE{number}"] for number in range(1, header["TFIELDS"] + 1)]
    units = [header.get(f"TUNIT{number}") for number in range(1, header["TFIELDS"] + 1)]
    first = [("PROB", "pix-1")] if flat else [("UNIQ", None), ("PROBDENSITY", "sr-1")]
    rest = [("DISTMU", "Mpc"), ("DISTSIGMA", "Mpc"), ("DISTNORM", "Mpc-2")]
    assert list(zip(names, units, strict=True)) == first + rest
    found = distance_of(150.0, 40.0)
    assert {row[len(first) :] for row in rows} == {(found.mu, found.sigma, found.norm)}


def test_map_of_a_burst_has_no_distance():
    (_, cards), rows = sample_readers.fits(samples.skymap())
    assert not [key for key, _, _ in cards if key.startswith("DIST")]
    assert {len(row) for row in rows} == {2}


def test_header_is_as_that_of_a_real_map():
    content = samples.skymap(
        distance=4432.95,
        distance_std=1298.94,
        gpstime="1403035793.549684",
        created="1403035855",
        instruments="H1,L1,V1",
        objid="G495324",
        url="https://gracedb.example/events/G495324",
        runtime=1.143,
        log_bci=6.63,
        log_bsn=-18.19,
        history=["", "made by a test"],
    )
    (primary, cards), rows = sample_readers.fits(content)
    assert [card[:2] for card in primary] == [
        ("SIMPLE", True),
        ("BITPIX", 8),
        ("NAXIS", 0),
        ("EXTEND", True),
    ]
    order = max(order for order, *_ in pixels(content))
    assert [card[:2] for card in cards] == [
        ("XTENSION", "BINTABLE"),
        ("BITPIX", 8),
        ("NAXIS", 2),
        ("NAXIS1", 40),
        ("NAXIS2", len(rows)),
        ("PCOUNT", 0),
        ("GCOUNT", 1),
        ("TFIELDS", 5),
        ("TTYPE1", "UNIQ"),
        ("TFORM1", "K"),
        ("TTYPE2", "PROBDENSITY"),
        ("TFORM2", "D"),
        ("TUNIT2", "sr-1"),
        ("TTYPE3", "DISTMU"),
        ("TFORM3", "D"),
        ("TUNIT3", "Mpc"),
        ("TTYPE4", "DISTSIGMA"),
        ("TFORM4", "D"),
        ("TUNIT4", "Mpc"),
        ("TTYPE5", "DISTNORM"),
        ("TFORM5", "D"),
        ("TUNIT5", "Mpc-2"),
        ("MOC", True),
        ("PIXTYPE", "HEALPIX"),
        ("ORDERING", "NUNIQ"),
        ("COORDSYS", "C"),
        ("MOCORDER", order),
        ("INDXSCHM", "EXPLICIT"),
        ("OBJECT", "G495324"),
        ("REFERENC", "https://gracedb.example/events/G495324"),
        ("INSTRUME", "H1,L1,V1"),
        ("DATE-OBS", "2024-06-21T20:09:35.549684"),
        ("MJD-OBS", 60482.839994788),
        ("DATE", "2024-06-21T20:10:37.000000"),
        ("CREATOR", "BAYESTAR"),
        ("ORIGIN", "LIGO/Virgo/KAGRA"),
        ("RUNTIME", 1.143),
        ("DISTMEAN", 4432.95),
        ("DISTSTD", 1298.94),
        ("LOGBCI", 6.63),
        ("LOGBSN", -18.19),
        ("HISTORY", ""),
        ("HISTORY", "made by a test"),
    ]
    assert rows == sorted(rows)


def test_header_leaves_out_what_is_not_known():
    (_, cards), _ = sample_readers.fits(samples.skymap(gpstime=None, instruments=None))
    assert [key for key, _, _ in cards][-4:] == ["MOCORDER", "INDXSCHM", "CREATOR", "ORIGIN"]


def test_gzipped_map_holds_the_same():
    assert gzip.decompress(samples.skymap(gzip=True)) == samples.skymap()


def test_quotes_in_a_header_are_doubled():
    (_, cards), _ = sample_readers.fits(samples.skymap(objid="it's"))
    assert ("OBJECT", "it's") in [card[:2] for card in cards]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dec": 90.1}, "dec: 90.1 is beyond a pole"),
        ({"ra": -0.1}, "ra: -0.1 is not between"),
        ({"area": 0}, "area: 0 is not above 0"),
        ({"area": 37200}, "area: 37200.0 deg^2 is not less than nine tenths of the sky"),
        ({"area": 1e-12}, "is too small for any pixel"),
        ({"area": 0.01, "flat": True}, "area: 0.01 deg^2 is less than 30 pixels of nside 512"),
        ({"nside": 64}, "nside: only flat maps have one"),
        ({"nside": 48, "flat": True}, "nside: 48 is not a power of 2"),
        ({"nside": 4, "flat": True}, "is less than 30 pixels of nside 4"),
        ({"nside": 1 << 20, "flat": True}, "nside: 1048576 is not between 1 and 2048"),
        ({"distance": -1}, "distance: -1 is not above 0"),
        ({"distance_std": 5}, "distance_std: there is no distance"),
        ({"distance": 100, "distance_std": 60}, "distance_std: 60.0 Mpc is not between"),
        ({"distance": 100, "distance_std": 1e-9}, "distance_std: 1e-09 Mpc is not between"),
        ({"log_bci": float("nan")}, "LOGBCI: nan is not finite"),
        ({"runtime": -1}, "runtime: -1 is negative"),
        ({"objid": "ä"}, "OBJECT: 'ä' is not printable ASCII"),
        ({"url": "https://" + "a" * 80}, "has more than"),
        ({"instruments": "H1,H1"}, "instruments: a detector occurs twice"),
        ({"gpstime": 1167264017}, "is a leap second"),
    ],
)
def test_what_cannot_be_is_no_map(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        samples.skymap(**arguments)


# The pixels


@given(st.integers(0, 29), st.integers(0, 2**62))
@settings(deadline=None, max_examples=200)
def test_pixel_holds_its_own_centre(order, number):
    index = number % (12 * 4**order)
    x, y, z = healpix.center(order, index)
    assert math.isclose(x * x + y * y + z * z, 1, rel_tol=1e-14)
    if order <= 24:  # beyond, an angle in degrees has too few digits
        ra = math.degrees(math.atan2(y, x)) % 360
        dec = math.degrees(math.atan2(z, math.hypot(x, y)))
        assert healpix.pixel_of(order, ra, dec) == index


@given(st.integers(1, 20), drawn.longitudes, drawn.latitudes)
@settings(deadline=None, max_examples=200)
def test_pixels_are_parts_of_those_of_lower_order(order, ra, dec):
    fine = healpix.pixel_of(order, ra, dec)
    assert healpix.pixel_of(order - 1, ra, dec) == fine // 4


@pytest.mark.parametrize(
    ("order", "ra", "dec", "index"),
    [  # of healpy
        (0, 45.0, 45.0, 0),
        (0, 0.0, 0.0, 4),
        (0, 315.0, -60.0, 11),
        (3, 83.6, 22.0, 377),
        (8, 197.45, -23.38, 398361),
        (12, 266.4, -29.0, 118088268),
        (20, 10.0, 85.0, 1093973997563),
        (29, 123.456, -0.5, 1535705995034444958),
    ],
)
def test_pixels_are_numbered_as_everywhere(order, ra, dec, index):
    assert healpix.pixel_of(order, ra, dec) == index
