"""`Broker`: a small server of the Kafka protocol for tests and rehearsals, on this machine.

One node, one partition a topic, no copies. It is a test double: it keeps what it takes as long as
its folder is kept, and claims nothing about anything else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import tempfile
import threading
import warnings
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from filelock import FileLock, Timeout

from ..errors import FakeGraceDbError
from ..services import is_loopback, reached_as
from .connection import Listener
from .following import Follower
from .node import Node
from .offsets import COMMITTED
from .topics import DECLARED, MAX_MESSAGE, Refused, check_name

if TYPE_CHECKING:
    from .source import Source

__all__ = ["Broker", "BrokerError"]

T = TypeVar("T")

_LOCK = ".lock"
# in the folder, beside the topics
_OWN_NAMES = {_LOCK, DECLARED, COMMITTED} | {
    str(Path(name).with_suffix(".tmp")) for name in (DECLARED, COMMITTED)
}
_TURNS = 3  # of the loop, until a connection is gone


class BrokerError(FakeGraceDbError):
    """The broker cannot be started, or has failed."""


class Broker:
    """A server of the Kafka protocol on this machine, for the time of a block.

    Parameters
    ----------
    source : Source, optional
        What it follows: its messages come into the topics, and its topics are there from the start.
    data : path-like, optional
        The folder that keeps the topics; None is a temporary one, gone at the end.
    topics : iterable of str
        Further topics. A topic that nobody made is unknown, as on real brokers.
    host : str
        Where it listens. Anything but loopback is warned of, unless there are passwords.
    advertised : str, optional
        The name by which clients are to find it, as on a certificate; None is `host`, or
        loopback for a `host` that is every address.
    port : int
        0 picks a free one.
    users : mapping of str to str, optional
        Passwords by user: then who does not say who it is may do nothing. With or without, PLAIN,
        SCRAM-SHA-256, SCRAM-SHA-512 (which needs a password that is known) and OAUTHBEARER (any
        token that has not expired) are spoken.
    certificate, key : path-like, optional
        PEM files; if given, connections are by TLS.
    max_message : int
        The largest batch of records [bytes].
    shortest_session : float
        The shortest time without a sign of life that the member of a group may ask for [s];
        Kafka's default, but tests of what happens then may not want to wait so long.

    Raises
    ------
    ValueError
        For what is no name of a topic, and when it is started, if what lies in `data` is damaged.
    BrokerError
        When it is started, if it cannot be.

    Examples
    --------
    >>> from fakegracedb.broker import Broker
    >>> with Broker(topics=["gracedb.superevent"]) as broker:
    ...     broker.address.startswith("127.0.0.1:")
    True
    """

    def __init__(
        self,
        source: Source | None = None,
        *,
        data: str | PathLike[str] | None = None,
        topics: Iterable[str] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        advertised: str | None = None,
        users: Mapping[str, str] | None = None,
        certificate: str | PathLike[str] | None = None,
        key: str | PathLike[str] | None = None,
        max_message: int = MAX_MESSAGE,
        shortest_session: float = 6.0,
    ) -> None:
        if isinstance(topics, str):
            raise TypeError(f"topics={topics!r} is one text; topics is a list of names")
        if key is not None and certificate is None:
            raise ValueError("a key is given, and no certificate")
        self._source = source
        self._data = None if data is None else Path(data)
        self._topics = list(topics)
        self._host, self._port = host, port
        self._advertised = advertised or reached_as(host)
        self._users = dict(users or {})
        self._certificate, self._key = certificate, key
        self._max_message = max_message
        self._shortest_session = shortest_session
        self._stack = contextlib.ExitStack()
        self._address: tuple[str, int] | None = None
        self._follower: Follower | None = None
        for name in self._topics:
            try:
                check_name(name)
            except Refused as refused:
                raise ValueError(str(refused)) from None

    @property
    def address(self) -> str:
        """Where clients find it, ``host:port``; they call it ``bootstrap.servers``."""
        if self._address is None:
            raise BrokerError("the broker is not running: it does in a `with` block")
        host, port = self._address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def failure(self) -> Exception | None:
        """What ended the following of the source, None if nothing did."""
        return None if self._follower is None else self._follower.failure

    def start(self) -> Broker:
        """Start it, as a `with` block does."""
        if self._address is not None:
            raise BrokerError(f"the broker runs already, on {self.address}")
        if not is_loopback(self._host) and not self._users:
            warnings.warn(
                f"{self._host} is no loopback address: whoever reaches this machine can read and "
                "write all topics",
                stacklevel=3,
            )
        with contextlib.ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def _start(self, stack: contextlib.ExitStack) -> None:
        context = self._tls()
        data = self._data
        if data is None:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="broker-")))
        stack.enter_context(_held(data))
        node = Node(data, self._users, self._max_message, self._shortest_session, self._advertised)
        node.topics.ensure(self._topics)
        loop = stack.enter_context(_running_loop())

        def do(work: Coroutine[Any, Any, T]) -> T:
            return asyncio.run_coroutine_threadsafe(work, loop).result()

        # before anybody can ask for its topics
        if self._source is not None:
            self._follower = Follower(node, self._source, loop)
        listener = Listener(node)
        try:
            do(listener.open(self._host, self._port, context))
        except OSError as error:
            raise BrokerError(
                f"the broker cannot listen on {self._host}:{self._port}: {error.strerror or error}"
            ) from error
        stack.callback(lambda: do(listener.close()))
        if self._follower is not None:
            self._follower.start()
            stack.callback(self._follower.close)
        self._address = (node.host, node.port)

    def _tls(self) -> ssl.SSLContext | None:
        if self._certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self._certificate, self._key)
        except (OSError, ssl.SSLError) as error:
            raise BrokerError(
                f"the certificate {self._certificate} cannot be used: {error}"
            ) from error
        return context

    def close(self) -> None:
        """End it, as the end of a `with` block does; to do so twice is no error."""
        self._address = None
        self._stack.close()

    def __enter__(self) -> Broker:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        where = "not running" if self._address is None else self.address
        return f"<{type(self).__name__}: {where}>"


def _refuse_foreign(data: Path) -> None:
    """Refuse a folder with something that no broker leaves in one."""
    for name in sorted(os.listdir(data)) if data.is_dir() else ():  # noqa: PTH208
        if name not in _OWN_NAMES and not name.endswith("-0"):  # a topic
            raise BrokerError(
                f"{data} is not a broker's and not empty (it holds {name!r}): "
                "name a folder that does not exist yet, or an empty one"
            )


@contextlib.contextmanager
def _held(data: Path) -> Iterator[None]:
    """Keep other brokers off a folder."""
    lock = FileLock(data / _LOCK)
    try:
        _refuse_foreign(data)
        data.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise BrokerError(f"{data} belongs to a broker that is running") from None
    except OSError as error:
        raise BrokerError(f"{data} cannot keep topics: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run a loop in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="broker", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(_end_tasks(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_tasks() -> None:
    """End what is still at work."""
    this = asyncio.current_task()
    while tasks := [task for task in asyncio.all_tasks() if task is not this]:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for _ in range(_TURNS):
        await asyncio.sleep(0)  # closed connections tell so in the next turn
