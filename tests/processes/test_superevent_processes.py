"""Several processes on the superevents of one store: no id twice, no event in two of them."""

from __future__ import annotations

import string
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import worker_processes
from superevent_worker import POOL, ROUNDS, SHARED, T_0, THREADS, WANDERER, one_sided
from worker_processes import all_ended, ended

from fakegracedb import FakeGraceDb

started = partial(worker_processes.started, "superevent_worker.py")
PROCESSES = 2
MADE = PROCESSES * THREADS * ROUNDS


def test_processes_make_superevents_at_once_and_fight_for_the_same_events(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    client = FakeGraceDb(store=folder)
    for _ in ("T0001", *POOL, WANDERER):
        client.create_event("Test", "gstlal", "x.txt", filecontents=b"x")
    client.create_superevent(T_0, T_0, T_0, "T0001", category="test", events=WANDERER)
    watcher = started("watch", folder)
    workers = [started("gather", folder, number) for number in range(PROCESSES)]
    for process in (watcher, *workers):
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    done: list[dict[str, Any]] = [entry for result in all_ended(workers) for entry in result]
    seen = ended(watcher)

    def of(what: str, *statuses: int) -> list[dict[str, Any]]:
        found = [entry for entry in done if entry["what"] == what]
        return [one for one in found if not statuses or one["status"] in statuses]

    found = {one["superevent_id"]: one for one in client.superevents()}

    # ids: every letter once
    names = [entry["name"] for entry in of("superevent")]
    letters = string.ascii_lowercase[: MADE + 1]
    assert sorted([SHARED, *names]) == [f"TS260301{letter}" for letter in letters]
    for entry in of("superevent"):
        assert found[entry["name"]]["preferred_event"] == entry["preferred"]
    gw_ids = {entry["name"]: entry["gw_id"] for entry in of("confirmed")}
    (shared,) = of("confirm shared", 200)  # once only
    assert shared["arguments"] == [SHARED]
    gw_ids[SHARED] = found[SHARED]["gw_id"]
    assert sorted(gw_ids.values()) == [f"TGW260301{letter}" for letter in letters.upper()]
    assert gw_ids == {name: one["gw_id"] for name, one in found.items()}
    refused = of("confirm shared", 400)
    assert len(refused) == MADE - 1
    assert {str(one["said"]) for one in refused} == {
        str({"error": "Superevent is already confirmed as a GW"})
    }

    # events: every one of the pool belongs to who was told so first, and to nobody else
    winners = {graceid: name for name, graceid in (one["arguments"] for one in of("take", 201))}
    assert len(of("take", 201)) == len(winners) == len(POOL)
    for entry in of("take", 400):
        assert entry["said"]["error"].endswith("is already assigned to a superevent")
    assert len(of("take")) == MADE * 4
    assert len(of("greedy", 400)) == MADE  # one of its events is always another's
    let_go = Counter(one["arguments"][0] for one in of("let go", 204))
    caught = Counter(one["arguments"][0] for one in of("catch", 201))
    assert len(of("catch")) == let_go.total() == caught.total() > 0
    (last,) = caught + Counter([SHARED]) - let_go  # where it is now
    winners[WANDERER] = last
    for graceid, name in winners.items():
        assert client.event(graceid).json()["superevent"] == gw_ids[name]
        assert [one for one in found if graceid in found[one]["gw_events"]] == [name]
    preferred = {one["preferred_event"] for one in found.values()}
    assert {e for one in found.values() for e in one["gw_events"]} == preferred | {*winners}
    spare = [event for event in client.events() if event["graceid"] not in preferred | {*winners}]
    assert len(spare) == MADE
    assert {event["superevent"] for event in spare} == {None}

    # what was told of it
    for name in found:
        logs = client.logs(name).json()["log"]
        assert [log["N"] for log in logs] == list(range(1, len(logs) + 1))
        told = Counter(log["comment"] for log in logs)
        assert told[f"Removed event: {WANDERER}"] == let_go[name]
        assert told[f"Added event: {WANDERER}"] == caught[name]
        assert sum("Confirmed" in comment for comment in told) == 1
    assert seen["wrong"] == []
    assert seen["polls"] >= 2
    assert 1 <= seen["superevents"] <= MADE + 1
    assert client.store.read(one_sided) == {"superevents": MADE + 1, "wrong": []}
    assert client.store.check() == []
    print(seen, len(done))
