"""Ids of external triggers, which often are times themselves, moved with their event."""

from __future__ import annotations

import re
from datetime import date

from .instants import BILLION, decimal_seconds, shift_days, shift_number

__all__ = ["shift_burst_name", "shift_trigger"]

_FERMI_EPOCH = 662342413  # GPS [s] of 2001-01-01
_NEAR = 86400  # s
_burst = re.compile(r"(bn)(\d\d)(\d\d)(\d\d)(\d{3})", re.ASCII)


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
