"""The files of an event: versions, lists of both kinds, bytes and their types."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from conftest import Api, Server

pytestmark = pytest.mark.doors("wsgi", "server", "fake disk")

OCTETS = "application/octet-stream"
TYPES = {
    "a.txt": "text/plain",
    "a.log": "text/plain",
    "a.out": "text/plain",
    "a.html": "text/html",
    "a.json": "application/json",
    "a.png": "image/png",
    "a.csv": "text/csv",
    "a.pdf": "application/pdf",
    "a.tar": "application/x-tar",
    "a": OCTETS,
    "a.nobodyknows": OCTETS,
    "a.multiorder.fits": OCTETS,
}


@pytest.fixture(autouse=True)
def _event(api: Api) -> None:
    """Make T0001, with one file."""
    api.create(b"nothing", pipeline="X")


def upload(api: Api, *names: str) -> None:
    for name in names:
        assert api.log("T0001", file=(name, name.encode()))["filename"] == name


# Lists


def test_list_has_bare_and_versioned_names(api: Api) -> None:
    upload(api, "a.txt", "a.txt", "b.txt")
    base = f"{api.url}events/T0001/files/"
    names = [
        *("initial.data", "initial.data,0", "a.txt", "a.txt,0", "a.txt,1", "b.txt", "b.txt,0"),
    ]
    answer = api.json("events/T0001/files/")
    if api.v2:
        files, links = answer.pop("files"), answer.pop("links")
        assert [list(file.items()) for file in files] == [
            [
                ("filename", name),
                ("file_version", int(name[-1]) if "," in name else None),
                ("url", base + name),
            ]
            for name in answer
        ]
        assert list(links.items()) == [("self", base), ("event", f"{api.url}events/T0001")]
    assert answer == {name: base + name for name in names}


def test_list_of_v2_names_the_url_that_was_asked(server: Server) -> None:
    api = server.at("v2")
    url = f"{api.url}events/T1/files?a=b"
    assert api.json(url)["links"]["self"] == url


def test_files_called_files_and_links_do_not_hide_those_of_v2(api: Api) -> None:
    upload(api, "files", "links")
    answer = api.json("events/T0001/files/")
    base = f"{api.url}events/T0001/files/"
    if api.v2:
        assert isinstance(answer["files"], list)
        assert answer["links"]["event"] == f"{api.url}events/T0001"
        listed = {file["filename"]: file["url"] for file in answer["files"]}
        assert {name: listed[name] for name in ("files", "links")} == {
            "files": base + "files",
            "links": base + "links",
        }
    else:
        assert (answer["files"], answer["links"]) == (base + "files", base + "links")
    assert answer["files,0"] == base + "files,0"
    assert api.get("events/T0001/files/links").content == b"links"


# Bytes


def test_bare_name_is_the_newest_version(api: Api) -> None:
    for content in (b"old", b"new"):
        api.log("T0001", file=("a.txt", content))
    for name, content in (("a.txt", b"new"), ("a.txt,0", b"old"), ("a.txt,1", b"new")):
        assert api.get(f"events/T0001/files/{name}").content == content


def test_other_names_and_versions_are_not_found(api: Api) -> None:
    upload(api, "a.txt", "a.txt")
    for name in ("a.txt,2", "a.txt,00", "a.txt,-1", "a.txt,", "a.txt,x", "A.TXT"):
        answer = api.get(f"events/T0001/files/{name}")
        assert (answer.status_code, answer.json()) == (404, api.said(f"File {name} not found"))


def test_bytes_come_as_they_went(api: Api, server: Server) -> None:
    packed = gzip.compress(b"<xml/>", mtime=0)
    for name, content in (("psd.xml.gz", packed), ("all", bytes(range(256))), ("nothing", b"")):
        api.log("T0001", file=(name, content))
        answer = api.get(f"events/T0001/files/{name}", stream=True)
        assert "Content-Encoding" not in answer.headers
        assert answer.raw.read() == content
        assert answer.headers["Content-Length"] == str(len(content))
        file = server.client(api.base).files("T0001", name)
        assert file.status_code == 200
        assert file.read() == content


def test_type_is_guessed_from_the_name(api: Api) -> None:
    upload(api, *TYPES)
    for name, kind in TYPES.items():
        for asked in (name, f"{name},0"):
            headers = api.get(f"events/T0001/files/{asked}").headers
            assert headers["Content-Type"] == kind, asked
            disposition = f'attachment; filename="{asked}"' if kind == OCTETS else None
            assert headers.get("Content-Disposition") == disposition


def test_name_in_a_header_is_plain_or_encoded(api: Api) -> None:
    for name, disposition in (
        ('qu"ote', r'attachment; filename="qu\"ote"'),
        ("sky map", 'attachment; filename="sky map"'),
        ("Gräfin", "attachment; filename*=utf-8''Gr%C3%A4fin"),
        ("地図", "attachment; filename*=utf-8''%E5%9C%B0%E5%9B%B3"),
    ):
        path = f"events/T0001/files/{quote(name)}"  # urllib3 writes some names its own way
        api.put(path, files={"upload": ("x", b"y")})
        headers = api.get(path).headers
        assert headers["Content-Disposition"] == disposition
        assert headers["Content-Disposition"].isascii()


def test_what_is_packed_is_announced_as_packed(api: Api) -> None:
    upload(api, "a.xml.gz", "a.fits.gz", "a.txt.bz2")
    for name in ("a.xml.gz", "a.fits.gz", "a.txt.bz2"):
        headers = api.get(f"events/T0001/files/{name}").headers
        assert headers["Content-Type"].startswith("application/")
        assert "Content-Encoding" not in headers


# PUT


def test_put_stores_the_next_version_under_the_name_of_the_url_without_a_log(api: Api) -> None:
    for version, content in enumerate((b"old", b"new")):
        answer = api.put("events/T1/files/a%20b.txt", files={"upload": ("other", content)})
        assert answer.status_code == 201
        assert answer.json() == {"permalink": f"{api.url}events/T0001/files/a%20b.txt"}
        assert api.get(f"events/T0001/files/a b.txt,{version}").content == content
    assert api.get(answer.json()["permalink"]).content == b"new"
    assert api.comments("T0001") == ["Original Data"]


def test_put_needs_a_multipart_form_with_the_upload(api: Api) -> None:
    for body in ({"json": {"upload": "x"}}, {"data": {"upload": "x"}}):
        assert api.put("events/T0001/files/a.txt", **body).status_code == 415
    for files in ({"other": ("a", b"b")}, {"upload": (None, b"a plain field")}):
        answer = api.put("events/T0001/files/a.txt", files=files)
        assert answer.status_code == 400
        assert isinstance(answer.json()["error"] if api.v2 else answer.json(), str)
    assert "a.txt" not in api.json("events/T0001/files/")


# As the client reads them


def test_client_reads_files_as_responses_of_urllib3(api: Api, server: Server) -> None:
    client = server.client(api.base)
    client.write_log("T0001", "one", filename="a.json", filecontents=b'{"a": 1}')
    for file in (
        client.files("T0001", "a.json"),
        client.files("T0001", "a.json", raw=True),
        client.files("T0001", filename="a.json,0"),
    ):
        assert file.status_code == 200
        assert file.read() == b'{"a": 1}'
    assert client.files("T0001", "a.json").data == b'{"a": 1}'
    assert client.files("T0001", "a.json").json() == {"a": 1}
    assert b"".join(client.files("T0001", "a.json").stream(3)) == b'{"a": 1}'
