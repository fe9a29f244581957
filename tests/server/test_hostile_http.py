"""Hostile HTTP: whatever comes over the wire, a good request is answered afterwards.

``HOSTILE_HTTP=10000`` sends more malformed requests than the ordinary run.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from http_client import Wire
from malformed import chunks, heads, smuggling, spoiled

from fakegracedb import FakeGraceDb, Server, Store
from fakegracedb.api.app import Application

COUNT = int(os.environ.get("HOSTILE_HTTP", "1000"))
SEED = int(os.environ.get("HOSTILE_SEED", "20260301"))


def is_well(server: Server) -> bool:
    """Whether a good request is answered, and not after those who keep the server busy."""
    with Wire(server.url) as wire:
        wire.ask("/api/events/T0001")
        return wire.answer().status == 200  # else its patience ends before theirs


def put(server: Server, data: bytes) -> bytes:
    """Send something and then nothing more; give all that comes back."""
    with Wire(server.url) as wire:
        # it may have ended the connection already, which is its right
        with contextlib.suppress(OSError):
            wire.send(data)
            wire.socket.shutdown(socket.SHUT_WR)
            while wire.more():
                pass
        return wire.left


@pytest.fixture
def judged(server: Server, store: Store) -> Iterator[Server]:
    """A server that is well and whose store is whole in the end."""
    yield server
    assert is_well(server)
    assert store.check() == []


def test_malformed_requests_are_refused_or_closed(
    judged: Server, caplog: pytest.LogCaptureFixture
) -> None:
    requests = [*heads(), *chunks(), *spoiled(COUNT, SEED)]
    for number, data in enumerate(requests):
        back = put(judged, data)
        shown = f"{SEED}, {number}: {data[:500]!r}: {back[:500]!r}"
        if back:
            assert back.startswith(b"HTTP/1."), shown
            assert b"Traceback" not in back, shown
            assert b"the fake failed" not in back, shown
            assert b" 500 " not in back.partition(b"\r\n")[0], shown
        if number % 50 == 0:
            assert is_well(judged), shown
        assert [one for one in caplog.records if one.levelname == "ERROR"] == [], shown


@pytest.mark.parametrize("data", [*smuggling()])
def test_nothing_is_smuggled(judged: Server, store: Store, data: bytes) -> None:
    back = put(judged, data)
    assert back.count(b"HTTP/1.") == 1
    calls = [(call.method, call.path) for call in Application(store).calls]
    assert set(calls) <= {("POST", "events/T0001/log/")}


def test_slow_senders_keep_nobody_waiting(judged: Server) -> None:
    head = b"POST /api/events/T0001/log/ HTTP/1.1\r\nHost: h\r\nUser-Agent: t\r\n"
    body = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 13\r\n\r\n"
    with ExitStack() as stack:
        slow = [stack.enter_context(Wire(judged.url)) for _ in range(20)]
        for piece in (head, body, b"comm", b"ent=slow"):
            for wire in slow:
                wire.send(piece)
            assert is_well(judged)
        for wire in slow:
            wire.send(b"l")
        assert {wire.answer().status for wire in slow} == {201}


def test_slow_readers_keep_nobody_waiting(judged: Server, store: Store) -> None:
    FakeGraceDb(store=store).write_log("T0001", "large", "large", bytes(8 << 20))
    with ExitStack() as stack:
        for _ in range(12):  # more than there are threads
            wire = stack.enter_context(Wire(judged.url))
            wire.ask("/api/events/T0001/files/large")
        assert is_well(judged)
    assert is_well(judged)


def test_200_connections_at_once_are_answered(judged: Server) -> None:
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(judged.url)) for _ in range(200)]
        assert is_well(judged)  # while all the others are silent
        for wire in wires:
            wire.ask("/api/events/T0001")
        assert {wire.answer().status for wire in wires} == {200}


def test_half_requests_and_sudden_ends_leave_nothing(judged: Server, store: Store) -> None:
    whole = (
        b"POST /api/events/T0001/log/ HTTP/1.1\r\nHost: h\r\nUser-Agent: t\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 13\r\n\r\ncomment=whole"
    )
    before = (store.path / "journal.jsonl").read_bytes()
    for length in range(0, len(whole), 7):
        with Wire(judged.url) as wire:
            wire.send(whole[:length])
            if length % 2:  # a reset instead of an orderly end
                linger = b"\x01\0\0\0\0\0\0\0"
                wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    assert is_well(judged)
    assert (store.path / "journal.jsonl").read_bytes() == before


@pytest.mark.parametrize("size", [60_000, 70_000, 1 << 20])
def test_headers_up_to_64_kb_are_read_and_larger_ones_refused(judged: Server, size: int) -> None:
    with Wire(judged.url) as wire:
        try:
            wire.ask("/api/", headers=f"X: {'a' * size}\r\n")
            status = wire.answer().status
        except ConnectionError:  # closed while we were still sending
            status = 431
    assert status == (200 if size < 64_000 else 431)
