"""What the state machines share: clients of two users and two processes on one folder, and care.

``MACHINE_EXAMPLES=500`` tells that many stories, other ones each time; without it a few, always the
same.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
from client_outcome import Outcome, agree, outcome, second_process
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from planned_trouble import TROUBLES, Trouble
from server_model import Answer

from fakegracedb import FakeGraceDb, Store

EXAMPLES = os.environ.get("MACHINE_EXAMPLES")
EINSTEIN = "albert.einstein@ligo.org"  # the default user
HOPPER = "grace.hopper@ligo.org"

ACTORS = st.sampled_from(["here", "there", "other"])
FAULTS = st.none() | st.sampled_from(TROUBLES)


def settings(examples: int) -> hypothesis.settings:
    """Give how many stories are told where nobody says how many."""
    return hypothesis.settings(
        max_examples=int(EXAMPLES or examples),
        stateful_step_count=25,
        derandomize=EXAMPLES is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


class Stories(RuleBasedStateMachine):
    """Clients of two users and of two processes on one folder, and a model beside them.

    The model is `server`; it has `events` by graceid, and makes a copy of itself with `copy`.
    """

    server: Any

    def __init__(self) -> None:
        super().__init__()
        self.base = tempfile.mkdtemp(prefix="machine-")
        self.folder = f"{self.base}/store"
        self.snapshots: list[tuple[str, Any]] = []
        self.touched = ""

    def _open(self) -> None:
        self.client = FakeGraceDb(store=self.folder, waits="skip")
        self.other = self.client.as_user(HOPPER)

    @initialize()
    def begin(self) -> None:
        self._open()
        self.set_out()

    def set_out(self) -> None:
        """Make the model of an empty store."""
        self.client.clock = "2026-03-01 17:00:00"
        tags = self.client.get(f"{self.client._service_url}tag/").json()["tags"]
        self.server = self.model(list(self.client.allowed_labels), list(tags))

    def model(self, labels: list[str], tags: list[str]) -> Any:
        """Make the model of a server that knows these labels and tags."""
        raise NotImplementedError

    # Calls

    def client_of(self, actor: str) -> FakeGraceDb:
        return self.other if actor == "other" else self.client

    def ask(self, actor: str, method: str, *arguments: Any, **options: Any) -> Outcome:
        if actor == "there":
            return second_process().outcome(self.folder, method, *arguments, **options)
        return outcome(self.client_of(actor), method, *arguments, **options)

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

    def some_event(self) -> bool:
        return bool(self.server.events)

    # The store

    @rule(
        data=st.data(),
        what=st.sampled_from(["reopen", "compact", "reindex", "snapshot", "restore"]),
    )
    def care(self, data: st.DataObject, what: str) -> None:
        if what == "reopen":
            self.reopen()
            assert len(self.client.calls) == 0, "something still remembers the store"
        elif what == "compact":
            self.client.store.compact()
        elif what == "reindex":
            assert self.client.store.reindex() == 0
        elif what == "restore" and self.snapshots:
            path, server = data.draw(st.sampled_from(self.snapshots), label="snapshot")
            self.client.store.restore(path)
            self.server = server.copy()
            self.touched = self.anything()
        elif self.server.events and len(self.snapshots) < 2:
            path = f"{self.base}/snapshot-{len(self.snapshots)}"
            self.client.store.snapshot(path, journal=data.draw(st.booleans(), label="journal"))
            self.snapshots.append((path, self.server.copy()))

    def anything(self) -> str:
        """Give something that is there to be compared."""
        return str(min(self.server.events))

    def reopen(self) -> None:
        """Begin anew in this process, with nothing remembered."""
        del self.client, self.other
        gc.collect()
        self._open()

    def read_only_copy_is_the_same(self) -> None:
        """Read a copy in a folder that nobody may write to."""
        path = Path(self.base, "read-only")
        self.client.store.copy(path)
        before = sorted(str(place) for place in path.rglob("*"))
        for place in (*path.rglob("*"), path):
            place.chmod(0o555 if place.is_dir() else 0o444)
        client, self.client = self.client, FakeGraceDb(store=path, waits="skip")
        try:
            self.same(self.touched, "here")
            assert sorted(str(place) for place in path.rglob("*")) == before
        finally:
            self.client = client
            for place in (path, *path.rglob("*")):
                place.chmod(0o755)
            shutil.rmtree(path)

    def same(self, name: str, actor: str) -> None:
        """Compare all that can be read of an object with the model."""
        raise NotImplementedError

    def teardown(self) -> None:
        try:
            if hasattr(self, "server"):
                self.ends_well()
        finally:
            shutil.rmtree(self.base)

    def ends_well(self) -> None:
        """Look at everything, after everything that can be forgotten is."""
        self.reopen()
        self.all_the_same()
        assert Store(self.folder).check() == []

    def all_the_same(self) -> None:
        """Compare everything with the model."""
        raise NotImplementedError
