"""The verb ``serve``: what it prints, how it ends, how much memory it takes."""

from __future__ import annotations

import filecmp
import gzip
import json
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from http_client import Wire
from ligo.gracedb.rest import GraceDb
from patience import PATIENCE, until
from served import environment, serving

from fakegracedb import FakeGraceDb, Store, samples

MB = 1 << 20


def test_first_line_is_the_url_and_sigterm_ends_it(store: Store, tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w+") as stderr, serving(store.path, stderr=stderr) as served:
        assert served.url.startswith("http://127.0.0.1:")
        client = GraceDb(served.url, force_noauth=True)
        assert client.event("T0001").json()["links"]["self"] == f"{served.url}events/T0001"
        client.write_log("T0001", "over HTTP")
        assert served.end() == 0
        stderr.seek(0)
        assert stderr.read() == ""
    assert store.check() == []
    comments = [log["comment"] for log in FakeGraceDb(store=store).logs("T0001").json()["log"]]
    assert comments[-1] == "over HTTP"


def test_interrupt_is_its_normal_end(store: Store) -> None:
    with serving(store.path) as served:
        assert served.end(signal.SIGINT) == 0


def test_facts_are_json_in_one_line(tmp_path: Path) -> None:
    with serving(tmp_path / "new", "--json", "--server-version", "2.33", "--user", "ada") as served:
        facts = json.loads(served.url)
        assert facts["store"] == str(tmp_path / "new")
        assert facts["process"] == served.process.pid
        root = requests.get(facts["url"]).json()
        assert root["server-version"] == "2.33.1"
        assert requests.get(root["links"]["user-info"]).json()["username"] == "ada"


def test_anonymous_and_without_admin(store: Store) -> None:
    with serving(store.path, "--anonymous", "--no-admin") as served:
        assert requests.get(f"{served.url}events/T0001").status_code == 403
        assert requests.get(served.url.replace("/api/", "/fake/")).status_code == 501


def test_environment_names_user_and_version(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from fakegracedb.cli import main

    seen: list[object] = []
    monkeypatch.setattr("fakegracedb.server.Server.__init__", lambda *a, **k: seen.append((a, k)))
    monkeypatch.setenv("FAKEGRACEDB_USER", "grace")
    monkeypatch.setenv("FAKEGRACEDB_SERVER_VERSION", "2.33")
    monkeypatch.setenv("FAKEGRACEDB_STORE", str(store.path))
    main(["serve"])
    main(["serve", "--anonymous", "--server-version", "2.36"])
    (one, said), (_, other) = seen  # type: ignore[misc]
    assert one[1:] == (str(store.path), "127.0.0.1", 8000)
    assert (said["user"], said["server_version"]) == ("grace", "2.33")
    assert (other["user"], other["server_version"]) == (None, "2.36")


def test_open_address_is_warned_of_in_one_line(store: Store, tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w+") as stderr:
        with serving(store.path, "--host", "0.0.0.0", stderr=stderr) as served:
            assert requests.get(served.url).status_code == 200
        stderr.seek(0)
        told = stderr.read()
    assert told.count("\n") == 1
    assert told.startswith("fakegracedb: 0.0.0.0 is no loopback address")


def test_port_in_use_is_one_line_and_1(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "fakegracedb", "serve", "--store", store.path,
             "--port", str(port)],
            capture_output=True, text=True, timeout=60, check=False, env=environment(),
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"fakegracedb: port {port} of 127.0.0.1 cannot be had: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [["--port", "x"], ["--port", "70000"], ["--port", "-1"], ["--user", ""],
     ["--user", "ada", "--anonymous"], ["--server-version", "3"]],
    ids=" ".join,
)  # fmt: skip
def test_bad_usage_ends_with_2(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from fakegracedb.cli import main

    assert main(["serve", *options]) == 2
    assert capsys.readouterr().out == ""


def test_sigterm_amid_writes_leaves_a_whole_store(store: Store) -> None:
    began = threading.Barrier(5)
    answered: list[int] = []

    def write(url: str) -> None:
        with requests.Session() as session:
            began.wait()
            try:
                while True:
                    files = {"upload": ("f.txt", bytes(100_000))}
                    answer = session.post(
                        f"{url}events/T0001/log/", data={"comment": "x"}, files=files
                    )
                    assert answer.status_code == 201
                    answered.append(answer.json()["N"])
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                pass  # before an answer, or in the middle of one

    with serving(store.path) as served:
        writers = [threading.Thread(target=write, args=(served.url,)) for _ in range(4)]
        for one in writers:
            one.start()
        began.wait()
        until(lambda: len(answered) > 10)
        assert served.end() == 0
        for one in writers:
            one.join()
    assert store.check() == []
    logs = FakeGraceDb(store=store).logs("T0001").json()["log"]
    assert [log["N"] for log in logs] == list(range(1, len(logs) + 1))
    assert set(answered) <= {log["N"] for log in logs}  # what was answered is there
    for log in logs:
        if log["filename"] == "f.txt":
            stored = store.path / "events" / "T0001" / f"f.txt,{log['file_version']}"
            assert stored.stat().st_size == 100_000


def test_sigterm_does_not_wait_for_those_who_dawdle(store: Store, tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w+") as stderr, serving(store.path, stderr=stderr) as served:
        stage = served.url.replace("/api/", "/fake/")
        requests.post(f"{stage}faults", json={"delay": 2 * PATIENCE})
        with Wire(served.url) as waiting, Wire(served.url) as silent, Wire(served.url) as half:
            waiting.ask("/api/")
            half.ask("/api/events/T0001/log/", "POST", "Content-Length: 1000\r\n", b"comm")
            assert silent.socket.fileno() >= 0
            until(lambda: requests.get(f"{stage}faults").json()["faults"] == [])  # it waits
            began = time.monotonic()
            assert served.end() == 0
            assert time.monotonic() - began < PATIENCE / 2
        stderr.seek(0)
        assert stderr.read() == ""


def send(url: str, method: str, path: str, fields: dict[str, str], field: str, file: Path) -> int:
    """Send a form whose file is never whole in memory here either; give the answer's status."""
    head = "".join(
        f'--sep\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += (
        f'--sep\r\nContent-Disposition: form-data; name="{field}"; filename="{file.name}"\r\n\r\n'
    )
    end = b"\r\n--sep--\r\n"
    length = len(head) + file.stat().st_size + len(end)
    kind = "multipart/form-data; boundary=sep"
    headers = f"Content-Type: {kind}\r\nContent-Length: {length}\r\n"
    with Wire(url) as wire:
        wire.ask(f"/api/{path}", method, headers, head.encode())
        with file.open("rb") as stream:
            while piece := stream.read(MB):
                wire.send(piece)
        wire.send(end)
        wire.socket.settimeout(60)
        return wire.answer().status


needs_peak = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs to know the peak"
)


@needs_peak
def test_100_mb_up_and_down_within_64_mb(tmp_path: Path, store: Store) -> None:
    file = tmp_path / "large.bin"
    source = random.Random(1)
    with file.open("wb") as stream:
        for _ in range(100):
            stream.write(source.randbytes(MB))
    with serving(store.path) as served:
        fields = {"comment": "large"}
        assert send(served.url, "POST", "events/T0001/log/", fields, "upload", file) == 201
        with requests.get(f"{served.url}events/T0001/files/large.bin", stream=True) as answer:
            assert answer.headers["Content-Length"] == str(100 * MB)
            with file.open("rb") as stream:
                for piece in answer.iter_content(MB):
                    assert piece == stream.read(len(piece))
                assert stream.read(1) == b""
        peak = served.memory()
    print(f"{peak:.0f} MB")
    assert peak < 64
    for place in (file, store.path / "events" / "T0001" / "large.bin,0"):
        place.unlink()  # pytest keeps the folder for a while


@needs_peak
def test_event_files_of_100_mb_are_read_within_64_mb(tmp_path: Path) -> None:
    coinc = samples.coinc_xml("1456419850.125", far=1e-9)
    head, end, tail = coinc.rpartition(b"</LIGO_LW>")
    plain, packed = tmp_path / "coinc.xml", tmp_path / "coinc.xml.gz"
    with plain.open("wb") as stream, gzip.open(packed, "wb", 1) as zipped:
        for out in (stream, zipped):
            out.write(head)
            for _ in range(100):
                out.write(b"<!--" + b"x" * (MB - 8) + b"-->\n")
            out.write(end + tail)
    store = Store(tmp_path / "gracedb")
    with serving(store.path) as served:
        fields = {"group": "Test", "pipeline": "gstlal"}
        for method, path, form, file in (
            ("POST", "events/", fields, packed),
            ("POST", "events/", fields, plain),
            ("PUT", "events/T0001", {}, plain),
        ):
            assert send(served.url, method, path, form, "eventFile", file) in (201, 202)
        peak = served.memory()
    assert [event.far for event in store.events.values()] == [1e-9, 1e-9]
    stored = store.path / "events" / "T0001" / "coinc.xml,0"  # unpacked
    assert filecmp.cmp(stored, plain, shallow=False)
    assert peak < 64
    shutil.rmtree(store.path)
    plain.unlink()


def test_json_that_would_have_to_be_held_whole_has_a_limit(store: Store) -> None:
    with serving(store.path) as served, Wire(served.url) as wire:
        head = f"Content-Type: application/json\r\nContent-Length: {33 * MB}\r\n"
        wire.ask("/api/superevents/", "POST", head, b"")
        for _ in range(33):
            wire.send(b" " * MB)
        wire.socket.settimeout(60)
        answer = wire.answer()
    assert answer.status == 413
    assert b"larger than 33554432 bytes" in answer.body
