"""VOEvents: what each value comes from, what has to be there, what must not be."""

import math

import pytest
from uploads import GPSTIME, VOEVENT, failure, member, param, read, voevent

from fakegracedb.clock import gps_from_utc, parse_time

PIPELINES = ["Fermi", "Swift", "INTEGRAL", "AGILE", "SNEWS", "SVOM", "CHIME", "IceCube"]
TIME = "2024-05-17T16:53:02.5"
DURATIONS = (
    *("Trig_Dur", "Trans_Duration", "Data_Integ", "Integ_Time", "Trig_Timescale", "Timescale"),
    "sampling_time",
)
IDENTIFIERS = ("TrigID", "Trans_Num", "EventID", "Burst_Id", "event_no")
GROUPS = ("Svom_Identifiers", "Detection_Info", "observatory parameters", "event parameters")


def grb(*changes, params=None):
    return member(read(voevent(*changes, params=params), "Fermi"), "GRB")


def gpstime(*changes):
    return read(voevent(*changes), "Fermi").values["gpstime"]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_every_value(pipeline):
    reading = read(voevent(), pipeline)
    assert (reading.failure, reading.warnings, reading.files, reading.logs) == (None, [], [], [])
    assert reading.values == {"gpstime": GPSTIME, "far": 2e-6}
    assert member(reading, "GRB") == {
        "ivorn": "ivo://here/stream#1",
        "author_ivorn": "ivo://here/author",
        "author_shortname": "Somebody",
        "observatory_location_id": "GEOLUN",
        "coord_system": "UTC-FK5-GEO",
        "ra": 83.5,
        "dec": -22.25,
        "error_radius": 5.75,
        "how_description": "Some Satellite",
        "how_reference_url": "http://here/page",
        "trigger_duration": 1.5,
        "trigger_id": "12345",
    }


# Time


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        (TIME + "Z", TIME),
        (TIME + "+05:00", TIME),  # an offset is ignored
        (TIME + "-0130", TIME),
        (TIME + "+05", TIME),
        ("2024-05-17T16:53:02.1234569", "2024-05-17T16:53:02.123456"),
        ("2024-05-17T16:53:02,5", TIME),
        ("2024-05-17 16:53:02", "2024-05-17T16:53:02"),
        ("20240517T165302", "2024-05-17T16:53:02"),
        ("2024-05-17T16:53", "2024-05-17T16:53:00"),
        ("2024-05-17T16", "2024-05-17T16:00:00"),
        ("2024-05-17", "2024-05-17"),
        ("2024-05", "2024-05-01"),
        ("2024", "2024-01-01"),
        ("2016-12-31T12:00:00", "2016-12-31T12:00:00"),
        ("2012-09-07T00:24:23.08", "2012-09-07T00:24:23.08"),
    ],
)
def test_iso_times(text, utc):
    assert gpstime((TIME, text)) == gps_from_utc(parse_time(utc))


def test_day_of_a_leap_second_has_the_offset_of_the_days_before():
    assert gpstime((TIME, "2016-12-31T12:00:00")) == 1167220817.0
    assert gpstime((TIME, "2017-01-01T00:00:00")) == 1167264018.0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Unable to parse date string ''"),
        ("today", "Unable to parse date string 'today'"),
        (f" {TIME}", "Unable to parse date string"),
        ("202405", "Unable to parse date string"),
        ("2024-13-01", "month must be in 1..12"),
        ("2023-02-29", "day is out of range for month"),
        ("2024-05-17T24:00:00", "hour must be in 0..23"),
        ("2016-12-31T23:59:60", "second must be in 0..59"),
        ("1979-12-31T00:00:00", "before the GPS epoch"),
    ],
)
def test_times_that_there_are_not(text, reason):
    assert reason in failure(voevent((TIME, text)), "Fermi")


@pytest.mark.parametrize("scale", ["TT", "GPS"])
def test_other_time_scales_are_not_converted(scale):
    content = voevent(('coord_system_id="UTC-', f'coord_system_id="{scale}-'))
    assert f"Conversion from time-system '{scale}' to UTC" in failure(content, "Fermi")


@pytest.mark.parametrize("system", ["utc-FK5-GEO", "TAI-FK5-GEO", "", "UTCFK5"])
def test_unknown_time_scales(system):
    content = voevent(('coord_system_id="UTC-FK5-GEO"', f'coord_system_id="{system}"'))
    assert "Unrecognised time-system" in failure(content, "Fermi")


def test_scale_is_that_of_the_coordinates_not_of_their_system():
    changes = [('System id="UTC-FK5-GEO"', 'System id="TT-ICRS-GEO"')]
    assert gpstime(*changes) == GPSTIME
    assert grb(*changes)["coord_system"] == "TT-ICRS-GEO"


def test_barycentric_time_is_converted():
    tdb = ('coord_system_id="UTC-FK5-GEO"', 'coord_system_id="TDB-ICRS-BARY"')
    assert gpstime(tdb, (TIME, "2016-01-16T07:52:27")) == pytest.approx(1136965895.815629, abs=2e-6)
    late = gpstime(tdb, (TIME, "2016-01-16T09:52:27+02:00"))
    assert late == gpstime(tdb, (TIME, "2016-01-16T07:52:27"))


# What has to be there


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        ("<shortName>Somebody</shortName>", "no such child: shortName"),
        ("<Author><shortName>Somebody</shortName></Author>", "no such child: Author"),
        ("<AuthorIVORN>ivo://here/author</AuthorIVORN>", "no such child: AuthorIVORN"),
        ('<ObservatoryLocation id="GEOLUN"/>', "no such child: ObservatoryLocation"),
        ('<AstroCoordSystem id="UTC-FK5-GEO"/>', "no such child: AstroCoordSystem"),
        (f"<ISOTime>{TIME}</ISOTime>", "'NoneType' object has no attribute 'timetuple'"),
        ("<Value2><C1>83.5</C1><C2>-22.25</C2></Value2>", "no such child: Value2"),
        ("<C1>83.5</C1>", "no such child: C1"),
        ("<C2>-22.25</C2>", "no such child: C2"),
        ("<Error2Radius>5.75</Error2Radius>", "no such child: Error2Radius"),
        ("<Name2>Dec</Name2>", "no such child: Name2"),
        ("<Description>Some Satellite</Description>", "no such child: Description"),
        ('<Reference uri="http://here/page" type="url"/>', "no such child: Reference"),
    ],
)
def test_elements_that_every_notice_must_have(element, reason):
    assert failure(voevent((element, "")), "Swift") == reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Who", "no such child: Who"),
        ("What", "no such child: What"),
        ("How", "no such child: How"),
        ("Position2D", "no such child: Position2D"),
        ("WhereWhen", "'NoneType' object has no attribute 'timetuple'"),
        ("AstroCoords", "'NoneType' object has no attribute 'timetuple'"),
    ],
)
def test_parts_that_every_notice_must_have(name, reason):
    before, _, rest = VOEVENT.partition(f"<{name}")
    content = before + rest.partition(f"</{name}>")[2]
    assert failure(content, "AGILE") == reason


@pytest.mark.parametrize(
    ("attribute", "name"),
    [
        (' version="2.0"', "version"),
        (' ivorn="ivo://here/stream#1"', "ivorn"),
        (' id="GEOLUN"', "id"),
        (' coord_system_id="UTC-FK5-GEO"', "coord_system_id"),
        (' unit="deg"', "unit"),
        (' uri="http://here/page"', "uri"),
    ],
)
def test_attributes_that_every_notice_must_have(attribute, name):
    assert failure(voevent((attribute, "")), "INTEGRAL") == f"'{name}'"


@pytest.mark.parametrize("version", ["1.1", "2.1", "2", ""])
def test_other_versions_are_not_read(version):
    content = voevent((' version="2.0"', f' version="{version}"'))
    assert failure(content, "Fermi") == f"Unsupported VOEvent schema version:{version}"


def test_the_unit_of_the_position_is_not_looked_at():
    assert grb((' unit="deg"', ' unit="rad"'))["ra"] == 83.5


def test_names_of_the_coordinates_may_be_missing_but_not_others():
    names = "<Name1>RA</Name1>\n            <Name2>Dec</Name2>"
    assert grb((names, ""))["dec"] == -22.25
    for name, other in (("RA", "Dec"), ("Dec", "Gal"), ("RA", " RA")):
        assert failure(voevent((f">{name}<", f">{other}<")), "Fermi") == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [(" 1.5 ", 1.5), ("1e2", 100.0), ("+3", 3.0), ("007", 7.0), ("nan", None), ("1e999", math.inf)],
)
def test_numbers_of_the_position(text, value):
    found = grb((">83.5<", f">{text}<"))["ra"]
    assert found == value or (value is None and math.isnan(found))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "float() argument must be"),
        ("  ", "could not convert string to float: '  '"),
        ("far", "could not convert string to float: 'far'"),
        ("1,5", "could not convert string to float: '1,5'"),
        ("1<!-- and a half -->.5", "float() argument must be"),
        ("<b>1</b>", "float() argument must be"),
        ("9" * 10_000, "Exceeds the limit"),
        ("9" * 1000, "int too large to convert to float"),
    ],
)
def test_texts_that_are_no_numbers(text, reason):
    assert reason in failure(voevent((">5.75<", f">{text}<")), "Fermi")


def test_first_of_repeated_elements_counts():
    twice = '<Reference uri="http://here/page" type="url"/><Reference uri="second"/>'
    assert grb(('<Reference uri="http://here/page" type="url"/>', twice))["how_reference_url"] == (
        "http://here/page"
    )
    assert grb(("<C1>", "<C1>1.5</C1><C1>"))["ra"] == 1.5


def test_text_ends_at_a_comment_or_an_element():
    assert grb((">Somebody<", ">Some<!-- -->body<"))["author_shortname"] == "Some"
    assert grb((">Somebody<", "><b>Some</b>body<"))["author_shortname"] == ""
    assert grb((">Somebody<", "> Some&amp;<![CDATA[<body>]]> <"))["author_shortname"] == (
        " Some&<body> "
    )


# Parameters


def test_no_parameters():
    reading = read(voevent(params="<Description>nothing</Description>"), "Fermi")
    assert reading.values == {"gpstime": GPSTIME}  # the rate stays as it is
    assert reading.updates["GRB"]["trigger_id"] is None
    assert "trigger_duration" not in reading.updates["GRB"]


@pytest.mark.parametrize("place", range(len(DURATIONS)))
def test_duration_is_that_of_the_first_name_that_there_is(place):
    params = [param(name, 10 + number) for number, name in enumerate(DURATIONS)]
    later = "".join(reversed(params[place:]))
    assert grb(params=later)["trigger_duration"] == 10.0 + place


@pytest.mark.parametrize("zero", ["0", "0.000", "-0", "0e5"])
def test_duration_of_zero_is_none_and_hides_later_names(zero):
    params = param("Data_Integ", zero) + param("Integ_Time", 3)
    assert "trigger_duration" not in read(voevent(params=params), "Fermi").updates["GRB"]


@pytest.mark.parametrize("place", range(len(IDENTIFIERS)))
def test_identifier_is_that_of_the_first_name_that_there_is(place):
    params = [param(name, f"id{number}") for number, name in enumerate(IDENTIFIERS)]
    assert grb(params="".join(reversed(params[place:])))["trigger_id"] == f"id{place}"


def test_identifiers_of_icecube_are_not_looked_at():
    params = (
        param("AMON_ID", 1) + param("run_id", 2) + param("event_id", 3) + param("FAR", "0.1472")
    )
    reading = read(voevent(params=params), "IceCube")
    assert reading.values["far"] == 0.1472  # whatever its unit
    assert reading.updates["GRB"]["trigger_id"] is None
    assert list(reading.updates) == ["GRB"]


@pytest.mark.parametrize("group", GROUPS)
def test_some_groups_are_looked_into(group):
    inside = param("Burst_Id", "sb1") + param("Timescale", 2.5) + param("FAR", 1e-5)
    reading = read(voevent(params=f'<Group name="{group}">{inside}</Group>'), "SVOM")
    assert reading.values["far"] == 1e-5
    assert reading.updates["GRB"]["trigger_id"] == "sb1"
    assert reading.updates["GRB"]["trigger_duration"] == 2.5


@pytest.mark.parametrize("group", ["Trigger_ID", "svom_identifiers", "", "Event parameters"])
def test_other_groups_are_not_looked_into(group):
    inside = param("TrigID", 1) + param("Data_Integ", 2.5) + param("FAR", 1e-5)
    reading = read(voevent(params=f'<Group name="{group}">{inside}</Group>'), "Fermi")
    assert "far" not in reading.values
    assert reading.updates["GRB"]["trigger_id"] is None


def test_first_of_parameters_of_one_name_counts():
    assert grb(params=param("TrigID", 1) + param("TrigID", 2))["trigger_id"] == "1"
    grouped = f'<Group name="Detection_Info">{param("TrigID", 1)}{param("TrigID", 3)}</Group>'
    assert grb(params=grouped + param("TrigID", 2))["trigger_id"] == "2"
    assert grb(params=grouped)["trigger_id"] == "1"


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        (param("FAR", "often"), "could not convert string to float: 'often'"),
        (param("FAR", ""), "could not convert string to float: ''"),
        (param("Data_Integ", "1 s"), "could not convert string to float: '1 s'"),
        ('<Param name="TrigID"/>', "'value'"),
        (param("TrigID", "x" * 26), "value too long for type character varying(25)"),
    ],
)
def test_parameters_that_cannot_be_read_or_stored(params, reason):
    assert failure(voevent(params=params), "Fermi") == reason


def test_identifier_and_position_of_zero_are_values():
    zeros = [(f">{old}<", ">0.0<") for old in ("83.5", "-22.25", "5.75")]
    found = grb(*zeros, params=param("TrigID", "0"))
    assert (found["ra"], found["dec"], found["error_radius"]) == (0.0, 0.0, 0.0)
    assert found["trigger_id"] == "0"


def test_two_identifiers_of_a_targeted_search():
    params = param("TrigID", "699554499710_20512") + param("FAR", "5e-06")
    reading = read(voevent(params=params), "Fermi")
    assert reading.values["far"] == 5e-06
    assert reading.updates["GRB"]["trigger_id"] == "699554499710_20512"


@pytest.mark.parametrize(
    ("old", "key"),
    [
        ("ivo://here/stream#1", "ivorn"),
        ("ivo://here/author", "author_ivorn"),
        ("Somebody", "author_shortname"),
        ("GEOLUN", "observatory_location_id"),
        ("Some Satellite", "how_description"),
        ("http://here/page", "how_reference_url"),
    ],
)
def test_texts_have_at_most_200_characters(old, key):
    assert grb((old, "é" * 200))[key] == "é" * 200
    reason = failure(voevent((old, "é" * 201)), "Fermi")
    assert reason == "value too long for type character varying(200)"


# Namespaces and encodings


def test_namespace_without_prefix_hides_the_parameters():
    root = '<voe:VOEvent ivorn="ivo://here/stream#1" role="test" version="2.0"\n    xmlns:voe='
    content = voevent((root, root.replace("voe:", "").replace(":voe", "")), ("</voe:", "</"))
    reading = read(content, "Fermi")
    assert reading.values == {"gpstime": GPSTIME}
    assert member(reading, "GRB")["ra"] == 83.5


def test_no_namespace_at_all():
    root = ' version="2.0"\n    xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0">'
    content = voevent((root, ' version="2.0">'), ("<voe:", "<"), ("</voe:", "</"))
    assert read(content, "Fermi") == read(voevent(), "Fermi")


def test_elements_of_another_namespace_are_not_found():
    assert failure(voevent(("<How>", '<How xmlns="urn:x">')), "Fermi") == "no such child: How"
    mixed = voevent(("<Description>Some", '<Description xmlns="urn:x">Some'))
    assert failure(mixed, "Fermi") == "no such child: Description"


def test_byte_order_mark():
    assert read(b"\xef\xbb\xbf" + voevent(), "Fermi") == read(voevent(), "Fermi")


def test_other_encodings_than_utf_8_are_not_read():
    for encoding in ("utf-16", "latin-1"):
        content = VOEVENT.replace("Somebody", "Jérôme").replace("UTF-8", encoding).encode(encoding)
        assert "'utf-8' codec can't decode byte" in failure(content, "Fermi")


@pytest.mark.parametrize("size", [0, 1, 100, 1000, len(VOEVENT) - 3])
def test_truncated_documents(size):
    assert ": line " in failure(VOEVENT[:size] or " ", "Fermi")


def test_null_bytes():
    assert "not well-formed" in failure(voevent((">Somebody<", ">Some\0body<")), "Fermi")
    assert "reference to invalid character" in failure(voevent((">Somebody<", ">&#0;<")), "Fermi")


# Entities and bounds


def with_type(declarations):
    return voevent(("<voe:VOEvent", f"<!DOCTYPE a {declarations}><voe:VOEvent"))


def test_entities_are_not_expanded():
    content = with_type('[<!ENTITY a "b">]').replace(b"Somebody", b"&a;")
    assert "document type of its own" in failure(content, "Fermi")


def test_a_billion_laughs_are_refused():
    laughs = '<!ENTITY l0 "lol">'
    laughs += "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    content = with_type(f"[{laughs}]").replace(b"Somebody", b"&l9;")
    assert "document type of its own" in failure(content, "Fermi")


def test_external_document_types_and_entities_are_not_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text('<!ENTITY a "SECRET">')
    content = with_type(f'SYSTEM "{secret.as_uri()}"')
    assert read(content, "Fermi") == read(voevent(), "Fermi")
    content = content.replace(b"Somebody", b"&a;")
    assert failure(content, "Fermi") == "Entity 'a' not defined"


def test_documents_have_bounds():
    filling = "<Description>x</Description>"
    assert failure(voevent(params=filling * 20_000), "Fermi") == "more than 20000 elements"
    deep = "<a>" * 300 + "</a>" * 300
    assert failure(voevent(params=deep), "Fermi") == "more than 256 elements inside each other"
    long = voevent(params=f"<!-- {'x' * 2**20} -->")
    assert failure(long, "Fermi") == "XML document longer than 1048576 bytes"
    assert read(voevent(params=filling * 1000), "Fermi").failure is None
