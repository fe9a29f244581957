"""Events that are created through Kafka: reserved, sent, and uploaded by the supervisor."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from broker_token import token
from patience import PATIENCE, until

from fakegracedb import FakeGraceDb, samples
from fakegracedb.broker import AlertSource, Broker, Supervisor

pytest.importorskip("confluent_kafka")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
SERVER = "https://gracedb-test.ligo.org/api/"
COINC = samples.coinc_xml("1456419850.125", far=1e-9)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FakeGraceDb]:
    with FakeGraceDb(SERVER, store=tmp_path / "store") as client:
        yield client


def upload(client: FakeGraceDb, **changes: Any) -> bytes:
    """Give a message as the client sends it, for a graceid that is reserved."""
    reserved = client._reserve_graceid("Test", "gstlal", file_content_id=None)
    message = {
        "type": "upload",
        "gracedb_server": SERVER,
        "graceid": reserved.json()["graceid"],
        "pipeline": "gstlal",
        "gracedb_upload": True,
        "skip_supervisor": False,
        "labels": ["INJ"],
        "eventFile": ["coinc.xml", base64.b64encode(COINC).decode()],
        **changes,
    }
    return json.dumps(message).encode()


@pytest.mark.usefixtures("no_producer_is_left")
def test_an_event_created_through_kafka_is_uploaded(
    client: FakeGraceDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ligo.gracedb.kafka")
    monkeypatch.setenv("BEARER_TOKEN", token(scope="kafka.produce"))
    monkeypatch.setenv("HOME", str(tmp_path))
    stop = threading.Event()
    with Broker(AlertSource(client.store, "gracedb-test")) as broker:
        supervisor = Supervisor(client, f"kafka://{broker.address}")
        running = threading.Thread(target=supervisor.run, args=(stop,))
        running.start()
        try:
            producer = client.create_kafka_producer(broker.address, topic="test", use_ssl=False)
            producer.ping()
            answers = [
                client.create_event(
                    group, "gstlal", "coinc.xml", filecontents=COINC, labels=["INJ"], kafka=producer
                )
                for group in ("Test", "CBC")
            ]
            producer.close()
            until(lambda: supervisor.uploaded == 2)
        finally:
            stop.set()
            running.join(PATIENCE)
    for answer, topic in zip(answers, ("test", "gstlal"), strict=True):
        event = client.event(answer.json()["graceid"]).json()
        assert event["labels"] == ["INJ"]
        assert event["far"] == 1e-9
        stored = client.store.events[event["graceid"]]
        assert (stored.kafka_server, stored.kafka_topic) == (
            broker_of(stored),
            f"gracedb-test.{topic}",
        )
    assert supervisor.refused == 0


def broker_of(event: Any) -> str:
    """The address is one on this machine, with a port that nobody chose."""
    assert event.kafka_server.startswith("127.0.0.1:")
    return str(event.kafka_server)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "ping"},
        {"gracedb_upload": False},
        {"skip_supervisor": True},
        {"gracedb_server": "https://gracedb.ligo.org/api/"},
    ],
    ids=str,
)
def test_what_is_not_for_it_is_left_aside(client: FakeGraceDb, changes: dict[str, Any]) -> None:
    supervisor = Supervisor(client, "127.0.0.1")
    supervisor.take(upload(client, **changes), "gracedb-test.test")
    assert (supervisor.uploaded, supervisor.refused) == (0, 0)


def test_the_version_of_the_api_does_not_make_another_server(client: FakeGraceDb) -> None:
    supervisor = Supervisor(client, "127.0.0.1")
    supervisor.take(upload(client, gracedb_server=f"{SERVER}v2/"), "gracedb-test.test")
    assert supervisor.uploaded == 1


@pytest.mark.parametrize(
    "value",
    [b"", b"{", b"[]", b"1", b'{"type": "upload"}', None],
    ids=repr,
)
def test_what_is_no_upload_is_counted_and_passed_by(
    client: FakeGraceDb, value: bytes | None
) -> None:
    supervisor = Supervisor(client, "127.0.0.1")
    supervisor.take(value, "gracedb-test.test")
    assert (supervisor.uploaded, supervisor.refused) == (0, 1)


def test_what_the_server_refuses_does_not_end_it(client: FakeGraceDb) -> None:
    supervisor = Supervisor(client, "127.0.0.1")
    message = upload(client)
    supervisor.take(message, "gracedb-test.test")
    supervisor.take(message, "gracedb-test.test")  # it has its data already
    supervisor.take(upload(client, graceid="T9999"), "gracedb-test.test")
    assert (supervisor.uploaded, supervisor.refused) == (1, 2)


def test_the_command_uploads_also_behind_passwords(
    client: FakeGraceDb, begun: Any, tmp_path: Path
) -> None:
    import confluent_kafka

    message = upload(client)
    options = ("--uploads", SERVER, "--prefix", "gracedb-test", "--user", "ada:enchantress")
    process, address = begun("--store", str(client.store.path), *options)
    login = {"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN"}
    login |= {"sasl.username": "ada", "sasl.password": "enchantress"}
    producer = confluent_kafka.Producer({"bootstrap.servers": address, **login})
    producer.produce("gracedb-test.test", message)
    assert producer.flush(PATIENCE) == 0
    until(lambda: client.store.events["T0001"].labels)
    process.terminate()
    assert process.wait(PATIENCE) == 0
