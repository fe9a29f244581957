"""What can be set: option over marker over ini, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

SHOWN = """
import json

{marker}
def test_it(gracedb, gracedb_store):
    event = gracedb.event(create(gracedb)).json()
    print("SEEN", event["submitter"], gracedb.server_version, event["created"][:10])
"""


@pytest.mark.parametrize(
    ("ini", "marker", "options", "seen"),
    [
        (True, False, False, "ines 2.33.1 2026-01-01"),
        (True, True, False, "maria 2.36.0 2026-02-02"),
        (True, True, True, "olga 2.33.1 2026-03-03"),
    ],
)
def test_option_counts_more_than_marker_and_that_more_than_ini(
    suite,  # type: ignore[no-untyped-def]
    pytester: pytest.Pytester,
    ini: bool,
    marker: bool,
    options: bool,
    seen: str,
) -> None:
    if ini:
        pytester.makeini(
            "[pytest]\ngracedb_user = ines\ngracedb_server_version = 2.33\n"
            "gracedb_clock = 2026-01-01 00:00:00\n"
        )
    mark = "@pytest.mark.gracedb(user='maria', server_version='2.36', clock='2026-02-02 00:00:00')"
    said = (
        "--gracedb-user=olga",
        "--gracedb-server-version=2.33",
        "--gracedb-clock=2026-03-03 00:00:00",
    )
    result = suite(SHOWN.format(marker=mark if marker else ""), "-s", *(said if options else ()))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"*SEEN {seen}*"])


def test_groups_faults_and_waits_are_read_from_text(suite, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    pytester.makeini(
        "[pytest]\ngracedb_groups = internal_users, em_advocates\n"
        'gracedb_faults = {"status": 500, "path": "events/", "method": "GET"}\n'
    )
    suite(
        """
def test_it(gracedb, fake_gracedb):
    create(EARLY)
    for client in (EARLY, gracedb, fake_gracedb):
        with pytest.raises(HTTPError):
            client.create_event("CBC", "gstlal", "a.xml", filecontents="<LIGO_LW/>")
    with pytest.raises(HTTPError) as caught:
        EARLY.event("T0001")
    assert caught.value.status == 500
    assert EARLY.event("T0001").json()["graceid"] == "T0001"  # once, for all clients
""",
        "--gracedb-waits=skip",
    ).assert_outcomes(passed=1)


def test_several_faults_by_marker(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
@pytest.mark.gracedb(faults=[{"status": 503, "retry_after": 1, "times": 2}, {"drop": True}])
def test_it(gracedb):
    assert gracedb.get(gracedb._service_url).status_code == 200
    assert [call.status for call in gracedb.calls] == [503, 503, None, 200]
""").assert_outcomes(passed=1)


REFUSED = {
    "sed='x'": "the marker gracedb has no sed; it takes seed=…, user=…",
    "'x'": "the marker gracedb has an argument without name",
    "seed=3": "seed=3 of the marker gracedb: it is not a folder, a store, an archive or a function",
    "user=5": "user=5 of the marker gracedb: user=5 is not the name of a user",
    "user=''": "user='' of the marker gracedb",
    "groups=3": "groups=3 of the marker gracedb: groups: 3 is not the name of a group",
    "groups=[None]": "groups: None is not the name of a group",
    "clock='yesterday'": "clock='yesterday' of the marker gracedb: 'yesterday' is not a time",
    "clock=[]": "[] is not a time; what can be given: ",
    "server_version='3'": "server_version must be one of '2.36', '2.33', not '3'",
    "server_version=2.36": "server_version must be one of '2.36', '2.33', not 2.36",
    "faults=3": "faults=3 of the marker gracedb: it is not a dict or a list of such",
    "faults={'statu': 3}": "a fault has no statu; it takes status, method, path",
    "faults={'status': 3}": "3 is not an HTTP status",
    "faults=[{'delay': 'long'}]": "delay cannot be 'long'",
    "waits='never'": "waits must be 'real' or 'skip', not 'never'",
    "allow_network=1": "allow_network=1 of the marker gracedb: it is True or False",
}
NO_SEEDS = {
    "'nowhere'": "is neither a folder with a store or an archive",
    "'S1a'": "is neither a folder with a store or an archive",
    "'S260302b'": "no S260302b in the archive ",
    "'.'": "holds no event and no superevent: neither an archive, nor answers of a server",
    "'nomodule:f'": "No module named 'nomodule'",
    "'os:nothing'": "has no attribute 'nothing'",
    "'os:sep'": "is not a function",
}


def _marked(markers: Iterable[str]) -> str:
    return "\n".join(
        f"@pytest.mark.gracedb({marker})\ndef test_{number}(gracedb): pass"
        for number, marker in enumerate(markers)
    )


def test_impossible_markers_end_the_run_before_its_first_test(suite) -> None:  # type: ignore[no-untyped-def]
    unittests = """
import unittest

@pytest.mark.gracedb(user=7)
class TestMore(unittest.TestCase):
    def test_it(self): pass

@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.gracedb(user=8))])
def test_param(n): pass
"""
    result = suite(_marked(REFUSED) + unittests)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = result.stderr.str().splitlines()
    for number, text in enumerate(REFUSED.values()):
        assert any(f"::test_{number}: " in line and text in line for line in told), text
    assert any("TestMore::test_it: user=7 of" in line for line in told)
    assert any("::test_param[1]: user=8 of" in line for line in told)


def test_group_that_the_store_does_not_know_fails_the_test_in_its_setup(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("""
@pytest.mark.gracedb(groups=["nosuch"])
def test_it(gracedb):
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no user group 'nosuch': internal_users, *"])


def test_impossible_markers_fail_their_tests_under_xdist(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite(_marked(["user=5"]) + "\ndef test_good(gracedb): pass", "-n1", "-pxdist")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*user=5 of the marker gracedb: user=5 is not the name*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_seeds_that_are_not_there_fail_their_tests_in_one_line(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite(_marked(f"seed={seed}" for seed in NO_SEEDS))
    result.assert_outcomes(errors=len(NO_SEEDS))
    told = result.stdout.str()
    for number, text in enumerate(NO_SEEDS.values()):
        begin = told.index(f"ERROR at setup of test_{number} ")
        assert text in told[begin : told.find("ERROR at setup", begin + 1)]


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--gracedb-faults=x", "--gracedb-faults=x: that is not JSON"),
        ('--gracedb-faults={"status": 5}', "5 is not an HTTP status"),
        ("--gracedb-clock=nonsense", "--gracedb-clock=nonsense: 'nonsense' is not a time"),
        ("--gracedb-server-version=3", "must be one of '2.36', '2.33', not '3'"),
        ("--gracedb-waits=no", "waits must be 'real' or 'skip', not 'no'"),
        ("--gracedb-user= ", "--gracedb-user= : user=' ' is not the name of a user"),
        ("--gracedb-keep=test_it.py", "--gracedb-keep=test_it.py: that cannot be a folder"),
        ("--gracedb-keep=test_it.py/kept", "that cannot be a folder"),
        ("-ogracedb_clock=nonsense", "gracedb_clock = nonsense in the ini file: 'nonsense' is not"),
    ],
)
def test_impossible_options_end_the_run_at_its_start(suite, option: str, text: str) -> None:  # type: ignore[no-untyped-def]
    result = suite("def test_it(): pass", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert text in result.stderr.str()
    assert "collected" not in result.stdout.str()


GUARDED = """
from requests import ConnectionError
from requests.adapters import HTTPAdapter
from fakegracedb import FakeGraceDbError

class Wilful(GraceDb):
    def get_adapter(self, url):
        return HTTPAdapter()

def raised():
    try:
        Wilful("http://127.0.0.1:1/api/").ping()
    except Exception as error:
        return type(error)
"""


def test_network_guard_is_lifted_by_marker_and_fixture(suite) -> None:  # type: ignore[no-untyped-def]
    suite(
        GUARDED
        + """
def test_guarded(gracedb):
    assert raised() is FakeGraceDbError

@pytest.mark.gracedb(allow_network=True)
def test_marker(gracedb):
    assert raised() is ConnectionError

def test_fixture(gracedb, gracedb_allow_network):
    assert raised() is ConnectionError

@pytest.mark.usefixtures("gracedb_allow_network")
def test_used(gracedb):
    assert raised() is ConnectionError
"""
    ).assert_outcomes(passed=4)


@pytest.mark.parametrize("option", ["--gracedb-allow-network", "-ogracedb_allow_network=true"])
def test_network_guard_is_lifted_by_option_and_ini(suite, option: str) -> None:  # type: ignore[no-untyped-def]
    source = GUARDED + "def test_it(gracedb): assert raised() is ConnectionError"
    suite(source, option).assert_outcomes(passed=1)


def test_marker_and_options_are_documented(pytester: pytest.Pytester) -> None:
    quiet = ("-W", "ignore:The configuration option", "-p", "no:hypothesispytest")
    markers = pytester.runpytest("--markers", *quiet)
    markers.stdout.fnmatch_lines(["@pytest.mark.gracedb(seed=*"])
    shown = pytester.runpytest("--help", *quiet).stdout.str()
    for name in ("seed", "user", "groups", "clock", "server-version", "faults", "waits", "keep"):
        assert f"--gracedb-{name}" in shown
    fixtures = pytester.runpytest("--fixtures", *quiet).stdout.str()
    assert "gracedb_store -- " in fixtures
    assert "_gracedb_stage" not in fixtures
