"""Trees over superevents, with conditions on their members and preferred events."""

from __future__ import annotations

from ...store.index.bits import flagged, flags, listed, packed
from ..fields import SUPEREVENT_FIELDS
from ..trees import Leaf
from .events import EventTrees, with_id
from .table import Context, Found, Table
from .values import in_microseconds

__all__ = ["SupereventTrees"]

_PREFERRED = "preferred_event."
_MEMBER = "event"  # kind of the rows that the members of superevents are, by their slots
_CODES = {"Production": "P", "Test": "T", "MDC": "M"}


class SupereventTrees(Table):
    """Trees over superevents."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._superevents = context.tables.superevents
        self.size = len(self._superevents)
        self.all = self._superevents.all.bits
        self._of_events = EventTrees(context)

    def owners(self, kind: str, rows: int) -> int:
        """Give the superevents that have one of some members, or rows of preferred events."""
        if kind != _MEMBER:
            return self._preferring(self._of_events.owners(kind, rows))
        numbers = self._tables.events.numbers["number"].values
        return self._superevents.names["event"].union(numbers[slot] for slot in listed(rows))

    def rows_of(self, kind: str, slots: int) -> int:
        """Give the members of some superevents, or the rows of their preferred events."""
        if kind != _MEMBER:
            numbers = self._superevents.numbers["preferred"].values
            preferred = self._of_events.numbered(numbers[slot] for slot in listed(slots))
            return self._of_events.rows_of(kind, preferred)
        return self._of_events.members(slots)

    def _preferring(self, events: int) -> int:
        """Give the superevents whose preferred event is among some events."""
        if not events:
            return 0
        table = self._tables.events
        among = flags(events, len(table) + 1)  # one more, for those that are missing
        preferred = self._superevents.preferred_slots(table)
        return flagged(bytes(map(among.__getitem__, preferred))) & self.all

    def leaf(self, leaf: Leaf) -> Found:
        """Give what a condition holds for."""
        name = leaf.field
        if name.startswith(_PREFERRED) and name not in SUPEREVENT_FIELDS:
            inner = Leaf(name.removeprefix(_PREFERRED), leaf.op, leaf.value)
            found = self._of_events.leaf(inner)
            return Found(self._preferring(found.whole), self.all, found.rows, found.kind)
        if name == "events.number":
            events = self._tables.events
            members = self._of_numbers(events.numbers["number"], leaf)
            return Found(0, self.all, members, _MEMBER)
        return Found(self._negatable(leaf, self._slots))

    def _slots(self, leaf: Leaf) -> int:
        table, name = self._superevents, leaf.field
        if name == "preferred_event.number":
            return self._of_numbers(table.numbers["preferred"], leaf)
        if name in ("created", "t_0", "t_start", "t_end"):
            return self._of_numbers(table.numbers[name], in_microseconds(leaf))
        match SUPEREVENT_FIELDS[name].kind:
            case "superevent_id":
                return self._of_ids(leaf)
            case "category":
                wanted = [leaf.value] if leaf.op == "=" else leaf.value
                return table.names["category"].union(_CODES[word] for word in wanted)
            case "boolean":
                has = self._exposed() if name == "is_exposed" else table.flags[name].bits
                return has if leaf.value else self.all & ~has
            case "submitter":
                return self._of_submitters(table.names["submitter"], leaf)
            case "run":
                return self._of_run(table.numbers["t_0"], leaf.value)
            case "label":
                return table.names["label"].bits(leaf.value)
            case "graceid":
                events = self._of_events.of_graceids(leaf)
                if name == "preferred_event":
                    return self._preferring(events)
                return self.owners(_MEMBER, events)
        raise ValueError(f"superevents have no {name!r} with {leaf.op!r}")

    def _exposed(self) -> int:
        return self._superevents.names["viewer"].bits("public_users")

    def _of_ids(self, leaf: Leaf) -> int:
        table = self._superevents
        if leaf.op == "startswith":
            exact = leaf.field == "current_id"
            wanted = leaf.value if exact else leaf.value.lower()
            return packed(
                (
                    slot
                    for slot in listed(self.all)
                    if _cased(table.current_id(slot), exact=exact).startswith(wanted)
                ),
                self.size,
            )
        found = 0
        for one in [leaf.value] if leaf.op == "=" else leaf.value:
            found |= with_id(self._tables, one)
        return found


def _cased(text: str, *, exact: bool) -> str:
    return text if exact else text.lower()
