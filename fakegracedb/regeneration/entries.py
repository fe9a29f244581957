"""What entries of a log tell: which operation made them, among those that the server tells of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Operation", "former", "operation", "tagged"]

_ID = r"(?P<graceid>[A-Z]\d+)"
_S = r"(?P<superevent>\S+?)"

# The words of the server, by what was done. Those of `_LINKED` stand in the logs of events and are
# written by something done to their superevent.
_FORMS: tuple[tuple[str, str], ...] = (
    ("create_superevent", r"Superevent created with (?P<values>.*)"),
    ("update_superevent", r"Updated superevent parameters: (?P<values>.*)"),
    ("add_event", rf"Added event: {_ID}"),
    ("remove_event", rf"Removed event: {_ID}"),
    (
        "prefer",
        rf"(?:Removed (?P<former>[A-Z]\d+) and a|A)dded {_ID} as \S+ pipeline-preferred event",
    ),
    ("unprefer", rf"Removed {_ID} as \S+ pipeline-preferred event"),
    ("confirm", r"Confirmed as a gravitational wave: ID changed from (?P<old>\S+) -> (?P<new>\S+)"),
    ("add_label", r"(?:Added label|Label): (?P<label>\S+)"),
    ("remove_label", r"(?:Removed|Deleted) label: (?P<label>\S+)"),
    ("add_tag", r"Tagged message (?P<number>\d+): (?P<tag>[\w-]+)\.?\s*"),
    ("remove_tag", r"Removed tag (?P<tag>[\w-]+) (?:from|for) message (?P<number>\d+)\.?\s*"),
    ("create_voevent", r"New VOEvent"),
    ("create_notice", r"New notice"),
    ("create_emobservation", r"New EMBB observation record for (?P<group>.+)"),
    ("replace_event", r"Event data replaced by new upload"),
    ("update_grb", r"Updated GRB event parameters: (?P<values>.*)"),
    ("expose", r"Exposed to LV-EM observers and the general public\."),
    ("hide", r"Hidden from LV-EM observers and the general public\."),
    (
        "create_signoff",
        r"(?P<kind>Advocate|Operator) signoff certified status as (?P<status>OK|NO)"
        r"(?: for (?P<instrument>\w+))?: '(?P<text>.*)'; label \S+ removed and label \S+ applied",
    ),
    (
        "update_signoff",
        r"(?P<kind>Advocate|Operator) signoff(?: for (?P<instrument>\w+))? updated: (?P<values>.*)",
    ),
    (
        "delete_signoff",
        r"(?P<kind>Advocate|Operator) signoff(?: for (?P<instrument>\w+))? deleted: .*",
    ),
    ("linked_set", rf"Set as preferred event for superevent: {_S}"),
    ("linked_unset", rf"Removed as preferred event for superevent: {_S}"),
    ("linked_added", rf"Added to superevent: {_S}"),
    ("linked_removed", rf"Removed from superevent: {_S}"),
    ("linked_prefer", rf"Added as \S+ pipeline-preferred event for {_S}"),
    ("linked_unprefer", rf"Removed as \S+ pipeline-preferred event for {_S}"),
)
_patterns = tuple((kind, re.compile(form, re.S)) for kind, form in _FORMS)
# Most entries are of people and none of these: they do not begin so.
_begins = re.compile(
    r"Superevent c|Updated [sG]|Added|Removed|Confirmed as|Label: |Deleted label|Tagged m|New |"
    r"Event data|Exposed|Hidden|Advocate|Operator|Set as"
)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as its entry tells it.

    Attributes
    ----------
    kind : str
        Its name; ``linked_…`` are told in the log of an event and made on its superevent.
    values : dict of str
        What the entry says of it.
    before : dict of str
        What it says of how things were before; None for what was not set.
    """

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)


def operation(row: Mapping[str, Any]) -> Operation | None:
    """Give the operation that an entry tells of; None for an entry that somebody wrote."""
    comment = row["comment"]
    if not _begins.match(comment):
        return None
    for kind, pattern in _patterns:
        found = pattern.fullmatch(comment)
        if found is None:
            continue
        values: dict[str, Any] = {k: v for k, v in found.groupdict().items() if v is not None}
        before: dict[str, Any] = {}
        if kind == "create_superevent":
            values = _assigned(values["values"])
        elif kind in ("update_superevent", "update_grb"):
            before = former(values["values"])
            values = _changed(values["values"])
        elif kind == "update_signoff":
            values |= _signoff_changes(values.pop("values"))
        return Operation(kind, values, before)
    return None


_assignment = re.compile(r"(\w+)=(.*?)(?=, \w+=|\Z)", re.S)
_change = re.compile(r"(\w+): (.*?) -> (.*?)(?=, \w+: |\Z)", re.S)


def _assigned(text: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: value for name, value in _assignment.findall(text)}  # noqa: C416
    if "events" in values:
        values["events"] = [one for one in re.split(r"[,\s]+", values["events"]) if one]
    return values


def _changed(text: str) -> dict[str, Any]:
    """Give the new values, by name."""
    return {name: new for name, _, new in _change.findall(text) if new != "None"}


def former(text: str) -> dict[str, Any]:
    """Give the old values that an entry tells, by name; None for what was not set."""
    return {name: None if old == "None" else old for name, old, _ in _change.findall(text)}


def _signoff_changes(text: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if status := re.search(r"status \w+ -> (OK|NO)", text):
        values["status"] = status[1]
    if comment := re.search(r"comment '.*' -> '(.*)'\Z", text, re.S):
        values["text"] = comment[1]
    return values


def tagged(row: Mapping[str, Any]) -> tuple[int, str] | None:
    """Give number and tag if an entry tells that a tag was put on an entry."""
    found = operation(row)
    if found is None or found.kind != "add_tag":
        return None
    return int(found.values["number"]), found.values["tag"]
