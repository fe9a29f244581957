"""VOEvents made from numbers, against the library that the server reads them with."""

import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    vp = pytest.importorskip("voeventparse")

from fakegracedb import samples
from fakegracedb.samples.observatories import OBSERVATORIES

pytestmark = pytest.mark.filterwarnings("ignore")

KINDS = [(pipeline, kind) for pipeline, one in OBSERVATORIES.items() for kind in one.notices]


@pytest.mark.parametrize(("pipeline", "kind"), KINDS)
def test_library_finds_it_valid_and_reads_its_numbers(pipeline, kind):
    event = vp.loads(
        samples.voevent(
            "1400000000.123456",
            pipeline=pipeline,
            kind=kind,
            trigger_id="a<&b",
            ra=12.5,
            dec=-77.25,
            error_radius=3.75,
            far=1e-7,
        )
    )
    vp.assert_valid_as_v2_0(event)
    where = vp.get_event_position(event)
    assert (where.ra, where.dec, where.err, where.units) == (12.5, -77.25, 3.75, "deg")
    assert where.system == OBSERVATORIES[pipeline].coordinates
    when = vp.get_event_time_as_utc(event)
    assert when.isoformat() == "2024-05-17T16:53:02.123456+00:00"
    top, groups = vp.get_toplevel_params(event), vp.get_grouped_params(event)
    assert float(top["FAR"]["value"]) == 1e-7
    notice = OBSERVATORIES[pipeline].notices[kind]
    group = notice.groups.get(notice.identifier)
    found = groups[group] if group else top
    assert found[notice.identifier]["value"] == "a<&b"


def test_library_cuts_nanoseconds_as_the_server_does():
    event = vp.loads(samples.voevent("1400000000.123456789"))
    assert vp.get_event_time_as_utc(event).microsecond == 123456
