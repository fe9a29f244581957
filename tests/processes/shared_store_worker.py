"""What processes do that share a store: write all they can, look all the time, or die writing.

Run as a program: role, folder, number of the worker, path of an event file. A writer begins and a
reader ends when a line comes on stdin; what was answered goes to stdout as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from fakegracedb import FakeGraceDb

SHARED = "T0001"
LABELS = ("EM_READY", "DQV", "INJ", "SKYMAP_READY", "PASTRO_READY", "EMBRIGHT_READY")
THREADS = 2
ROUNDS = 6


def write(folder: str, number: int, event_file: str) -> list[dict[str, Any]]:
    """Create, log, label and tag in two threads, which in every second process share a client."""
    clients = [FakeGraceDb(store=folder) for _ in range(THREADS)]
    if number % 2:
        clients = [clients[0]] * THREADS
    done: list[dict[str, Any]] = []
    started = threading.Barrier(THREADS)

    def run(client: FakeGraceDb, thread: int) -> None:
        started.wait()
        for turn in range(ROUNDS):
            name = f"{number}.{thread}.{turn}"
            if turn % 2 == 0:
                event = client.create_event("Test", "gstlal", event_file).json()
                client.write_log(event["graceid"], f"on {name}")
                done.append({"kind": "event", "name": name, "graceid": event["graceid"]})
            content = f"content of {name}\n".encode() * 50
            filename = "shared.txt" if turn % 3 else f"only-{name}.txt"
            log = client.write_log(
                SHARED, f"log {name}", filename=filename, filecontents=content, tag_name=["pe", "x"]
            ).json()
            done.append({"kind": "log", "name": name, "content": content.decode(), **log})
            answer = client.write_label(SHARED, LABELS[turn])
            done.append({"kind": "label", "label": LABELS[turn], "status": answer.status_code})
            tag = f"t{number}{thread}{turn}"
            client.add_tag(SHARED, 1, tag)
            done.append({"kind": "tag", "tag": tag, "N": 1})
            if turn % 2:
                client.remove_tag(SHARED, 1, tag)
                done.append({"kind": "untag", "tag": tag, "N": 1})

    in_threads([partial(run, client, thread) for thread, client in enumerate(clients)])
    return done


def in_threads(functions: list[Callable[[], object]]) -> None:
    """Do several things at once; raise the first failure, if any."""
    failures: list[BaseException] = []

    def guarded(function: Callable[[], object]) -> None:
        try:
            function()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def told_to_stop() -> threading.Event:
    """Give what is set when a line comes on stdin."""
    stop = threading.Event()

    def wait() -> None:
        sys.stdin.readline()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    return stop


def read(folder: str) -> dict[str, Any]:
    """Look until told to stop, and say what was seen that must never be."""
    stop = told_to_stop()
    client = FakeGraceDb(store=folder, user="reader@ligo.org")
    wrong: list[str] = []
    polls = logs_seen = events_seen = 0
    known: dict[str, bytes] = {}
    events: set[str] = set()
    while not stop.is_set() or polls < 2:
        polls += 1
        logs = client.logs(SHARED).json()["log"]
        numbers = sorted(log["N"] for log in logs)
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append(f"numbers {numbers}")
        if len(logs) < logs_seen:
            wrong.append(f"{logs_seen} logs, and then {len(logs)}")
        logs_seen = len(logs)
        names = client.files(SHARED).json()
        for log in logs:
            if not log["filename"]:
                continue
            version = f"{log['filename']},{log['file_version']}"
            if version not in names:
                wrong.append(f"log {log['N']} names {version}, which is not listed")
            if version not in known:
                known[version] = client.files(SHARED, version).read()
                name = log["comment"].removeprefix("log ")
                written = f"content of {name}\n".encode() * 50
                if log["comment"] != name and known[version] != written:
                    wrong.append(f"{version} holds {known[version][:60]!r}")
        tags = next(log["tag_names"] for log in logs if log["N"] == 1)
        if len(tags) != len(set(tags)):
            wrong.append(f"tags {tags}")
        count = client.num_events()
        if count < events_seen:
            wrong.append(f"{events_seen} events, and then {count}")
        events_seen = count
        listed = list(client.events("group: Test"))
        if len(listed) < count:
            wrong.append(f"{len(listed)} listed after {count} were counted")
        for event in listed:
            if event["graceid"] in events:
                continue
            events.add(event["graceid"])
            first = client.logs(event["graceid"], 1).json()
            if first["comment"] != "Original Data" or first["file"] is None:
                wrong.append(f"{event['graceid']} begins with {first}")
            if event["gpstime"] != client.event(event["graceid"]).json()["gpstime"]:
                wrong.append(f"{event['graceid']} has a gpstime of {event['gpstime']}")
    return {"polls": polls, "logs": logs_seen, "events": events_seen, "wrong": wrong[:20]}


def write_until_killed(folder: str, number: int) -> None:
    """Write entries with files, and say of each when it is answered."""
    client = FakeGraceDb(store=folder)
    for turn in range(10**6):
        name = f"{number}.{turn}"
        log = client.write_log(
            SHARED, f"log {name}", filename="dying.txt", filecontents=name.encode(), tag_name="pe"
        ).json()
        print(json.dumps([log["N"], log["comment"], log["file_version"]]), flush=True)


def fork(folder: str) -> list[str]:
    """Fork again and again while a thread is writing; all of them write through one client."""
    client = FakeGraceDb(store=folder)
    client.write_log(SHARED, "before")
    done = threading.Event()
    written = ["before"]

    def keep_writing() -> None:
        while not done.is_set():
            written.append(f"parent {len(written)}")
            client.write_log(SHARED, written[-1], filename="p.txt", filecontents=written[-1])

    thread = threading.Thread(target=keep_writing)
    thread.start()
    children = []
    for number in range(6):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                for turn in range(4):
                    text = f"child {number}.{turn}"
                    client.write_log(SHARED, text, filename="c.txt", filecontents=text)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    ends = [os.waitpid(child, 0)[1] for child in children]
    done.set()
    thread.join()
    assert ends == [0] * len(children), ends
    return [*written, *(f"child {number}.{turn}" for number in range(6) for turn in range(4))]


if __name__ == "__main__":
    role, folder, number, event_file = sys.argv[1:]
    match role:
        case "write":
            print("ready", flush=True)
            sys.stdin.readline()
            print(json.dumps(write(folder, int(number), event_file)))
        case "read":
            print("ready", flush=True)
            print(json.dumps(read(folder)))
        case "fork":
            print("ready", flush=True)
            print(json.dumps(fork(folder)))
        case "die":
            write_until_killed(folder, int(number))
