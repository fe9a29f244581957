"""The superevents in the index: a slot each, and a column for all that is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...documents import Superevent
from .columns import Columns
from .events import Events, microseconds

__all__ = ["Superevents"]

_NUMBERS = ("t_start", "t_0", "t_end", "time_coinc_far", "space_coinc_far")
_COUNTS = ("serial", "number", "gw_number")
_ONE = ("category", "submitter", "date", "gw_id", "em_type")


class Superevents(Columns):
    """All superevents.

    Attributes
    ----------
    slots : dict of str to int
        Slot by default id.
    ids : list of str
        The default id of each slot.
    all : Flags
        The slots that hold a superevent.
    names : dict of str to Names
        ``category`` (code), ``submitter``, ``date``, ``gw_id``, ``em_type``, ``label``,
        ``viewer`` (user groups beside insiders), ``gw`` (the `gw_id` of those confirmed),
        ``event`` (numbers of members).
    numbers : dict of str to Numbers
        ``created`` [µs], times [GPS s], rates [Hz], ``serial``, ``number``, ``gw_number``,
        ``preferred`` (number of the preferred event).
    flags : dict of str to Flags
        ``is_gw``.
    in_order : bool
        Whether the slots are in the order of creation.
    """

    def __init__(self) -> None:
        names = (*_ONE, "label", "viewer", "gw", "event")
        super().__init__(names, _NUMBERS, ("created", "preferred", *_COUNTS), ("is_gw",))
        self.slots: dict[str, int] = {}
        self.ids: list[str] = []
        self._preferred: tuple[object, list[int]] = (None, [])
        self._changes = 0
        self._last: dict[tuple[str, str, str], int] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def put(self, name: str, one: Superevent | None) -> None:
        """Take in a superevent as it is now; None is one that is gone."""
        slot = self.slots.get(name)
        self._changes += 1
        if one is None:
            if slot is not None:
                del self.slots[name]
                self.all.set(slot, False)
                self.names["gw_id"].set(slot, ())
                self.names["gw"].set(slot, ())
                self._count_anew()
            return
        if slot is None:
            slot = self.slots[name] = len(self)
            self.ids.append(name)
            self._check_order(slot, one)
        elif self.numbers["created"].values[slot] != microseconds(one.created):
            self.in_order = False
        self.all.set(slot, True)
        self.numbers["created"].set(slot, microseconds(one.created))
        self.numbers["preferred"].set(slot, int(one.preferred_event[1:]))
        for key in (*_NUMBERS, *_COUNTS):
            self.numbers[key].set(slot, getattr(one, key))
        for key in _ONE:
            value = getattr(one, key)
            self.names[key].set(slot, () if value is None else (value,))
        self.names["label"].set(slot, tuple(label.name for label in one.labels))
        viewers = (group for group, rights in one.permissions.items() if "view" in rights)
        self.names["viewer"].set(slot, tuple(viewers))
        self.names["gw"].set(slot, (one.id,) if one.is_gw else ())
        self.names["event"].set(slot, tuple(int(graceid[1:]) for graceid in one.events))
        self.flags["is_gw"].set(slot, one.is_gw)
        self._count(one.category, one.date, one.number, one.gw_number)

    def _check_order(self, slot: int, one: Superevent) -> None:
        if slot and self.in_order:
            created, serial = (self.numbers[key].values[slot - 1] for key in ("created", "serial"))
            self.in_order = (created, serial) < (microseconds(one.created), one.serial)

    def _count(self, category: str, date: str, number: int, gw_number: int | None) -> None:
        for which, value in (("number", number), ("gw_number", gw_number or 0)):
            key = (category, date, which)
            self._last[key] = max(self._last.get(key, 0), value)

    def _count_anew(self) -> None:
        self._last.clear()
        categories, dates = (self.names[key].values for key in ("category", "date"))
        numbers, gw_numbers = (self.numbers[key].values for key in ("number", "gw_number"))
        for slot in self.slots.values():
            category, date = str(categories[slot][0]), str(dates[slot][0])
            self._count(category, date, numbers[slot], gw_numbers[slot])

    def last_number(self, category: str, date: str, which: str) -> int:
        """Give the highest number of a category and day, 0 for none.

        Parameters
        ----------
        which : {"number", "gw_number"}
            Of all superevents, or of those confirmed.
        """
        return self._last.get((category, date, which), 0)

    def with_gw_id(self, gw_id: str) -> str | None:
        """Give the default id of the superevent that has a `gw_id`, confirmed or not."""
        bits = self.names["gw_id"].bits(gw_id)
        return self.ids[bits.bit_length() - 1] if bits else None

    def preferred_slots(self, events: Events) -> list[int]:
        """Give the slot of each superevent's preferred event; where it is missing, one too many."""
        key = (self._changes, len(events), len(events.slots))
        if self._preferred[0] != key:
            find, missing = events.slots.get, len(events)
            numbers = self.numbers["preferred"].values
            self._preferred = (key, [find(number, missing) for number in numbers])
        return self._preferred[1]

    def current_id(self, slot: int) -> str:
        """Give the id that a superevent goes by."""
        gw = self.names["gw"].values[slot]
        return str(gw[0]) if gw else self.ids[slot]

    def to_json(self) -> dict[str, Any]:
        """Give all columns as the checkpoint has them."""
        return {"ids": self.ids, **super().to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Superevents:
        """Build from the checkpoint.

        Raises
        ------
        LookupError, TypeError, ValueError
            If it is of another version.
        """
        found = cls()
        found.ids = data["ids"]
        found.load(data, len(found.ids))
        live = found.all.bits
        found.slots = {name: slot for slot, name in enumerate(found.ids) if live >> slot & 1}
        found._count_anew()
        return found
