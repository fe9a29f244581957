"""What `check` finds wrong with superevents, and what `compact` and `reindex` make of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import scenes
from scenes import ADA
from superevent_scenes import ONE, OTHER, A, B, answers, edit, event, filled, go_on

from fakegracedb.errors import StoreError
from fakegracedb.service.superevents import candidates
from fakegracedb.store import Store
from fakegracedb.store.layout import superevent_folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return filled(tmp_path / "store")


DISAGREEMENTS: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "preferred event from outside": (
        edit(ONE, preferred_event="T0004"),
        ONE,
        "its preferred event T0004 is no member",
    ),
    "preferred event of another superevent": (
        edit(ONE, preferred_event="T0003"),
        ONE,
        "its preferred event T0003 is no member",
    ),
    "pipeline's event from outside": (
        edit(ONE, pipeline_preferred={"gstlal": "T0005"}),
        ONE,
        "the preferred event T0005 of gstlal is no member",
    ),
    "event that there is not": (
        edit(ONE, gw_events=["T0001", "T0002", "T0077"]),
        ONE,
        "its event T0077 is missing",
    ),
    "event that went": (
        lambda at: shutil.rmtree(at / "events/T0002"),
        ONE,
        "its event T0002 is missing",
    ),
    "event of two superevents": (
        edit(ONE, em_events=["T0003"]),
        OTHER,
        f"its event T0003 is a member of {A} too",
    ),
    "event twice in one": (
        edit(ONE, em_events=["T0001"]),
        ONE,
        f"its event T0001 is a member of {A} too",
    ),
    "event that says nothing": (
        edit(event(2), superevent=...),
        ONE,
        "its event T0002 names no superevent",
    ),
    "event that says another": (
        edit(event(2), superevent="TGW260301A"),
        ONE,
        "its event T0002 names TGW260301A",
    ),
    "event that says the id of before": (
        edit(event(3), superevent=B),
        OTHER,
        f"its event T0003 names {B}",
    ),
    "event that says what nobody knows of": (
        edit(event(4), superevent=A),
        event(4),
        f"names the superevent {A}, which does not have it",
    ),
    "event left behind": (
        edit(ONE, gw_events=["T0001"], pipeline_preferred=...),
        event(2),
        f"names the superevent {A}, which does not have it",
    ),
    "superevent that went": (
        lambda at: shutil.rmtree(at / "superevents" / B),
        event(3),
        "names the superevent TGW260301A, which does not have it",
    ),
    "superevent confirmed on one side": (
        edit(OTHER, is_gw=False),
        OTHER,
        "its event T0003 names TGW260301A",
    ),
    "catalog of a superevent that went": (
        lambda at: shutil.rmtree(at / f"superevents/{A}"),
        "catalogs.jsonl",
        f"catalog 4a, version 1: its superevent {A} is missing",
    ),
    "catalog of a superevent that there is not": (
        lambda at: _replaced(at / "catalogs.jsonl", A, "TS260301z"),
        "catalogs.jsonl",
        "catalog 4a, version 1: its superevent TS260301z is missing",
    ),
    "catalog of an event that went": (
        lambda at: shutil.rmtree(at / "events/T0001"),
        "catalogs.jsonl",
        "catalog 4a, version 1: its event T0001 is missing",
    ),
    "catalog that is there twice": (
        lambda at: (at / "catalogs.jsonl").write_text(
            (text := (at / "catalogs.jsonl").read_text()) + text.replace('"N":1', '"N":2')
        ),
        "catalogs.jsonl",
        "catalog 4a, version 1, is there twice",
    ),
    "id of two": (edit(ONE, gw_id="TGW260301A"), OTHER, f"{A} has its gw_id too"),
}


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_check_finds_where_events_and_superevents_disagree(store: Store, name: str) -> None:
    damage, path, message = DISAGREEMENTS[name]
    damage(store.path)
    for checker in (store, scenes.fresh(store.path)):
        found = [(one.path, one.message, one.kind) for one in checker.check()]
        assert (path, message, "damage") in found
    store.reindex()  # takes it as it is
    found = [(one.path, one.message, one.kind) for one in store.check()]
    assert (path, message, "damage") in found
    assert "edited" not in {kind for *_, kind in found}


DAMAGES: dict[str, tuple[Callable[[Path], Any], str, str, str]] = {
    "label by hand": (edit(ONE, labels=[]), ONE, "edited by hand", "edited"),
    "broken document": (lambda at: (at / ONE).write_text("{"), ONE, "JSON", "damage"),
    "against its schema": (edit(ONE, t_0="late"), ONE, "t_0", "damage"),
    "in the wrong folder": (edit(ONE, superevent_id=B), ONE, "not belong in this", "damage"),
    "missing document": (lambda at: (at / ONE).unlink(), ONE, "missing", "damage"),
    "document of an event": (
        lambda at: shutil.copy(at / event(1), at / f"superevents/{A}/event.json"),
        f"superevents/{A}/event.json",
        "no file of the superevent",
        "damage",
    ),
    "document in an event": (
        lambda at: shutil.copy(at / ONE, at / "events/T0001/superevent.json"),
        "events/T0001/superevent.json",
        "no file of the event",
        "damage",
    ),
    "notices in an event": (
        lambda at: shutil.copy(at / f"superevents/{A}/notices.jsonl", at / "events/T0001"),
        "events/T0001/notices.jsonl",
        "no file of the event",
        "damage",
    ),
    "stray folder": (
        lambda at: (at / "superevents/backup").mkdir(),
        "superevents/backup",
        "no id of a superevent",
        "damage",
    ),
    "folder of an id of another kind": (
        lambda at: (at / "superevents/TGW260301A").mkdir(),
        "superevents/TGW260301A",
        "no id of a superevent",
        "damage",
    ),
    "left folder": (
        lambda at: (at / "superevents/TS260301z").mkdir(),
        "superevents/TS260301z",
        "writer that died",
        "leftover",
    ),
    "left file": (
        lambda at: (at / f"superevents/{A}/map.fits,0").write_bytes(b"map"),
        f"superevents/{A}/map.fits,0",
        "writer that died",
        "leftover",
    ),
    "gap in the notices": (
        lambda at: _replaced(at / f"superevents/{A}/notices.jsonl", '"N":1', '"N":2'),
        f"superevents/{A}/notices.jsonl",
        "gaps",
        "damage",
    ),
    "gap in the catalogs": (
        lambda at: _replaced(at / "catalogs.jsonl", '"N":1', '"N":2'),
        "catalogs.jsonl",
        "the numbers have gaps: [2]",
        "damage",
    ),
    "catalog by hand": (
        lambda at: _replaced(at / "catalogs.jsonl", "first", "FIRST"),
        "catalogs.jsonl",
        "edited by hand",
        "edited",
    ),
    "missing catalogs": (
        lambda at: (at / "catalogs.jsonl").unlink(),
        "catalogs.jsonl",
        "missing",
        "damage",
    ),
}


def _replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("name", DAMAGES)
def test_check_finds_in_a_store_with_superevents(store: Store, name: str) -> None:
    damage, path, message, kind = DAMAGES[name]
    damage(store.path)
    for checker in (store, scenes.fresh(store.path)):
        problems = [one for one in checker.check() if one.path == path]
        assert any(message in one.message and one.kind == kind for one in problems), problems


def test_a_good_store_with_superevents_has_no_problems(store: Store) -> None:
    before = scenes.tree(store.path)
    assert store.check() == scenes.fresh(store.path).check() == []
    assert scenes.tree(store.path) == before
    assert store.read(scenes.one_sided) == []
    assert store.info()["superevents"] == 2


def test_a_superevent_whose_event_went_is_an_error_that_says_so(store: Store) -> None:
    shutil.rmtree(store.path / "events/T0001")
    with pytest.raises(StoreError, match=r"event T0001 is missing.*store check"):
        store.read(lambda view: candidates.one(view, ADA, A))


def test_an_id_that_was_chosen_to_look_like_a_default_id_is_found(store: Store) -> None:
    candidates.confirm(store, ADA, A, "TS260301z")
    for one in (store, scenes.fresh(store.path)):
        found = one.read(lambda view: view.find_superevent("TS260301z"))
        assert found == one.superevents[A]
    assert store.check() == []


# Compacting and reindexing


def test_compact_keeps_superevents_and_drops_what_counts_for_nothing(store: Store) -> None:
    folder = superevent_folder(A)
    with store.transaction() as tx:
        tx.add_log(folder, scenes.replace(tx.logs(folder).get(1), tags=("pe",)))
        (catalog,) = tx.catalogs()
        tx.add_catalog(scenes.replace(catalog, comment="changed"))
    for name in ("left folder", "left file", "stray folder"):
        DAMAGES[name][0](store.path)
    logs, catalogs = store.path / folder / "logs.jsonl", store.path / "catalogs.jsonl"
    lines = [len(path.read_text().splitlines()) for path in (logs, catalogs)]
    found, told = scenes.everything(store), answers(store)
    other = scenes.fresh(store.path)
    answers(other)
    store.compact()
    assert [problem.path for problem in store.check()] == ["superevents/backup"]
    for one in (store, other, scenes.fresh(store.path)):
        assert scenes.everything(one) == found
        assert answers(one) == told
    after = [len(path.read_text().splitlines()) for path in (logs, catalogs)]
    assert after == [count - 1 for count in lines]
    (store.path / "superevents/backup").rmdir()
    go_on(other, "TS260301c", "TGW260301B")


def test_reindex_takes_over_superevents_that_were_added_and_removed_by_hand(
    store: Store, tmp_path: Path
) -> None:
    other = scenes.fresh(store.path)
    answers(other)
    giver = store.copy(tmp_path / "giver")
    new = scenes.superevent(giver, "T0005")
    candidates.confirm(giver, ADA, new, "mine")
    for name in (f"superevents/{new}", "events/T0005"):
        shutil.rmtree(store.path / name, ignore_errors=True)
        shutil.copytree(giver.path / name, store.path / name)
    shutil.rmtree(store.path / "superevents" / B)
    edit(event(3), superevent=...)(store.path)
    assert store.reindex() == 7  # four documents, three logs
    for one in (store, other, scenes.fresh(store.path)):
        assert list(one.superevents) == [A, new]
        assert scenes.indexed_superevents(one) == [A, new]
        named = {"TGW260301A": None, "mine": new}
        assert {name: answers(one)["named"][name] for name in named} == named
        assert answers(one)["last"]["T", "gw_number"] == 0
    assert store.check() == []
    go_on(other, "TS260301d", "TGW260301A")


def test_reindex_makes_a_journal_for_superevents_that_have_none(store: Store) -> None:
    found, told = scenes.everything(store), answers(store)
    (store.path / "journal.jsonl").unlink()
    store.reindex()
    assert found["counters"].pop("alerts")  # which only the journal knew: they begin anew
    for one in (store, scenes.fresh(store.path)):
        assert scenes.everything(one) == found
        assert answers(one) == told
    go_on(store, "TS260301c", "TGW260301B")
