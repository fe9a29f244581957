"""The connection behind a request, for planned trouble: to be ended, or watched while it waits."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any

__all__ = ["SOCKET", "connection_of", "lingered", "shut"]

SOCKET = "fakegracedb.socket"  # where our own server puts it
_SOCKETS = (SOCKET, "gunicorn.socket")
_LOOK = 0.05  # s between two looks whether a client still waits


def connection_of(environ: dict[str, Any]) -> socket.socket | None:
    """Give the connection of a request, where the server tells."""
    for name in _SOCKETS:
        if name in environ:
            return environ[name]  # type: ignore[no-any-return]
    return None


def shut(connection: socket.socket) -> None:
    """End a connection."""
    with contextlib.suppress(OSError):  # the client was quicker
        connection.shutdown(socket.SHUT_RDWR)


def lingered(seconds: float, connection: socket.socket | None) -> bool:
    """Let time pass, and say whether the client is still there, as far as can be told."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK))
        if connection is not None and _gone(connection):
            return False
    return True


def _gone(connection: socket.socket) -> bool:
    """Whether the other side has ended the connection."""
    try:
        return connection.recv(1, socket.MSG_PEEK | getattr(socket, "MSG_DONTWAIT", 0)) == b""
    except BlockingIOError:
        return False  # it waits
    except OSError:
        return True
