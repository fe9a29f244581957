"""The verb ``selftest``: on the fake, and over HTTP with the real client."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ligo.gracedb.rest import GraceDb

from fakegracedb import FakeGraceDb, Server, Store, services

LACKING = {
    (): ["a VOEvent of the event", "an EM observation of the event",
         "a VOEvent of the superevent"],
    ("--api-version", "v1"): ["an event reserved, then uploaded", "a notice"],
}  # fmt: skip


def verdicts(data: Any) -> dict[str, str]:
    return {one["step"]: one["verdict"] for one in data["steps"]}


@pytest.mark.parametrize("options", LACKING, ids=" ".join)
def test_fake_does_everything_that_its_server_does(
    run: Any, here: Path, options: tuple[str, ...]
) -> None:
    ended = run("selftest", *options, "--json")
    assert (ended.status, ended.err) == (0, "")
    told = verdicts(ended.json)
    assert [step for step, verdict in told.items() if verdict == "absent"] == LACKING[options]
    assert set(told.values()) == {"ok", "absent"}
    assert len(told) == 26
    assert list(here.iterdir()) == []


def test_steps_are_told_as_they_come(run: Any) -> None:
    ended = run("selftest")
    *lines, last = ended.out.splitlines()
    assert len(lines) == 26
    assert lines[2].split(maxsplit=5)[-1] == "T0001, far 1e-09 Hz"
    assert lines[12].startswith("not there    a VOEvent of the event")
    assert last == "the fake (server 2.36.0): 23 ok, 3 not there"


def test_store_that_is_named_keeps_what_was_made(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(tmp_path / "mine"))
    assert run("selftest").status == 0
    assert not (tmp_path / "mine").exists()
    assert run("selftest", "--store", tmp_path / "s").status == 0
    store = Store(tmp_path / "s")
    assert list(store.events) == ["T0001", "T0002", "T0003"]
    (name,) = store.superevents
    assert store.superevents[name].id.startswith("TGW")
    assert store.check() == []
    assert run("selftest", "--store", tmp_path / "s").status == 0  # it can be said again


def test_what_is_not_allowed_is_told_and_no_failure(run: Any, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    user = store.settings["user"]
    store.users[user] = {"groups": ["internal_users"]}  # type: ignore[assignment]
    ended = run("selftest", "--store", store.path, "--json")
    assert ended.status == 0
    told = verdicts(ended.json)
    assert told["a superevent is made"] == "ok"
    refused = [step for step, verdict in told.items() if verdict == "refused"]
    assert refused == ["a signoff of an advocate", "who may see it", "catalogs"]


def test_failure_is_told_and_what_hangs_on_it_left_out(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = FakeGraceDb.create_superevent

    def elsewhere(self: Any, *args: Any, **options: Any) -> Any:
        answer = made(self, *args, **options)
        answer._content = answer.content.replace(b'"TS', b'"XS')
        return answer

    def broken(self: Any, *args: Any, **options: Any) -> Any:
        raise KeyError("labels")

    monkeypatch.setattr(FakeGraceDb, "create_superevent", elsewhere)
    monkeypatch.setattr(FakeGraceDb, "remove_tag", broken)
    ended = run("selftest")
    assert ended.status == 1
    assert "FAILED       tags" in ended.out
    assert "the answer has no 'labels'" in ended.out
    assert "first letters of the id: expected 'TS', found 'XS'" in ended.out
    monkeypatch.setattr(FakeGraceDb, "create_event", broken)
    ended = run("selftest")
    assert "left out     labels" in ended.out
    assert "there is no event" in ended.out
    assert ended.out.splitlines()[-1].endswith("FAILED")


# Over HTTP


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("X509_", "SCITOKEN", "BEARER"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))


def test_server_is_tested_through_the_real_client(
    run: Any, tmp_path: Path, no_credentials: None
) -> None:
    store = Store(tmp_path / "s")
    with Server(store) as server:
        root = server.url
        ended = run("selftest", root.removesuffix("api/"))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == f"{root} (server 2.36.0): 23 ok, 3 not there"
    assert len(store.events) == 3
    with FakeGraceDb(store=store) as client:  # no catalog is made for everybody
        assert list(client.gwtc_numbers()) == []


def test_permissions_are_asked_of_a_server_through_the_real_client(
    run: Any, tmp_path: Path, no_credentials: None
) -> None:
    store = Store(tmp_path / "s")
    store.settings["user"] = "ada"
    commits = store.info()["commits"]
    with Server(store) as server:
        ended = run("check-permissions", server.url, "--json")
        assert ended.json["user"]["username"] == "ada"
        assert {one["allowed"] for one in ended.json["rights"]} == {"yes"}
    assert store.info()["commits"] == commits


@pytest.mark.parametrize("verb", ["selftest", "check-permissions"])
@pytest.mark.parametrize("name", ["production", "HTTPS://GraceDB.LIGO.org.:443/api/v2/"])
def test_production_is_refused(run: Any, verb: str, name: str) -> None:
    ended = run(verb, name)
    assert (ended.status, ended.out) == (2, "")
    assert "is the production server" in ended.err


@pytest.mark.parametrize("verb", ["selftest", "check-permissions"])
def test_servers_have_aliases(
    run: Any, tmp_path: Path, no_credentials: None, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    with Server(Store(tmp_path / "s")) as server:
        root = server.url
        monkeypatch.setitem(services.ALIASES, "playground", root.removesuffix("/api/"))
        ended = run(verb, "playground")
    assert (ended.status, ended.err) == (0, "")
    ended = run(verb, "nowhere")
    assert (ended.status, ended.out) == (2, "")
    assert "'nowhere' is no URL of a server" in ended.err


def test_server_that_does_not_answer_is_a_failure_in_one_line(
    run: Any, no_credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = GraceDb.__init__
    monkeypatch.setattr(GraceDb, "__init__", lambda self, *a, **o: made(self, *a, **o, retries=0))
    ended = run("selftest", "http://127.0.0.1:9/api/")
    assert (ended.status, ended.out, ended.err.count("\n")) == (1, "", 1)


def test_url_and_store_are_two_places(run: Any) -> None:
    ended = run("selftest", "http://127.0.0.1:9/api/", "--store", "s")
    assert (ended.status, ended.out) == (1, "")
    assert "two places" in ended.err
