"""A model of superevents on the server, as plain as can be: a few lists, and what is answered."""

from __future__ import annotations

import copy
from typing import Any

from server_model import Answer, refused
from superevent_entries import (
    NOT_FOUND,
    PROTECTED,
    Annotated,
    Event,
    Superevent,
    User,
    forbidden,
)

CATEGORIES = {"T": "Test", "P": "Production", "M": "MDC"}
KINDS = {"T": "test superevents", "P": "superevents", "M": "MDC superevents"}
DAYS = {1456419850.25: "260301", 1456506250.25: "260302"}  # by t_0
PARAMETERS = (
    *("gw_id", "preferred_event", "em_type", "t_start", "t_0", "t_end"),
    *("time_coinc_far", "space_coinc_far"),
)
_LONGEST = 25


class Candidates(Annotated):
    """What the server holds, as the v2 base of the newest line answers it."""

    def __init__(self, labels: list[str], tags: list[str]) -> None:
        super().__init__(labels, tags)
        self.events: dict[str, Event] = {}

    def copy(self) -> Candidates:
        return copy.deepcopy(self)

    def _allowed(self, user: User, category: str, what: str) -> Answer | None:
        if user.manager or category == "T":
            return None
        return forbidden(f"You are not allowed to {what.format(KINDS[category])}.")

    # Superevents

    def create(
        self, user: User, category: str, t_0: float, preferred: str, events: list[str],
        labels: list[str],
    ) -> Answer:  # fmt: skip
        if refusal := self._allowed(user, category, "create {}"):
            return refusal
        if preferred not in self.events:
            return refused(400, f"Event with id={int(preferred[1:])} does not exist")
        first = self.events[preferred]
        others = [self.events[graceid] for graceid in dict.fromkeys(events)]
        for event in (first, *others):
            if problem := self._unfit(event, category):
                return refused(400, problem)
        if PROTECTED in labels:
            names = ", ".join(name for name in labels if name == PROTECTED)
            return refused(
                400,
                "The following label(s) are managed by anautomated process and cannot be manually "
                f"added: {names}",
            )
        if first.external:
            return refused(
                400, str({"preferred_event": ["External event cannot be set as preferred"]})
            )
        date = DAYS[t_0]
        number = sum((one.category, one.date) == (category, date) for one in self.superevents) + 1
        prefix = "" if category == "P" else category
        name = f"{prefix}S{date}{chr(ord('a') + number - 1)}"
        times = dict.fromkeys(("t_start", "t_0", "t_end"), t_0)
        parameters = {**dict.fromkeys(PARAMETERS), **times, "preferred_event": preferred}
        one = Superevent(name, category, number, date, parameters, user.name)
        self.superevents.append(one)
        others = [event for event in others if event is not first]
        said = [f"{key}={value:.6f}" for key, value in times.items()]
        said.append(f"preferred_event={preferred}")
        if others:
            said.append("events=" + ", ".join(event.graceid for event in others))
        one.tell(user, "Superevent created with " + ", ".join(said))
        self._join(one, first, "Set as preferred event for superevent: ")
        for event in others:
            self._join(one, event, "Added to superevent: ")
        for label in labels:
            self._label(user, one, label)
        return Answer(201, self.detail(one))

    @staticmethod
    def _unfit(event: Event, category: str) -> str | None:
        if event.superevent is not None:
            return f"Event {event.graceid} is already assigned to a superevent"
        if event.category != category:
            return (
                f"Event {event.graceid} is of type '{CATEGORIES[event.category]}', and cannot be "
                f"assigned to a superevent of type '{CATEGORIES[category]}'"
            )
        return None

    @staticmethod
    def _join(one: Superevent, event: Event, text: str) -> None:
        if event not in one.members:
            one.members.append(event)
        event.superevent = one
        event.told.append(text + one.id)

    def update(self, user: User, asked: str, sent: dict[str, Any]) -> Answer:
        one = self.find(asked)
        if one is None:
            return NOT_FOUND
        if refusal := self._allowed(user, one.category, "change {}"):
            return refusal
        if "preferred_event" in sent and sent["preferred_event"] not in self.events:
            return refused(400, f"Event with id={int(sent['preferred_event'][1:])} does not exist")
        changed = [key for key in PARAMETERS if key in sent and sent[key] != one.parameters[key]]
        if not changed:
            return refused(400, "Request would not modify the superevent")
        if "preferred_event" in changed:
            new = self.events[sent["preferred_event"]]
            if new.superevent not in (None, one):
                return refused(400, f"Event {new.graceid} is already assigned to a superevent")
            if new.external:
                text = "External event cannot be set as preferred"
                return refused(400, str({"preferred_event": [text]}))
        if "gw_id" in changed and (problem := self._wrong_gw_id(sent["gw_id"])):
            return problem

        def shown(key: str, value: Any) -> str:
            return f"{value:.6f}" if key in ("t_start", "t_0", "t_end") else str(value)

        said = ", ".join(
            f"{key}: {shown(key, one.parameters[key])} -> {shown(key, sent[key])}"
            for key in changed
        )
        old = self.events[one.preferred]
        one.parameters.update({key: sent[key] for key in changed})
        one.tell(user, f"Updated superevent parameters: {said}")
        if "preferred_event" in changed:
            old.told.append(f"Removed as preferred event for superevent: {one.id}")
            self._join(one, new, "Set as preferred event for superevent: ")
        return Answer(200, self.detail(one))

    def _wrong_gw_id(self, gw_id: str) -> Answer | None:
        if len(gw_id) > _LONGEST:
            text = f"Ensure this value has at most {_LONGEST} characters (it has {len(gw_id)})."
        elif gw_id in [one.parameters["gw_id"] for one in self.superevents]:
            text = "Superevent with this Gw id already exists."
        else:
            return None
        return refused(400, str({"gw_id": [text]}))

    def confirm(self, user: User, asked: str, gw_id: str | None) -> Answer:
        one = self.find(asked)
        if one is None:
            return NOT_FOUND
        if refusal := self._allowed(user, one.category, "confirm {} as GWs"):
            return refusal
        if one.confirmed:
            return refused(400, "Superevent is already confirmed as a GW")
        if gw_id is None:
            taken = [other.parameters["gw_id"] for other in self.superevents]
            day = [x for x in self.superevents if (x.category, x.date) == (one.category, one.date)]
            one.counted = max(other.counted for other in day) + 1
            prefix = "" if one.category == "P" else one.category
            while (gw_id := f"{prefix}GW{one.date}{chr(ord('A') + one.counted - 1)}") in taken:
                one.counted += 1
        elif gw_id != one.parameters["gw_id"] and (problem := self._wrong_gw_id(gw_id)):
            return problem
        one.parameters["gw_id"] = gw_id
        one.confirmed = True
        one.tell(
            user,
            f"Confirmed as a gravitational wave: ID changed from {one.superevent_id} -> {gw_id}",
        )
        return Answer(200, self.detail(one))

    # Their events

    def add(self, user: User, asked: str, graceid: str) -> Answer:
        one = self.find(asked)
        if one is None:
            return NOT_FOUND
        if refusal := self._allowed(user, one.category, "add events to {}"):
            return refusal
        if graceid not in self.events:
            return refused(400, f"Event with id={int(graceid[1:])} does not exist")
        event = self.events[graceid]
        if problem := self._unfit(event, one.category):
            return refused(400, problem)
        self._join(one, event, "Added to superevent: ")
        one.tell(user, f"Added event: {graceid}")
        return Answer(201, {"graceid": graceid})

    def remove(self, user: User, asked: str, graceid: str) -> Answer:
        one = self.find(asked)
        if one is None:
            return NOT_FOUND
        if refusal := self._allowed(user, one.category, "remove events from {}"):
            return refusal
        event = self.events.get(graceid)
        if event not in one.members:
            return NOT_FOUND
        assert event is not None
        if graceid == one.preferred:
            return refused(
                400,
                f"Event {graceid} can't be removed from superevent {one.id} because it is the "
                "preferred event",
            )
        one.members.remove(event)
        one.chosen = {
            pipeline: other for pipeline, other in one.chosen.items() if other is not event
        }
        event.superevent = None
        one.tell(user, f"Removed event: {graceid}")
        event.told.append(f"Removed from superevent: {one.id}")
        return Answer(204)

    def prefer(self, user: User, asked: str, graceid: str) -> Answer:
        one = self.find(asked)
        if one is None:
            return NOT_FOUND
        if refusal := self._allowed(user, one.category, "add events to {}"):
            return refusal
        if graceid not in self.events:
            return refused(400, f"Event with id={int(graceid[1:])} does not exist")
        event = self.events[graceid]
        old = one.chosen.get(event.pipeline)
        if old is event:
            return refused(
                400,
                f"Event {graceid} is already the {event.pipeline} pipeline-preferred event for "
                f"{one.id}",
            )
        if event not in one.members:
            return refused(400, f"Event {graceid} is not part of superevent {one.id}")
        if event.category != one.category:
            return refused(
                400, self._unfit(Event(**{**vars(event), "superevent": None}), one.category) or ""
            )
        one.chosen[event.pipeline] = event
        what = f"as {event.pipeline} pipeline-preferred event"
        before = "" if old is None else f"Removed {old.graceid} and added {graceid} {what}"
        one.tell(user, before or f"Added {graceid} {what}")
        event.told.append(f"Added {what} for {one.id}")
        if old is not None:
            old.told.append(f"Removed {what} for {one.id}")
        return Answer(201, {"graceid": graceid})

    def unprefer(self, user: User, asked: str, graceid: str) -> Answer:
        one = self.find(asked)
        if one is None:
            return NOT_FOUND
        if refusal := self._allowed(user, one.category, "remove events from {}"):
            return refusal
        event = self.events.get(graceid)
        if event not in one.chosen.values():
            return NOT_FOUND
        assert event is not None
        if graceid == one.preferred:
            return refused(
                400,
                f"Event {graceid} can't be removed from superevent {one.id}'s pipeline preferred "
                "list because it is the preferred event",
            )
        del one.chosen[event.pipeline]
        what = f"as {event.pipeline} pipeline-preferred event"
        one.tell(user, f"Removed {graceid} {what}")
        event.told.append(f"Removed {what} for {one.id}")
        return Answer(204)

    # What it shows

    def detail(self, one: Superevent) -> dict[str, Any]:
        newest = sorted(one.members, key=lambda event: event.number, reverse=True)
        return {
            "superevent_id": one.superevent_id,
            "category": CATEGORIES[one.category],
            "submitter": one.submitter,
            **one.parameters,
            "gw_events": [event.graceid for event in newest if not event.external],
            "em_events": [event.graceid for event in newest if event.external],
            "far": self.events[one.preferred].far,
            "labels": sorted(dict(one.labels), key=self.labels.index),
        }
