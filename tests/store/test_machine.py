"""Anything in any order, against a plain model: log numbers and file versions have no gaps."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import warnings
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import scenes
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fakegracedb.documents import Tag
from fakegracedb.errors import StoreError
from fakegracedb.store import Store, View, transaction
from fakegracedb.store.layout import event_folder

NAMES = st.sampled_from(["a.txt", "A.txt", "é.png", "e\u0301.png", "event.json", "x,1", "NUL"])
COMMENTS = st.text(max_size=20)
CONTENTS = st.binary(max_size=40)
PIPELINES = st.sampled_from(["gstlal", "pycbc", "MBTA"])


@dataclass
class Thing:
    """An event, as the model has it."""

    pipeline: str
    labels: list[str] = field(default_factory=list)
    logs: list[tuple[str, str, int | None, list[str]]] = field(default_factory=list)
    files: dict[str, list[bytes]] = field(default_factory=dict)


@dataclass
class Model:
    """A store, as the model has it."""

    events: dict[str, Thing] = field(default_factory=dict)
    highest: int = 0
    tags: list[str] = field(default_factory=list)
    user: str = "albert.einstein@ligo.org"


def seen(view: View) -> Model:
    """The store as a reader sees it, in the model's terms."""
    model = Model(tags=[tag.name for tag in view.new_tags], user=view.settings.user)
    for graceid in view.graceids():
        event = view.event(graceid)
        if event is None:
            continue
        folder = event_folder(graceid)
        thing = Thing(event.pipeline, [label.name for label in event.labels])
        logs = view.logs(folder)
        assert [log.N for log in logs] == list(range(1, len(logs) + 1))
        for log in logs:
            thing.logs.append((log.comment, log.filename, log.file_version, list(log.tags)))
        for file in view.files(folder):
            versions = thing.files.setdefault(file.name, [])
            assert file.version == len(versions)
            stream, _ = view.open_file(folder, file)
            with stream:
                versions.append(stream.read())
        model.events[graceid] = thing
    model.highest = int(view.counters.get("number", 0))
    return model


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = scenes.new_folder()
        self.path = self.folder / "store"
        self.store = Store(self.path)
        self.other = scenes.fresh(self.path)  # as another process sees it
        self.model = Model()
        self.snapshots: list[tuple[Path, Model]] = []
        self.made = 0

    def teardown(self) -> None:
        self.store.compact()
        assert self.store.check() == []
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        with self.store.transaction():
            pass

    def chosen(self, data: Any) -> str:
        return str(data.draw(st.sampled_from(sorted(self.model.events))))

    def new_folder(self) -> Path:
        self.made += 1
        return self.folder / f"made{self.made}"

    # Changes by either of two who know the store

    @rule(pipeline=PIPELINES, names=st.lists(NAMES, max_size=3), content=CONTENTS, by=st.booleans())
    def create(self, pipeline: str, names: list[str], content: bytes, by: bool) -> None:
        writer = self.other if by else self.store
        with writer.transaction("create") as tx:
            event = replace(scenes.create_in(tx, files=0), pipeline=pipeline)
            tx.put_event(event)
            for name in names:
                tx.write_file(event_folder(event.graceid), name, content)
        self.model.highest += 1
        assert event.number == self.model.highest
        thing = self.model.events[event.graceid] = Thing(pipeline)
        for name in names:
            thing.files.setdefault(name, []).append(content)

    @precondition(lambda self: self.model.events)
    @rule(data=st.data(), pipeline=PIPELINES, content=CONTENTS, by=st.booleans())
    def replace(self, data: Any, pipeline: str, content: bytes, by: bool) -> None:
        graceid = self.chosen(data)
        with (self.other if by else self.store).transaction("replace") as tx:
            event = tx.event(graceid)
            assert event is not None
            tx.put_event(replace(event, pipeline=pipeline))
            tx.write_file(event_folder(graceid), "event.json", content)
        thing = self.model.events[graceid]
        thing.pipeline = pipeline
        thing.files.setdefault("event.json", []).append(content)

    @precondition(lambda self: self.model.events)
    @rule(data=st.data(), comment=COMMENTS, name=NAMES, content=CONTENTS, by=st.booleans())
    def log(self, data: Any, comment: str, name: str, content: bytes, by: bool) -> None:
        graceid = self.chosen(data)
        thing = self.model.events[graceid]
        entry = scenes.log(
            self.other if by else self.store, graceid, comment, name, content=content
        )
        thing.files.setdefault(name, []).append(content)
        thing.logs.append((comment, name, len(thing.files[name]) - 1, []))
        assert len(thing.logs) == entry.N

    @precondition(lambda self: self.model.events)
    @rule(data=st.data(), name=st.sampled_from(["INJ", "DQV"]), by=st.booleans())
    def label(self, data: Any, name: str, by: bool) -> None:
        graceid = self.chosen(data)
        scenes.label(self.other if by else self.store, graceid, name)
        thing = self.model.events[graceid]
        thing.labels.append(name)
        thing.logs.append((f"labelled {name}", "", None, []))

    @precondition(lambda self: any(thing.logs for thing in self.model.events.values()))
    @rule(data=st.data(), tag=st.sampled_from(["pe", "mine", "yours"]), by=st.booleans())
    def tag(self, data: Any, tag: str, by: bool) -> None:
        with_logs = sorted(key for key, thing in self.model.events.items() if thing.logs)
        graceid = data.draw(st.sampled_from(with_logs))
        number = data.draw(st.integers(1, len(self.model.events[graceid].logs)))
        folder = event_folder(graceid)
        with (self.other if by else self.store).transaction("tag") as tx:
            log = tx.logs(folder).get(number)
            assert log is not None
            tx.add_log(folder, replace(log, tags=(*log.tags, tag)))
            if tag not in [one.name for one in tx.new_tags]:
                tx.put_tag(Tag(tag))
        comment, name, version, tags = self.model.events[graceid].logs[number - 1]
        self.model.events[graceid].logs[number - 1] = (comment, name, version, [*tags, tag])
        if tag not in self.model.tags:
            self.model.tags.append(tag)

    @rule(user=st.sampled_from(["ada", "eve"]))
    def set_user(self, user: str) -> None:
        self.store.settings["user"] = user
        self.model.user = user

    @precondition(lambda self: self.model.events)
    @rule(data=st.data())
    def give_up(self, data: Any) -> None:
        graceid = self.chosen(data)
        with contextlib.suppress(KeyError), self.store.transaction() as tx:
            scenes.create_in(tx)
            scenes.log_in(tx, graceid, "not so", "a.txt")
            raise KeyError

    # Trouble

    @precondition(lambda self: self.model.events)
    @rule(data=st.data(), comment=COMMENTS, content=CONTENTS)
    def die_after_the_commit(self, data: Any, comment: str, content: bytes) -> None:
        graceid = self.chosen(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:
            with contextlib.suppress(BaseException):
                transaction.deliver = lambda *args, **options: os._exit(7)
                scenes.log(self.store, graceid, comment, "a.txt", content=content)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        thing = self.model.events[graceid]
        thing.files.setdefault("a.txt", []).append(content)
        thing.logs.append((comment, "a.txt", len(thing.files["a.txt"]) - 1, []))

    @rule(junk=st.binary(min_size=1, max_size=30))
    def die_in_the_journal(self, junk: bytes) -> None:
        with (self.path / "journal.jsonl").open("ab") as file:
            file.write(b'{"n":' + junk.replace(b"\n", b""))

    @precondition(lambda self: self.model.events)
    @rule(data=st.data(), pipeline=PIPELINES)
    def edit_by_hand(self, data: Any, pipeline: str) -> None:
        graceid = self.chosen(data)
        if self.store._core.refresh().pending:
            return  # the edit would be lost to what was committed before it
        path = self.path / "events" / graceid / "event.json"
        old = self.model.events[graceid].pipeline
        path.write_text(path.read_text().replace(f'"{old}"', f'"{pipeline}"'))
        self.model.events[graceid].pipeline = pipeline
        assert self.store.reindex() == (old != pipeline)

    # Care

    @rule(by=st.booleans())
    def compact(self, by: bool) -> None:
        (self.other if by else self.store).compact()
        assert self.store.check() == []

    @rule(journal=st.booleans())
    def move_to_a_copy(self, journal: bool) -> None:
        target = self.new_folder()
        copy = self.store.copy(target, journal=journal)
        assert {problem.kind for problem in copy.check()} <= {"leftover"}
        self.path, self.store, self.other = target, copy, scenes.fresh(target)

    @rule()
    def snapshot(self) -> None:
        self.snapshots.append((self.store.snapshot(self.new_folder()), deepcopy(self.model)))

    @precondition(lambda self: self.snapshots)
    @rule(data=st.data())
    def restore(self, data: Any) -> None:
        path, model = data.draw(st.sampled_from(self.snapshots))
        self.store.restore(path)
        self.model = deepcopy(model)

    @rule()
    def reset(self) -> None:
        self.store.reset()
        self.model = Model(user=self.model.user)

    @rule()
    def reopen(self) -> None:
        self.store = scenes.fresh(self.path)

    @rule()
    def refuse_nesting(self) -> None:
        with self.store.transaction(), pytest.raises(StoreError):
            self.store.compact()

    # What holds at all times

    @invariant()
    def everybody_sees_the_model(self) -> None:
        for reader in (self.store, self.other, scenes.fresh(self.path)):
            found = reader.read(seen)
            assert found == self.model
            rows = sorted(scenes.indexed(reader))
            assert rows == sorted(self.model.events)
            newest = reader.read(lambda view: [event.graceid for event in view.newest() or ()])
            assert newest == sorted(self.model.events, reverse=True)

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert {problem.kind for problem in self.store.check()} <= {"leftover"}


TestStore = StoreMachine.TestCase
TestStore.settings = settings(
    max_examples=int(os.environ.get("FAKEGRACEDB_EXAMPLES", "18")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
def test_the_machine_knows_its_store() -> None:
    machine = StoreMachine()
    machine.begin()
    machine.create("gstlal", ["a.txt", "a.txt"], b"x", by=True)
    assert machine.model.events["T0001"].files == {"a.txt": [b"x", b"x"]}
    machine.everybody_sees_the_model()
    machine.model.events["T0001"].files["a.txt"].pop()
    with pytest.raises(AssertionError):
        machine.everybody_sees_the_model()
    shutil.rmtree(machine.folder)
