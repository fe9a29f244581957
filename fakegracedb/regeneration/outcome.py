"""What a regeneration made: events, a superevent, the id map, and the report of the shift."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .identities import IdMap
from .report import ShiftReport

__all__ = ["NewEvent", "Regeneration"]


@dataclass
class NewEvent:
    """An event that was created again, or could not be.

    Attributes
    ----------
    old_id : str
        At the source.
    pipeline, group : str
        Names.
    old_search, search : str or None
        At the source, and now.
    new_id : str or None
        None: it is not there.
    gpstime : float or None
        As the target tells it.
    uploads : list of str
        Names of the files that came with it or to it.
    wanted : int
        How many there are to be.
    labels : list of str
        That it was given.
    problem : str
        Why it, or something of it, is not there; empty if all is.
    skipped : bool
        Whether that is no failure.
    """

    old_id: str
    pipeline: str
    group: str
    old_search: str | None
    search: str | None
    new_id: str | None = None
    gpstime: float | None = None
    uploads: list[str] = field(default_factory=list)
    wanted: int = 0
    labels: list[str] = field(default_factory=list)
    problem: str = ""
    skipped: bool = False

    @property
    def line(self) -> str:
        """One line that tells of it."""
        if self.new_id is None:
            return f"{'Skipped' if self.skipped else 'Failed'} {self.old_id}: {self.problem}"
        search = self.search or "-"
        if (self.old_search or "-") != search:
            search = f"{self.old_search or '-'} -> {search}"
        return (
            f"Created {self.old_id} -> {self.new_id}  {self.pipeline}  {self.group}  {search}  "
            f"({self.gpstime})"
        )

    def to_json(self) -> dict[str, Any]:
        """Give it for programs."""
        return dict(vars(self))


@dataclass
class Regeneration:
    """What was created, and how it differs from the source.

    Attributes
    ----------
    mode : {"pipeline", "history"}
        How.
    report : ShiftReport
        What the shift did to every file.
    events : list of NewEvent
        In the order of the source's ids.
    old_superevent_id, superevent_id : str or None
        The superevent at the source, and the one created; the latter only in history mode.
    differences : list of str
        In history mode: where the new logs are not those of the source.
    problem : str
        What ended it before its time, if the server or the way to it did.
    stopped : bool
        Whether somebody did.
    """

    mode: str
    report: ShiftReport
    events: list[NewEvent] = field(default_factory=list)
    old_superevent_id: str | None = None
    superevent_id: str | None = None
    differences: list[str] = field(default_factory=list)
    problem: str = ""
    stopped: bool = False

    @property
    def id_map(self) -> IdMap:
        """Old ids to new ones."""
        return self.report.ids

    @property
    def failed(self) -> bool:
        """Whether something that was asked for is not there."""
        return bool(self.failure)

    @property
    def failure(self) -> str:
        """Why something that was asked for is not there; empty if all is."""
        problems = [f"{e.old_id}: {e.problem}" for e in self.events if e.problem and not e.skipped]
        return "; ".join([*([self.problem] if self.problem else []), *problems])

    def to_json(self) -> dict[str, Any]:
        """Give it for programs."""
        return {
            "mode": self.mode,
            "old_superevent_id": self.old_superevent_id,
            "superevent_id": self.superevent_id,
            "events": [one.to_json() for one in self.events],
            "differences": list(self.differences),
            "problem": self.problem,
            "stopped": self.stopped,
            "report": self.report.to_json(),
        }

    def table(self) -> str:
        """Give a table of old and new ids, the shift, uploads and labels."""
        from .instants import decimal_seconds

        delta = decimal_seconds(self.report.delta)
        rows = [("old id", "new id", "delta [s]", "uploads", "labels")]
        if self.superevent_id is not None:
            rows.append((str(self.old_superevent_id), self.superevent_id, delta, "", ""))
        for one in self.events:
            uploads = f"{len(one.uploads)} of {one.wanted}"
            if len(one.uploads) == one.wanted:
                uploads = str(one.wanted)
            rows.append((one.old_id, one.new_id or "-", delta, uploads, ", ".join(one.labels)))
        widths = [max(len(row[place]) for row in rows) for place in range(5)]
        return "\n".join(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )
