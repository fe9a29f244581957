"""What the README shows of a terminal is what comes out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from readme_console import Typed, blocks

ROOT = Path(__file__).parents[2]
BLOCKS = list(blocks(ROOT / "README.md"))


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[0].command)
def test_what_is_typed_gives_what_is_shown(
    run: Any, here: Path, monkeypatch: pytest.MonkeyPatch, block: list[Typed]
) -> None:
    shutil.copytree(ROOT / "fixtures" / "store", here / "mystore")
    shutil.copytree(ROOT / "fixtures" / "archive", here / "fixtures" / "archive")
    monkeypatch.setenv("COLUMNS", "100")
    for typed in block:
        program, *argv = typed.argv
        assert program == "fakegracedb"
        ended = run(*argv)
        output = ended.out + ended.err
        if not typed.fits(output):
            assert output == f"{typed.shown}\n"  # which shows the difference


def test_verbs_that_look_are_shown() -> None:
    shown = {typed.argv[1] for block in BLOCKS for typed in block}
    assert {
        "ls",
        "show",
        "log",
        "files",
        "cat",
        "explain",
        "selftest",
        "check-permissions",
    } <= shown


def test_block_that_is_not_true_is_found() -> None:
    typed = Typed("fakegracedb ls", "a\n...\nc")
    assert typed.fits("a\nb\nb\nc\n")
    assert typed.fits("a\nc\n")
    assert not typed.fits("a\nb\nd\n")
    assert not typed.fits("c\n")
    assert not Typed("fakegracedb ls", "a").fits("a\nb\n")
    assert Typed("fakegracedb ls", "a …\nb").fits("a and more\nb\n")
    assert not Typed("fakegracedb ls", "a …").fits("a b\nc\n")
    assert not Typed("fakegracedb ls", "").fits("a\n")
