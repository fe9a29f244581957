"""The verb ``broker``: what it refuses, and what it leaves in a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fakegracedb import Store


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--port", "70000"], "'70000' is no port"),
        (["--port", "x"], "'x' is no port"),
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
        (["--host", "203.0.113.1"], "cannot listen on 203.0.113.1"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    run: Any, here: Path, argv: list[str], said: str
) -> None:
    with Store(here / "store").transaction("test") as tx:
        tx.put_settings(tx.settings)
    ended = run("broker", "--store", "store", "--port", "0", *argv)
    assert ended.status == 1
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert "--debug" not in ended.err


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
