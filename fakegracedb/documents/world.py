"""What belongs to a store as a whole: its settings, and the tags that have come to exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["FORMAT", "Settings", "Tag"]

FORMAT = 1  # of a store on disk; a change that an older program cannot read raises it


@dataclass(frozen=True, slots=True)
class Settings:
    """The document ``store.json``.

    Attributes
    ----------
    format : int
        Number of the layout on disk.
    created : str
        When the store was made, ISO text: by its own clock if that was set first of all, else by
        the machine's.
    server_version : str
        Which server is imitated unless a client says otherwise.
    user : str
        Who asks unless a client says otherwise.
    clock : mapping
        The setting of the store's clock (`clock.Clock.from_json`).
    fsync : bool
        Whether a commit waits until the disk has it.
    """

    format: int = FORMAT
    created: str = ""
    server_version: str = "2.36"
    user: str = "albert.einstein@ligo.org"
    clock: Mapping[str, Any] = field(default_factory=lambda: {"kind": "system"})
    fsync: bool = False
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Settings:
        """Build from the JSON of a store."""
        return load(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store: all of it, since people look here for what can be set."""
        return {
            "format": self.format,
            "created": self.created,
            "server_version": self.server_version,
            "user": self.user,
            "clock": dict(self.clock),
            "fsync": self.fsync,
            **self.unknown,
        }


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that somebody used first on this store, beyond those of the vocabulary.

    Attributes
    ----------
    name : str
        Its name.
    display_name : str or None
        As given at first use.
    """

    name: str
    display_name: str | None = None
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Tag:
        """Build from the JSON of a store."""
        return load(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self)
