"""Four processes with two threads each on one store: every answer is accounted for."""

from __future__ import annotations

import multiprocessing
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import scenes

from fakegracedb.store import Store, View

PROCESSES, THREADS, ROUNDS = 4, 2, 6
COUPLED = ("events/T0001", "events/T0002")


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = scenes.new_folder()
    yield folder / "store"
    shutil.rmtree(folder)


def coupled(view: View) -> tuple[Any, ...]:
    """What always changes together."""
    first, second = view.event("T0001"), view.event("T0002")
    assert first is not None
    assert second is not None
    logs = [[log.comment for log in view.logs(folder)] for folder in COUPLED]
    assert logs[0] == logs[1]
    assert [x.creator for x in first.labels] == [x.creator for x in second.labels]
    assert len(first.labels) == len(logs[0])
    assert len(view.files(COUPLED[0])) == len(logs[0])
    return len(logs[0]), view.counters["events"]


def work(path: Path, name: str, answers: list[Any]) -> None:
    store = Store(path)
    for round_ in range(ROUNDS):
        mark = f"{name}-{round_}"
        answers.append(("created", scenes.create(store, files=0, replay_id=mark), mark))
        with store.transaction("coupled", name) as tx:
            for graceid in ("T0001", "T0002"):
                event = tx.event(graceid)
                assert event is not None
                label = scenes.Label(name="x", creator=mark, created=tx.timestamp())
                tx.put_event(scenes.replace(event, labels=(*event.labels, label)))
                log = scenes.log_in(tx, graceid, mark, "same.txt", mark.encode())
        answers.append(("logged", (log.N, log.file_version), mark))
        before = store.read(coupled)
        after = store.read(coupled)
        assert after >= before
        assert before[0] >= log.N


def process(path: Path, number: int, results: Any) -> None:
    answers: list[Any] = []
    failures: list[str] = []

    def run(name: str) -> None:
        try:
            work(path, name, answers)
        except BaseException as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=run, args=[f"{number}_{count}"]) for count in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((answers, failures))


def test_every_answer_of_many_writers_is_in_the_store_and_nothing_else(folder: Path) -> None:
    store = Store(folder)
    for _ in COUPLED:
        scenes.create(store, files=0)
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [
        context.Process(target=process, args=(folder, number, results), daemon=True)
        for number in range(PROCESSES)
    ]
    for one in processes:
        one.start()
    seen = []
    answers: list[Any] = []
    reported = 0
    while reported < PROCESSES:
        seen.append(store.read(coupled))
        assert all(not one.exitcode for one in processes)
        while not results.empty():
            found, failures = results.get()
            assert failures == []
            answers += found
            reported += 1
    for one in processes:
        one.join(60)
        assert one.exitcode == 0
    assert seen == sorted(seen)
    total = PROCESSES * THREADS * ROUNDS
    created = {graceid: mark for kind, graceid, mark in answers if kind == "created"}
    logged = {numbers: mark for kind, numbers, mark in answers if kind == "logged"}
    assert len(created) == len(logged) == total
    for reader in (store, scenes.fresh(folder)):
        events = {
            graceid: event.replay_id
            for graceid, event in reader.events.items()
            if graceid not in ("T0001", "T0002")
        }
        assert events == created
        logs = reader.read(lambda view: list(view.logs(COUPLED[0])))
        assert [log.N for log in logs] == list(range(1, total + 1))
        assert {(log.N, log.file_version): log.comment for log in logs} == logged
        found = scenes.everything(reader)
        for (_, version), data in found["objects"]["T0001"][2].items():
            assert data.decode() == logged[version + 1, version]
    assert store.check() == []
