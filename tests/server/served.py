"""`fakegracedb serve` in a process of its own, as its users start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from patience import PATIENCE, ending

import fakegracedb

ROOT = str(Path(fakegracedb.__file__).parents[1])


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "FAKEGRACEDB" not in name}
    return {**kept, "PYTHONPATH": ROOT}


@dataclass
class Served:
    """A server process."""

    process: subprocess.Popen[str]
    url: str

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def memory(self) -> float:
        """Give the most that it had in memory so far [MB]."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def serving(
    store: Path, *options: str, stderr: IO[str] | int | None = None, warnings: str = "error"
) -> Iterator[Served]:
    """Serve a store for as long as a block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-W", warnings, "-m", "fakegracedb", "serve", "--store", store,
         "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    with ending(process):
        yield Served(process, process.stdout.readline().strip())
