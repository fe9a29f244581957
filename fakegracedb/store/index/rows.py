"""A sub-table of events in the index: a row each, and a column for all that is asked of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from ...documents.attributes import TABLES
from .bits import listed, packed
from .columns import Flags, Names, Numbers

__all__ = ["Rows"]


class Rows:
    """The rows of one member of `extra_attributes`.

    Parameters
    ----------
    member : str
        Which.

    Attributes
    ----------
    all : Flags
        The rows that are there.
    columns : dict of str to Names or Numbers
        By their keys; of an object in an object by both, with a dot between them.
    """

    def __init__(self, member: str) -> None:
        self.all = Flags()
        self.columns: dict[str, Names | Numbers] = {}
        self._member = member
        self._many = TABLES[member].many
        self._owners = array("L")  # slot of the event
        self._of_slot: dict[int, range] = {}
        self._texts: dict[str, str | None] = {}  # with what stands for nothing
        for field in TABLES[member].fields:
            if field.kind == "str":
                self.columns[field.name] = Names()
                self._texts[field.name] = field.default
            elif field.kind == "scores":
                for part in ("coherency", "coincidence", "combined"):
                    self.columns[f"{field.name}.{part}"] = Numbers()
            elif field.kind != "list":
                self.columns[field.name] = Numbers()

    def of(self, extra_attributes: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        """Give the rows of an event."""
        found = extra_attributes.get(self._member)
        if found is None:
            return ()
        return found if self._many else (found,)

    def put(self, slot: int, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take in the rows of an event as they are now."""
        for row in self._of_slot.pop(slot, ()):
            self.all.set(row, False)
        self.extend([(slot, rows)])

    def extend(self, found: Iterable[tuple[int, Iterable[Mapping[str, Any]]]]) -> None:
        """Take in the rows of events that have none here: slots, with the rows of each."""
        first = len(self._owners)
        data: list[Mapping[str, Any]] = []
        for slot, rows in found:
            begin = len(self._owners)
            data += rows
            self._owners.extend([slot] * (first + len(data) - begin))
            if len(self._owners) > begin:
                self._of_slot[slot] = range(begin, len(self._owners))
        self.all.bits |= ((1 << len(data)) - 1) << first
        for key, column in self.columns.items():
            outer, _, inner = key.partition(".")
            values = [row.get(outer) for row in data]
            if inner:
                values = [(value or {}).get(inner) for value in values]
            if isinstance(column, Numbers):
                column.extend(values)
            else:
                text = self._texts[key]
                missing = () if text is None else (text,)
                column.extend(missing if value is None else (value,) for value in values)

    def events(self, rows: int, size: int) -> int:
        """Give the slots of the events that have one of some rows; `size` is that of all."""
        owners = self._owners
        return packed(map(owners.__getitem__, listed(rows & self.all.bits)), size)

    def of_events(self, slots: int) -> int:
        """Give the rows of the events in some slots."""
        rows = (row for slot in listed(slots) for row in self._of_slot.get(slot, ()))
        return packed(rows, len(self._owners))
