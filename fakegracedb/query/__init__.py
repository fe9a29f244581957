"""Queries: texts of both languages and structured ones → small trees → sets over the index."""

from __future__ import annotations

from .dates import resolved
from .explanation import Explanation, explain, explanation
from .queries import parse_event_text, parse_superevent_text
from .refusals import superevent_answer
from .structured import StructuredError, is_structured, parse_structured, parse_structured_text
from .terms import Query, Term, Trap, far_limits

__all__ = [
    "Explanation",
    "Query",
    "StructuredError",
    "Term",
    "Trap",
    "explain",
    "explanation",
    "far_limits",
    "is_structured",
    "parse_event_text",
    "parse_structured",
    "parse_structured_text",
    "parse_superevent_text",
    "resolved",
    "superevent_answer",
]
