"""/fake/: a test in another process sets the stage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from http_client import Wire
from ligo.gracedb.rest import GraceDb

from fakegracedb import FakeGraceDb, Server, Store


def test_it_lists_itself(http: Any, store: Store) -> None:
    found = http.get("fake/").json()
    assert found["store"] == str(store.path)
    assert found["server-version"] == "2.36"
    for call in found["calls"]:
        if call["method"] == "GET":
            assert http.get(call["path"].lstrip("/")).status_code == 200
        else:
            answer = http.options(call["path"].lstrip("/"))
            assert call["method"] in answer.headers["Allow"]
    listed = {(call["method"], call["path"]) for call in found["calls"]}
    assert {("POST", "/fake/reset"), ("PUT", "/fake/clock"), ("DELETE", "/fake/calls")} <= listed
    assert http.head("fake").status_code == 200


def test_reset_empties_the_store_and_forgets(http: Any, store: Store) -> None:
    http.post("fake/faults", json={"status": 500, "path": "T0001"})
    http.get("api/events/T0001")
    assert http.post("fake/reset").json() == {}
    assert list(store.events) == []
    assert http.get("fake/calls").json() == {"calls": []}
    assert http.get("fake/faults").json() == {"faults": []}
    assert http.get("fake/clock").json()["now"].startswith("2026-03-01T17:04:09")


def test_snapshot_is_kept_where_asked_and_restored(http: Any, store: Store, tmp_path: Path) -> None:
    place = tmp_path / "kept"
    assert http.post("fake/snapshot", json={"path": str(place)}).json() == {"path": str(place)}
    http.put("api/events/T0001/labels/DQV")
    assert store.events["T0001"].labels
    assert http.post("fake/restore", json={"path": str(place)}).status_code == 200
    assert not store.events["T0001"].labels
    assert http.post("fake/snapshot", json={"path": str(place)}).status_code == 400  # not empty
    assert http.post("fake/restore", json={"path": str(tmp_path)}).status_code == 400
    assert "path is missing" in http.post("fake/restore").json()["error"]


def test_snapshot_without_a_place_goes_with_the_server(store: Store) -> None:
    with Server(store) as server:
        fake = server.url.replace("/api/", "/fake/")
        path = Path(requests.post(fake + "snapshot").json()["path"])
        assert Store(path).events.keys() == {"T0001"}
        requests.post(fake + "reset")
        requests.post(fake + "restore", json={"path": str(path)})
        assert store.events.keys() == {"T0001"}
    del server
    assert not path.exists()


def test_store_that_nothing_was_written_to_can_be_kept_too(tmp_path: Path) -> None:
    with Server(tmp_path / "new") as server:
        fake = server.url.replace("/api/", "/fake/")
        kept = requests.post(fake + "snapshot").json()
        client = GraceDb(server.url, force_noauth=True)
        client.create_event("Test", "gstlal", "a.xml", filecontents=b"<LIGO_LW/>")
        assert requests.post(fake + "restore", json=kept).status_code == 200
        assert not server.store.events


def test_clock_is_read_set_and_advanced(http: Any, store: Store) -> None:
    found = http.get("fake/clock").json()
    assert found["now"] == "2026-03-01T17:04:09.000000Z"
    assert found["gps"] == 1456419867.0
    assert http.put("fake/clock", json={"advance": 30}).json()["gps"] == 1456419897.0
    http.put("fake/clock", json={"set": "2026-03-02 00:00:00"})
    assert store.clock.now().isoformat() == "2026-03-02T00:00:00+00:00"
    http.put("fake/clock", json={"set": 1456419897})
    assert store.clock.gps() == 1456419897.0
    assert http.put("fake/clock", json={"set": "system"}).json()["setting"] != found["setting"]


def test_faults_are_planned_seen_and_taken_back(http: Any, store: Store) -> None:
    planned = {"status": 503, "retry_after": 20, "method": "GET", "path": "events/", "times": None}
    answer = http.post("fake/faults", json=planned)
    assert answer.status_code == 201
    assert answer.json().items() >= planned.items()
    assert http.get("fake/faults").json()["faults"] == [answer.json()]
    refused = http.get("api/events/")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "20")
    assert FakeGraceDb(store=store).faults  # the same as those of clients in the process
    http.delete("fake/faults")
    assert http.get("api/events/").status_code == 200


def test_calls_are_told_in_order_and_forgotten(http: Any) -> None:
    http.get("api/events/T0001")
    http.put("api/events/T0001/labels/NONE")
    calls = http.get("fake/calls").json()["calls"]
    assert [(one["method"], one["path"], one["status"]) for one in calls] == [
        ("GET", "events/T0001", 200),
        ("PUT", "events/T0001/labels/NONE", 400),
    ]
    assert http.delete("fake/calls").json() == {}
    assert http.get("fake/calls").json()["calls"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "nothing", None, 404, "/fake/reset"),
        ("GET", "reset", None, 405, "takes POST"),
        ("POST", "reset", b"{", 400, "not JSON"),
        ("POST", "reset", b"[]", 400, "not a JSON object"),
        ("POST", "reset", b"[" * 100_000, 400, "not JSON"),
        ("POST", "reset", b'{"all": true}', 400, "no field 'all'; there are: none"),
        ("POST", "snapshot", b'{"path": 5}', 400, "not a text"),
        ("PUT", "clock", b"{}", 400, "one of set and advance"),
        ("PUT", "clock", b'{"set": 1, "advance": 1}', 400, "one of set and advance"),
        ("PUT", "clock", b'{"set": "soon"}', 400, "not a time"),
        ("PUT", "clock", b'{"set": null}', 400, "not a time"),
        ("PUT", "clock", b'{"advance": "30"}', 400, "not a number"),
        ("PUT", "clock", b'{"advance": NaN}', 400, "not JSON"),
        ("PUT", "clock", b'{"advance": 1e400}', 400, "cannot go on by inf s"),
        ("PUT", "clock", b'{"advance": -1e12}', 400, "date value out of range"),
        ("POST", "faults", b"{}", 400, "needs one of"),
        ("POST", "faults", b'{"status": "503"}', 400, "status cannot be '503'"),
        ("POST", "faults", b'{"status": true}', 400, "status cannot be True"),
        ("POST", "faults", b'{"status": 99}', 400, "not an HTTP status"),
        ("POST", "faults", b'{"status": 100}', 400, "not an HTTP status that an answer has"),
        ("POST", "faults", b'{"status": 500, "path": 5}', 400, "path cannot be 5"),
        ("POST", "faults", b'{"state": 500}', 400, "no field 'state'"),
        ("POST", "faults", b'{"delay": 1e400}', 400, "delay cannot be inf"),
        ("POST", "faults", b'{"status": 503, "retry_after": 1e300}', 400, "retry_after cannot be"),
        ("POST", "faults", b'{"delay": ' + b"9" * 400 + b"}", 400, "at most"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(
    http: Any, store: Store, method: str, path: str, body: bytes | None, status: int, said: str
) -> None:
    answer = http.request(method, f"fake/{path}", data=body)
    assert (answer.status_code, said in answer.json()["error"]) == (status, True), answer.text
    assert store.events.keys() == {"T0001"}


def test_pages_of_other_sites_are_refused(http: Any, store: Store, server: Server) -> None:
    for origin in ("https://evil.example", "null"):
        answer = http.post("fake/reset", headers={"Origin": origin})
        assert answer.status_code == 403
    assert store.events.keys() == {"T0001"}
    own = server.url.removesuffix("/api/")
    assert http.post("fake/reset", headers={"Origin": own}).status_code == 200


def test_it_can_be_left_out(store: Store) -> None:
    with Server(store, admin=False) as server, Wire(server.url) as wire:
        wire.ask("/fake/reset", "POST")
        answer = wire.answer()
        assert answer.status == 501
        assert "/fake/reset" in json.loads(answer.body)["error"]
    assert store.events.keys() == {"T0001"}
