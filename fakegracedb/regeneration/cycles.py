"""A span of the source's time as an endless loop: what happened in it happens again and again.

With D = END - START, what happened at a time g happens at g + k D, for every k from now on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from requests.exceptions import RequestException

from ..archive import Archive, fetch
from ..archive.asking import Asker, passing
from ..errors import RegenerationError
from ..services import connect_to_source
from .checkpoints import Checkpoint
from .instants import BILLION, decimal_seconds, nanoseconds_of
from .loops import Loop, Selection
from .running import clockwork, regenerate
from .targets import Target
from .timing import StoppedError, WallTime

__all__ = ["Cycled", "cycle"]

_CARRIED = ("EARLY_WARNING", "SNR_OPTIMIZED", "cWB_s", "cWB_r")
_LATE = 600 * BILLION  # an event that is later than that waits for the next cycle
_PAUSES = (1.0, 5.0, 20.0, 60.0)  # s, between two searches of a source in trouble; then the last


@dataclass
class Cycled:
    """What a loop has come to; of what was created only numbers are kept, since it may take years.

    Attributes
    ----------
    objects, events : int
        How many were created by this run, and how many events came with them.
    failures : dict of str to str
        Why something of an object is not there, by the last time that it was not.
    cycles : int
        How many are over, those of earlier runs among them.
    stopped : bool
        Whether somebody has ended it.
    """

    objects: int = 0
    events: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    cycles: int = 0
    stopped: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give it for programs."""
        return dict(vars(self))


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
    progress: Callable[[str, int, int], None] | None = None,
    options: dict[str, Any] | None = None,
) -> Cycled:
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
    progress : callable, optional
        Takes what is being waited for, and where in the loop it is, of its length [s].
    options : dict, optional
        Further arguments of `regenerate`.

    Returns
    -------
    Cycled
        What came of it.
    """
    try:
        loop = Loop(nanoseconds_of(start), nanoseconds_of(end))
    except ValueError as error:
        raise RegenerationError(str(error)) from None
    wanted = selection or Selection()
    client = connect_to_source(source)
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
        progress or (lambda what, done, total: None),
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
    progress: Callable[[str, int, int], None]
    options: dict[str, Any]
    result: Cycled = field(default_factory=Cycled)
    _threads: list[threading.Thread] = field(default_factory=list)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def run(self, cycles: int | None) -> Cycled:
        time = clockwork(self.target, self.clock, self.stop)
        try:
            self._resume()
            while cycles is None or self.mark.cycles < cycles:
                if self.mark.offset is None:
                    now = time.now()
                    self.mark.offset = self.loop.offset(now)
                    # in the middle of the loop: what comes next, not what is over
                    self.mark.position = now - self.mark.offset
                self._once(time, self.mark.offset)
                self.mark.turn(self.loop.start, self.loop.length)
        except StoppedError:
            self.result.stopped = True
        finally:
            for thread in self._threads:
                thread.join()
            time.finish()
        self.result.cycles = self.mark.cycles
        return self.result

    def _resume(self) -> None:
        """Complete what a run that was ended had begun."""
        for begun in list(self.mark.active):
            self._create(begun["id"], begun["shift"], frozenset(begun["there"]))

    def _once(self, time: Any, offset: int) -> None:
        """Replay what is left of a cycle."""
        found = False
        for when, id_ in self._found():
            if self.mark.is_past(when, id_):
                continue
            found = True
            seconds = (when - self.loop.start) // BILLION, self.loop.length // BILLION
            self.progress(f"cycle {self.mark.cycles + 1}, {id_}", *seconds)
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

    def _found(self) -> Iterator[tuple[int, str]]:
        """Give what is to come in this cycle; a source in trouble is searched again."""
        client, tries = Asker(self.client).client, 0
        while True:
            try:
                for one in self.selection.find(client, self.mark.position, self.loop.end):
                    tries = 0
                    yield one
            except RequestException as error:
                if not passing(error):
                    raise
                pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
                tries += 1
                self.tell(f"The source cannot be searched, again in {pause:.0f} s: {error}")
                if self.stop.wait(pause):
                    raise StoppedError from None
            else:
                return

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
                created=lambda event: self.mark.there(id_, shift, event),
                tell=self.tell,
                **self.options,
            )
            if result.stopped:
                return
            with self._counting:
                self.result.objects += 1
                self.result.events += sum(1 for event in result.events if event.new_id is not None)
            if result.failed:
                self.result.failures[id_] = result.failure
        except Exception as error:  # whatever it is, the others go on
            self.result.failures[id_] = str(error)
            self.tell(f"Failed {id_}: {error}")
        self.mark.finish(id_, shift)
