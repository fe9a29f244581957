"""The verb ``completion``: what makes a shell complete the command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .arguments import fill_verb

if TYPE_CHECKING:
    from .arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = fill_verb(
        verbs,
        "completion",
        _completion,
        "Print a script with which a shell completes verbs, options and their values. In bash and "
        "zsh: `source <(fakegracedb completion bash)`, in a start-up file after zsh's compinit; "
        "in fish: `fakegracedb completion fish | source`.",
    )
    verb.add_argument("shell", choices=("bash", "zsh", "fish"))


def _completion(arguments: argparse.Namespace) -> int:
    from . import shells  # only now, like all that is heavier than a grammar
    from .arguments import parser
    from .output import say

    say(shells.script(arguments.shell, parser(whole=True)))
    return 0
