"""An entry of the log of an event or superevent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["Log"]


@dataclass(frozen=True, slots=True)
class Log:
    """A log entry.

    Attributes
    ----------
    N : int
        1, 2, 3 … without gaps within an object.
    comment : str
        Its text.
    created : str
        When, ISO text.
    issuer : str
        User who wrote it.
    filename : str
        Name of its file without a version; empty if it has none.
    file_version : int or None
        The version *that the entry shows*: after a replacement the server writes 0 for files whose
        real version is higher.
    tags : tuple of str
        In the order of application.
    """

    N: int
    comment: str
    created: str
    issuer: str
    filename: str = ""
    file_version: int | None = None
    tags: tuple[str, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> int:
        """What a later line in the same file must share to take this one's place."""
        return self.N

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Log:
        """Build from the JSON of a store."""
        return load(cls, data, tags=tuple(data.get("tags", ())))

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self, tags=list(self.tags))
