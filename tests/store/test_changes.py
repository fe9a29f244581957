"""`Store.diff`: what changed since a mark, a commit, a snapshot, or against another store."""

from __future__ import annotations

import doctest
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb, Store, StoreError, samples
from fakegracedb.store import journal
from fakegracedb.vocabulary import DEFAULT


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FakeGraceDb]:
    with FakeGraceDb(store=tmp_path / "store", clock="2026-03-01 17:00:00") as client:
        client.create_event("CBC", "gstlal", "c.xml", filecontents=coinc(1e-9), search="AllSky")
        yield client


def coinc(far: float) -> bytes:
    return samples.coinc_xml("1456419600.125", far=far)


def play(client: FakeGraceDb) -> None:
    """Change something of everything that can be."""
    client.write_log("G0001", "Sky\nmap", "b.fits", b"12", tag_name=["sky_loc"])
    client.write_label("G0001", "DQV")
    client.write_label("G0001", "INJ")
    client.remove_label("G0001", "DQV")
    client.add_tag("G0001", 1, "mine")
    client.replace_event("G0001", "c.xml", filecontents=coinc(1e-10))
    made = client.create_superevent(1456419599, 1456419600, 1456419601, "G0001")
    name = made.json()["superevent_id"]
    client.write_label(name, "ADVREQ")
    client.create_signoff(name, "ADV", "OK", "quiet")
    client.create_event("Test", "MLy", "m.json", filecontents=samples.mly_json(far=2e-8))
    client.gwtc_create({}, "9")
    client.store.settings["user"] = "ada"
    client.store.users["ada"] = {"groups": ["internal_users"]}  # type: ignore[assignment]
    client.store.vocabulary = DEFAULT.with_group("Neutrino")


def lines(store: Store, before: Any) -> list[str]:
    return str(store.diff(before)).splitlines()


# What is told


def test_changes_are_told_object_by_object(client: FakeGraceDb) -> None:
    mark = client.store.mark()
    play(client)
    told = lines(client.store, mark)
    comments = {log["N"]: log["comment"] for log in client.logs("G0001").json()["log"]}
    expected = [
        "setting user albert.einstein@ligo.org -> ada",
        "G0001: far 1e-09 -> 1e-10",
        "G0001: extra_attributes.CoincInspiral.combined_far 1e-09 -> 1e-10",
        "G0001: superevent none -> S260301a",
        "G0001: label INJ added",
        "G0001: log 1 changed: tags none -> mine",
        "G0001: log 4 added: Sky map [b.fits,0] (sky_loc)",
        "G0001: log 6 added: Label: DQV",
        "G0001: file b.fits,0 added: 2 bytes",
        f"G0001: file c.xml,1 added: {len(coinc(1e-10))} bytes",
        "T0002: event added (Test MLy far 2e-08)",
        "S260301a: superevent added (category P, preferred G0001)",
        "S260301a: label ADVOK added",
        "S260301a: signoff ADV added: OK by albert.einstein@ligo.org",
        "user ada added",
        "tag mine added",
        "vocabulary groups changed",
        "catalog 1 added",
    ]
    assert [line for line in expected if line not in told] == []
    assert not any("DQV added" in line and "log" not in line for line in told)
    places = [line.partition(":")[0] for line in told if line[:2] in ("G0", "T0", "S2")]
    assert list(dict.fromkeys(places)) == ["G0001", "T0002", "S260301a"]
    assert sum("G0001: log " in line for line in told) == 1 + max(comments) - 3


def test_changes_are_a_sequence_and_false_without_any(client: FakeGraceDb) -> None:
    store = client.store
    mark = store.mark()
    nothing = store.diff(mark)
    assert not nothing
    assert (list(nothing), str(nothing), nothing.to_json()) == ([], "nothing changed", [])
    client.write_label("G0001", "DQV")
    found = store.diff(mark)
    assert found
    label, log = found
    assert (label.object, label.what, label.name, label.change) == (
        *("G0001", "label", "DQV"),
        "added",
    )
    assert (label.before, log.after["comment"]) == (None, "Label: DQV")
    assert list(found[1:]) == [log]
    assert json.loads(json.dumps(found.to_json()))[0]["name"] == "DQV"
    assert repr(found) == "<2 changes>"


def test_number_that_is_none_is_equal_to_itself(client: FakeGraceDb, tmp_path: Path) -> None:
    event = client.store.events["G0001"]
    odd = {"CoincInspiral": {"snr": math.nan}, "SingleInspiral": [{"snr": math.nan}]}
    with client.store.transaction() as transaction:
        transaction.put_event(replace(event, far=math.nan, extra_attributes=odd))
    other = client.store.copy(tmp_path / "other", journal=False)
    mark = client.store.mark()
    with client.store.transaction() as transaction:
        transaction.put_event(replace(event, far=math.nan, extra_attributes=odd, nevents=7))
    assert lines(client.store, mark) == lines(client.store, other) == ["G0001: nevents 2 -> 7"]


def test_long_values_are_cut_and_kept_whole_in_json(client: FakeGraceDb) -> None:
    mark = client.store.mark()
    client.write_log("G0001", "x " * 500)
    (change,) = client.store.diff(mark)
    assert len(str(change)) < 150
    assert str(change).endswith("...")
    assert change.to_json()["after"]["comment"] == "x " * 500


def test_example_in_the_docstring_is_true() -> None:
    found = doctest.DocTestFinder().find(Store.diff, globs={})
    assert [doctest.DocTestRunner().run(one) for one in found] == [(0, 2)]


# Since when


def test_every_way_to_say_when_tells_the_same(client: FakeGraceDb, tmp_path: Path) -> None:
    store = client.store
    mark, commit = store.mark(), store.info()["commits"]
    snapshot = store.snapshot(tmp_path / "snapshot")
    bare = store.snapshot(tmp_path / "bare", journal=False)
    play(client)
    told = lines(store, mark)
    assert len(told) > 30
    for before in (commit, snapshot, str(snapshot), Store(snapshot), bare):
        assert lines(store, before) == told, before


def test_beginning_is_the_empty_store(client: FakeGraceDb, tmp_path: Path) -> None:
    empty = Store(tmp_path / "other")
    empty.settings["user"] = "somebody"
    told = lines(client.store, 0)
    assert told[0].startswith('setting clock {"kind": "system"} -> {"kind": "fixed"')
    assert told[1] == "G0001: event added (CBC gstlal AllSky far 1e-09)"
    assert lines(client.store, empty)[2:] == told[1:]
    new = Store(tmp_path / "new")
    mark = new.mark()
    with FakeGraceDb(store=new) as other:
        other.create_event("Test", "gstlal", "a.xml", filecontents="?")
    assert "T0001: event added (Test gstlal)" in lines(new, mark)


def test_only_objects_that_the_journal_names_since_are_read(
    client: FakeGraceDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        client.create_event("Test", "gstlal", "a.xml", filecontents="?")
    snapshot = client.store.snapshot(tmp_path / "snapshot")
    mark = client.store.mark()
    client.write_label("T0002", "DQV")
    understood: list[int] = []
    read = journal.Commit.from_json.__func__  # type: ignore[attr-defined]

    def noted(kind: Any, data: Any) -> Any:
        understood.append(data["n"])
        return read(kind, data)

    monkeypatch.setattr(journal.Commit, "from_json", classmethod(noted))
    assert len(client.store.diff(mark)) == 2
    assert len(understood) <= 3  # the new one, and those that made and finished T0002
    store = Store(snapshot)
    monkeypatch.setattr(type(store), "__init__", None)
    assert len(client.store.diff(store)) == 2


def test_removed_object_is_told(client: FakeGraceDb, tmp_path: Path) -> None:
    other = client.store.copy(tmp_path / "other")
    with FakeGraceDb(store=other) as copy:
        copy.create_event("Test", "gstlal", "a.xml", filecontents="?")
        copy.write_label("G0001", "DQV")
    told = lines(client.store, other)
    assert "T0002: event removed (Test gstlal)" in told
    assert "T0002: file a.xml,0 removed: 1 bytes" in told
    assert "G0001: label DQV removed" in told
    assert "G0001: log 4 removed: Label: DQV" in told


def test_compacted_past_is_told_as_far_as_it_is_known(client: FakeGraceDb) -> None:
    store = client.store
    client.write_log("G0001", "before")
    store.compact()
    mark = store.mark()
    assert not store.diff(mark)
    client.add_tag("G0001", 4, "mine")
    client.write_label("G0001", "DQV")
    assert lines(store, mark) == [
        "tag mine added",
        "G0001: event changed (the journal does not tell what it was before)",
        "G0001: log 4 changed: tags none -> mine",
        "G0001: log 5 added: Tagged message 4: mine",
        "G0001: log 6 added: Label: DQV",
    ]


def test_edit_by_hand_is_told_after_reindex(client: FakeGraceDb) -> None:
    store = client.store
    mark = store.mark()
    path = store.path / "events" / "G0001" / "event.json"
    path.write_text(path.read_text().replace('"CBC"', '"Burst"'))
    assert not store.diff(mark)
    store.reindex()
    assert lines(store, mark) == ["G0001: group CBC -> Burst"]


@pytest.mark.parametrize("how", ["compact", "reset", "restore"])
def test_mark_of_a_journal_that_was_begun_anew_is_refused(
    client: FakeGraceDb, tmp_path: Path, how: str
) -> None:
    store = client.store
    snapshot = store.snapshot(tmp_path / "snapshot")
    client.write_label("G0001", "DQV")
    mark = store.mark()
    {"compact": store.compact, "reset": store.reset, "restore": lambda: store.restore(snapshot)}[
        how
    ]()
    with pytest.raises(StoreError, match=r"begun anew since commit .*: compare with a snapshot"):
        store.diff(mark)
    assert bool(store.diff(snapshot)) == (how != "restore")


@pytest.mark.parametrize("commit", [-1, 100])
def test_commit_that_there_is_not_is_refused(client: FakeGraceDb, commit: int) -> None:
    with pytest.raises(StoreError, match=f"there is no commit {commit} in .*: 3 so far|: 2 so far"):
        client.store.diff(commit)


def test_foreign_mark_and_missing_snapshot_are_refused(client: FakeGraceDb, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="that mark is one of"):
        client.store.diff(Store(tmp_path / "other").mark())
    with pytest.raises(StoreError, match="there is no store in"):
        client.store.diff(tmp_path / "nowhere")
