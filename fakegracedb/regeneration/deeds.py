"""What is done in history mode for each kind of operation that a log tells of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from ..archive import ArchivedEvent
from . import announcing
from .entries import Operation, operation
from .instants import exact_number
from .shifting import Shifted
from .stand_ins import stand_in

if TYPE_CHECKING:
    from .history import History, Told

__all__ = ["DEEDS", "create_event", "create_superevent"]

Row: TypeAlias = dict[str, Any]
Deed: TypeAlias = "Callable[[History, Told, Row, dict[str, Any]], bool]"

_TIMES = ("t_start", "t_0", "t_end")


# Events


def create_event(history: History, told: Told) -> None:
    """Create an event from the first file of its log, or from its numbers."""
    run, event, made = history.run, told.archived, told.made
    assert isinstance(event, ArchivedEvent)
    assert made is not None
    moved = _first_file(history, told)
    answer = run.upload_event(event, moved.name, moved.content, [])
    told.new_id = made.new_id = answer["graceid"]
    made.gpstime = answer.get("gpstime")
    run.tell(made.line)
    _match_new(history, told)


def _first_file(history: History, told: Told) -> Shifted:
    run, event = history.run, told.archived
    first = next((row for row in told.rows if row.get("filename")), None)
    if first is not None and event.file(first["filename"], first.get("file_version")) is not None:
        content = event.read(first["filename"], first.get("file_version"))
        return run.file(event, first["filename"], content)
    name, content = stand_in(event.object)
    run.note(f"{event.id}: its file is not in the archive; a stand-in is made from its numbers")
    return run.file(event, name, content)


def _match_new(history: History, told: Told) -> None:
    """Hold what the server has written by itself against what it wrote at the source."""
    rows = sorted(history.run.client.logs(told.new_id).json()["log"], key=lambda row: row["N"])
    waiting = told.waiting()
    for row in rows[told.written :]:
        if waiting and waiting[0]["comment"].strip() == row["comment"].strip():
            told.take(waiting.pop(0))
            told.numbers[max(told.done)] = row["N"]
        else:
            told.written = row["N"]
    told.written = rows[-1]["N"] if rows else 0


def _replace_event(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    moved = history.run.file(
        told.archived,
        row["filename"],
        told.archived.read(row["filename"], row.get("file_version")),
    )
    history.run.client.replace_event(told.new_id, moved.name, filecontents=moved.content)
    _match_new(history, told)
    return row["N"] in told.done


def _update_grb(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    """Give an external event its later numbers, on the API that has them."""
    changes = {
        name: text if name == "designation" else float(text) for name, text in values.items()
    }
    if not announcing.on_v1(history, lambda client: client.update_grbevent(told.new_id, **changes)):
        return False
    history.took(told, row, [])
    return True


# Superevents


def create_superevent(history: History, told: Told, found: Operation | None, row: Row) -> None:
    """Create the superevent: as its first entry tells it, or from what it is in the end."""
    run, old = history.run, told.archived.object
    said = dict(found.values) if found is not None else {}
    preferred = said.get("preferred_event") or old["preferred_event"]
    others = said.get("events") or []
    linked = history.linked(preferred, "linked_set")
    for graceid in others:
        linked += history.linked(graceid, "linked_added")
    history.linked(preferred)  # makes sure that it is there
    times = {
        name: exact_number(str(said.get(name) or repr(old[name])), run.shift.delta)
        for name in _TIMES
    }
    answer = run.client.create_superevent(
        times["t_start"],
        times["t_0"],
        times["t_end"],
        run.shift.ids.get(preferred) or preferred,
        category=_category(history, preferred),
        events=[run.shift.ids(graceid) for graceid in others] or None,
    ).json()
    told.new_id = answer["superevent_id"]
    run.shift.ids.add(told.archived.id, answer["superevent_id"])
    run.shift.ids.add(old["superevent_id"], answer["superevent_id"])
    run.result.superevent_id = answer["superevent_id"]
    run.tell(f"Created {told.archived.id} -> {told.new_id}")
    if found is not None:
        history.took(told, row, [], linked)
    else:
        told.written = 1
        for event, one in linked:
            event.take(one)
        run.note(f"{told.archived.id}: its log does not tell of its creation")


def _category(history: History, preferred: str) -> str:
    made = history.events[preferred].made
    assert made is not None
    if made.group == "Test":
        return "test"
    return "mdc" if made.search == "MDC" else "production"


def _update_superevent(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    run = history.run
    changes: dict[str, Any] = {}
    linked: list[tuple[Told, Row]] = []
    for name, text in values.items():
        if name in _TIMES:
            changes[name] = exact_number(text, run.shift.delta)
        elif name in ("preferred_event", "em_type"):
            changes[name] = run.shift.ids(text)
        elif name in ("time_coinc_far", "space_coinc_far"):
            changes[name] = float(text)
        else:
            return False
    if "preferred_event" in values:
        before = _preferred_before(told, row)
        linked += history.linked(before, "linked_unset")
        linked += history.linked(values["preferred_event"], "linked_set")
    run.client.update_superevent(told.new_id, **changes)
    history.took(told, row, [], linked)
    return True


def _preferred_before(told: Told, row: Row) -> str:
    """Give the event that was preferred until an entry."""
    preferred = told.archived.object["preferred_event"]
    for one in told.rows:
        if one["N"] >= row["N"]:
            break
        found = operation(one)
        if found is not None and found.kind in ("create_superevent", "update_superevent"):
            preferred = found.values.get("preferred_event", preferred)
    return str(preferred)


def _with_event(method: str, linked_kind: str) -> Deed:
    """Give the deed that does something with a superevent and an event of it."""

    def deed(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
        graceid = values["graceid"]
        if graceid not in history.events:
            return False
        linked = history.linked(graceid, linked_kind)
        if "former" in values:  # which it takes the place of
            linked += history.linked(values["former"], "linked_unprefer")
        getattr(history.run.client, method)(told.new_id, history.run.shift.ids(graceid))
        history.took(told, row, [], linked)
        return True

    return deed


def _confirm(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    answer = history.run.client.confirm_superevent_as_gw(told.new_id).json()
    history.run.shift.ids.add(values["new"], answer["gw_id"])
    history.took(told, row, [])
    return True


def _permissions(action: str) -> Deed:
    def deed(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
        history.run.client.modify_permissions(told.new_id, action)
        history.took(told, row, [])
        return True

    return deed


# Both


def _add_label(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    label = values["label"]
    if not history.run.known_labels([label]):
        return False
    history.run.client.write_label(told.new_id, label)
    history.took(told, row, [])
    if told.made is not None:
        told.made.labels.append(label)
    return True


def _remove_label(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    history.run.client.remove_label(told.new_id, values["label"])
    history.took(told, row, [])
    if told.made is not None and values["label"] in told.made.labels:
        told.made.labels.remove(values["label"])
    return True


def _tag(method: str) -> Deed:
    """Give the deed that puts a tag on an entry, or takes it off."""

    def deed(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
        number = told.numbers.get(int(values["number"]))
        if number is None:
            return False
        getattr(history.run.client, method)(told.new_id, number, values["tag"])
        history.took(told, row, [])
        return True

    return deed


DEEDS: dict[str, Deed] = {
    "replace_event": _replace_event,
    "update_superevent": _update_superevent,
    "update_grb": _update_grb,
    "add_event": _with_event("add_event_to_superevent", "linked_added"),
    "remove_event": _with_event("remove_event_from_superevent", "linked_removed"),
    "prefer": _with_event("add_pipeline_preferred_event", "linked_prefer"),
    "unprefer": _with_event("remove_pipeline_preferred_event", "linked_unprefer"),
    "confirm": _confirm,
    "expose": _permissions("expose"),
    "hide": _permissions("hide"),
    "add_label": _add_label,
    "remove_label": _remove_label,
    "add_tag": _tag("add_tag"),
    "remove_tag": _tag("remove_tag"),
    "create_signoff": announcing.signoff("create"),
    "update_signoff": announcing.signoff("update"),
    "delete_signoff": announcing.signoff("delete"),
    "create_voevent": announcing.create_voevent,
    "create_notice": announcing.create_notice,
    "create_emobservation": announcing.create_emobservation,
}
"""By the kind of an operation, what does it again and tells whether it could."""
