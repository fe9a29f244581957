"""The columns of the index: names as sets of slots, numbers in order; and a table of them."""

from __future__ import annotations

import base64
import math
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from .bits import packed

__all__ = ["Columns", "Flags", "Names", "Numbers"]

_FEW = 24  # slots that are kept as a list; more are a set of bits
_BLOCK = 512
_CHANGES = 256  # to numbers that are in order, before they are put in order anew
_NULL = -(2**63)  # in columns of integers


class Flags:
    """A yes or no for each slot."""

    def __init__(self) -> None:
        self.bits = 0

    def set(self, slot: int, value: bool) -> None:
        """Say what a slot has."""
        if bool(self.bits >> slot & 1) != value:
            self.bits ^= 1 << slot

    def to_json(self) -> Any:
        """Give it as the checkpoint has it."""
        return f"{self.bits:x}"

    @classmethod
    def from_json(cls, data: Any) -> Flags:
        """Build from the checkpoint."""
        flags = cls()
        flags.bits = int(data, 16)
        return flags


class Names:
    """Any number of names for each slot, and for each name the set of its slots.

    Attributes
    ----------
    values : list of tuple
        The names of each slot.
    """

    def __init__(self) -> None:
        self.values: list[tuple[Hashable, ...]] = []
        self._slots: dict[Hashable, list[int] | int] = {}  # bits, where there are many
        self._known: dict[tuple[Hashable, ...], tuple[Hashable, ...]] = {}

    def set(self, slot: int, names: tuple[Hashable, ...]) -> None:
        """Say what a slot has."""
        names = self._known.setdefault(names, names)
        if slot == len(self.values):
            self.values.append(())
        before = self.values[slot]
        if names is before:
            return
        for name in before:
            if name not in names:
                self._remove(slot, name)
        for name in dict.fromkeys(names):
            if name not in before:
                self._add(slot, name)
        self.values[slot] = names

    def extend(self, names: Iterable[tuple[Hashable, ...]]) -> None:
        """Say what the next slots have."""
        for slot, one in enumerate(names, start=len(self.values)):
            self.set(slot, one)

    def _add(self, slot: int, name: Hashable) -> None:
        slots = self._slots.setdefault(name, [])
        if isinstance(slots, list):
            slots.append(slot)
            if len(slots) > _FEW:
                self._slots[name] = packed(slots, max(slots) + 1)
        else:
            self._slots[name] = slots | 1 << slot

    def _remove(self, slot: int, name: Hashable) -> None:
        slots = self._slots[name]
        if isinstance(slots, list):
            slots.remove(slot)
            left: int = len(slots)
        else:
            self._slots[name] = left = slots & ~(1 << slot)
        if not left:
            del self._slots[name]

    def bits(self, name: Hashable) -> int:
        """Give the slots that have a name."""
        slots = self._slots.get(name, 0)
        return sum(1 << slot for slot in slots) if isinstance(slots, list) else slots

    def union(self, names: Iterable[Hashable]) -> int:
        """Give the slots that have one of some names."""
        found = 0
        for name in names:
            found |= self.bits(name)
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self._slots)

    def to_json(self) -> Any:
        """Give it as the checkpoint has it."""
        # those that few slots have are told by the slots
        names = {
            name: f"{slots:x}" for name, slots in self._slots.items() if not isinstance(slots, list)
        }
        kinds = {names: code for code, names in enumerate(dict.fromkeys(self.values))}
        codes = array("I", map(kinds.__getitem__, self.values))
        return {"names": list(names.items()), "kinds": list(kinds), "codes": _text(codes)}

    @classmethod
    def from_json(cls, data: Any) -> Names:
        """Build from the checkpoint."""
        column = cls()
        slots: dict[Hashable, list[int] | int] = {
            name: int(bits, 16) for name, bits in data["names"]
        }
        kinds: list[tuple[Hashable, ...]] = [tuple(names) for names in data["kinds"]]
        codes = _array("I", data["codes"])
        rare = [[name for name in names if name not in slots] for names in kinds]
        column._slots = slots
        if any(rare):
            for slot, code in enumerate(codes):
                for name in rare[code]:
                    few = slots.setdefault(name, [])
                    assert isinstance(few, list)
                    few.append(slot)
        column._known = {names: names for names in kinds}
        column.values = list(map(kinds.__getitem__, codes))
        return column


class Numbers:
    """A number or null for each slot, to be looked up by ranges.

    Parameters
    ----------
    typecode : {"d", "q"}
        Of the array that holds them.
    """

    def __init__(self, typecode: str = "d") -> None:
        self.null: Any = math.nan if typecode == "d" else _NULL
        self.values: array[Any] = array(typecode)
        self._keys: array[Any] | None = None  # in order
        self._slots: array[int] = array("L")  # of those
        self._blocks = [0]  # sets of the first so many of these, a block more each
        self._changed: set[int] = set()

    def set(self, slot: int, value: float | None) -> None:
        """Say what a slot has; what is no number counts as null."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            value = self.null
        if slot == len(self.values):
            self.values.append(value)
        elif self._is_same(self.values[slot], value):
            return
        else:
            self.values[slot] = value
        if self._keys is not None:
            self._changed.add(slot)

    def extend(self, values: Iterable[float | None]) -> None:
        """Say what the next slots have."""
        new = list(values)
        if self._keys is not None and len(new) <= _FEW:  # what is in order stays so
            for value in new:
                self.set(len(self.values), value)
            return
        null = self.null
        self.values.extend([null if value is None else value for value in new])
        self._keys = None

    def _is_same(self, one: Any, other: Any) -> bool:
        return bool(one == other) or (one != one and other != other)

    def _is_null(self, value: Any) -> bool:
        return bool(value != value or value == self.null)

    def get(self, slot: int) -> Any:
        """Give the number of a slot, None for null."""
        value = self.values[slot]
        return None if self._is_null(value) else value

    def _order(self) -> tuple[array[Any], array[int]]:
        if self._keys is None or len(self._changed) > max(_CHANGES, len(self.values) >> 6):
            values = self.values
            if values.typecode == "d":
                known = [slot for slot, value in enumerate(values) if value == value]
            else:
                known = [slot for slot, value in enumerate(values) if value != _NULL]
            known.sort(key=values.__getitem__)
            self._slots = array("L", known)
            self._keys = array(values.typecode, map(values.__getitem__, known))
            self._blocks = [0]
            self._changed.clear()
        return self._keys, self._slots

    def between(
        self, low: float | None, high: float | None, *, above: bool = False, below: bool = False
    ) -> int:
        """Give the slots whose number is in a range.

        Parameters
        ----------
        low, high : number or None
            Ends; None for no end there.
        above, below : bool
            Whether the ends themselves do not belong to it.
        """
        keys, _ = self._order()
        begin = 0 if low is None else (bisect_right if above else bisect_left)(keys, low)
        end = len(keys) if high is None else (bisect_left if below else bisect_right)(keys, high)
        found = self._first(end) & ~self._first(begin) if begin < end else 0
        for slot in self._changed:
            value = self.values[slot]
            fits = not self._is_null(value)
            if fits and low is not None:
                fits = value > low if above else value >= low
            if fits and high is not None:
                fits = value < high if below else value <= high
            if bool(found >> slot & 1) != fits:
                found ^= 1 << slot
        return found

    def _first(self, count: int) -> int:
        """Give the slots of so many lowest numbers: of whole blocks they are kept."""
        size = len(self.values)
        block = max(_BLOCK, len(self._slots) >> 5)
        whole = count // block
        while len(self._blocks) <= whole:
            begin = (len(self._blocks) - 1) * block
            more = packed(self._slots[begin : begin + block], size)
            self._blocks.append(self._blocks[-1] | more)
        rest = self._slots[whole * block : count]
        return self._blocks[whole] | packed(rest, size) if rest else self._blocks[whole]

    def known(self) -> int:
        """Give the slots that have a number."""
        return self.between(None, None)

    def ordered(self, *, falling: bool) -> Iterator[int]:
        """Give all slots in the order of their numbers; null is above everything."""
        if self._changed:
            self._keys = None
        _, slots = self._order()
        if len(slots) == len(self.values):
            return iter(slots[::-1] if falling else slots)
        known = set(slots)
        nulls = [slot for slot in range(len(self.values)) if slot not in known]
        if falling:
            return iter([*nulls[::-1], *slots[::-1]])
        return iter([*slots, *nulls])

    def to_json(self) -> Any:
        """Give it as the checkpoint has it."""
        return {"typecode": self.values.typecode, "data": _text(self.values)}

    @classmethod
    def from_json(cls, data: Any) -> Numbers:
        """Build from the checkpoint."""
        column = cls(data["typecode"])
        column.values = _array(data["typecode"], data["data"])
        return column


class Columns:
    """The columns of a table, which has a slot for each object of a kind.

    Parameters
    ----------
    names, floats, integers, flags : iterable of str
        What the columns are called.

    Attributes
    ----------
    all : Flags
        The slots that hold an object.
    names : dict of str to Names
    numbers : dict of str to Numbers
    flags : dict of str to Flags
    in_order : bool
        Whether the slots are in the order of creation.
    """

    def __init__(
        self,
        names: Iterable[str],
        floats: Iterable[str],
        integers: Iterable[str],
        flags: Iterable[str],
    ) -> None:
        self.all = Flags()
        self.names = {name: Names() for name in names}
        self.numbers = {name: Numbers() for name in floats}
        self.numbers |= {name: Numbers("q") for name in integers}
        self.flags = {name: Flags() for name in flags}
        self.in_order = True

    def to_json(self) -> dict[str, Any]:
        """Give all columns as the checkpoint has them."""
        return {
            "all": self.all.to_json(),
            "names": {name: column.to_json() for name, column in self.names.items()},
            "numbers": {name: column.to_json() for name, column in self.numbers.items()},
            "flags": {name: column.to_json() for name, column in self.flags.items()},
            "in_order": self.in_order,
        }

    def load(self, data: Mapping[str, Any], size: int) -> None:
        """Take over the columns of a checkpoint, which has so many slots.

        Raises
        ------
        LookupError, TypeError, ValueError
            If it is of another version.
        """
        self.all = Flags.from_json(data["all"])
        self.names = {key: Names.from_json(data["names"][key]) for key in self.names}
        self.numbers = {key: Numbers.from_json(data["numbers"][key]) for key in self.numbers}
        self.flags = {key: Flags.from_json(data["flags"][key]) for key in self.flags}
        self.in_order = bool(data["in_order"])
        columns: tuple[Names | Numbers, ...] = (*self.numbers.values(), *self.names.values())
        if any(len(column.values) != size for column in columns):
            raise ValueError("the columns differ in length")


def _text(numbers: array[Any]) -> str:
    """Give an array as text, the same on all machines of a kind."""
    data = array(numbers.typecode, numbers)
    if sys.byteorder == "big":
        data.byteswap()
    return f"{data.itemsize}:{base64.b64encode(data.tobytes()).decode()}"


def _array(typecode: str, text: str) -> array[Any]:
    """Build from such a text.

    Raises
    ------
    ValueError
        If it was written on another kind of machine.
    """
    size, _, data = text.partition(":")
    numbers: array[Any] = array(typecode)
    if int(size) != numbers.itemsize:
        raise ValueError(f"numbers of {size} bytes")
    numbers.frombytes(base64.b64decode(data))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
