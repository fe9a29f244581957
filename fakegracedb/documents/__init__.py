"""The typed documents of a store, and how each becomes JSON and comes back.

A document is immutable; a change makes a new one (`dataclasses.replace`). Keys that this version
does not know are kept in `unknown` and written back, so that a newer store survives an older
program. Times are ISO text with microseconds (``2026-03-01T17:04:09.123456Z``), as `clock.iso_text`
writes it.
"""

from __future__ import annotations

from .catalogs import Catalog, CatalogEntry
from .embb import EMBBLog
from .emobservations import EMObservation, Footprint
from .events import Event, Label
from .files import FileVersion
from .logs import Log
from .notices import Notice
from .signoffs import Signoff
from .superevents import Superevent
from .users import User
from .voevents import VOEvent
from .world import Settings, Tag

__all__ = [
    "Catalog",
    "CatalogEntry",
    "EMBBLog",
    "EMObservation",
    "Event",
    "FileVersion",
    "Footprint",
    "Label",
    "Log",
    "Notice",
    "Settings",
    "Signoff",
    "Superevent",
    "Tag",
    "User",
    "VOEvent",
]
