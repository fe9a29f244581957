"""The verbs ``alerts``: alerts of a store, told to programs, files and other listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..arguments import fill_verb

if TYPE_CHECKING:
    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the group of verbs."""
    from . import follow, listen, relay, replay, send

    group = fill_verb(verbs, "alerts", None)
    inner = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    for one in (follow, listen, replay, send, relay):
        one.add(inner)
