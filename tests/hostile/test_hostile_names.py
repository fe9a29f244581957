"""File names that nobody should use: kept apart, read back, never let out of the event's folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hostile_run import held_to_the_rules, tree
from hostile_words import FILES
from valid_requests import DATA, Asked, multipart

from fakegracedb import Store
from fakegracedb.api.app import Application
from fakegracedb.api.message import Blob

BASES = {"v1": ("2.36", "v1/"), "v2": ("2.36", ""), "2.33": ("2.33", "")}


class Asker:
    """Asks an application at one base; every answer is held to the rules."""

    def __init__(self, folder: Path, base: str) -> None:
        self.store = Store(folder)
        self.line, self.base = BASES[base]
        self.application = Application(self.store, self.line)

    def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        asked = Asked(method, path, base=self.base, line=self.line, **options)
        request = asked.request()
        response = self.application.respond(request)
        body = response.body
        content = b""
        if isinstance(body, Blob):
            content = body.stream.read()
            body.stream.seek(0)
        data = held_to_the_rules(request, response)
        return response.status, content if isinstance(body, Blob) else data

    def create(self) -> str:
        content_type, body = multipart(
            [("group", "Test"), ("pipeline", "gstlal")],
            [("eventFile", "initial.data", (DATA / "cbc-lm.xml").read_bytes())],
        )
        status, data = self.ask("POST", "events/", content_type=content_type, body=body)
        assert status == 201
        return str(data["graceid"])


@pytest.fixture(params=BASES)
def asker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Asker]:
    (tmp_path / "canary.txt").write_text("sings")
    (tmp_path / "store-twin").mkdir()
    place = tmp_path / "store"
    before = tree(tmp_path, place)
    asker = Asker(place, request.param)
    yield asker
    assert tree(tmp_path, place) == before
    assert asker.store.check() == []
    for folder in (place / "events").iterdir():
        assert all(file.is_file() for file in folder.iterdir())


def test_every_upload_of_a_log_is_read_back_under_its_own_name(asker: Asker) -> None:
    graceid = asker.create()
    last: dict[str, bytes] = {}
    versions = {"coinc.xml": 0, "event.log": 0}
    for number, name in enumerate(FILES):
        content = f"content {number}".encode()
        content_type, body = multipart([("comment", "c")], [("upload", name, content)])
        status, data = asker.ask(
            "POST", f"events/{graceid}/log/", content_type=content_type, body=body
        )
        assert status in (201, 503), name
        if status == 503:  # which keeps the file and not the entry
            assert "at most 100 characters" in json.dumps(data)
            continue
        if data["file"] is None:
            assert "," in data["filename"] or not data["filename"]
            continue
        assert data["file_version"] == versions.get(data["filename"], -1) + 1
        versions[data["filename"]] = data["file_version"]
        path = data["file"].partition(f"/api/{asker.base}")[2]
        assert asker.ask("GET", path) == (200, content)
        last[data["filename"]] = content
    assert len(last) > 60
    for name, content in last.items():
        path = f"events/{graceid}/files/{quote(name)}"
        assert asker.ask("GET", path) == (200, content), name
    status, listed = asker.ask("GET", f"events/{graceid}/files/")
    assert status == 200
    for name, version in versions.items():
        assert {f"{name},{v}" for v in range(version + 1)} <= set(listed)


def test_every_file_that_is_put_is_read_back_or_refused(asker: Asker) -> None:
    graceid = asker.create()
    stored = 0
    for number, name in enumerate(FILES):
        content = f"content {number}".encode()
        content_type, body = multipart([], [("upload", "any", content)])
        path = f"events/{graceid}/files/{quote(name.encode('utf-8', 'surrogatepass'), safe='')}"
        status, data = asker.ask("PUT", path, content_type=content_type, body=body)
        assert status in (201, 400, 404, 405), (name, data)
        if status == 201:
            stored += 1
            assert asker.ask("GET", path) == (200, content), name
    assert stored > 50


def test_twins_of_case_and_of_accents_are_files_of_their_own(asker: Asker) -> None:
    graceid = asker.create()
    names = ["Case.TXT", "case.txt", "CASE.txt", "caf\u00e9", "cafe\u0301", "\u212b", "A\u030a"]
    for name in names:
        content_type, body = multipart([("comment", "c")], [("upload", name, name.encode())])
        status, data = asker.ask(
            "POST", f"events/{graceid}/log/", content_type=content_type, body=body
        )
        assert (status, data["filename"], data["file_version"]) == (201, name, 0)
    for name in names:
        path = f"events/{graceid}/files/{quote(name)}"
        assert asker.ask("GET", path) == (200, name.encode())
