"""JSON notices: the server's own samples, what each value comes from, what fails."""

import json
import math

import pytest
from uploads import GPSTIME, NOTICE, failure, member, read, text

TIME = NOTICE["trigger_time"][:-1]

# Notices of the kinds that the server has samples of, with the members that matter here.
FERMI_ALERT = {
    "$schema": "https://gcn.nasa.gov/schema/main/gcn/notices/fermi/gbm/trigger.schema.json",
    "mission": "Fermi",
    "instrument": "GBM",
    "messenger": "EM",
    "id": ["745121685", "bn240812094"],
    "trigger_time": "2024-08-24T02:14:40.43",
    "rate_duration": 2.048,
    "rate_energy_range": [47, 291],
    "latitude": 23.83,
    "longitude": 257.40,
    "data_archive_page": "http://here/triggers/2024/bn240812094",
}
FERMI_TARGETED = {
    "instrument": "GBM-Targeted-Private",
    "id": ["699554499710_20512"],
    "trigger_time": "2022-10-04T22:34:49Z",
    "ra": 120.5,
    "dec": -30.25,
    "ra_dec_error": 0.3,
    "far": 5e-06,
}
CHIME = {
    "id": "427325191",
    "trigger_time": "2024-09-18T07:19:10.765268Z",
    "ra": 346.77850859547,
    "dec": 12.632485229956252,
    "ra_dec_error": [0.503806986334273, 0.598921231135782, 0],
    "sampling_time": 0.983,
}
ICECUBE = {
    "instrument": "IC86",
    "id": ["137840_57034692_0"],
    "trigger_time": "2023-04-16T05:22:26.150574Z",
    "ra": 345.8502,
    "dec": 9.1431,
    "ra_dec_error": 0.5,
    "far": 8.029e-08,
}


def grb(pipeline="Fermi", **values):
    return member(read(text(NOTICE, **values), pipeline), "GRB")


def sample(notice, pipeline):
    reading = read(json.dumps(notice), pipeline)
    assert (reading.failure, reading.warnings, reading.files, reading.logs) == (None, [], [], [])
    return reading.values, member(reading, "GRB")


# The samples


def test_alert_of_fermi():
    values, found = sample(FERMI_ALERT, "Fermi")
    assert values == {"gpstime": 1408500898.43, "far": None}
    assert found == {
        "ivorn": "ivo://nasa.gsfc.gcn/Fermi/GBM",
        "author_ivorn": "ivo://nasa.gsfc.tan/gcn",
        "author_shortname": "Fermi",
        "observatory_location_id": "GEOLUN",
        "coord_system": "UTC-FK5-GEO",
        "how_description": "Fermi Satellite, GBM Instrument",
        "how_reference_url": "http://here/triggers/2024/bn240812094",
        "trigger_id": "745121685_bn240812094",
        "trigger_duration": 2.048,
    }


def test_targeted_search_of_fermi():
    values, found = sample(FERMI_TARGETED, "Fermi")
    assert values == {"gpstime": 1348958107.0, "far": 5e-06}
    assert found["error_radius"] == 0.3
    assert found["trigger_id"] == "699554499710_20512"
    assert found["ivorn"] == "ivo://nasa.gsfc.gcn/Fermi/GBM-Targeted-Private"


def test_burst_of_chime():
    values, found = sample(CHIME, "CHIME")
    assert values == {"gpstime": 1410679168.765268, "far": None}
    assert found == {
        "ivorn": "ivo://nasa.gsfc.gcn/CHIME",
        "author_ivorn": "ivo://nasa.gsfc.tan/gcn",
        "author_shortname": "CHIME",
        "observatory_location_id": "GEOLUN",
        "coord_system": "UTC-FK5-GEO",
        "how_description": "CHIME Satellite",
        "ra": 346.77850859547,
        "dec": 12.632485229956252,
        "error_radius": 0.503806986334273,
        "trigger_id": "427325191",
    }  # and no duration, since it is not looked for under its name


def test_neutrino_of_icecube():
    values, found = sample(ICECUBE, "IceCube")
    assert values == {"gpstime": 1365657764.150574, "far": 8.029e-08}
    assert found["error_radius"] == 0.5
    assert found["trigger_id"] == "137840_57034692_0"
    assert found["how_description"] == "IceCube Satellite, IC86 Instrument"
    assert found["ivorn"] == "ivo://nasa.gsfc.gcn/IceCube/IC86"


def test_julian_date():
    values = read(json.dumps({"jd": 2460924.8639055225}), "Swift").values
    assert values == {"gpstime": 1441183459.437145, "far": None}


# Time


def test_julian_date_is_only_a_substitute():
    assert read(text(NOTICE, jd=2460924.5), "Fermi").values["gpstime"] == GPSTIME
    assert read(text(NOTICE, jd="never"), "Fermi").failure is None
    late = read(text(NOTICE, trigger_time=None, jd="2460924.5"), "Fermi")
    assert late.values["gpstime"] == 1441152018.0


@pytest.mark.parametrize(
    ("time", "gpstime"),
    [
        (TIME, GPSTIME),
        (TIME + "Z", GPSTIME),
        ("2024-05-17T16:53:02Z", 1400000000.0),
        ("2024-05-17T16:53:02.5000009Z", GPSTIME),
        ("2024-05-17T16:53", 1399999998.0),
    ],
)
def test_times(time, gpstime):
    assert read(text(NOTICE, trigger_time=time), "Fermi").values["gpstime"] == gpstime


@pytest.mark.parametrize(
    "time",
    [
        *(TIME + "+00:00", TIME + "-05:00", TIME.replace("T", " "), f" {TIME}", TIME + " UTC"),
        *("", "now", "2024-05-17", "20240517T165302", "2024-02-30T00:00:00"),
        *("2016-12-31T23:59:60Z", "1970-01-01T00:00:00Z", 1400000000, ["2024"], True),
    ],
)
def test_times_that_there_are_not(time):
    assert failure(text(NOTICE, trigger_time=time), "Fermi")


@pytest.mark.parametrize("jd", [math.nan, math.inf, -1, 1e300, "never", [2460924.5]])
def test_julian_dates_that_there_are_not(jd):
    assert failure(text(NOTICE, trigger_time=..., jd=jd), "Fermi")


@pytest.mark.parametrize("values", [{}, {"trigger_time": None}, {"trigger_time": None, "jd": None}])
def test_a_notice_needs_a_time(values):
    assert "trigger_time or jd" in failure(json.dumps({"ra": 1, **values}), "Fermi")


# What each value comes from


def test_nothing_but_the_time():
    reading = read(text(NOTICE), "INTEGRAL")
    assert reading.values == {"gpstime": GPSTIME, "far": None}
    changes = reading.updates["GRB"]
    for key in ("ra", "dec", "error_radius", "how_reference_url", "trigger_id"):
        assert changes[key] is None  # which takes an older value away
    for key in ("trigger_duration", "T90", "designation", "redshift"):
        assert key not in changes  # which leaves it


def test_position():
    assert grb(ra=0, dec="-22.5") == grb() | {"ra": 0.0, "dec": -22.5}


@pytest.mark.parametrize(
    ("values", "radius"),
    [
        ({"dec_uncertainty": 1, "ra_uncertainty": 2, "ra_dec_error": 3}, 1.0),
        ({"ra_uncertainty": 2, "ra_dec_error": 3}, 2.0),
        ({"ra_dec_error": 3}, 3.0),
        ({"dec_uncertainty": [0.25, 5], "ra_uncertainty": [2]}, 0.25),
        ({"dec_uncertainty": 0, "ra_dec_error": 3}, 0.0),
        ({"dec_uncertainty": None, "ra_dec_error": 3}, 3.0),
        ({"error_radius": 3}, None),
    ],
)
def test_error_radius_is_that_of_the_first_key_that_there_is(values, radius):
    assert grb(**values).get("error_radius") == radius


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"id": "a"}, "a"),
        ({"id": ["a", "b"]}, "a_b"),
        ({"id": ["a"]}, "a"),
        ({"id": 12}, "12"),
        ({"id": [1, 2]}, "1_2"),
        ({"id": "a", "objectId": "b"}, "b"),
        ({"objectId": ["a", "b"]}, "a_b"),
        ({"id": "a", "objectId": None}, "a"),
        ({"id": []}, ""),
        ({"id": "x" * 25}, "x" * 25),
    ],
)
def test_identifier(values, name):
    assert grb(**values)["trigger_id"] == name


@pytest.mark.parametrize("name", ["x" * 26, ["x" * 13, "y" * 13], {"a": "x" * 26}])
def test_identifiers_have_at_most_25_characters(name):
    reason = failure(text(NOTICE, id=name), "Fermi")
    assert reason == "value too long for type character varying(25)"


@pytest.mark.parametrize(
    ("values", "duration"),
    [
        ({"rate_duration": 2, "image_duration": 3}, 2.0),
        ({"image_duration": 3}, 3.0),
        ({"rate_duration": 0, "image_duration": 3}, None),
        ({"rate_duration": "0.0"}, None),
        ({"rate_duration": None, "image_duration": 3}, 3.0),
        ({"sampling_time": 3}, None),
    ],
)
def test_duration_of_zero_is_none(values, duration):
    changes = read(text(NOTICE, **values), "Fermi").updates["GRB"]
    assert changes.get("trigger_duration") == duration
    assert ("trigger_duration" in changes) == (duration is not None)


def test_description_and_ivorn():
    assert grb("SVOM", instrument="ECLAIRs")["how_description"] == (
        "SVOM Satellite, ECLAIRs Instrument"
    )
    assert grb("SVOM", instrument="ECLAIRs")["ivorn"] == "ivo://nasa.gsfc.gcn/SVOM/ECLAIRs"
    assert grb("SVOM", instrument=None)["how_description"] == "SVOM Satellite"
    assert grb("SVOM", instrument="x", ivorn="ivo://mine")["ivorn"] == "ivo://mine"


def test_mission_is_not_compared_with_the_pipeline():
    assert grb("Swift", mission="Fermi")["author_shortname"] == "Swift"


@pytest.mark.parametrize(("far", "stored"), [(0, 0.0), ("1e-6", 1e-6), (1e-6, 1e-6), (None, None)])
def test_rate(far, stored):
    assert read(text(NOTICE, far=far), "Fermi").values["far"] == stored


# What fails, and what does not


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("[]", "list"),
        ('[{"trigger_time": "2024-05-17T16:53:02Z"}]', "list"),
        ("12", "int"),
        ("1.5", "float"),
        ('"text"', "str"),
        ("null", "NoneType"),
        ("true", "bool"),
        ("NaN", "float"),
    ],
)
def test_json_that_is_no_object(content, kind):
    assert failure(content, "Fermi") == f"'{kind}' object has no attribute 'get'"


@pytest.mark.parametrize(
    "content", ["{", "", " ", '{"a": 1,}', "{'a': 1}", '{"a": 1} {}', "\ufeff{}"]
)
def test_what_is_no_json_is_taken_for_xml(content):
    assert ": line 1, column" in failure(content or " ", "Fermi")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"ra": "north"}, "Field 'ra' expected a number but got 'north'."),
        ({"dec": [1]}, "Field 'dec' expected a number but got [1]."),
        ({"dec": {}}, "Field 'dec' expected a number but got {}."),
        ({"far": "often"}, "Field 'far' expected a number but got 'often'."),
        ({"ra_dec_error": []}, "list index out of range"),
        ({"rate_duration": [1, 2]}, "Field 'trigger_duration' expected a number but got [1, 2]."),
        ({"ra": 10**400}, "int too large to convert to float"),
        ({"ivorn": "x" * 201}, "value too long for type character varying(200)"),
        ({"instrument": "x" * 200}, "value too long for type character varying(200)"),
        ({"data_archive_page": "x" * 201}, "value too long for type character varying(200)"),
        ({"ivorn": "a\0b"}, "A string literal cannot contain NUL (0x00) characters."),
        ({"ivorn": "\ud800"}, "surrogates not allowed"),
        ({"instrument": "\ud800"}, "surrogates not allowed"),
    ],
)
def test_values_that_cannot_be_stored(values, reason):
    assert reason in failure(text(NOTICE, **values), "Fermi")


@pytest.mark.parametrize(
    ("spelled", "number"), [("1e999", math.inf), ("-Infinity", -math.inf), ("NaN", None)]
)
def test_numbers_that_are_none_are_kept(spelled, number):
    content = text(NOTICE, ra=0, far=0).replace(b": 0", f": {spelled}".encode())
    reading = read(content, "Fermi")
    for found in (reading.values["far"], reading.updates["GRB"]["ra"]):
        assert found == number or (number is None and math.isnan(found))


def test_whole_numbers_of_very_many_digits():
    content = text(NOTICE, ra=0).replace(b": 0", b": " + b"9" * 10_000)
    assert "Exceeds the limit" in failure(content, "Fermi")
    long = text(NOTICE, ra=0).replace(b": 0", b": 0." + b"3" * 10_000)
    assert read(long, "Fermi").updates["GRB"]["ra"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_than_utf_8(encoding):
    content = json.dumps(NOTICE).encode(encoding)
    assert "'utf-8' codec can't decode byte" in failure(content, "Fermi")


def test_utf_16_without_a_mark_is_no_json():
    content = json.dumps(NOTICE).encode("utf-16-le")
    assert ": line 1, column" in failure(content, "Fermi")


def test_gzipped_notice_is_not_read():
    reason = failure(b"\x1f\x8b\x08\0\0\0\0\0", "Fermi")
    assert reason == "'utf-8' codec can't decode byte 0x8b in position 1: invalid start byte"


def test_deep_or_very_rich_json():
    assert "recursion" in failure('{"a":' * 50_000, "Fermi")
    assert failure(f"[{'[],' * 200_000}0]", "Fermi") == "more than 200000 values in a JSON text"


def test_repeated_keys_and_non_ascii_text():
    content = text(NOTICE, id="a").replace(b"}", b', "id": "b", "instrument": "\xc3\xa9"}')
    found = member(read(content, "Fermi"), "GRB")
    assert (found["trigger_id"], found["how_description"]) == ("b", "Fermi Satellite, é Instrument")
