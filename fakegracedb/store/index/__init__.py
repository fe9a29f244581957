"""The index: what can be searched for in all events and superevents, in columns, in memory.

It is derived: fed by new lines of the journal, spared a cold start by a checkpoint, and made anew
from the documents when both are of no use.
"""

from __future__ import annotations

from .index import Index, Tables

__all__ = ["Index", "Tables"]
