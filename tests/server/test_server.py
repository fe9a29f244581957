"""The server on a loopback port: what goes over the wire, and who sees whose writes."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from http_client import Wire
from ligo.gracedb.rest import GraceDb
from patience import until

from fakegracedb import FakeGraceDb, FakeGraceDbError, Server, Store
from fakegracedb import server as serving
from fakegracedb.channels import Workers

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


# Beginning and end


def test_url_is_the_root_of_the_api(store: Store) -> None:
    with Server(store) as server:
        assert server.url == f"http://127.0.0.1:{server.port}/api/"
        assert requests.get(server.url).json()["links"]["self"] == server.url
        assert repr(server) == f"<Server {str(store.path)!r}: {server.url}>"
    assert "not running" in repr(server)
    with pytest.raises(FakeGraceDbError, match="not running"):
        _ = server.url


def test_folder_is_enough_and_comes_with_the_first_change(tmp_path: Path) -> None:
    with Server(tmp_path / "new") as server:
        assert requests.get(f"{server.url}events/").json()["numRows"] == 0
        assert not (tmp_path / "new").exists()
        GraceDb(server.url, force_noauth=True).create_event(
            "Test", "gstlal", "a.xml", filecontents=b"<LIGO_LW/>"
        )
    assert Store(tmp_path / "new").events.keys() == {"T0001"}


def test_port_can_be_chosen_and_had_again(store: Store) -> None:
    with Server(store) as server:
        port = server.port
        with pytest.raises(FakeGraceDbError, match=rf"port {port} of 127\.0\.0\.1 cannot be had"):
            Server(store, port=port).start()
        for begin in (server.start, server.run):
            with pytest.raises(FakeGraceDbError, match="running already"):
                begin()
    with Server(store, port=port) as server:
        assert server.port == port
        assert requests.get(server.url).status_code == 200


def test_host_that_is_not_ours_is_told_without_advice_on_ports(store: Store) -> None:
    with (
        pytest.warns(UserWarning, match="no loopback"),
        pytest.raises(FakeGraceDbError, match=r"^no port of 192\.0\.2\.1 can be had: [^(]*$"),
    ):
        Server(store, "192.0.2.1", 0).listen()


def test_stopped_server_starts_again_and_stops_twice(store: Store) -> None:
    server = Server(store)
    for _ in range(2):
        with server:
            assert requests.get(server.url).status_code == 200
        server.stop()


def test_no_thread_and_no_connection_is_left(store: Store) -> None:
    before = set(threading.enumerate())  # of which others may end meanwhile
    with Server(store) as server, Wire(server.url) as wire:
        wire.ask("/api/")
        assert wire.answer().status == 200
        assert len(set(threading.enumerate()) - before) > 1
        server.stop()
        assert wire.closed()
        assert set(threading.enumerate()) <= before


def test_no_thread_that_answers_is_left_to_end_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Workers.handler_thread

    def end_slowly(self: Workers, number: int) -> None:
        usual(self, number)
        time.sleep(0.05)

    monkeypatch.setattr(Workers, "handler_thread", end_slowly)
    before = set(threading.enumerate())
    with Server(store):
        pass
    assert set(threading.enumerate()) <= before


def test_stopping_waits_for_less_than_a_second_whoever_dawdles() -> None:
    assert 0 < serving._ENDING + serving._FLUSHING < 1


def test_any_address_but_loopback_is_warned_of(store: Store) -> None:
    server = Server(store, "0.0.0.0")
    with pytest.warns(UserWarning, match=r"0\.0\.0\.0 is no loopback address"):
        server.start()
    try:
        assert server.url.startswith("http://127.0.0.1:")
        assert requests.get(server.url).status_code == 200
    finally:
        server.stop()
    with Server(store, "localhost") as server:
        assert server.url.startswith("http://localhost:")
        assert requests.get(server.url).json()["links"]["self"] == server.url


def test_address_that_is_not_ours_is_refused(store: Store) -> None:
    with pytest.warns(UserWarning, match="no loopback"), pytest.raises(FakeGraceDbError):
        Server(store, "192.0.2.1").start()


# On the wire


def test_head_and_body_leave_in_one_write(server: Server, monkeypatch: Any) -> None:
    sent: list[bytes] = []
    send = socket.socket.send

    def noted(self: socket.socket, data: bytes, *flags: int) -> int:
        if threading.current_thread().name != "MainThread" and data != b"x":  # which wakes the loop
            sent.append(bytes(data))
        return send(self, data, *flags)

    monkeypatch.setattr(socket.socket, "send", noted)
    with Wire(server.url) as wire:
        for path, status in (
            ("/api/events/T0001", 200),
            ("/api/events/T0001/files/a.xml", 200),
            ("/api/nowhere", 404),
        ):
            sent.clear()
            wire.ask(path)
            answer = wire.answer()
            assert (answer.status, bool(answer.body)) == (status, True)
            assert len(sent) == 1
            assert sent[0].endswith(answer.body)
        sent.clear()
        wire.ask("/api/", headers="Content-Length: x\r\n")  # what waitress itself refuses
        assert wire.answer().status == 400
        assert len(sent) == 1


def test_connection_is_kept_for_many_requests(wire: Wire) -> None:
    for number in range(3):
        wire.ask(f"/api/events/?count={number + 1}")
        assert wire.answer().status == 200
    for method, status in (("PUT", 201), ("DELETE", 204), ("DELETE", 404), ("PUT", 201)):
        wire.ask("/api/events/T0001/labels/DQV", method, "Content-Length: 0\r\n")
        assert wire.answer().status == status
    wire.ask("/api/events/T0001/labels/DQV", "DELETE", "Connection: close\r\n")
    answer = wire.answer()
    assert (answer.status, answer.headers["connection"]) == (204, "close")
    assert wire.closed()


def test_connection_ends_when_the_client_says_so(wire: Wire) -> None:
    wire.ask("/api/", headers="Connection: close\r\n")
    assert wire.answer().status == 200
    assert wire.closed()


def test_requests_sent_at_once_are_answered_in_order(wire: Wire) -> None:
    for number in range(5):
        wire.ask(f"/api/events/?count={number + 1}")
    seen = [json.loads(wire.answer().body)["links"]["self"] for _ in range(5)]
    assert [url.rpartition("=")[2] for url in seen] == ["1", "2", "3", "4", "5"]


def test_old_http_is_answered_and_closed(wire: Wire) -> None:
    wire.send(b"GET /api/ HTTP/1.0\r\nUser-Agent: tests\r\n\r\n")
    assert wire.answer().status == 200
    assert wire.closed()


@pytest.mark.parametrize("path", ["/api/", "/api/events/T0001", "/api/events/T0001/files/a.xml"])
def test_head_has_the_headers_of_get_and_no_body(wire: Wire, path: str) -> None:
    wire.ask(path)
    full = wire.answer()
    wire.ask(path, "HEAD")
    head = wire.answer(head_only=True)
    assert {**head.headers, "date": ""} == {**full.headers, "date": ""}
    assert int(head.headers["content-length"]) == len(full.body) > 0
    wire.ask(path)  # nothing of a body is left behind on the connection
    assert wire.answer().body == full.body


def test_options_name_the_methods(wire: Wire) -> None:
    wire.ask("/api/events/T0001", "OPTIONS")
    answer = wire.answer()
    assert (answer.status, answer.headers["allow"]) == (200, "GET, PUT, HEAD, OPTIONS")


@pytest.mark.parametrize("slash", ["", "/"])
def test_final_slash_does_not_matter(wire: Wire, slash: str) -> None:
    for path in ("/api", "/api/events", "/api/events/T0001", "/api/events/T0001/log/1"):
        wire.ask(path + slash)
        assert wire.answer().status == 200
    wire.ask(f"/api/events/T0001/labels/DQV{slash}", "PUT", "Content-Length: 0\r\n")
    assert wire.answer().status == 201
    wire.ask(f"/api/events/T0001/labels/DQV{slash}", "DELETE")
    assert wire.answer().status == 204


def test_body_in_chunks_arrives(wire: Wire, store: Store) -> None:
    wire.ask("/api/events/T0001/log/", "POST", f"{FORM}Transfer-Encoding: chunked\r\n")
    for chunk in (b"comm", b"ent=in+chunks"):
        wire.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    wire.send(b"0\r\n\r\n")
    answer = wire.answer()
    assert (answer.status, json.loads(answer.body)["comment"]) == (201, "in chunks")


def test_client_that_asks_first_is_told_to_go_on(wire: Wire) -> None:
    body = b"comment=asked+first"
    headers = f"{FORM}Expect: 100-continue\r\nContent-Length: {len(body)}\r\n"
    wire.ask("/api/events/T0001/log/", "POST", headers)
    assert wire.answer().status == 100
    wire.send(body)
    answer = wire.answer()
    assert (answer.status, json.loads(answer.body)["comment"]) == (201, "asked first")


def test_links_of_every_answer_lead_back(http: Any, server: Server) -> None:
    for host in (f"localhost:{server.port}", f"127.0.0.1:{server.port}"):
        event = requests.get(f"http://{host}/api/events/T0001").json()
        for link in event["links"].values():
            assert link.startswith(f"http://{host}/api/events/T0001")
            assert requests.get(link).status_code == 200


# Trouble on the wire


def calls(http: Any) -> list[Any]:
    found: list[Any] = http.get("fake/calls").json()["calls"]
    return found


def test_dropped_connection_is_seen_as_such(http: Any, store: Store) -> None:
    for when, labels in (("before", 0), ("after", 1)):
        fault = {"drop": True, "method": "PUT", "when": when}
        http.post("fake/faults", json=fault)
        with pytest.raises(requests.ConnectionError, match="without response"):
            http.put("api/events/T0001/labels/DQV")
        assert len(store.events["T0001"].labels) == labels
    assert [call["status"] for call in calls(http)] == [None, None]


def test_answer_cut_short_is_seen_as_such(http: Any) -> None:
    http.post("fake/faults", json={"truncate": 5, "times": 2})
    for path in ("api/events/T0001", "api/events/T0001/files/a.xml"):
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="5 bytes read"):
            http.get(path)
    assert http.get("api/events/T0001").status_code == 200


@pytest.mark.parametrize(("when", "labels"), [("before", 0), ("after", 1)])
def test_late_answer_is_given_up(http: Any, store: Store, when: str, labels: int) -> None:
    http.post("fake/faults", json={"delay": 5, "method": "PUT", "when": when})
    with pytest.raises(requests.ReadTimeout):
        http.put("api/events/T0001/labels/DQV", timeout=0.2)
    asked = ("PUT", "events/T0001/labels/DQV")  # until the server has seen that nobody waits
    until(lambda: asked in [(one["method"], one["path"]) for one in calls(http)])
    assert len(store.events["T0001"].labels) == labels


def test_late_answer_comes_to_those_who_wait(http: Any, store: Store) -> None:
    for when in ("before", "after"):
        http.post("fake/faults", json={"delay": 0.2, "method": "PUT", "when": when})
        began = time.monotonic()
        assert http.put("api/events/T0001/labels/DQV").status_code in (200, 201)
        assert time.monotonic() - began > 0.2


# Several doors to one store


def test_two_servers_and_a_client_in_process_see_each_others_writes(store: Store) -> None:
    here = FakeGraceDb(store=store)
    with Server(store) as one, Server(store) as two:
        writers = [here, *(GraceDb(server.url, force_noauth=True) for server in (one, two))]
        for number, writer in enumerate(writers):
            graceid = writer.create_event(
                "Test", "gstlal", "a.xml", filecontents=b"<LIGO_LW/>"
            ).json()["graceid"]
            for other in writers:
                other.write_log(graceid, f"from {writers.index(other)}")
            for other in writers:
                assert other.event(graceid).json()["graceid"] == f"T000{number + 2}"
                comments = [log["comment"] for log in other.logs(graceid).json()["log"]]
                assert comments[-3:] == ["from 0", "from 1", "from 2"]
                assert other.num_events("group: Test") == number + 2
    assert store.check() == []


def test_threads_of_clients_write_side_by_side(store: Store) -> None:
    failures: list[BaseException] = []
    with Server(store) as server:

        def write(name: str) -> None:
            try:
                client = GraceDb(server.url, force_noauth=True)
                for number in range(10):
                    content = f"{name} {number}".encode() * 100
                    client.write_log("T0001", name, f"{name}.txt", content)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=write, args=(f"w{one}",)) for one in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    numbers = [log["N"] for log in FakeGraceDb(store=store).logs("T0001").json()["log"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 80
    for one in range(8):
        assert (store.path / "events" / "T0001" / f"w{one}.txt,9").exists()
    assert store.check() == []


def test_client_in_another_users_name_by_basic_authorization(server: Server) -> None:
    answer = requests.post(
        f"{server.url}events/T0001/log/", data={"comment": "by ada"}, auth=("ada@ligo.org", "")
    )
    assert answer.json()["issuer"] == "ada@ligo.org"
