"""`--gracedb=URL`: the same tests against a test server; a production server is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakegracedb import Server, Store

# No search for credentials: a server in a test of ours needs none.
QUIET = """
import igwn_auth_utils.requests as auth
auth.find_x509_credentials = auth.find_scitoken = lambda *a, **k: None
"""


@pytest.fixture
def test_server(tmp_path: Path) -> Iterator[tuple[str, Store]]:
    """A server over HTTP that is not the fixtures' own: its URL and what it holds."""
    store = Store(tmp_path / "remote")
    with Server(store) as server:
        yield server.url, store


def test_tests_run_against_the_server(suite, test_server: tuple[str, Store]) -> None:  # type: ignore[no-untyped-def]
    url, store = test_server
    result = suite(
        QUIET
        + """
def test_client(gracedb, gracedb_factory, gracedb_server):
    assert type(gracedb).__name__ == "RemoteGraceDb"
    assert gracedb_server == gracedb._service_url
    for client in (gracedb, gracedb_factory(retries=0)):
        with client:
            create(client)
    assert "send" not in vars(GraceDb.__mro__[1])

@pytest.mark.gracedb(seed=seed)
def test_seeded(gracedb):
    with gracedb:
        assert "seeded" in [log["comment"] for log in gracedb.logs("T0003").json()["log"]]
""",
        f"--gracedb={url}",
    )
    result.assert_outcomes(passed=2)
    assert list(store.events) == ["T0001", "T0002", "T0003"]


def test_what_only_the_fake_has_skips_the_test(suite, test_server: tuple[str, Store]) -> None:  # type: ignore[no-untyped-def]
    url, store = test_server
    result = suite(
        QUIET
        + """
import fakegracedb

def test_store(gracedb_store): assert 0
def test_fake(fake_gracedb): assert 0
def test_env(gracedb_env): assert 0
def test_alerts(gracedb_alerts): assert 0
def test_replayed(gracedb_replayed): gracedb_replayed("S260302a")
def test_attribute(gracedb): gracedb.calls
def test_clock(gracedb): gracedb.clock = "system"
def test_user(gracedb): gracedb.as_user("ada")
def test_factory(gracedb_factory): gracedb_factory(user="ada")
def test_factory_seed(gracedb_factory): gracedb_factory(seed=seed)
@pytest.mark.gracedb(clock="system")
def test_marker(gracedb): assert 0
@pytest.mark.gracedb(faults={"status": 503})
def test_faults(gracedb): assert 0
""",
        f"--gracedb={url}",
        "-rs",
    )
    result.assert_outcomes(skipped=12)
    told = result.stdout.str()
    for what in ("gracedb_store", "client.calls", "client.as_user", "user", "clock", "faults"):
        assert f"{what} needs the fake, and --gracedb names a server" in told
    assert not store.exists()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://gracedb.ligo.org/api/", "is the production server"),
        ("http://GraceDB.LIGO.org./api/v2/", "is the production server"),
        ("production", "is the production server"),
        ("gracedb-test", "say fake, or a test server: 'gracedb-test' is no URL"),
        ("", "say fake, or a test server"),
    ],
)
def test_production_servers_and_nonsense_are_refused_before_any_test(
    suite,  # type: ignore[no-untyped-def]
    url: str,
    told: str,
) -> None:
    result = suite("def test_it(): pass", f"--gracedb={url}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *{told}*"])
