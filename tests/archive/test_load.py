"""Loading: a store that answers as the server did that was fetched from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from archive_scenes import same_archive

from fakegracedb import FakeGraceDb, Store, samples
from fakegracedb.archive import Archive, fetch, load
from fakegracedb.errors import ArchiveError, StoreError

S, G, E, T = "S260301a", "G0001", "E0005", "T0002"
WAYS: dict[str, dict[str, Any]] = {
    "v2": {},
    "v1": {"api_version": "v1"},
    "2.33": {"server_version": "2.33"},
    "a reader without a name": {"force_noauth": True},
}


@pytest.mark.parametrize("way", WAYS)
def test_every_answer_equals_the_archived_one(
    furnished: FakeGraceDb, tmp_path: Path, way: str
) -> None:
    with FakeGraceDb(store=furnished.store, waits="skip", **WAYS[way]) as client:
        (fetched,) = fetch(S, client, tmp_path / "a", related=True)
    archived = fetched.archived
    store = Store(tmp_path / "loaded")
    loaded = load(S, store, archive=tmp_path / "a")
    assert not store.check()
    with FakeGraceDb(store=store, waits="skip", **WAYS[way]) as client:
        assert client.superevent(S).json() == archived.object
        last = archived.logs[-1]
        assert client.logs(S, last["N"]).json() == last
        (copy,) = fetch(S, client, tmp_path / "b", related=True)
    assert same_archive(archived, copy.archived)
    if way in ("v1", "v2"):
        assert not loaded.absent
        assert loaded.ids == (S, E, G)
        # there was something to compare
        for name in ("logs", "labels", "voevents", "emobservations", "signoffs", "notices"):
            assert archived.rows(name), name
        assert archived.events[1].rows("signoffs")


def test_tags_are_shown_as_at_the_source(source: FakeGraceDb, tmp_path: Path) -> None:
    with source.store.transaction("by hand") as tx:
        tx.put_vocabulary(tx.vocabulary.with_tag("sky_loc", "Where it was"))
    source.write_log(S, "tagged", tag_name=["sky_loc", "public"])
    source.write_log(S, "tagged", tag_name="odd_one", displayName="An odd one")
    (fetched,) = fetch(S, source, tmp_path / "a")
    shown = {row["name"]: row["displayName"] for row in fetched.archived.rows("tags")}
    assert (shown["sky_loc"], shown["odd_one"]) == ("Where it was", "An odd one")
    with FakeGraceDb(store=tmp_path / "loaded", waits="skip") as client:
        loaded = load(S, client.store, archive=tmp_path / "a")
        assert "the tag sky_loc is shown as 'Where it was'" in str(loaded.absent)
        (copy,) = fetch(S, client, tmp_path / "b")
        for name in ("sky_loc", "public", "odd_one"):
            number = source.logs(S).json()["log"][-1 if name == "odd_one" else -2]["N"]
            for one in (source, client):
                one.tags(S, number).json()
            rows = [one.tags(S, number).json()["tags"] for one in (source, client)]
            assert rows[0] == rows[1]
    assert same_archive(fetched.archived, copy.archived)


def test_an_event_by_itself_answers_as_it_did(furnished: FakeGraceDb, tmp_path: Path) -> None:
    (fetched,) = fetch(T, furnished, tmp_path / "a")
    store = Store(tmp_path / "loaded")
    load(T, store, archive=tmp_path / "a")
    assert not store.check()
    with FakeGraceDb(store=store, waits="skip") as client:
        (copy,) = fetch(T, client, tmp_path / "b")
    assert same_archive(fetched.archived, copy.archived)
    assert fetched.archived.rows("embb")
    assert fetched.archived.rows("emobservations")


def test_times_of_creation_come_back_to_the_microsecond(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    source.clock = "2026-03-02 11:12:13.654321"
    graceid = source.create_event("CBC", "gstlal", "coinc.xml", filecontents=_coinc()).json()[
        "graceid"
    ]
    fetch(graceid, source, tmp_path / "a")
    load(graceid, tmp_path / "loaded", archive=tmp_path / "a")
    created = Store(tmp_path / "loaded").events[graceid].created
    assert created == "2026-03-02T11:12:13.654321Z" == source.store.events[graceid].created


def _coinc() -> bytes:
    return samples.coinc_xml("1456421533.123456")


def test_numbers_go_on_after_the_highest(source: FakeGraceDb, tmp_path: Path) -> None:
    fetch(S, source, tmp_path / "a", related=True)
    load(S, tmp_path / "loaded", archive=tmp_path / "a")
    with FakeGraceDb(store=tmp_path / "loaded", waits="skip") as client:
        made = client.create_event("CBC", "gstlal", "c.xml", filecontents=_coinc()).json()
        assert made["graceid"] == "G0006"
        t_0 = client.superevent(S).json()["t_0"]
        second = client.create_superevent(t_0, t_0, t_0, "G0006", category="production").json()
        assert second["superevent_id"] == "S260301b"
        log = client.write_log(S, "and on", "p_astro.json", b"{}").json()
        assert log["N"] == len(source.logs(S).json()["log"]) + 1
        assert log["file_version"] == 1


def test_numbers_of_events_that_did_not_come_are_not_given_again(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    fetch(S, source, tmp_path / "a")
    loaded = load(S, tmp_path / "loaded", archive=tmp_path / "a")
    assert loaded.absent == (f"{S}: its event {E} is not in the archive",)
    with FakeGraceDb(store=tmp_path / "loaded", waits="skip") as client:
        assert client.superevent(S).json() == source.superevent(S).json()
        made = client.create_event("CBC", "gstlal", "c.xml", filecontents=_coinc()).json()
        assert made["graceid"] == "G0006"
    assert not Store(tmp_path / "loaded").check()


# Twice, and what is in the way


def test_loading_twice_is_refused_unless_it_is_to_replace(
    furnished: FakeGraceDb, tmp_path: Path
) -> None:
    fetch(S, furnished, tmp_path / "a", related=True)
    store = Store(tmp_path / "loaded")
    load(S, store, archive=tmp_path / "a")
    before = store.info()
    with pytest.raises(StoreError, match=r"S260301a is in the store already: --replace"):
        load(S, store, archive=tmp_path / "a")
    assert store.info() == before
    with FakeGraceDb(store=store, waits="skip") as client:
        client.write_log(S, "later", "later.txt", b"x")
        client.write_log(G, "changed", "em_bright.json", b"other bytes")
        client.write_label(G, "INJ")
        loaded = load(S, store, archive=tmp_path / "a", replace=True)
        assert set(loaded.replaced) == {S, G, E}
        assert not store.check()
        (copy,) = fetch(S, client, tmp_path / "b", related=True)
    assert same_archive(Archive(tmp_path / "a")[S], copy.archived)
    assert not Path(store.path, "superevents", S, "later.txt,0").exists()
    # and from nothing but the folder
    assert not Store(store.copy(tmp_path / "copied").path).check()
    assert store.reindex() == 0


def test_files_that_differ_from_those_they_replace_lie_beside_them_until_it_has_happened(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    source.write_log(G, "n", "note.txt", b"first")
    fetch(G, source, tmp_path / "a")
    source.write_log(G, "n", "note.txt", b"third")
    store = Store(source.store.copy(tmp_path / "other").path)
    with store.transaction("test") as tx:  # another server's file of the same name and version
        tx.clear(f"events/{G}")
        tx.write_file(f"events/{G}", "note.txt", b"other")
    fetch(G, source, tmp_path / "a", refresh=True)
    load(G, store, archive=tmp_path / "a", replace=True)
    assert not store.check()
    with FakeGraceDb(store=store, waits="skip") as client:
        assert client.files(G, "note.txt,0").read() == b"first"
        assert client.files(G, "note.txt").read() == b"third"


def test_one_that_was_confirmed_meanwhile_is_replaced(source: FakeGraceDb, tmp_path: Path) -> None:
    source.clock = "2026-03-04 12:00:00"
    graceid = source.create_event("CBC", "gstlal", "c.xml", filecontents=_coinc()).json()["graceid"]
    made = source.create_superevent(1456500000, 1456500001, 1456500002, graceid)
    name = made.json()["superevent_id"]
    fetch(name, source, tmp_path / "a")
    source.confirm_superevent_as_gw(name)
    load(name, source.store, archive=tmp_path / "a", replace=True)
    assert source.superevent(name).json()["gw_id"] is None
    assert not source.store.check()


def test_what_only_the_public_knew_is_replaced_by_the_whole(
    furnished: FakeGraceDb, tmp_path: Path
) -> None:
    fetch(S, furnished.as_user(None), tmp_path / "public")
    fetch(S, furnished, tmp_path / "whole", related=True)
    store = Store(tmp_path / "loaded")
    load(S, store, archive=tmp_path / "public")
    assert store.superevents[S].partial
    load(S, store, archive=tmp_path / "whole", replace=True)
    assert not store.superevents[S].partial
    assert not store.check()


def test_a_partial_superevent_can_be_worked_with(source: FakeGraceDb, tmp_path: Path) -> None:
    """A member that is not in the archive is no reason for a failure of the fake."""
    source.clock = "2026-03-04 12:00:00"
    event, grb = (
        source.create_event(group, pipeline, "f.xml", filecontents=content).json()["graceid"]
        for group, pipeline, content in (
            ("CBC", "gstlal", _coinc()),
            ("External", "Fermi", samples.voevent("1456500002.5", pipeline="Fermi")),
        )
    )
    made = source.create_superevent(1456500000, 1456500001, 1456500002, event, events=[grb])
    name = made.json()["superevent_id"]
    fetch(name, source, tmp_path / "a")
    store = Store(tmp_path / "loaded")
    load(name, store, archive=tmp_path / "a")
    with FakeGraceDb(store=store, waits="skip") as client:
        client.confirm_superevent_as_gw(name)
        client.write_log(name, "still here")
        assert client.event(event).json()["superevent"].startswith("GW")
        assert [one["superevent_id"] for one in client.superevents(f"GW{name[1:-1]}A")] == [name]
    assert not store.check()


@pytest.mark.parametrize("what", ["number", "event", "gw_id", "superevent"])
def test_an_id_that_something_else_has_is_an_error_and_nothing_changes(
    source: FakeGraceDb, tmp_path: Path, what: str
) -> None:
    fetch(S, source, tmp_path / "a", related=True)
    store = Store(tmp_path / "other")
    with FakeGraceDb(store=store, waits="skip", clock="2026-03-01 20:00:00") as client:
        group = "Test" if what == "number" else "CBC"
        client.create_event(group, "pycbc", "c.xml", filecontents=_coinc())
        if what == "superevent":
            t_0 = source.superevent(S).json()["t_0"]
            client.create_superevent(t_0, t_0, t_0, G, category="production")
        elif what == "gw_id":
            store.reset()
            with store.transaction("test") as tx:
                tx.take_number(100)
            new = client.create_event("CBC", "pycbc", "c.xml", filecontents=_coinc()).json()
            made = client.create_superevent(1, 1, 1, new["graceid"], category="production")
            client.confirm_superevent_as_gw(made.json()["superevent_id"], "GW260301A")
    before, journal = store.info(), Path(store.path, "journal.jsonl").read_bytes()
    said = {
        "number": "G0001 cannot be loaded: T0001 has its number",
        "event": "G0001 cannot be loaded: the store has another G0001, of pycbc",
        "superevent": "S260301a cannot be loaded: the store has another S260301a",
        "gw_id": r"S260301a cannot be loaded: S\w+ has its id GW260301A",
    }
    for replace in (False, True):
        with pytest.raises(StoreError, match=said[what]):
            load(S, store, archive=tmp_path / "a", replace=replace)
    assert store.info() == before
    assert Path(store.path, "journal.jsonl").read_bytes() == journal
    assert not store.check()


def test_a_damaged_archive_changes_nothing(source: FakeGraceDb, tmp_path: Path) -> None:
    (fetched,) = fetch(S, source, tmp_path / "a")
    folder = fetched.archived.events[0].folder
    (folder / "em_bright.json,0").write_bytes(b"{}")
    store = Store(tmp_path / "loaded")
    with pytest.raises(ArchiveError, match=r"em_bright.json,0 has 2 bytes instead of"):
        load(S, store, archive=tmp_path / "a")
    assert not store.exists()
    manifest = json.loads((folder / "archive.json").read_text())
    del manifest["answers"]["object"]["pipeline"]
    (folder / "archive.json").write_text(json.dumps(manifest))
    with pytest.raises(ArchiveError, match="the archive is damaged"):
        load(S, store, archive=tmp_path / "a")
    assert not store.exists()
