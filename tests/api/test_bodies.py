"""The same calls with every kind of body, as clients in any language send them."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any

import pytest
from ligo.gracedb.logging import GraceDbLogHandler

if TYPE_CHECKING:
    from conftest import Api, Server

pytestmark = pytest.mark.doors("wsgi", "server", "fake disk")

FORM, MULTIPART, JSON = "form", "multipart", "json"


def body(kind: str, **fields: Any) -> dict[str, Any]:
    """Give the arguments of a request that send fields in one kind of body."""
    if kind == JSON:
        return {"json": fields}
    if kind == FORM:
        return {"data": fields}
    parts = []
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            parts.append((name, (None, one)))
    return {"files": parts}


# Programs use them still, and the client warns.
OLDER_NAMES = pytest.mark.filterwarnings("ignore:Method .* has been replaced:DeprecationWarning")
KINDS = pytest.mark.parametrize("kind", [FORM, MULTIPART, JSON])


@pytest.fixture(autouse=True)
def _event(api: Api) -> None:
    """Make T0001, with one entry."""
    api.create(b"nothing", pipeline="X")


@KINDS
def test_log_is_written_from_any_body(api: Api, kind: str) -> None:
    answer = api.post(
        "events/T0001/log/",
        **body(
            kind,
            comment="Ω",
            tagname=["psd", "new"],
            displayName=["No", "Brand new"],
            label="INJ",
        ),
    )
    assert answer.status_code == 201
    assert (answer.json()["comment"], answer.json()["tag_names"]) == ("Ω", ["psd", "new"])
    assert api.json("events/T0001")["labels"] == ["INJ"]
    assert api.json("tag/")["tags"]["new"]["displayName"] == "Brand new"


@KINDS
def test_single_tag_is_taken_from_any_body(api: Api, kind: str) -> None:
    answer = api.post("events/T0001/log/", **body(kind, comment="c", tagname="psd"))
    assert answer.json()["tag_names"] == ["psd"]


@KINDS
def test_display_name_of_a_tag_is_taken_from_any_body(api: Api, kind: str) -> None:
    for path, name in (("events/T0001/log/1/tag/a", "One"), ("events/T0001/log/1/tag/b/", "Two")):
        assert api.put(path, **body(kind, displayName=name)).status_code == 201
        assert api.json(path)["displayName"] == name


@KINDS
def test_label_is_put_with_any_body_and_without_one(api: Api, kind: str) -> None:
    assert api.put("events/T0001/labels/INJ", **body(kind, a="b")).status_code == 201
    assert api.put("events/T0001/labels/DQV/").status_code == 201


@KINDS
def test_empty_or_missing_comment_is_503_from_any_body(api: Api, kind: str) -> None:
    for fields, problem in (
        ({"comment": ""}, "This field cannot be blank."),
        ({"tagname": "psd"}, "This field cannot be null."),
    ):
        answer = api.post("events/T0001/log/", **body(kind, **fields))
        assert answer.status_code == 503
        assert problem in answer.text


def test_null_in_json_is_no_value(api: Api) -> None:
    answer = api.post("events/T0001/log/", json={"comment": None})
    assert (answer.status_code, "cannot be null" in answer.text) == (503, True)
    answer = api.post("events/T0001/log/", json={"comment": "c", "label": None})
    assert answer.status_code == 201
    assert api.put("events/T0001/log/1/tag/a", json={"displayName": None}).status_code == 201
    assert api.json("events/T0001/log/1/tag/a")["displayName"] is None


def test_what_is_no_text_in_json_is_400(api: Api) -> None:
    for fields in ({"comment": ["c"]}, {"comment": {"a": 1}}, {"comment": "c", "tagname": [None]}):
        assert api.post("events/T0001/log/", json=fields).status_code == 400
    assert api.comments("T0001") == ["Original Data"]


def test_log_without_a_body_has_no_comment(api: Api) -> None:
    answer = api.post("events/T0001/log/")
    assert (answer.status_code, "cannot be null" in answer.text) == (503, True)


def test_last_of_repeated_values_counts(api: Api) -> None:
    data = {"comment": ["one", "two"], "label": ["INJ", "DQV"]}
    answer = api.post("events/T0001/log/", data=data)
    assert answer.json()["comment"] == "two"
    assert api.json("events/T0001")["labels"] == ["DQV"]


def test_last_of_repeated_files_counts(api: Api) -> None:
    files = [("upload", ("a.txt", b"a")), ("upload", ("b.txt", b"b"))]
    answer = api.post("events/T0001/log/", data={"comment": "c"}, files=files)
    assert answer.json()["filename"] == "b.txt"


def test_file_sent_as_a_plain_field_is_no_file(api: Api) -> None:
    answer = api.post("events/T0001/log/", data={"comment": "c", "upload": "content"})
    assert (answer.status_code, answer.json()["filename"]) == (201, "")


def test_other_types_are_unsupported_and_named(api: Api) -> None:
    for path in ("events/T0001/log/", "events/"):
        answer = api.post(path, data=b"<x/>", headers={"Content-Type": "text/xml"})
        assert answer.status_code == 415
        assert answer.json() == {"detail": 'Unsupported media type "text/xml" in request.'}


def test_events_come_as_multipart_only(api: Api) -> None:
    fields = {"group": "Test", "pipeline": "X", "eventFile": "data"}
    for kind in (FORM, JSON):
        for method, path in (("POST", "events/"), ("PUT", "events/T0001")):
            assert api.request(method, path, **body(kind, **fields)).status_code == 415


def test_event_without_any_body_lacks_its_fields(api: Api) -> None:
    required = [f"{name}: * This field is required." for name in ("group", "pipeline", "eventFile")]
    answer = api.post("events/")
    assert (answer.status_code, answer.json()) == (400, {"errors": required})


# Through the client's own methods


def test_client_sends_text_bytes_and_file_objects(api: Api, server: Server) -> None:
    client = server.client(api.base)
    contents: tuple[Any, ...] = ("text", b"text", io.BytesIO(b"text"), io.StringIO("text"))
    for version, content in enumerate(contents):
        entry = client.write_log("T0001", "c", filename="a.txt", filecontents=content).json()
        assert entry["file_version"] == version
        assert client.files("T0001", f"a.txt,{version}").read() == b"text"


@OLDER_NAMES
def test_client_names_tags_in_its_older_ways(api: Api, server: Server) -> None:
    client = server.client(api.base)
    entry = client.writeLog("T0001", "c", tagname=["psd", "pe"], displayName=["a", "b"]).json()
    assert entry["tag_names"] == ["psd", "pe"]
    assert client.write_log("T0001", "c", tag_name=("psd",), label="INJ").status_code == 201
    assert client.event("T0001").json()["labels"] == ["INJ"]


def test_clients_bare_methods_reach_every_call(api: Api, server: Server) -> None:
    client = server.client(api.base)
    url = f"{api.url}events/T0001/"
    assert client.post(f"{url}log/", data={"comment": "c"}).status_code == 201
    assert client.post(f"{url}log", json={"comment": "c"}).status_code == 201
    assert client.put(f"{url}labels/INJ").status_code == 201
    assert client.put(f"{url}labels/DQV/", json={}).status_code == 201
    assert client.delete(f"{url}labels/INJ/").status_code == 204
    assert client.request("DELETE", f"{url}labels/DQV").status_code == 204
    assert client.request("OPTIONS", url).json() == {}
    assert client.head(url).headers["Content-Length"] == client.get(url).headers["Content-Length"]


@OLDER_NAMES
def test_client_uploads_under_the_names_that_programs_use(api: Api, server: Server) -> None:
    client = server.client(api.base)
    content = api.sample()
    event = client.create_event(
        "Test", "gstlal", "initial.data", filecontents=content, search="MDC", labels=["INJ"]
    ).json()
    assert (event["gpstime"], event["labels"]) == (1400000000.25, ["INJ"])
    assert client.files(event["graceid"], "coinc.xml").read() == content
    older = client.createEvent("Test", "pycbc", "run/x.xml.gz", filecontents=content).json()
    assert (older["gpstime"], older["warnings"]) == (1400000000.25, [])
    assert client.replaceEvent(event["graceid"], "b.xml", content).status_code == 202


@OLDER_NAMES
def test_client_writes_log_records_from_a_second_thread(api: Api, server: Server) -> None:
    handler = GraceDbLogHandler(server.client(api.base), "T0001")
    logger = logging.Logger("a program")
    logger.addHandler(handler)
    for number in range(5):
        logger.warning("message %d", number)
    handler.close()  # waits until all is written
    texts = [comment for comment in api.comments("T0001") if "message" in comment]
    assert len(texts) == 5
    for number, text in enumerate(texts):
        assert f"message {number}" in text
