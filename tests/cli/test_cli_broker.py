"""The verb ``broker``: what it refuses, and what it leaves in a store."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE, ending

from fakegracedb import Store


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--port", "70000"], "'70000' is no port"),
        (["--port", "x"], "'x' is no port"),
        (["--uploads", "nonsense"], "'nonsense' is no URL of a server"),
        (["--uploads", "https://"], "'https://' is no URL of a server"),
        (["--user", "ada"], "'ada' is not NAME:PASSWORD"),
    ],
)
def test_bad_usage_is_told(run: Any, argv: list[str], said: str) -> None:
    ended = run("broker", *argv)
    assert ended.status == 2
    assert said in ended.err


def test_a_store_that_is_not_there_is_not_made(run: Any, here: Path) -> None:
    ended = run("broker", "--store", "nowhere")
    assert ended.status == 1
    assert "there is no store in nowhere" in ended.err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--certificate", "none.pem"], "the certificate none.pem cannot be used"),
        (["--key", "none.pem"], "--key is given without --certificate"),
        (["--topic", "a b"], "'a b' is no name of a topic"),
        (["--data", "notes"], "notes is not a broker's and not empty (it holds 'mine')"),
        (["--data", "store"], "store is not a broker's and not empty"),
        (["--host", "203.0.113.1", "--user", "a:b"], "cannot listen on 203.0.113.1"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    run: Any, here: Path, argv: list[str], said: str
) -> None:
    with Store(here / "store").transaction("test") as tx:
        tx.put_settings(tx.settings)
    (here / "notes").mkdir()
    (here / "notes" / "mine").touch()
    ended = run("broker", "--store", "store", "--port", "0", *argv)
    assert ended.status == 1
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert "--debug" not in ended.err
    assert [path.name for path in (here / "notes").iterdir()] == ["mine"]


def test_a_missing_extra_is_told_before_it_listens(
    run: Any, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(here / "store").transaction("test") as tx:
        tx.put_settings(tx.settings)
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    url = "https://gracedb.invalid/api/"
    ended = run("broker", "--store", "store", "--port", "0", "--uploads", url)
    assert (ended.status, ended.out) == (1, "")
    assert "pip install 'fakegracedb[kafka]'" in ended.err
    assert not (here / "store" / "broker").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_open_broker_is_warned_of_and_ends_with_0(here: Path, number: int) -> None:
    with Store(here / "store").transaction("test") as tx:
        tx.put_settings(tx.settings)
    words = ["broker", "--store", "store", "--port", "0", "--host", "0.0.0.0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "fakegracedb", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with ending(process):
        assert process.stdout is not None
        assert process.stdout.readline().startswith("kafka://127.0.0.1:")
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert err == (
        "fakegracedb: 0.0.0.0 is no loopback address: whoever reaches this machine can read and "
        "write all topics\n"
    )


def test_a_broker_takes_up_its_own_folder_again(tmp_path: Path) -> None:
    from fakegracedb.broker import Broker
    from fakegracedb.broker.offsets import Offsets
    from fakegracedb.broker.topics import Topics

    data = tmp_path / "data"
    with Broker(data=data):
        pass
    topics, offsets = Topics(data), Offsets(data)
    topics.create("a-0")
    (data / "a-0-0").mkdir()
    offsets.commit("group", "a-0", 1, None)
    topics.close()
    offsets.close()
    for name in ("topics.tmp", "offsets.tmp"):  # left by one that was killed
        (data / name).touch()
    with Broker(data=data):
        pass


def test_the_folder_of_a_broker_is_no_part_of_the_store(here: Path) -> None:
    from fakegracedb.broker import AlertSource, Broker

    store = Store(here / "store")
    with store.transaction("test") as tx:
        tx.put_settings(tx.settings)
    with Broker(AlertSource(store), data=store.path / "broker", topics=["x"]):
        pass
    assert (store.path / "broker").is_dir()
    assert store.check() == []
    assert not (store.snapshot(here / "kept") / "broker").exists()
    assert "broker/" in (store.path / ".gitignore").read_text().split()
