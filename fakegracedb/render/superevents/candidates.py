"""The superevent resource, as every call answers it."""

from __future__ import annotations

from typing import Any

from ...documents import Event
from ...service.superevents.candidates import Candidate
from ...vocabulary import Vocabulary
from ..dialect import Dialect
from ..events import event_json, finite, server_time

__all__ = ["base_path", "event_row_json", "superevent_json"]

_LINKS = ("events", "labels", "logs", "files", "self", "voevents", "emobservations")
_BRIEF = ("graceid", "group", "pipeline", "search", "gpstime", "far")


def base_path(superevent_id: str) -> str:
    """Give the path of a superevent below the API base."""
    return f"superevents/{superevent_id}/"


def superevent_json(
    found: Candidate, names: Vocabulary, dialect: Dialect, *, internal: bool, known: bool
) -> dict[str, Any]:
    """Give a superevent as the API answers it.

    Parameters
    ----------
    found : Candidate
        The superevent with its events.
    names : Vocabulary
        Whose order of labels and names of categories hold.
    dialect : Dialect
        The base that answers.
    internal : bool
        Whether the reader belongs to the collaboration; others see less of sub-tables.
    known : bool
        Whether the reader has given a name; others see less of the events.
    """
    one = found.superevent
    base = dialect.url(base_path(one.id))
    preferred = event_json(found.preferred, names, dialect, internal=internal)
    data: dict[str, Any] = {
        "superevent_id": one.superevent_id,
        "gw_id": one.gw_id,
        "category": names.superevent_categories.get(one.category, one.category),
        "created": server_time(one.created),
        "submitter": one.submitter,
        "preferred_event": one.preferred_event,
        "em_type": one.em_type,
        "t_start": one.t_start,
        "t_0": one.t_0,
        "t_end": one.t_end,
        "gw_events": _newest_first(one.gw_events),
        "em_events": _newest_first(one.em_events),
        "far": preferred["far"],
        "time_coinc_far": finite(one.time_coinc_far),
        "space_coinc_far": finite(one.space_coinc_far),
        "labels": sorted((label.name for label in one.labels), key=names.label_rank),
        "links": {
            name: base if name == "self" else f"{base}{name}/"
            for name in _LINKS
            if name != "emobservations" or not dialect.v2
        },
        "preferred_event_data": preferred,
        "pipeline_preferred_events": {
            pipeline: _of_pipeline(event, names, dialect, internal=internal, known=known)
            for pipeline, event in found.pipeline_preferred.items()
        },
    }
    if not known:
        for key in ("preferred_event", "gw_events", "em_events"):
            del data[key]
        del data["links"]["events"]
    return data


def _newest_first(graceids: tuple[str, ...]) -> list[str]:
    return sorted(graceids, key=lambda graceid: int(graceid[1:]), reverse=True)


def _of_pipeline(
    event: Event, names: Vocabulary, dialect: Dialect, *, internal: bool, known: bool
) -> dict[str, Any]:
    data = event_json(event, names, dialect, internal=internal)
    if not known:
        brief = {key: data[key] for key in _BRIEF}
        return {**brief, **{k: "" for k in ("search", "gpstime") if brief[k] is None}}
    del data["superevent"], data["links"]
    return data


def event_row_json(graceid: str, dialect: Dialect) -> dict[str, Any]:
    """Give an event as the lists of a superevent's events have it."""
    return {"self": f"{dialect.root}events/{graceid}", "graceid": graceid}
