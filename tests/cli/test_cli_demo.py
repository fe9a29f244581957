"""The verb ``demo``: what it does and tells, and that it finds every difference."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import importlib.machinery
import importlib.util
import json
import lzma
import os
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ligo.gracedb
import pytest

import fakegracedb
from fakegracedb import FakeGraceDb, Store
from fakegracedb.cli.demo.picture import chirp_png

ROOT = str(Path(fakegracedb.__file__).parents[1])
DATA = Path(ligo.gracedb.__path__[0]) / "test" / "integration" / "data"
LM = (DATA / "cbc-lm.xml").read_bytes()
LM2 = (DATA / "cbc-lm2.xml").read_bytes()
LOG = [
    ("Original Data", "cbc-lm.xml", 0, []),
    ("Log File Created", "event.log", 0, []),
    ("Coinc Table Created", "coinc.xml", 0, []),
    ("Label: INJ", "", None, []),
    ("Label: DQV", "", None, []),
    ("The chirp in time and frequency", "chirp.png", 0, ["tfplots"]),
    ("Tagged message 6: tfplots ", "", None, []),
    ("Label: EM_Selected", "", None, []),
    ("Original Data", "cbc-lm2.xml", 0, []),
    ("Log File Created", "event.log", 0, []),
    ("Coinc Table Created", "coinc.xml", 0, []),
]


# What it does


def test_demo_leaves_what_it_says(run: Any, tmp_path: Path) -> None:
    ended = run("demo", "--json")
    assert (ended.status, ended.err) == (0, "")
    facts = ended.json
    (folder,) = (tmp_path / "temporary").iterdir()
    assert facts["path"] == str(folder)
    with FakeGraceDb(store=folder) as client:
        (event,) = client.events()
        log = client.logs("T0001").json()["log"]
        found = {
            f"{file['name']},{file['version']}": client.files(
                "T0001", f"{file['name']},{file['version']}"
            ).read()
            for file in facts["files"]
        }
        labels = [label["name"] for label in client.labels("T0001").json()["labels"]]
    assert facts["graceid"] == "T0001"
    assert facts["event"] == event
    assert facts["gpstime"] == {"before": 971609248.151741, "after": 971609249.151741}
    assert event["gpstime"] == 971609249.151741
    assert event["far"] == 0.0003680075621499241
    assert facts["log"] == log
    assert [
        (entry["comment"], entry["filename"], entry["file_version"], entry["tag_names"])
        for entry in log
    ] == LOG
    assert facts["labels"] == labels == ["INJ", "DQV", "EM_Selected"]
    assert facts["tags"] == ["tfplots"]
    assert facts["neighbors"] == []
    assert sorted(found) == [
        *("cbc-lm.xml,0", "cbc-lm2.xml,0", "chirp.png,0", "coinc.xml,0", "coinc.xml,1"),
        *("event.log,0", "event.log,1"),
    ]
    assert found["cbc-lm.xml,0"] == found["coinc.xml,0"] == LM
    assert found["cbc-lm2.xml,0"] == found["coinc.xml,1"] == LM2
    for file in facts["files"]:
        content = found[f"{file['name']},{file['version']}"]
        assert file["bytes"] == len(content)
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert facts["comparisons"] > 100
    assert 0 < facts["seconds"] < 60
    assert Store(folder).check() == []


def test_demo_describes_every_file_of_the_folder(run: Any) -> None:
    facts = run("demo", "--store", "s", "--json").json
    rows = {row["path"]: row for row in facts["folder"]}
    lying = {
        path.relative_to("s").as_posix(): path.stat().st_size
        for path in Path("s").rglob("*")
        if path.is_file()
    }
    assert {path: row["bytes"] for path, row in rows.items()} == lying
    assert all(row["what"] for row in rows.values())
    assert rows["events/T0001/event.json"]["what"] == "the event and its labels"


def test_demo_tells_a_story_with_the_real_values(run: Any, tmp_path: Path) -> None:
    ended = run("demo")
    assert (ended.status, ended.err) == (0, "")
    (folder,) = (tmp_path / "temporary").iterdir()
    story, tree, ways = ended.out.split("\n\n")
    steps = [line for line in story.splitlines() if line[:1].isdigit()]
    assert [step[:2] for step in steps] == ["1.", "2.", "3.", "4.", "5.", "6."]
    for value in (
        *(str(folder), "cbc-lm.xml (14.1 kB)", "T0001", "971609248.151741", "0.000368 Hz"),
        *("9.318", "H1,L1,V1", "INJ and DQV", "chirp.png", "tfplots", "EM_Selected"),
        *("becomes 971609249.151741", "11 log entries", "7 file versions", "3 labels", "1 tag"),
        *(str(DATA / "cbc-lm.xml"), "server 2.36.0", "no neighbours"),
    ):
        assert value in story
    assert tree.startswith(f"{folder}/\n")
    for name in ("store.json", "journal.jsonl", "events/T0001/", "event.json", "coinc.xml,1"):
        assert f" {name}" in tree
    assert f"fakegracedb store check --store {folder}" in ways
    assert f"rm -r {folder}" in ways
    story_without_paths = story.replace(str(folder), "").replace(str(DATA), "")
    assert max(map(len, story_without_paths.splitlines())) <= 110


def test_ways_to_look_further_work(run: Any, tmp_path: Path) -> None:
    out = run("demo").out.partition("To look further:\n")[2]
    lines = [line.strip() for line in out.splitlines()]
    for line in lines:
        if line.startswith("fakegracedb"):
            command = line.split("  ")[0]
            assert run(*command.split()[1:]).status == 0
    code = [line[4:].split("  ")[0] for line in lines if line.startswith(">>> ")]
    *statements, last = code
    names: dict[str, Any] = {}
    exec("\n".join(statements), names)
    with names["client"]:
        assert len(eval(last, names)["log"]) == len(LOG)
    less = next(line for line in lines if line.startswith("less ")).split()[1]
    assert Path(less).is_file()


def test_demo_opens_no_socket(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a socket was asked for")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    assert run("demo").status == 0


def test_demo_runs_as_a_program_of_its_own(here: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "fakegracedb", "demo", "--store", "s"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"1. The store is {here / 's'}, new." in ended.stdout
    assert len(Store("s").events) == 1


def test_demo_runs_none_of_the_clients_tests(run: Any) -> None:
    before = set(sys.modules)
    run("demo")
    assert not [name for name in set(sys.modules) - before if name.startswith("ligo.gracedb.test")]


@pytest.mark.parametrize("version", ["2.36", "2.33"])
def test_demo_runs_against_every_server_version(run: Any, version: str) -> None:
    run("store", "init", "--store", "s", "--server-version", version)
    facts = run("demo", "--store", "s", "--json").json
    assert facts["server_version"].startswith(version)


# Where


def test_demo_leaves_the_store_of_the_environment_alone(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKEGRACEDB_STORE", "mine")
    ended = run("demo", "--json")
    assert Path(ended.json["path"]).parent == tmp_path / "temporary"
    assert not Path("mine").exists()


def test_demo_adds_to_a_store_that_holds_events(run: Any) -> None:
    assert run("demo", "--store", "s").status == 0
    again = run("demo", "--store", "s", "--json").json
    assert again["graceid"] == "T0002"
    assert again["neighbors"] == ["T0001"]
    third = run("demo", "--store", "s")
    assert third.status == 0
    assert "which holds 2 events." in third.out
    assert "2 neighbours within 5 s" in third.out
    assert "(beside 2 other events)" in third.out
    assert "rm -r" not in third.out
    assert len(Store("s").events) == 3


def test_demo_leaves_a_foreign_folder_alone(run: Any, here: Path) -> None:
    (here / "thesis.tex").write_text("x")
    ended = run("demo", "--store", here)
    assert (ended.status, ended.out) == (1, "")
    assert "thesis.tex" in ended.err
    assert [path.name for path in here.iterdir()] == ["thesis.tex"]


# The event file


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.xml", LM),
        ("coinc.xml", LM),
        ("event.log", LM),
        ("chirp.png", LM),
        ("files", LM),
        ("coinc.xml.gz", gzip.compress(LM, mtime=0)),
        ("initial.data", gzip.compress(LM, mtime=0)),
        ("coinc.xml.bz2", bz2.compress(LM)),
        ("coinc.xml.xz", lzma.compress(LM)),
        ('a "é" #1?%20&amp;.xml', LM),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_own_file_is_uploaded_and_replaces_itself(run: Any, name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    ended = run("demo", "--file", name, "--store", "s", "--json")
    assert (ended.status, ended.err) == (0, "")
    facts = ended.json
    assert facts["uploads"] == [{"path": name, "bytes": len(content)}] * 2
    assert facts["gpstime"] == {"before": 971609248.151741, "after": 971609248.151741}
    assert facts["log"][0]["comment"] == "Original Data"
    assert facts["log"][8]["comment"] == "Event data replaced by new upload"
    assert Store("s").check() == []


def test_own_file_that_stays_the_same_is_told_so(run: Any) -> None:
    Path("mine.xml").write_bytes(LM)
    out = run("demo", "--file", "mine.xml").out
    assert "5. mine.xml takes the place of the event's data: GPS 971609248.151741 stays." in out


@pytest.mark.parametrize(
    "name",
    [
        "cbc-lm-missing-entry.xml",
        "cbc-lm-no-ilwdchar.xml",
        "cbc-mbta.xml",
        "spiir-test.xml",
        "upload.data.gz",
    ],
)
def test_coincidences_of_every_pipeline_come_out_as_the_demo_reads_them(
    run: Any, name: str
) -> None:
    assert run("demo", "--file", DATA / name, "--json").status == 0


def replaced(old: bytes, new: bytes) -> bytes:
    assert old in LM
    return LM.replace(old, new)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no element found"),
        (b"plain text", "syntax error"),
        (b"<a/>", "it has no coinc_inspiral"),
        (gzip.compress(LM, mtime=0)[:-20], "Compressed file ended"),
        (gzip.compress(LM, mtime=0)[:10] + b"\xff" * 50, "invalid block type"),
        (lzma.compress(LM)[:500] + b"nonsense" * 500, "Corrupt input data"),
        (bz2.compress(LM)[:500], "Compressed"),
        (replaced(b"coinc_event:table", b"other:table"), "it has no coinc_event"),
        (replaced(b"971609248,", b","), "its end_time is empty"),
        (replaced(b"971609248,", b"soon,"), "invalid literal"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_file_that_is_no_coincidence_is_refused(
    run: Any, tmp_path: Path, content: bytes, reason: str
) -> None:
    Path("x.xml").write_bytes(content)
    ended = run("demo", "--file", "x.xml")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("fakegracedb: x.xml is no compact-binary coincidence as LIGO_LW: ")
    assert reason in ended.err
    assert ended.err.count("\n") == 1
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(("name", "reason"), [("nope", "No such file"), (".", "Is a directory")])
def test_file_that_cannot_be_read_is_a_failure(run: Any, name: str, reason: str) -> None:
    ended = run("demo", "--file", name)
    assert ended.status == 1
    assert ended.err.startswith(f"fakegracedb: {name}: {reason}")


def test_file_that_the_server_refuses_is_told_with_its_answer(run: Any) -> None:
    Path("a,b.xml").write_bytes(LM)
    ended = run("demo", "--file", "a,b.xml")
    assert ended.status == 1
    assert "POST /api/events/: 400: " in ended.err
    assert "cannot contain a ','" in ended.err


@pytest.mark.parametrize("lacking", ["files", "package"])
def test_client_without_its_event_files_is_told_clearly(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    spec = importlib.machinery.ModuleSpec("ligo.gracedb", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    found = spec if lacking == "files" else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    ended = run("demo")
    assert (ended.status, ended.out) == (1, "")
    assert "cbc-lm.xml" in ended.err
    assert "--file" in ended.err
    assert list((tmp_path / "temporary").iterdir()) == []


# Differences

Answer = Callable[..., Any]


def spoil(monkeypatch: pytest.MonkeyPatch, method: str, change: Callable[[Any], None]) -> None:
    """Let a method of the client answer something else than the server said."""
    real: Answer = getattr(FakeGraceDb, method)

    def spoiled(self: FakeGraceDb, *args: Any, **kwargs: Any) -> Any:
        response = real(self, *args, **kwargs)
        if response.headers.get("Content-Type") == "application/json":
            data = response.json()
            change(data)
            response._content = json.dumps(data).encode()
        return response

    monkeypatch.setattr(FakeGraceDb, method, spoiled, raising=False)


def one_more(data: Any) -> None:
    data["log"].append(data["log"][0])


def other_comment(data: Any) -> None:
    data["log"][2]["comment"] = "Coinc Table created"


def other_version(data: Any) -> None:
    data["log"][10]["file_version"] = 1


@pytest.mark.parametrize(
    ("method", "change", "message"),
    [
        (
            "labels",
            lambda data: data["labels"].pop(),
            "labels of T0001: expected ['INJ', 'DQV', 'EM_Selected'], found ['INJ', 'DQV']",
        ),
        (
            "event",
            lambda data: data.update(gpstime=971609248.151742),
            "gpstime of T0001: expected 971609248.151741, found 971609248.151742",
        ),
        (
            "event",
            lambda data: data["extra_attributes"]["CoincInspiral"].update(snr=1.0),
            "CoincInspiral.snr of T0001: expected 9.31793628458239, found 1.0",
        ),
        (
            "event",
            lambda data: data["extra_attributes"]["SingleInspiral"].pop(),
            "single triggers of T0001: expected ['H1', 'L1', 'V1'], found ['H1', 'L1']",
        ),
        ("event", lambda data: data["labels"].clear(), "labels in T0001: expected ['DQV', 'INJ']"),
        ("logs", one_more, "number of log entries of T0001: expected 11, found 12"),
        ("logs", lambda data: data["log"].pop(), "log entries of T0001: expected 11, found 10"),
        ("logs", other_comment, "log entry 3 of T0001: expected"),
        ("logs", other_version, "log entry 11 of T0001: expected"),
        ("tags", lambda data: data["tags"].clear(), "tags of log entry 6 of T0001: expected"),
        ("files", lambda data: data.pop("coinc.xml,1"), "file names of T0001: expected"),
        (
            "create_event",
            lambda data: data["warnings"].append("odd"),
            "warnings at the upload of cbc-lm.xml: expected [], found ['odd']",
        ),
        (
            "create_event",
            lambda data: data.update(far=1),
            "answer to the upload of T0001: expected",
        ),
        (
            "write_log",
            lambda data: data.update(N=7),
            "number of the log entry: expected 6, found 7",
        ),
    ],
)
def test_difference_is_told_in_one_line_and_ends_with_1(
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    change: Callable[[Any], None],
    message: str,
) -> None:
    spoil(monkeypatch, method, change)
    ended = run("demo", "--store", "s")
    assert ended.status == 1
    assert message in ended.err
    assert ended.err.count("\n") == 1
    assert len(ended.err) < 700
    assert f"(the store is kept in {Path('s').resolve()})" in ended.err
    assert "no difference" not in ended.out


def test_difference_leaves_no_half_of_a_json_object(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, "labels", lambda data: data["labels"].pop())
    ended = run("demo", "--json")
    assert (ended.status, ended.out) == (1, "")
    assert "labels of T0001" in ended.err


def test_files_with_other_bytes_are_a_difference(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Answer = FakeGraceDb.files

    def other_bytes(self: FakeGraceDb, graceid: str, filename: str = "") -> Any:
        asked = "event.log,1" if filename == "event.log,0" else filename
        return real(self, graceid, asked)

    monkeypatch.setattr(FakeGraceDb, "files", other_bytes)
    ended = run("demo")
    assert ended.status == 1
    assert "file event.log,0 of T0001: expected 125 bytes with sha256 " in ended.err


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("events", "events found by 'group: Test T0001': expected"),
        ("num_events", "number of events found by 'group: Test T0001': expected 1, found 0"),
    ],
)
def test_search_that_finds_nothing_is_a_difference(
    run: Any, monkeypatch: pytest.MonkeyPatch, method: str, message: str
) -> None:
    nothing: dict[str, Answer] = {
        "events": lambda self, query, **_: iter(()),
        "num_events": lambda self, query: 0,
    }
    monkeypatch.setattr(FakeGraceDb, method, nothing[method])
    ended = run("demo")
    assert ended.status == 1
    assert message in ended.err


@pytest.mark.parametrize("wrong", ["lost", "far away", "itself"])
def test_wrong_neighbours_are_a_difference(
    run: Any, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    assert run("demo", "--store", "s").status == 0

    def change(data: Any) -> None:
        if "neighbors" in data:
            if wrong == "lost":
                data["neighbors"].clear()
            elif wrong == "far away":
                data["neighbors"].append({**data["neighbors"][0], "graceid": "T9", "gpstime": 1.0})
            else:
                data["neighbors"].append({**data["neighbors"][0], "graceid": "T0002"})

    spoil(monkeypatch, "get", change)
    ended = run("demo", "--store", "s")
    assert ended.status == 1
    assert "neighbours of T0002: expected ['T0001'], found " in ended.err


# The picture


def track(content: bytes) -> list[int]:
    """The brightest row of every tenth column of a picture, counted from below."""
    chunks = {}
    place = 8
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        body = content[place + 4 : place + 8 + length]
        assert struct.unpack_from(">I", content, place + 8 + length) == (zlib.crc32(body),)
        chunks[body[:4]] = body[4:]
        place += length + 12
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colour = struct.unpack_from(">2I2B", chunks[b"IHDR"])
    assert (depth, colour) == (8, 0)
    pixels = zlib.decompress(chunks[b"IDAT"])
    rows = [pixels[start + 1 : start + 1 + width] for start in range(0, len(pixels), width + 1)]
    assert len(rows) == height
    assert {len(row) for row in rows} == {width}
    return [
        height - 1 - max(range(height), key=lambda row: rows[row][column])
        for column in range(0, width, 10)
    ]


def test_picture_is_a_png_whose_track_rises() -> None:
    content = chirp_png(1.2188)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    rows = track(content)
    assert rows == sorted(rows)
    assert rows[-1] > rows[0] > 0


def test_heavier_binaries_are_drawn_at_lower_frequencies() -> None:
    light, middle, heavy = (track(chirp_png(mchirp)) for mchirp in (0.9, 1.2188, 1.6))
    assert light[5] > middle[5] > heavy[5]


@pytest.mark.parametrize("mchirp", [1e-3, 1e3])
def test_masses_beyond_the_picture_leave_it_a_picture(mchirp: float) -> None:
    rows = track(chirp_png(mchirp))
    assert len(rows) == 16
