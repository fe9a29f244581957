"""What is kept on disk: segments, topics, offsets; and what a broker finds there after its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakegracedb.broker.errors import Code
from fakegracedb.broker.offsets import Offsets
from fakegracedb.broker.records import InvalidBatch, Record, made
from fakegracedb.broker.segments import Log
from fakegracedb.broker.topics import Refused, Topic, Topics

FIRST = "0" * 20 + ".log"


def batch(text: bytes = b"text", count: int = 1, **options: int) -> bytes:
    return made([Record(text, timestamp=1000)] * count, **options)


class Kept:
    """What a test opens, closed at its end; opening it again closes it, as the end of a broker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: list[Log] = []

    def log(self, full: int = 1 << 20) -> Log:
        self.close()
        self._open.append(Log(self.folder / "a-0", full))
        return self._open[-1]

    def topic(self, limit: int = 1 << 20) -> Topic:
        self.close()
        topic = Topic("a", self.folder, limit)
        self._open.append(topic.log)
        return topic

    def close(self) -> None:
        for log in self._open:
            log.close()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path)
    yield kept
    kept.close()


@pytest.fixture
def log(kept: Kept) -> Log:
    return kept.log()


def test_a_topic_without_records_leaves_nothing_on_disk(log: Log) -> None:
    assert log.read(0, 100) == b""
    assert not log.folder.exists()


def test_records_are_found_again_where_they_were(kept: Kept, log: Log) -> None:
    log.append(batch(count=3))
    log.append(batch(b"other"))
    again = kept.log()
    assert again.next == 4
    assert again.read(2, 1) == log.folder.joinpath(FIRST).read_bytes()[: len(batch(count=3))]
    assert b"other" in again.read(3, 1)
    assert again.append(batch()).base == 4


@pytest.mark.parametrize("cut", [1, 11, 60, 70])
def test_a_batch_that_was_cut_short_is_removed(kept: Kept, log: Log, cut: int) -> None:
    log.append(batch())
    log.append(batch(b"x" * 20))
    path = log.folder / FIRST
    whole = path.read_bytes()
    path.write_bytes(whole[: len(batch()) + cut])
    again = kept.log()
    assert again.next == 1
    assert path.read_bytes() == whole[: len(batch())]
    assert again.append(batch()).base == 1


def test_a_batch_with_a_hole_at_the_end_is_removed(kept: Kept, log: Log) -> None:
    log.append(batch())
    log.append(batch(b"x" * 20))
    path = log.folder / FIRST
    path.write_bytes(path.read_bytes()[:-10] + bytes(10))
    assert kept.log().next == 1


def test_a_full_segment_is_followed_by_another(kept: Kept) -> None:
    log = kept.log(2 * len(batch()))
    for _ in range(5):
        log.append(batch())
    assert sorted(path.name for path in log.folder.iterdir()) == [
        f"{number:020d}.log" for number in (0, 2, 4)
    ]
    again = kept.log(2 * len(batch()))
    assert again.next == 5
    assert [len(again.read(offset, 1 << 20)) // len(batch()) for offset in range(6)] == [
        *(2, 1, 2, 1, 1, 0),
    ]


def test_a_missing_segment_is_not_passed_over(kept: Kept) -> None:
    log = kept.log(50)
    for _ in range(3):
        log.append(batch())
    (log.folder / f"{1:020d}.log").unlink()
    with pytest.raises(InvalidBatch, match="offset 1 was to come"):
        kept.log()


def test_a_repeated_batch_of_a_numbering_producer_is_taken_once(kept: Kept) -> None:
    topic = kept.topic()
    sent = [batch(producer=7, epoch=0, sequence=number) for number in (0, 1, 2)]
    assert [topic.produce(one) for one in (*sent, sent[1])] == [0, 1, 2, 1]
    again = kept.topic()  # it is known after a restart, too
    assert again.produce(sent[2]) == 2
    with pytest.raises(Refused) as refused:
        again.produce(batch(producer=7, epoch=0, sequence=9))
    assert refused.value.code is Code.OUT_OF_ORDER_SEQUENCE
    assert again.produce(batch(producer=7, epoch=1, sequence=0)) == 3


def test_nothing_of_a_request_with_one_damaged_batch_is_taken(kept: Kept) -> None:
    topic = kept.topic()
    with pytest.raises(Refused):
        topic.produce(batch() + batch()[:-1] + b"!")
    assert topic.log.next == 0


def test_too_large_a_batch_is_refused_with_the_limit(kept: Kept) -> None:
    with pytest.raises(Refused, match="at most 100 bytes") as refused:
        kept.topic(100).produce(batch(b"x" * 100))
    assert refused.value.code is Code.MESSAGE_TOO_LARGE


def test_topics_that_clients_made_are_there_again(tmp_path: Path) -> None:
    topics = Topics(tmp_path)
    topics.create("made", 1234)
    topics.ensure(["asked.for"])
    topics["asked.for"].append(batch())
    topics.close()
    again = Topics(tmp_path)
    assert again.names == ["asked.for", "made"]
    assert again["made"].max_message == 1234
    again.close()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "a b", "ä", "x" * 250, "a\n"])
def test_a_name_that_is_none_never_becomes_a_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused) as refused:
        Topics(tmp_path).create(name)
    assert refused.value.code is Code.INVALID_TOPIC
    assert list(tmp_path.iterdir()) == []


def test_offsets_outlive_a_broker_and_a_line_cut_short(tmp_path: Path) -> None:
    offsets = Offsets(tmp_path)
    offsets.commit("g", "a", 3, None)
    offsets.commit("g", "a", 5, "note")
    offsets.commit("g", "b", 1, "")
    offsets.close()
    path = tmp_path / "offsets.jsonl"
    path.write_bytes(path.read_bytes() + b'["g", "a", 9')
    again = Offsets(tmp_path)
    assert again.of("g", "a") == (5, "note")
    assert again.of("g", "c") == (-1, "")
    assert again.topics("g") == ["a", "b"]
    again.close()
    assert path.read_bytes().count(b"\n") == 2
