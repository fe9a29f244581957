"""Searching with the query in the body: the lists of events and superevents."""

from __future__ import annotations

from ...service.access import require_user
from ..call import Call
from ..message import Response
from ..queries import in_body
from .events import page as page_of_events
from .superevents.candidates import page as page_of_superevents

__all__ = ["events", "superevents"]


def events(call: Call) -> Response:
    """POST a query for a page of the list of events."""
    return page_of_events(call, in_body)


def superevents(call: Call) -> Response:
    """POST a query for a page of the list of superevents."""
    require_user(call.caller)
    return page_of_superevents(call, in_body)
