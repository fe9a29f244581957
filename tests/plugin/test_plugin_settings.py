"""What can be set: option over marker over ini, and what is refused."""

from __future__ import annotations

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
    "faults=3": "3 is not a dict or a list of such",
    "faults={'statu': 3}": "statu",
    "server_version='3'": "server_version must be one of",
    "waits='never'": "waits must be 'real' or 'skip'",
    "clock='yesterday'": "yesterday",
    "seed=3": "seed=3 is not a folder, a store, an archive or a function",
    "seed='nowhere'": "is neither a folder with a store or an archive",
    "seed='S1a'": "is neither a folder with a store or an archive",
    "seed='S260302b'": "no S260302b in the archive ",
    "seed='.'": "holds no event and no superevent: neither an archive, nor answers of a server",
    "seed='nomodule:f'": "No module named 'nomodule'",
    "seed='os:nothing'": "has no attribute 'nothing'",
    "seed='os:sep'": "is not a function",
}


def test_impossible_settings_are_refused(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite(
        "\n".join(
            f"@pytest.mark.gracedb({marker})\ndef test_{number}(gracedb): pass"
            for number, marker in enumerate(REFUSED)
        )
    )
    result.assert_outcomes(errors=len(REFUSED))
    told = result.stdout.str()
    for number, text in enumerate(REFUSED.values()):
        begin = told.index(f"ERROR at setup of test_{number} ")
        assert text in told[begin : told.find("ERROR at setup", begin + 1)]


def test_faults_that_are_not_json_are_refused(suite) -> None:  # type: ignore[no-untyped-def]
    result = suite("def test_it(gracedb): pass", "--gracedb-faults=x")
    result.stdout.fnmatch_lines(["*--gracedb-faults is not JSON*"])


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
