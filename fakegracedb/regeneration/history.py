"""History mode: a superevent with its events is created again entry by entry.

Every entry of a log was written by somebody, or by the server when something was done. The latter
are not written again but done again; what the server then writes stands for them. An operation on
a superevent writes into the logs of events too, so before it is done these are brought to where
they were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from ligo.gracedb.exceptions import HTTPError
from requests.exceptions import RequestException

from ..archive import ArchivedEvent, ArchivedSuperevent
from ..archive.archived import Archived
from ..errors import ArchiveError, RegenerationError
from . import announcing, deeds, settling
from .entries import Operation, operation, tagged
from .making import Run, created_at, logged_at
from .outcome import NewEvent
from .timing import StoppedError

__all__ = ["History", "Told", "run_history"]


@dataclass
class Told:
    """One object: its log at the source, and how far it has come here.

    Attributes
    ----------
    archived : Archived
        At the source.
    rows : list of dict
        Its log entries, by number.
    done : set of int
        The numbers of those that are here too, in whatever way.
    numbers : dict of int to int
        Their numbers here.
    written : int
        The number of the last entry here.
    made : NewEvent or None
        Of an event.
    """

    archived: Archived
    rows: list[dict[str, Any]]
    done: set[int] = field(default_factory=set)
    numbers: dict[int, int] = field(default_factory=dict)
    written: int = 0
    made: NewEvent | None = None
    new_id: str | None = None
    active: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_superevent(self) -> bool:
        """Whether it is a superevent."""
        return isinstance(self.archived, ArchivedSuperevent)

    @cached_property
    def tagged(self) -> frozenset[tuple[int, str]]:
        """Which tags were put on which entries, as far as the log tells."""
        return frozenset(found for row in self.rows if (found := tagged(row)) is not None)

    def next_of(self, kind: str) -> int:
        """Count how many operations of a kind there were; give the place of this one."""
        place = self.counts.get(kind, 0)
        self.counts[kind] = place + 1
        return place

    def waiting(self) -> list[dict[str, Any]]:
        """Give the entries that are not here yet."""
        return [row for row in self.rows if row["N"] not in self.done]

    def take(self, row: Mapping[str, Any]) -> None:
        """Let an entry be here, with the next number."""
        self.written += 1
        self.done.add(row["N"])
        self.numbers[row["N"]] = self.written
        if self.made is not None and row.get("filename"):
            self.made.uploads.append(row["filename"])


@dataclass
class History:
    """A run in history mode: all objects, and what is done to them."""

    run: Run
    superevent: Told | None
    events: dict[str, Told]

    @property
    def objects(self) -> list[Told]:
        """All objects, the superevent first: what is done to it shows in the logs of events."""
        return [*([self.superevent] if self.superevent else []), *self.events.values()]

    def go(self) -> None:
        """Create everything."""
        order: list[tuple[int, int, float, partial[None]]] = []
        for place, told in enumerate(self.objects):
            began = created_at(told.archived.object)
            # whatever its log tells, it comes to be
            order.append((began, place, 0, partial(self.advance, told, 0)))
            for row in told.rows:
                step = partial(self.advance, told, row["N"])
                order.append((self._time(told, row), place, row["N"], step))
            if not told.is_superevent:
                for row in sorted(told.archived.rows("embb"), key=lambda one: int(one["N"])):
                    time = max(began, logged_at(row))
                    order.append((time, place, math.inf, partial(self._embb, told, row, time)))
        self.run.total = len(order)
        for *_, step in sorted(order, key=lambda one: one[:3]):
            step()
            self.run.advanced()
        for told in self.objects:
            settling.reconcile(self, told)

    def _time(self, told: Told, row: Mapping[str, Any]) -> int:
        """Give when an entry was made, not before the object, which tells fractions."""
        return max(logged_at(row), created_at(told.archived.object))

    def advance(self, told: Told, upto: int) -> None:
        """Bring the log of an object to an entry of the source, and that one too."""
        if told.active:
            return
        told.active = True
        try:
            if told.new_id is None and not told.is_superevent:
                self._wait(created_at(told.archived.object))
                deeds.create_event(self, told)
            for row in told.rows:
                if row["N"] > upto:
                    break
                if row["N"] not in told.done:
                    self._do(told, row)
        finally:
            told.active = False

    def _embb(self, event: Told, row: dict[str, Any], time: int) -> None:
        """Make an entry of another log of an event, which the usual one does not tell of."""
        self._wait(time)
        announcing.create_embb(self, event, row)

    def _wait(self, source: int) -> None:
        self.run.pace.wait(source)

    def _do(self, told: Told, row: dict[str, Any]) -> None:
        """Do what made an entry, or write it."""
        found = operation(row)
        if found is not None and found.kind.startswith("linked_"):
            self._pull(told, row)
            if row["N"] in told.done:
                return
        self._wait(self._time(told, row))
        if told.new_id is None:
            deeds.create_superevent(self, told, found if _creates(found) else None, row)
            if row["N"] in told.done:
                return
        if found is not None and self._repeat(told, row, found):
            return
        self._write(told, row, inferred=found is None)

    def _repeat(self, told: Told, row: dict[str, Any], found: Operation) -> bool:
        """Do an operation; tell whether it was one that can be done."""
        deed: Callable[[History, Told, dict[str, Any], dict[str, Any]], bool] | None
        deed = deeds.DEEDS.get(found.kind)
        if deed is None:
            return False
        try:
            return deed(self, told, row, found.values)
        except HTTPError as error:
            if error.response.status_code >= 500:
                raise  # the server's trouble, not a matter of the operation
            problem = f"{error.response.status_code} {error.response.text}"
        except (ArchiveError, KeyError, TypeError, ValueError) as error:
            problem = str(error) or repr(error)  # the client itself refuses some things
        self.run.note(f"{told.archived.id} log {row['N']}: {row['comment']}: {problem}")
        return False

    def _pull(self, event: Told, row: Mapping[str, Any]) -> None:
        """Do what the superevent's log has up to the entry that wrote this one of an event."""
        if self.superevent is None:
            return
        for candidate in self.superevent.waiting():
            found = operation(candidate)
            if found is not None and event.archived.id in _concerned(found):
                self.advance(self.superevent, candidate["N"])
                if row["N"] in event.done:
                    return

    def linked(self, graceid: str, *kinds: str) -> list[tuple[Told, dict[str, Any]]]:
        """Give the next entry of each kind in an event's log; first bring the log up to it."""
        event = self.events.get(graceid)
        if event is None:
            return []
        if event.new_id is None:
            self.advance(event, 0)
        result = []
        for kind in kinds:
            for row in event.waiting():
                found = operation(row)
                if found is not None and found.kind == kind:
                    self.advance(event, row["N"] - 1)
                    if row["N"] not in event.done:
                        result.append((event, row))
                    break
        return result

    def _write(self, told: Told, row: dict[str, Any], *, inferred: bool) -> None:
        """Write an entry as somebody did, with its file and the tags that it got at once."""
        run = self.run
        comment = run.shift.ids(row["comment"])
        if not inferred:
            comment = run.shift.near_times(comment)
            run.note(
                f"{told.archived.id} log {row['N']}: {row['comment'].strip()!r} is written as a "
                "plain entry: what made it cannot be done again"
            )
        name, content = row.get("filename") or None, None
        if name is not None:
            try:
                old = told.archived.read(name, row.get("file_version"))
                moved = run.file(told.archived, name, old)
                name, content = moved.name, moved.content
            except ArchiveError as error:
                run.note(f"{told.archived.id} log {row['N']}: without its file: {error}")
                name = None
        tags, entries = self.tags_at_once(told, row)
        run.client.write_log(
            told.new_id,
            comment,
            filename=name,
            filecontents=content,
            tag_name=tags,
        )
        self.took(told, row, entries)

    def tags_at_once(
        self, told: Told, row: Mapping[str, Any]
    ) -> tuple[list[str], list[dict[str, Any]]]:
        """Give the tags that an entry got when it was written, and the entries that tell of them.

        Those follow it without anything between. A tag of which no entry tells was there as well.
        """
        place = told.rows.index(row)  # type: ignore[arg-type]
        tags: list[str] = []
        entries: list[dict[str, Any]] = []
        for following in told.rows[place + 1 :]:
            found = tagged(following)
            if found is None or found[0] != row["N"] or found[1] in tags:
                break
            tags.append(found[1])
            entries.append(following)
        silent = [tag for tag in row.get("tag_names") or () if (row["N"], tag) not in told.tagged]
        return tags + silent, entries

    def took(
        self,
        told: Told,
        row: Mapping[str, Any],
        following: list[dict[str, Any]],
        elsewhere: list[tuple[Told, dict[str, Any]]] | None = None,
    ) -> None:
        """Let entries be here that an operation has written."""
        told.take(row)
        for one in following:
            told.take(one)
        for event, one in elsewhere or ():
            event.take(one)


def _creates(found: Operation | None) -> bool:
    return found is not None and found.kind == "create_superevent"


def _concerned(found: Operation) -> set[str]:
    """Give the events in whose logs an operation on a superevent shows."""
    values = found.values
    names = {values.get("graceid"), values.get("preferred_event")}
    names.update(values.get("events") or ())
    return {name for name in names if name}


def run_history(run: Run, archived: ArchivedEvent | ArchivedSuperevent) -> None:
    """Create an object and all that hangs on it again."""
    members = archived.events if isinstance(archived, ArchivedSuperevent) else (archived,)
    events = {}
    for event in members:
        made = run.new_event(event)
        made.wanted = sum(1 for row in event.logs if row.get("filename"))
        events[event.id] = Told(event, event.logs, made=made)
    superevent = None
    if isinstance(archived, ArchivedSuperevent):
        superevent = Told(archived, archived.logs)
        preferred = archived.object["preferred_event"]
        if preferred not in events:
            raise RegenerationError(
                f"{archived.id}: its preferred event {preferred} is not in the archive"
            )
    history = History(run, superevent, events)
    try:
        history.go()
    except StoppedError:
        run.result.stopped = True
        return
    except HTTPError as error:
        answer = error.response
        asked = f"{answer.request.method} {answer.request.path_url}"
        run.result.problem = f"{asked}: {answer.status_code}: {answer.text}"
        return
    except RequestException as error:
        run.result.problem = str(error)
        return
    for told in history.objects:
        run.result.differences += settling.compare(history, told)
