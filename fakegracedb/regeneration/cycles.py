"""A span of the source's time as an endless loop: what happened in it happens again and again.

With D = END - START, what happened at a time g happens at g + k D, for every k from now on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..archive import Archive, fetch
from ..clock import iso_text, utc_from_gps
from ..errors import RegenerationError
from ..services import connect
from .checkpoints import Checkpoint
from .instants import BILLION, decimal_seconds, nanoseconds_of
from .making import created_at
from .outcome import Regeneration
from .running import clockwork, regenerate
from .targets import Target
from .timing import StoppedError, WallTime

__all__ = ["Loop", "Selection", "cycle"]

_CARRIED = ("EARLY_WARNING", "SNR_OPTIMIZED", "cWB_s", "cWB_r")
_LATE = 600 * BILLION  # an event that is later than that waits for the next cycle


@dataclass(frozen=True)
class Loop:
    """The arithmetic of a loop; times are GPS [ns]."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise RegenerationError(
                f"the end, {decimal_seconds(self.end)}, is not after the start, "
                f"{decimal_seconds(self.start)}"
            )

    @property
    def length(self) -> int:
        """How long it is [ns]."""
        return self.end - self.start

    def offset(self, now: int) -> int:
        """Give by how much things are moved that happen in the cycle of a time."""
        return (now - self.start) // self.length * self.length


@dataclass(frozen=True)
class Selection:
    """What of a source is replayed.

    Attributes
    ----------
    kind : {"superevents", "events"}
        Whole superevents, or single events.
    pipeline, search : str
        Of events; empty for any.
    """

    kind: str = "superevents"
    pipeline: str = ""
    search: str = ""

    def check(self, client: Any) -> None:
        """Refuse a pipeline or search that the source does not know."""
        if self.kind not in ("superevents", "events"):
            raise RegenerationError(f"kind is superevents or events, not {self.kind!r}")
        if self.kind == "superevents" and (self.pipeline or self.search):
            raise RegenerationError("pipelines and searches are those of --kind events")
        for what, name, known in (
            ("pipeline", self.pipeline, client.pipelines),
            ("search", self.search, client.searches),
        ):
            if name and name not in known:
                raise RegenerationError(f"no {what} {name!r}; there are {', '.join(known)}")

    def find(self, client: Any, begin: int, end: int) -> Iterator[tuple[int, str]]:
        """Give what happened from one time to another, in order, a page at a time: time and id."""
        if self.kind == "superevents":
            query = f"t_0: {decimal_seconds(begin)} .. {decimal_seconds(end)}"
            for one in client.superevents(query, orderby=["t_0"]):
                time = nanoseconds_of(one["t_0"])
                if begin <= time < end:
                    yield time, one["superevent_id"]
            return
        words = [f"pipeline: {self.pipeline}"] if self.pipeline else []
        words += [f"search: {self.search}"] if self.search else []
        first, last = (
            iso_text(utc_from_gps(Decimal(time).scaleb(-9)))[:19].replace("T", " ")
            for time in (begin, end + BILLION)
        )
        query = " ".join([*words, f"created: {first} .. {last}"])
        for one in client.events(query, orderby="created"):
            time = created_at(one)
            if begin <= time < end and one.get("gpstime"):
                yield time, one["graceid"]


def cycle(
    start: Any,
    end: Any,
    target: Target,
    *,
    source: Any = "production",
    selection: Selection | None = None,
    archive: Archive | None = None,
    cycles: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    clock: str | None = None,
    stop: threading.Event | None = None,
    tell: Callable[[str], None] | None = None,
    options: dict[str, Any] | None = None,
) -> list[Regeneration]:
    """Replay a span of time of a source in a loop.

    Parameters
    ----------
    start, end : str, int, float or Decimal
        GPS times [s].
    target : Target
        Where to.
    source : str, path-like, Store or GraceDb
        Where from.
    selection : Selection, optional
        What of it; None is all superevents.
    archive : Archive, optional
        Where fetched objects are kept.
    cycles : int, optional
        After how many to end; the one that is under way counts. None never ends.
    checkpoint : path-like, optional
        File that tells a restart how far this has come.
    clock : {"fake", "wall"}, optional
        As of `regenerate`.
    stop : threading.Event, optional
        Ends it, when set.
    tell : callable, optional
        Takes lines.
    options : dict, optional
        Further arguments of `regenerate`.

    Returns
    -------
    list of Regeneration
        What failed, of all that was created: the rest is forgotten, since this may take years.
    """
    try:
        loop = Loop(nanoseconds_of(start), nanoseconds_of(end))
    except ValueError as error:
        raise RegenerationError(str(error)) from None
    wanted = selection or Selection()
    client = connect(source)
    wanted.check(client)
    config = {"loop": [loop.start, loop.end], "selection": vars(wanted), "options": options or {}}
    one = _Cycle(
        loop,
        wanted,
        client,
        target,
        Archive() if archive is None else archive,
        Checkpoint.open(checkpoint, config),
        clock,
        stop or threading.Event(),
        tell or (lambda line: None),
        options or {},
    )
    return one.run(cycles)


@dataclass
class _Cycle:
    loop: Loop
    selection: Selection
    client: Any
    target: Target
    archive: Archive
    mark: Checkpoint
    clock: str | None
    stop: threading.Event
    tell: Callable[[str], None]
    options: dict[str, Any]
    failures: list[Regeneration] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def run(self, cycles: int | None) -> list[Regeneration]:
        time = clockwork(self.target, self.clock, self.stop)
        try:
            self._resume()
            while cycles is None or self.mark.cycles < cycles:
                if self.mark.offset is None:
                    self.mark.offset = self.loop.offset(time.now())
                    # in the middle of the loop: what comes next, not what is over
                    self.mark.position = time.now() - self.mark.offset
                self._once(time, self.mark.offset)
                self.mark.cycles += 1
                self.mark.offset += self.loop.length
                self.mark.position = self.loop.start
                self.mark.begun = []
                self.mark.save()
        except StoppedError:
            pass
        finally:
            for thread in self._threads:
                thread.join()
            time.finish()
        return self.failures

    def _resume(self) -> None:
        """Complete what a run that was ended had begun."""
        for id_, begun in list(self.mark.active.items()):
            self._create(id_, begun["shift"], frozenset(begun["there"]))

    def _once(self, time: Any, offset: int) -> None:
        """Replay what is left of a cycle."""
        found = False
        for when, id_ in self.selection.find(self.client, self.mark.position, self.loop.end):
            if self.mark.is_past(when, id_):
                continue
            found = True
            due, shift = when + offset, offset
            if self.selection.kind == "events" and time.now() - due > _LATE:
                due, shift = due + self.loop.length, shift + self.loop.length
            time.wait_until(due)
            self.mark.begin(when, id_, shift)
            if isinstance(time, WallTime):
                self._threads = [one for one in self._threads if one.is_alive()]
                thread = threading.Thread(target=self._create, args=(id_, shift, frozenset()))
                self._threads.append(thread)
                thread.start()
            else:
                self._create(id_, shift, frozenset())
        if not found:  # nothing at all would be asked for again at once
            time.wait_until(self.loop.end + offset)

    def _create(self, id_: str, shift: int, there: frozenset[str]) -> None:
        """Create an object; an error of one does not end the loop."""
        try:
            if id_ not in self.archive:
                whole = self.options.get("mode") == "history"
                fetch([id_], self.client, self.archive, related=whole)
            archived = self.archive[id_]
            result = regenerate(
                archived,
                self.target,
                shift=decimal_seconds(shift),
                clock=self.clock,
                stop=self.stop,
                carry_labels=_CARRIED if self.selection.kind == "events" else (),
                leave_out=there,
                created=lambda event: self.mark.there(id_, event),
                tell=self.tell,
                **self.options,
            )
            if result.stopped:
                return
            if result.failed:
                self.failures.append(result)
        except Exception as error:  # whatever it is, the others go on
            self.tell(f"Failed {id_}: {error}")
        self.mark.finish(id_)
