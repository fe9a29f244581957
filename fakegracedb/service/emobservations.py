"""What electromagnetic follow-up groups have observed of an event, or of any object."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..clock import iso_text, parse_time
from ..documents import EMObservation, Event, Footprint
from ..errors import ApiError
from ..store import Store, Transaction, View
from ..store.layout import event_folder
from . import logs
from .access import Caller, find_event
from .alerts import tell

__all__ = [
    "LISTS",
    "LONGEST_EXPOSURE",
    "NewEMObservation",
    "check_lengths",
    "create",
    "finite",
    "listing",
    "one",
    "record",
    "start_time",
]

# The lists that are sent, in the order in which they are read, and what messages call them.
LISTS = {
    "ra_list": "RA",
    "dec_list": "Dec",
    "ra_width_list": "RA width",
    "dec_width_list": "Dec width",
    "start_time_list": "start time",
    "duration_list": "duration",
}
LONGEST_EXPOSURE = 2**31 - 1  # [s]: a whole number in the database


@dataclass(frozen=True, slots=True)
class NewEMObservation:
    """What a user sends.

    Attributes
    ----------
    group : str or None
        Name of the group; None where it was missing.
    comment : str
        Text.
    lists : mapping of str to list
        By the names of `LISTS`, the elements as they were sent.
    """

    group: str | None
    comment: str = ""
    lists: Mapping[str, list[Any]] = field(default_factory=dict)


def create(
    store: Store, caller: Caller, asked: str, new: NewEMObservation
) -> tuple[Event, EMObservation]:
    """Record an observation of an event, and say so in its log.

    Raises
    ------
    ApiError
        400 for what cannot be read, 500 for what the database could not hold, beside what
        `find_event` raises.
    """
    with store.transaction(f"POST events/{asked}/emobservation/", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        if new.group is None or new.group not in tx.vocabulary.em_groups:
            raise ApiError(400, "Please specify an EM followup MOU group")
        if (problem := logs.text_problem(new.comment)) is not None:
            raise _not_recorded(f"comment: {problem}")
        folder = event_folder(event.graceid)
        columns = _columns(new.lists)
        observation = record(tx, caller, folder, new.group, new.comment, columns)
        tell(tx, caller, "emobservation", event, observation.N)
        return event, observation


def record(
    tx: Transaction,
    caller: Caller,
    folder: str,
    group: str,
    comment: str,
    columns: Sequence[Sequence[Any]],
) -> EMObservation:
    """Record an observation of the object in a folder, and say so in its log.

    Parameters
    ----------
    columns : sequence of sequences, shape (6, n)
        What the lists in the order of `LISTS` say.
    """
    observation = EMObservation(
        N=tx.emobservations(folder).highest + 1,
        created=tx.timestamp(),
        submitter=caller.name,
        group=group,
        comment=comment,
        footprints=tuple(
            Footprint(ra, dec, ra_width, dec_width, start, seconds)
            for ra, dec, ra_width, dec_width, start, seconds in zip(*columns, strict=True)
        ),
    )
    tx.add_emobservation(folder, observation)
    logs.write(tx, folder, caller.name, f"New EMBB observation record for {group}")
    return observation


def _not_recorded(reason: str) -> ApiError:
    return ApiError(500, f"Problem creating EMBB Observation: {reason}")


def _columns(lists: Mapping[str, list[Any]]) -> list[list[Any]]:
    sent = [lists.get(name, []) for name in LISTS]
    if not all(sent):
        raise ApiError(400, "All fields are required, please try again.")
    check_lengths(sent)
    readers: list[Callable[[Any], Any]] = [*[finite] * 4, start_time, _seconds]
    columns = [
        _read(what, values, reader)
        for what, values, reader in zip(LISTS.values(), sent, readers, strict=True)
    ]
    for seconds in columns[-1]:
        if not 0 <= seconds <= LONGEST_EXPOSURE:
            raise _not_recorded(f"an exposure takes 0 to {LONGEST_EXPOSURE} seconds, not {seconds}")
    return columns


def check_lengths(lists: Sequence[Sequence[Any]]) -> None:
    """Refuse lists of different lengths.

    Raises
    ------
    ApiError
        400.
    """
    if len({len(one) for one in lists}) > 1:
        raise ApiError(
            400,
            "ra_list, dec_list, ra_width_list, dec_width_list, start_time_list, and "
            "duration_list must be the same length.",
        )


def _read(what: str, values: list[Any], reader: Callable[[Any], Any]) -> list[Any]:
    found = []
    for place, value in enumerate(values):
        try:
            found.append(reader(value))
        except (OverflowError, TypeError, ValueError):
            raise ApiError(400, f"Cannot read {what} list element {place} of {values}") from None
    return found


def finite(value: Any) -> float:
    """Give the number that was sent; raises ValueError or TypeError for none."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _seconds(value: Any) -> int:
    return int(finite(value))


def start_time(value: Any) -> str:
    """Give the time that was sent as ISO 8601, UTC if it has no zone; raises as `finite`."""
    if not isinstance(value, str):
        raise TypeError(value)
    return iso_text(parse_time(datetime.fromisoformat(value.strip())))


def listing(view: View, caller: Caller, asked: str) -> tuple[Event, list[EMObservation]]:
    """Give the observations of an event, by time and number."""
    event = find_event(view, caller, asked)
    found = view.emobservations(event_folder(event.graceid))
    return event, sorted(found, key=lambda one: (one.created, one.N))


def one(view: View, caller: Caller, asked: str, number: int) -> tuple[Event, EMObservation]:
    """Give an observation.

    Raises
    ------
    ApiError
        404 if there is none of that number.
    """
    event = find_event(view, caller, asked)
    observation = view.emobservations(event_folder(event.graceid)).get(number)
    if observation is None:
        raise ApiError(404, "Observation record not nound")  # the server's own words
    return event, observation
