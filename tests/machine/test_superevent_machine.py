"""Long random stories of superevents, told to the client and to a plain model of the server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from planned_trouble import Trouble
from stories import ACTORS, FAULTS, settings
from superevent_entries import PROTECTED
from superevent_model import DAYS
from superevent_stories import EVENT_KINDS, SUPEREVENT_ACTORS, SupereventStories

from fakegracedb import samples

# what stands first or last is drawn more often
LABELS = st.sampled_from(["INJ", "DQV", PROTECTED, "EM_READY", "SKYMAP_READY"])
TAGS = st.sampled_from(["pe", "sky_loc", "bad tag", "public", "lvem", "new-1", "mine"])
NAMES = st.sampled_from(["a.txt", "superevent.json", "with,1", "A.txt", "caf\u00e9"])
COMMENTS = st.sampled_from(["a comment", " \u00fcber <b> ", "", "0", "\U0001f4a5\n2"])
GW_IDS = st.sampled_from(["TGW260301A", "TGW260301B", "GW-mine", "mine", "x" * 26])


class SupereventMachine(SupereventStories):
    """What is done with superevents, in any order."""

    # Events

    @precondition(lambda self: len(self.server.events) < 10)
    @rule(
        actor=ACTORS, kind=st.sampled_from(["T", *EVENT_KINDS]), far=st.sampled_from([1e-7, 1e-9])
    )
    def create_event(self, actor: str, kind: str, far: float) -> None:
        self.make_event(actor, kind, far)

    @rule(data=st.data(), far=st.sampled_from([1e-8, 1e-10]))
    def replace_event(self, data: st.DataObject, far: float) -> None:
        events = [one for one in self.server.events.values() if not one.external]
        if not events:
            return
        event = data.draw(st.sampled_from(events), label="event")
        name = self.client.event(event.graceid).json()["submitter"]
        client = self.client_of("other" if name == self.user("other") else "here")
        client.replace_event(event.graceid, "coinc.xml", filecontents=samples.coinc_xml(far=far))
        event.far = far
        event.told += self.comments(event)[len(event.told) :]
        assert event.told[-1] == "Coinc Table Created"
        self.touch(event.superevent)

    # Superevents

    @precondition(lambda self: len(self.server.superevents) < 5)
    @rule(
        data=st.data(),
        actor=SUPEREVENT_ACTORS,
        fault=FAULTS,
        t_0=st.sampled_from([*DAYS, min(DAYS)]),
        labels=st.lists(LABELS, max_size=2),
    )
    def create(
        self, data: st.DataObject, actor: str, fault: Trouble | None, t_0: float,
        labels: list[str],
    ) -> None:  # fmt: skip
        free = [event for event in self.server.events.values() if event.superevent is None]
        preferred = self.graceid(data, free)
        category = (
            self.server.events[preferred].category if preferred in self.server.events else "T"
        )
        if data.draw(st.booleans(), label="fitting events"):
            choice = [event.graceid for event in free if event.category == category]
        else:
            choice = sorted(self.server.events)
        events = data.draw(st.lists(st.sampled_from(choice or ["T0001"]), max_size=3), label="more")
        if data.draw(st.integers(0, 9), label="other category") == 0:
            category = {"T": "P", "P": "M", "M": "T"}[category]
        self.tell(
            actor, fault, "create", (category, t_0, preferred, events, labels),
            "create_superevent", t_0, t_0, t_0, preferred, category=category, events=events,
            labels=labels,
        )  # fmt: skip
        self.touch(self.server.superevents[-1])

    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS)
    def prefer_event(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        asked = self.asked(data)
        one = self.server.find(asked)
        sent: dict[str, Any] = {"preferred_event": self.graceid(data, one.members if one else ())}
        if data.draw(st.booleans(), label="and more"):
            sent |= {"t_0": min(DAYS) + data.draw(st.sampled_from([0.0, 1.5])), "em_type": "E0001"}
        self.tell(
            actor, fault, "update", (asked, sent), "update_superevent", asked, **sent
        )  # fmt: skip

    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS, gw_id=GW_IDS)
    def rename(self, data: st.DataObject, actor: str, fault: Trouble | None, gw_id: str) -> None:
        asked = self.asked(data)
        url = f"{self.client._service_url}superevents/{asked}/"
        far = data.draw(st.sampled_from([1e-5, 2e-5]), label="far")
        sent = {"gw_id": gw_id, "time_coinc_far": far}
        self.tell(actor, fault, "update", (asked, sent), "patch", url, data=sent)

    @rule(
        data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS, gw_id=st.none() | st.none() | GW_IDS
    )
    def confirm(
        self, data: st.DataObject, actor: str, fault: Trouble | None, gw_id: str | None
    ) -> None:
        asked = self.asked(data)
        self.tell(actor, fault, "confirm", (asked, gw_id), "confirm_superevent_as_gw", asked, gw_id)

    # Their events

    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS)
    def add(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        asked = self.asked(data)
        free = [event for event in self.server.events.values() if event.superevent is None]
        graceid = self.graceid(data, free)
        self.tell(actor, fault, "add", (asked, graceid), "add_event_to_superevent", asked, graceid)

    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS)
    def remove(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        asked, graceid = self.pair(data)
        self.tell(
            actor, fault, "remove", (asked, graceid),
            "remove_event_from_superevent", asked, graceid,
        )  # fmt: skip

    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS)
    def prefer_of_pipeline(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        asked, graceid = self.pair(data)
        self.tell(
            actor, fault, "prefer", (asked, graceid),
            "add_pipeline_preferred_event", asked, graceid,
        )  # fmt: skip

    @precondition(lambda self: any(one.chosen for one in self.server.superevents))
    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS)
    def unprefer_of_pipeline(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        asked = self.asked(data)
        one = self.server.find(asked)
        graceid = self.graceid(data, [*one.chosen.values()] if one else ())
        self.tell(
            actor, fault, "unprefer", (asked, graceid),
            "remove_pipeline_preferred_event", asked, graceid,
        )  # fmt: skip

    def pair(self, data: st.DataObject) -> tuple[str, str]:
        asked = self.asked(data)
        one = self.server.find(asked)
        return asked, self.graceid(data, one.members if one else ())

    # Labels, logs, tags

    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS, label=LABELS)
    def label(self, data: st.DataObject, actor: str, fault: Trouble | None, label: str) -> None:
        asked = self.asked(data)
        self.tell(actor, fault, "label", (asked, label), "write_label", asked, label)

    @precondition(lambda self: any(one.labels for one in self.server.superevents))
    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS)
    def unlabel(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        asked = self.asked(data)
        one = self.server.find(asked)
        there = [label for label, _ in one.labels] if one else []
        label = data.draw(st.sampled_from([*there, "DQV", *there]), label="label")
        self.tell(actor, fault, "unlabel", (asked, label), "remove_label", asked, label)

    @rule(
        data=st.data(),
        actor=SUPEREVENT_ACTORS,
        fault=FAULTS,
        comment=COMMENTS,
        name=st.none() | NAMES,
        content=st.sampled_from([b"\x89", b"", b"two\nlines"]),
        tags=st.lists(TAGS, max_size=3),
        label=st.none() | LABELS,
    )
    def log(
        self, data: st.DataObject, actor: str, fault: Trouble | None, comment: str,
        name: str | None, content: bytes, tags: list[str], label: str | None,
    ) -> None:  # fmt: skip
        asked = self.asked(data)
        self.tell(
            actor, fault, "log", (asked, comment, name, content, tags, label),
            "write_log", asked, comment, filename=name,
            filecontents=None if name is None else content, tag_name=tags, label=label,
        )  # fmt: skip

    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS, tag=TAGS)
    def tag(self, data: st.DataObject, actor: str, fault: Trouble | None, tag: str) -> None:
        asked = self.asked(data)
        one = self.server.find(asked)
        last = len(one.logs) if one else 1
        number = data.draw(st.sampled_from([1, 1, last, last + 1, 0]), label="N")
        self.tell(actor, fault, "tag", (asked, number, tag), "add_tag", asked, number, tag)

    @rule(data=st.data(), actor=SUPEREVENT_ACTORS, fault=FAULTS)
    def untag(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        asked = self.asked(data)
        one = self.server.find(asked)
        there = [(log.N, tag) for log in one.logs for tag in log.tags] if one else []
        number, tag = data.draw(
            st.sampled_from([*there, (1, "pe"), (99, "pe"), *there]), label="tag"
        )
        self.tell(actor, fault, "untag", (asked, number, tag), "remove_tag", asked, number, tag)

    # Readers

    @precondition(lambda self: self.server.find(self.touched))
    @rule(who=st.sampled_from(["second process", "of a copy"]))
    def look(self, who: str) -> None:
        if who == "second process":
            self.same(self.touched, "there")
        else:
            self.read_only_copy_is_the_same()

    @invariant()
    def holds_together(self) -> None:
        if not hasattr(self, "server"):
            return
        self.client.store.read(self.both_sides_agree)
        if self.server.find(self.touched):
            self.same(self.touched, "here")
        assert self.client.store.check() == []


TestSupereventMachine = pytest.mark.usefixtures("validated_once")(SupereventMachine.TestCase)
TestSupereventMachine.settings = settings(5)
