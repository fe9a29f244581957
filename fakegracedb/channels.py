"""The connections of the server, and the threads that answer: waitress's, stricter and quicker."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, cast

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, Task, ThreadedTaskDispatcher, WSGITask

from .wsgi.connections import SOCKET

__all__ = ["Bell", "Channel", "Workers"]


class _InOneWrite(Task):  # type: ignore[misc]  # waitress comes without types
    """A task whose answer leaves in one write with its head.

    Two small packets cost a client some 40 ms where the second waits for word of the first.
    """

    wrote_header: bool

    def write(self, data: bytes) -> None:
        if self.wrote_header or not data or not self.has_body or self.content_length != len(data):
            super().write(data)
            return
        head = self.build_response_header()
        self.wrote_header = True
        self.content_bytes_written += len(data)
        self.channel.write_soon(head + data)

    def set_close_on_finish(self) -> None:
        # waitress also closes after answers that have no body, and so no length, by their nature
        asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or asked or self.version != "1.1":
            super().set_close_on_finish()


class _Errors(_InOneWrite, ErrorTask):  # type: ignore[misc]
    """What waitress itself refuses."""


class _Requests(_InOneWrite, WSGITask):  # type: ignore[misc]
    """What the application answers; it is told which connection it is."""

    def get_environment(self) -> dict[str, Any]:
        environ = cast("dict[str, Any]", super().get_environment())
        environ[SOCKET] = self.channel.socket
        return environ


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses what waitress lets pass, or falls over."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # of the URL
            raise ParsingError(str(error)) from None
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            # a proxy may go by the length, and see one request where two are
            raise ParsingError("Content-Length and Transfer-Encoding exclude each other")


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection of a client."""

    parser_class = _Parser
    task_class = _Requests
    error_task_class = _Errors


class Workers(ThreadedTaskDispatcher):  # type: ignore[misc]
    """The threads that answer; who ends them finds none of them left, but those that dawdle.

    Parameters
    ----------
    count : int
        How many.
    """

    def __init__(self, count: int) -> None:
        super().__init__()
        self._started: list[threading.Thread] = []
        self.set_thread_count(count)

    def start_new_thread(self, target: Callable[[int], None], thread_no: int) -> None:
        """Start a thread, and keep it in mind."""
        thread = threading.Thread(
            target=target, name=f"waitress-{thread_no}", args=(thread_no,), daemon=True
        )
        self._started.append(thread)
        thread.start()

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """End them; those that take longer than this [s] are left to themselves.

        That of waitress says so on stderr, and takes one that is about to end for one that has.
        """
        self.set_thread_count(0)
        end = time.monotonic() + timeout
        for thread in self._started:
            thread.join(max(0.0, end - time.monotonic()))
        with self.lock:
            while cancel_pending and self.queue:
                self.queue.popleft().cancel()
        return cancel_pending


class Bell(wasyncore.dispatcher):  # type: ignore[misc]
    """Wakes the server's loop, from any thread: a pair of sockets.

    That of waitress is a pipe, which inside pyfakefs is another file of the process.

    Parameters
    ----------
    map : dict
        The connections that the loop looks after.
    """

    def __init__(self, map: dict[int, Any]) -> None:  # noqa: A002 - as waitress calls it
        inner, self._outer = socket.socketpair()
        self._outer.setblocking(False)
        self._ringing = threading.RLock()  # a signal's handler rings too
        super().__init__(inner, map=map)

    def pull_trigger(self) -> None:
        """Let the loop turn, if there still is one."""
        with self._ringing, contextlib.suppress(OSError):  # full: it is woken already; or closed
            self._outer.send(b"x")

    def readable(self) -> bool:
        """Whether the loop shall look for something to read: always."""
        return True

    def writable(self) -> bool:
        """Whether it shall look whether something can be written: never."""
        return False

    def handle_connect(self) -> None:
        """Nothing: both ends are ours."""

    def handle_read(self) -> None:
        """Forget what has been rung."""
        with contextlib.suppress(OSError):
            self.socket.recv(1 << 12)

    def close(self) -> None:
        """End both ends."""
        with self._ringing:
            self._outer.close()
        super().close()
