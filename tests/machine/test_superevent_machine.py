"""Long random stories of superevents, told to the client and to a plain model of the server."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from client_outcome import Outcome, outcome
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from planned_trouble import Trouble
from stories import ACTORS, FAULTS, Stories, settings
from superevent_model import DAYS, PROTECTED, Candidates, Event, Superevent, User

from fakegracedb import FakeGraceDb, samples
from fakegracedb.store import View

MEITNER = "lise.meitner@ligo.org"  # who is no manager

# what stands first or last is drawn more often
LABELS = st.sampled_from(["INJ", "DQV", PROTECTED, "EM_READY", "SKYMAP_READY"])
TAGS = st.sampled_from(["pe", "sky_loc", "bad tag", "public", "lvem", "new-1", "mine"])
NAMES = st.sampled_from(["a.txt", "superevent.json", "with,1", "A.txt", "caf\u00e9"])
COMMENTS = st.sampled_from(["a comment", " \u00fcber <b> ", "", "0", "\U0001f4a5\n2"])
GW_IDS = st.sampled_from(["TGW260301A", "TGW260301B", "GW-mine", "mine", "x" * 26])
SUPEREVENT_ACTORS = ACTORS | st.just("insider")
NOWHERE = ["TS260301z", "GW260301Z"]  # ids of nothing
BEGINNING: list[tuple[Path, Candidates]] = []  # what every story begins with

# group, pipeline, search, category
EVENT_KINDS = {
    "T": ("Test", "gstlal", None, "T"),
    "T of spiir": ("Test", "spiir", None, "T"),
    "G": ("CBC", "gstlal", "AllSky", "P"),
    "M": ("CBC", "gstlal", "MDC", "M"),
    "E": ("External", "Fermi", "GRB", "P"),
}


class SupereventMachine(Stories):
    """Clients of three users and of two processes on one folder, and the model beside them."""

    server: Candidates

    def model(self, labels: list[str], tags: list[str]) -> Candidates:
        return Candidates(labels, tags)

    def _open(self) -> None:
        super()._open()
        self.insider = self.client.as_user(MEITNER, groups=["internal_users"])

    def reopen(self) -> None:
        del self.insider
        super().reopen()

    def set_out(self) -> None:
        """Begin with some events, made but once, and two superevents."""
        if not BEGINNING:
            super().set_out()
            for kind in ("T", "T", "T of spiir", "T", "T", "G", "E"):
                self.create_event("here", kind, 1e-8)
            for preferred, events, labels in [("T0001", ["T0002"], ["INJ"]), ("T0004", [], [])]:
                self.tell(
                    "here", None, "create", ("T", min(DAYS), preferred, events, labels),
                    "create_superevent", *[min(DAYS)] * 3, preferred, category="T",
                    events=events, labels=labels,
                )  # fmt: skip
            folder = tempfile.mkdtemp(prefix="machine-")
            atexit.register(shutil.rmtree, folder)
            BEGINNING.append((self.client.store.snapshot(f"{folder}/begin"), self.server))
        path, server = BEGINNING[0]
        self.client.store.restore(path)
        self.server = server.copy()
        self.touched = self.anything()

    def anything(self) -> str:
        return self.server.superevents[0].superevent_id

    def client_of(self, actor: str) -> FakeGraceDb:
        return self.insider if actor == "insider" else super().client_of(actor)

    def who(self, actor: str) -> User:
        return User(MEITNER, manager=False) if actor == "insider" else User(self.user(actor))

    def tell(
        self, actor: str, fault: Trouble | None, change: str, arguments: tuple[Any, ...],
        method: str, *sent: Any, **options: Any,
    ) -> None:  # fmt: skip
        """Change the model, and the server with a call of the client."""
        user = self.who(actor)
        told = getattr(self.server, change)
        self.check(actor, fault, lambda: told(user, *arguments), method, *sent, **options)

    def asked(self, data: st.DataObject) -> str:
        """Draw an id: of a superevent as it is or was called, or of nothing."""
        known = [name for one in self.server.superevents for name in (one.superevent_id, one.id)]
        name = data.draw(st.sampled_from([*known * 4, *NOWHERE, *known * 4]), label="superevent")
        self.touch(self.server.find(name))
        return name

    def touch(self, one: Superevent | None) -> None:
        if one is not None:
            self.touched = one.superevent_id

    def graceid(self, data: st.DataObject, first: Sequence[Event]) -> str:
        """Draw an event, more often one of the first."""
        likely = [event.graceid for event in first]
        choice = (
            [*likely, *self.server.events, "T0099", *likely] if likely else [*self.server.events]
        )
        return str(data.draw(st.sampled_from(choice), label="event"))

    # Events

    @precondition(lambda self: len(self.server.events) < 10)
    @rule(
        actor=ACTORS, kind=st.sampled_from(["T", *EVENT_KINDS]), far=st.sampled_from([1e-7, 1e-9])
    )
    def create_event(self, actor: str, kind: str, far: float) -> None:
        group, pipeline, search, category = EVENT_KINDS[kind]
        external = kind == "E"
        name, content = "coinc.xml", samples.coinc_xml(far=far)
        if external:
            name, content = "notice.json", b"{}"
        made = self.ask(
            actor, "create_event", group, pipeline, name, filecontents=content, search=search
        )
        assert made.status == 201, made
        graceid = f"{kind[0]}{len(self.server.events) + 1:04d}"
        event = Event(graceid, category, pipeline, None if external else far, external)
        self.server.events[graceid] = event
        assert made.body["graceid"] == graceid
        event.begins = len(self.comments(event))

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

    def comments(self, event: Event) -> list[str]:
        """Give what an event's log tells, after its creation."""
        entries = self.client.logs(event.graceid).json()["log"]
        return [entry["comment"] for entry in entries[event.begins :]]

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

    def both_sides_agree(self, view: View) -> None:
        """An event is in one superevent at most, and both know; ids are given once."""
        events = {name: view.event(name) for name in view.graceids()}
        superevents = [view.superevent(name) for name in view.superevent_ids()]
        assert sorted(events) == sorted(self.server.events)
        assert len(superevents) == len(self.server.superevents)
        members = [(one.id, graceid) for one in superevents if one for graceid in one.events]
        said = [(event.superevent, name) for name, event in events.items() if event]
        assert sorted(members) == sorted((name, graceid) for name, graceid in said if name)
        ids = [one.gw_id for one in superevents if one and one.gw_id]
        assert len(ids) == len(set(ids))
        for one in superevents:
            assert one is not None
            assert {one.preferred_event, *one.pipeline_preferred.values()} <= {*one.events}

    def same(self, name: str, actor: str) -> None:
        """Compare all that can be read of a superevent and its events with the model."""
        one = self.server.find(name)
        assert one is not None
        for asked in {one.superevent_id, one.id}:
            self.same_superevent(one, asked, actor)
        logs = self.ask(actor, "logs", one.id).body
        entries = [self.server.entry(log) for log in one.logs]
        assert [{key: log[key] for key in entries[0]} for log in logs["log"]] == entries
        names = self.ask(actor, "files", one.id).body
        expected = {
            name if version is None else f"{name},{version}"
            for name, versions in one.files.items()
            for version in (None, *range(len(versions)))
        }
        assert {file["filename"] for file in names["files"]} == expected
        for filename, versions in one.files.items():
            assert self.ask(actor, "files", one.id, filename) == Outcome(200, versions[-1])
        labels = self.ask(actor, "labels", one.id).body["labels"]
        found = {label["name"]: label["creator"] for label in labels}
        assert found == dict(one.labels)
        for event in self.server.events.values():
            told = self.ask(actor, "event", event.graceid).body
            assert told["superevent"] == (event.superevent and event.superevent.id)
            assert told["far"] == event.far

    def same_superevent(self, one: Superevent, asked: str, actor: str) -> None:
        found = self.ask(actor, "superevent", asked)
        expected = self.server.detail(one)
        assert found.status == 200
        assert {key: found.body[key] for key in expected} == expected
        assert found.body["links"]["self"].endswith(f"/superevents/{one.id}/")
        preferred = found.body["preferred_event_data"]
        assert (preferred["graceid"], preferred["superevent"]) == (one.preferred, one.id)
        chosen = found.body["pipeline_preferred_events"]
        assert {pipeline: event["graceid"] for pipeline, event in chosen.items()} == {
            pipeline: event.graceid for pipeline, event in one.chosen.items()
        }

    def all_the_same(self) -> None:
        """Compare everything, to the last byte."""
        listed = [found["superevent_id"] for found in self.client.superevents()]
        assert listed == [one.superevent_id for one in reversed(self.server.superevents)]
        for one in self.server.superevents:
            self.same(one.superevent_id, "here")
            for name, versions in one.files.items():
                for version, content in enumerate(versions):
                    found = outcome(self.client, "files", one.id, f"{name},{version}")
                    assert found == Outcome(200, content)
        for event in self.server.events.values():
            assert self.comments(event) == event.told


TestSupereventMachine = pytest.mark.usefixtures("validated_once")(SupereventMachine.TestCase)
TestSupereventMachine.settings = settings(12)
