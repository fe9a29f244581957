"""Uploads that mean harm, or are merely broken: always a reading, soon, in little memory."""

import time
import tracemalloc

import coincs
import pytest
from coincs import coinc, document, table, with_columns
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakegracedb import ingest
from fakegracedb.ingest import ligolw
from fakegracedb.ingest.tables import MAX_ROWS

FILES = [
    (coincs.CLIENT_DATA / name).read_bytes()
    for name in ("cbc-lm.xml", "cbc-mbta.xml", "spiir-test-no-ilwdchar.xml", "upload.data.gz")
]
FRAGMENTS = [
    *(b"<", b">", b'"', b"'", b",", b"\\", b"&", b"&lt;", b"&#0;", b"&#xD800;", b"&#x41;", b"]]>"),
    *(b"<!--", b"-->", b"<![CDATA[", b"<?pi?>", b"</Stream>", b"<Stream>", b"</Table>", b"<Table>"),
    *(b'<Table Name="coinc_event:table">', b'<Column Name="snr" Type="real_4"/>', b"<Comment/>"),
    *(b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x1f\x8b", b"\n", b"\t", b""),
    *(b"nan", b"-inf", b"1e999", b"0x1p3", b"9" * 5000, b"-1", b"1_0", b"lstring", b"real_8"),
    *(b"int_4s", b"ilwd:char", b"snr", b"ifos", b"end_time", b":table", b"process:", b"xmlns"),
]
SECONDS = 10  # of the processor; far above what any of these takes, far below a runaway


@st.composite
def damaged(draw):
    """A real file with a few places overwritten, cut out, doubled, or filled with something."""
    content = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        stop = min(len(content), start + draw(st.sampled_from([0, 1, 2, 8, 100, 2000])))
        filling = draw(st.sampled_from(FRAGMENTS) | st.binary(max_size=6) | st.none())
        content[start:stop] = content[start:stop] * 2 if filling is None else filling
    return bytes(content)


@given(
    content=damaged(),
    name=st.sampled_from(["coinc.xml", "a.xml.gz", "initial.data"]),
    pipeline=st.sampled_from(["gstlal", "MBTA", "X", "Q"]),
)
@settings(max_examples=200)
def test_damaged_files_always_give_a_reading(content, name, pipeline):
    reading = in_time(ingest.read, coincs.upload(content, name, pipeline))
    assert isinstance(reading, ingest.Reading)
    assert not (reading.warnings and reading.failure)
    assert not (reading.failure and not reading.fatal and reading.files)
    for key, value in reading.values.items():
        assert value is None or isinstance(value, str if key == "instruments" else float | int)
    assert {"CoincInspiral"} >= set(reading.attributes) - {"SingleInspiral"}


@given(text=st.text(alphabet=st.sampled_from("\"'\\, \n1aé.eE-x<&;"), max_size=40))
@example(text="1" * 21 + ",")
@settings(max_examples=200)
def test_any_text_in_a_stream_gives_a_reading(text):
    types = {"ifo": "lstring", "snr": "real_4"}
    content = coinc(sngl_inspiral=with_columns("sngl_inspiral", text, types))
    reading = in_time(ingest.read, coincs.upload(content))
    if reading.failure is None:
        assert all(row.keys() <= {"ifo", "snr"} for row in reading.attributes["SingleInspiral"])
    elif reading.failure == "value too long for type character varying(20)":  # an ifo, once read
        assert reading.logs[0].comment == "Log File Created"
    else:
        assert reading.logs[0].comment.startswith("Could not read data (line ")


@given(content=st.binary(max_size=200))
@settings(max_examples=100)
def test_any_bytes_give_a_reading(content):
    reading = in_time(ingest.read, coincs.upload(content))
    assert reading.failure == "cannot unpack non-iterable NoneType object"


def in_time(function, *args):
    start = time.thread_time()
    result = function(*args)
    assert time.thread_time() - start < SECONDS
    return result


# Entities


def test_internal_entities_are_refused_and_not_expanded(refusal):
    doctype = b'<!DOCTYPE LIGO_LW [<!ENTITY a "H1">]>\n<LIGO_LW>'
    content = coinc().replace(b"<LIGO_LW>", doctype).replace(b'"H1,L1"', b"&a;")
    assert refusal(content) == "line 2: the document declares an entity 'a', and none is expanded"


def test_a_billion_laughs_are_refused(refusal):
    laughs = ['<!ENTITY l0 "lol">']
    laughs += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    content = f"<!DOCTYPE a [{''.join(laughs)}]><a>&l9;</a>".encode()
    assert "declares an entity" in in_time(refusal, content)


def test_parameter_entities_are_refused(refusal):
    content = b'<!DOCTYPE a [<!ENTITY % p "x"><!ENTITY % q "%p;%p;">%q;]><a/>'
    assert "declares an entity" in refusal(content)


def test_external_entities_are_not_fetched(read_coinc, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text('"SECRET"')
    doctype = f'<!DOCTYPE LIGO_LW [<!ENTITY a SYSTEM "{secret.as_uri()}">]>\n<LIGO_LW>'
    content = coinc().replace(b"<LIGO_LW>", doctype.encode()).replace(b'"H1"', b"&a;")
    reading = read_coinc(content)
    assert reading.failure is None
    assert "ifo" not in reading.attributes["SingleInspiral"][0]


def test_long_attribute_defaults_are_refused(refusal):
    doctype = f"<!DOCTYPE a [<!ATTLIST b c CDATA '{'x' * 500_000}'>]>"
    content = f"{doctype}<a>{'<b/>' * 100_000}</a>".encode()
    assert "too long attribute defaults" in in_time(refusal, content)


# Size


def test_deep_nesting_is_refused(refusal):
    assert "inside each other" in in_time(refusal, b"<a>" * 1_000_000)
    inside = '<Table Name="coinc_event:table">' + "<Comment>" * 1_000_000
    assert "inside each other" in in_time(refusal, document(inside))


def test_very_many_elements_are_refused(refusal, monkeypatch):
    monkeypatch.setattr(ligolw, "_MOST_EVENTS", 10_000)
    assert "elements and lines" in refusal(document("<a/>" * 10_000))
    lines = with_columns("coinc_event", "\n" * 20_000, {"nevents": "int_4u"})
    assert "elements and lines" in refusal(document(lines))
    tables = '<Table Name="coinc_event:table"><Comment/></Table>' * 10_000
    assert "elements and lines" in refusal(document(tables))


def test_very_many_rows_are_refused_whether_kept_or_not(refusal):
    for name in ("sngl_inspiral", "coinc_event"):
        column = {"sngl_inspiral": ("snr", "real_4"), "coinc_event": ("nevents", "int_4u")}[name]
        tables = with_columns(name, "1," * (MAX_ROWS + 1), dict([column]))
        message = in_time(refusal, coinc(**{name: tables}))
        assert message.endswith("more than 20000 rows in Table")


def test_streams_of_very_many_tokens_are_read(read_coinc):
    types = dict.fromkeys(("snr", "chisq", "mass1", "mass2", "eta"), "real_4")
    row = "8.5,1.25,1.4,1.4,0.25,\n"
    tables = with_columns("sngl_inspiral", row * MAX_ROWS, types)
    singles = in_time(read_coinc, coinc(sngl_inspiral=tables)).attributes["SingleInspiral"]
    assert len(singles) == MAX_ROWS
    assert singles[-1] == {"mass1": 1.4, "mass2": 1.4, "eta": 0.25, "snr": 8.5, "chisq": 1.25}
    event = {"nevents": "int_4u", "likelihood": "real_8", "instruments": "lstring"}
    event |= {"coinc_event_id": "int_8s", "process_id": "int_8s", "coinc_def_id": "int_8s"}
    unread = with_columns("coinc_event", '2,1.5,"H1",0,0,0,\n' * MAX_ROWS, event)
    assert in_time(read_coinc, coinc(coinc_event=unread)).values["nevents"] == 2


def test_rows_that_are_not_wanted_are_not_kept(read_coinc):
    event = {"nevents": "int_4u", "likelihood": "real_8", "instruments": "lstring"}
    content = coinc(coinc_event=with_columns("coinc_event", '2,1.5,"H1,L1",\n' * MAX_ROWS, event))
    tracemalloc.start()
    assert read_coinc(content).values["nevents"] == 2
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(content) + 2**20


@pytest.mark.parametrize("token", ["1" * 5_000_000, '"' + "a" * 5_000_000, '"' + "\n" * 60_000])
def test_a_token_without_end(read_coinc, refusal, token):
    types = {"ifos": "lstring"}
    content = coinc(coinc_inspiral=with_columns("coinc_inspiral", token, types))
    if len(token) > 2**20:
        assert "token longer than 1048576 characters" in in_time(refusal, content)
    else:
        reading = in_time(read_coinc, content)
        assert reading.warnings == ["Could not extract coinc inspiral table."]


def test_markup_without_end_is_refused(refusal):
    content = b"<a b='" + b"x" * (24 * 2**20)
    message = in_time(refusal, content)
    # A newer expat does not begin anew with every piece, and may read to the end.
    assert message.startswith(("line 1: markup longer than", "<unknown>:1:"))


def test_long_numbers_are_read(read_coinc):
    ones = "1" * 100_000
    inspiral = table("coinc_inspiral", mass=ones, snr=f"0.{ones}", mchirp=f"1e-{ones}")
    reading = in_time(read_coinc, coinc(coinc_inspiral=inspiral))
    assert reading.attributes["CoincInspiral"]["mass"] == float("inf")
    assert reading.attributes["CoincInspiral"]["snr"] == 0.1111111111111111
    assert reading.attributes["CoincInspiral"]["mchirp"] == 0.0


def test_long_end_times_are_no_more_than_too_big(read_coinc):
    inspiral = table("coinc_inspiral", end_time="9" * 10_000)
    reading = read_coinc(coinc(coinc_inspiral=inspiral))
    assert (reading.failure, reading.fatal) == ("[<class 'decimal.InvalidOperation'>]", True)
    assert b"\nEnd Time: 9223372036854775807.250000000\n" in reading.files[1][1]


def test_messages_are_cut(refusal):
    assert len(refusal(coinc(coinc_event=table("coinc_event", nevents="x" * 100_000)))) == 2000


# Odd bytes


@pytest.mark.parametrize(
    "declared",
    ["utf-8", "nonsense", "idna", "rot13", "unicode_escape", "utf-7", "shift_jis", "hex"],
)
def test_whatever_encoding_is_declared_there_is_a_reading(declared):
    content = coinc().replace(b'encoding="utf-8"', f'encoding="{declared}"'.encode())
    content = content.replace(b'"H1"', b'"H\xff"')
    reading = in_time(ingest.read, coincs.upload(content))
    assert reading.failure == "cannot unpack non-iterable NoneType object" or reading.values


def test_null_bytes_and_surrogates_are_refused(refusal):
    for odd in (b"\0", b"&#0;", b"&#xD800;", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80"):
        assert refusal(coinc().replace(b'"H1"', b'"H' + odd + b'"')).startswith("<unknown>:")


def test_a_document_that_lies_about_its_rows_is_read_as_it_is(read_coinc):
    dim = '<Array Name="x:array" Type="real_4"><Dim Name="n">999999999999</Dim><Stream/></Array>'
    content = coinc().replace(b"<LIGO_LW>", b"<LIGO_LW>" + dim.encode())
    assert read_coinc(content).values == read_coinc(coinc()).values
