"""Trees evaluated over the index: each condition is a set of slots, and they are combined as sets.

An event has several rows of a sub-table, a superevent several events. Conditions on such rows that
are joined by *and* must hold for one and the same row, so sets of rows are kept as such until all
is combined.
"""

from __future__ import annotations

from ..trees import Node
from .events import EventTrees
from .superevents import SupereventTrees
from .table import Context

__all__ = ["Context", "events", "superevents"]


def events(node: Node, context: Context) -> int:
    """Give the slots of the events for which a tree holds."""
    return EventTrees(context).whole(node)


def superevents(node: Node, context: Context) -> int:
    """Give the slots of the superevents for which a tree holds."""
    return SupereventTrees(context).whole(node)
