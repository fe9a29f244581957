"""Whole stores with superevents: what copies carry, and what restores and resets leave of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import scenes
from scenes import ADA
from superevent_scenes import ONE, A, B, answers, edit, filled, go_on

from fakegracedb.documents import Catalog
from fakegracedb.errors import StoreError
from fakegracedb.service.superevents import candidates, members
from fakegracedb.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return filled(tmp_path / "store")


@pytest.mark.parametrize("journal", [True, False])
def test_a_copy_has_the_superevents_and_catalogs_and_goes_its_own_way(
    store: Store, tmp_path: Path, journal: bool
) -> None:
    found, files = scenes.everything(store), scenes.tree(store.path)
    assert len(found["catalogs"]) == 1
    assert len(found["superevents"][A][3]["notices.jsonl"]) == 1
    copy = store.copy(tmp_path / "copy", journal=journal)
    for one in (copy, scenes.fresh(copy.path)):
        assert scenes.everything(one) == found
        assert answers(one) == answers(store)
        assert one.check() == []
    go_on(copy, "TS260301c", "TGW260301B")
    assert scenes.tree(store.path) == files
    go_on(store, "TS260301c", "TGW260301B")


def test_a_snapshot_brings_back_superevents_as_they_were(store: Store, tmp_path: Path) -> None:
    other = scenes.fresh(store.path)
    found, told = scenes.everything(store), answers(store)
    store.snapshot(tmp_path / "snapshot")
    for _ in range(2):
        go_on(store, "TS260301c", "TGW260301B")
        candidates.confirm(store, ADA, A, "mine")
        members.remove(store, ADA, A, "T0002")
        with store.transaction() as tx:
            tx.add_catalog(Catalog(2, "4a", 2, tx.timestamp(), "ada"))
        assert answers(other)["named"]["mine"] == A
        store.restore(tmp_path / "snapshot")
        for one in (store, other, scenes.fresh(store.path)):
            now = scenes.everything(one)
            # alerts that were sent are not taken back, so their numbers go on
            assert now["counters"]["alerts"] > found["counters"]["alerts"]
            now["counters"]["alerts"] = found["counters"]["alerts"]
            assert now == found
            assert answers(one) == told
            for name in ("mine", "TS260301c", "TGW260301B"):
                assert one.read(lambda view, n=name: view.find_superevent(n)) is None
        assert store.check() == []


def emptied(store: Store, names: tuple[str, ...] = (A, B, "TGW260301A")) -> None:
    """Look for anything that is left of superevents."""
    for one in (store, scenes.fresh(store.path)):
        after = scenes.everything(one)
        assert after["superevents"] == {}
        assert after["superevent rows"] == after["catalogs"] == []
        assert one.superevents == {}
        for name in names:
            assert one.read(lambda view, n=name: view.find_superevent(n)) is None
    assert store.check() == []


def test_a_snapshot_without_superevents_leaves_none(store: Store, tmp_path: Path) -> None:
    plain = Store(tmp_path / "plain")
    plain.clock.set("2026-03-01 17:00:00")
    for _ in range(2):
        scenes.create(plain, files=1)
    snapshot = plain.snapshot(tmp_path / "snapshot")
    assert not (snapshot / "superevents").exists()
    other = scenes.fresh(store.path)
    assert answers(other) == answers(store)
    store.restore(snapshot)
    assert answers(other) == answers(store) == answers(plain)
    emptied(store)
    assert [one.superevent for one in store.events.values()] == [None, None]
    go_on(other, "TS260301a", "TGW260301A")


def test_superevents_come_to_a_store_that_had_none(store: Store, tmp_path: Path) -> None:
    snapshot = store.snapshot(tmp_path / "snapshot")
    plain = Store(tmp_path / "plain")
    scenes.create(plain)
    assert not (plain.path / "superevents").exists()
    assert answers(plain)["superevents"] == {}
    plain.restore(snapshot)
    for one in (plain, scenes.fresh(plain.path)):
        assert scenes.everything(one) == scenes.everything(store)
        assert answers(one) == answers(store)
    assert plain.check() == []
    go_on(plain, "TS260301c", "TGW260301B")


def test_reset_leaves_no_superevents(store: Store) -> None:
    other = scenes.fresh(store.path)
    answers(other)
    store.reset()
    emptied(store)
    assert answers(other) == answers(store)
    go_on(other, "TS260301a", "TGW260301A")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"em_events": ["T0003"]}, "its event T0003"),
        ({"pipeline_preferred": {"gstlal": "T0005"}}, "event T0005 of gstlal is no member"),
    ],
)
def test_a_snapshot_whose_sides_disagree_is_refused(
    store: Store, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    snapshot = store.snapshot(tmp_path / "snapshot")
    edit(ONE, **change)(snapshot)
    found, files = scenes.everything(store), scenes.tree(store.path)
    with pytest.raises(StoreError, match=f"cannot be restored.*{message}"):
        store.restore(snapshot)
    assert scenes.tree(store.path) == files
    assert scenes.everything(scenes.fresh(store.path)) == found
