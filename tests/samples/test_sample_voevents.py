"""VOEvents and JSON notices: the numbers given come out, read by the server's rules."""

import json
import re
from datetime import UTC, datetime

import pytest
import sample_readers
import sample_strategies as drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegracedb import samples
from fakegracedb.samples.observatories import OBSERVATORIES

KINDS = [(pipeline, kind) for pipeline, one in OBSERVATORIES.items() for kind in one.notices]
NOTICES = ["Fermi", "Swift", "INTEGRAL", "AGILE", "CHIME", "SVOM", "SNEWS", "IceCube"]
identifiers = st.text("abcdefghijklmnopqrstuvwxyz0123456789_&<\"'", min_size=1, max_size=25)


def cut(count):
    """What the server keeps of a time: it cuts the file's digits to microseconds."""
    seconds, rest = divmod(count, drawn.BILLION)
    return round(seconds + rest // 1000 / 1e6, 6)


@given(
    st.sampled_from(KINDS),
    drawn.nanoseconds,
    drawn.forms,
    st.fixed_dictionaries(
        {
            "ra": drawn.longitudes,
            "dec": drawn.latitudes,
            "error_radius": st.floats(0, 360),
            "trigger_id": identifiers | st.integers(0, 10**12),
            "far": st.none() | drawn.rates,
            "role": st.sampled_from(("observation", "test", "prediction", "utility")),
        },
        optional={"duration": drawn.rates, "ivorn": identifiers.map("ivo://a.b/c#".__add__)},
    ),
)
@settings(deadline=None, max_examples=50)
def test_numbers_of_a_voevent_come_out(which, count, form, said):
    pipeline, kind = which
    timeless = pipeline in ("SNEWS", "IceCube")
    if timeless:
        said.pop("duration", None)
    read = sample_readers.voevent(
        samples.voevent(drawn.gps(count, form), pipeline=pipeline, kind=kind, **said)
    )
    assert read["gpstime"] == cut(count)
    assert {key: read[key] for key in ("ra", "dec", "error_radius", "far", "role")} == {
        key: said[key] for key in ("ra", "dec", "error_radius", "far", "role")
    }
    identifier = str(said["trigger_id"])
    if pipeline == "IceCube":
        assert read["trigger_id"] is None
        assert read["params"]["AMON_ID"] == identifier
    else:
        assert read["trigger_id"] == identifier
    if "duration" in said:
        assert read["trigger_duration"] == (said["duration"] or None)
    if "ivorn" in said:
        assert read["ivorn"] == said["ivorn"]
    else:
        assert read["ivorn"].endswith(f"_{identifier}")


@pytest.mark.parametrize(("pipeline", "kind"), KINDS)
def test_each_kind_says_where_it_comes_from(pipeline, kind):
    read = sample_readers.voevent(samples.voevent(pipeline=pipeline, kind=kind))
    observatory = OBSERVATORIES[pipeline]
    assert read["ivorn"].startswith(f"{observatory.stream}#{observatory.notices[kind].name}_")
    assert read["author_shortname"]
    assert read["how_reference_url"].startswith("http")
    assert read["coord_system"].startswith("UTC-")
    assert all(len(value) <= 200 for value in read.values() if isinstance(value, str))
    assert read["trigger_id"] is None or len(read["trigger_id"]) <= 25
    assert read["sent"] == "2024-05-17T16:53:32"


def test_first_alert_of_fermi_has_no_position_and_no_duration():
    read = sample_readers.voevent(samples.voevent(pipeline="Fermi", kind="alert"))
    assert (read["ra"], read["dec"], read["error_radius"]) == (0, 0, 0)
    assert read["trigger_duration"] is None
    assert float(read["params"]["Data_Integ"]) == 0
    assert read["how_description"] == "Fermi Satellite, GBM Instrument"
    assert read["author_shortname"] == "Fermi (via VO-GCN)"


def test_subthreshold_burst_of_fermi_is_a_transient():
    read = sample_readers.voevent(samples.voevent(kind="subthreshold"))
    assert read["params"]["Trans_Num"] == read["trigger_id"]
    assert read["trigger_duration"] == 0.703
    assert "TrigID" not in read["params"]


def test_neutrinos_of_a_supernova_come_from_everywhere():
    read = sample_readers.voevent(samples.voevent(pipeline="SNEWS"))
    assert (read["ra"], read["dec"], read["error_radius"]) == (0, 0, 360)
    assert read["trigger_duration"] is None


def test_svom_has_its_parameters_in_groups():
    content = samples.voevent(pipeline="SVOM", duration=2.56)
    assert b'<Group name="Svom_Identifiers">' in content
    assert b'<Group name="Detection_Info">' in content
    read = sample_readers.voevent(content)
    assert (read["trigger_id"], read["trigger_duration"]) == ("sb24051701", 2.56)


@pytest.mark.parametrize("pipeline", ["Fermi", "Swift"])
def test_targeted_search_has_a_rate_and_two_joined_ids(pipeline):
    read = sample_readers.voevent(
        samples.voevent(
            pipeline=pipeline, kind="targeted", trigger_id="699554499710_20512", far=5e-6
        )
    )
    assert (read["trigger_id"], read["far"]) == ("699554499710_20512", 5e-6)
    assert sample_readers.voevent(samples.voevent(kind="targeted"))["far"] == 1e-5
    assert sample_readers.voevent(samples.voevent(kind="targeted", far=None))["far"] is None


def test_icecube_gives_its_rate_per_year():
    content = samples.voevent(pipeline="IceCube", far=0.1472, params={"signalness": 0.9})
    read = sample_readers.voevent(content)
    assert b'<Param name="FAR" value="0.1472" unit="yr^-1"/>' in content
    assert read["far"] == 0.1472
    assert read["params"]["signalness"] == "0.9"
    assert {"AMON_ID", "run_id", "event_id", "Stream", "energy"} <= read["params"].keys()


def test_trigger_id_of_fermi_counts_from_its_epoch():
    # 2019-03-31T11:02:01 UTC is 575722926 s of the mission.
    content = samples.voevent(datetime(2019, 3, 31, 11, 2, 1, 320000, tzinfo=UTC))
    read = sample_readers.voevent(content)
    assert read["gpstime"] == 1238065339.32
    assert read["trigger_id"] == str(1238065339 - 662342413)
    assert read["params"]["Burst_TJD"] == "18573"
    assert read["params"]["Burst_SOD"] == "39721.32"


def test_ordinary_notices_have_no_rate():
    for pipeline, kind in KINDS:
        read = sample_readers.voevent(samples.voevent(pipeline=pipeline, kind=kind))
        assert (read["far"] is None) is (kind != "targeted" and pipeline != "IceCube")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pipeline": "gstlal"}, "there is no pipeline with VOEvents 'gstlal'; there are Fermi,"),
        ({"kind": "last"}, "there is no kind 'last'; there are final, ground, flight, alert"),
        ({"role": "joke"}, "there is no role 'joke'"),
        ({"dec": 90.5}, "dec: 90.5 is beyond a pole"),
        ({"dec": -91}, "dec: -91 is beyond a pole"),
        ({"ra": -1}, "ra: -1 is not between 0 and 360"),
        ({"error_radius": -1}, "error_radius: -1 is negative"),
        ({"duration": -1}, "duration: -1 is negative"),
        ({"far": -1}, "far: -1 is negative"),
        ({"pipeline": "SNEWS", "duration": 3}, "duration: notices Event have none"),
        ({"gpstime": "2016-12-31T23:59:60"}, "gpstime"),
        ({"gpstime": 1167264017}, "GPS 1167264017 is a leap second"),
        ({"sent": "later"}, "sent: 'later' is not a time"),
    ],
)
def test_what_cannot_be_is_no_voevent(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        samples.voevent(**arguments)


@given(
    st.sampled_from(NOTICES),
    drawn.nanoseconds,
    drawn.forms,
    st.fixed_dictionaries(
        {},
        optional={
            "instrument": st.sampled_from(["", "GBM", "XRT"]),
            "trigger_id": identifiers | st.lists(identifiers, min_size=1, max_size=3),
            "error_radius": st.floats(0, 360),
            "duration": drawn.rates,
            "far": drawn.rates,
            "ivorn": identifiers,
            "data_archive_page": st.just("https://a.example/b"),
        },
    ),
    st.none() | st.tuples(drawn.longitudes, drawn.latitudes),
)
@settings(deadline=None, max_examples=50)
def test_numbers_of_a_json_notice_come_out(pipeline, count, form, said, position):
    ra, dec = position or (None, None)
    content = samples.grb_json(drawn.gps(count, form), pipeline=pipeline, ra=ra, dec=dec, **said)
    read = sample_readers.grb_json(content, pipeline)
    assert read["gpstime"] == cut(count)
    assert (read["ra"], read["dec"]) == (ra, dec)
    assert read["error_radius"] == said.get("error_radius")
    assert read["far"] == said.get("far")
    assert read["how_reference_url"] == said.get("data_archive_page")
    if "ivorn" in said:
        assert read["ivorn"] == said["ivorn"]
    wanted = said.get("trigger_id", str(count // drawn.BILLION))
    assert read["trigger_id"] == ("_".join(wanted) if isinstance(wanted, list) else wanted)
    if pipeline == "CHIME":
        assert json.loads(content).get("sampling_time") == said.get("duration")
    else:
        assert read["trigger_duration"] == (said.get("duration") or None)
    if "instrument" in said:
        shown = f", {said['instrument']} Instrument" if said["instrument"] else ""
        assert read["how_description"] == f"{pipeline} Satellite{shown}"


def test_json_notice_of_the_documentation():
    read = sample_readers.grb_json(
        samples.grb_json(
            "2024-08-24 02:14:40.43", trigger_id=["745121685", "bn240812094"], duration=2.048
        ),
        "Fermi",
    )
    assert read["gpstime"] == 1408500898.43
    assert read["trigger_id"] == "745121685_bn240812094"
    assert (read["ra"], read["dec"], read["error_radius"], read["far"]) == (None,) * 4
    assert read["trigger_duration"] == 2.048
    assert read["how_description"] == "Fermi Satellite, GBM Instrument"


def test_members_of_a_json_notice_can_be_replaced_and_added():
    data = json.loads(samples.grb_json(members={"mission": "Other", "snr": 5.5}))
    assert (data["mission"], data["snr"]) == ("Other", 5.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pipeline": "CWB"}, "there is no pipeline with such notices 'CWB'"),
        ({"ra": 1}, "ra and dec: one without the other"),
        ({"ra": 1, "dec": -90.1}, "dec: -90.1 is beyond a pole"),
        ({"ra": 400, "dec": 0}, "ra: 400 is not between"),
        ({"error_radius": -1}, "error_radius: -1 is negative"),
        ({"duration": -0.5}, "duration: -0.5 is negative"),
        ({"far": "often"}, "far: 'often' is not a number"),
        ({"members": {"x": float("nan")}}, "not JSON compliant"),
        ({"members": {"x": b"y"}}, "members: Object of type bytes"),
    ],
)
def test_what_cannot_be_is_no_json_notice(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        samples.grb_json(**arguments)
