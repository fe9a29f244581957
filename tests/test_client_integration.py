"""The real client's own integration tests, as installed: in process, and over HTTP.

Each service is one run of pytest over ``ligo.gracedb.test.integration``. Nothing is deselected: the
tests that cannot pass yet run too, and are named here with what brings them. One that passes after
all, or is not there, fails this test until the table says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import fakegracedb
from fakegracedb import Server, Store

TESTS = Path(__file__).parent
ROOT = Path(fakegracedb.__file__).parents[1]


# Why a test of the client cannot pass.
KEPT = "only v2 has retired the call"
RETIRED = "v2 has retired the call"

# A name without brackets stands for all variants of a test.
ON_V2 = {
    "test_emobservations::test_emobservations": RETIRED,
    "test_update_grbevent::test_update_grbevent": RETIRED,
}
ON_V1 = {
    "test_deprecated::test_emobservations_deprecated": KEPT,
    "test_deprecated::test_event_voevents_deprecated": KEPT,
    "test_deprecated::test_superevent_voevent_create_deprecated": KEPT,
    "test_deprecated::test_update_grbevent_deprecated": KEPT,
}
# What the client's own marks leave out.
NOTICES = {
    "test_notices::test_create_list_and_fetch_notice",
    "test_notices::test_create_notice_superevent_id_mismatch",
}
RESERVE = {
    "test_replay_id::test_reserve_graceid_with_malformed_replay_id_is_rejected",
    "test_replay_id::test_reserve_graceid_with_replay_id",
}
REPLAY = RESERVE | {
    "test_replay_id::test_create_event_with_malformed_replay_id_warns",
    "test_replay_id::test_create_event_with_replay_id",
    "test_replay_id::test_create_event_without_replay_id_is_null",
    "test_replay_id::test_search_events_by_replay_id",
}
VOEVENTS = {
    "test_cli::test_voevents",
    "test_voevents::test_initial_voevent",
    "test_voevents::test_preliminary_voevent",
    "test_voevents::test_retraction_voevent",
    "test_voevents::test_update_voevent",
}


@dataclass(frozen=True)
class Service:
    """A base of a server, and what is known of the client's tests there."""

    server_version: str
    path: str
    waived: dict[str, str]
    skipped: set[str]
    passed: int  # with ligo-gracedb 2.16.1
    switches: tuple[str, ...] = ()
    lifted: str = ""  # the module whose skip mark is taken off


SERVICES = {
    "v2": Service(
        "2.36",
        "/api/",
        ON_V2,
        VOEVENTS,
        passed=103,
        switches=("TEST_REPLAY_ID",),
        lifted="test_notices",
    ),
    # Clients made with nothing but a URL speak v1 to a server of the newest line.
    "v1": Service(
        "2.36",
        "/api/v1/",
        ON_V1,
        NOTICES | RESERVE,
        passed=99,
        switches=("TEST_REPLAY_ID", "TEST_VOEVENT_CREATE"),
    ),
    "2.33": Service(
        "2.33",
        "/api/",
        ON_V1,
        NOTICES | REPLAY,
        passed=97,
        switches=("TEST_VOEVENT_CREATE",),
    ),
}

Outcomes = dict[str, dict[str, str]]


def known(name: str, names: Any) -> str | None:
    """Give the entry that a test has: under its own name, or under that of all its variants."""
    for entry in (name, name.partition("[")[0]):
        if entry in names:
            return entry
    return None


def problems(outcomes: Outcomes, waived: dict[str, str], skipped: set[str]) -> list[str]:
    """Say what is not as the tables say."""
    found = []
    seen = set()
    for name, test in outcomes.items():
        outcome, error, message = test["outcome"], test["error"], test["message"]
        entry = known(name, skipped if outcome == "skipped" else waived)
        seen.add(entry)
        if outcome == "skipped":
            if entry is None:
                found.append(f"{name} is left out: {message}")
        elif entry is None:
            if outcome == "failed":
                found.append(f"{name} fails: {error}: {message}")
        elif outcome != "failed":
            found.append(f"{name} passes, and is waived: {waived[entry]}")
    found += [f"{entry} is waived, and does not run" for entry in waived if entry not in seen]
    found += [f"{entry} is not left out any more" for entry in skipped if entry not in seen]
    return found


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FAKEGRACEDB_", "PYTEST_", "TEST_", "GRACEDB_", "HTTP_PROXY"))
    }
    kept |= {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(TESTS / "client_suite")]),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "FAKEGRACEDB_STORE": str(folder / "store"),
        "CLIENT_SUITE_REPORT": str(folder / "report.json"),
    }
    return kept | more


def run(service: Service, folder: Path, url: str, **more: str) -> dict[str, Any]:
    """Run the client's tests, and give what the plugin wrote down."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--pyargs", "ligo.gracedb.test.integration"),
            *("-p", "client_suite_plugin", "-p", "no:cacheprovider", "-W", "ignore"),
            *("-q", "--tb=no"),  # tracebacks of what is waived take most of the time
        ],
        cwd=folder,
        env=environment(
            folder,
            FAKEGRACEDB_SERVER_VERSION=service.server_version,
            CLIENT_SUITE_LIFTED=service.lifted,
            TEST_SERVICE=url,
            **dict.fromkeys(service.switches, "1"),
            **more,
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    except FileNotFoundError:
        pytest.fail(f"the client's tests did not run:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return report


Told = Callable[[str, object], None]


def judge(name: str, report: dict[str, Any], over: str, record_property: Told) -> None:
    """Hold what came out against the tables."""
    service = SERVICES[name]
    outcomes: Outcomes = report["outcomes"]
    count = {
        outcome: sum(test["outcome"] == outcome for test in outcomes.values())
        for outcome in ("passed", "failed", "xfailed", "skipped")
    }
    record_property(
        "told",
        f"ligo.gracedb.test.integration on {name} {over}: {count['passed']} passed, "
        f"{count['failed']} waived, {count['skipped']} left out by the client itself, "
        f"{count['xfailed']} that the client expects to fail",
    )
    assert problems(outcomes, service.waived, service.skipped) == []
    assert report["sockets"] == []
    assert count["passed"] >= service.passed


@pytest.mark.parametrize("name", SERVICES)
def test_the_clients_own_tests_pass(name: str, tmp_path: Path, record_property: Told) -> None:
    service = SERVICES[name]
    report = run(service, tmp_path, f"https://gracedb.invalid{service.path}")
    judge(name, report, "in process", record_property)
    assert (tmp_path / "store" / "store.json").exists()  # it was this store that they used


# The older server over HTTP is one of those that are asked for only on demand.
OVER_HTTP = list(SERVICES) if os.environ.get("DOORS") == "all" else ["v2", "v1"]


@pytest.mark.parametrize("name", OVER_HTTP)
def test_the_clients_own_tests_pass_over_http(
    name: str, tmp_path: Path, record_property: Told
) -> None:
    service = SERVICES[name]
    store = Store(tmp_path / "served")
    with Server(store, server_version=service.server_version) as server:
        url = server.url.removesuffix("/api/") + service.path
        report = run(service, tmp_path, url, CLIENT_SUITE_OVER="http")
    judge(name, report, "over HTTP", record_property)
    assert len(store.events) > 50
    assert not (tmp_path / "store").exists()
    assert store.check() == []


# What judges them


def outcome(outcome: str, error: str = "", message: str = "") -> dict[str, str]:
    return {"outcome": outcome, "error": error, "message": message}


FAILED = outcome("failed", "HTTPError", "410")


def test_all_is_well_when_waived_tests_fail_and_the_others_pass() -> None:
    outcomes = {"a::ok": outcome("passed"), "a::no[x]": FAILED, "a::out": outcome("skipped")}
    assert problems(outcomes, {"a::no": KEPT}, {"a::out"}) == []


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({"a::ok": outcome("failed", "KeyError", "'N'")}, "a::ok fails: KeyError: 'N'"),
        ({"a::ok": outcome("skipped")}, "a::ok is left out: "),
        ({"a::no": outcome("passed")}, "a::no passes, and is waived: only v2"),
        ({"a::no": outcome("skipped")}, "a::no is left out"),
        ({}, "a::no is waived, and does not run"),
        ({"a::no": FAILED, "a::out": outcome("passed")}, "a::out is not left out any more"),
    ],
)
def test_what_differs_from_the_tables_is_told(outcomes: Outcomes, said: str) -> None:
    found = problems(outcomes, {"a::no": KEPT}, {"a::out"})
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(("over", "host"), [("", "127.0.0.1"), ("http", "192.0.2.1")])
def test_a_socket_in_the_clients_tests_is_refused(tmp_path: Path, over: str, host: str) -> None:
    code = f"import client_suite_plugin, socket; socket.create_connection(('{host}', 9))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(tmp_path, CLIENT_SUITE_OVER=over),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "OSError: the client's tests must open no socket" in done.stderr
