"""Benchmarks of what looks: the command's help, what changed, and waiting for what is there."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from measuring import fresh, medians, report

from fakegracedb import FakeGraceDb, Store, wait_for
from fakegracedb.documents import Event

__all__ = ["looking"]

_MANY, _FEW = 20_000, 10


def looking() -> None:
    """The command's help, store.diff, and wait_for."""
    _help()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        many, few = (_filled(folder / str(size), size) for size in (_MANY, _FEW))
        snapshots = {store: store.snapshot(f"{store.path}-before") for store in (many, few)}
        marks = {store: store.mark() for store in (many, few)}
        for store in (many, few):
            with FakeGraceDb(store=store) as client:
                client.write_label("T0005", "DQV")
                client.write_log("T0006", "something", "a.txt", b"1")
        _compare("store.mark()", lambda store: store.mark(), many, few)
        lines = (many.path / "journal.jsonl").read_bytes().splitlines()
        ours, whole = medians(20, lambda: many.diff(marks[many]), lambda: [*map(json.loads, lines)])
        print(f"        diff(mark) with 2 changes: {ours * 1e3:.1f} ms of {_MANY:,} events")
        report("diff(mark) with 2 changes / its journal parsed", ours / whole, 0.5)
        _compare(
            "diff(snapshot) with 2 changes",
            lambda store: store.diff(snapshots[store]),
            many,
            few,
            1.3,
        )
        client = fresh(stack)
        client.create_event("Test", "gstlal", "a.xml", filecontents="?")
        ours, theirs = medians(
            1000, lambda: wait_for(client, "T0001"), lambda: client.event("T0001")
        )
        report("wait_for what is there / event()", ours / theirs, 1.5)


def _compare(
    name: str, call: Callable[[Store], object], many: Store, few: Store, goal: float = 1.3
) -> None:
    one, other = medians(50, lambda: call(few), lambda: call(many))
    print(f"        {name}: {other * 1e3:.2f} ms of {_MANY:,} events, {one * 1e3:.2f} of {_FEW}")
    report(f"{name}: {_MANY:,} events / {_FEW}", other / one, goal)


def _filled(path: Path, size: int) -> Store:
    store = Store(path)
    time = "2026-03-01T17:04:09.000000Z"
    rights = {group: ["view", "change"] for group in ("internal_users", "executives")}
    store.bulk_load(
        Event(f"T{n:04}", "ada", time, "Test", "gstlal", permissions=rights)
        for n in range(1, size + 1)
    )
    return store


def _help() -> None:
    # all modules are compiled once, as they are after an installation
    compiled = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def took(*argv: str) -> float:
        """Give the time on a processor [s]: this is a matter of what is loaded, not of waiting."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *argv], check=True, capture_output=True, env=compiled)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    times = [(took("-m", "fakegracedb", "--help"), took("-c", "pass")) for _ in range(21)]
    ours, python = (statistics.median(column) for column in zip(*times, strict=True))
    report("fakegracedb --help beyond Python itself", (ours - python) * 1e3, 60, "ms")
