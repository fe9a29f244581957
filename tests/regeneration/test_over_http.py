"""Creating again, replaying and validating on a server over HTTP, and fetching from one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from eventful import archived_superevent, superevent

from fakegracedb import FakeGraceDb, Server, Store
from fakegracedb.archive import Archive, ArchivedSuperevent
from fakegracedb.regeneration import regenerate
from fakegracedb.regeneration.cycles import cycle
from fakegracedb.regeneration.targets import open_target
from fakegracedb.regeneration.validation import validate


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ArchivedSuperevent:
    folder = tmp_path_factory.mktemp("source")
    with FakeGraceDb(store=folder / "store") as client:
        return archived_superevent(client, superevent(client), folder / "archive")


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "target") as server:
        yield server


@pytest.mark.parametrize("mode", ["pipeline", "history"])
def test_everything_is_made_as_it_is_in_a_store(
    source: ArchivedSuperevent, target: Server, tmp_path: Path, mode: str
) -> None:
    far = regenerate(source, target.url, mode=mode, max_delay=0, shift=86400)
    near = regenerate(source, tmp_path / "near", mode=mode, shift=86400)
    assert not far.failed
    assert (far.differences, far.report.notes) == (near.differences, near.report.notes)
    assert [one.new_id for one in far.events] == [one.new_id for one in near.events]
    there = target.store
    assert not there.check()
    assert contents(there) == contents(Store(tmp_path / "near"))
    assert len(there.events) == len(source.events)
    assert len(there.superevents) == (mode == "history")


def contents(store: Store) -> dict[str, list[object]]:
    """Give the files of each event, and of superevents how many there are, as ids have dates."""
    found: dict[str, list[object]] = {}
    for graceid in store.events:
        with FakeGraceDb(store=store) as client:
            logs = client.logs(graceid).json()["log"]
            found[graceid] = [(one["N"], one["filename"], one["tag_names"]) for one in logs]
    found["superevents"] = [len(store.superevents)]
    return found


def test_voevents_are_made_on_the_other_version_of_the_servers_api(
    source: ArchivedSuperevent, target: Server
) -> None:
    """That which is usual has none any more."""
    result = regenerate(source, target.url, mode="history", max_delay=0)
    (name,) = target.store.superevents
    with FakeGraceDb(store=target.store, api_version="v1") as client:
        made = client.voevents(name).json()["voevents"]
    assert len(made) == len(source.rows("voevents")) > 0
    assert result.report.notes == []


def test_the_other_version_is_looked_for_beside_the_usual_one_only(target: Server) -> None:
    there = open_target(target.url)
    assert there.v1._versioned_service_url == f"{target.url}v1/"
    lacking = open_target(f"{target.url}v2/")
    assert lacking.v1 is None


def test_a_loop_goes_from_server_to_server(target: Server, tmp_path: Path) -> None:
    with FakeGraceDb(store=tmp_path / "source") as client:
        name = superevent(client)
        t_0 = float(client.superevent(name).json()["t_0"])
    told: list[str] = []
    with Server(tmp_path / "source") as server:
        result = cycle(
            # all of it lies ahead, and the loop is short: nobody waits
            t_0 - 0.4,
            t_0 + 0.2,
            open_target(target.url),
            source=server.url,
            archive=Archive(tmp_path / "archive"),
            cycles=3,
            tell=told.append,
            options={"max_delay": 0},
        )
    assert result.failures == {}
    assert result.cycles == 3
    assert len(target.store.events) >= 2, told
    assert not target.store.check()


def test_a_superevent_is_validated_on_a_server(source: ArchivedSuperevent, target: Server) -> None:
    regenerate(source, target.url, mode="history", max_delay=0)
    (name,) = target.store.superevents
    near = validate(FakeGraceDb(store=target.store), name)
    far = validate(open_target(target.url).client, name)
    assert far.to_json() == near.to_json()
    assert far.failures
