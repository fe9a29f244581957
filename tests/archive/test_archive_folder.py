"""The folder of an archive: what is put in comes out, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from archived_things import a_superevent, an_event, event_answer, superevent_answer

from fakegracedb.archive import Archive, ArchivedEvent, ArchivedSuperevent, default_path
from fakegracedb.archive.listing import problems
from fakegracedb.errors import ArchiveError


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def bare(archived: Any) -> Any:
    """Give what was archived without saying where."""
    events = [bare(one) for one in getattr(archived, "events", ())]
    return {**vars(archived), "folder": None, "events": events}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_put_in_comes_out(archive: Archive, tmp_path: Path) -> None:
    original = a_superevent(tmp_path / "elsewhere")
    archive.put(original)
    found = archive["S260301a"]
    assert isinstance(found, ArchivedSuperevent)
    assert bare(found) == bare(original)
    assert found.read("note.txt") == b"hello"
    assert found.events[0].read("coinc.xml") == b"<b/>"
    assert found.events[0].read("coinc.xml", 0) == b"<a/>"
    assert list(archive) == ["S260301a"]


def test_an_event_within_a_superevent_is_found_by_its_id(archive: Archive, tmp_path: Path) -> None:
    archive.put(a_superevent(tmp_path / "elsewhere"))
    assert "G0001" in archive
    assert archive.event("G0001").object["pipeline"] == "gstlal"
    assert "G0002" not in archive
    assert "../S260301a" not in archive


def test_layout_is_that_of_the_readme_and_of_meg(archive: Archive, tmp_path: Path) -> None:
    archive.put(a_superevent(tmp_path / "elsewhere"))
    top = archive.path / "S260301a"
    assert sorted(path.relative_to(top).as_posix() for path in top.rglob("*")) == [
        "G0001",
        "G0001/archive.json",
        "G0001/coinc.xml,0",
        "G0001/coinc.xml,1",
        "G0001/description.json",
        "archive.json",
        "description.json",
        "note.txt,0",
    ]
    # the keys that `meg` knows, and no other: it refuses what it does not know
    event = json.loads((top / "G0001" / "description.json").read_text())
    assert sorted(event) == [
        *("far", "gpstime", "group", "id", "offline", "pipeline", "reporting_latency"),
        *("search", "source", "superevent", "uploads"),
    ]
    assert event["uploads"] == [
        {"message": "Original Data", "tags": ["a"], "filename": "coinc.xml,0", "delay": 0.0}
    ]
    superevent = json.loads((top / "description.json").read_text())
    assert superevent == {
        "id": "S260301a",
        "source": "playground",
        **{name: superevent_answer()[name] for name in ("t_start", "t_0", "t_end")},
        "gevent_ids": ["G0001"],
    }


def test_a_file_that_was_changed_is_not_read(archive: Archive, tmp_path: Path) -> None:
    archive.put(a_superevent(tmp_path / "elsewhere"))
    place = archive.path / "S260301a" / "note.txt,0"
    place.write_bytes(b"HELLO")
    with pytest.raises(ArchiveError, match=r"S260301a: note.txt,0 has other bytes"):
        archive["S260301a"].read("note.txt")
    place.write_bytes(b"hell")
    with pytest.raises(ArchiveError, match="has 4 bytes instead of 5"):
        archive["S260301a"].read("note.txt")
    place.unlink()
    with pytest.raises(ArchiveError, match="No such file"):
        archive["S260301a"].read("note.txt")
    with pytest.raises(ArchiveError, match=r"has no file 'note.txt,1'"):
        archive["S260301a"].read("note.txt", 1)


def test_what_is_not_there_is_told_with_what_is(archive: Archive, tmp_path: Path) -> None:
    archive.put(an_event(tmp_path / "elsewhere"))
    with pytest.raises(ArchiveError, match=r"no S240229a in the archive .* \(it holds G0001\)"):
        archive["S240229a"]
    with pytest.raises(ArchiveError, match="G0001 is no superevent"):
        archive.superevent("G0001")


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}', '{"format": 99}'])
def test_a_damaged_object_is_told_and_not_a_surprise(
    archive: Archive, tmp_path: Path, text: str
) -> None:
    archive.put(an_event(tmp_path / "elsewhere"))
    (archive.path / "G0001" / "archive.json").write_text(text)
    with pytest.raises(ArchiveError, match="G0001"):
        archive["G0001"]


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "..", "a/b", ""])
def test_an_archive_of_somebody_else_leads_nowhere_but_into_itself(
    archive: Archive, tmp_path: Path, name: str
) -> None:
    archive.put(a_superevent(tmp_path / "elsewhere"))
    path = archive.path / "S260301a" / "archive.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "files": [{**manifest["files"][0], "blob": name}]}))
    if name:
        with pytest.raises(ArchiveError, match="leads out of the folder"):
            archive["S260301a"]
    path.write_text(json.dumps({**manifest, "events": [name]}))
    with pytest.raises(ArchiveError, match="leads out of the folder"):
        archive["S260301a"]
    with pytest.raises(ArchiveError, match="is no id"):
        archive.put(an_event(tmp_path / "other", name))


def test_default_folder_is_named_by_the_environment_else_in_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAKEGRACEDB_ARCHIVE", str(tmp_path / "a"))
    assert Archive().path == tmp_path / "a"
    monkeypatch.delenv("FAKEGRACEDB_ARCHIVE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_path() == tmp_path / "cache" / "fakegracedb"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_path() == tmp_path / ".cache" / "fakegracedb"


# Whole or not at all


def test_an_exception_leaves_the_old_copy(archive: Archive, tmp_path: Path) -> None:
    archive.put(a_superevent(tmp_path / "elsewhere"))
    broken = a_superevent(tmp_path / "new", note=b"newer")
    (tmp_path / "new" / "note.txt,0").unlink()
    with pytest.raises(ArchiveError):
        archive.put(broken)
    with pytest.raises(KeyboardInterrupt):
        interrupted(archive)
    assert archive["S260301a"].read("note.txt") == b"hello"
    assert names(archive.path) == [".locks", "S260301a"]


def interrupted(archive: Archive) -> None:
    with archive.writing("S260301a") as folder:
        (folder / "half").write_text("")
        raise KeyboardInterrupt


class Died(BaseException):
    """The program was killed."""


@contextmanager
def life(calls: int) -> Iterator[None]:
    """Let the program die instead of making one more change of the disk than so many."""
    with pytest.MonkeyPatch.context() as patch:
        left = calls

        def counted(real: Any) -> Any:
            def call(*arguments: Any, **options: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Died
                return real(*arguments, **options)

            return call

        for owner, name in (
            (os, "mkdir"), (os, "replace"), (shutil, "rmtree"), (Path, "write_bytes"),
        ):  # fmt: skip
            patch.setattr(owner, name, counted(getattr(owner, name)))
        yield


def test_killed_at_any_moment_the_old_copy_is_there_or_the_new(
    archive: Archive, tmp_path: Path
) -> None:
    old, new = a_superevent(tmp_path / "old"), a_superevent(tmp_path / "new", note=b"newer")
    archive.put(old)
    seen = set()
    for calls in range(100):
        died = False
        try:
            with life(calls):
                archive.put(new)
        except Died:
            died = True
        found = archive["S260301a"]
        assert list(archive) == ["S260301a"]
        assert bare(found) in (bare(old), bare(new))
        content = found.read("note.txt")
        assert content == (b"hello" if bare(found) == bare(old) else b"newer")
        assert found.events[0].read("coinc.xml") == b"<b/>"
        seen.add((died, content))
        archive.put(old)  # the next writer finishes or clears up
        assert names(archive.path) == [".locks", "S260301a"]
        assert archive["S260301a"].read("note.txt") == b"hello"
        if not died:
            break
    assert seen == {(True, b"hello"), (True, b"newer"), (False, b"newer")}


def test_two_programs_do_not_write_one_object(archive: Archive, tmp_path: Path) -> None:
    program = (
        "import sys; from fakegracedb.archive import Archive\n"
        "with Archive(sys.argv[1]).writing('S260301a'): pass"
    )
    with archive.writing("S260301a") as folder:
        ended = subprocess.run(
            [sys.executable, "-c", program, str(archive.path)], capture_output=True, text=True
        )
        assert "is being written by another program" in ended.stderr
        (folder / "archive.json").write_text("{}")


def test_removed_objects_are_gone_and_others_stay(archive: Archive, tmp_path: Path) -> None:
    archive.put(a_superevent(tmp_path / "one"))
    archive.put(an_event(tmp_path / "two", "G0002"))
    archive.remove("S260301a")
    assert list(archive) == ["G0002"]
    assert isinstance(archive["G0002"], ArchivedEvent)


# What meg has written


def test_archives_of_meg_are_read_as_they_are(tmp_path: Path) -> None:
    top = tmp_path / "S220609hl"
    (top / "G587364").mkdir(parents=True)
    (top / "G587364" / "coinc.xml,0").write_bytes(b"<a/>")
    (top / "G587364" / "psd.xml.gz,1").write_bytes(b"b")
    uploads = [
        {"message": "Original Data", "tags": [], "filename": "coinc.xml,0", "delay": 0.0},
        {"message": "PSD", "tags": ["psd"], "filename": "psd.xml.gz,1", "delay": 2.0},
    ]
    event = {
        "id": "G587364", "source": "playground", "pipeline": "gstlal", "group": "CBC",
        "search": "AllSky", "offline": False, "gpstime": 1338848303.813655,
        "reporting_latency": 7.5, "uploads": uploads,
    }  # fmt: skip  # of old versions: no superevent, no far
    (top / "G587364" / "description.json").write_text(json.dumps(event))
    superevent = {
        "id": "S220609hl", "source": "playground", "t_start": 1338848302.8, "t_0": 1338848303.8,
        "t_end": 1338848304.8, "gevent_ids": ["G587364"],
    }  # fmt: skip
    (top / "description.json").write_text(json.dumps(superevent))

    found = Archive(tmp_path).superevent("S220609hl")
    assert found.partial
    assert found.source == "playground"
    assert found.object["t_0"] == 1338848303.8
    assert found.object["preferred_event"] == "G587364"
    member = found.events[0]
    assert member.object["created"] == "2022-06-09 22:18:13 UTC"
    assert member.object["far"] is None
    assert member.object["superevent"] is None
    assert [one.filename for one in member.uploads] == ["coinc.xml,0", "psd.xml.gz,1"]
    assert member.read("psd.xml.gz") == b"b"
    assert [(log["comment"], log["created"]) for log in member.logs] == [
        ("Original Data", "2022-06-09 22:18:13 UTC"),
        ("PSD", "2022-06-09 22:18:15 UTC"),
    ]

    answers = {
        "sevent": superevent_answer("S220609hl", preferred_event="G587364"),
        "logs": {"log": [{"N": 1, "comment": "hello"}]},
        "labels": [{"name": "ADVREQ"}],
        "gevents": {
            "G587364": event_answer("G587364", nevents=3),
            "G587365": event_answer("G587365"),
        },
    }
    (top / "description.json").write_text(json.dumps({**superevent, "sevent_data": answers}))
    found = Archive(tmp_path).superevent("S220609hl")
    assert found.object == answers["sevent"]
    assert found.logs == [{"N": 1, "comment": "hello"}]
    assert found.rows("labels") == [{"name": "ADVREQ"}]
    assert [event.id for event in found.events] == ["G587364", "G587365"]
    assert found.events[0].object["nevents"] == 3
    assert found.events[0].read("coinc.xml") == b"<a/>"
    assert found.events[1].folder is None


def test_a_file_that_is_missing_in_an_archive_of_meg_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "G587364"
    folder.mkdir()
    upload = {"message": "m", "tags": [], "filename": "coinc.xml,0", "delay": 0.0}
    told = event_answer("G587364", uploads=[upload], id="G587364", source="playground")
    (folder / "description.json").write_text(json.dumps(told))
    (problem,) = problems(Archive(tmp_path))
    assert str(problem) == "G587364/coinc.xml,0: is missing"
    (folder / "coinc.xml,0").write_bytes(b"<a/>")
    assert not problems(Archive(tmp_path))
