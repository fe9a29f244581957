"""Fetching from a server over HTTP, and what goes wrong on the wire."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from archive_scenes import same_archive

from fakegracedb import FakeGraceDb, Server, Store
from fakegracedb.archive import Archive, fetch, fetch_range, load
from fakegracedb.archive.listing import problems
from fakegracedb.errors import ArchiveError

S, G = "S260301a", "G0001"
FILE = "files/em_bright.json"


@pytest.fixture
def served(furnished: FakeGraceDb) -> Iterator[str]:
    with Server(furnished.store) as server:
        yield server.url


class Pauses(list[float]):
    """The pauses that were asked for, none of which was made."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def sourced(archived: Any) -> Any:
    """Give an archived object as if it had come from the fake in process."""
    events = getattr(archived, "events", None)
    same = replace(archived, source="fake")
    return same if events is None else replace(same, events=tuple(map(sourced, events)))


@pytest.mark.parametrize("mode", ["full", "pipeline"])
def test_what_comes_over_http_is_what_comes_in_process(
    furnished: FakeGraceDb, served: str, tmp_path: Path, mode: Any
) -> None:
    with FakeGraceDb(served, store=furnished.store, waits="skip") as client:
        (near,) = fetch(S, client, tmp_path / "near", related=True, mode=mode)
    (far,) = fetch(S, served, tmp_path / "far", related=True, mode=mode)
    assert far.archived.source == served
    assert same_archive(sourced(far.archived), sourced(near.archived))
    assert not problems(Archive(tmp_path / "far"))
    if mode == "full":
        assert {file.size for file in far.archived.files} >= {1, 70000}
        found = fetch_range(1456419600, 1456419700, served)
        assert [one["superevent_id"] for one in found] == [S]


def test_fetched_loaded_and_served_again_it_is_the_same(served: str, tmp_path: Path) -> None:
    (first,) = fetch(S, served, tmp_path / "a", related=True)
    with Server(tmp_path / "loaded") as server:  # which runs while it is filled
        load(S, tmp_path / "loaded", archive=tmp_path / "a")
        (again,) = fetch(S, server.url, tmp_path / "b", related=True)
    assert first.archived.url == served
    assert again.archived.url == server_url(again)
    moved = moved_to(first.archived, again.archived.url)
    assert same_archive(moved, moved_to(again.archived, again.archived.url))
    assert not Store(tmp_path / "loaded").check()


def server_url(found: Any) -> str:
    url: str = found.archived.object["links"]["self"]
    return url[: url.index("/api/") + len("/api/")]


def moved_to(archived: Any, url: str) -> Any:
    """Give an archived object as another server would have answered."""

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: moved(one) for key, one in value.items()}
        if isinstance(value, list):
            return [moved(one) for one in value]
        return value.replace(archived.url, url) if isinstance(value, str) else value

    same = replace(archived, url=url, source=url, answers=moved(dict(archived.answers)))
    if hasattr(archived, "events"):
        return replace(same, events=tuple(moved_to(one, url) for one in archived.events))
    return same


# Trouble

PASSING: dict[str, tuple[dict[str, Any], float | None]] = {
    "503 with Retry-After": ({"status": 503, "retry_after": 3}, 3),
    "429": ({"status": 429, "retry_after": 7}, 7),
    "500": ({"status": 500}, None),
    "a dropped connection": ({"drop": True}, None),
    "an answer cut short": ({"truncate": 10}, None),
    "a slow answer": ({"delay": 2.0}, None),
}
PATIENCE = {"a slow answer": 0.5}  # s; of others none is needed
PLACES = {"an answer": "logs/", "a member": f"events/{G}", "a file": FILE}


@pytest.mark.parametrize("trouble", PASSING)
@pytest.mark.parametrize("place", PLACES)
def test_trouble_that_passes_is_waited_for(
    source: FakeGraceDb, tmp_path: Path, place: str, trouble: str
) -> None:
    fault, said = PASSING[trouble]
    source.faults.add(path=PLACES[place], times=1, **fault)
    pauses = Pauses()
    with Server(source.store) as server:
        (found,) = fetch(
            S, server.url, tmp_path / "a", pause=pauses, timeout=PATIENCE.get(trouble, 60)
        )
        assert not len(source.faults), "the trouble never came"
        if trouble in PATIENCE:  # where the machine is busy, other answers are slow too
            assert 0.5 in pauses
        else:
            assert pauses == [0.5 if said is None else said]
        with FakeGraceDb(server.url, store=source.store, waits="skip") as client:
            (expected,) = fetch(S, client, tmp_path / "b")
    assert same_archive(sourced(found.archived), sourced(expected.archived))
    assert not problems(Archive(tmp_path / "a"))


@pytest.mark.parametrize("trouble", PASSING)
def test_trouble_that_stays_is_told_and_the_old_copy_stays(
    source: FakeGraceDb, tmp_path: Path, trouble: str
) -> None:
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    with Server(source.store) as server:
        (expected,) = fetch(S, server.url, tmp_path / "a")
        source.write_log(S, "new")
        source.faults.add(path=FILE, times=None, **PASSING[trouble][0])
        pauses = Pauses()
        timeout = PATIENCE.get(trouble, 60)
        with pytest.raises((RequestException, HTTPError, ArchiveError)):
            fetch(S, server.url, tmp_path / "a", refresh=True, pause=pauses, timeout=timeout)
        assert len(pauses) == 5 or (trouble in PATIENCE and len(pauses) > 5)
        assert same_archive(expected.archived, Archive(tmp_path / "a")[S])
        source.faults.clear()
        (found,) = fetch(S, server.url, tmp_path / "a", refresh=True)
    assert found.archived.logs[-1]["comment"] == "new"
    assert not problems(Archive(tmp_path / "a"))


def test_a_server_that_goes_away_is_told_and_the_rest_comes_later(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    source.faults.add(path=FILE, delay=5, times=1)
    with Server(source.store) as server:
        port = server.port
        ending = threading.Thread(target=lambda: (wait_for(source, FILE), server.stop()))
        ending.start()
        with pytest.raises(Exception, match=f"port={port}|aborted|reset|incomplete|refused"):
            fetch(S, server.url, tmp_path / "a", pause=Pauses(), timeout=5)
        ending.join()
    archive = Archive(tmp_path / "a")
    assert S not in archive
    assert archive.place.unfinished() == [S]
    with Server(source.store, port=port) as server:
        (found,) = fetch(S, server.url, tmp_path / "a")
    assert found.new
    assert not problems(archive)
    assert not archive.place.unfinished()


def wait_for(client: FakeGraceDb, path: str) -> None:
    """Wait until somebody is being answered for a path."""
    end = time.monotonic() + 10
    while len(client.faults) and time.monotonic() < end:
        time.sleep(0.01)
