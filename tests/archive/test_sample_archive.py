"""The archive among the sample data: one of everything, and a store that is seeded from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from archive_scenes import same_archive

import fakegracedb
from fakegracedb import FakeGraceDb, Store
from fakegracedb.archive import Archive, fetch, load, seed_from
from fakegracedb.archive.listing import problems

FOLDER = Path(__file__).parents[2] / "fixtures" / "archive"
S = "S260302a"


def test_it_has_one_of_every_kind_of_object() -> None:
    archive = Archive(FOLDER)
    assert list(archive) == [S]
    assert not problems(archive)
    superevent = archive.superevent(S)
    for name in (
        *("logs", "labels", "voevents", "emobservations", "signoffs", "permissions", "notices"),
        "events",
    ):
        assert superevent.rows(name), name
    assert {event.object["group"] for event in superevent.events} == {"CBC", "Burst", "External"}
    for name in ("logs", "labels", "voevents", "emobservations", "embb", "tags"):
        assert superevent.events[1].rows(name), name
    comments = " ".join(log["comment"] for log in superevent.logs)
    for said in (
        *("Removed label: DQV", "Tagged message", "Updated superevent parameters: "),
        *("Added event", "preferred_event", "Exposed to", "em_type", "t_0: 145650"),
    ):
        assert said in comments, said
    assert {file.version for file in superevent.files} == {0, 1}
    assert not superevent.unreadable
    assert all(event.uploads for event in superevent.events)


@pytest.mark.parametrize("way", ["id", "folder", "archive", "object", "method"])
def test_a_store_is_seeded_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    store = Store(tmp_path / "store")
    if way == "id":
        monkeypatch.setenv("FAKEGRACEDB_ARCHIVE", str(FOLDER))
        seed_from(S, store)
    elif way == "method":
        assert store.load(S, archive=FOLDER).ids[0] == S
    else:
        archive = Archive(FOLDER)
        seed_from({"folder": FOLDER / S, "archive": archive, "object": archive[S]}[way], store)
    assert not store.check()
    with FakeGraceDb(store=store, waits="skip") as client:
        (copy,) = fetch(S, client, tmp_path / "a", related=True)
    assert same_archive(copy.archived, _with_version(Archive(FOLDER)[S], copy.archived.client))


def _with_version(archived: object, client: str) -> object:
    """Give an archived object as if this version of the client had fetched it."""
    from dataclasses import replace

    events = tuple(_with_version(event, client) for event in getattr(archived, "events", ()))
    more = {"events": events} if events else {}
    return replace(archived, client=client, **more)  # type: ignore[type-var]


def test_the_names_are_at_the_top_of_the_package() -> None:
    assert fakegracedb.fetch is fetch
    assert fakegracedb.load is load
