"""Checks of arguments: each gives the value as it is wanted, or says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from math import isfinite
from typing import Any, TypeAlias

__all__ = [
    "Ifos",
    "choice",
    "declination",
    "detectors",
    "line",
    "non_negative",
    "number",
    "of_each_detector",
    "optional",
    "per_detector",
    "positive",
    "probability",
    "right_ascension",
    "spin",
    "whole",
]

Ifos: TypeAlias = "str | Iterable[str]"

_IFO = re.compile(r"[A-Z][0-9]")


def number(name: str, value: Any) -> float:
    """Give a finite number as a float.

    Raises
    ------
    ValueError
        Not a number, or not finite; so do all of this module. The message begins with `name`.
    """
    try:
        if isinstance(value, bool | str | bytes):
            raise TypeError
        converted = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name}: {value!r} is not a number") from None
    if not isfinite(converted):
        raise ValueError(f"{name}: {value!r} is not finite")
    return converted


def optional(name: str, value: Any) -> float | None:
    """Give a number that the file may leave empty; not finite is allowed, as in real files."""
    if value is None:
        return None
    return float(value) if isinstance(value, float) else number(name, value)


def positive(name: str, value: Any) -> float:
    """Give a number above 0."""
    converted = number(name, value)
    if converted <= 0:
        raise ValueError(f"{name}: {value!r} is not above 0")
    return converted


def non_negative(name: str, value: Any) -> float:
    """Give a number that is not below 0."""
    converted = number(name, value)
    if converted < 0:
        raise ValueError(f"{name}: {value!r} is negative")
    return converted


def probability(name: str, value: Any) -> float:
    """Give a number between 0 and 1."""
    converted = number(name, value)
    if not 0 <= converted <= 1:
        raise ValueError(f"{name}: {value!r} is no probability: it is not between 0 and 1")
    return converted


def right_ascension(value: Any, name: str = "ra") -> float:
    """Give an angle between 0 and 360 [deg]."""
    converted = number(name, value)
    if not 0 <= converted <= 360:
        raise ValueError(f"{name}: {value!r} is not between 0 and 360 degrees")
    return converted


def declination(value: Any, name: str = "dec") -> float:
    """Give an angle between -90 and 90 [deg]."""
    converted = number(name, value)
    if not -90 <= converted <= 90:
        raise ValueError(
            f"{name}: {value!r} is beyond a pole: it is not between -90 and 90 degrees"
        )
    return converted


def whole(name: str, value: Any, low: int = 0, high: int = 2**31 - 1) -> int:
    """Give an integer between two bounds."""
    try:
        if isinstance(value, bool):
            raise TypeError
        converted = value.__index__()
    except (AttributeError, TypeError):
        raise ValueError(f"{name}: {value!r} is not an integer") from None
    if not low <= converted <= high:
        raise ValueError(f"{name}: {value!r} is not between {low} and {high}")
    return int(converted)


def spin(name: str, value: Any) -> tuple[float, float, float]:
    """Give a dimensionless spin as its three components; a number is the one along z."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        components = tuple(number(name, component) for component in value)
    else:
        components = (0.0, 0.0, number(name, value))
    if len(components) != 3:
        raise ValueError(f"{name}: {value!r} has {len(components)} components, not 3")
    if sum(component * component for component in components) > 1 + 1e-12:
        raise ValueError(f"{name}: {value!r} is longer than 1")
    return components


def choice(what: str, value: Any, known: Collection[str]) -> str:
    """Give a word that is one of those known."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"there is no {what} {value!r}; there are {', '.join(known)}")
    return value


def line(name: str, text: Any) -> str:
    """Give a text that is on one line, and that XML and JSON can hold."""
    if not isinstance(text, str) or not text.isprintable():
        raise ValueError(f"{name}: {text!r} is not a line of text")
    return text


def detectors(ifos: Ifos, name: str = "ifos") -> tuple[str, ...]:
    """Give the names of detectors, of which there is at least one and none twice.

    Parameters
    ----------
    ifos : str or iterable of str
        ``"H1,L1"`` or ``["H1", "L1"]``.
    name : str
        The argument, for the message.
    """
    names = tuple(one.strip() for one in (ifos.split(",") if isinstance(ifos, str) else ifos))
    for one in names:
        if not _IFO.fullmatch(one):
            raise ValueError(f"{name}: {one!r} is not the name of a detector, such as H1")
    if not names:
        raise ValueError(f"{name}: there is no detector")
    if len(set(names)) < len(names):
        raise ValueError(f"{name}: a detector occurs twice in {','.join(names)}")
    return names


def per_detector(
    name: str, values: Mapping[str, Any] | None, known: tuple[str, ...]
) -> dict[str, Any]:
    """Give what was said for each detector; who is not one of those known is refused."""
    given = dict(values or {})
    for ifo in given:
        if ifo not in known:
            raise ValueError(f"{name}: {ifo!r} is not one of the detectors {','.join(known)}")
    return given


def of_each_detector(
    name: str, values: Mapping[str, Any], known: tuple[str, ...]
) -> dict[str, Any]:
    """Give what was said for each detector; it has to be said for all, and for no other."""
    given = per_detector(name, values, known)
    for ifo in known:
        if ifo not in given:
            raise ValueError(f"{name}: there is none of {ifo}")
    return given
