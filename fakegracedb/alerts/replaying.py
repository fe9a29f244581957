"""Replay: the history of an object, or of a whole store, as alerts once more."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..clock import iso_text, parse_time
from ..documents import Event, Superevent
from ..errors import FakeGraceDbError
from ..store import Store, View
from ..store.layout import event_folder, logs_of, superevent_folder
from .following import Follower
from .packets import Alert

__all__ = ["history", "paced", "replay", "retimed"]

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_GPS = frozenset(
    (
        *("gpstime", "t_0", "t_start", "t_end", "end_time", "start_time", "peak_time"),
        *("geocent_end_time", "h_end_time", "l_end_time", "v_end_time"),
    )
)


_ALL = 1 << 62  # alerts


def history(
    store: str | os.PathLike[str] | Store,
    uid: str | None = None,
    *,
    first: int | None = None,
    until: int | None = None,
    until_time: float | None = None,
    types: Collection[str] | None = None,
) -> list[Alert]:
    """Give the alerts that an object, or a whole store, has sent, as they were sent.

    Parameters
    ----------
    store : path-like or Store
        The store. It is not touched.
    uid : str, optional
        Graceid or superevent id; None is everything in the journal.
    first, until : int, optional
        Number of the log entry of that object with which to begin and to end, both inclusive.
    until_time : float, optional
        How long after the first alert to end [s].
    types : collection of str, optional
        Only alerts of these types.

    Raises
    ------
    ValueError
        If there is no such object or entry; the message gives the range.
    FakeGraceDbError
        If the journal does not go back so far.
    """
    if not isinstance(store, Store):
        store = Store.open(store)
    found = Follower(store, 0).read(_ALL)
    if uid is None:
        if first is not None or until is not None:
            raise ValueError("numbers of log entries are those of one object: give its id")
    else:
        about = store.read(lambda view: _named(view, uid))
        names = (
            {about.graceid}
            if isinstance(about, Event)
            else {about.superevent_id, about.id, about.gw_id}
        )
        found = [alert for alert in found if alert.uid in names]
        if not found or found[0].alert_type != "new":
            raise FakeGraceDbError(
                f"the journal of {store.path} does not go back to the creation of {uid}: it was "
                "compacted, or the object was loaded"
            )
        found = _between(store, about, found, first, until)
    if until_time is not None and found:
        end = found[0].instant + timedelta(seconds=until_time)
        found = [alert for alert in found if alert.instant <= end]
    if types is not None:
        found = [alert for alert in found if alert.alert_type in types]
    return found


def _named(view: View, uid: str) -> Event | Superevent:
    found: Event | Superevent | None = view.find_event(uid) or view.find_superevent(uid)
    if found is None:
        raise ValueError(f"there is neither an event nor a superevent {uid}")
    return found


def _between(
    store: Store,
    about: Event | Superevent,
    alerts: list[Alert],
    first: int | None,
    until: int | None,
) -> list[Alert]:
    """Cut the alerts of an object at log entries, which may have been told or not."""
    if first is None and until is None:
        return alerts
    if isinstance(about, Event):
        folder = event_folder(about.graceid)
    else:
        folder = superevent_folder(about.superevent_id)
    written: dict[int, int] = {}  # commits by the number of the entry

    def look(view: View) -> None:
        path = logs_of(folder)
        for commit in view.commits(0):
            if path in commit.documents:
                written.clear()  # the log begins anew
            for line in commit.lines.get(path, ()):
                written.setdefault(line["N"], commit.n)

    store.read(look)
    for name, number in (("from", first), ("until", until)):
        if number is not None and number not in written:
            raise ValueError(
                f"{name} {number}: {about.id if isinstance(about, Superevent) else about.graceid} "
                f"has the log entries 1 to {max(written)}"
            )
    if until is not None:
        alerts = alerts[: _place(alerts, written[until], until, behind=True)]
    if first is not None:
        alerts = alerts[_place(alerts, written[first], first, behind=False) :]
    return alerts


def _place(alerts: list[Alert], commit: int, number: int, *, behind: bool) -> int:
    """Give where the alert of a log entry stands, or that of what the entry tells of."""
    for place, alert in enumerate(alerts):
        told = alert.commit == commit and alert.alert_type == "log"
        if told and alert.message["data"]["N"] == number:
            return place + behind
    within = [place for place, alert in enumerate(alerts) if alert.commit <= commit]
    if behind:
        return within[-1] + 1 if within else 0
    earlier = [place for place, alert in enumerate(alerts) if alert.commit < commit]
    return earlier[-1] + 1 if earlier else 0


def retimed(alert: Alert, shift: float) -> Alert:
    """Give an alert with its times moved by whole seconds [s], so that it looks live.

    Notes
    -----
    Dates and GPS times of the packet move; ids, which have a date too, stay as they are.
    """
    whole = round(shift)

    def moved(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: moved(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [moved(one, key) for one in value]
        if isinstance(value, str) and _TIME.fullmatch(value):
            instant = datetime.strptime(value, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
            return (instant + timedelta(seconds=whole)).strftime("%Y-%m-%d %H:%M:%S UTC")
        if key in _GPS and isinstance(value, int | float) and not isinstance(value, bool) and value:
            return value + whole
        return value

    later = iso_text(parse_time(alert.time) + timedelta(seconds=whole))
    return replace(alert, time=later, text=json.dumps(moved(alert.message)))


def replay(
    store: str | os.PathLike[str] | Store,
    uid: str | None = None,
    *,
    speed: float = 1.0,
    topic: str | None = None,
    retime: bool = False,
    repeat: int = 1,
    every: float | None = None,
    start_in: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
    **cut: Any,
) -> Iterator[tuple[float, str, Alert]]:
    """Give the alerts of a history when they are due.

    Parameters
    ----------
    store, uid, **cut
        As for `history`.
    speed : float
        How much faster than it was; 0 does not wait.
    topic : str, optional
        In place of every alert's own topics.
    retime : bool
        Whether the times in the alerts are moved to now (`retimed`); else every repetition is the
        same to the byte.
    repeat : int
        How often.
    every : float, optional
        From the beginning of one time to that of the next [s]; None begins at the end.
    start_in : float
        How long before the first alert is due [s].
    sleep : callable
        How it waits.

    Yields
    ------
    due : float
        When it is due, after the beginning of all [s].
    topic : str
        Without a prefix: an alert with two topics comes twice.
    alert : Alert
        The alert.

    Raises
    ------
    ValueError
        For an impossible speed or number, beside what `history` raises.
    """
    return (
        (due, name, alert)
        for due, topics, alert in paced(
            history(store, uid, **cut),
            speed=speed,
            topic=topic,
            retime=retime,
            repeat=repeat,
            every=every,
            start_in=start_in,
            sleep=sleep,
        )
        for name in topics
    )


def paced(
    alerts: list[Alert],
    *,
    speed: float = 1.0,
    topic: str | None = None,
    retime: bool = False,
    repeat: int = 1,
    every: float | None = None,
    start_in: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[float, tuple[str, ...], Alert]]:
    """Give alerts when they are due, each once with all its topics; see `replay`."""
    if speed < 0 or repeat < 1 or start_in < 0 or (every is not None and every <= 0):
        raise ValueError("speed and start_in are not negative, repeat and every are positive")

    def sent() -> Iterator[tuple[float, tuple[str, ...], Alert]]:
        if not alerts:
            return
        began = time.monotonic()
        origin = alerts[0].instant
        start = start_in
        for turn in range(repeat):
            if turn and every is not None:
                start = start_in + turn * every
            elif turn:
                start = max(start, time.monotonic() - began)
            shift = 0.0
            if retime:
                to_first = max(0.0, began + start - time.monotonic())
                shift = time.time() + to_first - origin.timestamp()
            for alert in alerts:
                offset = max(0.0, (alert.instant - origin).total_seconds())
                due = start + (offset / speed if speed else 0.0)
                # from the beginning, not from the last one, so that nothing adds up
                if (left := began + due - time.monotonic()) > 0 and (speed or start):
                    sleep(left)
                shown = retimed(alert, shift) if retime else alert
                yield due, (topic,) if topic is not None else alert.topics, shown

    return sent()
