"""Damaged files of every pipeline: always a reading that can be stored, soon, in little memory.

``DAMAGED_UPLOADS=50000`` damages each file so often, and then blows some up to 5 MB and measures
the memory too.
"""

import gc
import json
import os
import time
import tracemalloc

import pytest
import uploads
from coincs import CLIENT_DATA
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from fakegracedb import ingest
from fakegracedb.documents import Event
from fakegracedb.documents.attributes import shown
from fakegracedb.schemas import problems

COUNT = int(os.environ.get("DAMAGED_UPLOADS", "0"))
ROUND = 1000
SECONDS = 2  # of the processor
MEMORY = 100 * 10**6  # bytes, beside the upload itself
BIG = 5 * 10**6  # bytes

FERMI = (CLIENT_DATA / "fermi-test.xml").read_bytes()
INJECTION = (CLIENT_DATA / "sim-inj.xml").read_bytes()
BURST = (CLIENT_DATA / "burst-cwb.txt").read_bytes()
NOTICE = uploads.text(
    uploads.NOTICE,
    id=["745121685", "bn240812094"],
    instrument="GBM",
    ra=345.99,
    dec=-67.8274,
    ra_dec_error=[0.5, 0.6, 0],
    rate_duration=2.048,
    far=5e-6,
    data_archive_page="http://here/page",
)
REAL = {
    "CWB": [BURST[:4000] + BURST[-2000:], uploads.cwb(hoft="a", code="b", ced_link="http://c")],
    "Fermi": [FERMI, uploads.voevent(), NOTICE],
    "HardwareInjection": [INJECTION, uploads.text({"instruments": "H1"}, mass1=1.5, amp_order=1)],
    "oLIB": [uploads.text(uploads.OLIB, nevents=2, likelihood=1.5, BCI=5, hrss_posterior_mean=1)],
    "MLy": [
        uploads.text(
            uploads.MLY,
            SNR=9,
            channels=["H1:A", "L1:B"],
            scores={"coherency": 0.9, "combined": 0.7},
        )
    ],
}
MEMBERS = {
    "CWB": "MultiBurst",
    "Fermi": "GRB",
    "HardwareInjection": "SimInspiral",
    "oLIB": "LalInferenceBurst",
    "MLy": "MLyBurst",
}
FRAGMENTS = [
    *(b"", b" ", b"\n", b"\r", b"\t", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf"),
    *(b"\xc3\xa9", b"\xf0\x9f\x98\x80", b"\\ud800", b"\\u0000", b"\\n", b"\\", b'"', b"'"),
    *(b"nan", b"NaN", b"-Infinity", b"1e999", b"-1", b"9" * 10_000, b"1e400", b"0x10", b"1_0"),
    *(b".", b",", b":", b"[", b"]", b"{", b"}", b"null", b"true", b"[]", b"{}", b'"x"', b"[" * 999),
    *(b"<", b">", b"/>", b"&", b"&lt;", b"&#0;", b"&#x41;", b"&a;", b"]]>", b"<!--", b"-->"),
    *(b"<a>", b"</a>", b"<![CDATA[", b"<?pi?>", b'<!DOCTYPE a [<!ENTITY a "b">]>', b"xmlns"),
    *(b'<Param name="FAR" value="1"/>', b"TDB", b"TT", b"GPS", b"RA", b"Dec", b"2.0", b"value"),
    *(b"ifo:", b"time:", b"far:", b"event_time:", b"rho:", b"phi: 1", b"http://a.fits"),
    *(b"#significance based on the last week\n", b"2016-12-31T23:59:60Z", b"+05:00"),
    *(b"lstring", b"real_8", b"int_4s", b"sim_inspiral", b"mass1", b":table", b"</Stream>"),
]


@st.composite
def damaged(draw, contents):
    """A file with a few places overwritten, cut out, doubled, or filled with something."""
    content = bytearray(draw(st.sampled_from(contents)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        stop = min(len(content), start + draw(st.sampled_from([0, 1, 2, 8, 100, 2000])))
        filling = draw(st.sampled_from(FRAGMENTS) | st.binary(max_size=6) | st.none())
        if filling is None and COUNT and draw(st.integers(0, 199)) == 117:
            piece = bytes(content[start:stop]) or b"x"
            content[start:stop] = piece * ((BIG - len(content)) // len(piece))
        else:
            content[start:stop] = content[start:stop] * 2 if filling is None else filling
    return bytes(content[:BIG])


def check(pipeline, content):
    """See that the file soon gives a reading, and that what was read can be stored and answered."""
    begin = time.thread_time()
    reading = uploads.read(content, pipeline)
    assert time.thread_time() - begin < SECONDS
    injected = pipeline == "HardwareInjection"
    assert reading.warnings == []
    assert reading.refusal is None
    assert reading.fatal == (reading.failure is not None)
    if reading.failure is not None:
        assert len(reading.failure) <= 2000
        assert (reading.files, reading.logs, reading.attributes) == ([], [], {})
        assert reading.values == ({"instruments": "none_provided"} if injected else {})
        assert reading.merged({}) == ({"SimInspiral": {}} if injected else {})
    else:
        assert "gpstime" in reading.values
        assert {*reading.attributes, *reading.updates} == {MEMBERS[pipeline]}
    extra = reading.merged({MEMBERS[pipeline]: {}})
    values = {key: value for key, value in reading.values.items() if value is not None}
    created = "2026-03-01T17:04:09.250000Z"
    event = Event("T0001", "me", created, "Test", pipeline, extra_attributes=extra, **values)
    document = event.to_json()
    assert list(problems("event", document)) == []
    json.dumps([document, reading.failure], ensure_ascii=False).encode()
    json.dumps(shown(extra), allow_nan=False)


def peak(pipeline, content):
    """Give the memory that reading a file takes at most, beside the file itself."""
    gc.collect()
    tracemalloc.start()
    try:
        uploads.read(content, pipeline)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("pipeline", REAL)
def test_damaged_files_give_readings_that_can_be_stored(pipeline):
    def run(content):
        check(pipeline, content)
        if COUNT and len(content) > BIG // 10:
            assert peak(pipeline, content) < MEMORY

    # In rounds, since hypothesis remembers all that it tried.
    for number in range(0, COUNT or 1, ROUND):
        examples = settings(
            max_examples=min(COUNT, ROUND) or 40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        seed(number)(examples(given(content=damaged(REAL[pipeline]))(run)))()


@pytest.mark.parametrize("pipeline", REAL)
def test_any_bytes_and_any_text_give_readings(pipeline):
    @given(content=st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
    @settings(max_examples=25, deadline=None)
    def run(content):
        check(pipeline, content)

    run()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("pipeline", ["Fermi", "HardwareInjection", "oLIB", "MLy"])
def test_any_value_under_any_key_gives_a_reading(pipeline):
    original = json.loads(REAL[pipeline][-1])

    @given(key=st.sampled_from([*original, "jd", "objectId", "waveform", "ivorn"]), value=JSON)
    @settings(max_examples=50, deadline=None)
    def run(key, value):
        check(pipeline, json.dumps({**original, key: value}))

    run()


# The worst that 5 MB can be


def filled(unit, before=b"", after=b""):
    return before + unit * ((BIG - len(before) - len(after)) // len(unit)) + after


ASTRAL = "\N{GRINNING FACE}".encode()  # makes every character of a text take four bytes
QUOTED = b"\xc2\x81"  # quoted by four characters
WORST_VALUES = {
    "few lists": (b"x", b'{"channels": [' + b"[0]," * 60_000 + b'"', b'"]}'),
    "text": (QUOTED, b'{"trigger_time": "' + ASTRAL, b'"}'),
    "text in a list": (QUOTED, b'{"instruments": ["' + ASTRAL, b'"], "ifos": ["x"]}'),
    "number": (QUOTED, b'{"gpstime": "' + ASTRAL, b'", "jd": "x"}'),
    "long number": (b"1", b'{"jd": 1, "instruments": "", "ifos": "", "far": 0.', b"}"),
}
WORST_JSON = {
    "lists": (b"[],", b"[", b"0]"),
    "objects": (b'{"":0},', b"[", b"0]"),
    "numbers": (b"1e9,", b"[", b"0]"),
    "long integers": (b"9" * 4300 + b",", b'{"id": [', b"0]}"),
    "escapes": (b"ab\\n", b'{"id": "', b'"}'),
    "depth": (b"[",),
}
WORST_TEXT = {
    "words": (b"11 ", b"ifo: "),
    "long word": (QUOTED, b"strain: " + ASTRAL),
    "one line": (b"x",),
    "address": (b"x", b"http://"),
}
WORST_FOR_ALL = {"blanks": (b" ",), "nulls": (b"\0",), "no text": (b"\xff",)}
WORST_LINES = {
    "empty lines": (b"\n",),
    "returns": (b"\r",),
    "keys": (b"ifo: H1\n",),
    "significance": (b"#significance based on the last week\n",),
}
WORST = [
    *(("Fermi", name, parts) for name, parts in WORST_JSON.items()),
    *((pipeline, *case) for case in WORST_VALUES.items() for pipeline in list(REAL)[1:]),
    *(("CWB", name, parts) for name, parts in WORST_TEXT.items()),
    *((pipeline, *case) for case in WORST_FOR_ALL.items() for pipeline in REAL),
]
WORST_DOCUMENTS = {  # as long as a VOEvent may be
    "elements": b"<a/>" * 200_000,
    "depth": b"<a>" * 250 + b"<b/>" * 200_000 + b"</a>" * 250,
    "attributes": b"<a " + b" ".join(b'a%d=""' % n for n in range(80_000)) + b"/>",
    "namespaces": b"<a " + b" ".join(b'xmlns:a%d="u"' % n for n in range(50_000)) + b"/>",
    "comments": b"<!---->" * 140_000,
    "lines": b"\n" * 10**6,
    "references": b"&#65;" * 200_000,
    "parameters": b'<Param name="TrigID" value="1"/>' * 30_000,
}


@pytest.mark.parametrize(
    ("pipeline", "parts"),
    [pytest.param(pipeline, parts, id=f"{pipeline}-{name}") for pipeline, name, parts in WORST],
)
def test_nothing_takes_long_or_much_memory(pipeline, parts):
    content = filled(*parts)
    assert BIG // 2 < len(content) <= BIG
    check(pipeline, content)
    assert peak(pipeline, content) < MEMORY


@pytest.mark.parametrize("name", WORST_LINES)
def test_very_many_lines_do_not_take_long(name):
    content = filled(*WORST_LINES[name])
    check("CWB", content)
    # Nothing of them is kept; measuring all takes long.
    assert peak("CWB", content[: BIG // 50]) < MEMORY // 50


@pytest.mark.parametrize("name", WORST_DOCUMENTS)
def test_no_voevent_takes_long_or_much_memory(name):
    content = FERMI.replace(b"<What>", b"<What>" + WORST_DOCUMENTS[name])
    assert len(content) < 2**20
    check("Fermi", content)
    assert peak("Fermi", content) < MEMORY


def test_readers_are_given_what_is_in_memory_already():
    content = memoryview(FERMI)
    reading = ingest.read(ingest.Upload("a", content, "Fermi", "Test", None))
    assert reading == uploads.read(FERMI, "Fermi")
    assert ingest.read(ingest.Upload("a", memoryview(BURST), "CWB", "Test", None)).failure is None
