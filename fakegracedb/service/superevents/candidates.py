"""Superevents: created from a preferred event, changed, confirmed; and read with their events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ...clock import server_day
from ...documents import Event, Superevent
from ...errors import ApiError, StoreError
from ...store import Store, Transaction, View
from ...store.layout import event_folder, superevent_folder
from .. import logs
from ..access import Caller
from ..alerts import tell
from . import access, labels
from .access import find_superevent

__all__ = [
    "Candidate",
    "NewSuperevent",
    "add_member",
    "candidate",
    "category_of",
    "check_free",
    "check_kind",
    "confirm",
    "create",
    "member",
    "named",
    "one",
    "tell_event",
    "update",
]

_GW_ID_LENGTH = 25  # characters
_CATEGORIES = {"P": "Production", "T": "Test", "M": "MDC"}
_TIMES = ("t_start", "t_0", "t_end")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A superevent with the events of which its own resource tells.

    Attributes
    ----------
    superevent : Superevent
        The superevent.
    preferred : Event
        Its preferred event.
    pipeline_preferred : dict of str to Event
        The preferred events of pipelines, in the order of their numbers.
    """

    superevent: Superevent
    preferred: Event
    pipeline_preferred: dict[str, Event]


def candidate(view: View, superevent: Superevent) -> Candidate:
    """Give a superevent with its events, as they are now."""
    preferred = [
        (pipeline, member(view, graceid))
        for pipeline, graceid in superevent.pipeline_preferred.items()
    ]
    preferred.sort(key=lambda entry: entry[1].number)
    return Candidate(superevent, member(view, superevent.preferred_event), dict(preferred))


def member(view: View, graceid: str) -> Event:
    """Give an event that must be there.

    Raises
    ------
    StoreError
        If it is not.
    """
    event = view.event(graceid)
    if event is None:
        raise StoreError(f"the event {graceid} is missing: `store check` tells more")
    return event


def named(tx: Transaction, graceid: str) -> Event:
    """Give an event that the caller has named; it was there when the call came.

    Raises
    ------
    ApiError
        400 if another store has taken the place of that one since.
    """
    event = tx.event(graceid)
    if event is None:
        raise ApiError(400, f"Event with id={int(graceid[1:])} does not exist")
    return event


def one(view: View, caller: Caller, asked: str) -> Candidate:
    """Give a superevent."""
    return candidate(view, find_superevent(view, caller, asked))


# Creation


@dataclass(frozen=True, slots=True)
class NewSuperevent:
    """What a user sends to create a superevent.

    Attributes
    ----------
    category : {"P", "T", "M"}
        Code.
    t_start, t_0, t_end : Decimal
        GPS times [s], to the microsecond.
    preferred_event : str
        Graceid, canonical.
    events : tuple of str
        Graceids of further members.
    labels : tuple of str
        To be applied.
    """

    category: str
    t_start: Decimal
    t_0: Decimal
    t_end: Decimal
    preferred_event: str
    events: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


def create(store: Store, caller: Caller, new: NewSuperevent) -> Candidate:
    """Create a superevent.

    Raises
    ------
    ApiError
        400 for what does not fit together, the first fault only; 403 without the right.
    """
    with store.transaction("POST superevents/", caller.name) as tx:
        access.require(caller, access.CREATE, None, new.category)
        preferred = named(tx, new.preferred_event)
        others = [named(tx, graceid) for graceid in dict.fromkeys(new.events)]
        for event in (preferred, *others):
            check_free(caller, event)
            check_kind(event, new.category, preferred)
        if protected := [name for name in new.labels if tx.vocabulary.protected(name)]:
            raise ApiError(
                400,
                "The following label(s) are managed by anautomated process and cannot be "
                f"manually added: {', '.join(protected)}",
            )
        _check_preferred(preferred)
        day = _day(new.t_0)
        superevent = Superevent(
            superevent_id=tx.new_superevent_id(new.category, day),
            category=new.category,
            submitter=caller.name,
            created=tx.timestamp(),
            serial=tx.new_serial(),
            preferred_event=preferred.graceid,
            t_start=float(new.t_start),
            t_0=float(new.t_0),
            t_end=float(new.t_end),
            gw_events=(preferred.graceid,),
        )
        tx.put_superevent(superevent)
        tx.put_event(replace(preferred, superevent=superevent.id))
        folder = superevent_folder(superevent.superevent_id)
        said = [f"{name}={getattr(new, name):.6f}" for name in _TIMES]
        said.append(f"preferred_event={preferred.graceid}")
        others = [event for event in others if event.graceid != preferred.graceid]
        if others:
            said.append(f"events={', '.join(event.graceid for event in others)}")
        logs.write(tx, folder, caller.name, f"Superevent created with {', '.join(said)}")
        tell_event(tx, caller, preferred, f"Set as preferred event for superevent: {superevent.id}")
        tell(tx, caller, "new", superevent)
        tell(tx, caller, "selected_as_preferred", preferred)
        for event in others:
            superevent = add_member(tx, superevent, event)
            tell_event(tx, caller, event, f"Added to superevent: {superevent.id}")
            tell(tx, caller, "added_to_superevent", event)
        for name in new.labels:
            superevent = labels.apply(tx, caller, superevent, name)
        return candidate(tx, superevent)


def tell_event(tx: Transaction, caller: Caller, event: Event, comment: str) -> None:
    """Write into the log of an event what has become of it."""
    logs.write(tx, event_folder(event.graceid), caller.name, comment)


def check_free(caller: Caller, event: Event, but: Superevent | None = None) -> None:
    """Refuse an event that belongs to a superevent; to `but` it may."""
    if event.superevent is None or (but is not None and event.graceid in but.events):
        return
    what = "superevent" if caller.v2 else "Superevent"
    raise ApiError(400, f"Event {event.graceid} is already assigned to a {what}")


def category_of(event: Event) -> str:
    """Give the category of the superevents that an event can belong to."""
    if event.group == "Test":
        return "T"
    return "M" if event.search == "MDC" else "P"


def check_kind(event: Event, category: str, preferred: Event) -> None:
    """Refuse an event of another category than a superevent's, or from another replay."""
    found = category_of(event)
    if found != category:
        raise ApiError(
            400,
            f"Event {event.graceid} is of type '{_CATEGORIES[found]}', and cannot be assigned to "
            f"a superevent of type '{_CATEGORIES[category]}'",
        )
    _check_replay(event, preferred)


def _check_replay(event: Event, preferred: Event) -> None:
    if event.replay_id != preferred.replay_id:
        raise ApiError(
            400,
            f"Event {event.graceid} has replay_id {event.replay_id!r}, and cannot be assigned to "
            f"a superevent with replay_id {preferred.replay_id!r}",
        )


def _check_preferred(event: Event) -> None:
    if event.group == "External":
        raise ApiError(400, str({"preferred_event": ["External event cannot be set as preferred"]}))


def _day(t_0: Decimal) -> str:
    day = server_day(t_0)
    if day is None:
        raise ApiError(
            400,
            str(
                {
                    "t_0": [
                        "t_0 out of range: we require that 1980-01-01 00:00:00+00:00 <= t_0 < "
                        "2080-01-01 00:00:00+00:00"
                    ]
                }
            ),
        )
    return day


def add_member(tx: Transaction, superevent: Superevent, event: Event) -> Superevent:
    """Let an event belong to a superevent; give the latter."""
    key = "em_events" if event.group == "External" else "gw_events"
    members: tuple[str, ...] = getattr(superevent, key)
    if key == "em_events":
        superevent = replace(superevent, em_events=(*members, event.graceid))
    else:
        superevent = replace(superevent, gw_events=(*members, event.graceid))
    tx.put_superevent(superevent)
    tx.put_event(replace(event, superevent=superevent.id))
    return superevent


# Change


CHANGEABLE = (
    *("gw_id", "preferred_event", "em_type", "t_start", "t_0", "t_end"),
    *("time_coinc_far", "space_coinc_far"),
)


def update(store: Store, caller: Caller, asked: str, sent: Mapping[str, Any]) -> Candidate:
    """Change a superevent.

    Parameters
    ----------
    sent : mapping
        New values by the names of `CHANGEABLE`: GPS times as `Decimal`, graceids canonical.

    Raises
    ------
    ApiError
        400 for what would change nothing or cannot be, beside what `find_superevent` raises.
    """
    with store.transaction(f"PATCH superevents/{asked}/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.CHANGE)
        new: dict[str, Any] = {
            name: float(sent[name]) if name in _TIMES else sent[name] for name in sent
        }
        changed = [
            name for name in CHANGEABLE if name in new and new[name] != getattr(superevent, name)
        ]
        if not changed:
            raise ApiError(400, "Request would not modify the superevent")
        preferred: Event | None = None
        if "preferred_event" in changed:
            preferred = named(tx, new["preferred_event"])
            check_free(caller, preferred, but=superevent)
            _check_replay(preferred, member(tx, superevent.preferred_event))
            _check_preferred(preferred)
        if "t_0" in changed:
            _day(sent["t_0"])
        if new.get("gw_id") is not None and "gw_id" in changed:
            _check_gw_id(tx, new["gw_id"])
        said = ", ".join(
            f"{name}: {_shown(name, getattr(superevent, name))} -> {_shown(name, new[name])}"
            for name in changed
        )
        before = superevent
        changes: dict[str, Any] = {name: new[name] for name in changed}
        superevent = replace(superevent, **changes)
        _put(tx, before, superevent)
        folder = superevent_folder(superevent.superevent_id)
        logs.write(tx, folder, caller.name, f"Updated superevent parameters: {said}")
        if preferred is not None:
            old = member(tx, before.preferred_event)
            text = f"Removed as preferred event for superevent: {superevent.id}"
            tell_event(tx, caller, old, text)
            if preferred.graceid not in superevent.events:
                superevent = add_member(tx, superevent, preferred)
            text = f"Set as preferred event for superevent: {superevent.id}"
            tell_event(tx, caller, preferred, text)
            tell(tx, caller, "removed_as_preferred", old)
            tell(tx, caller, "selected_as_preferred", preferred)
        tell(tx, caller, "update", superevent)
        return candidate(tx, superevent)


def _shown(name: str, value: Any) -> str:
    """Write a value as the log does."""
    return f"{value:.6f}" if name in _TIMES else str(value)


def _put(tx: Transaction, before: Superevent, superevent: Superevent) -> None:
    """Stage a changed superevent; its events name it by the id it goes by."""
    tx.put_superevent(superevent)
    if superevent.id != before.id:
        for graceid in superevent.events:
            event = tx.event(graceid)
            if event is not None or not superevent.partial:
                tx.put_event(replace(member(tx, graceid), superevent=superevent.id))


def _check_gw_id(tx: Transaction, gw_id: str) -> None:
    if len(gw_id) > _GW_ID_LENGTH:
        problem = f"Ensure this value has at most {_GW_ID_LENGTH} characters (it has {len(gw_id)})."
    elif tx.superevent_named(gw_id) is not None:
        problem = "Superevent with this Gw id already exists."
    else:
        return
    raise ApiError(400, str({"gw_id": [problem]}))


def confirm(store: Store, caller: Caller, asked: str, gw_id: str | None) -> Candidate:
    """Confirm a superevent as a gravitational wave: it goes by another id from now on.

    Parameters
    ----------
    gw_id : str or None
        The id; None for the next one of its day and category.

    Raises
    ------
    ApiError
        400 if it is confirmed or the id cannot be, beside what `find_superevent` raises.
    """
    with store.transaction(f"POST superevents/{asked}/confirm-as-gw/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.CONFIRM)
        if superevent.is_gw:
            raise ApiError(400, "Superevent is already confirmed as a GW")
        number: int | None = None
        if gw_id is None:
            gw_id, number = tx.new_gw_id(superevent.category, superevent.date)
        elif gw_id != superevent.gw_id:
            _check_gw_id(tx, gw_id)
        before = superevent
        superevent = replace(superevent, gw_id=gw_id, is_gw=True, gw_number=number)
        _put(tx, before, superevent)
        logs.write(
            tx,
            superevent_folder(superevent.superevent_id),
            caller.name,
            "Confirmed as a gravitational wave: ID changed from "
            f"{superevent.superevent_id} -> {superevent.gw_id}",
        )
        tell(tx, caller, "confirmed_as_gw", superevent)
        return candidate(tx, superevent)
