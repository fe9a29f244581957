"""What a tree of conditions finds in a store: over the index, and by looking at every object."""

from __future__ import annotations

from plain_evaluation import Population, event_ids, superevent_ids

from fakegracedb import Store
from fakegracedb.clock import parse_time
from fakegracedb.query import evaluation
from fakegracedb.query.trees import Node
from fakegracedb.store import View
from fakegracedb.store.index.bits import listed

NOW = parse_time("2026-03-01T17:04:10Z")
_LOOKED_AT = {"event": event_ids, "superevent": superevent_ids}


def indexed(store: Store, kind: str, node: Node) -> list[str]:
    """Give what a tree finds over the index, as ids in order."""

    def found(view: View) -> list[str]:
        with store.index.tables(view) as tables:
            context = evaluation.Context(tables, view.users)
            if kind == "event":
                slots = listed(evaluation.events(node, context))
                return sorted(map(tables.events.graceid, slots))
            slots = listed(evaluation.superevents(node, context))
            return sorted(map(tables.superevents.current_id, slots))

    return store.read(found)


def looked_at(there: Population, kind: str, node: Node) -> list[str]:
    """Give what a tree finds by looking at every object, as ids in order."""
    return sorted(_LOOKED_AT[kind](node, there, NOW))
