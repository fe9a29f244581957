"""What both modes need: the setting of a run, files shifted on their way, events uploaded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..archive import ArchivedEvent
from ..archive.archived import Archived
from ..clock import gps_microseconds, parse_time
from ..errors import ShiftError
from .instants import nanoseconds_of
from .outcome import NewEvent, Regeneration
from .shifting import Shift, Shifted, shift_file
from .targets import Target
from .timing import Pace

__all__ = ["Run", "Wishes", "created_at", "logged_at"]


@dataclass(frozen=True)
class Wishes:
    """How things are to be created.

    Attributes
    ----------
    group : str or None
        Another group for all events.
    search : str or None
        Another search; None keeps each event's own.
    labels : tuple of str
        Further labels for every event.
    meg_log : bool
        Whether each event gets an entry that tells where it comes from.
    uploads : {"default", "all", "essential"}
        Which later uploads of pipelines.
    carried : frozenset of str
        Labels that events get again if they have them at the source.
    """

    group: str | None = None
    search: str | None = "MDC"
    labels: tuple[str, ...] = ()
    meg_log: bool = True
    uploads: str = "default"
    carried: frozenset[str] = frozenset()


@dataclass
class Run:
    """One regeneration on its way.

    Attributes
    ----------
    target : Target
        Where.
    shift : Shift
        By how much.
    pace : Pace
        When.
    wishes : Wishes
        How.
    result : Regeneration
        What is there so far.
    tell : callable
        Takes a line about what was done.
    created : callable
        Takes the old id of an event that is there now.
    progress : callable
        Takes `done` and `total`: how many steps, and of how many.
    """

    target: Target
    shift: Shift
    pace: Pace
    wishes: Wishes
    result: Regeneration
    tell: Callable[[str], None]
    created: Callable[[str], None]
    progress: Callable[[int, int], None]
    total: int = 0
    done: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _labels: frozenset[str] | None = None

    @property
    def client(self) -> Any:
        """The client of the target."""
        return self.target.client

    def note(self, text: str) -> None:
        """Put something into the report, once."""
        with self._lock:
            if text not in self.result.report.notes:
                self.result.report.notes.append(text)

    def advanced(self) -> None:
        """Let a step be done."""
        with self._lock:
            self.done += 1
            self.progress(self.done, self.total)

    def file(self, whose: Archived, name: str, content: bytes) -> Shifted:
        """Shift a file, and take that down.

        One that cannot be shifted is taken as it is; with ``strict`` it is an error.
        """
        try:
            moved = shift_file(name, content, self.shift)
        except ShiftError as error:
            if self.shift.strict:
                raise
            new_name = self.shift.filename(name)
            moved = Shifted(new_name, name, content, "unreadable", [], str(error))
        with self._lock:
            self.result.report.files.append((whose.id, moved))
        return moved

    def known_labels(self, wanted: list[str]) -> list[str]:
        """Give those that the target knows, each once; note the others."""
        if self._labels is None:
            self._labels = frozenset(self.client.allowed_labels)
        for name in wanted:
            if name not in self._labels:
                self.note(f"the label {name} is left out: the target does not know it")
        return [name for name in dict.fromkeys(wanted) if name in self._labels]

    def upload_event(
        self, event: ArchivedEvent, name: str, content: bytes, labels: list[str]
    ) -> dict[str, Any]:
        """Create an event from its file, which is shifted already; give the answer."""
        old = event.object
        search = self.search_of(event)
        answer: dict[str, Any] = self.client.create_event(
            self.wishes.group or old["group"],
            old["pipeline"],
            name,
            search=search,
            labels=labels or None,
            offline=bool(old.get("offline")),
            filecontents=content,
            **_form_fields(old),
        ).json()
        with self._lock:
            self.shift.ids.add(event.id, answer["graceid"])
            self.created(event.id)
        for warning in answer.get("warnings") or ():
            self.note(f"{answer['graceid']}: {warning}")
        return answer

    def new_event(self, event: ArchivedEvent) -> NewEvent:
        """Begin the account of an event."""
        old = event.object
        made = NewEvent(
            old_id=event.id,
            pipeline=old["pipeline"],
            group=self.wishes.group or old["group"],
            old_search=old.get("search") or None,
            search=self.search_of(event),
        )
        self.result.events.append(made)
        return made

    def search_of(self, event: ArchivedEvent) -> str | None:
        """Give the search that an event is to have."""
        search = self.wishes.search
        return event.object.get("search") or None if search is None else search


def _form_fields(event: Mapping[str, Any]) -> dict[str, str]:
    """Give what the form of a hardware injection has beside its file."""
    if event["pipeline"] != "HardwareInjection":
        return {}
    injection = (event.get("extra_attributes") or {}).get("SimInspiral") or {}
    fields = {"instruments": event.get("instruments")}
    fields |= {key: injection.get(key) for key in ("source_channel", "destination_channel")}
    return {key: value for key, value in fields.items() if value}


def created_at(event: Mapping[str, Any]) -> int:
    """Give when an event was created [ns, GPS], to the microsecond if it tells its latency."""
    gpstime, latency = event.get("gpstime"), event.get("reporting_latency")
    if gpstime and latency is not None:
        return nanoseconds_of(Decimal(repr(gpstime)) + Decimal(repr(latency)))
    return logged_at(event)


def logged_at(row: Mapping[str, Any]) -> int:
    """Give when an entry was made [ns, GPS], to the second."""
    when: datetime = parse_time(row["created"])
    return gps_microseconds(when) * 1000
