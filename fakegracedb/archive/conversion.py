"""Answers of a server → the documents of a store that answers the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ..clock import gps_microseconds, iso_text, parse_time, server_text, utc_from_gps
from ..documents import (
    Event,
    Label,
    Signoff,
    Superevent,
)
from ..documents.events import INSIDERS
from ..identifiers import is_superevent_id, superevent_key
from ..vocabulary import Vocabulary
from .archived import Archived, ArchivedEvent, ArchivedSuperevent
from .records import UNKNOWN, given, time_text

__all__ = [
    "event_document",
    "superevent_document",
    "told_events",
]

_EVENT = ("group", "pipeline", "search", "offline", "gpstime", "instruments", "nevents", "far")
_EVENT_MORE = ("likelihood", "replay_id")
_TIMES = ("t_start", "t_0", "t_end")
_CATEGORIES = {"M": "MDC", "T": "Test"}  # by the first letter of an id
# What exposing a superevent gives: where it was read without a name, it was exposed.
_EXPOSED = {"lvem_observers": ["view", "annotate"], "public_users": ["view"]}


# Events


def event_document(archived: ArchivedEvent, superevent: str | None, created: str) -> Event:
    """Give the document of an event.

    Parameters
    ----------
    archived : ArchivedEvent
        The event.
    superevent : str or None
        What it is a member of.
    created : str
        ISO text that stands for its time of creation where it does not tell that.
    """
    answer = archived.object
    created = _created(answer) or created
    if not created:  # not before it was there
        created = iso_text(utc_from_gps(Decimal(repr(answer["gpstime"]))))
    return Event(
        graceid=archived.id,
        submitter=answer.get("submitter") or UNKNOWN,
        created=created,
        labels=_labels(archived, created),
        extra_attributes=_without_nulls(answer.get("extra_attributes") or {}),
        superevent=superevent,
        permissions=_event_rights(archived),
        signoffs=_signoffs(archived),
        partial=archived.partial,
        **given(answer, (*_EVENT, *_EVENT_MORE)),
    )


def _created(answer: Mapping[str, Any]) -> str | None:
    """Give the time of creation, to the microsecond where the latency tells that."""
    written = answer.get("created")
    if not written:
        return None
    created = parse_time(written)
    gpstime, latency = answer.get("gpstime"), answer.get("reporting_latency")
    if gpstime and latency is not None and not created.microsecond:
        try:
            exact = utc_from_gps(Decimal(repr(gpstime)) + Decimal(repr(latency)))
        except (ArithmeticError, ValueError):
            return iso_text(created)
        if server_text(exact) == server_text(created):
            return iso_text(_with_latency(exact, gpstime, latency))
    return iso_text(created)


def _with_latency(exact: datetime, gpstime: float, latency: float) -> datetime:
    """Give the time whose latency is that, to the microsecond; rounding may be off by one."""
    for step in (0, -1, 1):
        when = exact + timedelta(microseconds=step)
        difference = Decimal(gps_microseconds(when)).scaleb(-6) - Decimal(repr(gpstime))
        if round(float(difference), 6) == latency:
            return when
    return exact


def _without_nulls(extra: Mapping[str, Any]) -> dict[str, Any]:
    def plain(row: Any) -> Any:
        if isinstance(row, Mapping):
            return {key: plain(value) for key, value in row.items() if value is not None}
        return row

    return {
        member: [plain(row) for row in stored] if isinstance(stored, list) else plain(stored)
        for member, stored in extra.items()
        if stored is not None
    }


def _event_rights(archived: ArchivedEvent) -> dict[str, list[str]]:
    if "permissions" not in archived.answers:
        return {group: ["view", "change"] for group in INSIDERS}
    rights: dict[str, list[str]] = {}
    for group, right in archived.permissions:
        rights.setdefault(group, []).append(right)
    return rights


# Superevents


def superevent_document(
    archived: ArchivedSuperevent, names: Vocabulary, serial: int, members: Iterable[Event]
) -> Superevent:
    """Give the document of a superevent.

    Parameters
    ----------
    archived : ArchivedSuperevent
        The superevent.
    names : Vocabulary
        Of the store.
    serial : int
        Its number there.
    members : iterable of Event
        The events that come with it, which tell who belongs to it where it does not.
    """
    answer = archived.object
    codes = {shown: code for code, shown in names.superevent_categories.items()}
    there = list(members)
    gw = answer.get("gw_events")
    em = answer.get("em_events")
    if gw is None:
        gw = [one.graceid for one in there if one.group != "External"]
        em = [one.graceid for one in there if one.group == "External"]
    preferred = answer.get("preferred_event") or answer["preferred_event_data"]["graceid"]
    gw_id = answer.get("gw_id")
    # servers of 2018 did not tell it
    category = answer.get("category") or _CATEGORIES.get(archived.id[:1], "Production")
    pipelines = answer.get("pipeline_preferred_events") or {}
    id_ = archived.id
    times: dict[str, Any] = {name: float(answer[name]) for name in _TIMES}
    return Superevent(
        superevent_id=id_,
        category=codes.get(category, category),
        submitter=answer.get("submitter") or UNKNOWN,
        created=time_text(answer["created"]),
        serial=serial,
        preferred_event=preferred,
        gw_events=tuple(sorted(gw, key=_number)),
        em_events=tuple(sorted(em or (), key=_number)),
        pipeline_preferred={name: one["graceid"] for name, one in pipelines.items()},
        gw_id=gw_id,
        is_gw=gw_id is not None and _goes_by(answer, gw_id),
        gw_number=_gw_number(id_, gw_id),
        labels=_labels(archived, time_text(answer["created"])),
        signoffs=_signoffs(archived),
        permissions=_superevent_rights(archived),
        **times,
        **given(answer, ("em_type", "time_coinc_far", "space_coinc_far")),
    )


def told_events(archived: ArchivedSuperevent) -> list[ArchivedEvent]:
    """Give the events of which only the superevent tells: preferred ones that are missing."""
    answer = archived.object
    told = [answer.get("preferred_event_data")]
    told += (answer.get("pipeline_preferred_events") or {}).values()
    found: dict[str, ArchivedEvent] = {}
    for one in told:
        if (
            one
            and "graceid" in one
            and archived.event(one["graceid"]) is None
            and one["graceid"] not in found
        ):
            found[one["graceid"]] = ArchivedEvent(
                id=one["graceid"], source=archived.source, answers={"object": one}, partial=True
            )
    return list(found.values())


def _number(graceid: str) -> int:
    return int(graceid[1:])


def _goes_by(answer: Mapping[str, Any], gw_id: str) -> bool:
    link = (answer.get("links") or {}).get("self")
    return link is None or f"/{gw_id}/" in f"{link}/"


def _gw_number(superevent_id: str, gw_id: str | None) -> int | None:
    """Give which of its day a gravitational wave is, if its id was counted and not chosen."""
    if gw_id is None or "GW" not in gw_id:
        return None
    counted = gw_id.replace("GW", "S", 1)
    counted = counted[: counted.index("S") + 1] + counted[counted.index("S") + 1 :].lower()
    if not is_superevent_id(counted) or counted.upper().replace("S", "GW", 1) != gw_id:
        return None
    *day, number = superevent_key(counted)
    return number if day == list(superevent_key(superevent_id)[:2]) else None


def _superevent_rights(archived: ArchivedSuperevent) -> dict[str, list[str]]:
    if "permissions" not in archived.answers:
        public = "gw_events" not in archived.object
        return {group: list(held) for group, held in _EXPOSED.items()} if public else {}
    rights: dict[str, list[str]] = {}
    for row in archived.rows("permissions"):
        rights.setdefault(row["group"], []).append(row["permission"].removesuffix("_superevent"))
    return rights


# What both have


def _labels(archived: Archived, created: str) -> tuple[Label, ...]:
    """Give the labels with who applied them; if that is not known, those that the object names."""
    answer = archived.object
    rows = archived.rows("labels")
    known = {row["name"] for row in rows}
    labels = [
        Label(row["name"], row.get("creator") or UNKNOWN, time_text(row["created"])) for row in rows
    ]
    labels.sort(key=lambda label: label.created)  # they are listed by name
    for name in answer.get("labels") or ():
        if name not in known:
            who = answer.get("submitter") or UNKNOWN
            labels.append(Label(name, who, created))
    return tuple(labels)


def _signoffs(archived: Archived) -> tuple[Signoff, ...]:
    return tuple(
        Signoff(
            signoff_type=row["signoff_type"],
            instrument=row.get("instrument") or "",
            status=row["status"],
            submitter=row.get("submitter") or UNKNOWN,
            comment=row.get("comment") or "",
        )
        for row in archived.rows("signoffs")
    )
