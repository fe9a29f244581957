"""Fetching: everything a server lets be read, once, through any client."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from archive_scenes import same_archive

from fakegracedb import FakeGraceDb
from fakegracedb.archive import Archive, fetch, fetch_range
from fakegracedb.archive.endpoints import EVENT, SUPEREVENT, at_version, below
from fakegracedb.errors import ArchiveError

S, G, T, E = "S260301a", "G0001", "T0002", "E0005"


def paths(client: FakeGraceDb) -> list[str]:
    return [call.path for call in client.calls]


def test_everything_about_a_superevent_and_its_events_is_fetched(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    (found,) = fetch(S, source, tmp_path / "a", related=True)
    assert found.new
    assert not found.warnings
    archived = found.archived
    assert not archived.unreadable
    assert [event.id for event in archived.events] == [E, G]
    for one, endpoints, answer in (
        (archived, SUPEREVENT, source.superevent(S).json()),
        (archived.events[0], EVENT, source.event(E).json()),
        (archived.events[1], EVENT, source.event(G).json()),
    ):
        assert one.object == answer
        for endpoint in endpoints:
            link = answer["links"]["self"]
            if endpoint.elsewhere == "v1":  # retired where the client asks
                link = at_version(link, "v1")
            assert one.answers[endpoint.name] == source.get(below(link, endpoint.path)).json()
        listed = {name for name in source.files(one.id).json() if "," in name}
        assert {f"{file.name},{file.version}" for file in one.files} == listed
        for file in one.files:
            whole = source.files(one.id, f"{file.name},{file.version}").read()
            assert one.content(file) == whole
    member = archived.events[1]
    assert member.answers["permissions/internal_users"]["groupeventpermissions"]
    assert (archived.source, archived.server, archived.mode) == ("fake", "2.36.0", "full")


def test_events_of_other_observatories_come_only_when_asked_for(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    (found,) = fetch([S], source, tmp_path / "a")
    assert [event.id for event in found.archived.events] == [G]
    assert not any(E in path for path in paths(source))


def test_every_version_of_a_file_is_fetched(source: FakeGraceDb, tmp_path: Path) -> None:
    (found,) = fetch(T, source, tmp_path / "a")
    assert found.archived.read("notes.txt", 0) == b"first"
    assert found.archived.read("notes.txt") == b"second"


def test_what_is_there_is_not_asked_for_again(source: FakeGraceDb, tmp_path: Path) -> None:
    fetch(S, source, tmp_path / "a")
    before = len(source.calls)
    (again,) = fetch(S, source, tmp_path / "a")
    (member,) = fetch(G, source, tmp_path / "a")  # within the superevent
    assert not again.new
    assert not member.new
    assert member.archived.id == G
    assert len(source.calls) == before
    source.write_log(S, "and one more")
    (fresh,) = fetch(S, source, tmp_path / "a", refresh=True)
    assert fresh.archived.logs[-1]["comment"] == "and one more"


def test_a_public_superevent_needs_no_credentials(source: FakeGraceDb, tmp_path: Path) -> None:
    public = source.as_user(None)
    (found,) = fetch(S, public, tmp_path / "a")
    archived = found.archived
    assert archived.partial
    assert {name for name, status in archived.unreadable.items() if status == 403} == {
        "events", "pipeline_preferred_events", "signoffs", "permissions",
    }  # fmt: skip
    assert archived.rows("logs")
    assert [file.name for file in archived.files] == ["p_astro.json"]
    (event,) = archived.events
    assert event.partial
    assert event.object == archived.object["preferred_event_data"]
    assert event.unreadable == {"object": 403}
    assert not any(path.startswith("events/") for path in paths(public))
    manifest = json.loads((archived.folder / G / "archive.json").read_text())
    assert manifest["partial"] is True


def test_what_the_public_may_not_read_is_told(source: FakeGraceDb, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"G0004 may not be read \(try with --auth\).* 403"):
        fetch("G0004", source.as_user(None), tmp_path / "a")
    with pytest.raises(ArchiveError, match="G9999 is not there: the server answers 404"):
        fetch("G9999", source, tmp_path / "a")
    assert not list(Archive(tmp_path / "a"))


def test_ids_that_can_be_none_are_all_named_and_nothing_is_asked(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"'G12', 's260301a', '../x'"):
        fetch([S, "G12", "s260301a", "../x"], source, tmp_path / "a")
    assert not len(source.calls)
    assert not (tmp_path / "a").exists()


# As meg does


def test_pipeline_mode_keeps_what_the_pipeline_uploaded(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    with source.as_user("emfollow") as other:
        other.write_log(G, "not the pipeline's", "other.txt", b"x")
    before = len(source.calls)
    (found,) = fetch(S, source, tmp_path / "a", mode="pipeline")
    (event,) = found.archived.events
    assert [(u.filename, u.message, u.delay) for u in event.uploads] == [
        ("gstlal-allsky.xml,0", "Original Data", 0.0),
        ("gstlal.p_astro.json,0", "Source probabilities", 5.0),
        ("em_bright.json,0", "Properties of the source", 10.0),
        ("bayestar.multiorder.fits,0", "Sky localization", 15.0),
    ]
    assert [f"{file.name},{file.version}" for file in event.files] == [
        upload.filename for upload in event.uploads
    ]
    assert list(found.archived.answers) == ["object"]
    asked = [path for path in paths(source)[before:] if "/files/" not in path]
    assert sorted(filter(None, asked)) == [f"events/{G}", f"events/{G}/log/", f"superevents/{S}/"]


def test_an_event_without_uploads_is_an_error_by_itself_and_left_out_of_a_superevent(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    graceid = source.create_event("CBC", "gstlal", "c.xml", filecontents=b"<LIGO_LW/>").json()[
        "graceid"
    ]
    with source.store.transaction("test") as tx:  # somebody else's name is on the upload
        for log in tx.logs(f"events/{graceid}"):
            tx.add_log(f"events/{graceid}", replace(log, issuer="somebody.else@ligo.org"))
    source.add_event_to_superevent(S, graceid)
    with pytest.raises(ArchiveError, match=f"{graceid}: its own submitter has uploaded nothing"):
        fetch(graceid, source, tmp_path / "a", mode="pipeline")
    (found,) = fetch(S, source, tmp_path / "a", mode="pipeline")
    assert [event.id for event in found.archived.events] == [G]
    assert found.warnings == (f"{graceid} was left out: its own submitter has uploaded nothing",)


def test_offline_events_are_left_out_of_pipeline_mode(source: FakeGraceDb, tmp_path: Path) -> None:
    graceid = source.create_event(
        "CBC", "gstlal", "c.xml", filecontents=b"<LIGO_LW/>", offline=True
    ).json()["graceid"]
    source.add_event_to_superevent(S, graceid)
    (found,) = fetch(S, source, tmp_path / "a", mode="pipeline")
    assert found.warnings == (f"{graceid} is an offline event and was left out",)
    (whole,) = fetch(S, source, tmp_path / "b")
    assert [event.id for event in whole.archived.events] == [G, graceid]
    description = json.loads((tmp_path / "b" / S / "description.json").read_text())
    assert description["gevent_ids"] == [G]


# Files that are not where the list says


def test_a_gz_that_is_missing_is_tried_once_without_gz(source: FakeGraceDb, tmp_path: Path) -> None:
    source.write_log(G, "packed", "psd.xml.gz", b"not packed at all")
    real = source.get_file

    def get_file(url: str, **options: Any) -> Any:  # a server that lists one and has the other
        if url.endswith("files/psd.xml,0"):
            return real(url.replace("psd.xml,0", "psd.xml.gz,0?there"), **options)
        return real(url, **options)

    source.faults.add(status=404, path="files/psd.xml.gz,0", times=1)
    source.get_file = get_file  # type: ignore[method-assign]
    (found,) = fetch(S, source, tmp_path / "a")
    event = found.archived.events[0]
    assert event.read("psd.xml") == b"not packed at all"
    assert event.file("psd.xml.gz") is None
    assert "psd.xml,0" in [upload.filename for upload in event.uploads]


def test_a_missing_file_is_an_error_that_names_it_unless_it_is_allowed(
    source: FakeGraceDb, tmp_path: Path
) -> None:
    fetch(S, source, tmp_path / "a")
    source.faults.add(status=404, path="files/em_bright.json", times=None)
    with pytest.raises(ArchiveError, match=r"G0001: the file 'em_bright.json,0' .* 404"):
        fetch(S, source, tmp_path / "a", refresh=True)
    assert Archive(tmp_path / "a").event(G).read("em_bright.json")  # the old copy
    (found,) = fetch(S, source, tmp_path / "a", refresh=True, allow_missing=True)
    assert found.archived.events[0].unreadable == {"files/em_bright.json,0": 404}
    assert len(found.warnings) == 1


# Ranges


def test_a_range_is_found_in_order_on_all_pages(source: FakeGraceDb) -> None:
    t_0 = source.superevent(S).json()["t_0"]
    with source.store.transaction("test") as tx:
        names = tx.vocabulary
    for offset in (30, 10, 20):
        event = source.create_event("Test", "gstlal", "c.xml", filecontents=b"<LIGO_LW/>").json()[
            "graceid"
        ]
        source.create_superevent(t_0 + offset, t_0 + offset, t_0 + offset, event, category="test")
    source.store.vocabulary = names.overridden(
        {"settings": {"superevent_pagination_default_limit": 2}}
    )
    found = fetch_range(t_0 - 1, t_0 + 25, source)
    assert [one["t_0"] - t_0 for one in found] == [0]  # tests are not among the public ones
    found = fetch_range(t_0 - 1, t_0 + 35, source, query="category: Test")
    assert [one["t_0"] - t_0 for one in found] == [10, 20, 30]


@pytest.mark.parametrize("linked", [True, False])
def test_lists_with_pages_are_followed_to_their_end(
    source: FakeGraceDb, tmp_path: Path, linked: bool
) -> None:
    (expected,) = fetch(S, source, tmp_path / "a")
    real = source.get

    class Page:
        def __init__(self, data: Any) -> None:
            self.data = data

        def json(self) -> Any:
            return self.data

    def get(url: str, **options: Any) -> Any:
        base, _, query = url.partition("?start=")
        if not base.endswith("/logs/"):
            return real(url, **options)
        data, start = real(base, **options).json(), int(query or 0)
        rows = data["log"][start : start + 5]
        if linked:
            end = start + 5 >= data["numRows"]
            data["links"]["next"] = None if end else f"{base}?start={start + 5}"
            del data["numRows"]
        return Page({**data, "log": rows, "logs": rows})

    source.get = get  # type: ignore[method-assign]
    (found,) = fetch(S, source, tmp_path / "b")
    assert found.archived.logs == expected.archived.logs
    assert len(found.archived.logs) > 10


# The same again


def test_fetching_twice_gives_the_same(source: FakeGraceDb, tmp_path: Path) -> None:
    (one,) = fetch(S, source, tmp_path / "a", related=True)
    (two,) = fetch(S, source, tmp_path / "b", related=True)
    assert same_archive(one.archived, two.archived)
