"""Under pytest-xdist: workers share seeds, have stores of their own, and keep those that failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakegracedb import FakeGraceDb

ARCHIVE = Path(__file__).parents[2] / "fixtures" / "archive"

SUITE = """
import fakegracedb.archive

def once(name):
    with open(name, "a") as file:
        file.write("x")

def counted(client):
    once("function.txt")
    seed(client)

real = fakegracedb.archive.seed_from

def counting(*arguments):
    once("archive.txt")
    return real(*arguments)

fakegracedb.archive.seed_from = counting

@pytest.mark.gracedb(seed=counted)
@pytest.mark.parametrize("number", range(6))
def test_function(gracedb, number, worker_id):
    once(f"{worker_id}.txt")
    assert gracedb.files("T0001", "note.txt").read() == b"text"
    assert create(EARLY) == "T0002"

@pytest.mark.gracedb(seed="S260302a")
@pytest.mark.parametrize("number", range(6))
def test_archive(gracedb, number):
    assert [one["superevent_id"] for one in EARLY.superevents("")] == ["S260302a"]

@pytest.mark.parametrize("number", range(4))
def test_failing(gracedb, number):
    assert create(EARLY) == "T0001"
    assert number % 2
"""


# one run: what takes time is the start of the workers
def test_workers_share_seeds_and_keep_stores(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAKEGRACEDB_ARCHIVE", str(ARCHIVE))
    result = suite(SUITE, "-n2", "--gracedb-keep=kept")
    result.assert_outcomes(passed=14, failed=2)
    read = {path.name: path.read_text() for path in pytester.path.glob("*.txt")}
    assert read.pop("function.txt") == read.pop("archive.txt") == "x"
    assert sorted(read) == ["gw0.txt", "gw1.txt"]
    result.stdout.fnmatch_lines(["*- fake GraceDB -*", f"store: kept in {pytester.path}/kept/*"])
    kept = sorted((pytester.path / "kept").iterdir())
    assert [path.name for path in kept] == [
        "test_it.py_test_failing_0",
        "test_it.py_test_failing_2",
    ]
    for path in kept:
        with FakeGraceDb(store=path) as client:
            assert list(client.store.events) == ["T0001"]
