"""What electromagnetic follow-up groups have observed of a superevent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...documents import EMObservation
from ...errors import ApiError
from ...store import Store, View
from ...store.layout import superevent_folder
from .. import emobservations
from ..access import Caller
from ..alerts import tell
from ..emobservations import LISTS, LONGEST_EXPOSURE, finite, start_time
from . import access
from .access import find_superevent

__all__ = ["READERS", "create", "listing", "one"]


def _exposure_time(value: Any) -> int:
    """Give the whole seconds that were sent; unlike for events, no fraction is cut off."""
    whole, _, fraction = str(value).partition(".")
    if fraction.strip("0 ") or not 0 <= int(whole) <= LONGEST_EXPOSURE:
        raise ValueError(value)
    return int(whole)


# How the elements of each list are read, in the order in which the lists are.
READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(LISTS, finite),
    "start_time_list": start_time,
    "duration_list": _exposure_time,
}


def create(
    store: Store,
    caller: Caller,
    asked: str,
    group: str,
    comment: str,
    lists: Mapping[str, list[Any]],
) -> EMObservation:
    """Record an observation of a superevent, and say so in its log.

    Parameters
    ----------
    group : str
        Name of a group of the vocabulary.
    comment : str
        Text.
    lists : mapping of str to list
        By the names of `READERS`, what each list says.

    Raises
    ------
    ApiError
        400 for lists of different lengths, beside what `find_superevent` raises.
    """
    with store.transaction(f"POST superevents/{asked}/emobservations/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.ANNOTATE)
        columns = [lists[name] for name in READERS]
        emobservations.check_lengths(columns)
        folder = superevent_folder(superevent.superevent_id)
        observation = emobservations.record(tx, caller, folder, group, comment, columns)
        tell(tx, caller, "emobservation", superevent, observation.N)
        return observation


def listing(view: View, caller: Caller, asked: str) -> list[EMObservation]:
    """Give the observations of a superevent, by number."""
    superevent = find_superevent(view, caller, asked)
    found = view.emobservations(superevent_folder(superevent.superevent_id))
    return sorted(found, key=lambda one: one.N)


def one(view: View, caller: Caller, asked: str, number: int) -> EMObservation:
    """Give an observation; 404 if there is none of that number."""
    superevent = find_superevent(view, caller, asked)
    found = view.emobservations(superevent_folder(superevent.superevent_id)).get(number)
    if found is None:
        raise ApiError(404, {"detail": "Not found."})
    return found
