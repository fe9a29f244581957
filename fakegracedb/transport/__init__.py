"""The way of requests to the application, where others open sockets.

`adapter` answers a session in the form that `wire` gives it, `mounting` gives one to any session,
`swapping` puts it below every GraceDB client of the process, for the `swaps` that are in.
`credentials` keeps the real client from looking for any, `choices` tells what is meant by arguments
and the environment.
"""

from __future__ import annotations

from .adapter import StoreAdapter, Waits

__all__ = ["StoreAdapter", "Waits"]
