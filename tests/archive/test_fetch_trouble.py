"""Fetching in trouble: asked again, or told; never a damaged archive."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from archive_scenes import same_archive
from patience import ending

from fakegracedb import FakeGraceDb
from fakegracedb.archive import Archive, fetch, fetch_range
from fakegracedb.archive.listing import problems
from fakegracedb.errors import ArchiveError

S, G = "S260301a", "G0001"

PASSING: dict[str, dict[str, Any]] = {
    "503 with Retry-After": {"status": 503, "retry_after": 3, "times": 8},
    "503 of maintenance": {"status": 503, "times": 2},
    "429": {"status": 429, "times": 2},
    "429 with Retry-After": {"status": 429, "retry_after": 7, "times": 8},
    "500": {"status": 500, "times": 3},
    "a dropped connection": {"drop": True, "times": 9},
    "an answer cut short": {"truncate": 10, "times": 3},
    "a slow answer": {"delay": 100, "times": 2},
    "another body": {"body": b"<html>please wait</html>", "times": 2},
}
PLACES = {"an answer": "logs/", "a member": f"events/{G}", "a file": "files/em_bright.json"}


class Pauses(list[float]):
    """The pauses that were asked for, none of which was made."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.mark.parametrize("trouble", PASSING)
@pytest.mark.parametrize("place", PLACES)
def test_trouble_that_passes_is_waited_for(
    source: FakeGraceDb, tmp_path: Path, trouble: str, place: str
) -> None:
    if trouble == "another body" and place == "a file":
        pytest.skip("nobody can tell that a file is another one")
    (expected,) = fetch(S, source, tmp_path / "a")
    source.faults.add(path=PLACES[place], **PASSING[trouble])
    pauses = Pauses()
    (found,) = fetch(S, source, tmp_path / "b", pause=pauses, timeout=5)
    assert not len(source.faults)
    assert same_archive(expected.archived, found.archived)
    assert not problems(Archive(tmp_path / "b"))
    if trouble == "500":
        assert pauses == [0.5, 1, 2]


@pytest.mark.parametrize("trouble", ["500", "a slow answer", "another body"])
def test_the_root_of_the_api_is_waited_for_too(
    source: FakeGraceDb, tmp_path: Path, trouble: str
) -> None:
    source.faults.add(**PASSING[trouble])  # which is asked for first
    fetch(S, source, tmp_path / "a", pause=Pauses(), timeout=5)
    assert not len(source.faults)
    source.faults.add(path="superevents/", **PASSING[trouble])
    found = fetch_range(1, 2e9, source, pause=Pauses(), timeout=5)
    assert [one["superevent_id"] for one in found] == [S]
    assert not len(source.faults)


def test_nothing_is_waited_for_without_end(source: FakeGraceDb, tmp_path: Path) -> None:
    for path, ask in (
        ("", lambda client: fetch(S, client, tmp_path / "a", timeout=5, pause=Pauses())),
        ("superevents/", lambda client: fetch_range(1, 2, client, timeout=5, pause=Pauses())),
    ):
        source.faults.add(path=path, delay=6, times=None)  # and of no path is the root
        with (
            FakeGraceDb(store=source.store, waits="skip") as client,
            pytest.raises(requests.exceptions.ConnectionError, match="Read timed out"),
        ):
            ask(client)
        source.faults.clear()


def test_the_server_says_how_long_to_wait(source: FakeGraceDb, tmp_path: Path) -> None:
    """Where the client does not ask again by itself, as on plain HTTP."""
    with FakeGraceDb("http://127.0.0.1/api/", store=source.store, waits="skip") as client:
        for status in (429, 503):
            source.faults.add(status=status, path="logs/", retry_after=7, times=2)
            pauses = Pauses()
            fetch(S, client, tmp_path / "a", refresh=True, pause=pauses)
            assert pauses == [7, 7]


@pytest.mark.parametrize("trouble", PASSING)
def test_trouble_that_does_not_pass_is_told_and_the_old_copy_stays(
    source: FakeGraceDb, tmp_path: Path, trouble: str
) -> None:
    if trouble == "another body":
        return
    (expected,) = fetch(S, source, tmp_path / "a")
    source.write_log(S, "new")
    source.faults.add(path=PLACES["a file"], **{**PASSING[trouble], "times": None})
    with pytest.raises((requests.exceptions.RequestException, ArchiveError, Exception)) as told:
        fetch(S, source, tmp_path / "a", refresh=True, pause=Pauses(), timeout=5)
    assert not isinstance(told.value, AssertionError | TypeError | KeyError)
    assert same_archive(expected.archived, Archive(tmp_path / "a")[S])
    assert not problems(Archive(tmp_path / "a"))


def test_a_refusal_of_another_kind_is_raised_unchanged(source: FakeGraceDb, tmp_path: Path) -> None:
    from ligo.gracedb.exceptions import HTTPError

    source.faults.add(status=418, path="labels/", times=None)
    with pytest.raises(HTTPError) as told:
        fetch(S, source, tmp_path / "a", pause=Pauses())
    assert told.value.response.status_code == 418


def test_a_length_that_is_not_that_of_the_file_is_noticed(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    """A server, or what stands before it, may announce another length than it sends."""
    real, left = source.get_file, [2]

    def get_file(url: str, **options: Any) -> Any:
        raw = real(url, **options)
        if "em_bright" in url and left[0]:
            left[0] -= 1
            raw.headers["Content-Length"] = "3"
        return raw

    source.get_file = get_file  # type: ignore[method-assign]
    pauses = Pauses()
    (found,) = fetch(G, source, tmp_path / "a", pause=pauses)
    assert len(pauses) == 2
    assert json.loads(found.archived.read("em_bright.json"))
    left[0] = 99
    with pytest.raises(ArchiveError, match="the answer is damaged, 6 times in a row"):
        fetch(G, source, tmp_path / "a", refresh=True, pause=pauses)


# Interrupted


def files_asked(client: FakeGraceDb) -> list[str]:
    return [call.path for call in client.calls if "/files/" in call.path and "," in call.path]


def test_an_interrupted_fetch_goes_on_where_it_was(source: FakeGraceDb, tmp_path: Path) -> None:
    (expected,) = fetch(S, source, tmp_path / "a")
    before = len(files_asked(source))
    source.faults.add(status=418, path="files/bayestar", times=1)
    with pytest.raises(Exception, match="418"):
        fetch(S, source, tmp_path / "b", workers=1)
    archive = Archive(tmp_path / "b")
    assert S not in archive
    assert archive.place.unfinished() == [S]
    kept = sorted(path.name for path in (tmp_path / "b" / f".{S}.part" / G).iterdir())
    assert "coinc.xml,0" in kept
    (tmp_path / "b" / f".{S}.part" / G / "coinc.xml,0").write_bytes(b"altered since")
    first = files_asked(source)[before:]
    (found,) = fetch(S, source, tmp_path / "b", workers=1)
    second = files_asked(source)[before + len(first) :]
    assert same_archive(expected.archived, found.archived)
    assert not problems(archive)
    again = {path.rpartition("/")[2] for path in first[:-1] if path in second}
    assert again - {"bayestar.multiorder.fits,0"} == {"coinc.xml,0"}
    assert not archive.place.unfinished()


def test_without_resume_nothing_is_left_and_nothing_is_taken_over(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    source.faults.add(status=418, path="files/gstlal-allsky.xml", times=1)
    with pytest.raises(Exception, match="418"):
        fetch(S, source, tmp_path / "a", resume=False)
    assert [path.name for path in (tmp_path / "a").iterdir()] == [".locks"]


def test_of_what_is_not_there_nothing_is_left(source: FakeGraceDb, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="S260399z is not there: the server answers 404"):
        fetch("S260399z", source, tmp_path / "a")
    assert Archive(tmp_path / "a").place.unfinished() == []


def test_what_another_object_of_that_id_has_left_is_not_taken_over(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    """As when a test server was set back between the two fetches."""
    source.faults.add(status=418, path="files/p_astro.json", times=1)
    with pytest.raises(Exception, match="418"):
        fetch(S, source, tmp_path / "a", workers=1)
    other = FakeGraceDb(store=tmp_path / "other", waits="skip", clock="2026-03-01 12:00:00")
    with other:
        graceid = other.create_event("CBC", "gstlal", "c.xml", filecontents=b"<LIGO_LW/>")
        assert graceid.json()["graceid"] == G
        other.write_log(G, "n", "em_bright.json", b"another")
        other.create_superevent(1456419600, 1456419600, 1456419600, G, category="production")
        (found,) = fetch(S, other, tmp_path / "a")
    assert found.archived.events[0].read("em_bright.json") == b"another"


@pytest.mark.parametrize("outcome", ["complete", "given up", "complete, to be fetched anew"])
def test_what_another_is_fetching_is_waited_for(
    source: FakeGraceDb, tmp_path: Path, outcome: str
) -> None:
    (ready,) = fetch(S, source, tmp_path / "b")
    archive = Archive(tmp_path / "a")
    other = ExitStack()
    folder = other.enter_context(archive.writing(S))
    pauses, told = Pauses(), []

    def pause(seconds: float) -> None:
        pauses(seconds)
        if len(pauses) < 3:
            return
        with contextlib.suppress(InterruptedError), other:
            if outcome == "given up":
                raise InterruptedError
            shutil.copytree(tmp_path / "b" / S, folder, dirs_exist_ok=True)

    (found,) = fetch(
        S,
        source,
        archive,
        pause=pause,
        trouble=lambda error, seconds: told.append((str(error), seconds)),
        refresh=outcome.endswith("anew"),
    )
    assert found.new == (outcome != "complete")
    assert same_archive(ready.archived, found.archived)
    assert not problems(archive)
    assert pauses == [0.5] * 3
    assert told == [(f"{archive.place.path / S} is being written by another program", 0.5)]


def test_ctrl_c_leaves_the_old_copy_and_no_thread(source: FakeGraceDb, tmp_path: Path) -> None:
    (expected,) = fetch(S, source, tmp_path / "a")

    def interrupted(id_: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    before = set(threading.enumerate())  # of which others may end meanwhile
    with pytest.raises(KeyboardInterrupt):
        fetch(S, source, tmp_path / "a", refresh=True, progress=interrupted)
    assert set(threading.enumerate()) <= before
    assert same_archive(expected.archived, Archive(tmp_path / "a")[S])


def test_progress_counts_every_file(source: FakeGraceDb, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    (found,) = fetch(S, source, tmp_path / "a", progress=lambda *one: told.append(one))
    files = sum(len(one.files) for one in (found.archived, *found.archived.events))
    assert sorted(told) == [(S, done, files) for done in range(1, files + 1)]


_FETCHING = """
import sys
from fakegracedb import FakeGraceDb
from fakegracedb.archive import fetch

with FakeGraceDb(store=sys.argv[1]) as client:
    print("ready", flush=True)
    while True:
        fetch("S260301a", client, sys.argv[2], refresh=True)
"""


def test_a_program_killed_at_any_moment_leaves_a_whole_copy(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    place = tmp_path / "a"
    (expected,) = fetch(S, source, place)
    for number in range(3):
        arguments = [sys.executable, "-c", _FETCHING, str(source.store.path), str(place)]
        with ending(subprocess.Popen(arguments, stdout=subprocess.PIPE)) as program:
            assert program.stdout is not None
            program.stdout.readline()
            time.sleep(0.3 + 0.13 * number)
        archive = Archive(place)
        assert list(archive) == [S]
        assert not problems(archive)
        assert same_archive(expected.archived, archive[S])
    (again,) = fetch(S, source, place, refresh=True)
    assert same_archive(expected.archived, again.archived)
    assert sorted(path.name for path in place.iterdir()) == [".locks", S]
