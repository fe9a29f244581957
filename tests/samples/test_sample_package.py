"""The package as a whole: names, times, and the same bytes every time."""

import ast
import hashlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from fakegracedb import samples
from fakegracedb.samples.times import gps_text, iso_text, mjd, nanoseconds
from fakegracedb.vocabulary import DEFAULT

ALL = {
    "coinc_xml": {"snr_series": True, "psd": True, "gzip": True, "ra": 10, "dec": 20},
    "cwb_text": {"ced_link": "https://a.example/"},
    "em_bright": {"has_ns": 1},
    "grb_json": {"ra": 1, "dec": 2},
    "injection_json": {},
    "injection_xml": {},
    "mchirp_source": {"mchirp": 1.2},
    "mly_json": {},
    "olib_json": {"omicron_snrs": {"H1": 5.5, "L1": 6.5}},
    "p_astro": {"bns": 0.9},
    "psd": {},
    "skymap": {"distance": 100, "gzip": True},
    "voevent": {},
}
DIGESTS = """
import hashlib, sys
from fakegracedb import samples
for name, arguments in {all!r}.items():
    print(name, hashlib.sha256(getattr(samples, name)(**arguments)).hexdigest())
"""


def test_every_name_is_tried_here():
    assert sorted(samples.__all__) == sorted(ALL)


def test_same_arguments_give_the_same_bytes_in_any_process():
    here = {
        name: hashlib.sha256(getattr(samples, name)(**arguments)).hexdigest()
        for name, arguments in ALL.items()
    }
    there = subprocess.run(
        [sys.executable, "-c", DIGESTS.format(all=ALL)],
        env={"PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo", "PYTHONPATH": str(_root())},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert dict(line.split() for line in there.splitlines()) == here


def _root():
    return Path(samples.__file__).parents[2]


def test_import_loads_nothing_and_names_stay_functions():
    code = (
        "import sys; from fakegracedb import samples\n"
        "loaded = [m for m in sys.modules if m.startswith('fakegracedb.samples.')]\n"
        "assert not loaded, loaded\n"
        "for name in samples.__all__: assert callable(getattr(samples, name)), name\n"
        "for name in samples.__all__: assert callable(getattr(samples, name)), name\n"
        "assert set(samples.__all__) <= set(dir(samples))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(_root())})


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'zappa'"):
        _ = samples.zappa


def test_it_stands_on_the_ground_floors_alone():
    below = {"clock", "documents", "errors", "identifiers", "vocabulary"}
    for path in Path(samples.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                first, _, rest = node.module.partition(".")
                assert first in sys.stdlib_module_names or rest.partition(".")[0] in below
            elif isinstance(node, ast.Import):
                assert {name.name for name in node.names} <= sys.stdlib_module_names


def test_every_pipeline_that_is_read_has_a_builder():
    built = {
        "CoincInspiral": lambda name: samples.coinc_xml(pipeline=name),
        "MultiBurst": lambda _: samples.cwb_text(),
        "GRB": lambda name: samples.voevent(pipeline=name) + samples.grb_json(pipeline=name),
        "SimInspiral": lambda _: samples.injection_xml() + samples.injection_json(),
        "LalInferenceBurst": lambda _: samples.olib_json(),
        "MLyBurst": lambda name: samples.mly_json(pipeline=name),
    }
    for pipeline in DEFAULT.pipelines:
        if pipeline.extra_attributes_key is not None:
            assert built[pipeline.extra_attributes_key](pipeline.name)


@pytest.mark.parametrize(
    ("when", "count"),
    [
        ("1400000000.123456789", 1400000000123456789),
        (Decimal("1400000000.123456789"), 1400000000123456789),
        (1400000000, 1400000000000000000),
        (1400000000.1, 1400000000100000000),
        ("1400000000.0000000005", 1400000000000000000),
        ("1400000000.0000000015", 1400000000000000002),
        ("2024-05-17 16:53:02.25 UTC", 1400000000250000000),
        ("2024-05-17T16:53:02.25Z", 1400000000250000000),
        (datetime(2024, 5, 17, 16, 53, 2, 250000), 1400000000250000000),
        (datetime(2024, 5, 17, 16, 53, 2, 250000, tzinfo=UTC), 1400000000250000000),
        (
            datetime(2024, 5, 17, 17, 53, 2, tzinfo=timezone(timedelta(hours=1))),
            1400000000000000000,
        ),
        (0, 0),
        ("2147483647.999999999", 2147483647999999999),
    ],
)
def test_times_are_exact(when, count):
    assert nanoseconds("t", when) == count
    assert nanoseconds("t", gps_text(count)) == count


@pytest.mark.parametrize(
    "when",
    [-1, "-0.000000001", "2147483648", "1e400", "nan", "Infinity", float("inf"), b"1400000000",
     None, True, "", "yesterday", "2024-13-01", datetime(1979, 1, 1), Decimal("sNaN"), 10**30],
)  # fmt: skip
def test_what_is_no_time_is_refused_by_name(when):
    with pytest.raises(ValueError, match=r"^t: "):
        nanoseconds("t", when)


def test_texts_of_times():
    count = 1400000000123456789
    assert gps_text(count) == "1400000000.123456789"
    assert gps_text(1400000000 * 10**9) == "1400000000"
    assert gps_text(1400000000 * 10**9, 4) == "1400000000.0000"
    assert iso_text("t", count) == "2024-05-17T16:53:02.123456789"
    assert iso_text("t", count, most=6) == "2024-05-17T16:53:02.123456"
    assert iso_text("t", count, most=0) == "2024-05-17T16:53:02"
    assert iso_text("t", 1400000000500000000, 2) == "2024-05-17T16:53:02.50"
    assert mjd("t", 0) == 44244.0
    assert mjd("t", 1403035793549684000) == 60482.839994788
