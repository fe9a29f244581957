"""Signoffs on events, which the API only shows."""

from __future__ import annotations

from ..documents import Signoff
from ..store import View
from .access import Caller, find_event

__all__ = ["listing"]


def listing(view: View, caller: Caller, asked: str) -> tuple[Signoff, ...]:
    """Give the signoffs on an event, in the order in which they were made."""
    return find_event(view, caller, asked).signoffs
