"""The command as a whole: its grammar, how it ends, and that it is light."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fakegracedb
from fakegracedb import Store, cli
from fakegracedb.cli.output import counted, size_text

ROOT = str(Path(fakegracedb.__file__).parents[1])
GROUPS = ("store", "cache", "alerts", "notice")
VERBS = [
    ["demo"],
    ["exec"],
    ["explain"],
    ["serve"],
    ["ls"],
    ["show"],
    ["log"],
    ["files"],
    ["cat"],
    ["selftest"],
    ["check-permissions"],
    ["completion"],
    *(["create"], ["cycle"], ["validate"], ["ca-certificate"]),
    *(["fetch"], ["fetch-range"], ["load"], ["import"]),
    *(["cache", verb] for verb in ("list", "clean", "verify", "import", "export")),
    *(
        ["store", verb]
        for verb in (
            "init",
            "info",
            "check",
            "snapshot",
            "copy",
            "restore",
            "reset",
            "reindex",
            "compact",
        )
    ),
    *(["alerts", verb] for verb in ("follow", "listen", "replay", "send", "relay")),
    ["broker"],
    *(["notice", verb] for verb in ("build", "samples", "send", "stream")),
]


def python(*argv: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *argv],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        timeout=60,
        check=False,
        **options,
    )


# Grammar


@pytest.mark.parametrize("verb", [[], *([group] for group in GROUPS), *VERBS], ids=" ".join)
def test_every_verb_has_help_and_version(run: Any, verb: list[str]) -> None:
    ended = run(*verb, "--help")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"usage: {' '.join(['fakegracedb', *verb])} ")
    for option in ("--store", "--json", "--debug", "--version"):
        assert option in ended.out
    ended = run(*verb, "--version")
    assert (ended.status, ended.out) == (0, f"fakegracedb {fakegracedb.__version__}\n")


def test_help_shows_the_verbs_that_are_there_and_no_others(run: Any) -> None:
    def shown(*group: str) -> list[str]:
        listed = run(*group, "--help").out.partition("\nverbs:\n")[2]
        return re.findall(r"^ {4}(\w\S*)", listed, re.MULTILINE)

    single = [[verb] for verb in shown() if verb not in GROUPS]
    listed = [*single, *([group, verb] for group in GROUPS for verb in shown(group))]
    assert sorted(listed) == sorted(VERBS)


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["store"],
        ["nonsense"],
        ["store", "nonsense"],
        ["demo", "surplus"],
        ["store", "snapshot"],
        ["store", "info", "--yes"],
        ["store", "info", "--store"],
        ["store", "info", "--store", ""],
        ["store", "info", "--store", "https://gracedb.ligo.org/api/"],
        ["store", "info", "--sto", "x"],
        ["store", "init", "--server-version", "2.34"],
        ["store", "init", "--clock", "noon"],
        ["store", "init", "--user", " "],
    ],
    ids=" ".join,
)
def test_bad_usage_ends_with_2_and_does_nothing(run: Any, here: Path, argv: list[str]) -> None:
    ended = run(*argv)
    assert ended.status == 2
    assert ended.out == ""
    assert ended.err.startswith("usage: fakegracedb")
    assert "error: " in ended.err.splitlines()[-1]
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    "argv",
    [
        ["--store", "a", "--json", "store", "info"],
        ["store", "--store", "a", "--json", "info"],
        ["store", "info", "--store", "a", "--json"],
        ["--json", "store", "--store=a", "info"],
    ],
    ids=" ".join,
)
def test_common_options_stand_before_or_after_the_verb(run: Any, argv: list[str]) -> None:
    run("store", "init", "--store", "a")
    assert run(*argv).json["path"] == str(Path("a").resolve())


def test_option_after_the_verb_wins_over_the_same_one_before(run: Any) -> None:
    run("store", "init", "--store", "b")
    ended = run("--store", "a", "store", "info", "--store", "b", "--json")
    assert ended.json["path"] == str(Path("b").resolve())


# Ends


def break_info(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def info(self: Store) -> None:
        raise error

    Store("s").settings["user"] = "ada"
    monkeypatch.setattr(Store, "info", info)


def test_failure_is_one_line_on_stderr(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    break_info(monkeypatch, fakegracedb.StoreError("bad:\n  very bad"))
    ended = run("store", "info", "--store", "s")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == "fakegracedb: bad: very bad\n"


def test_unexpected_failure_names_its_kind_and_the_option_that_shows_more(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_info(monkeypatch, KeyError("n"))
    ended = run("store", "info", "--store", "s")
    assert ended.status == 1
    assert ended.err == "fakegracedb: KeyError: 'n' (--debug shows where)\n"


@pytest.mark.parametrize("place", ["before", "after"])
def test_debug_shows_a_traceback(run: Any, place: str) -> None:
    argv = ["store", "info", "--store", "nowhere"]
    ended = run("--debug", *argv) if place == "before" else run(*argv, "--debug")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("Traceback (most recent call last):")
    assert "there is no store in nowhere" in ended.err.splitlines()[-1]


def test_interrupt_ends_with_130_and_says_nothing(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_info(monkeypatch, KeyboardInterrupt())
    ended = run("store", "info", "--store", "s")
    assert (ended.status, ended.out, ended.err) == (130, "", "")


@pytest.mark.parametrize("argv", [["--help"], ["store", "info", "--store", "s"]], ids=" ".join)
def test_broken_pipe_is_quiet(argv: list[str]) -> None:
    Store("s").settings["user"] = "ada"
    environment = {**os.environ, "PYTHONPATH": ROOT}
    environment.pop("PYTHONUNBUFFERED", None)  # or argparse meets the broken pipe, and ignores it
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        ended = subprocess.run(
            [sys.executable, "-m", "fakegracedb", *argv],
            stdout=pipe,
            stderr=subprocess.PIPE,
            env=environment,
            timeout=60,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_closed_stdout_is_no_failure() -> None:
    command = f"{shlex.quote(sys.executable)} -m fakegracedb store init --store s >&-"
    environment = {**os.environ, "PYTHONPATH": ROOT}
    ended = subprocess.run(command, shell=True, env=environment, timeout=60, check=False)
    assert ended.returncode == 0
    assert Store("s").exists()


def test_unprintable_names_are_no_failure() -> None:
    environment = {**os.environ, "PYTHONPATH": ROOT, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(
        [sys.executable, "-m", "fakegracedb", "store", "init", "--store", "é"],
        capture_output=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.rstrip().endswith(rb"/\xe9")


# Doors


def test_module_is_run_as_the_command() -> None:
    assert python("-m", "fakegracedb", "--version").stdout.startswith("fakegracedb ")
    ended = python("-m", "fakegracedb", "store", "info", "--store", "nowhere")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert python("-m", "fakegracedb", "nonsense").stderr.startswith("usage: fakegracedb ")


def test_arguments_of_the_process_are_the_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["fakegracedb", "--version"])
    assert cli.main() == 0
    assert capsys.readouterr().out.startswith("fakegracedb ")


def loaded(code: str) -> set[str]:
    ended = python("-c", f"import sys\n{code}\nprint(*sys.modules)")
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.splitlines()[-1].split())


def test_command_loads_nothing_heavy_before_a_verb_needs_it() -> None:
    heavy = {"requests", "urllib3", "ligo", "filelock", "jsonschema", "json"}
    ours = "fakegracedb.store", "fakegracedb.client", "fakegracedb.cli.demo.steps"
    light = loaded("import fakegracedb.cli")
    assert "argparse" not in light
    before = loaded("from fakegracedb.cli import main\nmain(['store', '--help'])")
    assert not before & {*heavy, *ours}


def test_care_of_a_store_does_without_the_client() -> None:
    modules = loaded("from fakegracedb.cli import main\nmain(['store', 'init', '--store', 's'])")
    assert "fakegracedb.store" in modules
    assert not modules & {"requests", "ligo.gracedb", "fakegracedb.client"}


# Words


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (12_340_000, "12.3 MB"),
        (5_000_000_000_000, "5000.0 GB"),
    ],
)
def test_sizes_are_written_in_a_unit_that_suits_them(count: int, text: str) -> None:
    assert size_text(count) == text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (lambda: counted(0, "file"), "0 files"),
        (lambda: counted(1, "file"), "1 file"),
        (lambda: counted(1, "entry", "entries"), "1 entry"),
        (lambda: counted(2, "entry", "entries"), "2 entries"),
    ],
)
def test_counts_have_their_nouns_in_number(form: Callable[[], str], text: str) -> None:
    assert form() == text


@pytest.mark.parametrize(
    "verb",
    [
        ["ls"],
        ["store", "info"],
        ["validate", "S260301a"],
        ["broker", "--port", "0"],
        ["alerts", "follow"],
        ["alerts", "replay"],
        ["notice", "build", "S260301a"],
    ],
)
def test_every_verb_that_needs_a_store_says_the_same_without_one(run: Any, verb: list[str]) -> None:
    for named in ("./gracedb-store", "typo"):
        ended = run(*verb, *(["--store", named] if named == "typo" else []))
        assert (ended.status, ended.out) == (1, "")
        assert ended.err == (
            f"fakegracedb: there is no store in {named}: name one with --store DIR or "
            "$FAKEGRACEDB_STORE, or make one with `fakegracedb store init`\n"
        )
