"""Bare HTTP for the tests: what is sent is what stands here, and nothing is added."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from patience import PATIENCE

AGENT = "User-Agent: tests\r\n"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]  # names in small letters
    body: bytes


class Wire:
    """One connection to a server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self.socket = socket.create_connection((parts.hostname, parts.port), PATIENCE)
        self.left = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(
        self,
        target: str,
        method: str = "GET",
        headers: str = "",
        body: bytes = b"",
        host: str | None = None,
    ) -> None:
        """Send a request; `headers` are whole lines."""
        head = f"{method} {target} HTTP/1.1\r\n{AGENT}Host: {host or self.host}\r\n{headers}\r\n"
        self.send(head.encode("latin-1") + body)

    def more(self) -> bool:
        data = self.socket.recv(1 << 16)
        self.left += data
        return bool(data)

    def answer(self, *, head_only: bool = False) -> Answer:
        """Read one answer."""
        while b"\r\n\r\n" not in self.left:
            if not self.more():
                raise ConnectionError(f"no answer: {self.left!r}")
        head, _, self.left = self.left.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(": ")
            assert name.lower() not in headers
            headers[name.lower()] = value
        status = int(first.split()[1])
        length = int(headers.get("content-length", "0"))
        if head_only or status < 200:
            length = 0
        while len(self.left) < length and self.more():
            pass
        body, self.left = self.left[:length], self.left[length:]
        return Answer(status, headers, body)

    def closed(self) -> bool:
        """Whether the server ends the connection, after whatever it still sends."""
        try:
            while self.more():
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True
