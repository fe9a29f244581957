"""The index says the same from its checkpoint, from the journal and from the documents.

Whatever happened before: loads, changes, edits by hand, compacting, restoring, emptying.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import generated_stores as stores
from generated_trees import any_tree
from hypothesis import given, settings
from hypothesis import strategies as st
from index_contents import contents, fresh
from searches import indexed, looked_at
from stored_population import population

from fakegracedb import Store, StoreError
from fakegracedb.documents import Event
from fakegracedb.identifiers import graceid
from fakegracedb.query.trees import Node
from fakegracedb.store.layout import pretty_text

CHECKPOINT = "index.checkpoint"


@dataclass
class Scene:
    """A store, those who follow it, and what was put aside."""

    store: Store
    warm: Store
    snapshots: list[Path] = field(default_factory=list)


Step = Callable[[Scene], None]


# By hand


def _by_hand(pick: int, edited: Callable[[Path, dict[str, Any], Event], None]) -> Step:
    """Give what edits the document of an event and tells the store."""

    def step(scene: Scene) -> None:
        found = list(scene.store.events.values())
        if found:
            event = found[pick % len(found)]
            path = scene.store.path / "events" / event.graceid / "event.json"
            edited(path, json.loads(path.read_bytes()), event)
            scene.store.reindex()

    return step


def _changed(**values: Any) -> Callable[[Path, dict[str, Any], Event], None]:
    def edited(path: Path, data: dict[str, Any], _: Event) -> None:
        path.write_bytes(pretty_text({**data, **values}))

    return edited


def _removed(path: Path, _: dict[str, Any], event: Event) -> None:
    if event.superevent is None:
        shutil.rmtree(path.parent)


def _renamed(path: Path, data: dict[str, Any], event: Event) -> None:
    if event.superevent is None:
        letter = "G" if event.graceid[0] != "G" else "T"
        name = graceid(letter, event.number)
        path.parent.rename(path.parent.with_name(name))
        path = path.parent.with_name(name) / path.name
        path.write_bytes(pretty_text({**data, "graceid": name}))


def _disbanded(pick: int) -> Step:
    """Give what removes a superevent by hand, so that its events belong to none."""

    def step(scene: Scene) -> None:
        found = list(scene.store.superevents.values())
        if found:
            superevent = found[pick % len(found)]
            shutil.rmtree(scene.store.path / "superevents" / superevent.superevent_id)
            for name in superevent.events:
                path = scene.store.path / "events" / name / "event.json"
                data = json.loads(path.read_bytes())
                path.write_bytes(pretty_text({**data, "superevent": None}))
            scene.store.reindex()

    return step


# With all of it


def _load(documents: stores.Documents) -> Step:
    def step(scene: Scene) -> None:
        with contextlib.suppress(StoreError):  # some of its ids are taken: none of it is loaded
            scene.store.bulk_load(documents)

    return step


def _checkpoint(scene: Scene) -> None:
    with scene.store._writing() as core:
        scene.store.index.checkpoint(core, core.state)


def _follow(scene: Scene) -> None:
    contents(scene.warm)


def _put_aside(scene: Scene) -> None:
    target = scene.store.path.with_name(f"snapshot{len(scene.snapshots)}")
    scene.snapshots.append(scene.store.snapshot(target))


def _restore(scene: Scene) -> None:
    if scene.snapshots:
        scene.store.restore(scene.snapshots[-1])


def _start_cold(scene: Scene) -> None:
    """Let somebody else write from now on, who knows the checkpoint only."""
    scene.store = fresh(scene.store.path)


_picks = st.integers(0, 5)
steps: st.SearchStrategy[Step] = st.one_of(
    stores.changes.map(lambda change: lambda scene: change(scene.store)),
    stores.changes.map(lambda change: lambda scene: change(scene.store)),
    stores.documents().map(_load),
    st.builds(
        _by_hand, _picks, st.builds(lambda far: _changed(far=far), st.sampled_from(stores.FARS))
    ),
    st.builds(
        _by_hand,
        _picks,
        st.builds(lambda when: _changed(created=when), st.sampled_from(stores.CREATED)),
    ),
    st.builds(_by_hand, _picks, st.sampled_from([_removed, _renamed])),
    st.builds(_disbanded, _picks),
    st.sampled_from(
        [
            *(_checkpoint, _follow, _put_aside, _restore, _start_cold),
            *(lambda scene: scene.store.compact(), lambda scene: scene.store.reset()),
        ]
    ),
)


@given(
    load=stores.documents(),
    history=st.lists(steps, min_size=1, max_size=8),
    queries=st.lists(any_tree, max_size=4),
)
@settings(deadline=None, max_examples=int(os.environ.get("FAKEGRACEDB_EXAMPLES", "50")))
def test_the_index_says_the_same_whichever_way_it_came_to_it(
    load: stores.Documents, history: list[Step], queries: list[tuple[str, Node]]
) -> None:
    with stores.new_store(load) as store:
        scene = Scene(store, fresh(store.path))
        for step in history:
            step(scene)
        store = scene.store
        told = contents(store)
        assert contents(scene.warm) == told
        assert contents(fresh(store.path)) == told
        checkpoint = store.path / CHECKPOINT
        if checkpoint.exists():
            checkpoint.unlink()
        scanned = fresh(store.path)
        assert contents(scanned) == told
        there = population(store)
        for kind, node in queries:
            expected = looked_at(there, kind, node)
            for one in (store, scene.warm, scanned):
                assert indexed(one, kind, node) == expected
