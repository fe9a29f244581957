"""The verb ``exec``: commands in processes of their own, with the fake swapped in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fakegracedb
from fakegracedb import FakeGraceDb, Store

ROOT = str(Path(fakegracedb.__file__).parents[1])
GRACEDB = [sys.executable, "-c", "from ligo.gracedb.cli.client import main; main()"]
UPLOAD = """
import sys
from ligo.gracedb.rest import GraceDb
client = GraceDb(fail_if_noauth=True, reload_cred=True)
event = client.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>").json()
print(event["graceid"], event["submitter"], client.server_version)
"""


@pytest.fixture
def fake_exec(here: Path) -> Any:
    """Run the verb in a process of its own, which it becomes."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FAKEGRACEDB_")}
        environment.update({"PYTHONPATH": ROOT, **variables})
        return subprocess.run(
            [sys.executable, "-m", "fakegracedb", "exec", *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            cwd=here,
        )

    return run


def test_command_of_the_real_client_works_on_a_store(fake_exec: Any, here: Path) -> None:
    (here / "coinc.xml").write_text("<LIGO_LW/>")
    create = ["create", "event", "Test", "gstlal", "coinc.xml"]
    done = fake_exec("--store", "mine", "--", *GRACEDB, *create)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["graceid"] == "T0001"
    assert list(Store(here / "mine").events) == ["T0001"]
    shown = fake_exec("--store", "mine", *GRACEDB, "get", "event", "T0001")  # also without --
    assert json.loads(shown.stdout)["graceid"] == "T0001"


def test_default_store_is_made_and_the_options_hold(fake_exec: Any, here: Path) -> None:
    done = fake_exec(
        "--user", "ada", "--groups", "internal_users", "--server-version", "2.33",
        "--", sys.executable, "-c", UPLOAD,
    )  # fmt: skip
    assert done.stdout.split() == ["T0001", "ada", "2.33.1"]
    assert Store(here / "gracedb-store").exists()
    refused = fake_exec(
        "--user=ada", "--groups=internal_users", "--", sys.executable, "-c",
        UPLOAD.replace('"Test"', '"CBC"'),
    )  # fmt: skip
    assert refused.returncode == 1
    assert "403" in refused.stderr


def test_environment_names_the_store(fake_exec: Any, here: Path) -> None:
    command = ["--", sys.executable, "-c", UPLOAD]
    for graceid in ("T0001", "T0002"):
        done = fake_exec(*command, FAKEGRACEDB_STORE="there", FAKEGRACEDB_USER="marie")
        assert done.stdout.split()[:2] == [graceid, "marie"]
    assert len(Store(here / "there").events) == 2


def test_our_own_command_sees_the_store_too(fake_exec: Any, here: Path) -> None:
    ours = [sys.executable, "-m", "fakegracedb", "store", "info", "--json"]
    done = fake_exec("--store", "mine", "--", *ours)
    assert json.loads(done.stdout)["path"] == str(here / "mine")


@pytest.mark.parametrize("status", [0, 3])
def test_exit_status_is_that_of_the_command(fake_exec: Any, status: int) -> None:
    done = fake_exec("--", sys.executable, "-c", f"print('out'); exit({status})")
    assert (done.returncode, done.stdout) == (status, "out\n")


def test_command_that_cannot_be_run_is_told_as_by_a_shell(run: Any, here: Path) -> None:
    for nothing in ([], ["--"]):
        ended = run("exec", *nothing)
        assert ended.status == 2
        assert "no command" in ended.err
    ended = run("exec", "--", "no-such-command-anywhere")
    assert (ended.status, ended.out) == (127, "")
    assert ended.err == "fakegracedb: no-such-command-anywhere: there is no such command\n"
    (here / "prog.py").write_text("print()")
    ended = run("exec", "--", "./prog.py")
    assert (ended.status, ended.out) == (126, "")
    assert ended.err == "fakegracedb: ./prog.py: it cannot be run: Permission denied\n"


def test_folder_that_is_something_else_is_refused(run: Any, here: Path) -> None:
    (here / "notes.txt").write_text("mine")
    ended = run("exec", "--store", here, "--", "true")
    assert ended.status == 1
    assert "is not a store and not empty" in ended.err


def test_unknown_group_is_refused_before_the_command_runs(run: Any, here: Path) -> None:
    for flag in ("--groups", "--group"):
        ended = run("exec", flag, "internal_users,nosuch", "--store", "s", "--", "false")
        assert (ended.status, ended.out) == (1, "")
        assert "no user group 'nosuch': internal_users, " in ended.err


def test_store_of_others_may_be_read_only(fake_exec: Any, here: Path) -> None:
    with FakeGraceDb(store=here / "mine") as client:
        client.create_event("Test", "gstlal", "a.xml", filecontents="<LIGO_LW/>")
    before = (here / "mine" / "journal.jsonl").read_bytes()
    done = fake_exec("--store", "mine", "--", *GRACEDB, "get", "event", "T0001")
    assert json.loads(done.stdout)["graceid"] == "T0001"
    assert (here / "mine" / "journal.jsonl").read_bytes() == before
