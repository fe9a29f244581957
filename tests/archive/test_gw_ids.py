"""Superevents by the id that they have as gravitational waves: kept under their first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from archive_scenes import same_archive

from fakegracedb import FakeGraceDb, Store, samples
from fakegracedb.archive import Archive, fetch, load
from fakegracedb.archive.names import check_ids
from fakegracedb.errors import ArchiveError
from fakegracedb.regeneration import regenerate, validate

S = "S260302a"


def superevent(client: FakeGraceDb) -> None:
    """Make a superevent, the first of its day."""
    content = samples.coinc_xml("1456500001")
    made = client.create_event("CBC", "gstlal", "c.xml", search="AllSky", filecontents=content)
    graceid = made.json()["graceid"]
    made = client.create_superevent(1456500000, 1456500001, 1456500002, graceid)
    assert made.json()["superevent_id"] == S


@pytest.fixture(params=[None, "GW150914", "GW260302_165959"])
def gw_id(request: Any, source: FakeGraceDb) -> str:
    """The second id of the superevent: chosen by the server, or by somebody."""
    superevent(source)
    link = source.superevent(S).json()["links"]["self"]
    body = None if request.param is None else {"gw_id": request.param}
    name: str = source.post(f"{link}confirm-as-gw/", json=body).json()["gw_id"]
    assert request.param in (None, name)
    return name


def test_it_is_fetched_loaded_and_found_by_either_id(
    source: FakeGraceDb, tmp_path: Path, gw_id: str
) -> None:
    archive = Archive(tmp_path / "a")
    (found,) = fetch(gw_id, source, archive)
    assert (found.new, found.archived.id) == (True, S)
    assert archive.ids() == [S]
    assert gw_id in archive
    asked = len(source.calls)
    for name in (gw_id, S):
        (again,) = fetch(name, source, archive)
        assert not again.new
        assert same_archive(again.archived, found.archived)
    assert len(source.calls) == asked
    loaded = load(gw_id, Store(tmp_path / "s"), archive=archive)
    assert loaded.ids[0] == S
    with FakeGraceDb(store=tmp_path / "s", waits="skip") as client:
        (copy,) = fetch(gw_id, client, tmp_path / "b")
        assert same_archive(copy.archived, found.archived)
        assert validate(client, gw_id).superevent_id == S
    made = regenerate(gw_id, Store(tmp_path / "t"), archive=archive, shift=86400, mode="history")
    assert made.id_map[S] == made.superevent_id


def test_a_copy_from_before_it_was_confirmed_stays_unless_refreshed(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    superevent(source)
    fetch(S, source, tmp_path / "a")
    gw_id = source.confirm_superevent_as_gw(S).json()["gw_id"]
    (found,) = fetch(gw_id, source, tmp_path / "a")
    assert (found.new, found.archived.object["gw_id"]) == (False, None)
    (found,) = fetch(gw_id, source, tmp_path / "a", refresh=True)
    assert (found.new, found.archived.object["gw_id"]) == (True, gw_id)


def test_one_that_is_not_there_is_told(source: FakeGraceDb, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="GW260302Z is not there: the server answers 404"):
        fetch("GW260302Z", source, tmp_path / "a")
    with pytest.raises(ArchiveError, match=r"no GW260302Z in the archive .* holds nothing"):
        load("GW260302Z", tmp_path / "s", archive=tmp_path / "a")


@pytest.mark.parametrize(
    "bad", ["GW", "GW1509", "gw150914", "XGW150914", "GW150914 A", "GW150914/"]
)
def test_what_only_looks_like_one_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="no id of an event"):
        check_ids([bad])
