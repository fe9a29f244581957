"""What an event or superevent was behind each entry of its log: they are undone, last to first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..archive import ArchivedSuperevent
from ..archive.archived import Archived
from ..regeneration.entries import Operation, former, operation

__all__ = ["Entry", "State", "entries_of", "mentioned", "relabelled"]

State = dict[str, Any]

_RELABELLED = (
    re.compile(r"certified .*; label (?P<off>\S+) removed and label (?P<on>\S+) applied\Z", re.S),
    re.compile(
        r"[^']*? updated: status \w+ -> \w+(?:, label (?P<off>\S+) removed)?"
        r"(?:, label (?P<on>\S+) applied)?"
    ),
    re.compile(r".*? deleted: (?:(?P<off>\S+) removed and )?(?P<on>\S+) reapplied"),
)
_GRB = "Updated GRB event parameters: "
_NUMBERS = ("t_start", "t_0", "t_end", "time_coinc_far", "space_coinc_far")
_JOINED = ("linked_set", "linked_added")
_PIPELINE = re.compile(
    r"(?:Removed (\S+) and a|A)dded \S+ as (\S+) pipeline|Removed (\S+) as (\S+)"
)


class Entry:
    """An entry of a log, with what it tells of and how the object was then.

    Attributes
    ----------
    row : mapping
        As the server answers it.
    operation : Operation or None
        What it tells of; None for what somebody wrote.
    state : dict
        The object behind it.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.operation: Operation | None = operation(row)
        self.state: State = {}
        if row["comment"].startswith(_GRB):  # it can be told, though not be done again
            self.operation = Operation(
                "update_grb", before=former(row["comment"].removeprefix(_GRB))
            )

    @property
    def kind(self) -> str:
        """What sort of thing it tells of; empty for what somebody wrote."""
        return self.operation.kind if self.operation is not None else ""


def entries_of(archived: Archived) -> list[Entry]:
    """Give the entries of an object's log, in order, with the states behind them.

    A label that no entry tells of comes in with one made up, at the time that its own record has.
    """
    entries = _with_labels(archived, [Entry(row) for row in archived.logs])
    state = {**archived.object}
    if isinstance(archived, ArchivedSuperevent):
        pipelines = state.get("pipeline_preferred_events") or {}
        # by their ids, as long as it is not said when they are shown
        state["pipeline_preferred_events"] = {
            name: one["graceid"] for name, one in pipelines.items()
        }
    for place in range(len(entries) - 1, -1, -1):
        entry = entries[place]
        entry.state = state
        undo = _UNDO.get(entry.kind)
        if undo is not None:
            state = undo({**state}, entry, entries[:place])
    return entries


def _with_labels(archived: Archived, entries: list[Entry]) -> list[Entry]:
    told: set[str] = set()
    for entry in entries:
        if entry.kind == "add_label":
            assert entry.operation is not None
            told.add(entry.operation.values["label"])
        told.add(relabelled(entry.row)[1])
    first = entries[0].row["created"] if entries else ""
    number = 1
    for label in archived.rows("labels"):
        if label["name"] in told:
            continue
        created = max(label["created"], first)
        number = max((one.row["N"] for one in entries if one.row["created"] <= created), default=1)
        row = {"N": number, "created": created, "issuer": label["creator"]}
        entries.append(Entry({**row, "comment": f"Added label: {label['name']}"}))
    return sorted(entries, key=lambda one: (one.row["N"], one.row["comment"].startswith("Added l")))


def mentioned(archived: Archived) -> set[str]:
    """Give the events that were members of a superevent, or preferred, as far as its log tells."""
    names: set[str] = set()
    for row in archived.logs:
        found = operation(row)
        if found is not None and found.kind in ("add_event", "remove_event", "update_superevent"):
            for told in (found.values, found.before):
                names |= {told[key] for key in ("graceid", "preferred_event") if told.get(key)}
    return names


def relabelled(row: Mapping[str, Any]) -> tuple[str, str]:
    """Give the labels that a signoff took off and put on, empty for none."""
    if " signoff" in row["comment"]:
        for form in _RELABELLED:
            found = form.search(row["comment"])
            if found is not None:
                return found["off"] or "", found["on"] or ""
    return "", ""


# What undoes each kind of entry: it gets a copy of the state, the entry, and those before it.


def _values(entry: Entry) -> Mapping[str, Any]:
    assert entry.operation is not None
    return entry.operation.values


def _without(listed: Any, name: str) -> list[str]:
    return [one for one in listed or () if one != name]


def _label_added(state: State, entry: Entry, before: list[Entry]) -> State:
    return {**state, "labels": _without(state["labels"], _values(entry)["label"])}


def _label_removed(state: State, entry: Entry, before: list[Entry]) -> State:
    label = _values(entry)["label"]
    return {**state, "labels": [*_without(state["labels"], label), label]}


def _signoff(state: State, entry: Entry, before: list[Entry]) -> State:
    off, on = relabelled(entry.row)
    labels = _without(state["labels"], on)
    return {**state, "labels": [*_without(labels, off), off] if off else labels}


def _updated(state: State, entry: Entry, before: list[Entry]) -> State:
    assert entry.operation is not None
    for name, value in entry.operation.before.items():
        if name in state:
            state[name] = float(value) if name in _NUMBERS and value is not None else value
    return state


def _grb_updated(state: State, entry: Entry, before: list[Entry]) -> State:
    assert entry.operation is not None
    extra = {**(state.get("extra_attributes") or {})}
    row = {**(extra.get("GRB") or {})}
    names = {name.lower(): name for name in row}
    for key, text in entry.operation.before.items():
        if key in names:
            name = names[key]
            number = text is not None and isinstance(row[name], float)
            row[name] = float(text) if number else text
    return {**state, "extra_attributes": {**extra, "GRB": row}}


def _members(graceid: str) -> str:
    return "em_events" if graceid.startswith("E") else "gw_events"


def _event_added(state: State, entry: Entry, before: list[Entry]) -> State:
    graceid = _values(entry)["graceid"]
    name = _members(graceid)
    return {**state, name: _without(state.get(name), graceid)}


def _event_removed(state: State, entry: Entry, before: list[Entry]) -> State:
    graceid = _values(entry)["graceid"]
    name = _members(graceid)
    return {**state, name: [*_without(state.get(name), graceid), graceid]}


def _pipeline_preferred(state: State, entry: Entry, before: list[Entry]) -> State:
    found = _PIPELINE.match(entry.row["comment"])
    pipelines = {**state["pipeline_preferred_events"]}
    if found is not None:
        former, pipeline = found[1] or found[3], found[2] or found[4]
        pipelines.pop(pipeline, None)
        if former:
            pipelines[pipeline] = former
    return {**state, "pipeline_preferred_events": pipelines}


def _confirmed(state: State, entry: Entry, before: list[Entry]) -> State:
    return {**state, "gw_id": None}


def _joined(state: State, entry: Entry, before: list[Entry]) -> State:
    for one in reversed(before):
        if one.kind in _JOINED:
            return state  # it was in it already
        if one.kind == "linked_removed":
            break
    return {**state, "superevent": None}


def _left(state: State, entry: Entry, before: list[Entry]) -> State:
    return {**state, "superevent": _values(entry)["superevent"]}


_UNDO: dict[str, Callable[[State, Entry, list[Entry]], State]] = {
    "add_label": _label_added,
    "remove_label": _label_removed,
    "create_signoff": _signoff,
    "update_signoff": _signoff,
    "delete_signoff": _signoff,
    "update_superevent": _updated,
    "update_grb": _grb_updated,
    "add_event": _event_added,
    "remove_event": _event_removed,
    "prefer": _pipeline_preferred,
    "unprefer": _pipeline_preferred,
    "confirm": _confirmed,
    "linked_set": _joined,
    "linked_added": _joined,
    "linked_removed": _left,
}
