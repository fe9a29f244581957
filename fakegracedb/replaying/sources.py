"""Where histories come from: a store, an archive, or a server; and how they are cut."""

from __future__ import annotations

import contextlib
import heapq
import os
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from ..alerts import Alert
from ..archive.archived import Archived, ArchivedEvent, ArchivedSuperevent
from ..archive.asking import Asker
from ..archive.collecting import Collector
from ..archive.finding import found
from ..archive.folder import Archive
from ..archive.names import is_superevent_id
from ..documents import Event, Superevent
from ..errors import ArchiveError, FakeGraceDbError
from ..services import connect_to_source
from ..store import Store, View
from . import journal
from .rebuilding import rebuilt
from .states import mentioned

__all__ = ["history"]


@dataclass(frozen=True, slots=True)
class _History:
    """Alerts, and for one object the commits (or entries) that its log entries belong to."""

    alerts: list[Alert]
    written: Mapping[int, int]


def history(
    source: Any,
    uid: str | None = None,
    *,
    archive: Archive | str | os.PathLike[str] | None = None,
    auth: bool = False,
    first: int | None = None,
    until: int | None = None,
    until_time: float | None = None,
    types: Collection[str] | None = None,
) -> list[Alert]:
    """Give the alerts of an object, or of all objects of a store or archive.

    Parameters
    ----------
    source : path-like, Store, Archive, Archived, str or GraceDb
        A store or its folder; an archive, an object of one or the folder of either; an alias or URL
        of a server, or a client. None of them is changed.
    uid : str, optional
        Graceid or superevent id; None is everything. A server is asked for one object only.
    archive : Archive or path-like, optional
        Look for the object there, in place of a `source` that is None.
    auth : bool
        Whether the client of a server may look for credentials.
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
        If the source cannot be read.

    Notes
    -----
    What a store's journal tells is given as it was sent, to the byte. Where it does not go back to
    the creation of an object, and for archives and servers, alerts are rebuilt from the object's
    own log, labels and so on: they are marked as approximate (`rebuilt` says in what).
    """
    if uid is None and (first is not None or until is not None):
        raise ValueError("numbers of log entries are those of one object: give its id")
    made = _made(source, uid, archive, auth=auth)
    alerts = made.alerts
    if uid is not None:
        alerts = _cut(uid, made, first, until)
    if until_time is not None and alerts:
        end = alerts[0].instant + timedelta(seconds=until_time)
        alerts = [alert for alert in alerts if alert.instant <= end]
    if types is not None:
        alerts = [alert for alert in alerts if alert.alert_type in types]
    return alerts


def _made(source: Any, uid: str | None, archive: Any, *, auth: bool) -> _History:
    if source is None or isinstance(source, Archive | Archived):
        place = archive if isinstance(archive, Archive) else Archive(archive)
        return _of_archived(_objects(place if source is None else source, uid, place), uid)
    if isinstance(source, Store):
        return _of_store(source, uid)
    if isinstance(source, str | os.PathLike) and Path(source).is_dir():
        if Store(source).exists():
            return _of_store(Store(source), uid)
        return _of_archived(_objects(Path(source), uid, Archive(source)), uid)
    if isinstance(source, os.PathLike):
        Store.open(source)  # says what is wrong
    if uid is None:
        raise ValueError("a server is asked for one object: give its id")
    return _of_archived([_answers(connect_to_source(source, auth=auth), uid)], uid)


# Stores


def _of_store(store: Store, uid: str | None) -> _History:
    alerts = journal.sent(store)
    if uid is None:
        return _History(_whole(store, alerts), {})
    about = store.read(lambda view: _named(view, uid))
    names = journal.names_of(about)
    mine = [alert for alert in alerts if alert.uid in names]
    if journal.complete(mine):
        return _History(mine, journal.entries(store, about))
    return _of_archived([_stored(store, about, alerts)], uid)


def _whole(store: Store, alerts: list[Alert]) -> list[Alert]:
    """Give everything: what the journal does not tell from the beginning is rebuilt."""
    told = {alert.uid for alert in alerts if alert.alert_type == "new"}

    def lacking(view: View) -> list[Event | Superevent]:
        every = [view.event(one) for one in view.graceids()]
        every += [view.superevent(one) for one in view.superevent_ids()]  # type: ignore[misc]
        return [one for one in every if one is not None and told.isdisjoint(journal.names_of(one))]

    untold = store.read(lacking)
    if not untold:
        return alerts
    names = {name for one in untold for name in journal.names_of(one)}
    known = [alert for alert in alerts if alert.uid not in names]
    return _merged([known, *(rebuilt(_stored(store, one, alerts)) for one in untold)])


def _named(view: View, uid: str) -> Event | Superevent:
    about: Event | Superevent | None = view.find_event(uid) or view.find_superevent(uid)
    if about is None:
        raise ValueError(f"there is neither an event nor a superevent {uid}")
    return about


def _stored(store: Store, about: Event | Superevent, alerts: Sequence[Alert]) -> Archived:
    """Give what a store would answer of an object, as the server that has sent the last alert."""
    from ..client import FakeGraceDb

    uid = about.graceid if isinstance(about, Event) else about.superevent_id
    server = [alerts[-1].root] if alerts else []
    with FakeGraceDb(*server, store=store) as client:
        return _answers(client, uid)


# Archives and servers


def _of_archived(objects: Iterable[Archived], uid: str | None) -> _History:
    every = list(objects)
    if uid is not None:
        [one] = every
        return _History(rebuilt(one), {row["N"]: row["N"] for row in one.logs})
    members = [e for one in every if isinstance(one, ArchivedSuperevent) for e in one.events]
    return _History(_merged([rebuilt(one) for one in (*every, *members)]), {})


def _objects(what: Any, uid: str | None, archive: Archive) -> list[Archived]:
    """Give the archived objects that are meant."""
    if isinstance(what, Archive) and not what.exists():
        raise ArchiveError(f"there is no archive in {what.place}")
    if uid is None:
        if not (objects := list(found(what, archive))):
            raise ArchiveError(f"{archive.place} holds no event and no superevent")
        return objects
    if isinstance(what, Archive):
        return [what[uid]]
    every = list(found(what, archive))
    members = [e for one in every if isinstance(one, ArchivedSuperevent) for e in one.events]
    mine = [one for one in (*every, *members) if uid in (one.id, one.object.get("gw_id"))]
    if not mine:
        held = ", ".join(one.id for one in every[:8])
        raise ValueError(f"there is no {uid} in {what}: it holds {held}")
    return mine[:1]


class _Answers(Collector):
    """Asks for an object without its files."""

    whole: Archived | None = None

    def bring_files(self, answer: Mapping[str, Any], objects: list[Any]) -> None:
        """Keep what was answered, the object that was asked for last."""
        self.whole = objects[-1]


def _answers(client: Any, uid: str) -> Archived:
    asker = Asker(client)
    if not is_superevent_id(uid):
        return _answered(asker, uid)
    whole = _answered(asker, uid)
    assert isinstance(whole, ArchivedSuperevent)
    events = list(whole.events)
    for graceid in sorted(mentioned(whole) - {one.id for one in events}):  # members no more
        with contextlib.suppress(ArchiveError):
            event = _answered(asker, graceid)
            assert isinstance(event, ArchivedEvent)
            events.append(event)
    return replace(whole, events=tuple(events))


def _answered(asker: Asker, uid: str) -> Archived:
    with tempfile.TemporaryDirectory(prefix="fakegracedb-") as folder:
        collector = _Answers(asker, Path(folder), {"mode": "full"})
        (collector.superevent if is_superevent_id(uid) else collector.event)(uid)
    if collector.whole is None:
        raise FakeGraceDbError(f"nothing was answered of {uid}")
    return replace(collector.whole, folder=None)


# Together and in part


def _merged(parts: Sequence[list[Alert]]) -> list[Alert]:
    """Give the alerts of several objects by time, numbered anew."""
    merged = heapq.merge(*parts, key=lambda alert: alert.instant)
    return [replace(alert, seq=seq) for seq, alert in enumerate(merged, start=1)]


def _cut(uid: str, made: _History, first: int | None, until: int | None) -> list[Alert]:
    """Cut the alerts of an object at log entries, which may have been told or not."""
    alerts, written = made.alerts, made.written
    for name, number in (("from", first), ("until", until)):
        if number is not None and number not in written:
            most = max(written, default=0)
            raise ValueError(f"{name} {number}: {uid} has the log entries 1 to {most}")
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
