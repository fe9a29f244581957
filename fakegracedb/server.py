"""The fake server over HTTP, for programs that are not Python or not in this process."""

from __future__ import annotations

import logging
import os
import select
import socket
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any

import waitress.server
from waitress import wasyncore
from waitress.server import TcpWSGIServer, create_server

from .channels import Bell, Channel, Workers
from .errors import FakeGraceDbError
from .services import is_loopback, reached_as
from .store import Store
from .wsgi import application

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

__all__ = ["Server"]

_IDENT = "fakegracedb"
_THREADS = 8
_CONNECTIONS = 1000
_BACKLOG = 1024
_IDLE = 120  # s until a silent connection is closed
_LONGEST_HEAD = 1 << 16  # bytes of a request's line and headers
_LONGEST_BODY = 1 << 32  # bytes
_MEMORY = 1 << 18  # bytes of a body or answer that are not yet put into a temporary file
_ENDING = 0.6  # s for the requests that are being answered when the server stops
_FLUSHING = 0.2  # s for their answers to leave

# Where waitress would warn of every request that waits for a thread.
_queue_log = logging.getLogger("fakegracedb.queue")
_queue_log.setLevel(logging.ERROR)


class Server:
    """A store over HTTP, for as long as a ``with`` block lasts.

    Parameters
    ----------
    store : Store or path-like
        The folder, made at the first change when it is missing.
    host : str
        Where to listen. Anything but loopback is warned of: there are no passwords here.
    port : int
        0 picks a free one.
    server_version, user, groups, anonymous, admin, forwarded
        As for `fakegracedb.wsgi.application`.

    Raises
    ------
    ValueError, StoreError
        As `fakegracedb.wsgi.application`; and for what is no port.

    Examples
    --------
    >>> import urllib.request
    >>> from fakegracedb import Server, Store
    >>> with Store.temporary() as store, Server(store) as server:
    ...     with urllib.request.urlopen(f"{server.url}events/") as answer:
    ...         answer.status
    200
    """

    def __init__(
        self,
        store: Store | str | os.PathLike[str],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        server_version: str | None = None,
        user: str | None = None,
        groups: Iterable[str] | None = None,
        anonymous: bool = False,
        admin: bool = True,
        forwarded: bool = False,
    ) -> None:
        self.store = store if isinstance(store, Store) else Store.open_or_make(store)
        self.host = host
        if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
            raise ValueError(f"port={port!r} is no port: 0 to 65535")
        self._wanted = port
        self._application = application(
            self.store,
            server_version,
            user,
            groups=groups,
            anonymous=anonymous,
            admin=admin,
            forwarded=forwarded,
        )
        self._server: TcpWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._stopping = False

    @property
    def url(self) -> str:
        """The URL of the API's root, as a client takes it.

        Raises
        ------
        FakeGraceDbError
            If the server is not running.
        """
        host = reached_as(self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/api/"

    @property
    def port(self) -> int:
        """The port that it listens on.

        Raises
        ------
        FakeGraceDbError
            If the server is not running.
        """
        if self._server is None:
            raise FakeGraceDbError("this server is not running: use `with Server(…) as server:`")
        return int(self._server.effective_port)

    def start(self) -> None:
        """Answer from now on, in threads of its own.

        Raises
        ------
        FakeGraceDbError
            If it runs already, or the port is not to be had.
        """
        self.listen()
        self._thread = threading.Thread(target=self._serve, name=_IDENT, daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Answer in this thread, until another one, or a signal's handler, calls `stop`.

        Raises
        ------
        FakeGraceDbError
            As `start`.
        """
        if self._server is None or self._thread is not None:
            self.listen()
        try:
            self._serve()
        finally:
            self._server = None

    def stop(self) -> None:
        """Take no more requests; end within a second, and with whole answers where that suffices.

        Nothing of the store is left half done, whatever is cut off.
        """
        self._stopping = True
        if (server := self._server) is not None:
            server.trigger.pull_trigger()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()
            self._thread = self._server = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        where = "not running" if self._server is None else self.url
        return f"<Server {os.fspath(self.store.path)!r}: {where}>"

    def listen(self) -> None:
        """Take the port, which `url` names from now on; `run` answers.

        Raises
        ------
        FakeGraceDbError
            As `start`.
        """
        if self._server is not None:
            raise FakeGraceDbError("this server is running already")
        if not is_loopback(self.host):
            warnings.warn(
                f"{self.host} is no loopback address: whoever reaches this machine can change "
                f"{self.store.path}, and acts as any user",
                stacklevel=3,
            )
        self._stopping = False
        self._server = _created(
            self._application,
            sockets=[_bound(self.host, self._wanted)],
            _dispatcher=Workers(_THREADS),
            ident=_IDENT,
            connection_limit=_CONNECTIONS,
            backlog=_BACKLOG,
            channel_timeout=_IDLE,
            max_request_header_size=_LONGEST_HEAD,
            max_request_body_size=_LONGEST_BODY,
            inbuf_overflow=_MEMORY,
            outbuf_overflow=_MEMORY,
            outbuf_high_watermark=4 * _MEMORY,
            asyncore_use_poll=hasattr(select, "poll"),  # more than 1,000 files can be open
            clear_untrusted_proxy_headers=False,  # whether they count is the application's matter
            log_socket_errors=False,  # a client that goes away is no news
        )
        self._server.channel_class = Channel
        self._server.task_dispatcher.queue_logger = _queue_log

    def _serve(self) -> None:
        server = self._server
        assert server is not None

        def turn(seconds: float) -> None:
            poll = server.adj.asyncore_use_poll
            wasyncore.loop(timeout=seconds, use_poll=poll, map=server._map, count=1)

        while not self._stopping:
            turn(1.0)
        wasyncore.dispatcher.close(server)  # and no further connection is taken
        server.task_dispatcher.shutdown(timeout=_ENDING)
        end = time.monotonic() + _FLUSHING
        while time.monotonic() < end and any(
            channel.total_outbufs_len for channel in server.active_channels.values()
        ):
            turn(0.01)
        wasyncore.close_all(server._map)


class _Bells:
    """Stands for waitress's module of the same purpose."""

    trigger = Bell


_creating = threading.Lock()


def _created(*args: Any, **options: Any) -> TcpWSGIServer:
    """Create a server of waitress that has a `Bell`, and not first a pipe.

    Inside pyfakefs the numbers of a pipe's ends are those of other files of the process.
    """
    with _creating:
        usual = waitress.server.trigger
        waitress.server.trigger = _Bells
        try:
            return create_server(*args, **options)
        finally:
            waitress.server.trigger = usual


def _bound(host: str, port: int) -> socket.socket:
    """Give a socket at an address.

    Raises
    ------
    FakeGraceDbError
        If it is not to be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except BaseException:
            bound.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        told = f"port {port} of {host} cannot be had: {reason} (port 0 is any that is free)"
        if port == 0:  # then it is the host that is wrong
            told = f"no port of {host} can be had: {reason}"
        raise FakeGraceDbError(told) from None
    return bound
