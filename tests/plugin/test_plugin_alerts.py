"""`gracedb_alerts` and `gracedb_replayed`: what a test caused, and candidates again."""

from __future__ import annotations

from pathlib import Path

import pytest

ARCHIVE = Path(__file__).parents[2] / "fixtures" / "archive"


def test_alerts_are_those_of_the_test_so_far(suite) -> None:  # type: ignore[no-untyped-def]
    suite("""
def kinds(alerts):
    return [(alert.alert_type, alert.uid) for alert in alerts]

def test_empty_at_first(gracedb, gracedb_alerts):
    assert list(gracedb_alerts) == []
    create(EARLY)
    assert kinds(gracedb_alerts) == [("new", "T0001")]
    EARLY.write_label("T0001", "DQV")
    assert kinds(gracedb_alerts) == [("new", "T0001"), ("label_added", "T0001")]
    assert gracedb_alerts[-1].message["data"]["name"] == "DQV"
    assert kinds(gracedb.alerts) == kinds(gracedb_alerts)

@pytest.mark.gracedb(seed=seed)
@pytest.mark.parametrize("again", range(2))
def test_without_those_of_the_seed(gracedb_alerts, fake_gracedb, gracedb_factory, again):
    assert kinds(gracedb_alerts) == []
    heard = []
    fake_gracedb.alerts.subscribe(lambda topic, payload: heard.append(topic))
    fake_gracedb.write_log("T0001", "hello")
    assert kinds(gracedb_alerts) == [("log", "T0001")]
    assert heard == ["test_gstlal"]
    assert kinds(gracedb_factory(seed=seed).alerts) == []

def test_in_the_fake_file_system(fs, gracedb, gracedb_alerts):
    create(EARLY)
    assert kinds(gracedb_alerts) == [("new", "T0001")]
""").assert_outcomes(passed=4)


REPLAYED = f"""
ARCHIVE = Path({str(ARCHIVE)!r})
OLD = "S260302a"

def t_0(superevent_id):
    return EARLY.superevent(superevent_id).json()["t_0"]

def test_history(gracedb, gracedb_replayed, gracedb_alerts):
    made = gracedb_replayed(OLD, at="2026-05-01 12:00:00")
    assert made.superevent_id == "S260501a"
    assert t_0("S260501a") == 1461672018.0
    (preferred,) = EARLY.superevents("", columns=["preferred_event"])
    assert preferred["preferred_event"] in [event.new_id for event in made.events]
    assert "PASTRO_READY" in EARLY.superevent("S260501a").json()["labels"]
    assert "S260501a" in {{alert.uid for alert in gracedb_alerts}}
    # a second one, from the folder, and moved by a shift
    again = gracedb_replayed(ARCHIVE / OLD, shift=86400, search="MDC")
    assert again.superevent_id == "MS260303a"
    assert gracedb.store.check() == []

@pytest.mark.gracedb(clock="2026-03-05 10:00:00")
def test_now_by_the_clock_of_the_test(gracedb, gracedb_replayed):
    assert abs(t_0(gracedb_replayed(OLD).superevent_id) - 1456740018) < 1e-6
    assert "2026-03-05" in str(gracedb.clock.now())

def test_pipelines_only(gracedb, gracedb_replayed):
    made = gracedb_replayed("G0001", mode="pipeline", labels=["INJ"])
    (event,) = EARLY.events()
    assert made.events[0].new_id == event["graceid"]
    assert "INJ" in event["labels"]

def test_in_the_fake_file_system(fs, gracedb, gracedb_replayed):
    assert not ARCHIVE.exists()
    name = gracedb_replayed(OLD, at="2026-05-01").superevent_id
    assert EARLY.files(name, "em_bright.json,0").read()

def test_unknown(gracedb_replayed):
    gracedb_replayed("S260302b")

@pytest.mark.gracedb(faults={{"status": 500, "method": "POST", "path": "superevents/", "times": 9}})
def test_half(gracedb_replayed):
    gracedb_replayed(OLD)
"""


def test_archived_candidates_come_again(suite, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("FAKEGRACEDB_ARCHIVE", str(ARCHIVE))
    result = suite(REPLAYED)
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["E *ArchiveError: *S260302b*S260302a*"])
    result.stdout.fnmatch_lines(["E *RegenerationError: *S260302a: *"])
