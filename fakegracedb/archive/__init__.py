"""Archives: events and superevents with all that hangs on them, fetched once and kept in a folder.

`Archive` is the folder, `fetch` fills it through any client, `load` seeds a store from it. What is
read of one object is an `ArchivedEvent` or `ArchivedSuperevent`, whoever wrote it.
"""

from __future__ import annotations

from .archived import ArchivedEvent, ArchivedFile, ArchivedSuperevent, Upload
from .fetching import Fetched, fetch, fetch_range
from .folder import Archive, default_path
from .loading import Loaded, load, seed_from

__all__ = [
    "Archive",
    "ArchivedEvent",
    "ArchivedFile",
    "ArchivedSuperevent",
    "Fetched",
    "Loaded",
    "Upload",
    "default_path",
    "fetch",
    "fetch_range",
    "load",
    "seed_from",
]
