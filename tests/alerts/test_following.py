"""The alerts folded from the journal: by others, later, from anywhere, and through all mishaps."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from alert_world import NOW, World
from patience import ending

from fakegracedb import FakeGraceDb, Store, samples
from fakegracedb.alerts import Alert, Follower, Position

SAMPLE = samples.coinc_xml("1456419850.125")


def all_of(store: Store) -> list[Alert]:
    return Follower(store, 0).read(1_000_000)


def act_at_random(world: World, chance: random.Random, count: int) -> None:
    """Do this and that with two events and their superevent."""
    client = world.client
    first, second = world.event(), world.event()
    sid = world.superevent(first)
    ids = [first, second, sid]
    for _ in range(count):
        one = chance.choice(ids)
        what = chance.randrange(7)
        labels = [label["name"] for label in client.labels(one).json()["labels"]]
        if what == 0:
            client.write_log(one, "hello", tag_name=chance.choice(["pe", "psd", "new"]))
        elif what == 1 and "INJ" not in labels:
            client.write_label(one, "INJ")
        elif what == 2 and "INJ" in labels:
            client.remove_label(one, "INJ")
        elif what == 3:
            client.update_superevent(sid, t_0=round(1456419850 + chance.random(), 3))
        elif what == 4:
            members = client.superevent(sid).json()["gw_events"]
            preferred = client.superevent(sid).json()["preferred_event"]
            if second not in members:
                client.add_event_to_superevent(sid, second)
            elif preferred == second:
                client.update_superevent(sid, preferred_event=first)
            elif chance.random() < 0.5:
                client.update_superevent(sid, preferred_event=second)
            else:
                client.remove_event_from_superevent(sid, second)
        elif what == 5:
            client.replace_event(first, "c.xml", filecontents=SAMPLE)
        elif what == 6:
            client.modify_permissions(sid, chance.choice(["expose", "hide"]))


@pytest.mark.parametrize("seed", range(4))
def test_alerts_are_the_same_whoever_makes_them_and_whenever(world: World, seed: int) -> None:
    chance = random.Random(seed)
    live = Follower(world.store)
    lazy = Follower(world.store)
    at_once: list[Alert] = []
    now_and_then: list[Alert] = []
    world.client.alerts.subscribe(lambda topic, payload: at_once.extend(live.read()))
    for _ in range(4):
        act_at_random(world, chance, 12)
        now_and_then += lazy.read(chance.randint(1, 9))
    while more := lazy.read(5):
        now_and_then += more
    at_once += live.read()
    cold = all_of(Store(world.store.path))
    assert [one.seq for one in cold] == list(range(1, len(cold) + 1))
    assert at_once == now_and_then == cold == list(world.client.alerts)
    assert not any(one.approximate for one in cold)
    start = chance.randrange(len(cold))
    assert Follower(world.store, start).read(1_000_000) == cold[start:]


def test_a_position_that_was_kept_goes_on_where_it_was(world: World) -> None:
    graceid = world.event()
    world.client.write_log(graceid, "one", label="INJ")
    whole = all_of(world.store)
    for number in range(len(whole)):
        follower = Follower(world.store, 0)
        alerts = follower.read()
        kept = json.loads(json.dumps(follower.position_after(alerts[number]).to_json()))
        again = Follower(Store(world.store.path), Position.from_json(kept))
        assert again.read() == whole[number + 1 :]
        world.client.write_log(graceid, "more")
        whole = all_of(world.store)
        assert again.read() == whole[-1:]


def test_what_is_no_position_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="no position"):
        Position.from_json({"seq": 1})
    with pytest.raises(ValueError, match=r"no alert 3 in .* yet: it has sent none"):
        Follower(world.store, 3)


WRITER = """
import sys
from fakegracedb import FakeGraceDb
client = FakeGraceDb(store=sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    client.write_log("T0001", f"{sys.argv[2]} {number}")
    client.replace_event("T0001", "c.xml", filecontents=b"rubbish" if number % 2 else b"more")
    number += 1
"""


def test_nothing_is_lost_or_doubled_when_writers_are_killed(tmp_path: Path) -> None:
    store = Store(tmp_path / "gracedb")
    client = FakeGraceDb(store=store)
    client.create_event("Test", "gstlal", "c.xml", filecontents=SAMPLE)
    follower = Follower(store)
    heard: list[Alert] = []
    for round_ in range(2):
        call = [sys.executable, "-c", WRITER, str(store.path)]
        with ExitStack() as writers:
            for name in "ab":
                one = subprocess.Popen([*call, f"{round_}{name}"], stdout=subprocess.PIPE)
                writers.enter_context(ending(one))  # which kills it
                assert one.stdout is not None
                assert one.stdout.readline() == b"ready\n"
            for _ in range(12):
                heard += follower.wait(5)
    heard += follower.read(1_000_000)
    assert heard
    assert [one.seq for one in heard] == list(range(2, len(heard) + 2))
    numbers = [one.message["data"]["N"] for one in heard if one.alert_type == "log"]
    assert numbers == sorted(set(numbers))
    assert all_of(Store(store.path))[1:] == heard
    client.close()


def test_a_line_that_was_cut_short_sends_nothing(world: World) -> None:
    graceid = world.event()
    follower = Follower(world.store)
    journal = world.store.path / "journal.jsonl"
    world.client.write_log(graceid, "hello")
    [whole] = follower.read()
    text = journal.read_bytes()
    cut = text[text.rindex(b'{"n"') :][:200]
    with journal.open("ab") as stream:
        stream.write(cut)
    assert follower.read() == []
    world.client.write_log(graceid, "again")
    [after] = follower.read()
    assert after.seq == whole.seq + 1
    assert after.message["data"]["comment"] == "again"


# What becomes of the journal


def test_a_compacted_store_goes_on_and_misses_only_what_nobody_read(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    graceid = world.event()
    behind, current = Follower(world.store), Follower(world.store)
    world.client.write_log(graceid, "one")
    world.client.write_log(graceid, "two")
    assert [one.seq for one in current.read()] == [2, 3]
    world.store.compact()
    world.client.write_log(graceid, "three")
    assert [one.seq for one in current.read()] == [4]
    assert current.missed == 0
    assert not caplog.records
    assert [one.seq for one in behind.read()] == [4]
    assert behind.missed == 2
    assert "alerts 2 to 3 are missed" in caplog.text
    assert [one.seq for one in all_of(world.store)] == [4]


def test_after_a_compaction_an_unknown_past_is_said_to_be_approximate(world: World) -> None:
    graceid = world.event()
    world.store.compact()
    world.client.write_log(graceid, "hello")
    world.client.write_label(graceid, "INJ")
    log, label = all_of(world.store)
    assert log.approximate
    assert not label.approximate
    assert world.messages()[0]["object"]["labels"] == []  # told at once, it was known


def test_a_restored_store_sends_nothing_and_numbers_go_on(world: World, tmp_path: Path) -> None:
    graceid = world.event()
    world.store.snapshot(tmp_path / "snapshot")
    follower = Follower(world.store)
    world.client.write_log(graceid, "one")
    assert [one.seq for one in follower.read()] == [2]
    world.store.restore(tmp_path / "snapshot")
    assert follower.read() == []
    world.client.write_log(graceid, "two")
    world.client.write_label(graceid, "INJ")
    log, label = follower.read()
    assert (log.seq, label.seq) == (3, 4)
    assert log.message["object"]["labels"] == []  # of which the snapshot's own journal tells
    assert not log.approximate
    assert follower.missed == 0
    assert [kind for _, kind, _ in world.told()][::2] == ["log", "log", "label_added"]


def test_what_was_read_of_the_past_is_told_as_well_as_it_can_be_after_a_restore(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world.event()
    world.store.snapshot(tmp_path / "snapshot")
    lost = world.event()
    follower = Follower(world.store)
    one, other = world.event(), world.event()
    world.client.write_log(other, "hello")
    world.client.write_label(other, "INJ")
    world.client.write_log(lost, "hello")  # of which the journal tells no more
    world.superevent(one)
    world.client.write_log(other, "again")
    newest = Follower(world.store).position.seq
    [first] = follower.read(most=1)  # and all of the journal with it
    assert (first.uid, first.approximate) == (one, False)
    world.store.restore(tmp_path / "snapshot")
    told = follower.read()
    kinds = [alert.alert_type for alert in told]
    assert kinds == ["new", "log", "label_added", "new", "selected_as_preferred", "log"]
    assert all(alert.approximate for alert in told)
    labels = [alert.message["object"]["labels"] for alert in told]
    assert labels == [[], [], ["INJ"], [], [], ["INJ"]]
    assert follower.missed == 1
    assert 1 + len(told) + follower.missed == newest - first.seq + 1
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    assert "a snapshot took the place of what they tell of" in caplog.text


def test_a_reset_store_sends_nothing_and_numbers_go_on(world: World) -> None:
    world.event()
    follower = Follower(world.store)
    world.store.reset()
    assert follower.read() == []
    graceid = world.event()
    assert [(one.seq, one.uid) for one in follower.read()] == [(2, graceid)]


def test_another_store_in_its_place_is_read_from_its_beginning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def made(path: Path, count: int) -> Store:
        with FakeGraceDb(store=path) as client:
            client.create_event("Test", "gstlal", "c.xml", filecontents=SAMPLE)
            for number in range(count):
                client.write_log("T0001", f"{path.name} {number}")
            return client.store

    first = made(tmp_path / "first", 3)
    for count in (1, 3, 9):
        made(tmp_path / f"other{count}", count)
        follower = Follower(first, 0)
        follower.read()
        path = tmp_path / f"place{count}"
        (tmp_path / f"other{count}").rename(path)
        again = Follower(Store(path), follower.position)
        found = again.read()
        assert [one.seq for one in found] == list(range(1, count + 2))
        assert "not the store that was followed up to alert 4" in caplog.text
        caplog.clear()


def test_a_snapshot_brings_its_alerts_along_and_a_compacted_copy_its_numbers(
    world: World, tmp_path: Path
) -> None:
    graceid = world.event()
    world.client.write_log(graceid, "one")
    copy = world.store.copy(tmp_path / "copy")
    assert all_of(copy) == all_of(world.store)
    bare = world.store.copy(tmp_path / "bare", journal=False)
    assert all_of(bare) == []
    with FakeGraceDb(store=bare) as client:
        client.write_log(graceid, "two")
        assert [one.seq for one in client.alerts] == [3]


def test_waiting_ends_when_something_comes_or_its_time_is_over(world: World) -> None:
    graceid = world.event()
    follower = Follower(world.store)
    began = time.monotonic()
    assert follower.wait(0.05) == []
    assert time.monotonic() - began >= 0.05
    world.client.write_log(graceid, "hello")
    assert [one.alert_type for one in follower.wait(20)] == ["log"]
    world.client.write_log(graceid, "more")
    assert next(iter(follower)).message["data"]["comment"] == "more"


def test_a_store_that_comes_later_is_followed_from_its_first_alert(tmp_path: Path) -> None:
    follower = Follower(Store(tmp_path / "later"))
    with FakeGraceDb(store=tmp_path / "later", clock=NOW) as client:
        client.create_event("Test", "gstlal", "c.xml", filecontents=SAMPLE)
    assert [one.seq for one in follower.read()] == [1]


def test_a_damaged_checkpoint_or_none_makes_no_difference(world: World) -> None:
    world.superevent()
    world.client.write_log("G0001", "hello")
    whole: list[Any] = [one.message for one in all_of(world.store)]
    world.store.reindex()
    checkpoint = world.store.path / "index.checkpoint"
    checkpoint.write_bytes(b"rubbish")
    assert [one.message for one in all_of(Store(world.store.path))] == whole


def test_what_a_compacted_journal_lists_is_unknown_and_what_it_does_not_list_was_not(
    world: World,
) -> None:
    """Neighbours that come later are none yet, also where the journal begins anew."""
    graceid = world.event()
    world.store.compact()
    world.client.write_log(graceid, "hello")
    sid = world.superevent(graceid)
    first, new, *_ = all_of(world.store)
    assert first.message["object"]["superevent_neighbours"] == {}
    assert first.approximate  # the event itself has changed since
    assert (new.uid, new.approximate) == (sid, False)


def test_a_guess_is_a_guess_until_the_document_changes(world: World) -> None:
    graceid = world.event()
    world.store.compact()
    for text in ("one", "two"):
        world.client.write_log(graceid, text)
    world.client.write_label(graceid, "INJ")
    assert [one.approximate for one in all_of(world.store)] == [True, True, False]
