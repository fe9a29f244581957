"""Ids of external triggers, which often are times themselves, moved with their event."""

from __future__ import annotations

import re
from datetime import date

from .instants import BILLION, decimal_seconds, shift_days, shift_number
from .shifting import Shift

__all__ = ["SHORTEST", "new_trigger", "shift_burst_name", "shift_trigger"]

SHORTEST = 4
"""Digits of an id that is looked for in other texts; a shorter one could be anything there."""

_FERMI_EPOCH = 662342413  # GPS [s] of 2001-01-01
_NEAR = 86400  # s
_burst = re.compile(r"(bn)(\d\d)(\d\d)(\d\d)(\d{3})", re.ASCII)


def new_trigger(trigger: str, old: int, shift: Shift) -> str:
    """Give the new id of a trigger, which is the same for all that tells of it.

    Parameters
    ----------
    trigger : str
        The id.
    old : int
        When the event was [ns], as the first one tells it that names the trigger.
    shift : Shift
        With the map into which the new id goes.
    """
    new = shift.ids.get(trigger)
    if new is None:
        new = (
            shift_trigger(trigger, old, old + shift.delta, shift.delta) if shift.delta else trigger
        )
        if len(trigger) >= SHORTEST:
            shift.ids.add(trigger, new)
    return new


def shift_trigger(trigger: str, old: int, new: int, delta: int) -> str:
    """Give the new id of a trigger.

    Parameters
    ----------
    trigger : str
        The id.
    old, new : int
        When the event was, and is after the shift [ns].
    delta : int
        The shift [ns].

    Returns
    -------
    str
        An id that counts seconds, since 2001 as those of Fermi or since the GPS epoch, moves by
        whole seconds; one like bn240812094, by thousandths of a day. Another one becomes the GPS
        second of the event.
    """
    if trigger.isascii() and trigger.isdigit():
        second = old // BILLION
        for epoch in (_FERMI_EPOCH, 0):
            if abs(int(trigger) + epoch - second) <= _NEAR:
                return shift_number(trigger, delta)
    if _burst.fullmatch(trigger):
        return shift_burst_name(trigger, delta)
    return decimal_seconds(new // BILLION * BILLION)


def shift_burst_name(name: str, delta: int) -> str:
    """Move a name made of a date and thousandths of its day."""
    found = _burst.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no name of a burst")
    year, month, day, part = (int(group) for group in found.groups()[1:])
    try:
        days = (date(2000 + year, month, day) - date(1858, 11, 17)).days
    except ValueError:
        raise ValueError(f"{name!r} is no name of a burst: no such day") from None
    whole, _, rest = shift_days(f"{days}.{part:03d}", delta).partition(".")
    moved = date.fromordinal(date(1858, 11, 17).toordinal() + int(whole))
    return f"bn{moved:%y%m%d}{rest}"
