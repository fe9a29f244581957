"""Bare requests to a broker, and a source of messages for it to follow."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

from patience import PATIENCE

from fakegracedb.broker import Entry
from fakegracedb.broker.codec import Reader
from fakegracedb.broker.requests import SERVED

TOPIC = "gracedb.superevent"
MESSAGES = {message.name: message for message, _ in SERVED.values()}


class Wire:
    """A client that sends what it is told to, byte by byte."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), PATIENCE)
        self._correlation = 0

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def frame(self, data: bytes) -> None:
        self.send(struct.pack(">i", len(data)) + data)

    def ask(self, name: str, version: int, **values: Any) -> dict[str, Any]:
        """Ask as a client does, and give the answer's fields."""
        self.request(name, version, **values)
        return self.answer(name, version)

    def request(self, name: str, version: int, **values: Any) -> None:
        message = MESSAGES[name]
        flexible = version >= message.flexible
        self._correlation += 1
        out = bytearray(struct.pack(">hhi", message.key, version, self._correlation))
        out += struct.pack(">h", 4) + b"test" + (b"\0" if flexible else b"")
        message.request.write(out, values, version, flexible)
        self.frame(out)

    def answer(self, name: str, version: int) -> dict[str, Any]:
        message = MESSAGES[name]
        flexible = version >= message.flexible
        reader = Reader(self.read_frame())
        assert struct.unpack(">i", reader.take(4)) == (self._correlation,)
        if flexible and not message.plain_header:
            reader.skip_tagged()
        values = message.answer.read(reader, version, flexible)
        assert reader.left == 0
        return values

    def read_frame(self) -> bytes:
        (length,) = struct.unpack(">i", self.read(4))
        return self.read(length)

    def read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise EOFError("the broker has closed the connection")
            data += more
        return data

    def closed(self) -> bool:
        """Whether the broker closes the connection, saying nothing more."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        self.socket.close()


class ListSource:
    """Messages that a test makes."""

    def __init__(self, *topics: str) -> None:
        self.names = list(topics)
        self.made: list[Entry] = []
        self._changed = threading.Condition()

    def add(self, value: bytes, *topics: str, **options: Any) -> None:
        with self._changed:
            position = self.made[-1].position + 1 if self.made else 1
            self.made += [Entry(position, name, value, **options) for name in topics or self.names]
            self._changed.notify_all()

    def topics(self) -> list[str]:
        return self.names

    def entries(self, after: int) -> Iterator[Entry]:
        return iter([entry for entry in self.made if entry.position > after])

    def wait(self, timeout: float) -> None:
        with self._changed:
            self._changed.wait(min(timeout, 0.02))
