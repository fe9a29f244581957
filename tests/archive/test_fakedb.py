"""Folders of lvalertTest's FakeDb: migrated, and never trusted."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb, Store
from fakegracedb.archive import load
from fakegracedb.archive.fakedb import read_fakedb
from fakegracedb.errors import ArchiveError

BEGAN = 1456419600.25  # seconds since 1970


def write(folder: Path, name: str, value: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # as Python 2 did by default: text
    (folder / name).write_bytes(pickle.dumps(value, protocol=0))


def old_event(top: Path, graceid: str, **more: Any) -> Path:
    """Write an event as a FakeDb kept it."""
    folder = top / graceid
    place = f"/home/somebody/fakedb/{graceid}"
    event = {
        "graceid": graceid, "group": "cbc", "pipeline": "gstlal", "search": "lowmass",
        "created": BEGAN, "submitter": "rue@ligo.org", "far": 1e-9, "gpstime": 1140000000.5,
        "instruments": "H1,L1", "extra_attributes": {}, "links": {"self": place},
    }  # fmt: skip
    write(folder, "toplevel.pkl", {**event, **more})
    user = {"username": "rue@LIGO.ORG", "display_name": "rue"}
    logs = [
        {
            "comment": comment, "created": BEGAN + number, "self": f"{place}/logs.pkl", "N": 0,
            "file_version": 0, "filename": name, "tag_names": tags, "file": "", "tags": "",
            "issuer": user,
        }
        for number, (comment, name, tags) in enumerate(
            [
                ("initial data", "coinc.xml", []),
                ("a map", "sky.fits", ["sky_loc"]),
                ("a better one", "sky.fits", "sky_loc"),
                ("applying label : EM_READY", "", []),
            ]
        )
    ]  # fmt: skip
    write(folder, "logs.pkl", logs)
    label = {"name": "EM_READY", "creator": "rue", "created": BEGAN + 3, "self": place}
    write(folder, "labels.pkl", [label, {**label, "created": BEGAN + 9}])
    names = ["coinc.xml", "sky.fits", "sky.fits"]
    write(folder, "files.pkl", [f"{place}/{name}" for name in names])
    (folder / "coinc.xml").write_bytes(b"<LIGO_LW/>")
    (folder / "sky.fits").write_bytes(b"the second")
    return folder


def test_a_fakedb_becomes_a_store(tmp_path: Path) -> None:
    old_event(tmp_path / "db", "G000000")
    old_event(tmp_path / "db", "M000003", group="mdc", pipeline="cwb", search=None, far=None)
    old_event(tmp_path / "db", "T000004", group="test", pipeline="lib", search="allsky", FAR=2e-7)
    (tmp_path / "db" / "lvalert.out").write_text("cbc_gstlal|{}")
    (tmp_path / "db" / "T000005").mkdir()  # of a program that died
    events, notes = read_fakedb(tmp_path / "db")
    store = Store(tmp_path / "store")
    load(events, store)
    assert not store.check()
    assert list(store.events) == ["G0000", "M0003", "T0004"]
    assert "T000005: toplevel.pkl is missing; it was left out" in notes
    assert "G0000: sky.fits,0 is lost: a later file had its name" in notes
    with FakeGraceDb(store=store, waits="skip") as client:
        event = client.event("G0000").json()
        assert event["created"] == "2016-02-25 17:00:00 UTC"
        assert [event[name] for name in ("group", "pipeline", "search")] == [
            "CBC", "gstlal", "LowMass",
        ]  # fmt: skip
        assert event["labels"] == ["EM_READY"]
        assert event["far"] == 1e-9
        logs = client.logs("G0000").json()["log"]
        told = {log["N"]: (log["comment"], log["filename"], log["file_version"]) for log in logs}
        assert told == {
            1: ("Original Data", "coinc.xml", 0),
            2: ("a map", "sky.fits", 0),
            3: ("a better one", "sky.fits", 1),
            4: ("applying label : EM_READY", "", None),
        }  # fmt: skip
        assert {log["issuer"] for log in logs} == {"rue@ligo.org"}
        assert client.files("G0000", "sky.fits").read() == b"the second"
        with pytest.raises(Exception, match="404"):
            client.files("G0000", "sky.fits,0")
        mock, test = client.event("M0003").json(), client.event("T0004").json()
        assert (mock["group"], mock["search"], mock["pipeline"]) == ("Burst", "MDC", "CWB")
        assert (test["group"], test["pipeline"], test["search"]) == ("Test", "oLIB", "AllSky")


class Bomb:
    """What a hostile pickle would be."""

    def __reduce__(self) -> Any:
        return os.system, ("touch hacked",)


@pytest.mark.parametrize(
    "value",
    [
        Bomb(),
        [1, {"a": (2, Bomb())}],
        Path("a"),
        print,
        {"graceid": bytearray(b"x")},
        ValueError("x"),
    ],
    ids=["call", "nested call", "path", "function", "bytearray", "exception"],
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_nothing_but_plain_values_is_unpickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: Any, protocol: int
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = old_event(tmp_path / "db", "G000001")
    try:
        text = pickle.dumps(value, protocol=protocol)
    except TypeError:
        pytest.skip("cannot be pickled at all")
    (folder / "logs.pkl").write_bytes(text)
    with pytest.raises(ArchiveError, match=r"logs\.pkl is not read: it holds"):
        read_fakedb(tmp_path / "db")
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize("text", [b"", b"garbage", b"(lp0\n" * 100, b"cos\nsystem\n(S'x'\ntR."])
def test_damaged_pickles_are_told(tmp_path: Path, text: bytes) -> None:
    folder = old_event(tmp_path / "db", "G000001")
    (folder / "toplevel.pkl").write_bytes(text)
    with pytest.raises(ArchiveError, match=r"toplevel\.pkl is not read"):
        read_fakedb(tmp_path / "db")


def test_a_folder_that_is_no_fakedb_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="holds no event of a FakeDb"):
        read_fakedb(tmp_path)
    with pytest.raises(ArchiveError, match="is no folder"):
        read_fakedb(tmp_path / "nowhere")
