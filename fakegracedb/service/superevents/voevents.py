"""VOEvents of a superevent: checked, made, numbered, filed and told in the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...documents import Event, Superevent, VOEvent
from ...errors import ApiError
from ...identifiers import parse_graceid, split_version
from ...store import Store, Transaction, View
from ...store.layout import superevent_folder
from .. import announcements, voevents
from ..access import Caller
from ..alerts import tell
from ..announcements import Announcement, Build, Counterpart
from . import access, tags
from .access import find_superevent
from .candidates import member

__all__ = ["PROBABILITIES", "create", "listing", "one"]

# As they are sent, and as they are kept.
PROBABILITIES = {**voevents.PROBABILITIES, "HasSSM": "prob_has_ssm"}


def create(
    store: Store,
    caller: Caller,
    asked: str,
    code: str,
    said: Mapping[str, Any],
    mass_gap: float | None,
    build: Build,
) -> tuple[Superevent, VOEvent]:
    """Make a VOEvent of a superevent; its file is told in a log entry with a tag.

    Parameters
    ----------
    store : Store
        Where the superevent is.
    caller : Caller
        Who asks.
    asked : str
        Its id as asked for.
    code : str
        Its type, one of `announcements.TYPES`.
    said : mapping
        Other members of the `VOEvent` that its maker decides.
    mass_gap : float or None
        What `HasMassGap` has replaced.
    build : callable
        Gives the XML.

    Raises
    ------
    ApiError
        400 for what cannot be, beside what `find_superevent` raises.

    Notes
    -----
    As on the server, its names have the default id even if the superevent is confirmed. The record
    has the external event's names empty: they are in the file only.
    """
    with store.transaction(f"POST superevents/{asked}/voevents/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.ANNOUNCE)
        folder = superevent_folder(superevent.superevent_id)
        preferred = member(tx, superevent.preferred_event)
        missing = "preferred event does not have a gpstime"
        if problem := announcements.time_problem(preferred, missing):
            raise ApiError(400, problem)
        about = superevent.superevent_id
        voevent = announcements.new(tx, caller, folder, about, code, **said)
        _check_skymap(tx, folder, voevent)
        announcement = Announcement(
            kind="superevents",
            about=about,
            event=preferred,
            voevent=voevent,
            earlier=list(tx.voevents(folder)),
            counterpart=_counterpart(tx, superevent, folder, voevent),
        )
        if mass_gap:
            raise ApiError(400, "MassGap has been replaced with HasMassGap")
        log = announcements.file(tx, caller, folder, voevent, build(announcement))
        tags.apply(tx, caller, folder, log.N, announcements.EM_FOLLOW, None)
        tell(tx, caller, "voevent", superevent, voevent.N)
        return superevent, voevent


def _check_skymap(tx: Transaction, folder: str, voevent: VOEvent) -> None:
    """Refuse a sky map that is named by half or not there, where that is asked for."""
    skymap = voevent.skymap_filename
    if voevent.voevent_type not in ("IN", "UP") and not (voevent.voevent_type == "PR" and skymap):
        return
    if not skymap:
        raise ApiError(400, "Skymap filename is required for initial and update VOEvents.")
    if not voevent.skymap_type:
        raise ApiError(400, "Skymap type is required for VOEvents that include a skymap.")
    if tx.files(folder).get(*split_version(skymap)) is None:
        raise ApiError(400, f"Skymap file {skymap} not found for this superevent.")


def _counterpart(
    tx: Transaction, superevent: Superevent, folder: str, voevent: VOEvent
) -> Counterpart | None:
    """Give the external event that the superevent names, None if the VOEvent is to tell of none."""
    if not voevent.raven_coinc:
        return None
    event = _external(tx, superevent)
    combined = voevent.combined_skymap_filename
    if combined and tx.files(folder).get(*split_version(combined)) is None:
        raise ApiError(400, f"Combined skymap file {combined} not found for this superevent.")
    burst = event.extra_attributes.get("GRB", {})
    difference = None if event.gpstime is None else event.gpstime - superevent.t_0
    return Counterpart(
        notice_id=burst.get("trigger_id"),
        ivorn=burst.get("ivorn"),
        observatory=event.pipeline,
        search=event.search,
        time_difference=difference,
        time_far=superevent.time_coinc_far,
        space_far=superevent.space_coinc_far,
        skymap_filename=combined,
    )


def _external(view: View, superevent: Superevent) -> Event:
    em_type = superevent.em_type
    if em_type is None:
        raise ApiError(400, f"em_type for superevent {superevent.id} not set (is None)")
    if parse_graceid(em_type) is None:
        raise ApiError(400, f"em_type for superevent {superevent.id} is not a valid graceid")
    event = view.find_event(em_type)
    if event is None:
        raise ApiError(400, f"event for em_type={em_type} not found")
    return event


def listing(view: View, caller: Caller, asked: str) -> tuple[Superevent, list[VOEvent]]:
    """Give the VOEvents of a superevent, by number."""
    superevent = find_superevent(view, caller, asked)
    found = view.voevents(superevent_folder(superevent.superevent_id))
    return superevent, sorted(found, key=lambda one: one.N)


def one(view: View, caller: Caller, asked: str, number: int) -> tuple[Superevent, VOEvent]:
    """Give a VOEvent; 404 if there is none of that number."""
    superevent = find_superevent(view, caller, asked)
    found = view.voevents(superevent_folder(superevent.superevent_id)).get(number)
    if found is None:
        raise ApiError(404, {"detail": "Not found."})
    return superevent, found
