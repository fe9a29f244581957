"""What is no folder for a store is refused when it is named, by every door."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from fakegracedb import FakeGraceDb, Server, Store, StoreError, activate, mount
from fakegracedb.wsgi import application

OPENERS: dict[str, Callable[[Any], object]] = {
    "client": lambda store: FakeGraceDb(store=store),
    "activate": lambda store: activate(store).__enter__(),
    "mount": lambda store: mount(requests.Session(), store=store),
    "server": Server,
    "wsgi": application,
}
opener = pytest.mark.parametrize("open_", OPENERS.values(), ids=OPENERS)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "prog.py"
    path.write_text("print()")
    return path


@pytest.mark.parametrize("open_", [*OPENERS.values(), Store, Store.open], ids=[*OPENERS, "S", "o"])
def test_file_or_device_is_refused_at_once_and_stays_as_it_is(
    open_: Callable[[Any], object], program: Path
) -> None:
    for path in (program, str(program), program / "below" / "it", "/dev/null"):
        with pytest.raises(StoreError, match="is a file or device, and a store is a folder"):
            open_(path)
    assert program.read_text() == "print()"


@opener
def test_folder_that_holds_something_else_is_refused_at_once(
    open_: Callable[[Any], object], program: Path
) -> None:
    with pytest.raises(StoreError, match=r"is not a store and not empty \(it holds 'prog.py'\)"):
        open_(program.parent)
    assert list(program.parent.iterdir()) == [program]


@pytest.mark.parametrize("open_", [*OPENERS.values(), Store, Store.open], ids=[*OPENERS, "S", "o"])
def test_what_names_no_folder_is_refused_with_what_does(open_: Callable[[Any], object]) -> None:
    for value in (5, b"bytes", ["a"]):
        with pytest.raises(TypeError, match="a store is named by a str or a Path"):
            open_(value)
    with pytest.raises(ValueError, match="names no folder"):
        open_("")
    with pytest.raises(ValueError, match="is not a folder but a URL"):
        open_("https://gracedb.ligo.org/api/")


@pytest.mark.parametrize("port", ["80", 80.5, True, -1, 99999])
def test_port_is_one(port: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no port: 0 to 65535"):
        Server(tmp_path / "store", port=port)


@pytest.mark.parametrize("verb", ["ls", "serve --port 0", "exec -- true", "store init", "demo"])
def test_commands_refuse_what_is_no_folder_in_one_line(
    verb: str, program: Path, run: Callable[..., Any]
) -> None:
    words, dashes, rest = verb.partition(" -- ")
    done = run(*words.split(), "--store", str(program), *(dashes + rest).split())
    assert done.returncode == 1
    told = f"fakegracedb: {program} is a file or device, and a store is a folder"
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fakegracedb", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    return run
