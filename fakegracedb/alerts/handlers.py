"""Handlers: what is done with each alert that a listener hears: a program, or a function."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import IO, Protocol

from ..errors import FakeGraceDbError
from .packets import Alert
from .sinks import run, split, told_of

__all__ = ["Handled", "Handler", "Program", "Worker"]


_GRACE = 1.0  # s for a worker to end by itself when there are no more alerts


@dataclass(frozen=True, slots=True)
class Handled:
    """How a handler fared.

    Attributes
    ----------
    status : int or None
        0 for success; a program's exit status; None if it was too slow or could not begin.
    problem : str or None
        What went wrong.
    """

    status: int | None
    problem: str | None = None


class Handler(Protocol):
    """Does something with an alert; in one thread at a time."""

    name: str

    def handle(self, alert: Alert, topic: str) -> Handled:
        """Handle an alert."""

    def close(self) -> None:
        """End what was begun for it."""


class Program:
    """A program that is run for each alert, with the packet on its standard input.

    Parameters
    ----------
    command : str
        Split as a shell does.
    timeout : float or None
        After which it is killed, with all that it has started [s].
    """

    def __init__(self, command: str, timeout: float | None) -> None:
        self.name = command
        self._call = split(command)
        self._timeout = timeout

    def handle(self, alert: Alert, topic: str) -> Handled:
        """Run it."""
        try:
            told = told_of(alert, topic)
            status = run(self._call, alert.payload.encode(), told, self._timeout)
        except FakeGraceDbError as error:
            return Handled(None, str(error))
        if status is None:
            return Handled(None, f"killed after {self._timeout:g} s")
        return Handled(status, None if status == 0 else f"exit status {status}")

    def close(self) -> None:
        """Nothing is left running."""


class Worker:
    """A child process that calls a function with each alert; it is started again when it dies.

    Parameters
    ----------
    function : str
        As ``module:function``, called as igwn-alert calls.
    timeout : float or None
        After which the process is killed [s].
    """

    def __init__(self, function: str, timeout: float | None) -> None:
        self.name = function
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: IO[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process and give it, so that a function that is none is known at once.

        Raises
        ------
        ValueError
            If there is no such function.
        """
        reading, writing = os.pipe()
        call = [sys.executable, "-m", "fakegracedb.alerts.worker", self.name, str(writing)]
        process = subprocess.Popen(call, stdin=subprocess.PIPE, pass_fds=[writing])
        self._process = process
        os.close(writing)
        self._answers = os.fdopen(reading, "rb", buffering=0)
        answer = self._answer(None)
        problem = f"{self.name} cannot be called: its process ended at the start"
        if answer:
            problem = json.loads(answer)
        if problem is not None:
            self.close()
            raise ValueError(problem)
        return process

    def handle(self, alert: Alert, topic: str) -> Handled:
        """Call the function."""
        try:
            process = self._process or self.start()
            assert process.stdin is not None
            line = json.dumps({"topic": topic, "payload": alert.payload}) + "\n"
            process.stdin.write(line.encode())
            process.stdin.flush()
            answer = self._answer(self._timeout)
        except BrokenPipeError:
            answer = b""
        except (OSError, ValueError) as error:
            self.close()
            return Handled(None, str(error))
        if answer:
            problem = json.loads(answer)
            return Handled(0 if problem is None else 1, problem)
        if answer is None:
            self.close()
            return Handled(None, f"killed after {self._timeout:g} s")
        status = process.wait()
        self.close()
        return Handled(status or None, f"its process died with {status}")

    def _answer(self, timeout: float | None) -> bytes | None:
        """Read one line of the process: empty if it has ended, None if it takes too long."""
        assert self._answers is not None
        end = None if timeout is None else time.monotonic() + timeout
        text = b""
        while not text.endswith(b"\n"):
            left = None if end is None else end - time.monotonic()
            if (left is not None and left <= 0) or not select.select([self._answers], [], [], left)[
                0
            ]:
                return None
            piece = os.read(self._answers.fileno(), 1 << 16)
            if not piece:
                return b""
            text += piece
        return text

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if self._answers is not None:
            self._answers.close()
            self._answers = None
        if process is not None:
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
