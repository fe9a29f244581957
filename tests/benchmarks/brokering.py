"""How quick the broker is: from a commit to a Kafka consumer, and how much it takes a second."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import confluent_kafka
import igwn_alert
from measuring import fresh, report

from fakegracedb import FakeGraceDb, samples

TOPIC = "gracedb.cbc_gstlal"
MESSAGES = 2_000
MESSAGE = random.Random(1).randbytes(8_192)
ROUNDS = 200


@contextmanager
def serving(client: FakeGraceDb, *options: str) -> Iterator[str]:
    """Start a broker in a process of its own; give its address."""
    argv = ["-m", "fakegracedb", "broker", "--store", str(client.store.path), "--port", "0"]
    with subprocess.Popen(
        [sys.executable, *argv, *options], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().removeprefix("kafka://").rstrip("/")
        finally:
            process.terminate()


def consumer(address: str, topic: str) -> Any:
    settings = {"bootstrap.servers": address, "auto.offset.reset": "earliest"}
    made = confluent_kafka.Consumer({**settings, "group.id": uuid.uuid4().hex})
    made.subscribe([topic])
    return made


def spaced(call: Callable[[], float]) -> list[float]:
    """Give what each of many calls took, at random spacing."""
    chance = random.Random(2)
    taken = []
    for _ in range(ROUNDS):
        time.sleep(chance.random() * 0.02)
        taken.append(call())
    return taken


def brokering() -> None:
    """What passes through the embedded broker, in another process than the caller's."""
    with ExitStack() as stack:
        client = fresh(stack)
        content = samples.coinc_xml("1456419850.125")
        made = client.create_event("CBC", "gstlal", "coinc.xml", filecontents=content)
        graceid = made.json()["graceid"]
        address = stack.enter_context(serving(client, "--topic", "load"))
        _commits(client, graceid, address)
        _igwn_alert(client, graceid, address)
        _throughput(address)


def _commits(client: FakeGraceDb, graceid: str, address: str) -> None:
    reader = consumer(address, TOPIC)
    assert reader.poll(10) is not None

    def once() -> float:
        client.write_log(graceid, "a comment")
        began = time.perf_counter()
        message = reader.poll(10)
        assert message is not None
        assert message.error() is None
        return time.perf_counter() - began

    taken = spaced(once)
    reader.close()
    report("commit to a librdkafka consumer", statistics.median(taken) * 1e3, 1.0, "ms")


def _igwn_alert(client: FakeGraceDb, graceid: str, address: str) -> None:
    host, _, port = address.rpartition(":")
    listener = igwn_alert.client(server=f"kafka://{host}:{port}/", port=int(port), noauth=True)
    heard = threading.Event()
    threading.Thread(
        target=listener.listen,
        args=(lambda topic, payload: heard.set(), ["cbc_gstlal"]),
        daemon=True,
    ).start()
    while not heard.wait(0.2):  # it begins with what comes when it is there
        client.write_log(graceid, "are you there?")

    def once() -> float:
        heard.clear()
        client.write_log(graceid, "a comment")
        began = time.perf_counter()
        assert heard.wait(10)
        return time.perf_counter() - began

    time.sleep(0.5)
    report("commit to an igwn-alert callback", statistics.median(spaced(once)) * 1e3, 8.0, "ms")
    listener.stop()


def _throughput(address: str) -> None:
    producer = confluent_kafka.Producer({"bootstrap.servers": address})
    producer.list_topics(timeout=10)
    began = time.perf_counter()
    for _ in range(MESSAGES):
        producer.produce("load", MESSAGE)
    producer.flush()
    sent = time.perf_counter() - began
    reader = consumer(address, "load")
    count = len(reader.consume(1, 10))
    began = time.perf_counter()
    while count < MESSAGES:
        count += len(reader.consume(min(500, MESSAGES - count), 1))
    read = time.perf_counter() - began
    reader.close()
    print(f"        {MESSAGES / sent:.0f} messages a second sent, {MESSAGES / read:.0f} read")
    report("2,000 messages of 8 kB sent", sent * 1e3, MESSAGES / 10, "ms")
    report("2,000 messages of 8 kB read", read * 1e3, MESSAGES / 10, "ms")
