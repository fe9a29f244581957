"""Several processes of gunicorn serve one store; skipped where gunicorn is not installed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from ligo.gracedb.rest import GraceDb
from patience import PATIENCE, until
from served import environment

from fakegracedb import FakeGraceDb, Store

pytest.importorskip("gunicorn")


@contextmanager
def gunicorn(store: Store, folder: Path, kind: str, workers: int) -> Iterator[str]:
    """Workers forked from a process that had made the application already; give the URL."""
    (folder / "program.py").write_text(
        "from fakegracedb.wsgi import application\n"
        f"app = application({str(store.path)!r})\n"
        "app.inner.store.settings['user']\n"  # the store has been read before the fork
    )
    log = folder / "log"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--preload", "--workers", str(workers), "--threads",
         "2", "-k", kind, "--bind", "127.0.0.1:0", "--log-file", log, "program:app"],
        cwd=folder,
        env={**environment(), "PYTHONPATH": f"{environment()['PYTHONPATH']}:{folder}"},
    )  # fmt: skip
    try:
        until(lambda: process.poll() is not None or has_begun(log, workers), pause=0.05)
        text = log.read_text()
        assert process.poll() is None, text
        yield text.partition("Listening at: ")[2].split()[0] + "/api/"
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0


def has_begun(log: Path, workers: int) -> bool:
    text = log.read_text() if log.exists() else ""
    return "Listening at: " in text and text.count("Booting worker") == workers


@pytest.fixture(params=["sync", "gthread"])
def kind(request: pytest.FixtureRequest) -> str:
    """Give a kind of worker."""
    return str(request.param)


@pytest.fixture
def url(kind: str, store: Store, tmp_path: Path) -> Iterator[str]:
    with gunicorn(store, tmp_path, kind, workers=3) as url:
        yield url


def test_workers_of_gunicorn_share_a_store(url: str, store: Store) -> None:
    failures: list[BaseException] = []
    workers = set()
    written = Counter({f"w{one}": 0 for one in range(4)})

    def write(name: str) -> None:
        try:
            client = GraceDb(url, force_noauth=True)
            end = time.monotonic() + PATIENCE
            # which of them is quicker is their own matter
            while written[name] < 10 or (len(workers) < 2 and time.monotonic() < end):
                client.write_log("T0001", name, f"{name}.txt", f"{written[name]}".encode())
                written[name] += 1
                workers.add(requests.get(url.replace("/api/", "/fake/")).json()["process"])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in written]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(workers) > 1
    logs = FakeGraceDb(store=store).logs("T0001").json()["log"]
    assert [log["N"] for log in logs] == list(range(1, len(logs) + 1))
    assert Counter(log["comment"] for log in logs if log["comment"] in written) == written
    assert store.check() == []


def test_bodies_files_and_trouble_under_gunicorn(url: str, store: Store) -> None:
    content = bytes(range(256)) * 8192
    client = GraceDb(url, force_noauth=True)
    client.write_log("T0001", "large", "large.bin", content)
    assert client.files("T0001", "large.bin").read() == content
    chunks = iter([b"comment=", b"in+chunks"])
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(f"{url}events/T0001/log/", data=chunks, headers=form)
    assert answer.json()["comment"] == "in chunks"
    assert answer.json()["self"].startswith(url)


def test_planned_trouble_is_acted_out_under_gunicorn(
    kind: str, store: Store, tmp_path: Path
) -> None:
    # faults belong to one process, so there is but one
    with gunicorn(store, tmp_path, kind, workers=1) as url:
        event = f"{url}events/T0001"
        for fault, said in (({"drop": True}, "aborted"), ({"truncate": 5}, "5 bytes read")):
            requests.post(url.replace("/api/", "/fake/faults"), json=fault)
            with pytest.raises(requests.RequestException, match=said):
                requests.get(event)
            assert requests.get(event).status_code == 200
        late = {"delay": 30, "method": "PUT"}
        requests.post(url.replace("/api/", "/fake/faults"), json=late)
        with pytest.raises(requests.ReadTimeout):
            requests.put(f"{event}/labels/DQV", timeout=0.2)
        assert requests.get(event).status_code == 200  # nobody waits for half a minute
        assert requests.get(f"{event}/labels/").json()["labels"] == []
