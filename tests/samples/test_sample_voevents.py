"""VOEvents and JSON notices: the numbers given come out of ingestion, and no others."""

import json
import re
from datetime import UTC, datetime

import pytest
import sample_readers
import sample_strategies as drawn
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from sample_ingestion import answered

from fakegracedb import samples
from fakegracedb.samples.observatories import OBSERVATORIES
from fakegracedb.samples.times import in_utc

KINDS = [(pipeline, kind) for pipeline, one in OBSERVATORIES.items() for kind in one.notices]
NOTICES = ["Fermi", "Swift", "INTEGRAL", "AGILE", "CHIME", "SVOM", "SNEWS", "IceCube"]
USUAL_INSTRUMENTS = {
    "Fermi": "GBM",
    "Swift": "BAT",
    "INTEGRAL": "SPI-ACS",
    "AGILE": "MCAL",
    "SVOM": "ECLAIRs",
    "IceCube": "IC86",
}
LAST_LEAP_SECOND = 1167264017  # GPS [s]
identifiers = st.text("abcdefghijklmnopqrstuvwxyz0123456789_&<\"'", min_size=1, max_size=25)
short = st.text("abc012-", min_size=1, max_size=7)


def cut(count):
    """What the server keeps of a time: it cuts the file's digits to microseconds."""
    seconds, rest = divmod(count, drawn.BILLION)
    return round(seconds + rest // 1000 / 1e6, 6)


said_of_a_voevent = st.fixed_dictionaries(
    {},
    optional={
        "ra": drawn.longitudes,
        "dec": drawn.latitudes,
        "error_radius": st.floats(0, 360),
        "trigger_id": identifiers | st.integers(0, 10**12),
        "far": st.none() | drawn.rates,
        "duration": drawn.rates,
        "ivorn": identifiers.map("ivo://a.b/c#".__add__),
        "role": st.sampled_from(("observation", "test", "prediction", "utility")),
    },
)


@pytest.mark.parametrize(("pipeline", "kind"), KINDS)
def test_numbers_of_a_voevent_come_out(pipeline, kind):
    observatory = OBSERVATORIES[pipeline]
    notice = observatory.notices[kind]

    @given(drawn.nanoseconds, drawn.forms, said_of_a_voevent)
    @settings(deadline=None, max_examples=12)
    def run(count, form, said):
        if notice.duration is None:
            said.pop("duration", None)
        content = samples.voevent(drawn.gps(count, form), pipeline=pipeline, kind=kind, **said)
        event, member = answered(content, pipeline)
        far = said.get("far", notice.far)
        assert event == {"gpstime": cut(count)} | ({} if far is None else {"far": far})
        ra, dec, radius = notice.position
        read = sample_readers.voevent(content)
        identifier = str(said.get("trigger_id", read["params"][notice.identifier]))
        seconds = said.get("duration", notice.seconds) if notice.duration is not None else None
        ivorn = member.pop("ivorn")
        assert ivorn == said["ivorn"] if "ivorn" in said else ivorn.endswith(f"_{identifier}")
        assert member == {
            "author_ivorn": observatory.author.ivorn,
            "author_shortname": observatory.author.short_name,
            "observatory_location_id": observatory.location,
            "coord_system": observatory.coordinates,
            "ra": said.get("ra", ra),
            "dec": said.get("dec", dec),
            "error_radius": said.get("error_radius", radius),
            "how_description": observatory.description,
            "how_reference_url": observatory.reference,
            "trigger_id": None if pipeline == "IceCube" else identifier,
            "trigger_duration": seconds or None,
            **dict.fromkeys(("T90", "designation", "redshift")),
        }
        assert read["params"][notice.identifier] == identifier
        assert read["role"] == said.get("role", "observation")

    run()


@given(st.sampled_from(KINDS), st.integers(0, LAST_LEAP_SECOND * drawn.BILLION))
@example(("Fermi", "final"), (LAST_LEAP_SECOND - 30) * drawn.BILLION)  # sent within it
@settings(deadline=None, max_examples=40)
def test_times_of_the_years_with_leap_seconds_come_out(which, count):
    pipeline, kind = which
    assume(in_utc(count))
    for content in (
        samples.voevent(drawn.gps(count), pipeline=pipeline, kind=kind),
        samples.grb_json(drawn.gps(count), pipeline=pipeline),
    ):
        assert answered(content, pipeline)[0]["gpstime"] == cut(count)


texts = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.sampled_from(KINDS), texts, texts, texts)
@settings(deadline=None, max_examples=60)
def test_texts_of_a_voevent_are_refused_or_come_out(which, name, ivorn, value):
    pipeline, kind = which
    said = {"trigger_id": name, "ivorn": f"ivo://{ivorn}", "params": {"Comment": value}}
    if not (name + ivorn + value).isprintable():
        with pytest.raises(ValueError, match="is not a line of text"):
            samples.voevent(pipeline=pipeline, kind=kind, **said)
        return
    content = samples.voevent(pipeline=pipeline, kind=kind, **said)
    _, member = answered(content, pipeline)
    assert member["trigger_id"] == (None if pipeline == "IceCube" else name)
    assert member["ivorn"] == f"ivo://{ivorn}"
    assert sample_readers.voevent(content)["params"]["Comment"] == value


@given(st.sampled_from(NOTICES), texts, texts)
@settings(deadline=None, max_examples=40)
def test_texts_of_a_json_notice_are_refused_or_come_out(pipeline, name, instrument):
    said = {"pipeline": pipeline, "trigger_id": ["1", name], "instrument": instrument}
    if not (name + instrument).isprintable():
        with pytest.raises(ValueError, match="is not a line of text"):
            samples.grb_json(**said)
        return
    _, member = answered(samples.grb_json(**said), pipeline)
    assert member["trigger_id"] == f"1_{name}"
    shown = f", {instrument} Instrument" if instrument else ""
    assert member["how_description"] == f"{pipeline} Satellite{shown}"


@pytest.mark.parametrize(("pipeline", "kind"), KINDS)
def test_each_kind_says_where_it_comes_from(pipeline, kind):
    content = samples.voevent(pipeline=pipeline, kind=kind)
    _, member = answered(content, pipeline)
    observatory = OBSERVATORIES[pipeline]
    assert member["ivorn"].startswith(f"{observatory.stream}#{observatory.notices[kind].name}_")
    assert member["author_shortname"]
    assert member["how_reference_url"].startswith("http")
    assert member["coord_system"].startswith("UTC-")
    assert sample_readers.voevent(content)["sent"] == "2024-05-17T16:53:32"


def test_first_alert_of_fermi_has_no_position_and_no_duration():
    content = samples.voevent(pipeline="Fermi", kind="alert")
    _, member = answered(content, "Fermi")
    assert (member["ra"], member["dec"], member["error_radius"]) == (0, 0, 0)
    assert member["trigger_duration"] is None
    assert float(sample_readers.voevent(content)["params"]["Data_Integ"]) == 0
    assert member["how_description"] == "Fermi Satellite, GBM Instrument"
    assert member["author_shortname"] == "Fermi (via VO-GCN)"


def test_subthreshold_burst_of_fermi_is_a_transient():
    content = samples.voevent(kind="subthreshold")
    _, member = answered(content, "Fermi")
    params = sample_readers.voevent(content)["params"]
    assert params["Trans_Num"] == member["trigger_id"]
    assert member["trigger_duration"] == 0.703
    assert "TrigID" not in params


def test_neutrinos_of_a_supernova_come_from_everywhere():
    _, member = answered(samples.voevent(pipeline="SNEWS"), "SNEWS")
    assert (member["ra"], member["dec"], member["error_radius"]) == (0, 0, 360)
    assert member["trigger_duration"] is None


def test_svom_has_its_parameters_in_groups():
    content = samples.voevent(pipeline="SVOM", duration=2.56)
    assert b'<Group name="Svom_Identifiers">' in content
    assert b'<Group name="Detection_Info">' in content
    _, member = answered(content, "SVOM")
    assert (member["trigger_id"], member["trigger_duration"]) == ("sb24051701", 2.56)


@pytest.mark.parametrize("pipeline", ["Fermi", "Swift"])
def test_targeted_search_has_a_rate_and_two_joined_ids(pipeline):
    event, member = answered(
        samples.voevent(
            pipeline=pipeline, kind="targeted", trigger_id="699554499710_20512", far=5e-6
        ),
        pipeline,
    )
    assert (member["trigger_id"], event["far"]) == ("699554499710_20512", 5e-6)
    usual = samples.voevent(pipeline=pipeline, kind="targeted")
    assert answered(usual, pipeline)[0]["far"] == 1e-5
    without = samples.voevent(pipeline=pipeline, kind="targeted", far=None)
    assert "far" not in answered(without, pipeline)[0]


def test_icecube_gives_its_rate_per_year():
    content = samples.voevent(pipeline="IceCube", far=0.1472, params={"signalness": 0.9})
    params = sample_readers.voevent(content)["params"]
    assert b'<Param name="FAR" value="0.1472" unit="yr^-1"/>' in content
    assert answered(content, "IceCube")[0]["far"] == 0.1472
    assert params["signalness"] == "0.9"
    assert {"AMON_ID", "run_id", "event_id", "Stream", "energy"} <= params.keys()


def test_trigger_id_of_fermi_counts_from_its_epoch():
    # 2019-03-31T11:02:01 UTC is 575722926 s of the mission.
    content = samples.voevent(datetime(2019, 3, 31, 11, 2, 1, 320000, tzinfo=UTC))
    event, member = answered(content, "Fermi")
    params = sample_readers.voevent(content)["params"]
    assert event["gpstime"] == 1238065339.32
    assert member["trigger_id"] == str(1238065339 - 662342413)
    assert params["Burst_TJD"] == "18573"
    assert params["Burst_SOD"] == "39721.32"


def test_ordinary_notices_have_no_rate():
    for pipeline, kind in KINDS:
        event, _ = answered(samples.voevent(pipeline=pipeline, kind=kind), pipeline)
        assert ("far" in event) is (kind == "targeted" or pipeline == "IceCube")


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
        ({"sent": 1167264017}, "sent: GPS 1167264017 is a leap second"),
        ({"trigger_id": "a\x01b"}, "trigger_id: 'a\\x01b' is not a line of text"),
        ({"ivorn": "a\ud800"}, "is not a line of text"),
        ({"params": {"a\0": 1}}, "is not a line of text"),
        ({"params": {"a": "b\nc"}}, "params: a: 'b\\nc' is not a line of text"),
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
            "trigger_id": identifiers | st.lists(short, min_size=1, max_size=3),
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
    event, member = answered(content, pipeline)
    assert event == {"gpstime": cut(count), "far": said.get("far")}
    wanted = said.get("trigger_id", str(count // drawn.BILLION))
    instrument = said.get("instrument", USUAL_INSTRUMENTS.get(pipeline))
    # The server does not know where CHIME has its duration.
    duration = None if pipeline == "CHIME" else said.get("duration") or None
    assert member == {
        "author_ivorn": "ivo://nasa.gsfc.tan/gcn",
        "author_shortname": pipeline,
        "observatory_location_id": "GEOLUN",
        "coord_system": "UTC-FK5-GEO",
        "ra": ra,
        "dec": dec,
        "error_radius": said.get("error_radius"),
        "how_description": f"{pipeline} Satellite"
        + (f", {instrument} Instrument" if instrument else ""),
        "how_reference_url": said.get("data_archive_page"),
        "ivorn": said.get("ivorn")
        or f"ivo://nasa.gsfc.gcn/{pipeline}" + (f"/{instrument}" if instrument else ""),
        "trigger_id": "_".join(wanted) if isinstance(wanted, list) else wanted,
        "trigger_duration": duration,
        **dict.fromkeys(("T90", "designation", "redshift")),
    }
    if pipeline == "CHIME":
        assert json.loads(content).get("sampling_time") == said.get("duration")


def test_json_notice_of_the_documentation():
    event, member = answered(
        samples.grb_json(
            "2024-08-24 02:14:40.43", trigger_id=["745121685", "bn240812094"], duration=2.048
        ),
        "Fermi",
    )
    assert event == {"gpstime": 1408500898.43, "far": None}
    assert member["trigger_id"] == "745121685_bn240812094"
    assert (member["ra"], member["dec"], member["error_radius"]) == (None,) * 3
    assert member["trigger_duration"] == 2.048
    assert member["how_description"] == "Fermi Satellite, GBM Instrument"


@given(drawn.nanoseconds, st.floats(0, 90), st.floats(0, 90), st.floats(0.1, 99))
@settings(deadline=None, max_examples=20)
def test_members_of_a_json_notice_are_read(count, radius, other, seconds):
    members = {"ra_uncertainty": [radius, other], "image_duration": seconds, "objectId": "me"}
    members["trigger_time"] = None
    members["jd"] = 2444244.5 + (count // drawn.BILLION - 18) / 86400
    content = samples.grb_json(pipeline="SNEWS", error_radius=other, members=members)
    event, member = answered(content, "SNEWS")
    assert event["gpstime"] == pytest.approx(count // drawn.BILLION, abs=1e-4)
    assert (member["error_radius"], member["trigger_duration"]) == (radius, seconds)
    assert member["trigger_id"] == "me"


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
        ({"instrument": "a\0"}, "is not a line of text"),
        ({"trigger_id": ["a", "b\ud800"]}, "is not a line of text"),
        ({"data_archive_page": 5}, "data_archive_page: 5 is not a line of text"),
    ],
)
def test_what_cannot_be_is_no_json_notice(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        samples.grb_json(**arguments)
