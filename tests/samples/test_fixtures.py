"""The folder `fixtures`: what lies there is what would be made, and is good for its purpose."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import remake
from event_files import EVENT_FILES, EventFile

from fakegracedb import FakeGraceDb, Store, ingest
from fakegracedb.samples.observatories import OBSERVATORIES
from fakegracedb.schemas import gwalert
from fakegracedb.vocabulary import DEFAULT

EVENTS = {
    "G0001": (1456419600.125, "gstlal", ["SKYMAP_READY", "EMBRIGHT_READY", "PASTRO_READY"]),
    "T0002": (1456420260.75, "pycbc", ["INJ"]),
    "M0003": (1456420380.5, "MBTA", ["MOCK"]),
    "G0004": (1456420500.5, "CWB", ["EM_Selected"]),
    "E0005": (1456421103.5, "Fermi", []),
}
SUPEREVENT, CONFIRMED = "S260301a", "GW260301A"
LARGEST = 700_000  # bytes altogether


@pytest.fixture(scope="module")
def content() -> dict[str, bytes]:
    """Give everything as it is made now."""
    return remake.made((remake.FOLDER / "README.md").read_text(encoding="utf-8"))


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Give every path with its size and the time of its last change."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in (folder, *folder.rglob("*"))
    }


# How it is made


def test_what_lies_there_is_what_would_be_made(content: dict[str, bytes]) -> None:
    assert remake.differences(remake.FOLDER, content) == []
    assert sum(map(len, content.values())) < LARGEST


def test_everything_is_made_with_the_same_bytes_again(content: dict[str, bytes]) -> None:
    assert remake.made(content["README.md"].decode()) == content


def test_the_readme_names_every_file(content: dict[str, bytes]) -> None:
    readme = content["README.md"].decode()
    for path in content:
        folder, _, name = path.partition("/")
        assert folder in ("archive", "store", "README.md") or f"| `{name}` |" in readme, path
    assert all(name in readme for name in (*EVENTS, SUPEREVENT, CONFIRMED))


def test_check_tells_what_differs_and_changes_nothing(
    content: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(remake, "FOLDER", tmp_path)
    monkeypatch.setattr(remake, "made", lambda readme: content)
    remake.write(tmp_path, content)
    assert remake.main(["--check"]) == 0
    assert capsys.readouterr().out == ""
    (tmp_path / "events" / "mly.json").write_bytes(b"{}")
    (tmp_path / "events" / "gstlal-imbh.xml.gz").write_bytes(b"\x1f\x8b")
    (tmp_path / "files" / "em_bright.json").unlink()
    (tmp_path / "store" / "events" / "G0001" / "more").touch()
    before = stamps(tmp_path)
    assert remake.main(["--check"]) == 1
    assert stamps(tmp_path) == before
    assert capsys.readouterr().out.splitlines() == [
        "events/gstlal-imbh.xml.gz: differs",
        "events/mly.json: differs",
        "files/em_bright.json: is missing",
        "store/events/G0001/more: is not made here",
    ]
    assert remake.main([]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert remake.differences(tmp_path, content) == []


# Event files


@pytest.mark.parametrize("file", EVENT_FILES, ids=lambda file: file.name)
def test_event_file_makes_the_event_that_the_table_tells(file: EventFile) -> None:
    upload = file.upload() | {"filecontents": (remake.FOLDER / "events" / file.name).read_bytes()}
    with FakeGraceDb(waits="skip") as client:
        answer = client.create_event(**upload).json()
        event = client.event(answer["graceid"]).json()
        assert answer["warnings"] == []
        assert client.store.check() == []
    assert event["gpstime"] == file.gpstime
    assert (event["far"], event["instruments"]) == (file.far, file.instruments)
    assert (event["group"], event["pipeline"], event["search"]) == (
        file.group,
        file.pipeline,
        file.search,
    )
    pipeline = DEFAULT.pipeline(file.pipeline)
    assert pipeline is not None
    assert event["extra_attributes"][pipeline.extra_attributes_key]


def test_every_pipeline_search_and_kind_of_notice_is_there() -> None:
    read = {pipeline.name for pipeline in DEFAULT.pipelines if ingest.reader_for(pipeline.name)}
    assert {file.pipeline for file in EVENT_FILES} == read
    assert {file.search for file in EVENT_FILES} - {None} == set(DEFAULT.searches)
    kinds = {(name, kind) for name, one in OBSERVATORIES.items() for kind in one.notices}
    found = {(file.pipeline, file.arguments.get("kind")) for file in EVENT_FILES}
    assert kinds <= found
    assert len({file.gpstime for file in EVENT_FILES}) == len(EVENT_FILES)


# The store


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Give a copy of the store that must not be written to."""
    folder = tmp_path / "store"
    shutil.copytree(remake.FOLDER / "store", folder)
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


def test_the_store_is_read_without_being_written_to(kept: Path) -> None:
    before = stamps(kept)
    store = Store.open(kept)
    assert store.check() == []
    assert list(store.events) == list(EVENTS)
    assert list(store.superevents) == [SUPEREVENT]
    assert store.clock.setting.kind == "fixed"
    with FakeGraceDb(store=kept) as client:
        found = {
            event["graceid"]: (event["gpstime"], event["pipeline"], event["labels"])
            for event in client.events()
        }
        assert found == EVENTS
        assert client.files("G0001", "bayestar.multiorder.fits").read(6) == b"SIMPLE"
        notes = [client.files("T0002", f"notes.txt,{version}").read() for version in (0, 1)]
        assert notes == [b"first", b"second"]
        assert {log["issuer"] for log in client.logs("G0004").json()["log"]} == {
            "albert.einstein@ligo.org",
            "marie.curie@ligo.org",
        }
        burst = client.event("E0005").json()["extra_attributes"]["GRB"]
        assert (burst["T90"], burst["redshift"]) == (2.5, 0.5)
    with FakeGraceDb(store=kept, api_version="v1") as client:
        assert client.voevents("T0002").json()["numRows"] == 1
        assert client.emobservations("T0002").json()["numRows"] == 1
    assert stamps(kept) == before


def test_the_store_holds_a_superevent_that_was_told_to_the_world(kept: Path) -> None:
    with FakeGraceDb(store=kept) as client:
        superevent = client.superevent(CONFIRMED).json()
        assert superevent == client.superevent(SUPEREVENT).json()
        assert (superevent["superevent_id"], superevent["gw_id"]) == (SUPEREVENT, CONFIRMED)
        assert superevent["preferred_event_data"] == client.event("G0001").json()
        assert list(superevent["pipeline_preferred_events"]) == ["gstlal"]
        assert (superevent["em_events"], superevent["em_type"]) == (["E0005"], "E0005")
        assert superevent["labels"] == ["ADVOK", "PASTRO_READY"]
        assert client.event("E0005").json()["superevent"] == CONFIRMED
        (signoff,) = client.signoffs(SUPEREVENT).json()["signoffs"]
        assert (signoff["status"], signoff["submitter"]) == ("OK", "marie.curie@ligo.org")
        (notice,) = client.notices(SUPEREVENT).json()["notices"]
        alert = json.loads(client.files(SUPEREVENT, notice["filename"]).read())
        assert gwalert.problem(alert) is None
        assert (notice["prob_bns"], notice["prob_has_ns"]) == (0.95, 1.0)
        assert notice["prob_bns"] == alert["event"]["classification"]["BNS"]
    with FakeGraceDb(store=kept, force_noauth=True) as anybody:
        assert [one["superevent_id"] for one in anybody.superevents()] == [SUPEREVENT]
        files = anybody.files(SUPEREVENT).json()["files"]
        assert [file["filename"] for file in files] == ["p_astro.json", "p_astro.json,0"]


def test_a_copy_of_the_store_goes_on(kept: Path, tmp_path: Path) -> None:
    store = Store(kept).copy(tmp_path / "mine")
    with FakeGraceDb(store=store) as client:
        file = EVENT_FILES[0]
        graceid = client.create_event(**file.upload()).json()["graceid"]
        assert graceid == "G0006"
        t_0 = file.gpstime
        made = client.create_superevent(t_0 - 1, t_0, t_0 + 1, graceid, category="production")
        assert made.json()["superevent_id"] == "S260301b"
    assert store.check() == []
