"""The events in the index: a slot each, and a column for all that is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ...clock import GPS_EPOCH, parse_time
from ...documents import Event
from ...identifiers import graceid
from .bits import listed
from .columns import Columns
from .rows import Rows

__all__ = ["Events"]

_ONE = ("group", "pipeline", "search", "submitter", "instruments", "replay_id")
_FLOATS = ("gpstime", "far", "nevents", "likelihood")
_INTEGERS = ("number", "created", "content")
_BATCH = 2000  # events whose sub-tables are taken in together
_FLAGS = ("offline", "reserved", "in_superevent")


def microseconds(when: datetime | str) -> int:
    """Give a time, as documents write it or not, as a number: so that times can be put in order."""
    return (parse_time(when) - GPS_EPOCH) // timedelta(microseconds=1)


class Events(Columns):
    """All events.

    Attributes
    ----------
    slots : dict of int to int
        Slot by the number in the graceid.
    all : Flags
        The slots that hold an event.
    names : dict of str to Names
        ``group``, ``pipeline``, ``search``, ``submitter``, ``instruments``, ``replay_id``,
        ``label``, ``viewer`` (user groups), ``member`` (of `extra_attributes`), ``letter`` (of the
        graceid).
    numbers : dict of str to Numbers
        ``number`` (of the graceid), ``created`` [µs], ``gpstime``, ``far``, ``nevents``,
        ``likelihood``, ``content`` (half of the content id).
    flags : dict of str to Flags
        ``offline``, ``reserved``, ``in_superevent``.
    in_order : bool
        Whether the slots are in the order of creation.
    """

    def __init__(self) -> None:
        names = (*_ONE, "label", "viewer", "member", "letter")
        super().__init__(names, _FLOATS, _INTEGERS, _FLAGS)
        self.slots: dict[int, int] = {}
        self._letters = bytearray()
        self._rows: dict[str, Rows] = {}

    def __len__(self) -> int:
        return len(self._letters)

    def put(self, name: str, event: Event | None) -> None:
        """Take in an event as it is now; None is one that is gone."""
        number = int(name[1:])
        slot = self.slots.get(number)
        if event is None:
            if slot is not None and self.graceid(slot) == name:
                del self.slots[number]
                self.all.set(slot, False)
                for rows in self._rows.values():
                    rows.put(slot, ())
            return
        created = microseconds(event.created)
        if slot is None:
            slot = self.slots[number] = len(self)
            self._letters.append(ord(name[0]))
            self._check_order(slot, created, number)
        else:
            self._letters[slot] = ord(name[0])
            if self.numbers["created"].values[slot] != created:
                self.in_order = False
        self.all.set(slot, True)
        self.numbers["number"].set(slot, number)
        self.numbers["created"].set(slot, created)
        content = event.content_id
        self.numbers["content"].set(slot, None if content is None else _half(content))
        for key in _FLOATS:
            self.numbers[key].set(slot, getattr(event, key))
        for key in _ONE:
            value = getattr(event, key)
            self.names[key].set(slot, () if value is None else (value,))
        self.names["letter"].set(slot, (name[0],))
        self.names["label"].set(slot, tuple(label.name for label in event.labels))
        viewers = (group for group, rights in event.permissions.items() if "view" in rights)
        self.names["viewer"].set(slot, tuple(viewers))
        self.names["member"].set(slot, tuple(event.extra_attributes))
        self.flags["offline"].set(slot, event.offline)
        self.flags["reserved"].set(slot, event.reserved)
        self.flags["in_superevent"].set(slot, event.superevent is not None)
        for rows in self._rows.values():
            rows.put(slot, rows.of(event.extra_attributes))

    def _check_order(self, slot: int, created: int, number: int) -> None:
        if slot and self.in_order:
            last = slot - 1
            before = (self.numbers["created"].values[last], self.numbers["number"].values[last])
            self.in_order = before < (created, number)

    def graceid(self, slot: int) -> str:
        """Give the graceid of a slot."""
        return graceid(chr(self._letters[slot]), self.numbers["number"].values[slot])

    def with_content(self, content_id: str) -> str | None:
        """Give the graceid of the newest event that can have a content id."""
        half = _half(content_id)
        found = self.numbers["content"].between(half, half) & self.all.bits
        created, numbers = self.numbers["created"].values, self.numbers["number"].values
        newest = max(listed(found), key=lambda slot: (created[slot], numbers[slot]), default=None)
        return None if newest is None else self.graceid(newest)

    def rows(
        self, member: str, read: Callable[[str], Mapping[str, Any]], *, keep: bool = True
    ) -> Rows:
        """Give the columns of a sub-table; they are loaded when they are first asked for.

        Parameters
        ----------
        member : str
            Of `extra_attributes`.
        read : callable
            Gives the `extra_attributes` of an event by its graceid.
        keep : bool
            Whether what is loaded is as of the index, and holds from now on.
        """
        rows = self._rows.get(member)
        if rows is None:
            rows = Rows(member)
            slots = list(listed(self.names["member"].bits(member) & self.all.bits))
            for begin in range(0, len(slots), _BATCH):
                some = slots[begin : begin + _BATCH]
                rows.extend((slot, rows.of(read(self.graceid(slot)))) for slot in some)
            if keep:
                self._rows[member] = rows
        return rows

    def to_json(self) -> dict[str, Any]:
        """Give all columns as the checkpoint has them; sub-tables are not among them."""
        return {"letters": self._letters.decode(), **super().to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Events:
        """Build from the checkpoint.

        Raises
        ------
        LookupError, TypeError, ValueError
            If it is of another version.
        """
        events = cls()
        events._letters = bytearray(data["letters"].encode())
        size = len(events)
        events.load(data, size)
        numbers = events.numbers["number"].values
        live = events.all.bits
        events.slots = dict(zip(numbers, range(size), strict=True))
        if live.bit_count() != size:
            events.slots = {n: s for n, s in events.slots.items() if live >> s & 1}
        return events


def _half(content_id: str) -> int:
    return int(content_id.replace("-", "")[:15], 16)
