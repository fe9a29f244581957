"""One client's connection: requests come in frames, and are answered one after another."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import struct
from typing import Any

from .codec import Malformed, Reader
from .errors import Code
from .message import read_header
from .node import Client, Node
from .requests import API_VERSIONS, BEFORE_LOGIN, SERVED
from .requests.sasl import SASL_AUTHENTICATE

__all__ = ["Listener"]

_LARGEST = 100 << 20  # bytes of a request, as in Kafka
_LARGEST_BEFORE_LOGIN = 512 << 10
_BUFFER = 1 << 22  # bytes that are read ahead
_AHEAD = 8  # requests that are read while one is being answered
_TURNS = 3  # of the loop, from letting a client in to its task
_LENGTH = struct.Struct(">i")
_logger = logging.getLogger(__name__)


class Listener:
    """Takes connections.

    Parameters
    ----------
    node : Node
        What they ask.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._server: asyncio.Server | None = None
        # held here, since asyncio itself holds on to none of them
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._closed = False

    async def open(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        """Begin to listen; with port 0 on one that is free, of which the node is told."""
        self._server = await asyncio.start_server(
            self._connected, host, port, limit=_BUFFER, ssl=context
        )
        self._node.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End all connections, and let go of what the node has."""
        if self._server is not None:
            # Who was let in a moment ago is to begin first: a closed server would drop the
            # connection without closing it.
            for listening in self._server.sockets:
                asyncio.get_running_loop().remove_reader(listening.fileno())
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            self._server.close()
        self._closed = True
        tasks = list(self._connections.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._node.close()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed:
            writer.transport.abort()
            return

        def ended(task: asyncio.Task[None]) -> None:
            del self._connections[writer]
            writer.transport.abort()  # if it ended before it could begin; else that is done
            if not task.cancelled() and (error := task.exception()) is not None:
                _logger.error("a connection failed", exc_info=error)

        task = asyncio.ensure_future(_serve(self._node, reader, writer))
        self._connections[writer] = task
        task.add_done_callback(ended)


async def _serve(node: Node, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a client until it goes, or says what cannot be understood."""
    client = Client()
    frames: asyncio.Queue[bytes] = asyncio.Queue(_AHEAD)
    answering = asyncio.ensure_future(_answer_all(node, client, frames, writer))
    reading = asyncio.ensure_future(_read_all(node, client, frames, reader))
    try:
        await asyncio.wait((answering, reading), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (answering, reading):
            task.cancel()
        try:
            for ended in await asyncio.gather(answering, reading, return_exceptions=True):
                _tell(ended, writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        except asyncio.CancelledError:  # the broker ends, and waits for nobody to read on
            writer.transport.abort()
            raise


def _tell(ended: object, writer: asyncio.StreamWriter) -> None:
    """Note why a connection ended, unless the client just went away."""
    peer = writer.get_extra_info("peername")
    if isinstance(ended, Malformed):
        _logger.warning("connection from %s closed: %s", peer, ended)
    elif isinstance(ended, Exception) and not isinstance(ended, EOFError | OSError):
        _logger.error("connection from %s failed", peer, exc_info=ended)


async def _read_all(
    node: Node, client: Client, frames: asyncio.Queue[bytes], reader: asyncio.StreamReader
) -> None:
    while True:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        trusted = not node.users or client.user is not None
        if not 0 < length <= (_LARGEST if trusted else _LARGEST_BEFORE_LOGIN):
            raise Malformed(f"a request of {length} bytes")
        await frames.put(await reader.readexactly(length))


async def _answer_all(
    node: Node, client: Client, frames: asyncio.Queue[bytes], writer: asyncio.StreamWriter
) -> None:
    while True:
        answer, last = await _answered(node, client, await frames.get())
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        if last:
            return


async def _answered(node: Node, client: Client, frame: bytes) -> tuple[bytearray | None, bool]:
    """Give the answer to a request, None where there is none, and whether to close after it."""
    reader = Reader(frame)
    header = read_header(reader)
    client.name = header.client_id or client.name
    if header.key not in SERVED:
        raise Malformed(f"request {header.key} is not faked")
    message, handler = SERVED[header.key]
    if not message.serves(header.version):
        if message is not API_VERSIONS:
            raise Malformed(
                f"{message.name} v{header.version} is not faked: "
                f"v{message.versions[0]} to v{message.versions[1]} are"
            )
        values: dict[str, Any] = await handler(node, client, {}, 0)
        values["error_code"] = Code.UNSUPPORTED_VERSION  # in the form that every client reads
        return message.answered(header.correlation, values, 0), False
    if node.users and client.user is None and header.key not in BEFORE_LOGIN:
        raise Malformed(f"{message.name} from a client that has not said who it is")
    if header.version >= message.flexible:
        reader.skip_tagged()
    values = await handler(node, client, message.read(reader, header.version), header.version)
    if values is None:
        return None, False
    last = message is SASL_AUTHENTICATE and bool(values.get("error_code"))
    return message.answered(header.correlation, values, header.version), last
