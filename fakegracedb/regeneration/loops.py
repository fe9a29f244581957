"""What is replayed in a loop: a span of time, and what of a source happened in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..clock import iso_text, utc_from_gps
from ..errors import RegenerationError
from .instants import BILLION, decimal_seconds, nanoseconds_of
from .making import created_at

__all__ = ["Loop", "Selection"]


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
