"""Bodies that clients really send, bodies that they should not, and everything between."""

from __future__ import annotations

import base64
import html
import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from typing import IO, Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from fakegracedb.api.forms import Form, Kind, Upload, parse, parse_query
from fakegracedb.api.message import Request
from fakegracedb.errors import ApiError

URL = "https://gracedb.invalid/api/events/"
MULTIPART = "multipart/form-data; boundary=cut"


def request(body: bytes, content_type: str | None = None) -> Request:
    headers = CaseInsensitiveDict({} if content_type is None else {"content-type": content_type})
    return Request("POST", URL, headers, body)


def as_received(prepared: requests.PreparedRequest) -> Request:
    body = prepared.body or b""
    if isinstance(body, str):
        body = body.encode("ascii")
    assert isinstance(body, bytes)
    assert prepared.method
    assert prepared.url
    return Request(prepared.method, prepared.url, prepared.headers, body)


def sent(**arguments: Any) -> Form:
    return parse(as_received(requests.Request("POST", URL, **arguments).prepare()))


def parts(*texts: str | bytes, end: bytes = b"--cut--\r\n") -> bytes:
    """Make a body of parts, each written from its first header on."""
    raw = [text.encode() if isinstance(text, str) else text for text in texts]
    return b"".join(b"--cut\r\n" + text + b"\r\n" for text in raw) + end


def field(name: str, value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + raw


def file(disposition: str, content: bytes = b"x", *headers: str) -> bytes:
    lines = [f'Content-Disposition: form-data; name="upload"; {disposition}', *headers, "", ""]
    return "\r\n".join(lines).encode() + content


def multipart(*texts: str | bytes, end: bytes = b"--cut--\r\n") -> Form:
    return parse(request(parts(*texts, end=end), MULTIPART))


def refusal(body: bytes, content_type: str | None, *accepts: Kind) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        parse(request(body, content_type), accepts or ("form", "multipart", "json"))
    assert set(caught.value.body) == {"detail"}
    return caught.value.status, caught.value.body["detail"]


# What the client sends


class Recorder(requests.adapters.BaseAdapter):
    """A wire that keeps what is sent over it and answers 200 to everything."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        self.sent.append(request)
        response = requests.Response()
        response.status_code = 200
        response.url = str(request.url)
        response.request = request
        response._content = b"{}"
        return response

    def close(self) -> None:
        pass

    def form(self) -> Form:
        return parse(as_received(self.sent.pop()))


@pytest.fixture
def wire() -> Recorder:
    return Recorder()


@pytest.fixture
def client(wire: Recorder) -> Iterator[Any]:
    from ligo.gracedb.rest import GraceDb

    with GraceDb("https://gracedb.invalid/api/", force_noauth=True) as client:
        client.mount("https://", wire)
        client._service_info = {
            "groups": ["Test"],
            "pipelines": ["gstlal"],
            "searches": ["AllSky"],
            "labels": ["INJ", "DQV"],
            "em-groups": ["Test"],
            "links": {"events": URL, "superevents": URL},
            "superevent-categories": {"P": "Production"},
            "templates": {
                "event-log-template": URL + "{graceid}/log/",
                "emobservation-list-template": URL + "{graceid}/emobservation/",
            },
        }
        yield client


def test_a_log_without_a_file_comes_urlencoded_with_its_tags_in_order(
    client: Any, wire: Recorder
) -> None:
    client.write_log("T0001", "a = b & c; 100 % é", tag_name=["pe", "psd"], label="INJ")
    form = wire.form()
    assert form.get("comment") == "a = b & c; 100 % é"
    assert form.getlist("tagname") == ["pe", "psd"]
    assert form.get("tagname") == "psd"
    assert form.get("label") == "INJ"
    assert "displayName" not in form
    assert not form.is_json


def test_a_log_with_a_file_comes_as_multipart(client: Any, wire: Recorder) -> None:
    client.write_log(
        "T0001", "hello", "some/where/plot.png", b"\x89PNG\r\n\0", tag_name="pe", displayName="PE"
    )
    form = wire.form()
    assert dict(form.values) == {"comment": ["hello"], "tagname": ["pe"], "displayName": ["PE"]}
    assert form.file("upload") == Upload("plot.png", memoryview(b"\x89PNG\r\n\0"), "image/png")


@pytest.mark.parametrize("contents", ["té", "té".encode(), io.BytesIO("té".encode())])
def test_text_bytes_and_file_objects_arrive_as_the_same_bytes(
    client: Any, wire: Recorder, contents: str | bytes | IO[bytes]
) -> None:
    client.write_log("T0001", "hello", "a.txt", contents)
    assert wire.form().file("upload") == Upload("a.txt", memoryview("té".encode()), "text/plain")


def test_a_log_with_a_file_and_no_tags_has_neither_field(client: Any, wire: Recorder) -> None:
    client.write_log("T0001", "hello", "a.txt", "text")
    assert list(wire.form().values) == ["comment"]


def test_an_event_brings_its_labels_and_its_file(client: Any, wire: Recorder) -> None:
    client.create_event("Test", "gstlal", "coinc.xml", labels=["INJ", "DQV"], filecontents="<xml/>")
    form = wire.form()
    assert form.getlist("labels") == ["INJ", "DQV"]
    assert form.get("offline") == "False"
    upload = form.file("eventFile")
    assert upload is not None
    assert (upload.filename, bytes(upload.content)) == ("coinc.xml", b"<xml/>")
    assert upload.content_type in {"application/xml", "text/xml"}


def test_a_dictionary_as_a_single_value_field_comes_as_its_last_key(
    client: Any, wire: Recorder
) -> None:
    client.create_superevent(1, 2, 3, {"graceid": "T1", "far": 2})
    form = wire.form()
    assert form.getlist("preferred_event") == ["graceid", "far"]
    assert form.get("preferred_event") == "far"


def test_an_em_observation_comes_as_json(client: Any, wire: Recorder) -> None:
    client.write_emobservation("T0001", "Test", [1.5, 2], 1, [3, 4], 1, [5, 6], 10, "é")
    form = wire.form()
    assert form.is_json
    assert form.get("ra_list") == [1.5, 2] == form.getlist("ra_list")
    assert form.get("group") == "Test"
    assert form.getlist("group") == ["Test"]
    assert form.get("comment") == "é"


# The form itself


def test_the_last_of_repeated_values_and_files_counts() -> None:
    form = multipart(
        field("a", "1"), file('filename="1"'), field("a", "2"), file('filename="2"', b"y")
    )
    assert form.get("a") == "2"
    assert form.getlist("a") == ["1", "2"]
    assert [upload.filename for upload in form.files["upload"]] == ["1", "2"]
    assert form.file("upload") == Upload("2", memoryview(b"y"), "")


def test_what_is_absent_gives_the_default() -> None:
    form = sent(data={"a": ""})
    assert form.get("a", "x") == ""
    assert form.get("b") is None
    assert form.get("b", 3) == 3
    assert form.getlist("b") == []
    assert form.file("a") is None
    assert "a" in form
    assert "b" not in form


def test_a_file_is_not_a_plain_field() -> None:
    form = multipart(file('filename="a"'))
    assert "upload" not in form
    assert form.get("upload") is None


def test_changing_a_list_that_was_given_does_not_change_the_form() -> None:
    form = parse(request(b'{"a": [1]}', "application/json"))
    form.getlist("a").append(2)
    assert form.getlist("a") == [1]


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/json", MULTIPART])
def test_an_empty_body_is_an_empty_form_whatever_its_type(content_type: str | None) -> None:
    accepts: tuple[Kind, ...] = ("multipart",)
    form = parse(request(b"", content_type), accepts)
    assert not form.values
    assert not form.files
    assert form.is_json == (content_type == "application/json")


# Types


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml; charset=utf-8", "json"])
def test_another_type_is_unsupported_and_named_as_sent(content_type: str) -> None:
    expected = f'Unsupported media type "{content_type}" in request.'
    assert refusal(b"x", content_type) == (415, expected)


@pytest.mark.parametrize("content_type", [None, ""])
def test_a_body_without_a_type_is_unsupported(content_type: str | None) -> None:
    assert refusal(b"x", content_type) == (415, 'Unsupported media type "" in request.')


def test_a_known_type_that_the_resource_does_not_take_is_unsupported() -> None:
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        expected = f'Unsupported media type "{content_type}" in request.'
        assert refusal(b"{}", content_type, "multipart") == (415, expected)


def test_types_are_known_in_any_case_and_with_parameters() -> None:
    assert parse(request(b"{}", "Application/JSON;charset=utf-8")).is_json
    kind = "APPLICATION/x-www-form-urlencoded ; charset=UTF-8"
    assert parse(request(b"a=%C3%A9", kind)).get("a") == "é"


# JSON


def test_members_of_a_json_object_keep_their_values() -> None:
    document = {"a": None, "b": [], "c": {"d": [1]}, "e": True, "f": "x", "g": [[1], 2]}
    form = parse(request(json.dumps(document).encode(), "application/json"))
    assert form.document == document
    assert {name: form.get(name, "absent") for name in document} == document
    assert form.getlist("a") == [None]
    assert form.getlist("b") == []
    assert form.getlist("c") == [{"d": [1]}]
    assert form.getlist("g") == [[1], 2]
    assert "a" in form
    assert form.get("z", 1) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b" ", "Expecting value: line 1 column 2 (char 1)"),
        (b"{}\xff", "'utf-8' codec can't decode byte 0xff in position 2: invalid start byte"),
        (
            b"\xef\xbb\xbf{}",
            "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)",
        ),
        (b'{"a": NaN}', "Out of range float values are not JSON compliant: 'NaN'"),
        (b"[-Infinity]", "Out of range float values are not JSON compliant: '-Infinity'"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_json_that_cannot_be_read_is_refused_with_the_reason(body: bytes, message: str) -> None:
    assert refusal(body, "application/json") == (400, f"JSON parse error - {message}")


def test_an_integer_of_ten_thousand_digits_is_refused() -> None:
    status, detail = refusal(b'{"a": ' + b"9" * 10_000 + b"}", "application/json")
    assert status == 400
    assert detail.startswith("JSON parse error - Exceeds the limit")


@pytest.mark.parametrize(
    ("body", "kind"), [(b"[1]", "list"), (b"null", "NoneType"), (b'"x"', "str"), (b"1", "int")]
)
def test_json_that_is_not_an_object_is_refused(body: bytes, kind: str) -> None:
    expected = f"Invalid data. Expected a dictionary, but got {kind}."
    assert refusal(body, "application/json") == (400, expected)


def test_json_in_an_announced_charset_is_read_in_it() -> None:
    body = '{"a": "é"}'.encode("latin-1")
    assert parse(request(body, "application/json; charset=ISO-8859-1")).get("a") == "é"
    assert refusal(body, "application/json")[0] == 400
    assert refusal(body, "application/json; charset=base64")[0] == 400  # no charset: UTF-8


def test_a_character_cut_short_at_the_end_of_json_is_overlooked_as_the_server_does() -> None:
    assert parse(request(b'{"a": 1}\xe2\x82', "application/json")).get("a") == 1
    assert refusal(b'{"a": 1}\xe2\x82 ', "application/json")[0] == 400


# Urlencoded bodies and queries


def test_odd_escapes_and_raw_bytes_are_read_somehow() -> None:
    form = parse_query("a=%zz&b=%ff&c=1+2%2B3&d&=e&f=%00;g")
    assert dict(form.values) == {
        "a": ["%zz"],
        "b": ["\ufffd"],
        "c": ["1 2+3"],
        "d": [""],
        "": ["e"],
        "f": ["\0;g"],
    }
    kind = "application/x-www-form-urlencoded"
    assert parse(request("a=é".encode(), kind)).get("a") == "é"
    assert parse(request(b"a=\xe9&b=%ff", kind)).values == {"a": ["é"], "b": ["\ufffd"]}
    assert parse(request(b"a=%e9", kind + "; charset=latin-1")).get("a") == "é"


def test_the_query_part_counts_its_last_value_too() -> None:
    form = parse_query("query=a&query=far+%3C+1e-7&sort=-created")
    assert form.get("query") == "far < 1e-7"
    assert form.getlist("query") == ["a", "far < 1e-7"]
    assert not parse_query("").values


def test_the_thousand_and_first_field_is_one_too_many() -> None:
    pairs = "&".join(f"a={n}" for n in range(1000))
    kind = "application/x-www-form-urlencoded"
    assert len(parse_query(pairs).getlist("a")) == 1000
    assert len(parse(request(pairs.encode(), kind)).getlist("a")) == 1000
    expected = (400, "Too many fields: a request may bring 1000 at most.")
    assert refusal(pairs.encode() + b"&b=", kind) == expected
    with pytest.raises(ApiError) as caught:
        parse_query(pairs + "&b=")
    assert (caught.value.status, caught.value.body["detail"]) == expected

    assert len(multipart(*[field("a", "")] * 1000).getlist("a")) == 1000
    assert refusal(parts(*[field("a", "")] * 1001), MULTIPART) == expected


def test_the_hundred_and_first_file_is_one_too_many() -> None:
    assert len(multipart(*[file('filename="a"')] * 100).files["upload"]) == 100
    body = parts(*[file('filename="a"')] * 101)
    assert refusal(body, MULTIPART) == (400, "Too many files: a request may bring 100 at most.")


# Multipart: the boundary


@pytest.mark.parametrize(
    "content_type",
    ['multipart/form-data; boundary="a b;c"', "multipart/form-data;x=y; BOUNDARY = a b"],
)
def test_a_boundary_may_be_quoted_or_among_other_parameters(content_type: str) -> None:
    separator = b"--a b;c" if '"' in content_type else b"--a b"
    body = separator + b"\r\n" + field("a", "1") + b"\r\n" + separator + b"--"
    assert parse(request(body, content_type)).get("a") == "1"


@pytest.mark.parametrize(
    ("parameters", "boundary"),
    [
        ("", "None"),
        ("; boundary=", ""),
        ('; boundary=""', ""),
        ("; boundary=" + "x" * 202, "x" * 202),
        ('; boundary="a\t"', "a\t"),
    ],
)
def test_a_body_without_a_valid_boundary_is_refused(parameters: str, boundary: str) -> None:
    expected = f"Multipart form parse error - Invalid boundary in multipart: {boundary}"
    assert refusal(b"x", "multipart/form-data" + parameters) == (400, expected)


def test_a_content_type_in_capitals_or_not_ascii_is_refused_as_the_server_does() -> None:
    error = "Multipart form parse error - "
    kind = "Multipart/Form-Data; boundary=cut"
    assert refusal(b"x", kind) == (400, f"{error}Invalid Content-Type: {kind}")
    kind = "multipart/form-data; boundary=é"
    expected = f"{error}Invalid non-ASCII Content-Type in multipart: {kind}"
    assert refusal(b"x", kind) == (400, expected)


def test_preamble_and_epilogue_are_skipped() -> None:
    body = b"see below\r\n" + parts(field("a", "1")) + b"\r\n--cut\r\n" + field("b", "2")
    assert parse(request(body, MULTIPART)).values == {"a": ["1"]}


def test_a_body_without_any_separator_is_an_empty_form() -> None:
    form = parse(request(b"nothing\r\n\r\nto see", MULTIPART))
    assert not form.values
    assert not form.files


def test_a_field_cut_short_counts_and_a_file_cut_short_does_not() -> None:
    body = parts(field("a", "1"), file('filename="a"', b"12345"), field("b", "67890"))
    for length in range(len(body)):
        form = parse(request(body[:length], MULTIPART))
        assert form.get("a", "") == "" or form.get("a").startswith("1")
        upload = form.file("upload")
        assert upload is None or bytes(upload.content) == b"12345"
    until = body.index(b"67890")
    assert parse(request(body[:until] + b"67", MULTIPART)).get("b") == "67"
    assert parse(request(body[:until], MULTIPART)).file("upload") is not None
    until = body.index(b"12345")
    assert parse(request(body[: until + 5], MULTIPART)).file("upload") is None
    assert parse(request(body[: until + 5] + b"\r\n--cut", MULTIPART)).file("upload") is None


@pytest.mark.parametrize("content", [b"", b"\r\n", b"\r\n\r\n", b"--cu", b"-\r\n--cu\r\n", b"\n\0"])
def test_content_keeps_its_own_line_ends(content: bytes) -> None:
    form = multipart(file('filename="a"', content), field("a", content))
    upload = form.file("upload")
    assert upload is not None
    assert bytes(upload.content) == content
    assert form.get("a") == content.decode()


def test_line_feeds_alone_will_do() -> None:
    body = parts(field("a", "1"), file('filename="a"', b"x")).replace(b"\r\n", b"\n")
    form = parse(request(body, MULTIPART))
    assert form.get("a") == "1"
    assert form.file("upload") == Upload("a", memoryview(b"x"), "")


# Multipart: the headers of a part


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('filename="plot.png"', "plot.png"),
        ("filename=plot.png", "plot.png"),
        ('FileName = "plot.png" ; x=y', "plot.png"),
        ('filename="a;b=c.png"', "a;b=c.png"),
        (r'filename="a\"b;c.png"', 'a"b;c.png'),
        ('filename="café.png"', "café.png"),
        ("filename*=utf-8''caf%C3%A9%20%22.png", 'café ".png'),
        ("filename*=UTF-8'fr'caf%C3%A9.png", "café.png"),
        ("filename*=iso-8859-1''caf%E9.png", "café.png"),
        ("filename*=caf%C3%A9.png", "caf%C3%A9.png"),
        ("filename=\"cafe.png\"; filename*=utf-8''caf%C3%A9.png", "café.png"),
        ('filename="a%22b.png"', "a%22b.png"),
        ('filename="/etc/a.png"', "a.png"),
        (r'filename="C:\data\a.png"', "a.png"),
        ('filename="a,3"', "a,3"),
    ],
)
def test_file_names_are_read_in_every_spelling(disposition: str, filename: str) -> None:
    upload = multipart(file(disposition)).file("upload")
    assert upload is not None
    assert upload.filename == filename


@pytest.mark.parametrize("filename", ["/", "a/", "..", "."])
def test_a_file_without_a_name_of_its_own_is_ignored(filename: str) -> None:
    form = multipart(file(f'filename="{filename}"'), field("a", "1"))
    assert not form.files
    assert form.values == {"a": ["1"]}


@pytest.mark.parametrize("disposition", ['filename=""', "x=y"])
def test_without_a_file_name_it_is_a_plain_field(disposition: str) -> None:
    form = multipart(file(disposition, b"text", "Content-Type: image/png"))
    assert form.values == {"upload": ["text"]}
    assert not form.files


@pytest.mark.parametrize(
    "part",
    [
        b"Content-Disposition: form-data\r\n\r\nx",
        b'Content-Disposition: form-data; filename="a"\r\n\r\nx',
        b'Content-Disposition: form-data; name=""; filename="a"\r\n\r\nx',
        b"Content-Disposition: form-data; name\r\n\r\nx",
        b"Content-Disposition: form-data; filename=a\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nabcde",
        b"Content-Type: text/plain\r\n\r\nx",
        b'Content-Disposition: form-data; name="\xff"\r\n\r\nx',
        b"\r\nx",
        b"x",
        b"",
    ],
)
def test_a_part_that_is_not_named_is_ignored(part: bytes) -> None:
    form = multipart(part, field("a", "1"))
    assert form.values == {"a": ["1"]}
    assert not form.files


def test_a_name_is_stripped_and_its_nul_is_data() -> None:
    form = multipart(field(" a\0b\xa0\t", "\0"))
    assert form.values == {"a\0b\xa0": ["\0"]}


@pytest.mark.parametrize(
    ("written", "name"),
    [(r'"a\\\"b;c"', r"a\"b;c"), (r'a\"b; x="y;z"', r"a\"b"), ('"a', '"a'), ("a''b", "a''b")],
)
def test_names_are_read_with_their_quotes_and_escapes(written: str, name: str) -> None:
    form = multipart(f"Content-Disposition: form-data; name={written}\r\n\r\n1")
    assert form.values == {name: ["1"]}


def test_the_type_of_a_file_comes_without_parameters_in_lower_case() -> None:
    form = multipart(
        file('filename="a"', b"", "CONTENT-TYPE: Text/Plain; charset=latin-1"),
        file('filename="b"', b"", "nonsense", "X-Any: thing"),
    )
    assert [upload.content_type for upload in form.files["upload"]] == ["text/plain", ""]


def test_a_field_is_read_as_utf_8_or_in_the_charset_announced() -> None:
    assert multipart(field("a", b"\xe9 ok")).get("a") == "\ufffd ok"
    kind = MULTIPART + "; charset=latin-1"
    assert parse(request(parts(field("a", b"\xe9 ok")), kind)).get("a") == "é ok"
    kind = MULTIPART + "; charset=rot13"
    assert parse(request(parts(field("a", "é")), kind)).get("a") == "é"


def test_base64_is_decoded() -> None:
    content = bytes(range(256))
    encoded = base64.encodebytes(content)
    header = "Content-Transfer-Encoding: Base64 "
    form = multipart(
        file('filename="a"', encoded, header),
        f"{header}\r\n".encode() + field("a", base64.b64encode("é".encode())),
    )
    upload = form.file("upload")
    assert upload is not None
    assert bytes(upload.content) == content
    assert form.get("a") == "é"


def test_bad_base64_is_refused_in_a_file_and_kept_in_a_field() -> None:
    header = "Content-Transfer-Encoding: base64"
    body = parts(file('filename="a"', b"abcde", header))
    expected = "Multipart form parse error - Could not decode base64 data."
    assert refusal(body, MULTIPART) == (400, expected)
    assert multipart(f"{header}\r\n".encode() + field("a", "abcde")).get("a") == "abcde"


def test_headers_beyond_a_kilobyte_are_refused() -> None:
    fits = 1024 - len(b"\r\n" + field("", "")) - len("; x=")
    for extra in (0, 1):
        part = field("a", "1").replace(b'"a"', b'"a"; x=' + b"y" * (fits - 1 + extra))
        body = parts(part + b"." * 2000)
        if extra:
            expected = "Multipart form parse error - Request max total header size exceeded."
            assert refusal(body, MULTIPART) == (400, expected)
        else:
            assert "a" in parse(request(body, MULTIPART))


# No copies, no surprises


def test_the_content_of_a_file_is_a_view_on_the_body() -> None:
    body = parts(field("a", "1"), file('filename="a"', b"content"))
    upload = parse(request(body, MULTIPART)).file("upload")
    assert upload is not None
    assert upload.content.obj is body
    assert upload.content.readonly


def test_a_file_of_100_megabytes_is_not_copied() -> None:
    size = 100_000_000
    head = b"--cut\r\n" + field("a", "1") + b"\r\n--cut\r\n" + file('filename="a"', b"")
    tail = b"\r\n--cut\r\n" + field("b", "2") + b"\r\n--cut--\r\n"
    received = request(head + b"\0" * size + tail, MULTIPART)
    parse(request(head + tail, MULTIPART))  # what is cached or imported lazily is not the point
    tracemalloc.start()
    try:
        form = parse(received)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    upload = form.file("upload")
    assert upload is not None
    assert len(upload.content) == size
    assert form.get("b") == "2"
    assert peak < 100_000


def test_importing_brings_no_mail_parser() -> None:
    code = "import sys, fakegracedb.api.forms; print([m for m in sys.modules if 'email' in m])"
    # -S: no site-packages, whose start-up files may import anything
    path = f"import sys; sys.path[:] = {sys.path!r}; "
    done = subprocess.run(
        [sys.executable, "-S", "-c", path + code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


text = st.text(st.characters(codec="utf-8"), max_size=20)
names = st.text(st.characters(codec="utf-8", exclude_characters='"\\\r\n'), max_size=20).map(
    lambda name: name.strip(" \t\v\f")
)
filenames = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters='"\\/'),
    min_size=1,
    max_size=20,
).filter(lambda name: name not in {".", ".."} and html.unescape(name) == name)


@settings(max_examples=60, deadline=None)
@given(
    data=st.lists(st.tuples(names, text)),
    files=st.lists(st.tuples(names.filter(bool), filenames, st.binary())),
)
def test_whatever_requests_sends_comes_back_as_it_was(
    data: list[tuple[str, str]], files: list[tuple[str, str, bytes]]
) -> None:
    form = sent(data=data, files=[(name, (filename, body)) for name, filename, body in files])
    # a text without a file is urlencoded; with one, all of it is multipart
    expected: dict[str, list[str]] = {}
    for name, value in data:
        expected.setdefault(name, []).append(value)
    assert form.values == expected
    assert list(form.values) == list(expected)
    uploads: dict[str, list[tuple[str, bytes]]] = {}
    for name, filename, body in files:
        uploads.setdefault(name, []).append((filename, body))
    assert {
        name: [(upload.filename, bytes(upload.content)) for upload in each]
        for name, each in form.files.items()
    } == uploads


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        text,
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | text,
            lambda inner: st.lists(inner) | st.dictionaries(text, inner),
            max_leaves=5,
        ).filter(lambda value: "Infinity" not in json.dumps(value)),
        min_size=1,
    )
)
def test_any_json_object_that_requests_sends_comes_back_as_it_was(document: dict[str, Any]) -> None:
    form = sent(json=document)
    assert form.is_json
    assert {name: form.get(name) for name in document} == document


pieces = st.sampled_from(
    [
        *[b"--cut", b"\r\n", b"\n", b"\r\n\r\n", b"--", b"Content-Disposition: form-data"],
        *[b"; name=", b"; filename=", b"; filename*=", b"utf-8''", b"x''", b'"', b"\\", b"a"],
        *[b"Content-Transfer-Encoding: base64", b"Content-Type: a/b", b"=", b"%C3", b";"],
        *[b"{", b"[", b"NaN", b"1e999"],
    ]
)
content_types = st.sampled_from(
    [
        MULTIPART,
        MULTIPART + "; charset=ascii",
        "multipart/form-data; boundary*=x''cut",
        "application/json",
        "application/json; charset=\0",
        "application/x-www-form-urlencoded",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    body=st.binary() | st.lists(pieces | st.binary(max_size=3)).map(b"".join),
    content_type=content_types | st.text(max_size=20),
)
def test_any_body_ends_in_a_form_or_a_refusal(body: bytes, content_type: str) -> None:
    try:
        form: Form | None = parse(request(body, content_type))
        status = 200
    except ApiError as error:
        form, status = None, error.status
    if form is None:
        assert status in {400, 415}
    else:
        assert all(upload.content.readonly for each in form.files.values() for upload in each)


@given(st.text(st.characters()))
def test_any_query_text_is_read(query: str) -> None:
    assert isinstance(parse_query(query), Form)
