"""Events and superevents as alerts tell of them: the API's objects, and somewhat more."""

from __future__ import annotations

import json
import math
from operator import is_
from typing import Any

from ..documents import Event, Superevent
from ..render.dialect import Dialect
from ..render.events import event_json
from ..render.superevents.candidates import superevent_json
from ..service.superevents.candidates import Candidate, candidate, category_of
from .past import Past

__all__ = ["object_text"]

_BASIC = ("graceid", "group", "pipeline", "search", "gpstime", "far")
_NEIGHBOUR = (
    *("superevent_id", "gw_events", "preferred_event", "preferred_event_data"),
    *("pipeline_preferred_events", "far", "t_start", "t_0", "t_end", "labels"),
)


def object_text(past: Past, path: str, about: Event | Superevent, dialect: Dialect) -> str:
    """Give an event or superevent as alerts have it, as JSON text.

    Parameters
    ----------
    past : Past
        The store as of the alert.
    path : str
        Of the document.
    about : Event or Superevent
        The object, as it is to be shown.
    dialect : Dialect
        The base that the links lead to.
    """
    found = about if isinstance(about, Event) else candidate(past, about)
    event = found if isinstance(found, Event) else found.preferred
    near = _near(past, event)
    # it holds as long as all that it is made of does
    parts = (past.vocabulary, *_parts(found), *(part for one in near for part in _parts(one)))
    memo = past.memo(path) if past.document(path) is about else {}
    known: tuple[Any, ...]
    text: str
    known, text = memo.get(("alert", dialect), ((), ""))
    if len(known) == len(parts) and all(map(is_, known, parts)):
        return text
    if isinstance(found, Event):
        data = shown = event_json(found, past.vocabulary, dialect)
    else:
        data = _superevent_json(past, found, dialect)
        shown = data["preferred_event_data"]
    _complete(past, event, shown, near, dialect)
    text = json.dumps(data)
    memo["alert", dialect] = (parts, text)
    return text


def _parts(one: Event | Candidate) -> tuple[Any, ...]:
    if isinstance(one, Event):
        return (one,)
    return one.superevent, one.preferred, *one.pipeline_preferred.values()


def _superevent_json(past: Past, found: Candidate, dialect: Dialect) -> dict[str, Any]:
    return superevent_json(found, past.vocabulary, dialect, internal=True, known=True)


def _complete(
    past: Past, event: Event, data: dict[str, Any], near: list[Candidate], dialect: Dialect
) -> None:
    """Add what the API does not answer of an event, and leave out what of sub-tables is null."""
    extra = data["extra_attributes"]
    if "SingleInspiral" in extra:
        rows = extra["SingleInspiral"]
        extra["SingleInspiral"] = [
            {key: value for key, value in row.items() if value is not None} for row in rows
        ]
    data["processing_status"] = "reserved" if event.reserved else "uploaded"
    data["superevent_neighbours"] = {
        one.superevent.id: _neighbour(past, one, dialect) for one in near
    }


def _near(past: Past, event: Event) -> list[Candidate]:
    """Give the superevents of an event's category around it, by time."""
    time = event.gpstime
    if time is None or not math.isfinite(time):
        return []
    settings = past.vocabulary.settings
    first = time - settings.event_superevent_window_before_s
    last = time + settings.event_superevent_window_after_s
    category = category_of(event)
    near = [
        one
        for name in past.superevents_between(first, last)
        if (one := past.superevent(name)) is not None
        and one.category == category
        and first <= one.t_0 <= last
    ]
    near.sort(key=lambda one: (one.t_0, one.serial))
    return [candidate(past, one) for one in near]


def _neighbour(past: Past, found: Candidate, dialect: Dialect) -> dict[str, Any]:
    data = _superevent_json(past, found, dialect)
    preferred = data["preferred_event_data"]
    del preferred["superevent"], preferred["links"]
    data["pipeline_preferred_events"] = {
        pipeline: {key: event[key] for key in _BASIC}
        for pipeline, event in data["pipeline_preferred_events"].items()
    }
    return {key: data[key] for key in _NEIGHBOUR}
