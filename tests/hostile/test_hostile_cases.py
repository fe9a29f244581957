"""Requests that once brought the application out of its way, each for itself."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hostile_run import held_to_the_rules
from valid_requests import DATA, Asked, multipart

from fakegracedb import Store
from fakegracedb.api.app import Application
from fakegracedb.api.message import Identity, Response

MANY = "9" * 400  # digits: beyond every double, and still a whole number to Python
TOO_MANY = "9" * 5000  # which Python refuses to read


@pytest.fixture
def application(tmp_path: Path) -> Application:
    application = Application(Store(tmp_path / "store"))
    answer, _ = ask(application, created())
    assert answer.status == 201
    return application


def created() -> Asked:
    content_type, body = multipart(
        [("group", "Test"), ("pipeline", "gstlal")],
        [("eventFile", "initial.data", (DATA / "cbc-lm.xml").read_bytes())],
    )
    return Asked("POST", "events/", content_type=content_type, body=body)


def ask(application: Application, asked: Asked) -> tuple[Response, object]:
    request = asked.request()
    response = application.respond(request)
    return response, held_to_the_rules(request, response)


@pytest.mark.parametrize("window", [MANY, f"-{MANY},{MANY}", f"{MANY},-{MANY}", f"0,{MANY}"])
def test_neighborhood_may_be_wider_than_any_number_of_the_machine(
    application: Application, window: str
) -> None:
    assert ask(application, created())[0].status == 201
    answer, data = ask(
        application, Asked("GET", "events/T0001/neighbors/", f"neighborhood={window}")
    )
    assert answer.status == 200
    assert isinstance(data, dict)
    assert data["numRows"] == (1 if window.startswith(("-", "0")) else 0)


def test_neighborhood_that_is_no_number_is_refused(application: Application) -> None:
    for window in (TOO_MANY, f"{TOO_MANY},1", "1,2,3", "a", ""):
        asked = Asked("GET", "events/T0001/neighbors/", f"neighborhood={window}")
        assert ask(application, asked)[0].status == 400


@pytest.mark.parametrize("number", [MANY, TOO_MANY, f"-{MANY}", str(2**63 - 1), str(2**63)])
@pytest.mark.parametrize("name", ["start", "count"])
def test_page_of_the_list_may_begin_and_end_anywhere(
    application: Application, name: str, number: str
) -> None:
    for query in ("", "&query=T0001", "&sort=created"):
        answer, data = ask(application, Asked("GET", "events/", f"{name}={number}{query}"))
        assert answer.status == 200
        assert isinstance(data, dict)
        assert data["numRows"] == 1


def test_user_without_a_name_is_refused_and_writes_nothing(application: Application) -> None:
    asked = created()
    asked.identity = Identity("")
    assert ask(application, asked)[0].status == 400
    assert len(application.store.events) == 1
    assert application.store.check() == []


@pytest.mark.parametrize(
    "name", ["a%0Ab", "a%0D%0AX:%20y", "%7F", "%00", "%E2%80%A8", "a%2Fb", "a/b", "\ud800"]
)
def test_name_that_no_upload_could_have_cannot_be_put(application: Application, name: str) -> None:
    content_type, body = multipart([], [("upload", "x", b"content")])
    path = f"events/T0001/files/{name}"
    asked = Asked("PUT", path, content_type=content_type, body=body)
    assert ask(application, asked)[0].status in (400, 404)
    assert ask(application, Asked("GET", path))[0].status == 404
    _, data = ask(application, Asked("GET", "events/T0001/files/"))
    assert isinstance(data, dict)
    assert {"coinc.xml", "event.log", "initial.data"} == {n for n in data if "," not in n} - {
        "files", "links"
    }  # fmt: skip


@pytest.mark.parametrize("name", ["\u20ac", "\u65e5\u672c", "\U0001f4a5", "caf\u00e9", 'a"b\\c'])
def test_name_of_any_script_is_told_in_a_header_that_a_wire_can_carry(
    application: Application, name: str
) -> None:
    content_type, body = multipart([], [("upload", "x", b"content")])
    path = f"events/T0001/files/{quote(name)}"
    asked = Asked("PUT", path, content_type=content_type, body=body)
    assert ask(application, asked)[0].status == 201
    answer, _ = ask(application, Asked("GET", path))
    assert answer.status == 200
    assert answer.headers["Content-Disposition"].isascii()
    assert answer.headers["Content-Disposition"].isprintable()


def test_log_of_thousands_of_digits_does_not_exist(application: Application) -> None:
    for number in (MANY, TOO_MANY, "0", "00000000000000000009"):
        for path in ("", "/tag/", "/tag/pe"):
            asked = Asked("GET", f"events/T0001/log/{number}{path}")
            assert ask(application, asked)[0].status == 404
