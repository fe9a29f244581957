"""The fixtures, as somebody else's tests use them."""

from __future__ import annotations

import pytest
from ligo.gracedb.client import GraceDBClient


def test_gracedb_is_swapped_in_for_the_whole_test_and_no_longer(suite) -> None:  # type: ignore[no-untyped-def]
    before = dict(vars(GraceDBClient))
    result = suite("""
@pytest.fixture
def earlier(gracedb):
    return create(GraceDb(use_auth="x509", fail_if_noauth=True))

def test_inside(earlier, gracedb):
    assert (earlier, create(EARLY), create(gracedb)) == ("T0001", "T0002", "T0003")
    assert [call.status for call in gracedb.calls if call.method == "POST"] == [201] * 3

def test_outside():
    assert "send" not in vars(GraceDb.__mro__[1])
    assert EARLY._service_info is None
""")
    result.assert_outcomes(passed=2)
    assert dict(vars(GraceDBClient)) == before


def test_fake_gracedb_swaps_nothing_and_shares_the_store(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
def test_alone(fake_gracedb, gracedb_store):
    assert create(fake_gracedb) == "T0001"
    assert "send" not in vars(GraceDb.__mro__[1])
    assert list(gracedb_store.events) == ["T0001"]

def test_together(gracedb, fake_gracedb, gracedb_store):
    assert gracedb.store.path == fake_gracedb.store.path == gracedb_store.path
    assert (create(gracedb), create(fake_gracedb)) == ("T0001", "T0002")
""").assert_outcomes(passed=2)


@pytest.mark.parametrize("policy", ["all", "failed"])
def test_every_test_has_a_store_of_its_own_which_stays_as_long_as_tmp_path(
    suite,  # type: ignore[no-untyped-def]
    policy: str,
) -> None:
    suite(
        f"""
PLACES = []

@pytest.mark.parametrize("number", [1, 2, "a/b ü"])
def test_it(gracedb, number, tmp_path):
    assert create(gracedb) == "T0001"
    assert list(tmp_path.iterdir()) == []  # the test's own folder stays its own
    PLACES.append(gracedb.store.path)
    assert number != 2

def test_after():
    kept = {policy == "all"}
    assert [place.exists() for place in PLACES] == [kept, True, kept]
""",
        f"-otmp_path_retention_policy={policy}",
    ).assert_outcomes(passed=3, failed=1)


def test_waits_take_no_time(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
import time

def asleep(seconds):
    raise AssertionError(f"slept {seconds} s")

def test_skipped(gracedb, fake_gracedb, gracedb_factory, monkeypatch):
    monkeypatch.setattr(time, "sleep", asleep)
    for client in (EARLY, gracedb, fake_gracedb, gracedb_factory()):
        gracedb.faults.add(status=503, retry_after=30, times=2)
        client.ping()

@pytest.mark.gracedb(waits="real")
def test_real(gracedb, monkeypatch):
    monkeypatch.setattr(time, "sleep", asleep)
    gracedb.faults.add(status=503, retry_after=30, times=2)
    with pytest.raises(AssertionError, match="slept 30 s"):
        EARLY.ping()
""").assert_outcomes(passed=2)


def test_factory_makes_more_clients(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
def submitter(client):
    return client.event(create(client)).json()["submitter"]

@pytest.mark.gracedb(user="ada", groups=["internal_users"])
def test_users(gracedb_factory, fake_gracedb):
    assert submitter(fake_gracedb) == submitter(gracedb_factory()) == "ada"
    other = gracedb_factory(user="marie", groups="internal_users")
    assert submitter(other) == "marie"
    for client in (fake_gracedb, gracedb_factory(), other):
        with pytest.raises(HTTPError):
            client.create_event("CBC", "gstlal", "a.xml", filecontents="<LIGO_LW/>")
    gracedb_factory(user="marie").create_event("CBC", "gstlal", "a.xml", filecontents="<LIGO_LW/>")
    with pytest.raises(HTTPError):
        create(gracedb_factory(force_noauth=True))
    assert fake_gracedb.store.path == other.store.path

def test_servers_and_seeds(gracedb_factory, gracedb_store):
    old = gracedb_factory(server_version="2.33", service_url="https://x.example.org/api/")
    assert old.server_version == "2.33.1"
    assert old.links["self"] == "https://x.example.org/api/"
    seeded = [gracedb_factory(seed=seed) for _ in range(2)]
    assert [list(client.store.events) for client in seeded] == [["T0001"]] * 2
    assert create(seeded[0]) == "T0002"
    assert list(seeded[1].store.events) == ["T0001"]
    assert list(gracedb_store.events) == []
""").assert_outcomes(passed=2)


def test_samples_are_at_hand(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
def test_upload(gracedb, gracedb_samples):
    coinc = gracedb_samples.coinc_xml("1456419850.125")
    event = EARLY.create_event("CBC", "gstlal", "coinc.xml", filecontents=coinc).json()
    assert event["gpstime"] == 1456419850.125
""").assert_outcomes(passed=1)


def test_marker_alone_swaps_the_fake_in(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
import unittest

@pytest.mark.gracedb
def test_function():
    assert create(EARLY) == "T0001"

@pytest.mark.gracedb(seed=seed)
class TestClass:
    def test_method(self):
        assert create(EARLY) == "T0002"

    @pytest.mark.gracedb(user="ada")
    def test_outer_marker_counts_for_what_the_inner_leaves_out(self):
        assert EARLY.event(create(EARLY)).json()["submitter"] == "ada"
        assert len(list(EARLY.events())) == 2

@pytest.mark.gracedb(seed=seed)
class Case(unittest.TestCase):
    def test_method(self):
        self.assertEqual(create(EARLY), "T0002")
""").assert_outcomes(passed=4)


def test_classes_of_unittest_take_the_fixtures(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
import unittest

class Case(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _clients(self, gracedb, gracedb_store):
        self.gracedb, self.store = gracedb, gracedb_store

    def setUp(self):
        self.graceid = create(EARLY)

    def test_one(self):
        self.assertEqual(self.graceid, "T0001")
        self.assertEqual(list(self.store.events), ["T0001"])

    def test_other(self):
        self.assertEqual(self.gracedb.event(self.graceid).json()["graceid"], "T0001")
""").assert_outcomes(passed=2)


def test_doctests_take_the_fixtures(suite, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    suite(
        '''
def follow_up():
    """
    >>> gracedb = getfixture("gracedb")
    >>> create(EARLY)
    'T0001'
    >>> list(getfixture("gracedb_store").events)
    ['T0001']
    """
''',
        "--doctest-modules",
    ).assert_outcomes(passed=1)


def test_asynchronous_tests_take_the_fixtures(suite) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("pytest_asyncio")
    suite("""
import asyncio

@pytest.mark.asyncio
async def test_in_threads_and_tasks(gracedb):
    made = await asyncio.gather(*(asyncio.to_thread(create, EARLY) for _ in range(4)))
    assert sorted(made) == ["T0001", "T0002", "T0003", "T0004"]
    assert create(GraceDb()) == "T0005"
""").assert_outcomes(passed=1)


IN_THE_FAKE = """
{marker}
def test_in_the_fake_{number}({names}):
    assert not HERE.exists()
    before = len(list(gracedb.store.events))
    assert before == {seeded}
    graceid = create(EARLY)
    assert graceid == f"T000{{before + 1}}"
    assert (gracedb.store.path / "events" / graceid / "event.json").exists()
    if before:
        assert gracedb.files("T0001", "note.txt").read() == b"text"
    fs.create_file("/upload.txt", contents="from the fake")
    EARLY.write_log(graceid, "with a file", "/upload.txt")
    assert EARLY.files(graceid, "upload.txt").read() == b"from the fake"

{marker}
def test_and_without_it_{number}(gracedb):
    assert create(EARLY) == f"T000{{1 + {seeded}}}"
"""


def test_fixtures_and_the_fake_file_system_in_both_orders(suite) -> None:  # type: ignore[no-untyped-def]
    source = "HERE = Path(__file__)\n"
    number = 0
    for names in ("fs, gracedb", "gracedb, fs", "gracedb, gracedb_store, fs"):
        for seeded in (0, 1):
            marker = "@pytest.mark.gracedb(seed=seed, clock='2026-03-01')" if seeded else ""
            number += 1
            source += IN_THE_FAKE.format(marker=marker, number=number, names=names, seeded=seeded)
    source += """
def test_nothing_came_through(gracedb):
    base = gracedb.store.path.parent
    assert not list(base.glob("*-test_in_the_fake*"))
    assert list(base.glob("*-test_and_without_it*"))
"""
    suite(source).assert_outcomes(passed=13)


def test_folders_of_pytest_are_real_beside_a_fake_file_system(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    (folder / "text").write_text("shared")
    return folder

def test_first(tmp_path, fs, gracedb):
    create(EARLY)

@pytest.mark.gracedb(seed=seed)
def test_any_order(gracedb, fs, tmp_path):
    create(EARLY)

@pytest.mark.parametrize("number", range(2))
def test_shared(data, gracedb, fs, number):
    assert not data.exists()
    fs.add_real_directory(data)
    create(EARLY)
    assert (data / "text").read_text() == "shared"

def test_real(data, gracedb):
    assert (data / "text").read_text() == "shared"
""").assert_outcomes(passed=5)


def test_server_serves_the_fake_file_system(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
@pytest.mark.parametrize("number", [1, 2])
def test_inside(fs, gracedb_server, gracedb_store, number):
    client = GraceDb(gracedb_server, force_noauth=True)
    assert create(client) == "T0001"
    large = bytes(1_000_000)
    client.write_log("T0001", "large", "large.bin", large)
    assert (gracedb_store.path / "events" / "T0001" / "large.bin,0").read_bytes() == large
    assert client.files("T0001", "large.bin").read() == large

def test_other_order(gracedb_server, fs):
    assert create(GraceDb(gracedb_server, force_noauth=True)) == "T0001"

def test_and_without_it(gracedb_server):
    assert create(GraceDb(gracedb_server, force_noauth=True)) == "T0001"
""").assert_outcomes(passed=4)


def test_no_subprocess_is_sent_into_the_fake_file_system(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("def test_it(gracedb_env, fs): pass")
    result.assert_outcomes(errors=1)
    told = "gracedb_env: the test's store lies in the fake file system, *"
    result.stdout.fnmatch_lines([told])


def test_run_without_the_fixtures_loads_the_thin_module_only(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
import sys

def test_it():
    ours = {name for name in sys.modules if name.partition(".")[0] == "fakegracedb"}
    assert ours == {"fakegracedb", "fakegracedb.lazy", "fakegracedb.pytest_plugin"}
    assert "ligo" not in sys.modules
    assert "requests" not in sys.modules

class TestMore:
    def test_failing_does_not_load_more(self):
        assert 0
""")
    others = ("requests_mock", "pytest_httpserver", "hypothesispytest", "pytest_fakefs")
    result = pytester.runpytest_subprocess(*(f"-pno:{name}" for name in others))
    result.assert_outcomes(passed=1, failed=1)
    assert "fake GraceDB" not in result.stdout.str()


def test_plugin_can_be_left_out(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("def test_it(gracedb): pass", "-p", "no:fakegracedb")
    result.stdout.fnmatch_lines(["*fixture 'gracedb' not found*"])


def test_fake_is_in_before_all_other_fixtures_and_until_after_them(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
def ask():
    return GraceDb(retries=0).ping().status_code

@pytest.fixture
def own():
    assert ask() == 200
    yield
    assert ask() == 200

@pytest.fixture(autouse=True)
def everywhere():
    assert ask() == 200

@pytest.mark.gracedb
def test_marked(own):
    pass

@pytest.mark.gracedb
@pytest.mark.usefixtures("own")
def test_that_takes_none():
    pass

def test_that_takes_it_last(own, gracedb):
    pass

@pytest.mark.gracedb
class TestClass:
    def setup_method(self):
        assert ask() == 200

    def teardown_method(self):
        assert ask() == 200

    def test_method(self):
        assert ask() == 200
""").assert_outcomes(passed=4)
