"""What the index of a store says of everything, whichever way it came to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from fakegracedb.documents.attributes import TABLES
from fakegracedb.store import Store, View
from fakegracedb.store.core import Core
from fakegracedb.store.index import Tables
from fakegracedb.store.index.bits import listed
from fakegracedb.store.index.columns import Numbers


def fresh(path: str | os.PathLike[str]) -> Store:
    """The store at a path for somebody who remembers nothing of it."""
    store = Store(path)
    store._core = Core(os.path.realpath(path))
    return store


def columns(table: Any, name_of: Callable[[int], str]) -> dict[str, dict[str, Any]]:
    """What a table of the index says of each object."""
    return {
        name_of(slot): {
            **{key: sorted(column.values[slot]) for key, column in table.names.items()},
            **{key: column.get(slot) for key, column in table.numbers.items()},
            **{key: flags.bits >> slot & 1 for key, flags in table.flags.items()},
        }
        for slot in listed(table.all.bits)
    }


def rows(tables: Tables, member: str) -> dict[str, list[dict[str, Any]]]:
    """What a sub-table says of each event that has rows."""
    found = tables.rows(member)
    events = tables.events
    return {
        events.graceid(slot): [
            {
                key: column.get(row) if isinstance(column, Numbers) else column.values[row]
                for key, column in found.columns.items()
            }
            for row in listed(found.of_events(1 << slot) & found.all.bits)
        ]
        for slot in listed(found.events(found.all.bits, len(events)))
    }


def contents(store: Store) -> dict[str, Any]:
    """What the index says of every event, superevent and row, in a form that can be compared."""

    def found(view: View) -> dict[str, Any]:
        with store.index.tables(view) as tables:
            events, superevents = tables.events, tables.superevents
            return {
                "events": columns(events, events.graceid),
                "superevents": columns(superevents, superevents.ids.__getitem__),
                "ids": {
                    name: superevents.current_id(slot) for name, slot in superevents.slots.items()
                },
                "last": {key: last for key, last in superevents._last.items() if last},
                "graceids": {number: events.graceid(slot) for number, slot in events.slots.items()},
                "rows": {member: rows(tables, member) for member in TABLES},
            }

    return store.read(found)
