"""What the broker answers on the wire, and what ends a connection."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from broker_wire import MESSAGES, TOPIC, Wire
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakegracedb.broker import Broker, BrokerError
from fakegracedb.broker.errors import Code
from fakegracedb.broker.records import Record, made

Connect = Callable[[Broker], Wire]


def produced(wire: Wire, records: bytes, topic: str = TOPIC, acks: int = -1, partition: int = 0):
    answer = wire.ask(
        "Produce",
        9,
        acks=acks,
        timeout_ms=1000,
        topics=[{"name": topic, "partitions": [{"partition": partition, "records": records}]}],
    )
    return answer["topics"][0]["partitions"][0]


def fetched(wire: Wire, offset: int, topic: str = TOPIC, wait: int = 0, version: int = 11):
    answer = wire.ask("Fetch", version, **fetching(offset, topic, wait))
    return answer["topics"][0]["partitions"][0]


def fetching(offset: int, topic: str = TOPIC, wait: int = 0):
    return {
        "replica": -1,
        "max_wait_ms": wait,
        "min_bytes": 1,
        "max_bytes": 1 << 20,
        "isolation": 0,
        "rack": "",
        "topics": [
            {
                "name": topic,
                "partitions": [{"partition": 0, "offset": offset, "max_bytes": 1 << 20}],
            }
        ],
    }


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_versions_are_told_before_anything_else(
    broker: Broker, connect: Connect, version: int
) -> None:
    told = connect(broker).ask(
        "ApiVersions", version, client_software_name="t", client_software_version="1"
    )
    ranges = {one["api_key"]: (one["min_version"], one["max_version"]) for one in told["api_keys"]}
    assert ranges == {message.key: message.versions for message in MESSAGES.values()}


def test_a_client_of_tomorrow_learns_what_is_served(broker: Broker, connect: Connect) -> None:
    wire = connect(broker)
    wire.frame(struct.pack(">hhih", 18, 77, 1, -1) + b"whatever")
    wire._correlation = 1
    told = wire.answer("ApiVersions", 0)
    assert told["error_code"] == Code.UNSUPPORTED_VERSION
    assert len(told["api_keys"]) == len(MESSAGES)


@pytest.mark.parametrize("version", range(9))
def test_a_topic_that_nobody_made_is_unknown(
    broker: Broker, connect: Connect, version: int
) -> None:
    wire = connect(broker)
    asked = [{"name": TOPIC}, {"name": "gracedb.other"}, {"name": "a/b"}]
    for _ in range(2):  # it is not made by being asked for
        told = wire.ask("Metadata", version, topics=asked)
        assert [one["error_code"] for one in told["topics"]] == [
            Code.NONE,
            Code.UNKNOWN_TOPIC,
            Code.INVALID_TOPIC,
        ]
    (node,) = told["brokers"]
    assert f"{node['host']}:{node['port']}" == broker.address
    everything = wire.ask("Metadata", version, topics=[] if version == 0 else None)
    assert [one["name"] for one in everything["topics"]] == [TOPIC]


def test_what_is_sent_is_read_as_it_was(broker: Broker, connect: Connect) -> None:
    wire = connect(broker)
    sent = made([Record(b"one"), Record(b"two")])
    assert produced(wire, sent)["base_offset"] == 0
    assert produced(wire, sent)["base_offset"] == 2
    for version in range(4, 13):
        found = fetched(wire, 3, version=version)
        assert found["high_watermark"] == 4
        assert found["records"][16:] == sent[16:]  # the whole batch in which offset 3 is
        assert int.from_bytes(found["records"][:8], "big") == 2


def test_a_waiting_reader_is_answered_when_something_comes(
    broker: Broker, connect: Connect
) -> None:
    reader, writer = connect(broker), connect(broker)
    reader.request("Fetch", 11, **fetching(0, wait=60_000))
    produced(writer, made([Record(b"x")]))
    answer = reader.answer("Fetch", 11)
    assert answer["topics"][0]["partitions"][0]["high_watermark"] == 1


@pytest.mark.parametrize(
    ("offset", "topic", "code"),
    [
        (1, TOPIC, Code.OFFSET_OUT_OF_RANGE),
        (-1, TOPIC, Code.OFFSET_OUT_OF_RANGE),
        (0, "unknown", Code.UNKNOWN_TOPIC),
    ],
)
def test_what_cannot_be_read_is_refused_without_waiting(
    broker: Broker, connect: Connect, offset: int, topic: str, code: Code
) -> None:
    assert fetched(connect(broker), offset, topic, wait=60_000)["error_code"] == code


def test_what_cannot_be_taken_is_refused(broker: Broker, connect: Connect) -> None:
    wire = connect(broker)
    good = made([Record(b"x")])
    assert produced(wire, good, "unknown")["error_code"] == Code.UNKNOWN_TOPIC
    assert produced(wire, good, partition=1)["error_code"] == Code.UNKNOWN_TOPIC
    assert produced(wire, good[:-1] + b"?")["error_code"] == Code.CORRUPT_MESSAGE
    assert produced(wire, good, acks=3)["error_code"] == Code.INVALID_ACKS
    assert fetched(wire, 0)["high_watermark"] == 0


def test_who_wants_no_acknowledgement_gets_no_answer(broker: Broker, connect: Connect) -> None:
    wire = connect(broker)
    records = {"partition": 0, "records": made([Record(b"x")])}
    topics = [{"name": TOPIC, "partitions": [records]}]
    wire.request("Produce", 3, acks=0, timeout_ms=1, topics=topics)
    assert fetched(wire, 0)["high_watermark"] == 1  # the next answer is to the next request


@pytest.mark.parametrize(
    ("timestamp", "offset"), [(-1, 3), (-2, 0), (-3, 2), (0, 0), (1500, 1), (2000, 1), (9000, -1)]
)
def test_offsets_are_found_by_time(
    broker: Broker, connect: Connect, timestamp: int, offset: int
) -> None:
    wire = connect(broker)
    produced(wire, made([Record(b"", timestamp=1000), Record(b"", timestamp=2000)]))
    produced(wire, made([Record(b"", timestamp=3000)]))
    for version in range(1, 8):
        wanted = {"partition": 0, "timestamp": timestamp}
        told = wire.ask(
            "ListOffsets", version, replica=-1, topics=[{"name": TOPIC, "partitions": [wanted]}]
        )
        assert told["topics"][0]["partitions"][0]["offset"] == offset


def test_topics_are_made_as_there_can_be(broker: Broker, connect: Connect) -> None:
    wire = connect(broker)

    def create(name: str, **options: object) -> int:
        wanted = {"name": name, "partitions": 1, "replication": 1, "assignments": (), "configs": ()}
        told = wire.ask("CreateTopics", 5, topics=[{**wanted, **options}], timeout_ms=1)
        return int(told["topics"][0]["error_code"])

    limit = {"name": "max.message.bytes", "value": "4711"}
    assert create("new", configs=[limit]) == Code.NONE
    assert create("new") == Code.TOPIC_EXISTS
    assert create("many", partitions=2) == Code.INVALID_PARTITIONS
    assert create("copies", replication=3) == Code.INVALID_REPLICATION
    assert create("a b") == Code.INVALID_TOPIC
    assert create("odd", configs=[{**limit, "value": "x"}]) == Code.INVALID_CONFIG
    told = wire.ask(
        "DescribeConfigs", 4, resources=[{"type": 2, "name": "new", "keys": ["max.message.bytes"]}]
    )
    (setting,) = told["results"][0]["configs"]
    assert (setting["name"], setting["value"]) == ("max.message.bytes", "4711")
    unknown = wire.ask("DescribeConfigs", 0, resources=[{"type": 2, "name": "x", "keys": None}])
    assert unknown["results"][0]["error_code"] == Code.UNKNOWN_TOPIC


@pytest.mark.parametrize(
    "frame",
    [
        struct.pack(">hhih", 3, 99, 1, -1),  # a version that is not served
        struct.pack(">hhih", 42, 0, 1, -1),  # a request that is not
        struct.pack(">hhih", 3, 1, 1, -1) + b"\x7f\xff\xff\xff",  # more topics than bytes
        struct.pack(">hhih", 3, 1, 1, 99),  # a name that is cut short
        b"\0",
    ],
)
def test_what_cannot_be_understood_ends_its_connection_and_no_other(
    broker: Broker, connect: Connect, frame: bytes
) -> None:
    hostile, other = connect(broker), connect(broker)
    hostile.frame(frame)
    assert hostile.closed()
    assert other.ask("Metadata", 1, topics=None)["topics"]


@pytest.mark.parametrize("length", [0, -1, (100 << 20) + 1, 0x7FFFFFFF])
def test_an_impossible_length_ends_the_connection(
    broker: Broker, connect: Connect, length: int
) -> None:
    wire = connect(broker)
    wire.send(struct.pack(">i", length))
    assert wire.closed()


def test_hostile_bytes_do_no_harm(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    keys = [message.key for message in MESSAGES.values()]
    header = st.builds(
        lambda key, version, rest: struct.pack(">hhih", key, version, 1, -1) + rest,
        st.sampled_from(keys),
        st.integers(0, 9),
        st.binary(max_size=60),
    )

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=60) | header)
    def attack(data: bytes) -> None:
        wire = Wire(broker.address)
        wire.frame(data)
        wire.send(data)
        wire.close()

    attack()
    wire = Wire(broker.address)
    assert wire.ask("Metadata", 1, topics=[{"name": TOPIC}])["topics"][0]["error_code"] == 0
    wire.close()
    # it may be called malformed, but nothing may fail over it
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


def test_an_address_is_known_only_while_it_runs() -> None:
    broker = Broker()
    with pytest.raises(BrokerError, match="not running"):
        _ = broker.address
    with broker:
        assert repr(broker) == f"<Broker: {broker.address}>"
        with pytest.raises(BrokerError, match="runs already"):
            broker.start()
    assert repr(broker) == "<Broker: not running>"


def test_a_port_and_a_folder_belong_to_one_broker(tmp_path) -> None:
    with Broker(data=tmp_path) as broker:
        port = int(broker.address.rpartition(":")[2])
        with pytest.raises(BrokerError, match="cannot listen"):
            Broker(port=port).start()
        with pytest.raises(BrokerError, match="belongs to a broker"):
            Broker(data=tmp_path).start()
    with Broker(data=tmp_path):
        pass


def test_clients_are_told_the_name_that_is_advertised(connect: Connect) -> None:
    with Broker(advertised="localhost") as broker:
        port = int(broker.address.removeprefix("localhost:"))
        wire = Wire(f"127.0.0.1:{port}")
        (node,) = wire.ask("Metadata", 1, topics=None)["brokers"]
        coordinator = wire.ask("FindCoordinator", 0, key="g")
        wire.close()
    assert (node["host"], node["port"]) == ("localhost", port)
    assert (coordinator["host"], coordinator["port"]) == ("localhost", port)


def test_what_cannot_be_a_broker_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'a b' is no name of a topic"):
        Broker(topics=["a b"])
    with pytest.raises(TypeError, match="is one text"):
        Broker(topics="gracedb.superevent")
    with pytest.raises(ValueError, match="no certificate"):
        Broker(key="key.pem")
    with pytest.raises(BrokerError, match=r"none\.pem cannot be used"):
        Broker(certificate=tmp_path / "none.pem").start()
    damaged = tmp_path / "a-0"
    damaged.mkdir()
    (damaged / f"{7:020d}.log").touch()
    with pytest.raises(ValueError, match="offset 0 was to come"):
        Broker(data=tmp_path).start()
    (damaged / f"{7:020d}.log").unlink()
    with Broker(data=tmp_path):  # the attempt has let go of the folder
        pass
