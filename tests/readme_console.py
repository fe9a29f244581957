"""Blocks of the README that show a terminal: what is typed there is run, and the output compared.

Such a block stands behind the comment ``<!-- console -->``. Lines that begin with ``$ `` are typed,
one after the other, in a folder where ``mystore`` is a copy of ``fixtures/store``; what follows is
what comes out. A line of three dots stands for any lines, and the sign … for the end of a line.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Typed", "blocks"]

_BLOCK = re.compile(r"<!-- console -->\n+```console\n(.*?)\n```\n", re.DOTALL)


@dataclass(frozen=True)
class Typed:
    """A command, and what is shown of its output."""

    command: str
    shown: str

    @property
    def argv(self) -> list[str]:
        return shlex.split(self.command)

    def fits(self, output: str) -> bool:
        """Whether this is what came out."""
        shown = f"{self.shown}\n" if self.shown else ""
        parts = re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)
        forms = (re.escape(part).replace("…", ".*") for part in parts)
        return re.fullmatch("(?:.*\n)*?".join(forms), output) is not None


def blocks(readme: Path) -> Iterator[list[Typed]]:
    """Read the blocks of a README."""
    for block in _BLOCK.findall(readme.read_text()):
        typed = re.split(r"^\$ ", block, flags=re.MULTILINE)
        assert typed[0] == "", "a block begins with a command"
        yield [Typed(*one.rstrip("\n").partition("\n")[::2]) for one in typed[1:]]
