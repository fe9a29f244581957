"""The verb ``completion``: the scripts, asked as the shells ask them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

# What is typed so far, and what must be offered of the words given, and what must not.
TYPED = [
    (["fakegracedb", ""], {"demo", "ls", "store", "selftest", "--json"}, {"init", "--fsync"}),
    (["fakegracedb", "store", ""], {"init", "compact", "--store"}, {"demo"}),
    (["fakegracedb", "store", "init", "--"], {"--fsync", "--clock"}, {"--yes"}),
    (["fakegracedb", "--store", "demo", "store", ""], {"init"}, {"--file"}),
    (["fakegracedb", "selftest", "--api-version", ""], {"v1", "v2"}, {"--json"}),
    (["fakegracedb", "--json", "completion", ""], {"bash", "zsh", "fish"}, {"ls"}),
    (["fakegracedb", "ls", "--store", ""], {"a folder"}, {"--json", "a file"}),
    (["fakegracedb", "store", "copy", ""], {"a folder"}, {"init"}),
    (["fakegracedb", "exec", ""], {"--user"}, {"gracedb", "a file"}),
    (["fakegracedb", "exec", "--user", "x", "--", "ca"], {"cat"}, {"--user", "ls"}),
    (["fakegracedb", "exec", "--", "cat", "--"], set(), {"--user", "--store"}),
    (["fakegracedb", "exec", "--", "store", ""], set(), {"init"}),
    (["fakegracedb", "ls", "--", ""], set(), {"--events", "cat"}),
]

BASH = """
source {script}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_fakegracedb
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
compadd() {{ shift; print -rl -- "$@" }}
_files() {{ [[ "$1" == -/ ]] && print -r -- "a folder" || print -r -- "a folder" "a file" }}
_normal() {{ [[ "$CURRENT ${{words[1]}}" == "1 ca" ]] && print -r -- cat || print -r -- "a file" }}
compdef() {{ [[ "$1 $2" == "_fakegracedb fakegracedb" ]] }}
source {script} || exit 1
words=({words}); CURRENT=${{#words}}
_fakegracedb
"""
FISH = """
source {script}
complete -C {line}
"""


def quoted(words: list[str]) -> str:
    return " ".join(f"'{word}'" for word in words)


def asked(shell: str, script: Path, words: list[str]) -> set[str]:
    text = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell].format(
        script=script, words=quoted(words), line=quoted([" ".join(words)])
    )
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    ended = subprocess.run(
        [shell, *options, "-c", text],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    # fish adds a description, and a slash to folders
    return {line.partition("\t")[0].rstrip("/") for line in ended.stdout.splitlines()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_offers_what_can_be_typed(run: Any, here: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    script = here.parent / "script"
    ended = run("completion", shell)
    assert (ended.status, ended.err) == (0, "")
    script.write_text(ended.out)
    (here / "a folder").mkdir()
    (here / "a file").touch()
    for words, offered, others in TYPED:
        if shell == "fish":  # which offers options only to those who have begun one
            offered = {word for word in offered if words[-1] or not word.startswith("-")}
        found = asked(shell, script, words)
        assert offered - found == set(), words
        assert others & found == set(), words


def test_every_verb_and_option_is_in_every_script(run: Any) -> None:
    for shell in ("bash", "zsh", "fish"):
        text = run("completion", shell).out
        for word in ("check-permissions", "snapshot", "no-journal", "server-version"):
            assert word in text


def test_shell_without_a_script_is_bad_usage(run: Any) -> None:
    ended = run("completion", "csh")
    assert ended.status == 2
    assert "invalid choice: 'csh'" in ended.err
