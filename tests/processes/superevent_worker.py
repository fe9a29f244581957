"""What processes do that share superevents: make them, fight for their events, confirm; or watch.

Run as a program like `shared_store_worker`: role, folder, number of the worker, unused.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from ligo.gracedb.exceptions import HTTPError
from shared_store_worker import in_threads, told_to_stop

from fakegracedb import FakeGraceDb, Store
from fakegracedb.store import View

T_0 = 1456419850.25  # on 2026-03-01
POOL = [f"T{number:04d}" for number in range(2, 10)]  # that all want to have
WANDERER = "T0010"  # that goes from one superevent to the next
SHARED = "TS260301a"  # of T0001, that all want to confirm
THREADS = 2
ROUNDS = 3


def gather(folder: str, number: int) -> list[dict[str, Any]]:
    """Make superevents, take events for them from a pool and from each other, confirm them."""
    done: list[dict[str, Any]] = []

    def attempt(what: str, call: Callable[..., Any], *arguments: Any, **more: Any) -> int:
        try:
            status = call(*arguments).status_code
        except HTTPError as error:
            status, more["said"] = error.status_code, error.response.json()
        done.append({"what": what, "arguments": arguments, "status": status, **more})
        return int(status)

    def run(client: FakeGraceDb, thread: int) -> None:
        for turn in range(ROUNDS):
            own, spare = (
                client.create_event("Test", "gstlal", "x.txt", filecontents=b"x").json()["graceid"]
                for _ in range(2)
            )
            made = client.create_superevent(T_0, T_0, T_0, own, category="test").json()
            name = made["superevent_id"]
            done.append({"what": "superevent", "name": name, "preferred": own})
            place = (3 * number + 2 * thread + turn) % len(POOL)
            for graceid in (POOL[place:] + POOL[:place])[:4]:
                attempt("take", client.add_event_to_superevent, name, graceid)
            create = partial(client.create_superevent, category="test", labels="INJ")
            events = [POOL[place], own]
            attempt("greedy", partial(create, events=events), T_0, T_0, T_0, spare)
            let_go = client.remove_event_from_superevent
            for held in client.superevents(columns=["superevent_id"]):
                if attempt("let go", let_go, held["superevent_id"], WANDERER) == 204:
                    attempt("catch", client.add_event_to_superevent, name, WANDERER)
                    break
            attempt("confirm shared", client.confirm_superevent_as_gw, SHARED)
            found = client.confirm_superevent_as_gw(name).json()
            done.append({"what": "confirmed", "name": name, "gw_id": found["gw_id"]})

    clients = [FakeGraceDb(store=folder) for _ in range(THREADS)]
    in_threads([partial(run, client, thread) for thread, client in enumerate(clients)])
    return done


def watch(folder: str) -> dict[str, Any]:
    """Look at events and superevents until told to stop, and say what must never be."""
    stop = told_to_stop()
    store = Store(folder)
    client = FakeGraceDb(store=store)
    wrong: list[str] = []
    polls = most = 0
    while not stop.is_set() or polls < 2:
        polls += 1
        found = store.read(one_sided)
        wrong += found.pop("wrong")
        if found["superevents"] < most:
            wrong.append(f"{most} superevents, and then {found}")
        most = found["superevents"]
        for superevent in client.superevents():
            event = superevent["preferred_event_data"]
            name = superevent["gw_id"] or superevent["superevent_id"]
            if event["superevent"] != name or event["graceid"] not in superevent["gw_events"]:
                wrong.append(f"{event} is preferred by {superevent}")
        pair = (client.superevent(SHARED).json(), client.event("T0001").json())
        if pair[0]["gw_id"] and pair[1]["superevent"] != pair[0]["gw_id"]:  # which stays
            wrong.append(f"T0001 is in {pair}")
    return {"polls": polls, "superevents": most, "wrong": wrong[:20]}


def one_sided(view: View) -> dict[str, Any]:
    """Say where events and superevents do not agree."""
    superevents = [one for one in map(view.superevent, view.superevent_ids()) if one]
    events = [event for event in map(view.event, view.graceids()) if event]
    told = Counter((one.id, graceid) for one in superevents for graceid in one.events)
    said = Counter((event.superevent, event.graceid) for event in events if event.superevent)
    wrong = [f"{pair}: {told[pair]} and {said[pair]}" for pair in told | said if told != said]
    owners = Counter(graceid for _, graceid in told)
    wrong += [f"{graceid} in {count}" for graceid, count in owners.items() if count > 1]
    wrong += [one.id for one in superevents if one.preferred_event not in one.events]
    ids = [one.gw_id for one in superevents if one.gw_id]
    if len(set(ids)) < len(ids):
        wrong.append(f"ids {ids}")
    for one in superevents:  # each is found by the id it goes by
        if view.find_superevent(one.id) != one:
            wrong.append(f"{one.id} is not found")
    return {"superevents": len(superevents), "wrong": wrong}


if __name__ == "__main__":
    role, folder, number, _ = sys.argv[1:]
    print("ready", flush=True)
    match role:
        case "gather":
            sys.stdin.readline()
            print(json.dumps(gather(folder, int(number))))
        case "watch":
            print(json.dumps(watch(folder)))
