"""A broker that follows a source: each message once, in order, whatever happens to the broker."""

from __future__ import annotations

from pathlib import Path

from broker_wire import ListSource, Wire
from patience import until

from fakegracedb.broker import Broker
from fakegracedb.broker.records import Batch, Record, made
from fakegracedb.broker.topics import Topics


def read(data: Path, topic: str) -> list[int]:
    """Give the positions of the messages that a topic has got."""
    topics = Topics(data)
    try:
        return [batch.sequence for batch in topics[topic].log.batches()]
    finally:
        topics.close()


def filled(broker: Broker, topic: str, count: int) -> bool:
    wire = Wire(broker.address)
    wanted = {"partition": 0, "timestamp": -1}
    told = wire.ask("ListOffsets", 1, replica=-1, topics=[{"name": topic, "partitions": [wanted]}])
    wire.close()
    return bool(told["topics"][0]["partitions"][0]["offset"] == count)


def test_what_came_before_the_broker_and_what_comes_later_is_there(tmp_path: Path) -> None:
    source = ListSource("a", "b")
    for number in range(3):
        source.add(b"%d" % number)
    with Broker(source, data=tmp_path) as broker:
        source.add(b"only b", "b")
        until(lambda: filled(broker, "b", 4))
        assert filled(broker, "a", 3)
    assert read(tmp_path, "a") == [1, 2, 3]
    assert read(tmp_path, "b") == [1, 2, 3, 4]


def test_a_broker_goes_on_where_its_topics_end(tmp_path: Path) -> None:
    source = ListSource("a", "b")
    source.add(b"one")
    with Broker(source, data=tmp_path) as broker:
        until(lambda: filled(broker, "b", 1))
    source.add(b"two")
    source.add(b"three", "a")
    with Broker(source, data=tmp_path) as broker:
        until(lambda: filled(broker, "a", 3))
    assert read(tmp_path, "a") == [1, 2, 3]
    assert read(tmp_path, "b") == [1, 2]


def test_a_message_for_two_topics_that_came_into_one_comes_into_the_other(tmp_path: Path) -> None:
    source = ListSource("a", "b")
    for number in range(3):
        source.add(b"%d" % number)
    with Broker(source, data=tmp_path) as broker:
        until(lambda: filled(broker, "b", 3))
    path = tmp_path / "b-0" / f"{0:020d}.log"
    data = path.read_bytes()
    path.write_bytes(data[: 2 * Batch.of(data).size + 5])  # killed while it wrote
    with Broker(source, data=tmp_path) as broker:
        until(lambda: filled(broker, "b", 3))
    assert read(tmp_path, "a") == read(tmp_path, "b") == [1, 2, 3]


def test_a_new_topic_of_the_source_is_made_when_it_comes(tmp_path: Path) -> None:
    source = ListSource("a")
    with Broker(source, data=tmp_path) as broker:
        source.add(b"x", "later")
        until(lambda: (tmp_path / "later-0").exists() and filled(broker, "later", 1))


def test_a_source_that_fails_is_told_of(tmp_path: Path) -> None:
    class Failing(ListSource):
        def wait(self, timeout: float) -> None:
            raise RuntimeError("the store is damaged")

    with Broker(Failing("a"), data=tmp_path) as broker:
        until(lambda: broker.failure is not None)
        assert str(broker.failure) == "the store is damaged"


def test_what_clients_send_does_not_disturb_the_count(tmp_path: Path) -> None:
    topics = Topics(tmp_path)
    topics.create("a")
    topics["a"].append(made([Record(b"x")], producer=4711, epoch=0, sequence=800))
    topics.close()
    source = ListSource("a")
    source.add(b"one")
    with Broker(source, data=tmp_path) as broker:
        until(lambda: filled(broker, "a", 2))
    assert read(tmp_path, "a") == [800, 1]
