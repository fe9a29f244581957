"""Puts hostile requests to an application, one by one, and holds every answer to the rules.

Run as a program, in a process whose memory is its own: folder, number of requests, seed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote

from hostile_requests import Hostile
from valid_requests import Asked

from fakegracedb import Store
from fakegracedb.api.app import Application
from fakegracedb.api.message import Blob, Request, Response
from fakegracedb.api.routes import ROUTES, match

LATE = 5.0  # s of work; an answer that takes longer counts as none
HANGING = 60.0  # s of whatever the machine does
LINES = ("2.36", "2.33")
OWN = {
    "store.json", "vocabulary.json", "users.json", "tags.json", "journal.jsonl", "events",
    "superevents", "catalogs.jsonl", "index.checkpoint", ".lock", ".gitignore",
}  # fmt: skip


EXPECTED = {
    (line, route.name, method)
    for line in LINES
    for route in ROUTES
    for method in route.handlers
    if line == "2.36" or not route.v2_only
}
MOST_MORE = 1000  # good requests, for what had no good answer by chance


class NoAnswerError(BaseException):
    """Raised into a request that hangs; an `Exception` would be made an answer of."""


@contextmanager
def hurried() -> Iterator[None]:
    """Break off what takes too long, where the system has an alarm clock."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise NoAnswerError(f"no answer after {LATE} s of work, or {HANGING} s")

    if not hasattr(signal, "setitimer"):
        yield
        return
    clocks = (
        (signal.SIGPROF, signal.ITIMER_PROF, LATE),
        (signal.SIGALRM, signal.ITIMER_REAL, HANGING),
    )
    before = [signal.signal(number, ring) for number, _, _ in clocks]
    for _, clock, seconds in clocks:
        signal.setitimer(clock, seconds)
    try:
        yield
    finally:
        for (number, clock, _), handler in zip(clocks, before, strict=True):
            signal.setitimer(clock, 0)
            signal.signal(number, handler)


def held_to_the_rules(request: Request, response: Response) -> Any:
    """Check an answer; give its JSON, None if it is of another kind."""
    assert isinstance(response, Response)
    assert 200 <= response.status <= 599, response.status
    body = response.body
    if isinstance(body, Blob):
        with body.stream as stream:
            content = stream.read()
        assert len(content) == body.length
        body = content
    assert b"Traceback" not in body
    assert b"the fake failed" not in body, body[:2000]
    for name, value in response.headers.items():
        # what a wire would refuse, or take for a header of its own
        assert value.isprintable(), (name, value)
        assert value.isascii(), (name, value)
    data = None
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("application/json") and body and not isinstance(response.body, Blob):
        data = json.loads(body)
        json.dumps(data, allow_nan=False)
    if response.status == 204:
        assert body == b""
    if response.status >= 500:
        assert documented(request, response.status, str(data)), body[:2000]
    return data


def documented(request: Request, status: int, text: str) -> bool:
    """Whether this is one of the server errors that are meant to be."""
    if status == 501:  # whatever else fails is 500
        return "faked" in text
    if status == 503:
        return request.method == "POST" and "Failed to save log entry: {" in text
    if request.method == "POST" and "Problem creating EMBB Observation: " in text:
        return match_name(request) == "emobservation-list-template"
    # a replacement that cannot be read is an error of the real server's too
    return status == 500 and (request.method, match_name(request)) == (
        "PUT", "event-detail-template"
    )  # fmt: skip


def match_name(request: Request) -> str:
    """Name the route of a request."""
    below = request.url.partition("/api/")[2].partition("?")[0].partition("#")[0]
    for base in ("v1/", "v2/", "default/"):
        below = below.removeprefix(base)
    found = match(unquote(below, errors="replace"))
    return found[0].name if found else ""


def tree(folder: Path, without: Path) -> dict[str, bytes | None]:
    """Give everything below a folder, byte by byte, but for one folder in it."""
    found: dict[str, bytes | None] = {}
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(here, name) != without]
        found.update({str(Path(here, name)): None for name in folders})
        found.update({str(Path(here, name)): Path(here, name).read_bytes() for name in names})
    return found


def memory() -> float:
    """Give the largest size that this process had in memory so far [MB]."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def shown(asked: Asked, request: Request) -> str:
    """Describe a request so that it can be put again."""
    text = repr(request)
    if len(text) > 6000:
        text = f"{text[:3000]} … {text[-3000:]}"
    return f"line {asked.line}, route {asked.route or '-'}: {text}"


class Run:
    """One stream of hostile requests, put to both server lines over one store."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.outside = folder
        self.place = folder / "store"
        (folder / "store-twin").mkdir()
        (folder / "store-twin" / "canary.txt").write_text("sings")
        (folder / "canary.txt").write_text("sings")
        (folder / "here").mkdir()
        os.chdir(folder / "here")
        self.before = tree(self.outside, self.place)
        self.store = Store(self.place)
        self.store.clock.set("2026-03-01 17:00:00")
        self.applications = {line: Application(self.store, line) for line in LINES}
        self.hostile = Hostile(seed)
        self.statuses: Counter[int] = Counter()
        self.good: set[tuple[str, str, str]] = set()
        self.slowest = (0.0, "")

    def put(self, asked: Asked) -> None:
        """Put a request and judge its answer."""
        request = asked.request()
        began = time.perf_counter()
        with hurried():
            response = self.applications[asked.line].respond(request)
        seconds = time.perf_counter() - began
        if seconds > self.slowest[0]:
            self.slowest = (seconds, shown(asked, request)[:300])
        data = held_to_the_rules(request, response)
        self.statuses[response.status] += 1
        if 200 <= response.status < 300:
            self.good.add((asked.line, match_name(request), request.method))
        self.hostile.learn(asked, response.status, data)

    def finish(self) -> None:
        """Judge what all the requests together have left behind."""
        problems = self.store.check()
        assert not problems, [str(problem) for problem in problems][:20]
        after = tree(self.outside, self.place)
        assert after == self.before, set(after) ^ set(self.before)
        assert {place.name for place in self.place.iterdir()} <= OWN
        for folder in (self.place / "events").iterdir():
            for place in folder.iterdir():
                assert place.is_file(), place
                assert not place.is_symlink(), place
                assert place.name.isprintable(), place
                assert len(place.name.encode()) <= 210, place
        assert self.good >= EXPECTED, sorted(EXPECTED - self.good)
        kept = {graceid: event.to_json() for graceid, event in self.store.events.items()}
        copy = self.store.copy(self.outside / "copy")
        assert not copy.check()
        assert {graceid: event.to_json() for graceid, event in copy.events.items()} == kept


def main(folder: str, count: str, seed: str) -> None:
    """Run, and print what was tried as JSON."""
    run = Run(Path(folder), int(seed))
    began = time.perf_counter()
    for number in range(int(count)):
        asked = run.hostile.next()
        try:
            run.put(asked)
        except BaseException:
            print(
                f"seed {seed}, request {number}: {shown(asked, asked.request())}", file=sys.stderr
            )
            raise
    seconds = time.perf_counter() - began
    megabytes = memory()
    for _ in range(MOST_MORE):
        if run.good >= EXPECTED:
            break
        run.put(run.hostile.valid(share=1))
    run.finish()
    report = {
        "requests": int(count),
        "seconds": seconds,
        "statuses": dict(sorted(run.statuses.items())),
        "slowest": run.slowest,
        "megabytes": megabytes,
        "events": len(run.hostile.events),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
