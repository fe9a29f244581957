"""`regenerate`: an archived object created again at another time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..archive import Archive, ArchivedEvent, ArchivedSuperevent
from ..errors import RegenerationError
from .history import run_history
from .identities import IdMap
from .instants import decimal_seconds, nanoseconds_of
from .making import Run, Wishes, created_at, logged_at
from .outcome import Regeneration
from .pipeline import chosen, last_upload, run_pipelines
from .report import ShiftReport
from .shifting import Shift
from .targets import Target, open_target
from .timing import Clockwork, Pace, StoreTime, WallTime, choose_delta, pace_factor

__all__ = ["clockwork", "find", "reference_of", "regenerate"]

Thing = ArchivedEvent | ArchivedSuperevent
Seconds = str | Decimal | int | float

_MODES = ("pipeline", "history")
_UPLOADS = ("default", "all", "essential")


def regenerate(
    archive_or_id: Thing | str | os.PathLike[str],
    target: Any,
    *,
    at: Seconds | datetime | None = None,
    shift: Seconds | None = None,
    sidereal: bool = False,
    group: str | None = None,
    search: str | None = "MDC",
    max_delay: Seconds | None = None,
    speed: Seconds = 1,
    cap_wait: Seconds | None = None,
    mode: str = "pipeline",
    clock: str | Clockwork | None = None,
    archive: Archive | str | os.PathLike[str] | None = None,
    labels: Sequence[str] = (),
    uploads: str = "default",
    meg_log: bool = True,
    deep: bool = False,
    keep_trigger_id: bool = False,
    test_role: bool = False,
    shift_process: bool = False,
    rewrite_text: bool = False,
    rename_files: bool = False,
    strict: bool = False,
    carry_labels: Collection[str] = (),
    leave_out: Collection[str] = (),
    tell: Callable[[str], None] | None = None,
    created: Callable[[str], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: threading.Event | None = None,
) -> Regeneration:
    """Create an archived event or superevent again, with all its times moved.

    Parameters
    ----------
    archive_or_id : Archived, str or path-like
        What an archive gave, its id there, or its folder.
    target : str, path-like, Store or GraceDb
        A store, its folder, a test server (alias or URL), or a client. Never the production server.
    at : optional
        The new time of the superevent's ``t_0``, or of an event: GPS [s], UTC, ``"now"`` (the
        default), ``"+SECONDS"``.
    shift : optional
        By how much to move [s], instead; 0 leaves all times as they are.
    sidereal : bool
        Round the shift down to whole sidereal days.
    group : str, optional
        Another group.
    search : str or None
        Another search; None keeps those of the source.
    max_delay : optional
        The longest time from the first creation to the last upload [s]: longer ones are shrunk.
    speed : optional
        How many times as fast.
    cap_wait : optional
        The longest single wait [s].
    mode : {"pipeline", "history"}
        Upload what pipelines uploaded and leave the rest to whatever reacts; or make everything
        again, entry by entry.
    clock : {"fake", "wall"} or Clockwork, optional
        Set the store's clock instead of waiting, the default for stores; or wait.
    archive : Archive or path-like, optional
        Where ids are looked up; None is the default one.
    labels : sequence of str
        Further labels for new events, in pipeline mode.
    uploads : {"default", "all", "essential"}
        In pipeline mode, which later uploads; by default the essential ones of a superevent's
        events, and all of an event.
    meg_log : bool
        In pipeline mode, let an entry tell where each event comes from.
    deep, keep_trigger_id, test_role, shift_process, rewrite_text, rename_files, strict : bool
        As of `Shift`.
    carry_labels : collection of str
        In pipeline mode, labels that an event gets again if it has them at the source.
    leave_out : collection of str
        In pipeline mode, events that are there already.
    tell : callable, optional
        Takes a line whenever something is there.
    created : callable, optional
        Takes the old id of an event as soon as it is there.
    progress : callable, optional
        Takes how much is done, and of how much.
    stop : threading.Event, optional
        Ends it after what is being done, when set.

    Returns
    -------
    Regeneration
        What is there now.

    Raises
    ------
    RegenerationError
        Nothing can be created as asked.
    """
    for name, value, choices in (
        ("mode", mode, _MODES),
        ("uploads", uploads, _UPLOADS),
        ("clock", clock if isinstance(clock, str) else "wall", ("fake", "wall")),
    ):
        if value not in choices:
            raise RegenerationError(f"{name} is one of {', '.join(choices)}, not {value!r}")
    archived = find(archive_or_id, archive)
    place = _target(target)
    time = clockwork(place, clock, stop)
    reference = reference_of(archived)
    now = time.now()
    delta = choose_delta(reference, now, at=at, shift=shift, sidereal=sidereal)
    moved = Shift(
        delta,
        IdMap(),
        reference,
        deep=deep,
        keep_trigger_id=keep_trigger_id,
        test_role=test_role,
        shift_process=shift_process,
        rewrite_text=rewrite_text,
        rename_files=rename_files,
        strict=strict,
    )
    result = Regeneration(mode, ShiftReport(delta, reference, reference + delta, moved.ids))
    events = _events(archived)
    whole = isinstance(archived, ArchivedSuperevent)
    result.old_superevent_id = archived.id if whole else None
    first = min((created_at(event.object) for event in events), default=reference)
    factor = pace_factor(_last(archived, mode, uploads) - first, max_delay, speed)
    pace = Pace(
        time,
        reference,
        reference + delta,
        factor,
        None if cap_wait is None else nanoseconds_of(cap_wait),
    )
    if isinstance(time, WallTime):  # nothing can be done before now
        pace.start = max(now, reference + delta)
        pace.start = max(pace.start, now - round(min(0, first - reference) * factor))
    # the client says no more of them than that they are bad
    if group and group not in place.client.groups:
        raise RegenerationError(f"no group {group!r}; there are {', '.join(place.client.groups)}")
    if search and search not in place.client.searches:
        raise RegenerationError(
            f"no search {search!r}; there are {', '.join(place.client.searches)}"
        )
    wishes = Wishes(group, search, tuple(labels), meg_log, uploads, frozenset(carry_labels))
    run = Run(
        place,
        moved,
        pace,
        wishes,
        result,
        tell or (lambda text: None),
        created or (lambda id_: None),
        progress or (lambda done, total: None),
    )
    run.tell(
        f"{archived.id}: GPS {decimal_seconds(reference)} becomes "
        f"{decimal_seconds(reference + delta)}"
    )
    left = [event for event in events if event.id not in leave_out]
    try:
        if mode == "history":
            run_history(run, archived)
        else:
            run_pipelines(run, left, with_superevent=whole, at_once=not factor)
    finally:
        time.finish()
    return result


def find(
    thing: Thing | str | os.PathLike[str], archive: Archive | str | os.PathLike[str] | None = None
) -> Thing:
    """Give an archived object by its id or folder."""
    if isinstance(thing, ArchivedEvent | ArchivedSuperevent):
        return thing
    path = Path(thing)
    if path.is_dir():
        return Archive(path.parent)[path.name]
    where = archive if isinstance(archive, Archive) else Archive(archive)
    return where[str(thing)]


def _target(where: Any) -> Target:
    return where if isinstance(where, Target) else open_target(where)


def clockwork(
    place: Target, clock: str | Clockwork | None, stop: threading.Event | None
) -> Clockwork:
    """Give the clock to go by: as asked for, else that of the store, else the machine's."""
    if not isinstance(clock, str | None):
        return clock
    if clock is None:
        clock = "wall" if place.store is None else "fake"
    if clock == "wall":
        return WallTime(stop)
    if place.store is None:
        raise RegenerationError(
            f"{place.name} is no store: only the clock of a store can be set (clock='fake')"
        )
    return StoreTime(place.store.clock, stop)


def reference_of(archived: Thing) -> int:
    """Give the time that is moved to another one [ns, GPS]: `t_0`, or `gpstime`."""
    name = "t_0" if isinstance(archived, ArchivedSuperevent) else "gpstime"
    value = archived.object.get(name)
    if value is None:
        raise RegenerationError(f"{archived.id} has no {name}: there is nothing to move")
    return nanoseconds_of(value)


def _events(archived: Thing) -> list[ArchivedEvent]:
    """Give the events, in the order of their creation."""
    if isinstance(archived, ArchivedEvent):
        return [archived]
    return sorted(archived.events, key=lambda event: created_at(event.object))


def _last(archived: Thing, mode: str, uploads: str) -> int:
    """Give when the last thing was done that is done again [ns, GPS]."""
    whole = isinstance(archived, ArchivedSuperevent)
    times = [created_at(event.object) for event in _events(archived)]
    if mode == "history":
        for one in (archived, *_events(archived)):
            times += [logged_at(row) for row in one.logs]
    else:
        times += [
            last_upload(event, chosen(event, uploads, with_superevent=whole))
            for event in _events(archived)
        ]
    return max(times)
