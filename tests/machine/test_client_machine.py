"""Long random stories, told to the client and to a plain model of the server: they must agree.

``MACHINE_EXAMPLES=500`` tells that many, other ones each time; without it a few, always the same.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from client_outcome import Outcome, SecondProcess, agree, outcome
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from planned_trouble import TROUBLES, Trouble
from server_model import EVENT_FILES, NO_EVENT, PROTECTED, Answer, Server

import fakegracedb
from fakegracedb import FakeGraceDb, Store

EXAMPLES = os.environ.get("MACHINE_EXAMPLES")
EINSTEIN = "albert.einstein@ligo.org"  # the default user
HOPPER = "grace.hopper@ligo.org"

LABELS = st.sampled_from(["INJ", "DQV", "EM_READY", PROTECTED])
TAGS = st.sampled_from(["pe", "sky_loc", "mine", "Mine", "new-1", "bad tag"])
NAMES = st.sampled_from(["a.txt", "A.txt", "coinc.xml", "event.json", "with,1", "caf\u00e9"])
COMMENTS = st.sampled_from(["a comment", "\u00fcber <b>", "\U0001f4a5\n2", "0", ""])
ACTORS = st.sampled_from(["here", "there", "other"])


FAULTS = st.none() | st.sampled_from(TROUBLES)


@cache
def second_process() -> SecondProcess:
    root = str(Path(fakegracedb.__file__).parents[1])
    environment = {key: os.environ[key] for key in os.environ if "FAKEGRACEDB" not in key}
    process = SecondProcess({**environment, "PYTHONPATH": root})
    atexit.register(process.close)
    return process


class ClientMachine(RuleBasedStateMachine):
    """Clients of two users and of two processes on one folder, and the model beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.base = tempfile.mkdtemp(prefix="machine-")
        self.folder = f"{self.base}/store"
        self.snapshots: list[tuple[str, Server]] = []
        self.touched = ""

    def _open(self) -> None:
        self.client = FakeGraceDb(store=self.folder, waits="skip")
        self.other = self.client.as_user(HOPPER)

    @initialize()
    def begin(self) -> None:
        self._open()
        self.client.clock = "2026-03-01 17:00:00"
        tags = self.client.get(f"{self.client._service_url}tag/").json()["tags"]
        self.server = Server(list(self.client.allowed_labels), list(tags))

    # Calls

    def ask(self, actor: str, method: str, *arguments: Any, **options: Any) -> Outcome:
        if actor == "there":
            return second_process().outcome(self.folder, method, *arguments, **options)
        client = self.other if actor == "other" else self.client
        return outcome(client, method, *arguments, **options)

    def check(
        self, actor: str, fault: Trouble | None, change: Any, method: str, *arguments: Any,
        **options: Any,
    ) -> None:  # fmt: skip
        """Make a call, make the same change in the model, and compare the answers."""
        if actor == "there":
            fault = None  # they are planned for a process
        if fault is not None:
            self.client.faults.add(path="events/", **fault.plan)
        found = self.ask(actor, method, *arguments, **options)
        assert len(self.client.faults) == 0
        made = 1 if fault is None else fault.made
        answers: list[Answer] = [change() for _ in range(made)]
        empty = "truncate" in fault.plan and answers[-1].status in (202, 204) if fault else False
        if fault is not None and fault.exception and not empty:
            assert found.exception == fault.exception, found
        elif fault is not None and fault.status:
            assert found.status == fault.status, found
        else:
            agree(answers[-1], found)

    def user(self, actor: str) -> str:
        return HOPPER if actor == "other" else EINSTEIN

    def some(self, data: st.DataObject) -> str:
        self.touched = data.draw(st.sampled_from(sorted(self.server.events)), label="event")
        return self.touched

    def some_event(self) -> bool:
        return bool(self.server.events)

    # Changes

    @precondition(lambda self: len(self.server.events) < 4)
    @rule(
        actor=ACTORS,
        fault=FAULTS,
        file=st.sampled_from(sorted(EVENT_FILES)),
        name=st.sampled_from(["coinc.xml", "initial.data", "a.txt"]),
        labels=st.lists(LABELS, max_size=3),
    )
    def create(
        self, actor: str, fault: Trouble | None, file: str, name: str, labels: list[str]
    ) -> None:
        pipeline = "X" if file == "unread" else "gstlal"
        user, event_file = self.user(actor), EVENT_FILES[file]
        self.check(
            actor, fault,
            lambda: self.server.create(user, pipeline, name, event_file, labels),
            "create_event", "Test", pipeline, name,
            filecontents=event_file.content, labels=labels,
        )  # fmt: skip
        self.touched = max(self.server.events, default="")

    @precondition(some_event)
    @rule(
        data=st.data(),
        actor=ACTORS,
        fault=FAULTS,
        file=st.sampled_from(["cbc-lm.xml", "cbc-lm2.xml"]),
        name=st.sampled_from(["coinc.xml", "initial.data", "b.xml"]),
    )
    def replace(
        self, data: st.DataObject, actor: str, fault: Trouble | None, file: str, name: str
    ) -> None:
        graceid = self.some(data)
        user, event_file = self.user(actor), EVENT_FILES[file]
        self.check(
            actor, fault,
            lambda: self.server.replace(user, graceid, name, event_file),
            "replace_event", graceid, name, filecontents=event_file.content,
        )  # fmt: skip

    @precondition(some_event)
    @rule(
        data=st.data(),
        actor=ACTORS,
        fault=FAULTS,
        comment=COMMENTS,
        name=st.none() | NAMES,
        content=st.binary(max_size=20),
        tags=st.lists(TAGS, max_size=3),
        label=st.none() | LABELS,
    )
    def log(
        self, data: st.DataObject, actor: str, fault: Trouble | None, comment: str,
        name: str | None, content: bytes, tags: list[str], label: str | None,
    ) -> None:  # fmt: skip
        graceid, user = self.some(data), self.user(actor)
        self.check(
            actor, fault,
            lambda: self.server.log(user, graceid, comment, name or "", content, tags, label),
            "write_log", graceid, comment, filename=name,
            filecontents=None if name is None else content, tag_name=tags, label=label,
        )  # fmt: skip

    @precondition(some_event)
    @rule(data=st.data(), actors=st.tuples(ACTORS, ACTORS), name=NAMES, content=st.binary())
    def upload_twice(
        self, data: st.DataObject, actors: tuple[str, str], name: str, content: bytes
    ) -> None:
        graceid = self.some(data)
        for actor in actors:
            user = self.user(actor)
            self.check(
                actor, None,
                lambda user=user: self.server.log(user, graceid, "twice", name, content, [], None),
                "write_log", graceid, "twice", filename=name, filecontents=content,
            )  # fmt: skip

    @precondition(some_event)
    @rule(data=st.data(), actor=ACTORS, fault=FAULTS, label=LABELS)
    def label(self, data: st.DataObject, actor: str, fault: Trouble | None, label: str) -> None:
        graceid, user = self.some(data), self.user(actor)
        self.check(
            actor, fault, lambda: self.server.label(user, graceid, label),
            "write_label", graceid, label,
        )  # fmt: skip

    @precondition(some_event)
    @rule(data=st.data(), actor=ACTORS, fault=FAULTS)
    def unlabel(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        graceid, user = self.some(data), self.user(actor)
        there = [label for label, _ in self.server.events[graceid].labels]
        label = data.draw(st.sampled_from(there) | LABELS if there else LABELS, label="label")
        self.check(
            actor, fault, lambda: self.server.unlabel(user, graceid, label),
            "remove_label", graceid, label,
        )  # fmt: skip

    @precondition(some_event)
    @rule(data=st.data(), actor=ACTORS, fault=FAULTS, tag=TAGS)
    def tag(self, data: st.DataObject, actor: str, fault: Trouble | None, tag: str) -> None:
        graceid, user = self.some(data), self.user(actor)
        last = len(self.server.events[graceid].logs)
        number = data.draw(st.sampled_from([1, 1, last, last + 1, 0]), label="N")
        self.check(
            actor, fault, lambda: self.server.tag(user, graceid, number, tag),
            "add_tag", graceid, number, tag,
        )  # fmt: skip

    @precondition(some_event)
    @rule(data=st.data(), actor=ACTORS, fault=FAULTS)
    def untag(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        graceid, user = self.some(data), self.user(actor)
        logs = self.server.events[graceid].logs
        there = [(log.N, tag) for log in logs for tag in log.tags]
        absent = [(1, "pe"), (len(logs) + 1, "pe")]
        number, tag = data.draw(st.sampled_from([*there, *there, *absent]), label="tag")
        self.check(
            actor, fault, lambda: self.server.untag(user, graceid, number, tag),
            "remove_tag", graceid, number, tag,
        )  # fmt: skip

    # The store

    @rule(data=st.data(), what=st.sampled_from(["reopen", "compact", "snapshot", "restore"]))
    def care(self, data: st.DataObject, what: str) -> None:
        if what == "reopen":
            self.reopen()
            assert len(self.client.calls) == 0, "something still remembers the store"
        elif what == "compact":
            self.client.store.compact()
        elif what == "restore" and self.snapshots:
            path, server = data.draw(st.sampled_from(self.snapshots), label="snapshot")
            self.client.store.restore(path)
            self.server = server.copy()
            self.touched = min(self.server.events)
        elif self.server.events and len(self.snapshots) < 2:
            path = f"{self.base}/snapshot-{len(self.snapshots)}"
            self.client.store.snapshot(path, journal=data.draw(st.booleans(), label="journal"))
            self.snapshots.append((path, self.server.copy()))

    def reopen(self) -> None:
        """Begin anew in this process, with nothing remembered."""
        del self.client, self.other
        gc.collect()
        self._open()

    # Readers

    @precondition(some_event)
    @rule(data=st.data(), who=st.sampled_from(["second process", "strangers", "of a copy"]))
    def look(self, data: st.DataObject, who: str) -> None:
        graceid = self.some(data)
        if who == "second process":
            self.same(graceid, "there")
        elif who == "strangers":
            self.strangers_see_nothing(graceid)
        else:
            self.copy_is_the_same(graceid)

    def strangers_see_nothing(self, graceid: str) -> None:
        nobody = self.client.as_user(None)
        outsider = self.client.as_user("ext@example.org", groups=["lvem_observers"])
        for stranger in (nobody, outsider):
            assert outcome(stranger, "event", graceid).status == 403
            assert outcome(stranger, "logs", graceid).status == 403
            assert outcome(stranger, "write_log", graceid, "hello").status == 403
        assert list(outsider.events("group: Test")) == []
        agree(NO_EVENT, outcome(self.client, "write_log", "T0099", "to nobody"))

    def copy_is_the_same(self, graceid: str) -> None:
        """Read a copy in a folder that nobody may write to."""
        path = Path(self.base, "read-only")
        self.client.store.copy(path)
        before = sorted(str(place) for place in path.rglob("*"))
        for place in (*path.rglob("*"), path):
            place.chmod(0o555 if place.is_dir() else 0o444)
        client, self.client = self.client, FakeGraceDb(store=path, waits="skip")
        try:
            self.same(graceid, "here")
            assert sorted(str(place) for place in path.rglob("*")) == before
        finally:
            self.client = client
            for place in (path, *path.rglob("*")):
                place.chmod(0o755)
            shutil.rmtree(path)

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "server"):
            return
        assert self.client.num_events() == len(self.server.events)
        if self.touched in self.server.events:
            self.same(self.touched, "here")

    def same(self, graceid: str, actor: str) -> None:
        """Compare all that can be read of an event with the model."""
        event = self.server.events[graceid]
        agree(Answer(200, self.server.detail(event)), self.ask(actor, "event", graceid))
        logs = self.ask(actor, "logs", graceid).body
        entries = [self.server.entry(log) for log in event.logs]
        keys = list(entries[0])
        assert [{key: log[key] for key in keys} for log in logs["log"]] == entries
        assert [log["N"] for log in logs["log"]] == list(range(1, logs["numRows"] + 1))
        names = self.ask(actor, "files", graceid).body
        expected = {name: len(versions) for name, versions in event.files.items()}
        assert {file["filename"] for file in names["files"]} == {
            *expected, *(f"{name},{v}" for name, count in expected.items() for v in range(count))
        }  # fmt: skip
        for name, versions in event.files.items():
            assert self.ask(actor, "files", graceid, name) == Outcome(200, versions[-1])
        labels = self.ask(actor, "labels", graceid).body["labels"]
        assert [(label["name"], label["creator"]) for label in labels] == event.labels

    def teardown(self) -> None:
        try:
            if hasattr(self, "server"):
                self.ends_well()
        finally:
            shutil.rmtree(self.base)

    def ends_well(self) -> None:
        """Compare everything, to the last byte, after everything that can be forgotten is."""
        self.reopen()
        listed = [event["graceid"] for event in self.client.events("group: Test")]
        assert listed == sorted(self.server.events, reverse=True)
        for graceid, event in self.server.events.items():
            self.same(graceid, "here")
            for name, versions in event.files.items():
                for version, content in enumerate(versions):
                    assert outcome(self.client, "files", graceid, f"{name},{version}") == Outcome(
                        200, content
                    )
        assert Store(self.folder).check() == []


TestClientMachine = ClientMachine.TestCase
TestClientMachine.settings = settings(
    max_examples=int(EXAMPLES or 16),
    stateful_step_count=25,
    derandomize=EXAMPLES is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
