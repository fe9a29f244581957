"""Loading what others have saved: meg's older caches, public JSON, folders of answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from archive_scenes import same_archive
from archived_things import event_answer, superevent_answer

from fakegracedb import FakeGraceDb, Store
from fakegracedb.archive import Archive, fetch, load
from fakegracedb.archive.listing import problems
from fakegracedb.archive.saved import read_saved
from fakegracedb.errors import ArchiveError

S, G, E = "S260301a", "G0001", "E0005"


def client_of(place: Path, **options: Any) -> FakeGraceDb:
    return FakeGraceDb(store=place, waits="skip", **options)


def is_within(part: Any, whole: Any) -> bool:
    """Whether an answer has all that another one has; links have another base."""
    if isinstance(part, dict):
        return all(
            key in whole and (key == "links" or is_within(part[key], whole[key])) for key in part
        )
    return bool(part == whole)


@pytest.fixture
def old_cache(tmp_path: Path) -> Path:
    """A superevent as an older version of `meg` kept it."""
    top = tmp_path / "meg" / "S260301a"
    logs = [
        {
            "N": number, "comment": comment, "created": "2026-03-01 17:04:31 UTC",
            "issuer": "emfollow", "filename": name, "file_version": version,
            "tag_names": tags, "file": None,
        }
        for number, (comment, name, version, tags) in enumerate(
            [
                ("Superevent created", "", None, []),
                ("Added label: ADVREQ", "", None, []),
                ("a sky map", "bayestar.fits", 0, ["sky_loc"]),
                ("another", "bayestar.fits", 1, ["sky_loc", "unheard_of"]),
            ],
            start=1,
        )
    ]  # fmt: skip
    brief = {key: value for key, value in event_answer("G0001").items() if key != "superevent"}
    superevent = superevent_answer(
        gw_events=["G0002", "G0001"],
        labels=["ADVREQ"],
        preferred_event_data=event_answer("G0001"),
        pipeline_preferred_events={"gstlal": brief},
    )
    labels = [{"name": "ADVREQ", "created": "2026-03-01T17:04:33+00:00", "creator": "emfollow"}]
    answers = {
        "sevent": superevent,
        "logs": {"start": 0, "numRows": 4, "log": logs},
        "labels": labels,
        "gevents": {"G0001": event_answer("G0001"), "G0002": event_answer("G0002", far=1e-7)},
    }
    for graceid in ("G0001", "G0002"):
        (top / graceid).mkdir(parents=True)
        (top / graceid / "coinc.xml,0").write_bytes(b"<a/>")
        uploads = [
            {"message": "Original Data", "tags": [], "filename": "coinc.xml,0", "delay": 0.0}
        ]
        told = event_answer(graceid)
        description = {
            "id": graceid, "source": "playground", "uploads": uploads,
            **{key: told[key] for key in ("pipeline", "group", "search", "offline", "gpstime")},
            "reporting_latency": told["reporting_latency"],
        }  # fmt: skip
        (top / graceid / "description.json").write_text(json.dumps(description))
    description = {
        "id": S, "source": "playground", "gevent_ids": ["G0002", "G0001"],
        **{key: superevent[key] for key in ("t_start", "t_0", "t_end")}, "sevent_data": answers,
    }  # fmt: skip
    (top / "description.json").write_text(json.dumps(description))
    return top


def test_older_caches_of_meg_are_loaded(old_cache: Path, tmp_path: Path) -> None:
    answers = json.loads((old_cache / "description.json").read_text())["sevent_data"]
    store = Store(tmp_path / "loaded")
    loaded = load(old_cache, store)
    assert not store.check()
    assert loaded.ids == (S, "G0001", "G0002")
    assert f"{S}: 2 file(s) are not in the archive: bayestar.fits,0, bayestar.fits,1" in (
        loaded.absent
    )
    with client_of(store.path) as client:
        found = client.superevent(S).json()
        assert is_within(answers["sevent"], found)
        for row, told in zip(client.logs(S).json()["log"], answers["logs"]["log"], strict=True):
            assert is_within({**told, "file": row["file"]}, row)
        (label,) = client.labels(S).json()["labels"]
        assert (label["created"], label["creator"]) == ("2026-03-01 17:04:33 UTC", "emfollow")
        for graceid in ("G0001", "G0002"):
            assert is_within(answers["gevents"][graceid], client.event(graceid).json())
            assert client.files(graceid, "coinc.xml").read() == b"<a/>"
        # what is lacking is known by name, and its number goes on
        assert client.get(f"{client.links['superevents']}{S}/files/").json()["bayestar.fits,1"]
        with pytest.raises(Exception, match="404"):
            client.files(S, "bayestar.fits,1")
        assert client.write_log(S, "c", "bayestar.fits", b"x").json()["file_version"] == 2
    assert not store.check()


def test_a_whole_archive_is_loaded_at_once(old_cache: Path, tmp_path: Path) -> None:
    assert load(old_cache.parent, tmp_path / "loaded").ids == (S, "G0001", "G0002")


@pytest.mark.parametrize("created", ["2022-07-22 22:02:45 UTC", "2022-07-22T17:02:45-05:00"])
@pytest.mark.parametrize("listed", [False, True])
def test_what_a_public_reader_gets_is_loaded(
    furnished: FakeGraceDb, tmp_path: Path, created: str, listed: bool
) -> None:
    public = furnished.as_user(None)
    answer = public.superevent(S).json()
    answer["created"] = created

    document = {"numRows": 1, "superevents": [answer], "links": {}} if listed else answer
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(document))
    loaded = load(path, tmp_path / "loaded")
    assert loaded.ids == (S, G)
    store = Store(tmp_path / "loaded")
    assert not store.check()
    with client_of(store.path, force_noauth=True) as client:
        found = client.superevent(S).json()
        told = {**answer, "created": "2022-07-22 22:02:45 UTC"}
        assert {key: found[key] for key in told} == told


def test_a_list_of_superevents_comes_in_one_commit(tmp_path: Path) -> None:
    rows = [
        superevent_answer(
            f"S2603{day:02}a",
            gw_events=[f"G{day:04}"],
            preferred_event=f"G{day:04}",
            preferred_event_data=event_answer(f"G{day:04}", superevent=f"S2603{day:02}a"),
        )
        for day in range(1, 29)
    ]
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"numRows": len(rows), "superevents": rows}))
    store = Store(tmp_path / "loaded")
    load(path, store)
    assert not store.check()
    assert list(store.superevents) == [row["superevent_id"] for row in rows]
    assert store.info()["commits"] == 1
    rows[5]["created"] = "yesterday"
    path.write_text(json.dumps({"numRows": len(rows), "superevents": rows}))
    with pytest.raises(ArchiveError, match="S260306a: the archive is damaged"):
        load(path, tmp_path / "second")
    assert not Store(tmp_path / "second").exists()


@pytest.mark.parametrize("api_version", [None, "v1"])
@pytest.mark.parametrize("in_folders", [False, True])
def test_a_folder_of_saved_answers_is_loaded(
    furnished: FakeGraceDb, tmp_path: Path, api_version: str | None, in_folders: bool
) -> None:
    saved = tmp_path / "saved"
    with client_of(furnished.store.path, api_version=api_version) as client:
        calls = {
            "superevent": client.superevent, "logs": client.logs, "labels": client.labels,
            "files": client.files, "signoffs": client.signoffs, "permissions": client.permissions,
            "voevents": client.voevents, "event": client.event,
        }  # fmt: skip
        for object_id in (S, G, E):
            folder = saved / object_id if in_folders else saved
            folder.mkdir(parents=True, exist_ok=True)
            wanted = (
                ["superevent", "logs", "labels", "files", "signoffs", "permissions", "voevents"]
                if object_id == S
                else ["event", "logs", "labels", "files"]
            )
            for name in wanted:
                path = folder / f"{object_id}-{name}.json"
                path.write_text(json.dumps(calls[name](object_id).json()))
            if in_folders:
                for name in client.files(object_id).json():
                    if "," in name and not name.startswith(("nul", "100%", "NOTES", "gr")):
                        (folder / name).write_bytes(client.files(object_id, name).read())
        original = {one: client.superevent(one).json() for one in (S,)}
        logs = client.logs(S).json()["log"]
    store = Store(tmp_path / "loaded")
    loaded = load(saved, store)
    assert not store.check()
    assert set(loaded.ids) == {S, G, E}
    with client_of(store.path, api_version=api_version) as client:
        assert client.superevent(S).json() == original[S]
        assert client.logs(S).json()["log"] == logs
        for name in ("labels", "files", "signoffs", "permissions", "voevents"):
            told = json.loads(next(saved.rglob(f"{S}-{name}.json")).read_text())
            assert getattr(client, name)(S).json() == told
        if in_folders:
            assert client.files(S, "notes on the sky.txt,0").read() == b"a"
            assert client.files(S, "p_astro.json").read()
        else:
            assert any("file(s) are not in the archive" in one for one in loaded.absent)


def test_bare_names_of_files_beside_answers_mean_the_newest_version(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    for text in (b"one", b"two"):
        source.write_log(G, "n", "n.txt", text)
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "a.json").write_text(json.dumps({**source.event(G).json(), "superevent": None}))
    (saved / "b.json").write_text(json.dumps(source.logs(G).json()))
    (saved / "n.txt").write_bytes(b"two")
    load(saved, tmp_path / "loaded")
    with client_of(tmp_path / "loaded") as client:
        assert client.files(G, "n.txt,1").read() == b"two"
        assert client.files(G, "n.txt").read() == b"two"


def test_saved_answers_with_files_are_adopted_by_an_archive(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    saved = tmp_path / "saved" / G
    saved.mkdir(parents=True)
    (saved / "event.json").write_text(json.dumps({**source.event(G).json(), "superevent": None}))
    (saved / "logs.json").write_text(json.dumps(source.logs(G).json()))
    (saved / "em_bright.json").write_bytes(source.files(G, "em_bright.json").read())
    (found,) = read_saved(sorted(saved.iterdir()))
    archive = Archive(tmp_path / "a")
    archive.put(found)
    assert not problems(archive)
    assert archive[G].read("em_bright.json", 0) == (saved / "em_bright.json").read_bytes()
    assert (archive.path / G / "em_bright.json,0").exists()


def test_what_is_no_answer_is_told(tmp_path: Path) -> None:
    (tmp_path / "p_astro.json").write_text('{"BNS": 1.0}')
    with pytest.raises(ArchiveError, match="holds no event and no superevent"):
        load(tmp_path / "p_astro.json", tmp_path / "loaded")
    with pytest.raises(ArchiveError, match="holds no event and no superevent"):
        load(tmp_path, tmp_path / "loaded")
    with pytest.raises(ArchiveError, match="neither an id in the archive"):
        load(tmp_path / "nowhere", tmp_path / "loaded")
    with pytest.raises(ArchiveError, match=r"no G1234 in the archive .*\(it holds nothing\)"):
        load("G1234", tmp_path / "loaded", archive=tmp_path / "none")


def test_an_archive_that_was_moved_is_loaded_by_its_folder(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    (fetched,) = fetch(S, source, tmp_path / "a", related=True)
    shutil.move(str(tmp_path / "a" / S), str(tmp_path / "elsewhere"))
    load(tmp_path / "elsewhere", tmp_path / "loaded")
    with client_of(tmp_path / "loaded") as client:
        (copy,) = fetch(S, client, tmp_path / "b", related=True)
    assert same_archive(fetched.archived, copy.archived)


def test_names_that_the_store_does_not_know_are_known_afterwards(tmp_path: Path) -> None:
    answer = event_answer(
        "G0007", superevent=None, pipeline="Novel", search="Odd", group="New", labels=["STRANGE"]
    )
    path = tmp_path / "e.json"
    path.write_text(json.dumps(answer))
    load(path, tmp_path / "loaded")
    with client_of(tmp_path / "loaded") as client:
        (found,) = client.events("Novel STRANGE")
        assert found["labels"] == ["STRANGE"]
        assert "Novel" in client.pipelines
    assert not Store(tmp_path / "loaded").check()


def _written(place: Path, data: Any) -> Path:
    place.write_text(json.dumps(data))
    return place


def test_superevents_of_older_servers_do_not_tell_their_category(tmp_path: Path) -> None:
    told = event_answer("M0001")
    answer = superevent_answer("MS260301a", preferred_event="M0001", preferred_event_data=told)
    del answer["category"]
    load(_written(tmp_path / "a.json", answer), tmp_path / "s")
    with FakeGraceDb(store=tmp_path / "s") as client:
        assert client.superevent("MS260301a").json()["category"] == "MDC"


def test_a_list_of_log_entries_is_one_of_whom_they_are(tmp_path: Path) -> None:
    rows = [
        {
            "N": number,
            "comment": f"entry {number}",
            "created": "2017-08-17T13:08:15+00:00",
            "issuer": {"username": "ada.lovelace@LIGO.ORG", "display_name": "Ada Lovelace"},
            "tag_names": [],
            "self": f"https://gracedb.ligo.org/api/events/G0001/log/{number}",
        }
        for number in (1, 2)
    ]
    (tmp_path / "in").mkdir()
    _written(tmp_path / "in" / "event.json", event_answer("G0001"))
    _written(tmp_path / "in" / "what.json", rows)
    load(tmp_path / "in", tmp_path / "s")
    with FakeGraceDb(store=tmp_path / "s") as client:
        logs = client.logs("G0001").json()["log"]
        assert [(row["N"], row["issuer"]) for row in logs] == [
            (number, "ada.lovelace@LIGO.ORG") for number in (1, 2)
        ]


def test_objects_by_their_ids_and_in_alerts_are_loaded(tmp_path: Path) -> None:
    by_id = {id_: event_answer(id_, superevent=None) for id_ in ("G0001", "G0002")}
    assert load(_written(tmp_path / "a.json", by_id), tmp_path / "s").ids == ("G0001", "G0002")
    alert = {"uid": "G0003", "alert_type": "new", "data": {}, "object": event_answer("G0003")}
    assert load(_written(tmp_path / "b.json", alert), tmp_path / "s").ids == ("G0003",)


def test_an_event_that_does_not_tell_when_it_was_created_has_been_there_from_its_time(
    tmp_path: Path,
) -> None:
    answer = event_answer("G0001", superevent=None, labels=["INJ"])
    del answer["created"], answer["reporting_latency"]
    load(_written(tmp_path / "a.json", answer), tmp_path / "s")
    with FakeGraceDb(store=tmp_path / "s") as client:
        assert client.event("G0001").json()["reporting_latency"] == 0.0


def test_an_answer_of_another_form_is_told_and_no_surprise(tmp_path: Path) -> None:
    answer = superevent_answer(pipeline_preferred_events=["G0001"])
    with pytest.raises(ArchiveError, match=r"a\.json: .* not of the form of a server's answers"):
        load(_written(tmp_path / "a.json", answer), tmp_path / "s")


@pytest.mark.parametrize("id_", ["Gev-abcdef", "Q12345", "S12345a"])
def test_ids_that_no_server_gives_are_refused_and_told_what_to_do(tmp_path: Path, id_: str) -> None:
    answer = superevent_answer(id_) if id_[0] == "S" else event_answer(id_)
    with pytest.raises(ArchiveError, match=f"{id_} cannot be loaded: .* `create`"):
        load(_written(tmp_path / "a.json", answer), tmp_path / "s")
