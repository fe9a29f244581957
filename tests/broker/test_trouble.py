"""Readers that die, many readers at once, and a broker that is killed."""

from __future__ import annotations

import contextlib
import gc
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from broker_wire import ListSource
from patience import PATIENCE

import fakegracedb
from fakegracedb import FakeGraceDb, samples
from fakegracedb.broker import Broker

confluent = pytest.importorskip("confluent_kafka")
HERE = Path(__file__).parent
ROOT = str(Path(fakegracedb.__file__).parents[1])


def consumer(address: str, *topics: str, **options: Any) -> Any:
    made = confluent.Consumer(
        {
            "bootstrap.servers": address,
            "group.id": uuid.uuid4().hex,
            "auto.offset.reset": "earliest",
            **options,
        }
    )
    made.subscribe(list(topics))
    return made


def test_a_group_of_two_loses_nothing_when_one_is_killed(started: Any) -> None:
    source = ListSource("a", "b", "c", "d")
    lines: Queue[tuple[int, str, int]] = Queue()

    def listen(number: int, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            topic, value = line.split()
            lines.put((number, topic, int(value)))

    with Broker(source, shortest_session=0.1) as broker:
        # whom nobody kills is not taken for dead either, where the machine is busy
        readers = [
            started(str(HERE / "group_reader.py"), broker.address, session, *source.names)
            for session in ("2000", "60000")
        ]
        for number, process in enumerate(readers):
            threading.Thread(target=listen, args=(number, process), daemon=True).start()
        heard: list[tuple[int, str, int]] = []
        sent = 0
        end = time.monotonic() + PATIENCE

        def more(condition: Any) -> None:
            nonlocal sent
            while not condition():
                assert time.monotonic() < end, heard
                source.add(b"%d" % sent)
                sent += 1
                time.sleep(0.02)
                while True:
                    try:
                        heard.append(lines.get_nowait())
                    except Empty:
                        break

        more(lambda: {number for number, *_ in heard} == {0, 1})  # they share
        readers[0].kill()
        killed = len(heard)
        more(lambda: {topic for n, topic, _ in heard[killed:] if n == 1} == set(source.names))
        while len({(topic, value) for _, topic, value in heard}) < 4 * sent:
            heard.append(lines.get(timeout=PATIENCE))
    twice = [one for one in heard if sum(one[1:] == other[1:] for other in heard) > 1]
    # what the one had read and not yet committed the other reads again, and nothing else
    assert len({one[1:] for one in twice}) <= 4


def test_ten_readers_get_500_messages_each_in_order() -> None:
    source = ListSource("a")
    read: list[list[int]] = [[] for _ in range(10)]

    def run(address: str, values: list[int]) -> None:
        reader = consumer(address, "a")
        end = time.monotonic() + PATIENCE
        while len(values) < 500 and time.monotonic() < end:
            values += [int(message.value()) for message in reader.consume(100, 0.2)]
        reader.close()

    with Broker(source) as broker:
        readers = [threading.Thread(target=run, args=(broker.address, one)) for one in read]
        for thread in readers:
            thread.start()
        for number in range(500):
            source.add(b"%d" % number)
        for thread in readers:
            thread.join()
    assert read == [list(range(500))] * 10


def test_a_killed_broker_has_everything_again_and_goes_on(begun: Any, tmp_path: Path) -> None:
    client = FakeGraceDb(store=tmp_path / "store")
    content = samples.coinc_xml("1456419850.125", far=1e-9)
    event = client.create_event("CBC", "gstlal", "coinc.xml", filecontents=content).json()
    client.write_log(event["graceid"], "before")
    process, address = begun("--store", str(tmp_path / "store"), "--port", "0")
    reader = consumer(address, "gracedb.cbc_gstlal", **{"group.id": "g"})
    comments: list[str] = []

    def read(count: int) -> None:
        while len(set(comments)) < count:
            message = reader.poll(PATIENCE)
            assert message is not None
            if message.error() is None:
                packet = json.loads(json.loads(message.value()))
                comments.append(packet["data"].get("comment", packet["alert_type"]))
                with contextlib.suppress(confluent.KafkaException):  # it has to join anew first
                    reader.commit(message, asynchronous=False)

    read(2)
    for number in range(50):
        client.write_log(event["graceid"], f"log {number}")
        if number == 20:
            process.send_signal(signal.SIGKILL)
            process.wait()
    port = address.rpartition(":")[2]
    process, again = begun("--store", str(tmp_path / "store"), "--port", port)
    assert again == address
    read(52)
    reader.close()
    expected = ["new", "before", *(f"log {number}" for number in range(50))]
    assert list(dict.fromkeys(comments)) == expected
    fresh = consumer(address, "gracedb.cbc_gstlal")
    messages = [fresh.poll(PATIENCE) for _ in range(52)]
    assert [message.offset() for message in messages] == list(range(52))
    fresh.close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    client.close()


def test_the_alerts_of_another_store_are_not_mixed_in(begun: Any, tmp_path: Path) -> None:
    for name, logs in (("one", 3), ("other", 0)):
        client = FakeGraceDb(store=tmp_path / name)
        content = samples.coinc_xml("1456419850.125")
        graceid = client.create_event("Test", "gstlal", "c.xml", filecontents=content).json()
        for _ in range(logs):
            client.write_log(graceid["graceid"], "x")
        client.close()
    options = ("--port", "0", "--data", str(tmp_path / "data"))
    process, address = begun("--store", str(tmp_path / "one"), *options)
    reader = consumer(address, "gracedb.test_gstlal")
    assert all(reader.poll(PATIENCE) for _ in range(4))
    reader.close()
    process.terminate()
    process.wait()
    process, _ = begun("--store", str(tmp_path / "other"), *options)
    assert process.wait(PATIENCE) == 1


def test_who_came_at_the_last_moment_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: left.append(repr(told.exc_value)))

    def come(address: str, ended: threading.Event) -> None:
        host, port = address.split(":")
        while not ended.is_set():
            with contextlib.suppress(OSError):
                socket.create_connection((host, int(port)), 1).close()

    for _ in range(3):
        ended = threading.Event()
        with Broker() as broker:
            guests = [threading.Thread(target=come, args=(broker.address, ended)) for _ in range(3)]
            for guest in guests:
                guest.start()
            time.sleep(0.02)
        ended.set()
        for guest in guests:
            guest.join()
    gc.collect()
    assert left == []
