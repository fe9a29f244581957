"""LIGO_LW documents as XML: what is refused with which message, encodings, document types."""

import pytest
from coincs import coinc, document, table

from fakegracedb.ingest.coinc import COINC_EVENT
from fakegracedb.ingest.ligolw import ReadError, read_tables


def test_messages_carry_the_line_of_the_file(refusal):
    lines = coinc().decode().splitlines()
    at = {text: number for number, text in enumerate(lines, start=1)}
    kind = '<Column Name="snr" Type="real_4"/>'
    retyped = [line.replace("real_4", "real_8") if line == kind else line for line in lines]
    assert refusal("\n".join(retyped).encode()) == (
        f"line {at[kind]}: invalid type 'real_8' for Column 'snr' in Table 'sngl_inspiral', "
        "expected type 'real_4'"
    )
    renamed = [line.replace("snr", "zappa") if line == kind else line for line in lines]
    assert refusal("\n".join(renamed).encode()) == (
        f"line {at[kind]}: invalid Column 'zappa' for Table 'sngl_inspiral'"
    )
    row = '0,"H1,L1,V1",2,12.5,'
    wrong = [line.replace("12.5", "abc") if line == row else line for line in lines]
    assert refusal("\n".join(wrong).encode()) == (
        f"line {at[row]}: invalid literal for float(): 'abc'"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "<unknown>:1:0: syntax error"),
        (b"", "<unknown>:1:0: no element found"),
        (b"<LIGO_LW>\n", "<unknown>:2:0: no element found"),
        (b"<a></b>", "<unknown>:1:5: mismatched tag"),
        (b"<a/><a/>", "<unknown>:1:4: junk after document element"),
        (b"<a>\0</a>", "<unknown>:1:3: not well-formed (invalid token)"),
        (b"<a>&undefined;</a>", "<unknown>:1:3: undefined entity"),
        (b"<a:b/>", "<unknown>:1:0: unbound prefix"),
        (b"\xff\xff", "<unknown>:1:0: not well-formed (invalid token)"),
        (b"{}", "<unknown>:1:0: not well-formed (invalid token)"),
    ],
)
def test_what_is_no_xml_is_refused(refusal, content, message):
    assert refusal(content) == message


def test_every_truncation_of_a_document_is_refused(refusal):
    content = coinc().rstrip()
    for size in range(0, len(content), 7):
        assert refusal(content[:size])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "us-ascii"])
def test_encodings(read_coinc, encoding):
    name = encoding.replace("-sig", "")
    content = coinc().decode().replace('encoding="utf-8"', f'encoding="{name}"')
    reading = read_coinc(content.encode(encoding))
    assert reading.values == read_coinc(coinc()).values


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE LIGO_LW SYSTEM "http://example.org/ligolw_dtd.txt">',
        '<!DOCTYPE LIGO_LW SYSTEM "file:///nowhere/at/all.dtd">',
        "<!DOCTYPE LIGO_LW [<!ELEMENT LIGO_LW ANY><!ATTLIST Stream Type CDATA 'Local'>]>",
    ],
)
def test_document_type_is_optional_and_never_fetched(read_coinc, doctype):
    content = coinc().replace(b"\n<LIGO_LW>", f"{doctype}\n<LIGO_LW>".encode())
    assert read_coinc(content).values == read_coinc(coinc()).values


def test_first_two_tables_of_a_name_are_given():
    found = read_tables(document(*[table("coinc_event")] * 4), [COINC_EVENT])
    assert [len(one.rows) for one in found["coinc_event"]] == [1, 1]


def test_a_bad_table_after_the_second_fails_the_load():
    bad = table("coinc_event", nevents="x")
    with pytest.raises(ReadError):
        read_tables(document(*[table("coinc_event")] * 3, bad), [COINC_EVENT])
