"""Unmodified clients of Kafka, and of the services that use it, with the broker."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from broker_certificate import certificate
from broker_token import token
from broker_wire import TOPIC, ListSource
from patience import PATIENCE, until

from fakegracedb.broker import Broker

pytestmark = pytest.mark.filterwarnings(
    # of the clients' own, some of them raised in their threads
    "ignore::DeprecationWarning",
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
confluent = pytest.importorskip("confluent_kafka")
PASSWORDS = {"ada": "enchantress"}


@pytest.fixture(autouse=True)
def nothing_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings or credentials of whoever runs the tests are read."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("BEARER_TOKEN", "BEARER_TOKEN_FILE", "SCITOKEN", "SCITOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)


def produce(broker: Broker, *values: bytes, topic: str = TOPIC, **options: Any) -> list[Any]:
    """Send with librdkafka; give the errors."""
    errors: list[Any] = []
    producer = confluent.Producer({"bootstrap.servers": broker.address, "linger.ms": 0, **options})
    for value in values:
        producer.produce(topic, value, on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(PATIENCE) == 0
    return errors


def consume(broker: Broker, count: int, topic: str = TOPIC, **options: Any) -> list[bytes]:
    """Read with librdkafka, from the beginning."""
    consumer = confluent.Consumer(
        {
            "bootstrap.servers": broker.address,
            "group.id": uuid.uuid4().hex,
            "auto.offset.reset": "earliest",
            **options,
        }
    )
    consumer.subscribe([topic])
    values: list[bytes] = []
    try:
        while len(values) < count:
            found = consumer.poll(PATIENCE)
            assert found is not None, values
            assert found.error() is None, found.error()
            values.append(found.value())
    finally:
        consumer.close()
    return values


def until_refused(client: Any, seen: list[int]) -> None:
    """Wait until a client is told that it is not let in."""
    refused = confluent.KafkaError._AUTHENTICATION
    until(lambda: (client.poll(0.05), refused in seen)[1], pause=0)


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_librdkafka_reads_what_it_wrote_however_compressed(broker: Broker, codec: str) -> None:
    values = [b"%d" % number * 500 for number in range(20)]
    options = {"compression.type": codec, "enable.idempotence": codec == "zstd", "linger.ms": 5}
    assert produce(broker, *values, **options) == [None] * 20
    assert consume(broker, 20, **{"check.crcs": True}) == values


def test_librdkafka_finds_no_topic_that_nobody_made(broker: Broker) -> None:
    (error,) = produce(
        broker, b"x", topic="gracedb.other", **{"topic.metadata.propagation.max.ms": 0}
    )
    assert error.code() in (
        confluent.KafkaError._UNKNOWN_TOPIC,
        confluent.KafkaError.UNKNOWN_TOPIC_OR_PART,
    )


def test_a_message_above_the_limit_is_refused_to_its_sender() -> None:
    with Broker(topics=[TOPIC], max_message=100_000) as broker:
        (error,) = produce(broker, b"x" * 100_000)
        assert error.code() == confluent.KafkaError.MSG_SIZE_TOO_LARGE


def test_a_message_of_15_mb_goes_through(broker: Broker) -> None:
    value = bytes(range(256)) * (15 << 12)
    limit = {"message.max.bytes": 16 << 20}
    assert produce(broker, value, **limit) == [None]
    assert consume(broker, 1, **{"fetch.message.max.bytes": 16 << 20}) == [value]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_who_knows_the_password_comes_in_and_nobody_else(mechanism: str) -> None:
    with Broker(topics=[TOPIC], users=PASSWORDS) as broker:
        login = {
            "security.protocol": "sasl_plaintext",
            "sasl.mechanism": mechanism,
            "sasl.username": "ada",
            "sasl.password": PASSWORDS["ada"],
        }
        assert produce(broker, b"x", **login) == [None]
        for wrong in ({"sasl.password": "wrong"}, {"sasl.username": "eve"}):
            seen: list[int] = []
            producer = confluent.Producer(
                {
                    "bootstrap.servers": broker.address,
                    **login,
                    **wrong,
                    "error_cb": lambda error: seen.append(error.code()),  # noqa: B023
                }
            )
            until_refused(producer, seen)
        with pytest.raises(confluent.KafkaException):
            confluent.Producer({"bootstrap.servers": broker.address}).list_topics(timeout=1)


def test_tls_with_a_certificate_that_the_client_knows(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with Broker(topics=[TOPIC], certificate=pem) as broker:
        tls = {"security.protocol": "ssl", "ssl.ca.location": str(pem)}
        assert produce(broker, b"x", **tls) == [None]
        assert consume(broker, 1, **tls) == [b"x"]
        with pytest.raises(confluent.KafkaException):
            confluent.Producer({"bootstrap.servers": broker.address}).list_topics(timeout=1)


def test_kafka_python_and_a_group(broker: Broker) -> None:
    kafka = pytest.importorskip("kafka")
    producer = kafka.KafkaProducer(bootstrap_servers=broker.address)
    for number in range(5):
        producer.send(TOPIC, b"%d" % number, key=b"k", headers=[("h", b"v")])
    producer.flush(PATIENCE)
    producer.close()
    consumer = kafka.KafkaConsumer(
        TOPIC,
        bootstrap_servers=broker.address,
        group_id="g",
        auto_offset_reset="earliest",
        consumer_timeout_ms=round(1000 * PATIENCE),
    )
    read = [next(consumer) for _ in range(5)]
    assert [(one.value, one.key) for one in read] == [(b"%d" % n, b"k") for n in range(5)]
    assert list(read[0].headers) == [("h", b"v")]
    consumer.commit()
    consumer.close()
    again = kafka.KafkaConsumer(bootstrap_servers=broker.address, group_id="g")
    assert again.committed(kafka.TopicPartition(TOPIC, 0)) == 5
    again.close()


def test_aiokafka_and_a_group(broker: Broker) -> None:
    aiokafka = pytest.importorskip("aiokafka")

    async def story() -> list[bytes]:
        producer = aiokafka.AIOKafkaProducer(
            bootstrap_servers=broker.address, enable_idempotence=True
        )
        await producer.start()
        for number in range(5):
            await producer.send_and_wait(TOPIC, b"%d" % number)
        await producer.stop()
        consumer = aiokafka.AIOKafkaConsumer(
            TOPIC, bootstrap_servers=broker.address, group_id="g", auto_offset_reset="earliest"
        )
        await consumer.start()
        read = [(await consumer.getone()).value for _ in range(5)]
        await consumer.stop()
        return read

    assert asyncio.run(story()) == [b"%d" % number for number in range(5)]


def test_hop_writes_and_reads(broker: Broker) -> None:
    hop = pytest.importorskip("hop")
    stream = hop.Stream(auth=False, start_at=hop.io.StartPosition.EARLIEST, until_eos=True)
    url = f"kafka://{broker.address}/{TOPIC}"
    with stream.open(url, "w") as out:
        out.write({"alert": 1})
        out.write({"alert": 2})
    with stream.open(url, "r") as found:
        assert [message.content for message in found] == [{"alert": 1}, {"alert": 2}]


def test_hop_with_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    hop = pytest.importorskip("hop")
    from hop.auth import Auth

    with Broker(topics=[TOPIC], users=PASSWORDS) as broker:
        login = Auth("ada", PASSWORDS["ada"], host=broker.address, ssl=False)
        stream = hop.Stream(auth=[login], start_at=hop.io.StartPosition.EARLIEST, until_eos=True)
        url = f"kafka://ada@{broker.address}/{TOPIC}"
        with stream.open(url, "w") as out:
            out.write({"alert": 1})
        with stream.open(url, "r") as found:
            assert [message.content for message in found] == [{"alert": 1}]


def igwn_alert(broker: Broker) -> Any:
    module = pytest.importorskip("igwn_alert")
    port = int(broker.address.rpartition(":")[2])
    return module.client(server=f"kafka://{broker.address}/", port=port, noauth=True)


@contextlib.contextmanager
def listening(client: Any, callback: Callable[[str, str], object], *topics: str) -> Iterator[None]:
    """Have igwn-alert listen meanwhile; it ends with the test, also with one that failed.

    It begins with what comes from when it is there, which it does not tell, and
    which is another moment for each topic.
    """
    thread = threading.Thread(
        target=client.listen, args=(callback, list(topics) or None), daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        client.stop()
        thread.join(PATIENCE)


def add_as_hop_does(source: ListSource, topic: str, value: Any) -> None:
    """Make a message as GraceDB sends it through hop: text of JSON, as JSON."""
    headers = [("_id", uuid.uuid4().bytes), ("_format", b"json")]
    source.add(json.dumps(json.dumps(value)).encode(), topic, headers=headers, time=time.time())


def test_igwn_alert_lists_topics_and_hears_what_the_broker_follows() -> None:
    source = ListSource(TOPIC, "gracedb.cbc_gstlal")
    with Broker(source) as broker:
        client = igwn_alert(broker)
        assert sorted(client.get_topics()) == ["cbc_gstlal", "superevent"]
        heard: list[tuple[str, Any]] = []

        def callback(topic: str, payload: str) -> None:
            heard.append((topic, json.loads(payload)))

        told = {"superevent": TOPIC, "cbc_gstlal": "gracedb.cbc_gstlal"}
        with listening(client, callback, *told):
            until(
                lambda: (
                    set(told) == {topic for topic, _ in heard}
                    or [add_as_hop_does(source, name, {"uid": -1}) for name in told.values()] == []
                ),
                pause=0.1,
            )
            for number in range(4):
                add_as_hop_does(source, TOPIC, {"uid": number})
            until(lambda: len([one for one in heard if one[1]["uid"] >= 0]) == 4)
    assert [one for one in heard if one[1]["uid"] >= 0] == [
        ("superevent", {"uid": number}) for number in range(4)
    ]


def test_igwn_alert_listens_to_all_topics_where_they_are_few(tmp_path: Path) -> None:
    from fakegracedb import FakeGraceDb, samples
    from fakegracedb.broker import AlertSource

    with FakeGraceDb(store=tmp_path / "g") as client:
        content = samples.coinc_xml("1456419850.125")
        client.create_event("CBC", "gstlal", "c.xml", filecontents=content, search="AllSky")
        with Broker(AlertSource(client.store, own_topics=True)) as broker:
            listener = igwn_alert(broker)
            assert set(listener.get_topics()) == {
                *("superevent", "mdc_superevent", "test_superevent"),
                *("cbc_gstlal", "cbc_gstlal_allsky"),
            }
            heard: set[str] = set()
            told = {"cbc_gstlal", "cbc_gstlal_allsky"}
            with listening(listener, lambda topic, payload: heard.add(topic)):
                until(
                    lambda: heard == told or client.write_log("G0001", "one more") is None,
                    pause=0.1,
                )
            client.create_event("Burst", "CWB", "t.txt", filecontents=samples.cwb_text())
            until(lambda: "burst_cwb" in listener.get_topics())


def test_gcn_kafka_writes_and_reads(broker: Broker) -> None:
    gcn = pytest.importorskip("gcn_kafka")
    local = {"bootstrap.servers": broker.address, "security.protocol": "plaintext"}
    producer = gcn.Producer(dict(local))
    producer.produce(TOPIC, b"<voe/>" * 100)
    assert producer.flush(PATIENCE) == 0
    consumer = gcn.Consumer({**local, "auto.offset.reset": "earliest"})
    consumer.subscribe([TOPIC])
    (message,) = consumer.consume(1, timeout=PATIENCE)
    assert message.value() == b"<voe/>" * 100
    consumer.close()


@pytest.fixture
def gracedb_kafka(
    no_producer_is_left: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Any]]:
    """Make producers of ligo.gracedb.kafka, for a server whose name begins with `gracedb-test`."""
    pytest.importorskip("ligo.gracedb.kafka")
    from fakegracedb import FakeGraceDb

    monkeypatch.setenv("BEARER_TOKEN", token(scope="kafka.produce kafka.consume"))
    clients = []

    def make(kind: str, broker: Broker, **options: Any) -> Any:
        client = FakeGraceDb("https://gracedb-test.ligo.org/api/")
        clients.append(client)
        return getattr(client, f"create_kafka_{kind}")(broker.address, use_ssl=False, **options)

    yield make
    for client in clients:
        client.close()


def test_the_producer_of_ligo_gracedb_comes_in_with_a_token(gracedb_kafka: Any) -> None:
    with Broker(topics=["gracedb-test.test", "gracedb-test.gstlal"]) as broker:
        producer = gracedb_kafka("producer", broker, topic="test")
        answer = producer.ping()
        assert (answer["topic"], answer["partition"], answer["offset"]) == (
            "gracedb-test.test",
            0,
            0,
        )
        assert json.loads(consume(broker, 1, "gracedb-test.test")[0])["type"] == "ping"
        producer.close()


def test_the_consumer_of_ligo_gracedb_hears_what_its_producer_says(gracedb_kafka: Any) -> None:
    with Broker(topics=["gracedb-test.test"]) as broker:
        gracedb_kafka("producer", broker, topic="test").ping()
        from ligo.gracedb.kafka import GraceDbKafkaConsumer

        consumer = GraceDbKafkaConsumer(
            broker.address,
            topics=["test"],
            instance_name="gracedb-test",
            use_ssl=False,
            auto_offset_reset="earliest",
        )
        message = consumer.poll(PATIENCE)
        consumer.close()
    assert message["topic"] == "gracedb-test.test"
    assert message["value"]["type"] == "ping"


def test_the_producer_of_ligo_gracedb_misses_a_topic(gracedb_kafka: Any) -> None:
    from ligo.gracedb.kafka.exceptions import KafkaTopicError

    with Broker(topics=["gracedb.test"]) as broker, pytest.raises(KafkaTopicError):
        gracedb_kafka("producer", broker, topic="test")


def test_a_token_that_has_expired_is_refused() -> None:
    for text, welcome in ((token(), True), (token(exp=1000), False), ("a.b.c", False)):
        seen: list[int] = []

        def give(_: str, text: str = text) -> tuple[str, float]:
            return text, time.time() + 3600

        def note(error: Any, seen: list[int] = seen) -> None:
            seen.append(error.code())

        with Broker(topics=[TOPIC], users=PASSWORDS) as broker:
            producer = confluent.Producer(
                {
                    "bootstrap.servers": broker.address,
                    "security.protocol": "sasl_plaintext",
                    "sasl.mechanism": "OAUTHBEARER",
                    "oauth_cb": give,
                    "error_cb": note,
                }
            )
            if welcome:
                producer.poll(0.1)
                assert TOPIC in producer.list_topics(timeout=PATIENCE).topics
            else:
                until_refused(producer, seen)


def test_librdkafka_finds_offsets_by_time(broker: Broker) -> None:
    for sent in (1000, 2000, 3000):
        producer = confluent.Producer({"bootstrap.servers": broker.address})
        producer.produce(TOPIC, b"x", timestamp=sent)
        assert producer.flush(PATIENCE) == 0
    consumer = confluent.Consumer({"bootstrap.servers": broker.address, "group.id": "g"})
    wanted = [confluent.TopicPartition(TOPIC, 0, 1500)]
    assert [one.offset for one in consumer.offsets_for_times(wanted, timeout=PATIENCE)] == [1]
    consumer.close()


def test_transactions_are_refused_at_once(broker: Broker) -> None:
    settings = {"bootstrap.servers": broker.address, "transactional.id": "t", "log_level": 0}
    producer = confluent.Producer(settings)
    with pytest.raises(confluent.KafkaException) as refused:
        producer.init_transactions(PATIENCE)
    error = refused.value.args[0]
    assert error.fatal()
    assert error.code() == confluent.KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED


def test_static_members_of_groups_are_refused(broker: Broker) -> None:
    reader = confluent.Consumer(
        {
            "bootstrap.servers": broker.address,
            "group.id": "g",
            "group.instance.id": "mine",
            "log_level": 0,
        }
    )
    reader.subscribe([TOPIC])
    try:
        told = reader.poll(PATIENCE)
    finally:
        reader.close()
    assert told is not None
    assert told.error().code() == confluent.KafkaError.UNSUPPORTED_VERSION
