"""Archives at a URL: as those in a folder, and an object changes in one step."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

import fsspec
import pytest
from archive_scenes import same_archive

from fakegracedb import FakeGraceDb, Store
from fakegracedb.archive import Archive, fetch, load
from fakegracedb.archive.listing import described, problems
from fakegracedb.errors import ArchiveError

S, G, T = "S260301a", "G0001", "T0002"


@pytest.fixture
def url() -> str:
    return f"memory://shared-{uuid.uuid4().hex}/archive"


def test_a_remote_archive_does_what_a_local_one_does(
    source: FakeGraceDb, tmp_path: Path, url: str
) -> None:
    assert not Archive(url).exists()
    assert list(Archive(url)) == []
    (local,) = fetch(S, source, tmp_path / "a", related=True)
    (remote,) = fetch(S, source, url, related=True)
    fetch(T, source, url)
    assert same_archive(local.archived, remote.archived)
    archive = Archive(url)
    assert list(archive) == [S, T]
    assert G in archive
    assert "G0004" not in archive
    assert archive.event(G).read("em_bright.json") == local.archived.events[1].read(
        "em_bright.json"
    )
    assert not problems(archive)
    assert [one["id"] for one in described(archive)] == [S, T]
    store = Store(tmp_path / "store")
    load(S, store, archive=url)
    assert not store.check()
    archive.remove(T)
    assert list(archive) == [S]


def test_what_somebody_else_has_changed_is_seen(source: FakeGraceDb, url: str) -> None:
    archive = Archive(url)
    fetch(S, source, archive)
    assert len(archive[S].logs) == 16
    source.write_log(S, "new")
    fetch(S, source, Archive(url), refresh=True)
    assert len(archive[S].logs) == 17


def test_a_failed_refresh_leaves_the_old_copy(source: FakeGraceDb, url: str) -> None:
    (expected,) = fetch(S, source, url)
    source.faults.add(status=418, path="files/p_astro.json", times=1)
    with pytest.raises(Exception, match="418"):
        fetch(S, source, url, refresh=True)
    archive = Archive(url)
    assert same_archive(expected.archived, archive[S])
    assert archive.place.unfinished() == [S]
    fetch(S, source, url, refresh=True)
    assert archive.place.unfinished() == []


def test_an_upload_that_dies_leaves_the_old_copy(
    source: FakeGraceDb, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (expected,) = fetch(S, source, url)
    source.write_log(S, "new")
    archive = Archive(url)
    with monkeypatch.context() as patch:
        patch.setattr(
            type(archive.place._fs), "mv", lambda *_, **__: (_ for _ in ()).throw(OSError("gone"))
        )
        with pytest.raises(ArchiveError, match=f"{S}: gone"):
            fetch(S, source, archive, refresh=True)
    assert same_archive(expected.archived, Archive(url)[S])
    names = fsspec.filesystem("memory").ls(url.removeprefix("memory:/"), detail=False)
    assert [name.rpartition("/")[2] for name in names] == [f"{S}.zip"]


def test_a_folder_copied_there_is_read(source: FakeGraceDb, tmp_path: Path, url: str) -> None:
    (local,) = fetch(S, source, tmp_path / "a")
    files = fsspec.filesystem("memory")
    files.put(str(tmp_path / "a" / S), f"{url.removeprefix('memory:/')}/{S}", recursive=True)
    archive = Archive(url)
    assert list(archive) == [S]
    assert same_archive(local.archived, archive[S])
    assert archive.event(G).id == G
    fetch(S, source, archive, refresh=True)
    assert list(archive) == [S]


def test_a_damaged_object_is_told(source: FakeGraceDb, url: str) -> None:
    fetch(T, source, url)
    files = fsspec.filesystem("memory")
    files.pipe_file(f"{url.removeprefix('memory:/')}/{T}.zip", b"no zip")
    with pytest.raises(ArchiveError, match=rf"{T}\.zip is damaged"):
        Archive(url)[T]


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArchiveError, match="nosuch://bucket"):
        Archive("nosuch://bucket")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ArchiveError, match=r"pip install 'fakegracedb\[remote\]'"):
        Archive("s3://bucket/archive")
