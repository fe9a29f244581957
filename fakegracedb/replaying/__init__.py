"""Replay: the history of an object, or of all that a store or archive holds, as alerts once more.

`journal` has what a store has sent, to the byte; `rebuilding` makes alerts from an object's own
logs where nobody has kept them; `sources` chooses; `pacing` sends them in time; `reports` tells
what became of them, and `reactions` who reacted.
"""

from __future__ import annotations

from .pacing import paced, replay
from .retiming import retimed
from .sources import history

__all__ = ["history", "paced", "replay", "retimed"]
