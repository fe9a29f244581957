"""What follow-up finds out about a gamma-ray burst, laid over what its event file said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..documents import Event
from ..documents.attributes import TABLES
from ..errors import ApiError
from ..store import Store
from ..store.layout import event_folder
from ..vocabulary import Vocabulary
from . import logs
from .access import GRB_RIGHT, Caller, find_event, refuse
from .alerts import tell

__all__ = ["PARAMETERS", "update"]

# As they are sent, and as the event has them.
PARAMETERS = {
    "ra": "ra",
    "dec": "dec",
    "error_radius": "error_radius",
    "t90": "T90",
    "redshift": "redshift",
    "designation": "designation",
}
_MEMBER = "GRB"
_LONGEST = next(field.max_length for field in TABLES[_MEMBER].fields if field.name == "designation")


def update(store: Store, caller: Caller, asked: str, wanted: Mapping[str, Any]) -> Event:
    """Change parameters of a GRB event, and say so in its log.

    Parameters
    ----------
    store : Store
        Where the event is.
    caller : Caller
        Who asks.
    asked : str
        Its graceid as asked for.
    wanted : mapping
        Values as they were sent, by the names of `PARAMETERS`.

    Raises
    ------
    ApiError
        403 for a caller without the special right; 400 for an event of another kind, for a value
        that cannot be, and when nothing would change.
    """
    with store.transaction(f"PATCH events/{asked}/update-grbevent/", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        if not caller.has(GRB_RIGHT):
            raise refuse()
        if not _updatable(tx.vocabulary, event):
            raise ApiError(
                400, f"Cannot update GRB event parameters for non-GRB event {event.graceid}"
            )
        known = event.extra_attributes[_MEMBER]
        changed = {
            name: value
            for name, value in ((name, _value(name, wanted[name])) for name in wanted)
            if known.get(PARAMETERS[name]) != value
        }
        if not changed:
            raise ApiError(400, ["Request would not modify the GRB event"])
        attributes = {**known, **{PARAMETERS[name]: value for name, value in changed.items()}}
        extra = {**event.extra_attributes, _MEMBER: attributes}
        event = replace(event, extra_attributes=extra)
        tx.put_event(event)
        told = (f"{name}: {known.get(PARAMETERS[name])} -> {changed[name]}" for name in changed)
        comment = f"Updated GRB event parameters: {', '.join(told)}"
        logs.write(tx, event_folder(event.graceid), caller.name, comment)
        tell(tx, caller, "update", event)
        return event


def _updatable(names: Vocabulary, event: Event) -> bool:
    return event.pipeline in names.grb_pipelines and _MEMBER in event.extra_attributes


def _value(name: str, sent: Any) -> float | str:
    if name == "designation":
        if not isinstance(sent, str) or "\0" in sent:
            raise ApiError(400, [f"Parameter {name!r} must be a string"])
        if _LONGEST is not None and len(sent) > _LONGEST:
            raise ApiError(400, [f"Parameter {name!r} must have at most {_LONGEST} characters"])
        return sent
    try:
        value = float(sent)
    except (OverflowError, TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):  # JSON has no words for it
        raise ApiError(400, [f"Parameter {name!r} must be a float"])
    return value
