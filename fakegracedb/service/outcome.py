"""What a service call comes to: what was made, and perhaps an error although it was kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import ApiError

__all__ = ["Outcome"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """The result of a call that changed something.

    Attributes
    ----------
    value : T
        What was made or changed, as it is now.
    error : ApiError or None
        What to answer although the work was kept.
    """

    value: T
    error: ApiError | None = None

    def kept(self) -> T:
        """Give the value, or raise the error: the transaction is over."""
        if self.error is not None:
            raise self.error
        return self.value
