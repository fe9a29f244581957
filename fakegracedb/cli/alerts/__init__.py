"""The verbs ``alerts``: alerts of a store, told to programs, files and other listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..arguments import add_verb

if TYPE_CHECKING:
    from ..arguments import Verbs

__all__ = ["add"]


def add(verbs: Verbs) -> None:
    """Add the group of verbs."""
    from . import follow, listen, relay, replay, send

    group = add_verb(verbs, "alerts", None, "tell others what has changed in a store")
    inner = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    for one in (follow, listen, replay, send, relay):
        one.add(inner)
