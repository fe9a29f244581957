"""Alerts of an object made from its own log, where nobody has kept those that it sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..alerts import Alert
from ..alerts.topics import event_topics, superevent_topic
from ..archive import ArchivedEvent, ArchivedSuperevent
from ..archive.archived import Archived
from ..archive.endpoints import root_of_link
from ..clock import iso_text, parse_time
from ..regeneration.entries import tagged
from ..vocabulary import DEFAULT
from .states import Entry, State, entries_of, relabelled

__all__ = ["rebuilt"]

# What the server writes into the log of an event with each of its files: nobody is told of it.
_OF_FILE = re.compile(
    r"Original Data|Log File Created|Coinc Table Created|"
    r"<a href=\S+>(?:Coherent Event Display \(CED\)|FITS skymap)</a>"
)
_OF_OBJECT = {
    "update_superevent": "update",
    "replace_event": "update",
    "update_grb": "update",
    "add_event": "event_added",
    "remove_event": "event_removed",
    "confirm": "confirmed_as_gw",
    "linked_set": "selected_as_preferred",
    "linked_unset": "removed_as_preferred",
    "linked_added": "added_to_superevent",
    "linked_removed": "removed_from_superevent",
}
_SIGNOFFS = {
    "create_signoff": "signoff_created",
    "update_signoff": "signoff_updated",
    "delete_signoff": "signoff_deleted",
}
_EXPOSED = (
    ("lvem_observers", "view_superevent"),
    ("lvem_observers", "annotate_superevent"),
    ("public_users", "view_superevent"),
)
_SILENT = (  # nobody is told of them
    *("create_superevent", "add_tag", "remove_tag", "prefer", "unprefer", "create_notice"),
    *("linked_prefer", "linked_unprefer"),
)


def rebuilt(archived: Archived) -> list[Alert]:
    """Make the alerts that an object has sent, as far as its log, labels and so on tell.

    Notes
    -----
    All are approximate. Times are whole seconds. What changed and is told in the log (labels,
    members, the preferred event, times of superevents, signoffs) is as it was at each moment; all
    else is as it is in the end: what `replace_event` changed, neighbours of superevents (none are
    told), the name under which events know a superevent that was confirmed. Log entries that are
    hidden from whoever asked are missing.
    """
    if isinstance(archived, ArchivedSuperevent):
        return _OfSuperevent(archived).alerts()
    assert isinstance(archived, ArchivedEvent)
    return _OfEvent(archived).alerts()


class _Told:
    """The alerts of one object."""

    topics: tuple[str, ...]

    def __init__(self, archived: Archived) -> None:
        self.archived = archived
        self.entries = entries_of(archived)
        self._signoffs: dict[tuple[str, str], dict[str, Any]] = {}
        self._counts: dict[str, int] = {}
        self._labels: dict[str, dict[str, Any]] = {}

    @property
    def link(self) -> str:
        """URL of the object, with a slash at its end."""
        return str(self.archived.object["links"]["self"]).rstrip("/") + "/"

    def uid(self, state: State) -> str:
        """Give the id under which it is told of."""
        raise NotImplementedError

    def shown(self, state: State, created: str) -> dict[str, Any]:
        """Give the object as alerts have it."""
        raise NotImplementedError

    def alerts(self) -> list[Alert]:
        """Make them."""
        made: list[Alert] = []
        for number, created, state, kind, data in self._told():
            shown = self.shown(state, created)
            message = {
                "uid": self.uid(state),
                "alert_type": kind,
                "data": shown if data is None else data,
                "object": shown,
                "dispatched": created,
            }
            # messages have the links of the base without a version
            text = json.dumps(message).replace("/api/v1/", "/api/").replace("/api/v2/", "/api/")
            confirmed = self.archived.object.get("gw_id")
            if confirmed and not state["gw_id"]:
                text = text.replace(confirmed, state["superevent_id"])
            alert = Alert(
                seq=len(made) + 1,
                commit=number,
                time=iso_text(parse_time(created)),
                topics=self.topics,
                uid=self.uid(state),
                alert_type=kind,
                text=text,
                root=self.archived.url or root_of_link(self.link),
                approximate=True,
            )
            made.append(alert)
        return made

    def _told(self) -> Iterator[tuple[int, str, State, str, Any]]:
        """Give for each alert number and time of its entry, the state, the type, and the data."""
        if not self.entries:
            yield 0, self.archived.object["created"], {**self.archived.object}, "new", None
            return
        first = self.entries[0]
        yield first.row["N"], first.row["created"], self.first_state(), "new", None
        for entry in self.entries:
            coming = relabelled(entry.row)[1]
            for kind, data in self._of_entry(entry):
                state = entry.state
                if kind == "label_removed" and coming:  # what is told next is not in it yet
                    labels = [one for one in state["labels"] if one != coming]
                    state = {**state, "labels": labels}
                yield entry.row["N"], entry.row["created"], state, kind, data

    def first_state(self) -> State:
        """Give how it was when it was created."""
        return self.entries[0].state

    def _of_entry(self, entry: Entry) -> Iterator[tuple[str, Any]]:
        """Give type and data of what an entry tells; None is the object itself."""
        kind, row = entry.kind, entry.row
        if kind in _OF_OBJECT:
            yield _OF_OBJECT[kind], None
        elif kind in ("add_label", "remove_label"):
            assert entry.operation is not None
            name = entry.operation.values["label"]
            if kind == "add_label":
                yield "label_added", self._label_on(name, row)
            else:
                yield "label_removed", self._label_off(name, row)
        elif kind in _SIGNOFFS:
            yield from self._of_signoff(entry)
        elif kind == "create_voevent":
            if (data := self._counted("voevents", row)) is not None:
                yield "voevent", data
        elif kind == "create_emobservation":
            if (data := self._counted("emobservations", row)) is not None:
                yield "emobservation", data
        elif kind in ("expose", "hide"):
            yield ("exposed", self._permissions()) if kind == "expose" else ("hidden", [])
        elif kind not in _SILENT and not self.is_silent(row["comment"]):
            yield "log", {**row, "tag_names": self._tags_then(entry)}

    def is_silent(self, comment: str) -> bool:
        """Whether the server wrote an entry by itself, without telling anybody."""
        return False

    def _label_on(self, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        self._labels[name] = self._label(name, row)
        return self._labels[name]

    def _label_off(self, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """Give a label as it was put on."""
        return self._labels.pop(name, None) or self._label(name, row)

    def _label(self, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        for label in self.archived.rows("labels"):
            if label["name"] == name and label["created"] == row["created"]:
                return dict(label)
        link = f"{self.link}labels/{name}" + ("" if isinstance(self, _OfEvent) else "/")
        return {"name": name, "creator": row["issuer"], "created": row["created"], "self": link}

    def _counted(self, name: str, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """Give the record that an entry tells of: by its file, else by its place."""
        records = sorted(self.archived.rows(name), key=lambda one: int(one["N"]))
        for record in records:
            key = (row.get("filename"), row.get("file_version"))
            if key[0] and key == (record.get("filename"), record.get("file_version")):
                return dict(record)
        place = self._counts[name] = self._counts.get(name, 0) + 1
        return dict(records[place - 1]) if place <= len(records) else None

    def _permissions(self) -> list[dict[str, str]]:
        rows = [dict(row) for row in self.archived.rows("permissions")]
        return rows or [{"group": group, "permission": may} for group, may in _EXPOSED]

    def _of_signoff(self, entry: Entry) -> Iterator[tuple[str, Any]]:
        assert entry.operation is not None
        values, row = entry.operation.values, entry.row
        off, on = relabelled(row)
        if entry.kind != "create_signoff" and off:
            yield "label_removed", self._label_off(off, row)
        if on:
            yield "label_added", self._label_on(on, row)
        kind = "OP" if values["kind"] == "Operator" else "ADV"
        key = (kind, values.get("instrument") or "")
        signoff = self._signoffs.setdefault(key, self._final_signoff(*key, row))
        signoff["status"] = values.get("status", signoff["status"])
        signoff["comment"] = values.get("text", signoff["comment"])
        yield _SIGNOFFS[entry.kind], {**signoff}

    def _final_signoff(self, kind: str, instrument: str, row: Mapping[str, Any]) -> dict[str, Any]:
        for one in self.archived.rows("signoffs"):
            if (one["signoff_type"], one["instrument"] or "") == (kind, instrument):
                return dict(one)
        signoff = {
            "submitter": row["issuer"],
            "instrument": instrument,
            "status": "",
            "comment": "",
        }
        return {**signoff, "signoff_type": kind, "self": f"{self.link}signoffs/{kind}{instrument}/"}

    def _tags_then(self, entry: Entry) -> list[str]:
        """Give the tags that an entry got when it was written, which the next entries tell."""
        number, at_once, later = entry.row["N"], list[str](), set[str]()
        following = [one.row for one in self.entries if one.row["N"] > number]
        for place, row in enumerate(following):
            found = tagged(row)
            if found is None or found[0] != number:
                continue
            if place == len(at_once):
                at_once.append(found[1])
            else:
                later.add(found[1])
        names = list(entry.row.get("tag_names") or ())
        kept = [name for name in names if name in at_once or name not in later]
        return kept + [name for name in at_once if name not in kept]


class _OfEvent(_Told):
    """The alerts of an event."""

    def __init__(self, archived: ArchivedEvent) -> None:
        super().__init__(archived)
        about = archived.object
        self.topics = event_topics(about["group"], about["pipeline"], about.get("search"), DEFAULT)

    def uid(self, state: State) -> str:
        return str(state["graceid"])

    def shown(self, state: State, created: str) -> dict[str, Any]:
        return _event(state)

    def first_state(self) -> State:
        """Give how it was when it was created: in no superevent, without labels."""
        return {**self.entries[0].state, "superevent": None, "labels": []}

    def is_silent(self, comment: str) -> bool:
        """Whether the server wrote an entry by itself, without telling anybody."""
        return _OF_FILE.fullmatch(comment.strip()) is not None

    def at(self, created: str) -> dict[str, Any]:
        """Give the event at a time, in whole seconds."""
        state = {**self.archived.object}
        if self.entries:
            state = self.first_state()
        for entry in self.entries:
            if entry.row["created"] > created:
                break
            state = entry.state
        return _event(state)


def _event(state: State) -> dict[str, Any]:
    """Give an event as alerts have it."""
    shown = {**state}
    extra = {**(shown.get("extra_attributes") or {})}
    if "SingleInspiral" in extra:
        rows = extra["SingleInspiral"]
        extra["SingleInspiral"] = [
            {name: value for name, value in row.items() if value is not None} for row in rows
        ]
    shown["extra_attributes"] = extra
    shown["processing_status"] = "uploaded"
    shown["superevent_neighbours"] = {}
    return shown


class _OfSuperevent(_Told):
    """The alerts of a superevent."""

    def __init__(self, archived: ArchivedSuperevent) -> None:
        super().__init__(archived)
        self.topics = (superevent_topic(archived.object["category"]),)
        self._events = {one.id: _OfEvent(one) for one in archived.events}

    def uid(self, state: State) -> str:
        return str(state.get("gw_id") or state["superevent_id"])

    def shown(self, state: State, created: str) -> dict[str, Any]:
        final = self.archived.object
        shown = {**state}
        preferred = self._events.get(state["preferred_event"])
        data = preferred.at(created) if preferred else _event(final["preferred_event_data"])
        shown["preferred_event_data"] = data
        shown["far"] = data["far"]
        pipelines = final.get("pipeline_preferred_events") or {}
        by_id = {one["graceid"]: one for one in pipelines.values()}
        shown["pipeline_preferred_events"] = {
            pipeline: by_id[graceid] if graceid in by_id else self._pipeline(graceid, created)
            for pipeline, graceid in state["pipeline_preferred_events"].items()
            if graceid in by_id or graceid in self._events
        }
        return shown

    def _pipeline(self, graceid: str, created: str) -> dict[str, Any]:
        shown = self._events[graceid].at(created)
        del shown["superevent_neighbours"], shown["processing_status"]
        return shown
