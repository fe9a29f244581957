"""The WSGI application, called as a WSGI server calls it: what it makes of an environment."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

import pytest

from fakegracedb import Store
from fakegracedb.wsgi import application


class Unseekable:
    """A body as it comes from a connection: it can only be read on."""

    def __init__(self, data: bytes) -> None:
        self._data = BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


class Answer:
    def __init__(self, app: Any, path: str = "/api/", method: str = "GET", **more: Any) -> None:
        path, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "HTTP_HOST": "fake.example:8000",
            "HTTP_USER_AGENT": "tests",
            **more,
        }
        setup_testing_defaults(environ)
        environ = {key: value for key, value in environ.items() if value is not None}

        def start_response(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            self.status = int(status.partition(" ")[0])
            self.headers = dict(headers)
            return BytesIO().write

        content = app(environ, start_response)
        self.body = b"".join(content)
        if hasattr(content, "close"):
            content.close()

    def json(self) -> Any:
        return json.loads(self.body)


def test_application_keeps_the_rules_of_wsgi(store: Store) -> None:
    app = validator(application(store))
    content = {"CONTENT_TYPE": "application/json", "wsgi.input": BytesIO(b"{}")}
    assert Answer(app).status == 200
    assert Answer(app, "/api/events/?count=1").json()["numRows"] == 1
    assert Answer(app, "/api/nowhere/").status == 404
    assert Answer(app, method="HEAD").body == b""
    assert Answer(app, method="POST", CONTENT_LENGTH="2", **content).status == 405
    assert Answer(app, "/fake/").status == 200
    assert Answer(app, HTTP_HOST="?").status == 400
    assert Answer(app, "/api/events/T0001/files/a.xml").body == b"<LIGO_LW/>"
    assert Answer(app, "/api/events/T0001/labels/DQV", "PUT").status == 201
    assert Answer(app, "/api/events/T0001/labels/DQV", "DELETE").status == 204


@pytest.mark.parametrize(
    ("host", "root"),
    [
        ("fake.example:8000", "http://fake.example:8000"),
        ("fake.example", "http://fake.example"),
        ("127.0.0.1:1", "http://127.0.0.1:1"),
        ("[::1]:8000", "http://[::1]:8000"),
        (None, "http://127.0.0.1:80"),  # HTTP/1.0: what the WSGI server says of itself
    ],
)
def test_links_lead_back_to_the_host_and_port_that_were_used(
    store: Store, host: str | None, root: str
) -> None:
    more: dict[str, Any] = {"HTTP_HOST": host}
    if host is None:
        more |= {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80"}
        app = application(store)
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/api/", "HTTP_USER_AGENT": "tests"}
        environ |= {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "wsgi.url_scheme": "http"}
        body = b"".join(app({**environ, "wsgi.input": BytesIO()}, lambda *_: None))
        assert json.loads(body)["links"]["events"] == f"{root}/api/events/"
        return
    links = Answer(application(store), **more).json()["links"]
    assert links["self"] == f"{root}/api/"
    event = Answer(application(store), "/api/v1/events/T0001", **more).json()
    assert event["links"]["log"] == f"{root}/api/v1/events/T0001/log/"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a b",
        "a/b",
        "a@b",
        "a:b",
        "a:99999",
        "a:8000:1",
        "a, b",
        "<x>",
        "[::1",
        "é",
        "-a",
        "a\t",
    ],
)
def test_nonsense_for_a_host_is_refused(store: Store, host: str) -> None:
    answer = Answer(application(store), HTTP_HOST=host)
    assert answer.status == 400
    assert "Invalid Host header" in answer.json()["detail"]


FORWARDED = {
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "gracedb.example, inner",
    "HTTP_X_FORWARDED_PORT": "8443",
}


def test_what_a_proxy_says_counts_only_when_asked_for(store: Store) -> None:
    links = Answer(application(store), **FORWARDED).json()["links"]
    assert links["self"] == "http://fake.example:8000/api/"
    app = application(store, forwarded=True)
    links = Answer(app, **FORWARDED).json()["links"]
    assert links["self"] == "https://gracedb.example:8443/api/"
    standard = {**FORWARDED, "HTTP_X_FORWARDED_PORT": "443"}
    assert Answer(app, **standard).json()["links"]["self"] == "https://gracedb.example/api/"
    for name, value in (("HOST", "a b"), ("PROTO", "gopher"), ("PORT", "x")):
        assert Answer(app, **{**FORWARDED, f"HTTP_X_FORWARDED_{name}": value}).status == 400


@pytest.mark.parametrize("key", ["REQUEST_URI", "RAW_URI", None])
def test_escapes_of_a_path_reach_the_application(store: Store, key: str | None) -> None:
    app = application(store)
    raw = "/api/events/T0001/files/a%2Cb%20%C3%A9.txt"
    path = "/api/events/T0001/files/a,b é.txt".encode().decode("latin-1")
    answer = Answer(app, path, **({key: raw} if key else {}))
    assert answer.status == 404
    assert answer.json() == {"error": "File a,b é.txt not found"}
    listing = Answer(app, "/api/events/?query=T0001%20&count=1", REQUEST_URI=None)
    assert listing.json()["numRows"] == 1


def test_absolute_target_counts_by_its_path(store: Store) -> None:
    app = application(store)
    answer = Answer(app, REQUEST_URI="http://elsewhere.example/api/events/T0001")
    assert answer.json()["links"]["self"] == "http://fake.example:8000/api/events/T0001"


@pytest.mark.parametrize("target", ["*", "fake.example:8000", "http://fake.example"])
def test_target_without_a_path_is_refused(store: Store, target: str) -> None:
    answer = Answer(application(store), "", "OPTIONS", REQUEST_URI=target)
    assert answer.status == 400
    assert "request target" in answer.json()["detail"]


def test_application_below_a_prefix_makes_links_with_it(store: Store) -> None:
    more = {"SCRIPT_NAME": "/gracedb"}
    answer = Answer(application(store), **more)
    assert answer.json()["links"]["self"] == "http://fake.example:8000/gracedb/api/"
    assert Answer(application(store), "/fake/", **more).status == 200


def form(size: int) -> tuple[bytes, dict[str, str]]:
    parts = [
        b'--sep\r\nContent-Disposition: form-data; name="comment"\r\n\r\nhello\r\n',
        b'--sep\r\nContent-Disposition: form-data; name="upload"; filename="f"\r\n\r\n',
        bytes(range(256)) * (size // 256),
        b"\r\n--sep--\r\n",
    ]
    return b"".join(parts), {"CONTENT_TYPE": "multipart/form-data; boundary=sep"}


@pytest.mark.parametrize("size", [256, 1 << 20])
@pytest.mark.parametrize("way", ["seekable", "unseekable", "without a length"])
def test_body_arrives_whole_however_it_comes(store: Store, size: int, way: str) -> None:
    body, more = form(size)
    stream: Any = BytesIO(body) if way == "seekable" else Unseekable(body)
    if way == "without a length":  # as a server hands on what came in chunks
        length: dict[str, Any] = {"wsgi.input_terminated": True}
    else:
        length = {"CONTENT_LENGTH": str(len(body))}
    answer = Answer(
        application(store), "/api/events/T0001/log/", "POST", **more, **length,
        **{"wsgi.input": stream},
    )  # fmt: skip
    assert answer.status == 201, answer.body
    stored = store.path / "events" / "T0001" / "f,0"
    assert stored.read_bytes() == bytes(range(256)) * (size // 256)
    assert store.check() == []


@pytest.mark.parametrize("size", [256, 1 << 20])
def test_body_cut_short_changes_nothing(store: Store, size: int) -> None:
    body, more = form(size)
    length = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": Unseekable(body[:-20])}
    answer = Answer(application(store), "/api/events/T0001/log/", "POST", **more, **length)
    assert answer.status == 400
    assert not (store.path / "events" / "T0001" / "f,0").exists()


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "²", "9" * 5000])
def test_length_that_is_no_number_is_refused(store: Store, length: str) -> None:
    assert Answer(application(store), CONTENT_LENGTH=length).status == 400


@pytest.mark.parametrize("more", [{}, {"wsgi.file_wrapper": FileWrapper}], ids=["ours", "theirs"])
def test_large_file_goes_out_piece_by_piece(store: Store, more: dict[str, Any]) -> None:
    content = bytes(range(256)) * 4096
    app = application(store)
    body, kind = form(1 << 20)
    Answer(app, "/api/events/T0001/log/", "POST", CONTENT_LENGTH=str(len(body)),
           **kind, **{"wsgi.input": BytesIO(body)})  # fmt: skip
    answer = Answer(app, "/api/events/T0001/files/f", **more)
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.body == content
    head = Answer(app, "/api/events/T0001/files/f", "HEAD")
    assert (head.headers["Content-Length"], head.body) == (str(len(content)), b"")


def test_server_version_and_impossible_wishes(store: Store, tmp_path: Path) -> None:
    assert Answer(application(store, "2.33")).json()["server-version"] == "2.33.1"
    assert Answer(application(tmp_path / "new")).json()["server-version"] == "2.36.0"
    with pytest.raises(ValueError, match="server_version"):
        application(store, "2.34")
    with pytest.raises(ValueError, match="exclude"):
        application(store, user="ada", anonymous=True)
    with pytest.raises(ValueError, match="anonymous"):
        application(store, user="")


def test_what_is_not_faked_is_501_and_named(store: Store) -> None:
    answer = Answer(application(store), "/apiweb/events/")
    assert answer.status == 501
    assert "GET /apiweb/events/" in answer.json()["error"]


def test_failure_of_the_store_is_500_and_told(store: Store) -> None:
    (store.path / "store.json").write_text("{")
    answer = Answer(application(store))
    assert answer.status == 500
    assert "store.json" in answer.json()["error"]
