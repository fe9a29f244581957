"""A store's alerts, relayed to a broker and heard by igwn-alert."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from broker_certificate import certificate
from patience import until

from fakegracedb import FakeGraceDb, samples
from fakegracedb.broker import AlertSource, Broker, ForwardingError
from fakegracedb.broker.sink import KafkaSink

confluent = pytest.importorskip("confluent_kafka")
COINC = samples.coinc_xml("1456419850.125", far=1e-9)


def read(address: str, topic: str, count: int, **options: Any) -> list[Any]:
    settings = {"bootstrap.servers": address, "group.id": "unused", "enable.auto.commit": False}
    consumer = confluent.Consumer({**settings, **options})
    consumer.assign([confluent.TopicPartition(topic, 0, 0)])
    try:
        found = [consumer.poll(15) for _ in range(count)]
    finally:
        consumer.close()
    assert all(one is not None and one.error() is None for one in found)
    return found


def test_both_ways_to_a_broker_carry_the_same(tmp_path: Path) -> None:
    client = FakeGraceDb(store=tmp_path / "store")
    made = client.create_event("CBC", "gstlal", "coinc.xml", filecontents=COINC, labels="INJ")
    client.write_log(made.json()["graceid"], "a <b>comment</b>")
    topic = "gracedb.cbc_gstlal"
    with Broker() as other, Broker(AlertSource(client.store)) as ours:
        sink = KafkaSink(f"kafka://{other.address}")
        for alert in client.alerts:
            for name in alert.topics:
                sink.send(f"gracedb.{name}", alert.uid, json.dumps(alert.payload).encode())
        sink.close()
        relayed, followed = read(other.address, topic, 3), read(ours.address, topic, 3)
    assert [one.value() for one in relayed] == [one.value() for one in followed]
    for one in (*relayed, *followed):
        headers = dict(one.headers())
        assert (len(headers["_id"]), headers["_format"]) == (16, b"json")
    assert len({dict(one.headers())["_id"] for one in (*relayed, *followed)}) == 6
    packets = [json.loads(json.loads(one.value())) for one in followed]
    assert [one["alert_type"] for one in packets] == ["new", "label_added", "log"]
    assert packets[2]["data"]["comment"] == "a &lt;b&gt;comment&lt;/b&gt;"
    client.close()


def test_messages_of_a_store_are_the_same_at_every_time(tmp_path: Path) -> None:
    client = FakeGraceDb(store=tmp_path / "store")
    client.create_event("CBC", "gstlal", "coinc.xml", filecontents=COINC, search="AllSky")
    entries = [list(AlertSource(client.store).entries(0)) for _ in range(2)]
    assert entries[0] == entries[1]
    assert [one.topic for one in entries[0]] == [
        "gracedb.cbc_gstlal",
        "gracedb.cbc_gstlal_allsky",
    ]
    assert {one.topic for one in entries[0]} <= set(AlertSource(client.store).topics())
    client.close()


def test_topics_have_the_prefix_of_the_server_that_sends(tmp_path: Path) -> None:
    client = FakeGraceDb("https://gracedb-playground.ligo.org/api/", store=tmp_path / "store")
    client.create_event("Test", "gstlal", "coinc.xml", filecontents=COINC)
    source = AlertSource(client.store)
    assert not any(one.startswith("gracedb-playground.") for one in source.topics())
    assert [one.topic for one in source.entries(0)] == ["gracedb-playground.test_gstlal"]
    assert "gracedb-playground.superevent" in source.topics()
    own = AlertSource(client.store, "mine")
    assert [one.topic for one in own.entries(0)] == ["mine.test_gstlal"]
    assert {one.partition(".")[0] for one in own.topics()} == {"mine"}
    client.close()


def test_a_url_says_how_to_come_in(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with Broker(users={"ada": "a/b"}, certificate=pem) as broker:
        sink = KafkaSink(
            f"kafka://ada:a%2Fb@{broker.address}?tls=true&ca={pem}&mechanism=PLAIN&linger.ms=0"
        )
        sink.send("mine.superevent", "S1", b"{}")
        login = {"sasl.mechanism": "PLAIN", "sasl.username": "ada", "sasl.password": "a/b"}
        tls = {"security.protocol": "sasl_ssl", "ssl.ca.location": str(pem)}
        (found,) = read(broker.address, "mine.superevent", 1, **login, **tls)
        assert (found.key(), found.value()) == (b"S1", b"{}")


@pytest.mark.parametrize(
    "url",
    ["kafka://127.0.0.1?tls=maybe", "kafka://127.0.0.1?colour=red", "kafka://127.0.0.1/topic"],
)
def test_a_url_that_says_something_else_is_refused(url: str) -> None:
    with pytest.raises(ForwardingError, match="is no"):
        KafkaSink(url)


def test_the_command_relays_what_was_and_what_comes(tmp_path: Path, started: Any) -> None:
    client = FakeGraceDb(store=tmp_path / "store")
    graceid = client.create_event("CBC", "gstlal", "coinc.xml", filecontents=COINC).json()[
        "graceid"
    ]
    with Broker() as broker:
        place = f"kafka://{broker.address}"
        store = ("--store", str(tmp_path / "store"))
        relay = ("-m", "fakegracedb", "alerts", "relay", "--to", place, "--from", "start")
        started(*relay, *store, "--group", "mine")
        until_there(broker.address, "mine.cbc_gstlal")
        client.write_log(graceid, "later")
        found = read(broker.address, "mine.cbc_gstlal", 2)
    packets = [json.loads(json.loads(one.value())) for one in found]
    assert [one["alert_type"] for one in packets] == ["new", "log"]
    client.close()


def until_there(address: str, topic: str) -> None:
    producer = confluent.Producer({"bootstrap.servers": address})
    until(lambda: topic in producer.list_topics(timeout=10).topics, pause=0.05)
