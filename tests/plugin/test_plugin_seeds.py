"""Seeds: loaded once a session, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakegracedb import FakeGraceDb

FIXTURES = Path(__file__).parents[2] / "fixtures"
STORE, ARCHIVE = FIXTURES / "store", FIXTURES / "archive"

COUNTED = """
def counted(client):
    with open("loads.txt", "a") as file:
        file.write("x")
    seed(client)

@pytest.mark.gracedb(seed=counted)
@pytest.mark.parametrize("number", range(6))
def test_it(gracedb, number):
    assert gracedb.files("T0001", "note.txt").read() == b"text"
    assert create(gracedb) == "T0002"
"""


def test_function_is_called_once_a_session(suite, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    suite(COUNTED).assert_outcomes(passed=6)
    assert (pytester.path / "loads.txt").read_text() == "x"


def test_functions_that_depend_on_more_than_their_text_are_told_apart(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
from functools import partial

def events(number):
    def seed(client):
        for _ in range(number):
            create(client)
    return seed

def several(client, number=1):
    for _ in range(number):
        create(client)

@pytest.mark.parametrize(("make", "number"), [
    (events(1), 1), (events(2), 2),
    (partial(several, number=3), 3), (partial(several, number=4), 4), (several, 1),
    (lambda client: create(client), 1), (lambda client: None, 0),
])
def test_it(gracedb_factory, make, number):
    assert len(gracedb_factory(seed=make).store.events) == number
""").assert_outcomes(passed=7)


COPIED = """
{markers}
@pytest.mark.parametrize("again", range(2))
def test_it(gracedb, again, {argument}):
    assert create(gracedb) == "T0002"
    # even a test that writes into files by itself does the original no harm
    (path,) = gracedb.store.path.glob("events/T0001/a.xml,0")
    path.write_text("ruined")
"""


def _kept(folder: Path) -> None:
    with FakeGraceDb(store=folder / "data" / "kept") as client:
        client.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>")


def _is_unharmed(folder: Path) -> bool:
    with FakeGraceDb(store=folder / "data" / "kept") as client:
        unharmed: bool = client.files("T0001", "a.xml").read() == b"<LIGO_LW/>"
        return unharmed and list(client.store.events) == ["T0001"]


def test_folder_with_a_store_is_copied(suite, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    _kept(pytester.path)
    markers = """
@pytest.mark.parametrize("how", [
    pytest.param(how, marks=pytest.mark.gracedb(seed=seed))
    for how, seed in {
        "path": Path(__file__).parent / "data" / "kept",
        "text": str(Path("data/kept").absolute()),
        "store": __import__("fakegracedb").Store("data/kept"),
        "beside": "data/kept",
    }.items()
])"""
    result = suite(COPIED.format(markers=markers, argument="how"))
    result.assert_outcomes(passed=8)
    assert _is_unharmed(pytester.path)


@pytest.mark.parametrize("option", ["--gracedb-seed=data/kept", "-ogracedb_seed=data/kept"])
def test_folder_is_named_by_option_or_ini(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
    option: str,
) -> None:
    _kept(pytester.path)
    suite(COPIED.format(markers="", argument="tmp_path"), option).assert_outcomes(passed=2)
    assert _is_unharmed(pytester.path)


def test_small_store_of_the_fixtures_can_be_a_seed(suite) -> None:  # type: ignore[no-untyped-def]
    suite(f"""
@pytest.mark.gracedb(seed={str(STORE)!r})
def test_it(gracedb):
    assert [s["superevent_id"] for s in EARLY.superevents("")]
    assert gracedb.store.check() == []
""").assert_outcomes(passed=1)


def test_function_can_be_named(suite, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    suite(
        "def test_it(gracedb): assert create(gracedb) == 'T0002'", "--gracedb-seed=test_it:seed"
    ).assert_outcomes(passed=1)


ARCHIVED = f"""
import json
from fakegracedb import archive

ARCHIVE = Path({str(ARCHIVE)!r})
KEPT = archive.Archive(ARCHIVE)
SAVED = Path(__file__).parent / "saved.json"
SAVED.write_text(json.dumps(KEPT["S260302a"].object))
"""


def test_archives_their_objects_and_ids_in_the_archive_folder_are_seeds(
    suite,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAKEGRACEDB_ARCHIVE", str(ARCHIVE))
    suite(
        ARCHIVED
        + """
def superevent(client):
    return client.superevent("S260302a").json()

@pytest.mark.parametrize("how", [
    pytest.param(how, marks=pytest.mark.gracedb(seed=seed)) for how, seed in {
        "archive": KEPT, "folder": ARCHIVE, "url": f"file://{ARCHIVE}",
        "object": KEPT["S260302a"], "object's folder": ARCHIVE / "S260302a", "id": "S260302a",
        "again": "S260302a",
    }.items()
])
def test_superevent(gracedb, how):
    assert superevent(EARLY)["created"] == KEPT["S260302a"].object["created"]
    assert superevent(EARLY)["gw_events"] == KEPT["S260302a"].object["gw_events"]
    assert EARLY.files("S260302a", "em_bright.json,0").read()
    EARLY.write_label("S260302a", "DQV")
    assert create(EARLY) == "T0004"  # numbers go on
    assert gracedb.store.check() == []

@pytest.mark.parametrize("how", [
    pytest.param(how, marks=pytest.mark.gracedb(seed=seed)) for how, seed in {
        "id": "G0002", "object": KEPT["G0002"], "folder": ARCHIVE / "S260302a" / "G0002",
    }.items()
])
def test_event_alone(gracedb, how):
    assert [event["graceid"] for event in EARLY.events()] == ["G0002"]

@pytest.mark.gracedb(seed="saved.json")
def test_saved_answer_beside_the_test(gracedb):
    assert superevent(EARLY)["t_0"] == KEPT["S260302a"].object["t_0"]

@pytest.mark.gracedb(seed="S260302a")
def test_in_the_fake_file_system(fs, gracedb):
    assert EARLY.files("S260302a", "em_bright.json,0").read()

def test_factory(gracedb_factory, gracedb_store):
    assert superevent(gracedb_factory(seed="S260302a"))["superevent_id"] == "S260302a"
    assert not gracedb_store.exists()

@pytest.mark.gracedb(seed="S260302b")
def test_unknown(gracedb):
    pass
"""
    ).assert_outcomes(passed=13, errors=1)


@pytest.mark.parametrize("how", ["option", "ini"])
def test_archive_is_named_by_option_or_ini_and_loaded_once(
    suite,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    import fakegracedb.archive

    loads = []
    real = fakegracedb.archive.seed_from
    monkeypatch.setattr(
        fakegracedb.archive,
        "seed_from",
        lambda what, store: (loads.append(what), real(what, store))[1],
    )
    monkeypatch.setenv("FAKEGRACEDB_ARCHIVE", str(ARCHIVE))
    source = """
@pytest.mark.parametrize("again", range(3))
def test_it(gracedb, again):
    assert [one["superevent_id"] for one in EARLY.superevents("")] == ["S260302a"]
"""
    named = "--gracedb-seed=S260302a" if how == "option" else "-ogracedb_seed=S260302a"
    suite(source, named).assert_outcomes(passed=3)
    assert loads == ["S260302a"]


def test_seed_that_fails_tells_every_test_and_is_tried_once(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
) -> None:
    result = suite("""
def broken(client):
    with open("loads.txt", "a") as file:
        file.write("x")
    client.event("T0001")

@pytest.mark.gracedb(seed=broken)
@pytest.mark.parametrize("number", range(3))
def test_it(gracedb, number):
    pass
""")
    result.assert_outcomes(errors=3)
    assert (pytester.path / "loads.txt").read_text() == "x"
