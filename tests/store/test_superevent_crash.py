"""Who dies while changing a superevent and its events has changed all of them or none.

An ordinary run tries some stops of each change; ``FAKEGRACEDB_CRASH=full`` tries every one, also at
calls that only look, and after each call.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import scenes
from aftermath import Tell, stages, tell, tried, write_on
from crash import Ack
from scenes import ADA

from fakegracedb.service.logs import NewLog
from fakegracedb.service.superevents import candidates, logs, members
from fakegracedb.store import Store

ONE = "TS260301a"

pytestmark = pytest.mark.usefixtures("validated_once")


def prepared(path: Path) -> Store:
    """A store with a superevent of three events, and three events without one."""
    store = Store(path)
    store.clock.set("2026-03-01 17:00:00")
    with store.transaction("create") as tx:
        for _ in range(6):
            scenes.create_in(tx, files=0)
    scenes.superevent(store, "T0001", "T0002", "T0003", labels=("INJ",))
    members.prefer(store, ADA, ONE, "T0002")
    return store


# What the victims do


def create(path: Path, ack: Ack) -> None:
    scenes.superevent(Store(path), "T0005", "T0004", "T0006", labels=("INJ", "DQV"))


def prefer_an_event_from_outside(path: Path, ack: Ack) -> None:
    candidates.update(Store(path), ADA, ONE, {"preferred_event": "T0004", "em_type": "E0001"})


def remove_an_event(path: Path, ack: Ack) -> None:
    members.remove(Store(path), ADA, ONE, "T0002")


def prefer_another_event_of_a_pipeline(path: Path, ack: Ack) -> None:
    members.prefer(Store(path), ADA, ONE, "T0003")


def log_with_file_tags_and_label(path: Path, ack: Ack) -> None:
    new = NewLog("see map", "map.fits", b"\x89MAP" * 500, ("public", "my_tag"), label="DQV")
    logs.create(Store(path), ADA, ONE, new)


def confirm(path: Path, ack: Ack) -> None:
    candidates.confirm(Store(path), ADA, ONE, None)


def create_and_confirm(path: Path, ack: Ack) -> None:
    store = Store(path)
    new = scenes.superevent(store, "T0004")
    ack("created")
    candidates.confirm(store, ADA, new, None)
    ack("confirmed")
    members.add(store, ADA, "TGW260301A", "T0006")
    ack("added")


def compact(path: Path, ack: Ack) -> None:
    Store(path).compact()


def reset(path: Path, ack: Ack) -> None:
    Store(path).reset()


def restore(path: Path, ack: Ack) -> None:
    Store(path).restore(path.parent / "snapshot")


# each with the number of states in which it may leave the store
ACTIONS: list[tuple[Callable[[Path, Ack], None], int]] = [
    (create, 2),
    (prefer_an_event_from_outside, 2),
    (remove_an_event, 2),
    (prefer_another_event_of_a_pipeline, 2),
    (log_with_file_tags_and_label, 2),
    (confirm, 2),
    (create_and_confirm, 4),
    (compact, 1),
    (reset, 2),
    (restore, 2),
]


def create_on(store: Store) -> None:
    """Go on with superevents after somebody has died: they get the ids that come next."""
    there = store.superevents
    write_on(store)
    new = scenes.superevent(store, max(store.events))
    assert new == f"TS260301{chr(ord('a') + len(there))}"
    confirmed = sum(one.is_gw for one in there.values())
    found = candidates.confirm(store, ADA, new, None)
    assert found.superevent.gw_id == f"TGW260301{chr(ord('A') + confirmed)}"
    assert store.read(scenes.one_sided) == []
    assert store.read(lambda view: view.find_superevent(found.superevent.id)) == found.superevent


@pytest.mark.parametrize(
    ("action", "states"), ACTIONS, ids=[action.__name__ for action, _ in ACTIONS]
)
def test_who_dies_in_a_change_of_a_superevent_has_made_all_of_it_or_nothing(
    action: Callable[[Path, Ack], None], states: int, work: Path, record_property: Tell
) -> None:
    folder = work / "begin"
    store = prepared(folder)
    if action is restore:
        store.snapshot(work / "snapshot")
        scenes.superevent(store, "T0004", "T0005")
        candidates.confirm(store, ADA, ONE, None)
        members.remove(store, ADA, ONE, "T0003")
    allowed: list[dict[str, Any]] = stages(folder, work, action)
    assert len(allowed) == states
    stops = tried(folder, work, action, allowed, create_on, most=8)
    tell(record_property, f"superevents, {action.__name__}", stops)
