"""The EMBB log of an event: the older records of follow-up groups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..documents import EMBBLog, Event
from ..documents.embb import LISTS
from ..errors import ApiError
from ..store import Store, View
from ..store.layout import event_folder
from ..vocabulary import Vocabulary
from . import logs
from .access import Caller, find_event
from .alerts import tell

__all__ = ["NewEMBBLog", "create", "listing", "one"]


@dataclass(frozen=True, slots=True)
class NewEMBBLog:
    """What a user sends; None or empty where it was missing.

    Attributes
    ----------
    group, waveband, eel_status, obs_status : str or None
        Name of the group, and codes.
    texts : mapping of str to str
        ``instrument``, ``footprint_id``, ``comment``, ``extra_info``.
    lists : mapping of str to list
        By the names of `LISTS`, the elements as they were sent.
    """

    group: str | None
    waveband: str | None
    eel_status: str | None
    obs_status: str | None
    texts: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, list[Any]] = field(default_factory=dict)


def create(store: Store, caller: Caller, asked: str, new: NewEMBBLog) -> tuple[Event, EMBBLog]:
    """Write an entry to the EMBB log of an event. The event's own log does not tell of it.

    Raises
    ------
    ApiError
        400 for what cannot be, beside what `find_event` raises.
    """
    with store.transaction(f"POST events/{asked}/embb/", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        _check(tx.vocabulary, new)
        folder = event_folder(event.graceid)
        entry = EMBBLog.from_json(
            {
                "N": tx.embb_logs(folder).highest + 1,
                "created": tx.timestamp(),
                "submitter": caller.name,
                "group": new.group,
                "waveband": new.waveband,
                "eel_status": new.eel_status,
                "obs_status": new.obs_status,
                **new.texts,
                **_lists(new.lists),
            }
        )
        tx.add_embb_log(folder, entry)
        tell(tx, caller, "embb_event_log", event, entry.N)
        return event, entry


def _check(names: Vocabulary, new: NewEMBBLog) -> None:
    for what, value, known in (
        ("group", new.group, names.em_groups),
        ("waveband", new.waveband, names.wavebands),
        ("eel_status", new.eel_status, names.eel_statuses),
        ("obs_status", new.obs_status, names.obs_statuses),
    ):
        if not value:
            raise ApiError(400, f"Please specify {what}")
        if value not in known:
            raise ApiError(400, f"There is no {what} {value}")
    for what, text in new.texts.items():
        if (problem := logs.text_problem(text)) is not None:
            raise ApiError(400, f"{what}: {problem}")


def _lists(sent: Mapping[str, list[Any]]) -> dict[str, list[float]]:
    found = {key: _numbers(name, sent.get(name, [])) for name, key in LISTS.items()}
    for names in (list(LISTS)[:4], list(LISTS)[4:]):
        if len({len(found[LISTS[name]]) for name in names}) > 1:
            raise ApiError(400, f"{', '.join(names)} must be the same length.")
    return found


def _numbers(what: str, values: list[Any]) -> list[float]:
    found = []
    for place, value in enumerate(values):
        try:
            number = float(value)
        except (OverflowError, TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise ApiError(400, f"Cannot read {what} element {place} of {values}")
        found.append(number)
    return found


def listing(view: View, caller: Caller, asked: str) -> tuple[Event, list[EMBBLog]]:
    """Give the entries of an event, by time and number."""
    event = find_event(view, caller, asked)
    found = view.embb_logs(event_folder(event.graceid))
    return event, sorted(found, key=lambda one: (one.created, one.N))


def one(view: View, caller: Caller, asked: str, number: int) -> tuple[Event, EMBBLog]:
    """Give an entry.

    Raises
    ------
    ApiError
        404 if there is none of that number.
    """
    event = find_event(view, caller, asked)
    entry = view.embb_logs(event_folder(event.graceid)).get(number)
    if entry is None:
        raise ApiError(404, "Log Message Not Found")
    return event, entry
