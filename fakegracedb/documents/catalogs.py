"""A catalog of gravitational waves (GWTC): a version of it, and what it lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["Catalog", "CatalogEntry"]


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A superevent as a catalog has it.

    Attributes
    ----------
    superevent : str
        Default id.
    pipelines : mapping of str to str
        Graceid by pipeline, in the order in which they were sent.
    far : float or None
        False alarm rate [Hz].
    pastro : mapping or None
        Probabilities by kind of the source, as sent.
    """

    superevent: str
    pipelines: Mapping[str, str] = field(default_factory=dict)
    far: float | None = None
    pastro: Mapping[str, Any] | None = None
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CatalogEntry:
        """Build from the JSON of a store."""
        return load(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self)


@dataclass(frozen=True, slots=True)
class Catalog:
    """A version of a catalog.

    Attributes
    ----------
    N : int
        1, 2, 3 … over all catalogs of a store, in the order of creation.
    number : str
        Which catalog, as ``4a``.
    version : int
        1, 2, 3 … within that number.
    created : str
        When, ISO text.
    submitter : str
        User who created it.
    comment : str
        Text.
    entries : tuple of CatalogEntry
        In the order in which they were sent.
    """

    N: int
    number: str
    version: int
    created: str
    submitter: str
    comment: str = ""
    entries: tuple[CatalogEntry, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> int:
        """What a later line in the same file must share to take this one's place."""
        return self.N

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Catalog:
        """Build from the JSON of a store."""
        entries = tuple(map(CatalogEntry.from_json, data.get("entries", ())))
        return load(cls, data, entries=entries)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self, entries=[one.to_json() for one in self.entries])
