"""Trees over events."""

from __future__ import annotations

from collections.abc import Iterable

from ...documents.attributes import TABLES
from ...identifiers import parse_graceid, superevent_id
from ...store.index import Tables
from ...store.index.bits import listed, packed
from ...store.index.columns import Numbers
from ..fields import EVENT_FIELDS, SUB_TABLES, Column
from ..trees import Leaf, SupereventId
from .table import Context, Found, Table, with_op
from .values import in_microseconds, text_test

__all__ = ["EventTrees", "with_id"]

_COLUMNS: dict[str, tuple[str, Column]] = {
    f"{table.member}.{column.name}": (table.member, column)
    for table in SUB_TABLES
    for column in table.columns.values()
}


class EventTrees(Table):
    """Trees over events."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._events = context.tables.events
        self.size = len(self._events)
        self.all = self._events.all.bits & ~self._events.flags["reserved"].bits

    def owners(self, kind: str, rows: int) -> int:
        """Give the events that have one of some rows."""
        return self._tables.rows(kind).events(rows, self.size)

    def rows_of(self, kind: str, slots: int) -> int:
        """Give the rows of some events."""
        return self._tables.rows(kind).of_events(slots)

    def leaf(self, leaf: Leaf) -> Found:
        """Give what a condition holds for."""
        if leaf.field in _COLUMNS:
            return self._of_sub_table(leaf)
        return Found(self._negatable(leaf, self._slots))

    def _slots(self, leaf: Leaf) -> int:
        table = self._events
        name = leaf.field
        if leaf.op == "is_null":
            return self._null(leaf)
        if name in table.numbers:
            return self._of_numbers(table.numbers[name], in_microseconds(leaf))
        kind = EVENT_FIELDS[name].kind
        if kind == "submitter":
            return self._of_submitters(table.names["submitter"], leaf)
        if name == "submitter.last_name":
            return self._of_last_names(leaf)
        if name == "label":
            return table.names["label"].bits(leaf.value)
        if kind == "boolean":
            return self._flag(name) if leaf.value else self.all & ~self._flag(name)
        if kind == "run":
            return self._of_run(table.numbers["gpstime"], leaf.value)
        if kind == "superevent":
            return self.members(with_id(self._tables, leaf.value))
        if kind == "graceid":
            return self.of_graceids(leaf)
        column = table.names[name.partition(".")[0]]
        return self._of_names(column, leaf, exact=kind not in ("group", "search"))

    def _null(self, leaf: Leaf) -> int:
        table = self._events
        if leaf.field in table.flags:
            known = self.all
        elif leaf.field in table.numbers:
            known = table.numbers[leaf.field].known()
        else:
            column = table.names[leaf.field.partition(".")[0]]
            known = column.union(column)
        return self.all & ~known if leaf.value else self.all & known

    def _of_last_names(self, leaf: Leaf) -> int:
        fits = text_test(leaf.op, leaf.value, exact=True)
        column = self._events.names["submitter"]
        return column.union(name for name in column if fits(self._last_name(name)))

    def _flag(self, name: str) -> int:
        if name == "is_preferred_event":
            superevents = self._tables.superevents
            live = listed(superevents.all.bits)
            numbers = superevents.numbers["preferred"].values
            return self.numbered(numbers[slot] for slot in live)
        return self._events.flags[name].bits

    def numbered(self, numbers: Iterable[int]) -> int:
        """Give the slots of the events with some numbers."""
        slots = self._events.slots
        return packed((slots[n] for n in numbers if n in slots), self.size)

    def members(self, superevents: int) -> int:
        """Give the slots of the members of some superevents."""
        members = self._tables.superevents.names["event"].values
        return self.numbered(number for slot in listed(superevents) for number in members[slot])  # type: ignore[misc]

    def of_graceids(self, leaf: Leaf) -> int:
        """Give the slots of the events whose graceids fit, as a whole or by their beginning."""
        if leaf.op == "startswith":
            return self._beginning(str(leaf.value).upper())
        found = 0
        for text in [leaf.value] if leaf.op == "=" else leaf.value:
            wanted = str(text).upper()
            parsed = parse_graceid(wanted)
            slot = None if parsed is None else self._events.slots.get(parsed[1])
            if slot is not None and self._events.graceid(slot) == wanted:
                found |= 1 << slot
        return found

    def _beginning(self, text: str) -> int:
        """Give the slots whose graceid begins with a text."""
        letter, digits = text[:1], text[1:]
        if not letter:
            return self.all
        found = self._events.names["letter"].bits(letter)
        if not digits or not found:
            return found
        if not (digits.isascii() and digits.isdigit()):
            return 0
        column, numbers = self._events.numbers["number"], 0
        for length in range(max(4, len(digits)), 19):
            left = 10 ** (length - len(digits))
            first = int(digits) * left
            if length > 4 and digits[0] == "0":
                break  # only four digits are filled up with zeros
            numbers |= column.between(first, min(first + left - 1, 10**length - 1))
        return found & numbers

    def _of_sub_table(self, leaf: Leaf) -> Found:
        member, column = _COLUMNS[leaf.field]
        rows = self._tables.rows(member)
        values = rows.columns.get(".".join(column.key)) if column.key else None
        if leaf.op == "!=":
            return Found(self.all & ~self._projected(self._of_sub_table(with_op(leaf, "="))))
        if leaf.op == "is_null":
            known = 0
            if isinstance(values, Numbers):
                known = values.known()
            elif values is not None:
                known = values.union(values)
            if not leaf.value:
                return self._with_row(member, known & rows.all.bits)
            # an event without rows counts as one with a row in which all is null
            without = self.all & ~rows.events(rows.all.bits, self.size)
            with_null = self._with_row(member, rows.all.bits & ~known)
            return self._any((Found(without), with_null))
        if values is None:
            found = 0
        elif isinstance(values, Numbers):
            found = self._of_numbers(values, leaf)
        else:
            found = self._of_names(values, leaf, exact=True)
        return self._with_row(member, found & rows.all.bits)

    def _with_row(self, member: str, rows: int) -> Found:
        if not TABLES[member].many:  # one row an event: they need not be kept apart
            return Found(self.owners(member, rows) & self.all)
        return Found(0, self.all, rows, member)


def with_id(tables: Tables, wanted: SupereventId) -> int:
    """Give the slots of the superevents with an id."""
    table = tables.superevents
    if not wanted.gw:
        slot = table.slots.get(superevent_id(wanted.category, wanted.date, wanted.number))
        return 0 if slot is None else 1 << slot
    found = table.names["category"].bits(wanted.category) & table.names["date"].bits(wanted.date)
    numbers = table.numbers["gw_number"].between(wanted.number, wanted.number)
    return found & numbers & table.flags["is_gw"].bits & table.all.bits
