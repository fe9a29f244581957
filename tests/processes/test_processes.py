"""Several processes and threads on one store: nothing is lost, doubled or seen half done."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import worker_processes
from ligo.gracedb.logging import GraceDbLogHandler
from worker_processes import EVENT_FILE, all_ended, ended

from fakegracedb import FakeGraceDb

SHARED = "T0001"
WRITERS = 4


started = partial(worker_processes.started, "shared_store_worker.py")


def all_comments(client: FakeGraceDb, graceid: str) -> list[str]:
    """Give the comments of a log, after a look at its numbers."""
    logs = sorted(client.logs(graceid).json()["log"], key=lambda log: int(log["N"]))
    assert [log["N"] for log in logs] == list(range(1, len(logs) + 1))
    return [log["comment"] for log in logs]


def test_four_processes_of_two_threads_lose_and_double_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    client = FakeGraceDb(store=folder)
    assert client.create_event("Test", "gstlal", EVENT_FILE).json()["graceid"] == SHARED
    reader = started("read", folder)
    writers = [started("write", folder, number) for number in range(WRITERS)]
    for process in (reader, *writers):
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    results = all_ended(writers)
    seen = ended(reader)
    done: list[dict[str, Any]] = [entry for result in results for entry in result]

    # events
    created = {entry["graceid"]: entry["name"] for entry in done if entry["kind"] == "event"}
    expected = WRITERS * 2 * 3
    assert len(created) == expected
    assert {SHARED, *created} == {f"T{number:04d}" for number in range(1, expected + 2)}
    assert client.num_events() == expected + 1
    for graceid, name in created.items():
        first = ["Original Data", "Log File Created", "Coinc Table Created"]
        assert all_comments(client, graceid) == [*first, f"on {name}"]

    # the log of the event that all write to
    wanted = Counter(["Original Data", "Log File Created", "Coinc Table Created"])
    logs = [entry for entry in done if entry["kind"] == "log"]
    for log in logs:
        wanted[log["comment"]] += 1
        wanted[f"Tagged message {log['N']}: pe "] += 1
        wanted[f"Tagged message {log['N']}: x "] += 1
    labels = [entry for entry in done if entry["kind"] == "label"]
    wanted.update(f"Label: {entry['label']}" for entry in labels if entry["status"] == 201)
    tags = [entry["tag"] for entry in done if entry["kind"] == "tag"]
    untagged = [entry["tag"] for entry in done if entry["kind"] == "untag"]
    wanted.update(f"Tagged message 1: {tag} " for tag in tags)
    wanted.update(f"Removed tag {tag} for message 1. " for tag in untagged)
    comments = all_comments(client, SHARED)
    assert Counter(comments) == wanted
    for log in logs:
        assert comments[log["N"] - 1] == log["comment"]
        assert log["tag_names"] == ["pe", "x"]
    assert Counter(entry["status"] for entry in labels) == {201: 6, 200: len(labels) - 6}
    assert set(client.event(SHARED).json()["labels"]) == {entry["label"] for entry in labels}
    assert set(client.logs(SHARED, 1).json()["tag_names"]) == set(tags) - set(untagged)

    # its files
    names = client.files(SHARED).json()
    versions: dict[str, list[int]] = {}
    for log in logs:
        version = f"{log['filename']},{log['file_version']}"
        assert client.files(SHARED, version).read().decode() == log["content"]
        assert version in names
        versions.setdefault(log["filename"], []).append(log["file_version"])
    assert {name: sorted(found) for name, found in versions.items()} == {
        name: list(range(len(found))) for name, found in versions.items()
    }
    assert len(versions["shared.txt"]) == WRITERS * 2 * 4

    assert seen["wrong"] == []
    assert seen["polls"] >= 2
    assert (seen["logs"], seen["events"]) <= (len(comments), expected + 1)
    assert client.store.check() == []
    print(seen, len(done))


def test_writer_that_is_killed_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    client = FakeGraceDb(store=folder)
    client.create_event("Test", "gstlal", EVENT_FILE)
    answered: list[tuple[int, str, int]] = []
    for number in range(4):
        process = started("die", folder, number)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        time.sleep(0.013 * number)
        process.kill()
        rest, errors = process.communicate(timeout=60)
        assert not errors, errors
        lines += [line for line in rest.splitlines(keepends=True) if line.endswith("]\n")]
        answered += [json.loads(line) for line in lines]
        # somebody else finishes what it left
        log = client.write_log(SHARED, f"after {number}").json()
        answered.append((log["N"], log["comment"], -1))
    comments = all_comments(client, SHARED)
    for n, comment, version in answered:
        assert comments[n - 1] == comment
        if version >= 0:
            content = client.files(SHARED, f"dying.txt,{version}").read().decode()
            assert comment == f"log {content}"
    logged = [comment for comment in comments if comment.startswith("log ")]
    assert len(set(logged)) == len(logged)
    assert len([c for c in comments if c.startswith("Tagged")]) == len(logged)
    problems = client.store.check()
    assert all("`store compact` removes it" in str(problem) for problem in problems), problems
    client.store.compact()
    assert client.store.check() == []
    assert all_comments(client, SHARED) == comments


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_children_forked_while_a_thread_writes_use_the_same_client(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    client = FakeGraceDb(store=folder)
    client.create_event("Test", "gstlal", EVENT_FILE)
    written = ended(started("fork", folder))
    assert len(written) >= 1 + 6 * 4
    assert sorted(all_comments(client, SHARED)[3:]) == sorted(written)
    logs = client.logs(SHARED).json()["log"]
    for log in logs[4:]:
        assert client.get_file(log["file"]).read().decode() == log["comment"]
    for name in ("p.txt", "c.txt"):
        versions = sorted(log["file_version"] for log in logs if log["filename"] == name)
        assert versions == list(range(len(versions)))
    assert client.store.check() == []


# the handler still calls the client by an older name
@pytest.mark.filterwarnings("ignore:Method writeLog has been replaced:DeprecationWarning")
def test_threads_share_one_client_and_its_log_handler(tmp_path: Path) -> None:
    client = FakeGraceDb(store=tmp_path / "store")
    client.create_event("Test", "gstlal", EVENT_FILE)
    logger = logging.getLogger(f"test-{os.getpid()}")
    logger.propagate = False
    handler = GraceDbLogHandler(client, SHARED)
    logger.addHandler(handler)
    failures: list[BaseException] = []

    def run(thread: int) -> None:
        try:
            for turn in range(10):
                logger.warning("warning %d.%d", thread, turn)
                client.write_log(SHARED, f"log {thread}.{turn}", f"{thread}.txt", f"{turn}")
                assert client.files(SHARED, f"{thread}.txt,{turn}").read() == f"{turn}".encode()
                assert client.event(SHARED).json()["graceid"] == SHARED
                assert client.logs(SHARED, 1).json()["N"] == 1
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logger.removeHandler(handler)
    handler.close()
    assert not failures
    comments = Counter(all_comments(client, SHARED)[3:])
    names = [f"{thread}.{turn}" for thread in range(4) for turn in range(10)]
    wanted = Counter(f"log {name}" for name in names)
    found = Counter({c: n for c, n in comments.items() if c.startswith("log ")})
    assert found == wanted
    warnings = [c for c in comments.elements() if "warning" in c]
    assert len(warnings) == len(set(warnings)) == 40
    assert len(list(comments.elements())) == 80
    assert client.store.check() == []
