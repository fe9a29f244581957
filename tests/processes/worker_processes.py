"""Processes that do as told: a line on stdin lets each begin or end, stdout has what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import ligo.gracedb.test.integration
from patience import PATIENCE, ending

import fakegracedb

ROOT = str(Path(fakegracedb.__file__).parents[1])
EVENT_FILE = str(Path(ligo.gracedb.test.integration.__file__).parent / "data" / "cbc-lm.xml")
running = ExitStack()  # ends with the test
# Python itself warns of a fork beside threads
WARNINGS = ("-W", "error", "-W", "ignore::DeprecationWarning:__main__")


def started(program: str, role: str, folder: Path, number: int = 0) -> subprocess.Popen[str]:
    """Start a program of this folder in a role."""
    environment = {key: os.environ[key] for key in os.environ if "FAKEGRACEDB" not in key}
    path = Path(__file__).with_name(program)
    process = subprocess.Popen(
        [sys.executable, *WARNINGS, path, role, folder, str(number), EVENT_FILE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONPATH": ROOT},
    )
    running.enter_context(ending(process))
    return process


def ended(process: subprocess.Popen[str]) -> Any:
    """Let a process begin or end, and give what it has to say."""
    out, errors = process.communicate("go\n", timeout=PATIENCE)
    assert not errors, errors
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1])


def all_ended(processes: Sequence[subprocess.Popen[str]]) -> list[Any]:
    """Do so with several at once."""
    with ThreadPoolExecutor(len(processes)) as threads:
        return list(threads.map(ended, processes))
