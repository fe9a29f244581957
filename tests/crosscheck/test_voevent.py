"""The VOEvent reader against the libraries that the server reads VOEvents with.

They are put together here as the server does it; what they raise is compared word by word, but for
the messages of the XML parser.
"""

import calendar
import random
import re
import warnings
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    vp = pytest.importorskip("voeventparse")
    import iso8601
    from astropy.time import Time
    from lxml.etree import XMLSyntaxError

from fakegracedb import ingest, samples
from fakegracedb.clock import gps_from_utc
from fakegracedb.ingest.instants import gps_from_jd, gps_from_tdb, parse_iso
from fakegracedb.samples.observatories import OBSERVATORIES

pytestmark = pytest.mark.filterwarnings("ignore")

FERMI = (files("ligo.gracedb.test.integration") / "data" / "fermi-test.xml").read_bytes()
FIXTURES = {
    item.name: item.read_bytes()
    for item in (files("voeventparse") / "fixtures").iterdir()
    if item.name.endswith(".xml")
}
KINDS = [(pipeline, kind) for pipeline, one in OBSERVATORIES.items() for kind in one.notices]
IDENTIFIERS = ("TrigID", "Trans_Num", "EventID", "Burst_Id", "event_no")
DURATIONS = (
    *("Trig_Dur", "Trans_Duration", "Data_Integ", "Integ_Time", "Trig_Timescale", "Timescale"),
    "sampling_time",
)
GROUPS = ("Svom_Identifiers", "Detection_Info", "observatory parameters", "event parameters")


def their_gpstime(when):
    clock = calendar.timegm(when.timetuple()) + when.microsecond / 1e6
    return round(gps_from_utc(datetime.fromtimestamp(0, UTC) + timedelta(seconds=clock)), 6)


def their_values(content):
    event = vp.loads(content)
    gpstime = their_gpstime(vp.get_event_time_as_utc(event))
    found = {
        "ivorn": event.attrib["ivorn"],
        "author_ivorn": str(event.Who.AuthorIVORN),
        "author_shortname": str(event.Who.Author.shortName),
        "observatory_location_id": event.WhereWhen.ObsDataLocation.ObservatoryLocation.attrib["id"],
    }
    where = vp.get_event_position(event)
    found |= {"coord_system": where.system, "ra": where.ra, "dec": where.dec}
    found |= {"error_radius": where.err, "how_description": str(event.How.Description)}
    found["how_reference_url"] = event.How.Reference.attrib["uri"]
    params = dict(vp.get_toplevel_params(event).items())
    for name, group in vp.get_grouped_params(event).allitems():
        if name in GROUPS:
            for key, value in group.allitems():
                params.setdefault(key, value)
    names = [name for name in IDENTIFIERS if name in params]
    found["trigger_id"] = params[names[0]]["value"] if names else None
    names = [name for name in DURATIONS if name in params]
    duration = float(params[names[0]]["value"]) if names else 0
    if duration:
        found["trigger_duration"] = duration
    values = {"gpstime": gpstime}
    if "FAR" in params:
        values["far"] = float(params["FAR"]["value"])
    return repr((sorted(values.items()), sorted(found.items())))


def theirs(content):
    try:
        return their_values(content)
    except XMLSyntaxError:
        return "no XML"
    except Exception as error:
        return str(error)


def ours(content):
    reading = ingest.read(ingest.Upload("a.xml", content, "Fermi", "Test", None))
    if reading.failure is None:
        changes = reading.updates["GRB"]
        return repr((sorted(reading.values.items()), sorted(changes.items())))
    return "no XML" if re.search(r": line \d+, column \d+", reading.failure) else reading.failure


def check_same(content):
    mine, reference = ours(content), theirs(content)
    if "float() argument must be" in reference:
        assert mine.startswith("float() argument must be")
    else:
        assert mine == reference


def test_client_file_reads_the_same():
    assert "123456789" in ours(FERMI)
    check_same(FERMI)


@pytest.mark.parametrize("name", FIXTURES)
def test_their_own_samples_read_the_same(name):
    if "TDB" in FIXTURES[name].decode():  # an author without short name, and no exact time
        assert ours(FIXTURES[name]) == theirs(FIXTURES[name]) == "no such child: shortName"
    else:
        check_same(FIXTURES[name])


@pytest.mark.parametrize(("pipeline", "kind"), KINDS)
def test_notices_of_all_observatories_read_the_same(pipeline, kind):
    check_same(samples.voevent("1400000000.123456789", pipeline=pipeline, kind=kind))


def pieces(content):
    """Elements without children, attributes and whole parts, of which each may go missing."""
    for pattern in (
        rb"<(\w+)[^<>]*/>|<(\w+)[^<>]*>[^<>]*</\2>",
        rb'\s[\w:]+="[^"]*"',
        rb"(?s)<(Who|Author|What|WhereWhen|ObsDataLocation|AstroCoords|Time|Position2D|How)>.*?</\1>",
        rb"(?s)<(AstroCoords|Time|Position2D) .*?</\1>",
    ):
        yield from re.finditer(pattern, content)


NOTICE = samples.voevent(pipeline="Fermi", kind="targeted")


@pytest.mark.parametrize("content", [FERMI, NOTICE])
def test_what_happens_when_a_piece_is_missing(content):
    found = [content[: one.start()] + content[one.end() :] for one in pieces(content)]
    assert len(found) > 30
    for changed in found:
        check_same(changed)


TEXTS = [
    *("", " ", "1.5", " 1.5 ", "abc", "nan", "inf", "-INF", "1e5", "1e999", "1_000", "0x10", "1,5"),
    *("+3", "-5.", ".5", "1<!-- -->5", "<b>1</b>", "1<b/>", "<![CDATA[1]]>", "&#49;", "9" * 5000),
]


@pytest.mark.parametrize("text", TEXTS)
def test_numbers_read_the_same(text):
    for name in (b"C1", b"Error2Radius"):
        changed = re.sub(
            rb"<%s>[^<]*</%s>" % (name, name), b"<%s>%s</%s>" % (name, text.encode(), name), NOTICE
        )
        assert changed != NOTICE
        check_same(changed)


@pytest.mark.parametrize("text", ["", " a ", "a<b/>c", "<b>a</b>c", "a<!-- -->b", "a&amp;b", "é"])
def test_texts_read_the_same(text):
    for name in (b"shortName", b"Description", b"Name1"):
        changed = re.sub(
            rb"<%s>[^<]*</%s>" % (name, name), b"<%s>%s</%s>" % (name, text.encode(), name), NOTICE
        )
        assert changed != NOTICE
        check_same(changed)


def test_namespaces_read_the_same():
    check_same(FERMI.replace(b"voe:", b"").replace(b"xmlns:voe=", b"xmlns="))
    check_same(re.sub(rb'xmlns:voe="[^"]*"', b"", FERMI).replace(b"voe:", b""))
    check_same(FERMI.replace(b"voe:VOEvent", b"x:VOEvent").replace(b"xmlns:voe", b"xmlns:x"))
    check_same(FERMI.replace(b"<How>", b'<How xmlns="urn:x">'))


def iso_texts():
    """Times and what is nearly one, always the same."""
    random_ = random.Random(20240517)
    parts = ["2024", "-", "05", "17", "5", "T", " ", "16", ":", "53", "02", ".", ",", "1234567"]
    parts += ["Z", "+", "05", "30", "00", "x", "\n", ""]
    good = ["2024", "-05", "-17", "T", "16", ":53", ":02", ".123456789", "+05:30"]
    for _ in range(3000):
        if random_.random() < 0.7:
            text = [*good[: random_.randrange(1, len(good) + 1)]]
            for _ in range(random_.randrange(3)):
                place = random_.randrange(len(text))
                text[place] = random_.choice([*parts, text[place], text[place].strip("-:T+")])
        else:
            text = random_.choices(parts, k=random_.randrange(1, 9))
        yield "".join(text)


def parsed(text):
    try:
        when, offset = parse_iso(text)
    except ValueError as error:
        return str(error)
    return when, offset


def parsed_by_library(text):
    try:
        when = iso8601.parse_date(text)
    except iso8601.ParseError as error:
        return str(error)
    return when.replace(tzinfo=UTC), when.utcoffset()


def test_iso_times_read_the_same():
    results = [(text, parsed(text), parsed_by_library(text)) for text in iso_texts()]
    assert [one for one in results if one[1] != one[2]] == []
    assert sum(isinstance(mine, tuple) for _, mine, _ in results) > 500


def test_barycentric_times_agree_to_two_microseconds():
    random_ = random.Random(20240517)
    for _ in range(500):
        when = datetime(1981, 1, 1, tzinfo=UTC) + timedelta(seconds=random_.random() * 3.5e9)
        reference = Time(when, scale="tdb").gps
        assert gps_from_tdb(when) == pytest.approx(reference, abs=2.5e-6, rel=0)


def test_julian_dates_agree():
    random_ = random.Random(20240517)
    for _ in range(500):
        days = 2444244.5 + random_.random() * 20_000
        reference = their_gpstime(Time(days, format="jd", scale="utc").to_datetime(UTC))
        assert gps_from_jd(days) == pytest.approx(reference, abs=1.1e-6, rel=0)
