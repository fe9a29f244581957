"""What the benchmarks share: how they measure, and how they tell."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from fakegracedb import FakeGraceDb

results: list[tuple[str, float, float, str]] = []


def report(name: str, measured: float, goal: float, unit: str = "") -> None:
    """Print a figure beside its goal."""
    verdict = "ok" if measured <= goal else "MISSED"
    results.append((name, measured, goal, verdict))
    print(f"{verdict:6}  {name:58} {measured:9.3f} {unit:3} (at most {goal:g})", flush=True)


def medians(repeats: int, *calls: Callable[[], object]) -> list[float]:
    """Give the median time of each call [s]; they take turns."""
    times: list[list[float]] = [[] for _ in calls]
    for call in calls:
        call()
    gc.collect()
    gc.disable()
    try:
        for _ in range(repeats):
            for call, taken in zip(calls, times, strict=True):
                began = time.perf_counter()
                call()
                taken.append(time.perf_counter() - began)
    finally:
        gc.enable()
    return [statistics.median(taken) for taken in times]


def fresh(stack: ExitStack) -> FakeGraceDb:
    """Give a client on an empty store."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return FakeGraceDb(store=Path(folder) / "store")
