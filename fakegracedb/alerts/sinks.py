"""Sinks: where alerts go when they leave the store for somebody else.

A sink has `send(topic, key, value)`, called once for each topic of an alert with the topic's whole
name and the bytes that a broker carries, and `close()`. One that wants the alert as a whole has
`send_alert(alert)` instead, as files of lines do.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any, Protocol, TextIO

from ..errors import FakeGraceDbError
from .packets import Alert, line_text
from .topics import topic_prefix

__all__ = [
    "CommandSink",
    "LineSink",
    "Sink",
    "forward",
    "forward_classic",
    "open_sink",
    "run",
    "split",
    "told_of",
    "wire",
]


class Sink(Protocol):
    """Takes messages for topics."""

    def send(self, topic: str, key: str, value: bytes) -> None:
        """Take a message; the topic has its prefix."""

    def close(self) -> None:
        """Let everything out that was taken."""


def wire(payload: str) -> bytes:
    """Give what a broker carries: the server's sender encodes the text of the packet once more."""
    return json.dumps(payload).encode()


def forward(alert: Alert, sink: Any, topics: tuple[str, ...], group: str | None = None) -> None:
    """Hand an alert to a sink.

    Parameters
    ----------
    alert : Alert
        The alert.
    sink : Sink or callable
        A callable is called as `Sink.send`.
    topics : tuple of str
        Those of its topics that are meant.
    group : str, optional
        Prefix of the topics; None is that of the server which sends the alert.
    """
    whole = getattr(sink, "send_alert", None)
    if whole is not None:
        whole(alert, topics)
        return
    send = getattr(sink, "send", sink)
    value = wire(alert.payload)
    prefix = group or topic_prefix(alert.root)
    for topic in topics:
        send(f"{prefix}.{topic}", alert.uid, value)


def forward_classic(alert: Alert, sink: Any, topic: str, content: bytes) -> None:
    """Hand the VOEvent of an alert to a broker or a command, as GCN sends it: without headers."""
    if isinstance(sink, CommandSink):
        sink.run(content, told_of(alert, topic), f"the VOEvent of alert {alert.seq}")
    else:
        sink.send(topic, alert.uid, content, form=None)


class LineSink:
    """A file, pipe or stream with one line an alert: number, time, topics and packet.

    A line leaves in one write, so that readers never see two halves of different lines.
    """

    def __init__(self, stream: TextIO, *, close: bool) -> None:
        self._stream = stream
        self._close = close

    def send_alert(self, alert: Alert, topics: tuple[str, ...]) -> None:
        """Write a line."""
        self.write(line_text(alert, topics))

    def write(self, line: str) -> None:
        """Write a line that ends with its newline."""
        self._stream.write(line)
        self._stream.flush()

    def close(self) -> None:
        """Close the file, unless it is standard output."""
        if self._close:
            self._stream.close()


class CommandSink:
    """A command for each topic of an alert: the packet on its standard input.

    Parameters
    ----------
    command : str
        Split as a shell does; no shell sees it.
    timeout : float, optional
        After which it is killed [s].

    Notes
    -----
    ``FAKEGRACEDB_TOPIC``, ``FAKEGRACEDB_SEQ`` and ``FAKEGRACEDB_UID`` are in its environment.
    """

    def __init__(self, command: str, timeout: float | None = None) -> None:
        self._call = split(command)
        self._timeout = timeout

    def send_alert(self, alert: Alert, topics: tuple[str, ...]) -> None:
        """Run the command, and wait for it.

        Raises
        ------
        FakeGraceDbError
            If it fails.
        """
        for topic in topics:
            self.run(alert.payload.encode(), told_of(alert, topic), f"alert {alert.seq}")

    def run(self, content: bytes, told: Mapping[str, str], what: str) -> None:
        """Run the command with something on its standard input.

        Raises
        ------
        FakeGraceDbError
            If it fails; `what` is then named.
        """
        status = run(self._call, content, told, self._timeout)
        if status != 0:
            why = "took too long" if status is None else f"ended with {status}"
            raise FakeGraceDbError(f"{shlex.join(self._call)} {why} on {what}")

    def close(self) -> None:
        """Nothing is left to do."""


def split(command: str) -> list[str]:
    """Split a command as a shell does; its program must be there.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        call = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"{command!r} is no command: {error}") from error
    if not call:
        raise ValueError("the command is empty")
    if shutil.which(call[0]) is None:  # told now, not with the first alert
        why = "it is not executable" if os.path.isfile(call[0]) else "there is no such program"  # noqa: PTH113
        raise ValueError(f"{call[0]} cannot be started: {why}")
    return call


def told_of(alert: Alert, topic: str) -> dict[str, str]:
    """Give what the environment of a program tells of an alert."""
    return {
        "FAKEGRACEDB_TOPIC": topic,
        "FAKEGRACEDB_SEQ": str(alert.seq),
        "FAKEGRACEDB_UID": alert.uid,
    }


def run(
    call: list[str], content: bytes, told: Mapping[str, str], timeout: float | None
) -> int | None:
    """Run a program with something on its standard input.

    Give its status, None if it was too slow; `told` is in its environment.

    Raises
    ------
    FakeGraceDbError
        If it cannot be started.
    """
    environment = {**os.environ, **told}
    try:
        process = subprocess.Popen(
            call, stdin=subprocess.PIPE, env=environment, start_new_session=True
        )
    except OSError as error:
        raise FakeGraceDbError(f"{call[0]} cannot be started: {error.strerror}") from error
    try:
        process.communicate(content, timeout)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, 9)  # with what it has started
            process.wait()
    return process.returncode


# By name


def open_sink(
    name: str,
    *,
    timeout: float | None = None,
    live: bool,
    topics: Iterable[str] = (),
) -> Any:
    """Give the sink that a text names.

    Parameters
    ----------
    name : str
        ``stdout``, ``file:PATH`` (lines are added), ``pipe:PATH``, ``exec:COMMAND``,
        ``kafka://HOST:PORT``.
    timeout : float, optional
        For each run of a command [s].
    live : bool
        Whether brokers and topics are meant where others take messages for real: else they are
        refused.
    topics : iterable of str
        Those of a broker that are meant, as far as they are known.

    Raises
    ------
    ValueError
        If it names none.
    FakeGraceDbError
        If what it needs is not installed.
    """
    scheme, _, rest = name.partition(":")
    if name == "stdout":
        return LineSink(sys.stdout, close=False)
    if scheme == "exec" and rest:
        return CommandSink(rest, timeout)
    if scheme in _OPENERS and rest:
        return LineSink(_OPENERS[scheme](rest), close=True)
    if scheme == "kafka" and rest.startswith("//"):
        try:
            from ..broker.sink import KafkaSink
        except ImportError as error:
            raise FakeGraceDbError(
                f"{name}: alerts cannot be sent to Kafka here: {error}"
            ) from error
        return KafkaSink(name, live=live, topics=topics)
    raise ValueError(
        f"{name!r} is no place for alerts: stdout, file:PATH, pipe:PATH, exec:COMMAND or "
        "kafka://HOST:PORT"
    )


def _appended(path: str) -> IO[str]:
    return open(path, "a", encoding="utf-8")  # noqa: PTH123


def _piped(path: str) -> IO[str]:
    with contextlib.suppress(FileExistsError):
        os.mkfifo(path)
    return open(path, "w", encoding="utf-8")  # noqa: PTH123 - waits until somebody reads


_OPENERS: dict[str, Callable[[str], Any]] = {"file": _appended, "pipe": _piped}
