"""What a failed test tells of the fake, and how its store is kept."""

from __future__ import annotations

import pytest

from fakegracedb import FakeGraceDb

SECTION = "*- fake GraceDB -*"


def test_failed_test_tells_calls_and_changes(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("""
@pytest.mark.gracedb(seed=seed, user="ada")
def test_it(gracedb):
    EARLY.write_log("T0001", "hello", "a.txt", b"text")
    gracedb.faults.add(drop=True, times=7, method="PUT")
    with pytest.raises(Exception):
        EARLY.write_label("T0001", "INJ")
    assert 0

def test_fine(gracedb):
    create(EARLY)
""")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            SECTION,
            "store: */gracedb/*-test_it; --gracedb-keep DIR keeps it",
            "calls:",
            "  GET (root): 200",
            "  POST events/T0001/log/: 201",
            "  PUT events/T0001/labels/INJ: dropped",
            "changes:",
            "  T0001: log 3 added: hello *a.txt,0*",
            "  T0001: file a.txt,0 added: 4 bytes",
        ]
    )
    assert result.stdout.str().count("fake GraceDB") == 1
    for of_the_seed in ("POST events/:", "T0001: event added", "seeded"):
        assert of_the_seed not in result.stdout.str()


def test_calls_that_nothing_answered_say_what_is_there(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("""
def test_it(gracedb):
    create(EARLY)
    base = "https://gracedb.ligo.org/api/"
    for method, path in [
        ("GET", "event/"), ("GET", "qqqqqqqqqqqqqqqqqqqq"), ("DELETE", "events/"),
        ("GET", "events/T0009/log/"), ("GET", "superevents/S1a/"), ("GET", "events/T0001/log/77"),
    ]:
        with pytest.raises(HTTPError):
            EARLY.request(method, base + path)
    assert 0
""")
    result.stdout.fnmatch_lines(
        [
            "  GET event/: 404: there is no such path; there is events/*",
            "  GET qqqqqqqqqqqqqqqqqqqq: 404: there is no such path",
            "  DELETE events/: 405: events/ takes GET, POST, HEAD, OPTIONS",
            "  GET events/T0009/log/: 404: no event T0009; there is T0001",
            "  GET superevents/S1a/: 404: no superevent S1a; there is none",
            "  GET events/T0001/log/77: 404",
        ]
    )


def test_only_the_last_of_many_calls_and_changes_are_told(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("""
def test_it(gracedb):
    for _ in range(30):
        create(EARLY)
    assert 0
""")
    text = result.stdout.str()
    assert "the last 20 of 31 calls:" in text
    assert "the first 20 of 90 changes:\n  T0001: event added (Test gstlal)" in text
    assert ("  T0007: event added" in text, "  T0008: event added" in text) == (True, False)
    assert text.count("  POST events/: 201") == 20


def test_failures_in_setup_and_without_calls_are_told(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("""
@pytest.fixture
def broken(gracedb):
    EARLY.event("T0001")

def test_setup(broken):
    pass

def test_quiet(gracedb):
    assert 0
""")
    result.assert_outcomes(errors=1, failed=1)
    result.stdout.fnmatch_lines([SECTION, "store: * (nothing was written to it)"])
    result.stdout.fnmatch_lines(["  GET events/T0001: 404: no event T0001; there is none"])
    result.stdout.fnmatch_lines(["no calls", "nothing changed"])


def test_failures_while_a_test_is_taken_down_are_told(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
) -> None:
    result = suite(
        """
@pytest.fixture
def checked(gracedb):
    yield
    assert not gracedb.store.events

def test_it(checked):
    create(EARLY)

def test_faked(fs, checked):
    create(EARLY)

def test_fine(checked):
    pass
""",
        "--gracedb-keep=kept",
    )
    result.assert_outcomes(passed=3, errors=2)
    result.stdout.fnmatch_lines([SECTION, "store: kept in *", "  POST events/: 201"])
    result.stdout.fnmatch_lines(["changes:", "  T0001: event added (Test gstlal)"])
    result.stdout.fnmatch_lines(["store: gone with the fake file system", "calls:", "  POST *201"])
    assert [len(FakeGraceDb(store=one).store.events) for one in pytester.path.glob("kept/*")] == [1]


@pytest.mark.parametrize("disk", ["", ", fs"])
def test_each_failed_subtest_tells_what_is_there_by_then(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
    disk: str,
) -> None:
    pytest.importorskip("_pytest.subtests", reason="pytest 9 brings them")
    result = suite(
        f"""
def test_it(subtests, gracedb{disk}):
    for number in range(3):
        with subtests.test(number=number):
            create(EARLY)
            assert number == 1
    with subtests.test(number="nothing new"):
        assert 0
    create(EARLY)
""",
        "--gracedb-keep=kept",
        "--capture=sys",  # with the other kind, subtests and fs do not get on
    )
    text = result.stdout.str()
    assert text.count("fake GraceDB") == 2
    assert "T0003: event added" in text
    assert len(FakeGraceDb(store=pytester.path / "kept" / "test_it.py_test_it").store.events) == 4
    assert len(list(pytester.path.glob("kept/*"))) == 1


def test_a_store_that_the_test_has_damaged_is_kept_as_it_is(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
) -> None:
    result = suite(
        """
def test_it(gracedb):
    with pytest.raises(HTTPError):
        EARLY.event("T0001")
    create(EARLY)
    (gracedb.store.path / "journal.jsonl").write_text("rubbish\\n")
    assert 0
""",
        "--gracedb-keep=kept",
    )
    result.stdout.fnmatch_lines(
        [
            SECTION,
            "store: kept in */kept/test_it.py_test_it",
            "calls:",
            "  GET events/T0001: 404*",
            "  POST events/: 201",
            "what changed cannot be told: *has a damaged line: b'rubbish'*",
        ]
    )
    kept = pytester.path / "kept" / "test_it.py_test_it"
    assert (kept / "journal.jsonl").read_text() == "rubbish\n"
    assert (kept / "events" / "T0001" / "event.json").is_file()


def test_stores_of_failed_tests_are_kept_where_that_is_wanted(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
) -> None:
    source = """
@pytest.mark.parametrize("number", range(4))
def test_it(gracedb, number, fs):
    create(EARLY)
    assert number % 2

def test_real(gracedb):
    create(EARLY)
    assert 0
"""
    for _ in range(2):  # what is there already is not touched
        result = suite(source, "--gracedb-keep=kept")
        result.assert_outcomes(failed=3, passed=2)
        result.stdout.fnmatch_lines([SECTION, f"store: kept in {pytester.path}/kept/*"])
    kept = sorted((pytester.path / "kept").iterdir())
    assert [path.name for path in kept] == [
        f"test_it.py_test_{name}{again}"
        for name in ("it_0", "it_2", "real")
        for again in ("", "-2")
    ]
    for path in kept:
        with FakeGraceDb(store=path) as client:
            assert list(client.store.events) == ["T0001"]
            assert client.store.check() == []
            assert client.files("T0001", "a.xml").read() == b"<LIGO_LW/>"


def test_store_that_is_begun_anew_does_not_hide_the_calls(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("""
@pytest.mark.gracedb(seed=seed)
def test_it(gracedb):
    create(EARLY)
    gracedb.store.reset()
    assert 0
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  POST events/: 201", "what changed cannot be told: *reset*"])


def test_damaged_store_does_not_hide_the_failure(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("""
def test_it(gracedb):
    create(EARLY)
    (gracedb.store.path / "journal.jsonl").write_text("nonsense\\n" * 9)
    raise ValueError("the real reason")
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*the real reason*", SECTION, "  POST events/: 201", "what changed cannot be told: *"]
    )


def test_what_a_fixture_of_many_tests_did_is_told_where_it_is_missed(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("""
import unittest

@pytest.fixture(scope="module")
def events():
    return create(EARLY)

@pytest.fixture(scope="module")
def nothing():
    EARLY.ping()

def test_first(gracedb, events, nothing):
    assert gracedb.event(events).status_code == 200

def test_second(gracedb, events, nothing):
    assert gracedb.event(events).status_code == 200

@pytest.mark.gracedb
class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        create(EARLY)

    def test_a(self):
        EARLY.event("T0001")

    def test_b(self):
        EARLY.event("T0001")
""")
    result.assert_outcomes(passed=2, failed=2)
    told = [line for line in result.stdout.lines if line.startswith("beware: ")]
    assert told == [
        "beware: what events did is in the store of test_it.py::test_first alone; share by a seed",
        "beware: what setUpClass did is in the store of test_it.py::Case::test_a alone; share by a "
        "seed",
    ]
