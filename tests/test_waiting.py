"""`wait_for`: what it waits for, how it says that it was in vain, and when it does not sleep."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ligo.gracedb.exceptions import HTTPError
from patience import PATIENCE, ending, no_sleep_here
from requests.adapters import HTTPAdapter

import fakegracedb
import fakegracedb.waiting
from fakegracedb import FakeGraceDb, samples, wait_for

ROOT = str(Path(fakegracedb.__file__).parents[1])
LONG = PATIENCE  # s; no test waits so long


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FakeGraceDb]:
    with FakeGraceDb(store=tmp_path / "store", clock="2026-03-01 17:00:00") as client:
        yield client


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread beside this one, also under xdist, and no pause: it would be needless."""

    def sleep(seconds: float) -> None:
        raise AssertionError(f"slept for {seconds} s")

    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr("fakegracedb.waiting._has_children", lambda: False)
    no_sleep_here(monkeypatch, sleep)


def event(client: FakeGraceDb, filename: str = "a.xml", **options: Any) -> str:
    made = client.create_event("Test", "gstlal", filename, filecontents="?", **options)
    graceid: str = made.json()["graceid"]
    return graceid


def superevent(client: FakeGraceDb) -> str:
    graceid = event(client)
    name: str = client.create_superevent(1.4e9, 1.4e9, 1.4e9, graceid, "test").json()[
        "superevent_id"
    ]
    return name


def later(call: Callable[[], object], seconds: float = 0.05) -> threading.Timer:
    timer = threading.Timer(seconds, call)
    timer.start()
    return timer


# What is there already


@pytest.mark.parametrize("make", [event, superevent])
def test_what_is_there_is_given_at_once(
    client: FakeGraceDb, alone: None, make: Callable[[FakeGraceDb], str]
) -> None:
    name = make(client)
    client.write_log(name, "A picture of it", "p.png", b"1")
    client.write_label(name, "DQV")
    before = client.clock.now()
    found = wait_for(
        client,
        name,
        label=["DQV"],
        file=["p.png", "p.png,0"],
        log=["picture", re.compile("^A pic")],
        timeout=LONG,
    )
    assert name in (found.get("graceid"), found.get("superevent_id"))
    assert found["labels"] == ["DQV"]
    assert client.clock.now() == before


@pytest.mark.parametrize("options", [{"api_version": "v1"}, {"server_version": "2.33"}])
def test_every_server_is_understood(client: FakeGraceDb, options: dict[str, str]) -> None:
    with FakeGraceDb(store=client.store, **options) as other:
        name = superevent(other)
        other.write_log(name, "A file of a bad name", "files", b"1")
        assert wait_for(other, name, file="files", log="bad", timeout=LONG)
        assert wait_for(other, "T0001", file="a.xml,0", log="Original Data", timeout=LONG)


def test_example_in_the_docstring_is_true() -> None:
    assert doctest.testmod(fakegracedb.waiting) == (0, 2)


# What comes


@pytest.mark.parametrize("waits", ["real", "skip"])
@pytest.mark.parametrize("make", [event, superevent])
def test_what_another_thread_does_is_waited_for(
    client: FakeGraceDb, make: Callable[[FakeGraceDb], str], waits: Any
) -> None:
    name = make(client)
    with FakeGraceDb(store=client.store, waits=waits) as asking:
        timers = [
            later(lambda: client.write_label(name, "DQV")),
            later(lambda: client.write_log(name, "done", "r.txt", b"1"), 0.1),
        ]
        found = wait_for(asking, name, label="DQV", file="r.txt", log="done", timeout=LONG)
    assert found["labels"] == ["DQV"]
    for timer in timers:
        timer.join()


def test_object_that_is_made_later_is_waited_for(client: FakeGraceDb) -> None:
    timer = later(lambda: event(client))
    assert wait_for(client, "T0001", timeout=LONG)["graceid"] == "T0001"
    timer.join()


def test_next_version_of_a_file_is_waited_for(client: FakeGraceDb) -> None:
    name = event(client)
    timer = later(lambda: client.write_log(name, "again", "a.xml", b"2"))
    wait_for(client, name, file="a.xml,1", timeout=LONG)
    assert client.files(name, "a.xml").read() == b"2"
    timer.join()


def test_store_is_asked_again_only_when_it_has_changed(
    client: FakeGraceDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = event(client)
    client.calls.clear()
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 20:
            client.store.settings.update(user="ada")

    monkeypatch.setattr("fakegracedb.waiting._Here.is_alone", lambda self: len(pauses) > 40)
    no_sleep_here(monkeypatch, sleep)
    with pytest.raises(TimeoutError):
        wait_for(client, name, label="DQV", timeout=LONG)
    # at first, after the change, and once more at the end
    assert len([call for call in client.calls if call.path == f"events/{name}"]) == 3


@pytest.mark.parametrize("waits", ["real", "skip"])
def test_what_a_child_does_is_waited_for(client: FakeGraceDb, waits: Any) -> None:
    name = event(client)
    code = (
        "from fakegracedb import FakeGraceDb; "
        f"FakeGraceDb(store={str(client.store.path)!r}).write_label({name!r}, 'DQV')"
    )
    child = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": ROOT})
    with ending(child), FakeGraceDb(store=client.store, waits=waits) as asking:
        assert wait_for(asking, name, label="DQV", timeout=LONG)["labels"] == ["DQV"]
        assert child.wait(LONG) == 0


def test_client_of_a_server_is_asked_now_and_then(
    client: FakeGraceDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere(HTTPAdapter):
        """A way to the fake of which nobody knows that it is one."""

        def send(self, *args: Any, **options: Any) -> Any:
            return hidden.send(*args, **options)

    name = event(client)
    hidden = client.get_adapter("https://")
    client.mount("https://", Elsewhere())
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            client.write_label(name, "DQV")

    no_sleep_here(monkeypatch, sleep)
    wait_for(client, name, label="DQV", timeout=LONG)
    assert len(pauses) == 3
    assert pauses == sorted(pauses)
    assert 0.1 < pauses[0] < pauses[-1] <= 2


# What does not come


@pytest.mark.parametrize("waits", ["skip", "real"])
def test_nobody_sleeps_where_nobody_else_can_write(
    client: FakeGraceDb, alone: None, waits: Any
) -> None:
    name = event(client)
    with FakeGraceDb(store=client.store, waits=waits) as asking:
        before = client.clock.now()
        with pytest.raises(TimeoutError, match="label DQV is not there"):
            wait_for(asking, name, label="DQV", timeout=3600)
    assert (client.clock.now() - before).total_seconds() == 3600


def test_clock_of_the_system_is_waited_for_but_not_where_waits_are_skipped(
    client: FakeGraceDb, alone: None
) -> None:
    name = event(client)
    client.clock = "system"
    with FakeGraceDb(store=client.store, waits="skip") as asking, pytest.raises(TimeoutError):
        wait_for(asking, name, label="DQV", timeout=3600)
    with pytest.raises(AssertionError, match="slept"):
        wait_for(client, name, label="DQV", timeout=3600)


def test_process_without_threads_and_children_is_alone() -> None:
    code = """
import time
from fakegracedb import FakeGraceDb, wait_for
client = FakeGraceDb(waits="skip")
client.create_event("Test", "gstlal", "a.xml", filecontents="?")
began = time.monotonic()
try:
    wait_for(client, "T0001", label="DQV", timeout=3600)
except TimeoutError as error:
    print(time.monotonic() - began < 60, error)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        timeout=60,
        check=False,
    )
    told = "True T0001 after 3600 s: label DQV is not there (no labels)\n"
    assert (ended.stdout, ended.stderr) == (told, "")


def test_message_says_what_is_missing_and_what_is_there_instead(client: FakeGraceDb) -> None:
    coinc = samples.coinc_xml()
    name = client.create_event("Test", "gstlal", "c.xml", filecontents=coinc).json()["graceid"]
    client.write_label(name, "INJ")
    with pytest.raises(TimeoutError) as caught:
        wait_for(
            client, name, label=["INJ", "DQV"], file=["b.txt", "c.xml,7"], log="ready", timeout=0
        )
    text = str(caught.value)
    assert text.startswith(f"{name} after 0 s: label DQV is not there (labels: INJ); ")
    assert "file b.txt is not there (files: c.xml, coinc.xml, event.log); " in text
    assert "file c.xml,7 is not there (files: c.xml,0); " in text
    assert "no log entry says 'ready' (4 so far, the last: Original Data; Log File" in text
    assert text.endswith("Label: INJ)")


@pytest.mark.parametrize(
    ("name", "kind"), [("G0009", "event"), ("S260301a", "superevent"), ("GW260301A", "superevent")]
)
def test_object_that_does_not_come_is_told(client: FakeGraceDb, name: str, kind: str) -> None:
    with pytest.raises(TimeoutError, match=f"^{name} after 0 s: there is no such {kind}$"):
        wait_for(client, name, timeout=0)


def test_label_that_is_none_is_refused_at_once(client: FakeGraceDb, alone: None) -> None:
    with pytest.raises(ValueError, match=r"no label 'EM_REDY'; there are .*EM_READY"):
        wait_for(client, event(client), label="EM_REDY", timeout=LONG)


@pytest.mark.parametrize("timeout", [-1, float("nan")])
def test_timeout_that_is_none_is_refused(client: FakeGraceDb, timeout: float) -> None:
    with pytest.raises(ValueError, match="no time to wait for"):
        wait_for(client, "T0001", timeout=timeout)


def test_refusal_of_the_server_ends_it(client: FakeGraceDb, alone: None) -> None:
    name = event(client)
    with client.as_user(None) as anybody, pytest.raises(HTTPError, match="403"):
        wait_for(anybody, name, timeout=LONG)


# Under the fake that is swapped in


def test_clients_of_the_real_class_are_recognized_while_the_fake_is_in(
    alone: None, tmp_path: Path
) -> None:
    from ligo.gracedb.rest import GraceDb

    early = GraceDb("https://gracedb-test.ligo.org/api/v1/", cred=False)
    with fakegracedb.activate(tmp_path / "store", waits="skip") as gracedb:
        name = event(gracedb)
        for client in (early, GraceDb(), GraceDb(fail_if_noauth=True, retries=0)):
            before = gracedb.clock.now()
            # whoever took it for a server would sleep from one question to the next
            with pytest.raises(TimeoutError, match=f"{name} after 600 s: label DQV is not there"):
                wait_for(client, name, label="DQV", timeout=600)
            assert (gracedb.clock.now() - before).total_seconds() < 60
        gracedb.write_label(name, "DQV")
        assert wait_for(early, name, label="DQV", timeout=600)["graceid"] == name


def test_arguments_that_make_no_sense_are_refused(client: FakeGraceDb) -> None:
    with pytest.raises(TypeError, match="wait_for asks a GraceDb client, not 'mystore'"):
        wait_for("mystore", "G0001")
    with pytest.raises(TypeError, match="5 is not the id of an event or superevent"):
        wait_for(client, 5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="timeout is '5': no time"):
        wait_for(client, "G0001", timeout="5")  # type: ignore[arg-type]
