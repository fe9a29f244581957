"""The verb ``check-permissions`` on a store; over HTTP see the tests of ``selftest``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb, Store
from fakegracedb.vocabulary import DEFAULT


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "s")
    store.users["uploader"] = {  # type: ignore[assignment]
        "groups": ["internal_users"],
        "pipelines": ["gstlal"],
    }
    return store


def rights(run: Any, store: Store, *options: str) -> dict[str, str]:
    ended = run("check-permissions", "--store", store.path, "--json", *options)
    assert (ended.status, ended.err) == (0, "")
    return {f"{x['what']} {x['which']}".strip(): x["allowed"] for x in ended.json["rights"]}


def test_default_user_may_do_everything(run: Any, store: Store) -> None:
    found = rights(run, store)
    assert set(found.values()) == {"yes"}
    names = [pipeline.name for pipeline in DEFAULT.pipelines]
    assert {f"upload {group} {name}" for group in ("Test", "other groups") for name in names} <= (
        set(found)
    )


def test_rights_are_those_that_the_server_grants(run: Any, store: Store) -> None:
    found = rights(run, store, "--user", "uploader")
    uploads = {
        name for name, allowed in found.items() if "upload other" in name and allowed == "yes"
    }
    assert uploads == {"upload other groups gstlal"}
    assert {found[name] for name in found if name.startswith("upload Test")} == {"yes"}
    rest = {name: allowed for name, allowed in found.items() if not name.startswith("upload")}
    assert rest == {
        "make superevents Production": "no",
        "make superevents Test": "yes",
        "make superevents MDC": "no",
        "make catalogs": "no",
        "read events": "yes",
        "read superevents": "yes",
        "read the server's performance": "yes",
    }


def test_groups_are_acted_with(run: Any, store: Store) -> None:
    found = rights(run, store, "--group", "superevent_managers", "--group", "catalog_managers")
    assert found["make superevents Production"] == found["make catalogs"] == "yes"
    assert found["upload Test gstlal"] == "no"


def test_reader_without_credentials_may_read_superevents(run: Any, store: Store) -> None:
    found = rights(run, store, "--anonymous")
    assert {name for name, allowed in found.items() if allowed == "yes"} == {"read superevents"}


def test_nothing_is_made_by_asking(run: Any, store: Store) -> None:
    commits = store.info()["commits"]
    for options in ([], ["--user", "uploader"], ["--anonymous"]):
        rights(run, store, *options)
    assert store.info()["commits"] == commits
    assert not store.events


def test_pipeline_that_is_switched_off_is_told_with_the_reason(run: Any, store: Store) -> None:
    pipelines = tuple(
        replace(one, enabled=one.name != "pycbc") for one in store.vocabulary.pipelines
    )
    store.vocabulary = replace(store.vocabulary, pipelines=pipelines)
    out = run("check-permissions", "--store", store.path).out
    (row,) = [line for line in out.splitlines() if line.startswith("pycbc ")]
    assert row.split()[:3] == ["pycbc", "no", "yes"]
    assert "has been temporarily disabled" in row


def test_table_tells_who_asks_and_why_not(run: Any, store: Store) -> None:
    ended = run("check-permissions", "--store", store.path, "--user", "uploader")
    user, uploads, rest = ended.out.split("\n\n")
    assert user.splitlines() == ["user      uploader", "internal  yes"]
    assert uploads.splitlines()[0].split("  ")[0] == "upload to pipeline"
    assert "403: You don't have permission on this pipeline." in uploads
    assert "make superevents MDC           no       403: You are not allowed to" in rest


def test_trouble_of_the_server_is_no_answer(
    run: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeGraceDb(store=store) as client:
        client.faults.add(status=500, method="GET", path="events/", times=None)
        found = rights(run, store)
    assert found["read events"] == "unknown"


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--anonymous", "--user", "ada"], "neither a name nor groups"),
        (["http://127.0.0.1:9/", "--user", "ada"], "are for a store, and a URL is given"),
        (["http://127.0.0.1:9/", "--store", "s"], "are for a store, and a URL is given"),
        (["--store", "nowhere"], "there is no store in nowhere"),
        ([], "there is no store in ./gracedb-store"),
    ],
)
def test_who_asks_where_must_be_clear(run: Any, argv: list[str], told: str) -> None:
    ended = run("check-permissions", *argv)
    assert (ended.status, ended.out) == (1, "")
    assert told in ended.err


def test_group_that_there_is_not_is_refused(run: Any, store: Store) -> None:
    ended = run("check-permissions", "--store", store.path, "--group", "nobody")
    assert ended.status == 1
    assert "no user group 'nobody'" in ended.err
