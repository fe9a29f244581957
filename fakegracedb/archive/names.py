"""Ids as people type them: which name an event, which a superevent, and which name nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["check_ids", "is_event_id", "is_gw_id", "is_id", "is_superevent_id"]

_EVENT = re.compile(r"[A-RT-Z][0-9]{4,}|Gev-\S{3,}", re.ASCII)
_SUPEREVENT = re.compile(r"[MT]?S[0-9]{5,}[a-z]+", re.ASCII)
_GW = re.compile(r"[MT]?GW[0-9]{6}\w*", re.ASCII)


def is_event_id(text: str) -> bool:
    """Whether this can be the id of an event; more can than are given today."""
    return _EVENT.fullmatch(text) is not None and "/" not in text


def is_superevent_id(text: str) -> bool:
    """Whether this can be the id of a superevent."""
    return _SUPEREVENT.fullmatch(text) is not None


def is_gw_id(text: str) -> bool:
    """Whether this can be the second id that a superevent has once it is confirmed."""
    return _GW.fullmatch(text) is not None


def is_id(text: str) -> bool:
    """Whether this can be the first id of either, which is that of its folder."""
    return is_event_id(text) or is_superevent_id(text)


def check_ids(ids: Iterable[str]) -> list[str]:
    """Give the ids, each once.

    Raises
    ------
    ValueError
        If some of them name neither an event nor a superevent; the message has all of them.
    """
    asked = list(dict.fromkeys(ids))
    bad = [one for one in asked if not (is_id(one) or is_gw_id(one))]
    if bad:
        raise ValueError(
            "no id of an event (G123456) or superevent (S240229a, GW240229A): "
            f"{', '.join(map(repr, bad))}"
        )
    return asked
