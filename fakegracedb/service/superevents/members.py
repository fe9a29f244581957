"""The events of a superevent, and which of them pipelines prefer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...documents import Superevent
from ...errors import ApiError
from ...identifiers import parse_graceid
from ...store import Store, Transaction, View
from ...store.layout import superevent_folder
from .. import logs
from ..access import Caller, require_user
from ..alerts import tell
from . import access
from .access import find_superevent
from .candidates import add_member, check_free, check_kind, member, named, tell_event

__all__ = ["add", "listing", "one", "one_preferred", "prefer", "preferred", "remove", "unprefer"]


def listing(view: View, caller: Caller, asked: str) -> list[str]:
    """Give the graceids of all members, in the order of their numbers."""
    return _sorted(_read(view, caller, asked).events)


def one(view: View, caller: Caller, asked: str, graceid: str) -> str:
    """Give the graceid of a member; only its number counts.

    Raises
    ------
    ApiError
        404 if it is none.
    """
    return _found(graceid, _read(view, caller, asked).events)


def preferred(view: View, caller: Caller, asked: str) -> list[str]:
    """Give the graceids of the events that pipelines prefer, in the order of their numbers."""
    return _sorted(_read(view, caller, asked).pipeline_preferred.values())


def one_preferred(view: View, caller: Caller, asked: str, graceid: str) -> str:
    """Give the graceid of an event that its pipeline prefers, as `one`."""
    return _found(graceid, _read(view, caller, asked).pipeline_preferred.values())


def _read(view: View, caller: Caller, asked: str) -> Superevent:
    superevent = find_superevent(view, caller, asked)
    require_user(caller)
    return superevent


def _sorted(graceids: Iterable[str]) -> list[str]:
    return sorted(graceids, key=lambda graceid: int(graceid[1:]))


def _found(asked: str, graceids: Iterable[str]) -> str:
    parsed = parse_graceid(asked)
    for graceid in graceids:
        if parsed is not None and int(graceid[1:]) == parsed[1]:
            return graceid
    raise ApiError(404, {"detail": "Not found."})


def add(store: Store, caller: Caller, asked: str, graceid: str) -> str:
    """Let an event belong to a superevent; give its graceid.

    Parameters
    ----------
    graceid : str
        Canonical, of an event that is there.

    Raises
    ------
    ApiError
        400 for an event that belongs to a superevent, this one included, or is of another kind.
    """
    with store.transaction(f"POST superevents/{asked}/events/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.ADD_EVENTS)
        event = named(tx, graceid)
        check_free(caller, event)
        check_kind(event, superevent.category, member(tx, superevent.preferred_event))
        add_member(tx, superevent, event)
        _tell(tx, caller, superevent, f"Added event: {graceid}")
        tell_event(tx, caller, event, f"Added to superevent: {superevent.id}")
        tell(tx, caller, "event_added", superevent)
        tell(tx, caller, "added_to_superevent", event)
        return graceid


def remove(store: Store, caller: Caller, asked: str, graceid: str) -> None:
    """Let an event belong to its superevent no more.

    Raises
    ------
    ApiError
        404 for an event that is no member, 400 for the preferred event.
    """
    with store.transaction(f"DELETE superevents/{asked}/events/{graceid}/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.REMOVE_EVENTS)
        graceid = _found(graceid, superevent.events)
        if graceid == superevent.preferred_event:
            raise ApiError(
                400,
                f"Event {graceid} can't be removed from superevent {superevent.id} because it is "
                "the preferred event",
            )
        event = member(tx, graceid)
        changed = replace(
            superevent,
            gw_events=tuple(one for one in superevent.gw_events if one != graceid),
            em_events=tuple(one for one in superevent.em_events if one != graceid),
            pipeline_preferred={
                pipeline: one
                for pipeline, one in superevent.pipeline_preferred.items()
                if one != graceid
            },
        )
        tx.put_superevent(changed)
        tx.put_event(replace(event, superevent=None))
        _tell(tx, caller, superevent, f"Removed event: {graceid}")
        tell_event(tx, caller, event, f"Removed from superevent: {superevent.id}")
        tell(tx, caller, "event_removed", superevent)
        tell(tx, caller, "removed_from_superevent", event)


def prefer(store: Store, caller: Caller, asked: str, graceid: str) -> str:
    """Make an event the preferred one of its pipeline, in the place of another; give its graceid.

    Parameters
    ----------
    graceid : str
        Canonical, of an event that is there.

    Raises
    ------
    ApiError
        400 for an event that is that already, or does not belong to the superevent.
    """
    call = f"POST superevents/{asked}/pipeline_preferred_events/"
    with store.transaction(call, caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.ADD_EVENTS)
        event = named(tx, graceid)
        pipeline = event.pipeline
        before = superevent.pipeline_preferred.get(pipeline)
        if before == graceid:
            raise ApiError(
                400,
                f"Event {graceid} is already the {pipeline} pipeline-preferred event for "
                f"{superevent.id}",
            )
        if graceid not in superevent.events:
            raise ApiError(400, f"Event {graceid} is not part of superevent {superevent.id}")
        check_kind(event, superevent.category, member(tx, superevent.preferred_event))
        chosen = {**superevent.pipeline_preferred, pipeline: graceid}
        tx.put_superevent(replace(superevent, pipeline_preferred=chosen))
        what = f"as {pipeline} pipeline-preferred event"
        if before is None:
            _tell(tx, caller, superevent, f"Added {graceid} {what}")
        else:
            _tell(tx, caller, superevent, f"Removed {before} and added {graceid} {what}")
        tell_event(tx, caller, event, f"Added {what} for {superevent.id}")
        if before is not None:
            tell_event(tx, caller, member(tx, before), f"Removed {what} for {superevent.id}")
        return graceid


def unprefer(store: Store, caller: Caller, asked: str, graceid: str) -> None:
    """Let an event be its pipeline's preferred one no more; it stays a member.

    Raises
    ------
    ApiError
        404 for an event that is not, 400 for the superevent's own preferred event.
    """
    call = f"DELETE superevents/{asked}/pipeline_preferred_events/{graceid}/"
    with store.transaction(call, caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.REMOVE_EVENTS)
        graceid = _found(graceid, superevent.pipeline_preferred.values())
        if graceid == superevent.preferred_event:
            raise ApiError(
                400,
                f"Event {graceid} can't be removed from superevent {superevent.id}'s pipeline "
                "preferred list because it is the preferred event",
            )
        event = member(tx, graceid)
        left = {
            pipeline: one
            for pipeline, one in superevent.pipeline_preferred.items()
            if one != graceid
        }
        tx.put_superevent(replace(superevent, pipeline_preferred=left))
        what = f"as {event.pipeline} pipeline-preferred event"
        _tell(tx, caller, superevent, f"Removed {graceid} {what}")
        tell_event(tx, caller, event, f"Removed {what} for {superevent.id}")


def _tell(tx: Transaction, caller: Caller, superevent: Superevent, comment: str) -> None:
    logs.write(tx, superevent_folder(superevent.superevent_id), caller.name, comment)
