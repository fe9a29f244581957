"""Alerts of a store into which archived objects are loaded, also in the place of what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from alert_world import World

from fakegracedb import Store
from fakegracedb.alerts import Alert, Follower, Position
from fakegracedb.archive import Archive, fetch, load
from fakegracedb.replaying import history


class Story:
    """An event and its superevent, another event, and an archive of the former, older than they."""

    def __init__(self, world: World, place: Path) -> None:
        self.world = world
        self.archive = Archive(place)
        self.event, self.other = world.event(), world.event()
        self.sid = world.superevent(self.event)
        world.client.write_log(self.event, "archived", "a.txt", b"archived")
        world.client.write_label(self.event, "INJ")
        fetch(self.sid, world.client, self.archive)
        for one in (self.sid, self.event, self.other):
            world.client.write_log(one, f"soon forgotten, of {one}", "b.txt", b"b")
        world.client.remove_label(self.event, "INJ")
        world.client.write_label(self.event, "DQV")

    def replace(self) -> None:
        load(self.sid, self.world.store, archive=self.archive, replace=True)

    def go_on(self) -> None:
        for one in (self.event, self.other, self.sid):
            self.world.client.write_log(one, f"after, of {one}", tag_name="pe")
        self.world.client.write_label(self.event, "EM_READY")


@pytest.fixture
def story(world: World, tmp_path: Path) -> Story:
    return Story(world, tmp_path / "archive")


def all_of(store: Store) -> list[Alert]:
    return Follower(Store(store.path), 0).read(1_000_000)


def test_whoever_reads_and_whenever_hears_the_same(story: Story) -> None:
    store = story.world.store
    before = all_of(store)
    live, lazy = Follower(store, 0), Follower(store, 0)
    heard = live.read(1_000_000)
    assert heard == before
    slow = lazy.read(2)
    kept = lazy.position_after(slow[-1]).to_json()
    story.replace()
    heard += live.read(1_000_000)
    story.go_on()
    story.replace()
    story.go_on()
    heard += live.read(1_000_000)
    whole = all_of(store)
    assert heard == whole
    assert whole[: len(before)] == before, "the past is not what it was"
    while more := lazy.read(3):
        slow += more
    assert slow == whole
    seq = Position.from_json(kept).seq
    assert Follower(Store(store.path), Position.from_json(kept)).read(10**6) == whole[seq:]
    assert [one.seq for one in whole] == list(range(1, len(whole) + 1))
    assert not any(one.approximate for one in whole)


def test_a_load_sends_nothing_and_what_comes_later_counts_from_the_archived_log(
    story: Story,
) -> None:
    world = story.world
    world.heard.clear()
    story.replace()
    assert world.heard == []
    story.go_on()
    logs = world.client.logs(story.event).json()["log"]
    assert "soon forgotten" not in str(logs)
    after = next(one for one in logs if one["comment"].startswith("after"))
    first, *_, last = world.messages()
    assert first["alert_type"] == "log"
    assert first["data"]["N"] == after["N"]
    assert first["data"]["comment"] == f"after, of {story.event}"
    assert first["object"]["labels"] == ["INJ"]
    assert last["object"]["graceid"] == story.event
    assert sorted(last["object"]["labels"]) == ["EM_READY", "INJ"]


def test_loaded_between_the_alerts_of_others(story: Story) -> None:
    """The alerts of an object that nobody has touched are as without the load."""
    store = story.world.store
    before = [one for one in all_of(store) if one.uid == story.other]
    story.replace()
    story.go_on()
    found = [one for one in all_of(store) if one.uid == story.other]
    assert found[: len(before)] == before
    (new,) = found[len(before) :]
    assert new.message["data"]["comment"] == f"after, of {story.other}"


def test_replay_cuts_at_the_entries_that_are_there_now(story: Story) -> None:
    store, client = story.world.store, story.world.client
    story.replace()
    story.go_on()
    logs = client.logs(story.event).json()["log"]
    number = next(one["N"] for one in logs if one["comment"].startswith("after"))
    found = history(store, story.event, first=number)
    assert [one.alert_type for one in found] == ["log", "label_added"]
    last = len(client.logs(story.event).json()["log"])
    with pytest.raises(ValueError, match=f"has the log entries 1 to {last}"):
        history(store, story.event, until=last + 1)
    assert history(store, story.event, until=last) == history(store, story.event)
