"""The steps of a self-test, in their order: events, then superevents, then what is beside them."""

from __future__ import annotations

from .events import EVENT_STEPS
from .superevents import SUPEREVENT_STEPS

__all__ = ["STEPS"]

STEPS = (*EVENT_STEPS, *SUPEREVENT_STEPS)
