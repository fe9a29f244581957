"""How stories of superevents begin, whom they ask, and how the store is held against the model."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from client_outcome import Outcome, outcome
from hypothesis import strategies as st
from planned_trouble import Trouble
from stories import ACTORS, Stories
from superevent_entries import Event, Superevent, User
from superevent_model import DAYS, Candidates

from fakegracedb import FakeGraceDb, samples
from fakegracedb.store import View

MEITNER = "lise.meitner@ligo.org"  # who is no manager

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


class SupereventStories(Stories):
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
                self.make_event("here", kind, 1e-8)
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

    def make_event(self, actor: str, kind: str, far: float) -> None:
        """Create an event, here and in the model."""
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

    def comments(self, event: Event) -> list[str]:
        """Give what an event's log tells, after its creation."""
        entries = self.client.logs(event.graceid).json()["log"]
        return [entry["comment"] for entry in entries[event.begins :]]

    # What is compared

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
