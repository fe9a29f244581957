"""The index of superevents: from its checkpoint, from the documents, and in older stores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import scenes
from scenes import ADA
from superevent_scenes import A, B, answers, filled, go_on

from fakegracedb.service.superevents import candidates, members
from fakegracedb.store import Store, disk


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return filled(tmp_path / "store")


def without_checkpoint(store: Store) -> dict[str, Any]:
    """What the index says of a store without one."""
    (store.path / "index.checkpoint").unlink()
    return answers(scenes.fresh(store.path))


def test_a_cold_start_from_a_checkpoint_knows_what_one_from_the_documents_does(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.compact()
    read: list[str] = []
    original = disk.read
    with monkeypatch.context() as patched:
        patched.setattr(disk, "read", lambda path: read.append(path) or original(path))
        told = answers(scenes.fresh(store.path))
    assert [path for path in read if path.endswith("event.json")] == []
    assert told == without_checkpoint(store)
    assert told["named"] | {"TGW260301A": B} == told["named"]
    assert told["last"]["T", "number"] == 2


def test_an_outdated_checkpoint_is_followed_up(store: Store) -> None:
    store.compact()
    warm = scenes.fresh(store.path)
    answers(warm)
    new = scenes.superevent(store, "T0004", t_0="1456419851.25")
    candidates.confirm(store, ADA, A, None)
    candidates.update(store, ADA, B, {"gw_id": "mine"})  # which lets go of its letter
    candidates.confirm(store, ADA, new, "TGW260301A")
    scenes.create(store, files=0)
    told = answers(scenes.fresh(store.path))
    assert told == answers(warm) == answers(store) == without_checkpoint(store)
    assert told["named"] == {
        **dict.fromkeys(["GW260301A", A, ""]),
        "TGW260301A": new,
        "TGW260301B": A,
        "mine": B,
    }
    assert sorted(told["events"]) == [f"T000{number}" for number in range(1, 7)]


def test_a_checkpoint_damaged_anywhere_is_ignored(store: Store) -> None:
    store.compact()
    path = store.path / "index.checkpoint"
    text = path.read_bytes()
    told = answers(store)
    for place in range(0, len(text), len(text) // 40):
        for damaged in (
            text[:place],
            text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :],
            text[:place] + text[place + 1 :],
            text[:place] + bytes(len(text) - place),
        ):
            path.write_bytes(damaged)
            assert answers(scenes.fresh(store.path)) == told
    path.write_bytes(text)
    assert answers(scenes.fresh(store.path)) == told == without_checkpoint(store)


@pytest.mark.parametrize("checkpoint", [True, False])
def test_a_gw_id_is_looked_up_by_who_knows_nothing_yet(store: Store, checkpoint: bool) -> None:
    if checkpoint:
        store.compact()
    for asked, expected in [("TGW260301A", B), ("TGW260301B", None), ("GW260301A", None)]:
        cold = scenes.fresh(store.path)
        found = cold.read(lambda view, asked=asked: view.find_superevent(asked))
        assert (None if found is None else found.superevent_id) == expected
    cold = scenes.fresh(store.path)
    assert members.listing(cold.read(lambda view: view), ADA, "TGW260301A") == ["T0003"]
    members.add(cold, ADA, "TGW260301A", "T0004")
    assert cold.events["T0004"].superevent == "TGW260301A"


# Stores from before there were superevents

OLD_FIELDS = (
    *("graceid", "number", "created", "gpstime", "likelihood", "group", "search", "replay_id"),
    *("viewers", "content_id", "reserved"),
)


@pytest.mark.parametrize("compacted", [True, False])
def test_a_store_from_before_superevents_goes_on_with_them(tmp_path: Path, compacted: bool) -> None:
    path = tmp_path / "old"
    store = Store(path)
    store.clock.set("2026-03-01 17:00:00")
    for _ in range(3):
        scenes.create(store, gpstime=2.5)
    if compacted:
        store.compact()
    journal = (path / "journal.jsonl").read_bytes()
    created = [one.created for one in store.events.values()]
    rows = [
        [f"T000{n}", n, created[n - 1], 2.5, None, "Test", None, None, ["x"], None, False]
        for n in (1, 2)  # the third row is missing: whoever believed this one would miss it
    ]
    old = {
        "fields": OLD_FIELDS,
        "n": store.read(lambda view: view.version[1]),
        "offset": len(journal),
        "tail": journal[-64:].decode("latin-1"),
        "rows": rows,
    }
    (path / "index.checkpoint").write_text(json.dumps(old, separators=(",", ":")))
    assert not (path / "superevents").exists()
    assert not (path / "catalogs.jsonl").exists()
    cold = scenes.fresh(path)
    assert sorted(answers(cold)["events"]) == ["T0001", "T0002", "T0003"]
    assert cold.superevents == {}
    assert cold.read(lambda view: list(view.catalogs())) == []
    for name in (A, "TGW260301A"):
        assert cold.read(lambda view, n=name: view.find_superevent(n)) is None
    assert cold.check() == []
    assert cold.info()["superevents"] == 0
    go_on(cold, "TS260301a", "TGW260301A")
    go_on(scenes.fresh(path), "TS260301b", "TGW260301B")
    assert answers(scenes.fresh(path)) == without_checkpoint(cold)
