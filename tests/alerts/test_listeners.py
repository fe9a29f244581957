"""Those who listen within the process: order, failures, listeners that write, topics."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alert_world import World
from patience import PATIENCE, until

from fakegracedb import FakeGraceDb, samples
from fakegracedb.alerts import AlertClient


def test_a_failing_listener_fails_no_call_and_is_told_of(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(topic: str, payload: str) -> None:
        raise RuntimeError(f"no {topic}")

    graceid = world.event()
    failing = world.client.alerts.subscribe(fail, "cbc_gstlal")
    with caplog.at_level(logging.ERROR, "fakegracedb.alerts"):
        assert world.client.write_log(graceid, "hello").status_code == 201
    assert world.told() == [(t, "log", graceid) for t in ("cbc_gstlal", "cbc_gstlal_allsky")]
    [failure] = world.client.alerts.failures
    assert (failure.topic, failure.callback, failure.alert.uid) == ("cbc_gstlal", fail, graceid)
    assert str(failure.error) == "no cbc_gstlal"
    assert "RuntimeError: no cbc_gstlal" in caplog.text
    failing.cancel()
    world.client.alerts.clear()


def test_a_listener_that_writes_is_told_afterwards_and_never_within(world: World) -> None:
    graceid = world.event()
    order: list[str] = []
    depth = 0

    def annotate(topic: str, payload: str) -> None:
        nonlocal depth
        message = json.loads(payload)
        assert depth == 0
        depth += 1
        order.append(f"begin {message['alert_type']}")
        if message["alert_type"] == "log" and message["data"]["comment"] == "hello":
            answer = world.client.write_label(graceid, "INJ")
            assert answer.status_code == 201
            world.client.write_log(graceid, "answer")
        order.append(f"end {message['alert_type']}")
        depth -= 1

    with world.client.alerts.subscribe(annotate, "cbc_gstlal"):
        world.client.write_log(graceid, "hello", label="DQV")
    kinds = ["log", "label_added", "label_added", "log"]
    assert order == [f"{what} {kind}" for kind in kinds for what in ("begin", "end")]
    assert [one["data"].get("comment", one["data"].get("name")) for one in world.messages()] == [
        *("hello", "DQV", "INJ", "answer")
    ]
    assert world.client.alerts.failures == []


def test_the_answer_is_made_before_listeners_change_anything(world: World) -> None:
    def label(topic: str, payload: str) -> None:
        message = json.loads(payload)
        if message["alert_type"] == "new":
            world.client.write_label(message["uid"], "INJ")

    with world.client.alerts.subscribe(label, "cbc_gstlal"):
        content = samples.coinc_xml("1456419850.125")
        made = world.client.create_event("CBC", "gstlal", "c.xml", filecontents=content).json()
    assert made["labels"] == []
    assert world.client.event(made["graceid"]).json()["labels"] == ["INJ"]


def test_listeners_run_outside_the_lock_of_the_store(world: World) -> None:
    graceid = world.event()
    written = []

    def write_elsewhere(topic: str, payload: str) -> None:
        if json.loads(payload)["alert_type"] == "log" and not written:
            other = threading.Thread(target=world.client.write_label, args=(graceid, "INJ"))
            other.start()
            other.join(PATIENCE)
            written.append(not other.is_alive())

    with world.client.alerts.subscribe(write_elsewhere, "cbc_gstlal"):
        world.client.write_log(graceid, "hello")
    assert written == [True]
    assert [kind for _, kind, _ in world.told()][::2] == ["log", "label_added"]


def test_alerts_of_many_threads_come_once_each_in_order_of_commits(world: World) -> None:
    graceid = world.event()

    def write(name: int) -> None:
        client = world.client.as_user(f"user{name}")
        for number in range(10):
            client.write_log(graceid, f"{name} {number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    heard = [message["data"]["N"] for topic, message in world.heard if topic == "cbc_gstlal"]
    assert heard == list(range(4, 64))


def test_a_listener_hears_only_its_topics_and_only_what_comes_after_it(world: World) -> None:
    sid = world.superevent()
    heard: list[str] = []
    with world.client.alerts.subscribe(
        lambda topic, payload: heard.append(topic), ["superevent", "cbc_gstlal_allsky"]
    ) as one:
        world.client.write_log(sid, "hello")
        world.client.write_log("G0001", "hello")
        assert one.active
    world.client.write_log(sid, "hello")
    assert heard == ["superevent", "cbc_gstlal_allsky"]
    assert not one.active


@pytest.mark.parametrize(
    ("topics", "reason"),
    [
        ("superevents", "superevent"),
        (["superevent", "cbc_gstlal_alsky"], "cbc_gstlal_allsky"),
        ("gracedb.superevent", "without the server's prefix: superevent"),
        ("CBC_gstlal", "cbc_gstlal"),
        ([], "no topics"),
    ],
)
def test_a_topic_that_is_none_is_refused(world: World, topics: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        world.client.alerts.subscribe(print, topics)
    with pytest.raises(TypeError, match="cannot be"):
        world.client.alerts.subscribe("print")  # type: ignore[arg-type]


def test_all_clients_of_a_store_share_its_listeners(world: World) -> None:
    graceid = world.event()
    other = FakeGraceDb("https://elsewhere.example.org/api/", store=world.store.path)
    other.write_log(graceid, "hello")
    assert world.heard[0][1]["data"]["self"].startswith("https://elsewhere.example.org/api/")
    assert world.client.alerts[-1].root == "https://elsewhere.example.org/api/"
    assert list(other.alerts) == list(world.client.alerts)


def test_a_dropped_answer_is_told_all_the_same(world: World) -> None:
    graceid = world.event()
    world.client.faults.add(drop=True, when="after", times=1)
    world.client.write_log(graceid, "hello")  # which the client sends again
    assert [kind for _, kind, _ in world.told()][::2] == ["log", "log"]


def test_the_alerts_so_far_are_a_sequence(world: World) -> None:
    graceid = world.event()
    world.client.write_log(graceid, "hello")
    alerts = world.client.alerts
    assert [one.alert_type for one in alerts] == ["new", "log"]
    assert len(alerts) == 2
    assert alerts[-1].message == world.heard[0][1]
    assert [one.seq for one in alerts[:]] == [1, 2]
    assert "Alert 2: log G0001 to cbc_gstlal, cbc_gstlal_allsky" in repr(alerts)
    alerts.clear()
    assert list(alerts) == []
    world.client.write_log(graceid, "more")
    assert [one.seq for one in alerts] == [3]


def test_alerts_of_another_process_are_told_with_the_next_or_when_asked(world: World) -> None:
    graceid = world.event()
    program = (
        "import sys; from fakegracedb import FakeGraceDb\n"
        "FakeGraceDb(store=sys.argv[1]).write_log(sys.argv[2], 'from afar')"
    )
    call = [sys.executable, "-c", program, str(world.store.path), graceid]
    subprocess.run(call, check=True, timeout=PATIENCE)
    assert world.told() == []
    world.client.alerts.deliver()
    assert world.heard[0][1]["data"]["comment"] == "from afar"


def test_a_temporary_store_goes_although_somebody_has_listened() -> None:
    client = FakeGraceDb()
    folder = client.store.path
    content = samples.coinc_xml("1456419850.125")
    client.alerts.subscribe(lambda topic, payload: None)
    client.create_event("Test", "gstlal", "c.xml", filecontents=content)
    assert len(client.alerts) == 1
    assert folder.exists()
    client.close()
    del client
    assert not folder.exists()


@contextmanager
def listening(client: AlertClient, *arguments: Any) -> Iterator[threading.Thread]:
    """Have a client listen in a thread, which ends with the block, also with one that fails."""
    thread = threading.Thread(target=client.listen, args=arguments)
    thread.start()
    try:
        yield thread
    finally:
        if thread.is_alive():  # else it were the next one that ends
            client.stop()
        thread.join()


def test_a_client_like_igwn_alerts_listens_until_it_is_stopped(world: World) -> None:
    heard: list[tuple[str, str]] = []
    client = AlertClient(world.store.path)
    assert "superevent" in client.get_topics()
    graceid = world.event()

    def listen(topic: str, payload: str) -> None:
        assert isinstance(payload, str)
        heard.append((topic, json.loads(payload)["alert_type"]))
        if heard[-1][1] == "label_added":
            client.stop()

    with listening(client, listen, ["cbc_gstlal"]) as thread:
        world.client.write_log(graceid, "hello")
        world.client.write_label(graceid, "INJ")
        world.client.write_label(graceid, "DQV")
        thread.join(PATIENCE)
        assert not thread.is_alive()
    # what came before it listened is there, and what came after it stopped comes next
    assert heard == [("cbc_gstlal", kind) for kind in ("new", "log", "label_added")]
    client.listen(listen, "cbc_gstlal")
    assert len(heard) == 4
    with pytest.raises(ValueError, match="no topic"):
        client.listen(print, "nonsense")


def test_without_a_callback_alerts_are_printed_as_igwn_alert_prints_them(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    client = AlertClient(world.store)
    graceid = world.event()

    def stop(topic: str, payload: str) -> None:
        client.stop()

    client.listen(stop, "cbc_gstlal_allsky")
    world.client.write_log(graceid, "hello")
    world.client.alerts.subscribe(stop, "cbc_gstlal")
    text = ""

    def is_told() -> bool:
        nonlocal text
        text += capsys.readouterr().out
        return "hello" in text

    with listening(client, None, "cbc_gstlal"):
        until(is_told)
    assert text.startswith("New message from topic gracedb-test.cbc_gstlal:\n{")


def test_what_a_callback_raises_ends_listening(world: World, tmp_path: Path) -> None:
    client = AlertClient(world.store)
    world.event()

    def fail(topic: str, payload: str) -> None:
        raise LookupError(topic)

    with pytest.raises(LookupError, match="cbc_gstlal"):
        client.listen(fail)
