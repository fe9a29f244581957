"""Histories that nobody has kept, rebuilt from logs: held against what the journal tells."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb, Server, Store, fetch, load, samples
from fakegracedb.alerts import Alert
from fakegracedb.cli import main
from fakegracedb.replaying import history, retimed

FIXTURES = Path(__file__).parents[2] / "fixtures"
T_0 = 1456419850.125


def bare(alert: Alert) -> dict[str, Any]:
    """Give a packet without what nobody can know later: neighbours, and the order of labels."""

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: kept(one) for k, one in value.items() if k != "superevent_neighbours"}
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return sorted(value)
        return [kept(one) for one in value] if isinstance(value, list) else value

    # events know a superevent by the id that it has in the end
    message = json.loads(alert.text.replace("GW260301A", "S260301a"))
    return {"topics": alert.topics, "root": alert.root, **kept(message)}


def rebuilt(path: Path, uid: str, tmp_path: Path) -> list[Alert]:
    """Give what is told of an object when the journal has forgotten."""
    store = Store(shutil.copytree(path, tmp_path / f"compact-{uid}"))
    store.compact()
    found = history(store, uid)
    assert all(alert.approximate for alert in found)
    return found


def kinds(alerts: list[Alert]) -> list[str]:
    return [alert.alert_type for alert in alerts]


@pytest.fixture
def client(tmp_path: Path) -> Any:
    with FakeGraceDb(store=tmp_path / "g", waits="skip", clock="2026-03-01 17:04:09") as client:
        for search in ("AllSky", "LowMass"):
            content = samples.coinc_xml("1456419850.125", far=1e-9 if search == "AllSky" else 2e-9)
            client.create_event("CBC", "gstlal", "c.xml", filecontents=content, search=search)
        client.create_superevent(T_0 - 1, T_0, T_0 + 1, "G0001", category="production")
        yield client


@pytest.mark.parametrize("uid", ["G0004", "E0005", "M0003", "S260301a"])
def test_the_fixture_store_is_told_as_it_was(uid: str, tmp_path: Path) -> None:
    exact = history(FIXTURES / "store", uid)
    assert not any(alert.approximate for alert in exact)
    found = rebuilt(FIXTURES / "store", uid, tmp_path)
    assert [bare(one) for one in found] == [bare(one) for one in exact]


def test_every_state_of_a_superevent_is_as_it_was(client: FakeGraceDb, tmp_path: Path) -> None:
    name = "S260301a"
    step = iter(range(1, 100))

    def then(*_: Any) -> None:
        client.clock.advance(next(step))

    then(client.add_event_to_superevent(name, "G0002"))
    then(client.add_pipeline_preferred_event(name, "G0001"))
    then(client.add_pipeline_preferred_event(name, "G0002"))
    then(client.remove_pipeline_preferred_event(name, "G0002"))
    then(client.update_superevent(name, preferred_event="G0002", t_0=T_0 + 0.25))
    then(client.remove_event_from_superevent(name, "G0001"))
    then(client.update_superevent(name, time_coinc_far=1e-5))
    then(client.write_log(name, "text", tag_name=["public"], label="EM_READY"))
    then(client.add_tag(name, client.logs(name).json()["log"][-1]["N"], "pe"))
    then(client.write_label(name, "ADVREQ"))
    then(client.create_signoff(name, "ADV", "OK", "quiet; label X removed"))
    then(client.update_signoff(name, "ADV", status="NO", comment="loud"))
    then(client.update_signoff(name, "ADV", comment="louder"))
    then(client.delete_signoff(name, "ADV"))
    then(client.write_label("G0002", "EM_READY"))
    then(client.modify_permissions(name, "expose"))
    then(client.remove_label(name, "EM_READY"))
    then(client.confirm_superevent_as_gw(name))
    then(client.write_log(name, "last"))
    exact = history(client.store, name)
    found = rebuilt(client.store.path, name, tmp_path)
    assert kinds(found) == kinds(exact)
    for one, other in zip(found, exact, strict=True):
        told, was = bare(one), bare(other)
        if one.alert_type.startswith("signoff_"):  # links of one that is gone, and who gave it
            assert (
                told["data"].items()
                >= {key: was["data"][key] for key in ("status", "comment", "signoff_type")}.items()
            )
            told["data"] = was["data"]
        assert told == was


def test_an_event_in_and_out_of_a_superevent(client: FakeGraceDb, tmp_path: Path) -> None:
    client.add_event_to_superevent("S260301a", "G0002")
    client.clock.advance(10)
    client.write_label("G0002", "EM_READY")
    client.remove_event_from_superevent("S260301a", "G0002")
    client.clock.advance(10)
    client.remove_label("G0002", "EM_READY")
    exact = history(client.store, "G0002")
    assert [bare(one) for one in rebuilt(client.store.path, "G0002", tmp_path)] == [
        bare(one) for one in exact
    ]


def test_an_archive_a_server_and_a_loaded_store_tell_the_same(
    client: FakeGraceDb, tmp_path: Path
) -> None:
    client.write_log("S260301a", "text", "a.txt", b"text", tag_name=["public"], label="EM_READY")
    fetch("S260301a", source=client.store, archive=tmp_path / "archive")
    load("S260301a", tmp_path / "loaded", archive=tmp_path / "archive")
    with Server(client.store) as server:
        root = server.url
        over_http = history(root, "S260301a")
    exact = [bare(one) for one in history(client.store, "S260301a")]
    for found in (
        history(None, "S260301a", archive=tmp_path / "archive"),
        history(tmp_path / "archive", "S260301a"),
        history(tmp_path / "loaded", "S260301a"),
    ):
        assert all(alert.approximate for alert in found)
        assert [bare(one) for one in found] == exact
    assert kinds(over_http) == [one["alert_type"] for one in exact]
    assert {one.root for one in over_http} == {root}


def test_all_of_an_archive_comes_in_the_order_of_time() -> None:
    found = history(FIXTURES / "archive")
    assert [alert.seq for alert in found] == list(range(1, len(found) + 1))
    assert sorted(alert.time for alert in found) == [alert.time for alert in found]
    assert {alert.uid for alert in found} == {"S260302a", "G0001", "G0002", "E0003"}


def test_a_store_tells_what_it_was_loaded_with_and_what_came(tmp_path: Path) -> None:
    load("S260302a", tmp_path / "s", archive=FIXTURES / "archive")
    with FakeGraceDb(store=tmp_path / "s", waits="skip", clock="2026-03-05") as client:
        client.create_event("Test", "gstlal", "c", filecontents=samples.coinc_xml("1456419850"))
        client.write_log("S260302a", "later")
        found = history(client.store)
    assert [alert.seq for alert in found] == list(range(1, len(found) + 1))
    assert {alert.uid for alert in found if not alert.approximate} == {found[-2].uid}
    assert [(one.alert_type, one.uid) for one in found[-1:]] == [("log", "S260302a")]


def test_cuts_hold_for_what_was_rebuilt(tmp_path: Path) -> None:
    def cut(**options: Any) -> list[int]:
        return [one.commit for one in history(FIXTURES / "archive", "S260302a", **options)]

    assert cut(until=9)[-1] == 9
    assert cut(first=19)[0] == 19
    assert cut(until=10)[-1] == 9  # an entry that nobody is told of
    with pytest.raises(ValueError, match="from 99: S260302a has the log entries 1 to 45"):
        cut(first=99)


@pytest.mark.parametrize(
    ("source", "uid", "why"),
    [
        ("http://127.0.0.1:9/api/", None, "one object"),
        (FIXTURES / "archive", "S260302b", "no S260302b in .* it holds S260302a"),
        (FIXTURES / "store", "S260309a", "neither an event nor a superevent"),
    ],
)
def test_what_is_not_there_is_said(source: Any, uid: str | None, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        history(source, uid)


def test_times_move_by_the_rules_of_regeneration() -> None:
    alert = next(one for one in history(FIXTURES / "store", "G0001") if one.alert_type == "new")
    shift = 1_000_000
    moved, was = retimed(alert, shift).message["object"], alert.message["object"]
    assert moved["gpstime"] == was["gpstime"] + shift
    assert moved["reporting_latency"] == was["reporting_latency"]
    before, after = (one["extra_attributes"]["SingleInspiral"][0] for one in (was, moved))
    assert (after["end_time"], after["end_time_ns"]) == (
        before["end_time"] + shift,
        before["end_time_ns"],
    )
    assert moved["created"] == "2026-03-13 06:46:34 UTC"
    assert moved["links"] == was["links"]
    there_and_back = retimed(retimed(alert, shift), -shift)
    assert there_and_back.message == alert.message
    comment = next(
        one for one in history(FIXTURES / "archive", "S260302a") if one.alert_type == "update"
    )
    assert retimed(comment, 10).message["object"]["t_0"] == 1456506010.2502


def test_the_command_takes_archives_and_servers(
    client: FakeGraceDb, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call = ["alerts", "replay", "--no-wait", "--uid"]
    assert main([*call, "S260302a", "--from-archive", str(FIXTURES / "archive")]) == 0
    out, error = capsys.readouterr()
    assert "25 alerts of 25 rebuilt from logs: approximate" in error
    lines = out.splitlines()
    assert main([*call, "S260302a", "--source", str(FIXTURES / "archive")]) == 0
    assert capsys.readouterr().out.splitlines() == lines
    with Server(client.store) as server:
        assert main([*call, "G0001", "--source", server.url]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])["message"]
    assert (first["uid"], first["alert_type"]) == ("G0001", "new")
    assert main([*call, "G0001", "--source", "nowhere"]) == 1
    assert "neither a folder nor a URL" in capsys.readouterr().err


def test_the_report_tells_of_each_subscriber_how_it_reacted_first(
    client: FakeGraceDb, tmp_path: Path, capsys: Any
) -> None:
    script = tmp_path / "react.py"
    script.write_text(
        "import os, sys\n"
        "from fakegracedb import FakeGraceDb\n"
        "client = FakeGraceDb(store=sys.argv[1])\n"
        "for text in sys.argv[2:]:\n"
        "    client.write_log(os.environ['FAKEGRACEDB_UID'], text)\n"
    )
    report = tmp_path / "report"
    call = ["alerts", "replay", "--uid", "G0002", "--no-wait", "--store", str(client.store.path)]
    # two programs that write under one name, and one that writes nothing
    programs = [
        f"exec:{sys.executable} {script} {client.store.path}{end}" for end in (" a b", "", " c")
    ]
    for program in programs:
        call += ["--to", program]
    assert main([*call, "--report", str(report), "--types", "new", "--topic", "x"]) == 0
    line, last = (json.loads(one) for one in report.read_text().splitlines())
    assert list(line["took"]) == programs
    assert list(line["reactions"]) == [programs[0], programs[2]]
    for reaction in line["reactions"].values():
        assert 0 < reaction["after"] < 60
        assert reaction["call"] == "POST events/G0002/log/"
    # counted from when it was told, which is after the first had ended
    assert line["reactions"][programs[2]]["after"] <= line["took"][programs[2]] + 1
    assert {who: list(kinds) for who, kinds in last["summary"].items()} == {
        programs[0]: ["new"],
        programs[2]: ["new"],
    }
    assert last["summary"][programs[0]]["new"] | {"mean": 0, "median": 0, "max": 0} == {
        "alerts": 1,
        "reacted": 1,
        "mean": 0,
        "median": 0,
        "max": 0,
    }
    assert [one["comment"] for one in client.logs("G0002").json()["log"][-3:]] == ["a", "b", "c"]
    assert main([*call, "--report", str(tmp_path), "--no-wait"]) == 1
    assert main([*call, "--linger", "-1"]) == 1


def test_the_report_tells_listeners_elsewhere_by_their_names(client: FakeGraceDb) -> None:
    from fakegracedb.replaying.reactions import Reactions

    with Reactions(client.store) as reactions:
        began, told = reactions.newest(), time.monotonic()
        with reactions.running("program"):
            client.write_log("G0002", "of the program")
        client.as_user("ada").write_label("G0002", "EM_READY")
        client.write_log("G0001", "of another object")
        again = reactions.newest()
        client.as_user("ada").write_log("G0002", "once more")
        client.as_user("emmy").write_log("G0001", "elsewhere")
    message = {"object": {"graceid": "G0002"}}
    first = reactions.first(message, began, told, {"program": told})
    assert {who: one["call"] for who, one in first.items()} == {
        "program": "POST events/G0002/log/",
        "ada": "PUT events/G0002/labels/EM_READY",
    }
    # what came before is no reaction
    later = reactions.first(message, again, told, {})
    assert [one["call"] for one in later.values()] == ["POST events/G0002/log/"]
    assert list(later) == ["ada"]
