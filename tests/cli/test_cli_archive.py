"""The verbs ``fetch``, ``fetch-range``, ``load``, ``import`` and ``cache …``."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb, Store
from fakegracedb.archive import Archive

SMALL_STORE = Path(__file__).parents[2] / "fixtures" / "store"
S, G, T = "S260301a", "G0001", "T0002"
FROM = ("--source", "source")
G_LINE = "G0001        gstlal      CBC          AllSky       (  12)     1456419600.125 FAR=1e-09"
T_LINE = (
    "T0002            pycbc       Test         BBH          (  12)      1456420260.75 FAR=5e-10"
)


@pytest.fixture(autouse=True)
def source(here: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGraceDb:
    """A server in the folder `source`; the archive is `cache/fakegracedb`."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / "cache"))
    shutil.copytree(SMALL_STORE, here / "source")
    return FakeGraceDb(store="source", waits="skip")


@pytest.fixture
def cache(here: Path) -> Path:
    return here / "cache" / "fakegracedb"


def test_fetch_tells_what_came_and_what_was_there(run: Any, cache: Path) -> None:
    ended = run("fetch", S, T, *FROM)
    assert ended.status == 0
    assert ended.out == (
        f"{S} from fake: 1 event, 8 files, 104.4 kB in {cache / S}\n"
        f"{T} from fake: 9 files, 31.0 kB in {cache / T}\n"
    )
    assert run("fetch", S, *FROM).out == f"{S} is in the archive already: {cache / S}\n"
    (row,) = run("fetch", S, *FROM, "--refresh", "--json", "--related").json
    assert (row["new"], row["events"], row["files"]) == (True, ["E0005", G], 9)


def test_ids_that_can_be_none_are_named_and_nothing_is_fetched(run: Any, cache: Path) -> None:
    ended = run("fetch", S, "G12", "nonsense", *FROM)
    assert ended.status == 1
    assert "'G12', 'nonsense'" in ended.err
    assert ended.err.count("\n") == 1
    assert not cache.exists()


def test_one_that_fails_does_not_keep_others_from_being_fetched(run: Any) -> None:
    ended = run("fetch", "G9999", T, *FROM)
    assert ended.status == 1
    assert ended.err == "fakegracedb: G9999 is not there: the server answers 404\n"
    assert ended.out.startswith(f"{T} from fake")
    assert run("fetch", "G9999", T, *FROM, "--json").json[0]["error"]


def test_modes_exclude_each_other(run: Any) -> None:
    assert run("fetch", S, *FROM, "--full", "--pipeline-only").status == 2


def test_pipeline_only_keeps_that(run: Any) -> None:
    assert run("fetch", S, *FROM, "--pipeline-only").status == 0
    found = Archive().superevent(S)
    assert found.mode == "pipeline"
    assert not found.files
    assert len(found.events[0].files) == 4


def test_partial_objects_are_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "fakegracedb.archive.fetching.connect_to_source",
        lambda *_, **__: FakeGraceDb(store="source", force_noauth=True),
    )
    ended = run("fetch", S, *FROM)
    assert f"  {S} in part only; could not be read: events, pipeline_preferred" in ended.out
    assert f"  {G} in part only; could not be read: object" in ended.out


def test_an_alias_without_its_store_is_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run("fetch", S, "--source", "fake")
    assert ended.status == 1
    assert "$FAKEGRACEDB_STORE" in ended.err
    monkeypatch.setenv("FAKEGRACEDB_STORE", "source")
    assert run("fetch", S, "--source", "fake").status == 0


def test_ctrl_c_says_what_is_there(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("fakegracedb.archive.gathering.write_documents", stop)
        ended = run("fetch", S, *FROM)
    assert ended.status == 130
    assert f"interrupted: {S} is not complete; the same command goes on" in ended.err
    listed = run("cache", "list")
    assert f"{S}         its fetch was interrupted: fetch it again to go on" in listed.out
    assert run("fetch", S, *FROM).status == 0
    with monkeypatch.context() as patch:  # of what was done before programs are told all the same
        patch.setattr("fakegracedb.archive.gathering.write_documents", stop)
        ended = run("fetch", S, "G0004", *FROM, "--json")
    assert ended.status == 130
    assert [one["id"] for one in ended.json] == [S]
    with monkeypatch.context() as patch:
        patch.setattr("fakegracedb.archive.gathering.write_documents", stop)
        ended = run("fetch", S, *FROM, "--refresh")
    assert "as it was before" in ended.err


def test_ctrl_c_while_loading_leaves_all_or_nothing(
    run: Any, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    run("fetch", S, *FROM)

    def interrupted(self: Any, file: Any) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("fakegracedb.archive.archived.Archived.content", interrupted)
        ended = run("load", S, "--store", "mine")
    assert ended.status == 130
    assert "interrupted: in " in ended.err
    assert not list(Store(here / "mine").events)
    assert run("load", S, "--store", "mine").status == 0


def test_a_range_is_listed_or_fetched(run: Any) -> None:
    span = ("1456419000", "1456420000")
    ended = run("fetch-range", *span, *FROM, "--dry-run")
    assert ended.out == f"{S}         1456419600.125  ADVOK PASTRO_READY\n1 superevent\n"
    assert not Archive().exists()
    assert run("fetch-range", *span, *FROM).out.endswith("1 superevent, 104.4 kB\n")
    assert S in Archive()
    assert run("fetch-range", "1", "2", *FROM).out == "0 superevents, 0 B\n"
    bad = run("fetch-range", *span, *FROM, "--query", "label: NOSUCH")
    assert (bad.status, bad.err.count("\n")) == (1, 1)


# Loading


def test_load_tells_what_came_and_what_is_lacking(run: Any, here: Path) -> None:
    run("fetch", S, *FROM)
    ended = run("load", S, "--store", "mine")
    assert ended.out == (
        f"2 objects with 8 files in {here / 'mine'}: {S} {G}\n"
        f"  {S}: its event E0005 is not in the archive\n"
    )
    again = run("load", S, "--store", "mine")
    assert (again.status, again.out) == (1, "")
    assert again.err == (
        f"fakegracedb: {S} is in the store already: --replace (replace=True) loads anew\n"
    )
    report = run("load", S, "--store", "mine", "--replace", "--json").json
    assert report["replaced"] == [S, G]
    assert run("store", "check", "--store", "mine").status == 0


def test_load_makes_the_usual_store_where_none_is_named(run: Any, here: Path) -> None:
    run("fetch", S, *FROM)
    assert run("load", S).status == 0
    assert list(Store(here / "gracedb-store").superevents) == [S]
    assert run("load", "nowhere").status == 1


def test_fakedbs_are_imported(run: Any, here: Path) -> None:
    folder = here / "db" / "G000007"
    folder.mkdir(parents=True)
    event = {
        "graceid": "G000007", "group": "burst", "pipeline": "cwb", "created": 1.4e9,
        "submitter": "rue@ligo.org", "extra_attributes": {},
    }  # fmt: skip
    for name, value in (("toplevel", event), ("files", []), ("labels", []), ("logs", [])):
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(value, protocol=0))
    ended = run("import", "--from-fakedb", "db", "--store", "mine")
    assert ended.out == (f"1 object with 0 files in {here / 'mine'}: G0007\n  G000007 is G0007\n")
    assert run("import", "--store", "mine").status == 2
    assert run("import", "--from-fakedb", "nowhere").status == 1


# Care of the archive


@pytest.mark.parametrize("verb", [["list"], ["clean"], ["verify"], ["export", "e"]])
def test_a_missing_archive_is_told(run: Any, cache: Path, verb: list[str]) -> None:
    ended = run("cache", *verb)
    assert ended.status == 1
    assert ended.err == f"fakegracedb: Cache path does not exist: {cache}\n"


def test_list_draws_a_tree(run: Any, cache: Path) -> None:
    run("fetch", S, T, *FROM)
    for number, path in enumerate(sorted(cache.rglob("*"), key=lambda path: path.name)):
        os.utime(path, (number, number))
    lines = run("cache", "list").out.splitlines()
    assert lines == [
        f"Cache: {cache}",
        "├── S260301a         source: fake",
        f"│   └── {G_LINE}",
        f"└── {T_LINE}",
    ]  # fmt: skip
    lines = run("cache", "list", "--include-files").out.splitlines()
    assert lines[1:6] == [
        "├── S260301a         source: fake",
        "│   ├── description.json",
        f"│   ├── {G_LINE}",
        "│   │   ├── description.json",
        "│   │   ├── archive.json",
    ]  # fmt: skip
    assert lines[-1].startswith("    └── ")
    document = run("cache", "list", "--json", "--include-files").json
    assert document["cache"] == str(cache)
    assert [one["id"] for one in document["objects"]] == [S, T]
    assert document["objects"][0]["events"][0]["gpstime"] == 1456419600.125


def test_what_is_damaged_is_listed_with_the_reason(run: Any, cache: Path) -> None:
    run("fetch", S, T, *FROM)
    (cache / T / "archive.json").write_text("{")
    (cache / "notes").mkdir()
    ended = run("cache", "list")
    assert ended.status == 0
    assert "archive.json is not valid JSON" in ended.out
    assert "source: fake" in ended.out
    assert "notes" not in ended.out


def test_clean_removes_objects_and_nothing_else(run: Any, cache: Path) -> None:
    run("fetch", S, T, *FROM)
    (cache / "notes").mkdir()
    (cache / "G7777").write_text("a file that is named like an id")
    assert run("cache", "clean", "--dry-run").out == f"Would remove {S}\nWould remove {T}\n"
    assert run("cache", "clean", "--older-than", "1").out == ""
    assert run("cache", "clean", T).out == f"Removed {T}\n"
    missing = run("cache", "clean", T, G)
    assert (missing.status, "not in the archive" in missing.err) == (1, True)
    refused = run("cache", "clean")
    assert (refused.status, refused.out) == (1, "")
    assert f"this would remove 1 object from {cache}: --yes says that it is" in refused.err
    assert (cache / S).is_dir()
    assert run("cache", "clean", "--yes").out == f"Removed {S}\n"
    assert sorted(path.name for path in cache.iterdir()) == [".locks", "G7777", "notes"]
    assert run("cache", "clean", "--older-than", "-1").status == 2


def test_clean_of_everything_has_to_be_meant(run: Any, cache: Path) -> None:
    run("fetch", S, T, *FROM)
    ended = run("cache", "clean")
    assert ended.status == 1
    assert f"this would remove 2 objects from {cache}: --yes says that it is meant" in ended.err
    assert {path.name for path in cache.iterdir()} == {".locks", S, T}
    assert run("cache", "clean", "--yes", "--json").json["removed"] == [S, T]


def test_source_that_is_no_store_is_told_and_leaves_nothing(run: Any, here: Path) -> None:
    for verb in (
        ["fetch", S],
        ["fetch-range", "1456419000", "1456420000"],
        ["create", S, "--target", "new"],
        ["cycle", "1456419000", "1456420000", "--cycles", "1", "--target", "new"],
        ["validate", S],
    ):
        archive = [] if verb[0] == "validate" else ["--archive", "a"]
        ended = run(*verb, "--source", "sourec", *archive)
        assert (ended.status, ended.out) == (1, "")
        assert ended.err.startswith("fakegracedb: there is no store in sourec; what is read is a")
        assert [path.name for path in here.iterdir() if path.name != "cache"] == ["source"]


def test_server_that_is_not_reached_is_named_while_it_is_asked_again(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a port of this machine that was free a moment ago
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{taken.getsockname()[1]}"
    monkeypatch.setattr("fakegracedb.archive.asking._TRIES", 3)
    ended = run("fetch", S, "--source", f"{server}/api/")
    told = f"fakegracedb: {server} cannot be reached: Connection refused"
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.splitlines() == [
        f"{told}; tried again in 0.5 s",
        f"{told}; tried again in 1 s",
        told,
    ]
    for verb in (["selftest", f"{server}/"], ["create", S, *FROM, "--target", f"{server}/"]):
        ended = run(*verb)
        assert ended.status == 1
        assert f"{server} cannot be reached: Connection refused" in ended.out + ended.err
        assert "HTTPConnectionPool" not in ended.out + ended.err


@pytest.mark.parametrize("option", ["--group", "--search"])
def test_group_or_search_that_the_target_does_not_know_is_refused_with_those_it_has(
    run: Any, option: str
) -> None:
    ended = run("create", S, *FROM, "--target", "new", option, "Nosuch")
    assert ended.status == 1
    assert f"no {option[2:]} 'Nosuch'; there are " in ended.err
    assert not Store("new").events


def test_store_is_not_loaded_as_if_it_were_an_archive(run: Any, here: Path) -> None:
    ended = run("load", "source", "--store", "new")
    assert (ended.status, ended.err.count("\n")) == (1, 1)
    assert ended.err.startswith("fakegracedb: source is a store, not an archive")
    assert not (here / "new").exists()


def test_file_that_is_no_json_is_told_to_be_none(run: Any, here: Path) -> None:
    Path("k.json").write_text('{"graceid"')
    Path("k.txt").write_text("{}")
    assert "k.json is not valid JSON: " in run("load", "k.json", "--store", "new").err
    assert "k.txt is no JSON file" in run("load", "k.txt", "--store", "new").err


def test_file_that_was_altered_is_neither_loaded_nor_created_again(run: Any, here: Path) -> None:
    run("fetch", S, *FROM, "--archive", "a")
    Path(f"a/{S}/{G}/gstlal.p_astro.json,0").write_text("{}")
    altered = "p_astro.json,0 has 2 bytes instead of 77: fetch it again with --refresh"
    ended = run("load", "a", "--store", "loaded")
    assert (ended.status, ended.err.count("\n")) == (1, 1)
    assert altered in ended.err
    assert not Store("loaded").events
    ended = run("create", S, "--archive", "a", "--target", "created")
    assert ended.status == 1
    assert f"Failed {G}: {G}: gstlal.{altered}" in ended.out
    made = FakeGraceDb(store="created").files("M0001").json()
    assert "gstlal.p_astro.json" not in made


@pytest.mark.parametrize("span", [("a", "b"), ("5", "3"), ("nan", "5"), ("1e9", "2e9")])
def test_span_of_time_that_is_none_is_told(run: Any, span: tuple[str, str]) -> None:
    ended = run("fetch-range", *span, *FROM)
    assert (ended.status, ended.err.count("\n")) == (1, 1)
    assert "is before the start, 5" in ended.err or "is no GPS time [s]" in ended.err


def test_clean_knows_how_old_an_object_is(run: Any, cache: Path) -> None:
    run("fetch", S, T, *FROM)
    manifest = json.loads((cache / T / "archive.json").read_text())
    manifest["fetched"] = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() - 3e5))
    (cache / T / "archive.json").write_text(json.dumps(manifest))
    assert run("cache", "clean", "--older-than", "3", "--yes").out == f"Removed {T}\n"


def test_verify_finds_what_is_missing_or_altered(run: Any, cache: Path) -> None:
    run("fetch", S, *FROM)
    assert run("cache", "verify").out == f"1 object in {cache}: all as it was fetched\n"
    (cache / S / G / "em_bright.json,0").unlink()
    (cache / S / "p_astro.json,0").write_text("{}")
    ended = run("cache", "verify")
    assert ended.status == 1
    assert ended.out.splitlines() == [
        f"{S}/p_astro.json,0: has 2 bytes instead of 77: fetch it again with --refresh",
        f"{S}/{G}/em_bright.json,0: No such file or directory",
    ]
    assert [one["path"] for one in run("cache", "verify", S, "--json").json] == [
        f"{S}/p_astro.json,0",
        f"{S}/{G}/em_bright.json,0",
    ]


def test_what_is_exported_is_what_meg_keeps_and_can_be_adopted(run: Any, here: Path) -> None:
    run("fetch", S, T, *FROM)
    assert run("cache", "export", "meg").out == f"2 objects written to meg: {S} {T}\n"
    top = here / "meg" / S
    assert sorted(path.relative_to(top).as_posix() for path in top.rglob("*")) == [
        "G0001", "G0001/bayestar.multiorder.fits,0", "G0001/description.json",
        "G0001/em_bright.json,0", "G0001/gstlal-allsky.xml,0", "G0001/gstlal.p_astro.json,0",
        "description.json",
    ]  # fmt: skip
    other = here / "other"
    ended = run("cache", "import", "meg", "--archive", "other")
    assert ended.out == f"2 objects adopted by {other}: {S} {T}\n"
    again = run("cache", "import", "meg", "--archive", "other")
    assert (again.status, again.err.count("--replace")) == (1, 2)
    assert run("cache", "import", "meg", "--archive", "other", "--replace").status == 0
    assert Archive(other).event(G).read("em_bright.json") == Archive().event(G).read(
        "em_bright.json"
    )
    assert run("cache", "verify", "--archive", "other").status == 0
    assert run("load", S, "--archive", "other", "--store", "mine").status == 0


def test_the_archive_of_meg_is_named_by_an_option(run: Any, here: Path) -> None:
    run("fetch", S, *FROM)
    run("cache", "export", "cache/mock-event-generator")
    assert run("cache", "list", "--meg").out.startswith(
        f"Cache: {here / 'cache' / 'mock-event-generator'}\n"
    )


def test_saved_answers_are_adopted(run: Any, here: Path, source: FakeGraceDb) -> None:
    (here / "list.json").write_text(
        json.dumps({"numRows": 1, "superevents": [source.as_user(None).superevent(S).json()]})
    )
    assert run("cache", "import", "list.json").status == 0
    assert Archive().superevent(S).partial
    assert run("load", S, "--store", "mine").status == 0
