"""Long random stories, told to the client and to a plain model of the server: they must agree."""

from __future__ import annotations

from client_outcome import Outcome, agree, outcome
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from planned_trouble import Trouble
from server_model import EVENT_FILES, NO_EVENT, PROTECTED, Answer, Server
from stories import ACTORS, FAULTS, Stories, settings

LABELS = st.sampled_from(["INJ", "DQV", "EM_READY", PROTECTED])
TAGS = st.sampled_from(["pe", "sky_loc", "mine", "Mine", "new-1", "bad tag"])
NAMES = st.sampled_from(["a.txt", "A.txt", "coinc.xml", "event.json", "with,1", "caf\u00e9"])
COMMENTS = st.sampled_from(["a comment", "\u00fcber <b>", "\U0001f4a5\n2", "0", ""])


class ClientMachine(Stories):
    """Clients of two users and of two processes on one folder, and the model beside them."""

    def model(self, labels: list[str], tags: list[str]) -> Server:
        return Server(labels, tags)

    def some(self, data: st.DataObject) -> str:
        self.touched = data.draw(st.sampled_from(sorted(self.server.events)), label="event")
        return self.touched

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

    @precondition(Stories.some_event)
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

    @precondition(Stories.some_event)
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

    @precondition(Stories.some_event)
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

    @precondition(Stories.some_event)
    @rule(data=st.data(), actor=ACTORS, fault=FAULTS, label=LABELS)
    def label(self, data: st.DataObject, actor: str, fault: Trouble | None, label: str) -> None:
        graceid, user = self.some(data), self.user(actor)
        self.check(
            actor, fault, lambda: self.server.label(user, graceid, label),
            "write_label", graceid, label,
        )  # fmt: skip

    @precondition(Stories.some_event)
    @rule(data=st.data(), actor=ACTORS, fault=FAULTS)
    def unlabel(self, data: st.DataObject, actor: str, fault: Trouble | None) -> None:
        graceid, user = self.some(data), self.user(actor)
        there = [label for label, _ in self.server.events[graceid].labels]
        label = data.draw(st.sampled_from(there) | LABELS if there else LABELS, label="label")
        self.check(
            actor, fault, lambda: self.server.unlabel(user, graceid, label),
            "remove_label", graceid, label,
        )  # fmt: skip

    @precondition(Stories.some_event)
    @rule(data=st.data(), actor=ACTORS, fault=FAULTS, tag=TAGS)
    def tag(self, data: st.DataObject, actor: str, fault: Trouble | None, tag: str) -> None:
        graceid, user = self.some(data), self.user(actor)
        last = len(self.server.events[graceid].logs)
        number = data.draw(st.sampled_from([1, 1, last, last + 1, 0]), label="N")
        self.check(
            actor, fault, lambda: self.server.tag(user, graceid, number, tag),
            "add_tag", graceid, number, tag,
        )  # fmt: skip

    @precondition(Stories.some_event)
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

    # Readers

    @precondition(Stories.some_event)
    @rule(data=st.data(), who=st.sampled_from(["second process", "strangers", "of a copy"]))
    def look(self, data: st.DataObject, who: str) -> None:
        graceid = self.some(data)
        if who == "second process":
            self.same(graceid, "there")
        elif who == "strangers":
            self.strangers_see_nothing(graceid)
        else:
            self.read_only_copy_is_the_same()

    def strangers_see_nothing(self, graceid: str) -> None:
        nobody = self.client.as_user(None)
        outsider = self.client.as_user("ext@example.org", groups=["lvem_observers"])
        for stranger in (nobody, outsider):
            assert outcome(stranger, "event", graceid).status == 403
            assert outcome(stranger, "logs", graceid).status == 403
            assert outcome(stranger, "write_log", graceid, "hello").status == 403
        assert list(outsider.events("group: Test")) == []
        agree(NO_EVENT, outcome(self.client, "write_log", "T0099", "to nobody"))

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

    def all_the_same(self) -> None:
        """Compare everything, to the last byte."""
        listed = [event["graceid"] for event in self.client.events("group: Test")]
        assert listed == sorted(self.server.events, reverse=True)
        for graceid, event in self.server.events.items():
            self.same(graceid, "here")
            for name, versions in event.files.items():
                for version, content in enumerate(versions):
                    assert outcome(self.client, "files", graceid, f"{name},{version}") == Outcome(
                        200, content
                    )


TestClientMachine = ClientMachine.TestCase
TestClientMachine.settings = settings(6)
