"""One version of a file of an event or superevent: what is known of it beside its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["FileVersion"]


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A version of a file.

    Attributes
    ----------
    name : str
        As the server calls it, without version.
    version : int
        0, 1, 2 … without gaps for a name.
    size : int
        Bytes.
    sha256 : str
        Of the bytes, hexadecimal.
    disk : str
        The name on disk, without version, where it had to differ from `name`; else empty.
    absent : bool
        Its bytes are not here: it is known from an archive that lacks them.
    """

    name: str
    version: int
    size: int
    sha256: str
    disk: str = ""
    absent: bool = False
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int]:
        """What a later line in the same file must share to take this one's place."""
        return self.name, self.version

    @property
    def blob(self) -> str:
        """Name of the blob within the object's folder."""
        return f"{self.disk or self.name},{self.version}"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FileVersion:
        """Build from the JSON of a store."""
        return load(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self)
