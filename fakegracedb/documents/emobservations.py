"""An observation by an electromagnetic follow-up group: a record with its footprints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["EMObservation", "Footprint", "covering"]


@dataclass(frozen=True, slots=True)
class Footprint:
    """One field on the sky that was looked at.

    Attributes
    ----------
    ra, dec : float
        Its centre, J2000 [deg].
    ra_width, dec_width : float
        Its whole widths [deg].
    start_time : str
        When the exposure began, ISO text.
    exposure_time : int
        How long it took [s].
    """

    ra: float
    dec: float
    ra_width: float
    dec_width: float
    start_time: str
    exposure_time: int
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Footprint:
        """Build from the JSON of a store."""
        return load(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self)


@dataclass(frozen=True, slots=True)
class EMObservation:
    """An observation.

    Attributes
    ----------
    N : int
        1, 2, 3 … without gaps within an object.
    created : str
        When it was recorded, ISO text.
    submitter : str
        User who recorded it.
    group : str
        The group that observed, of the vocabulary's `em_groups`.
    comment : str
        Its text.
    footprints : tuple of Footprint
        As sent: they are numbered from 1 in this order.
    """

    N: int
    created: str
    submitter: str
    group: str
    comment: str = ""
    footprints: tuple[Footprint, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> int:
        """What a later line in the same file must share to take this one's place."""
        return self.N

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> EMObservation:
        """Build from the JSON of a store."""
        footprints = tuple(map(Footprint.from_json, data.get("footprints", ())))
        return load(cls, data, footprints=footprints)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self, footprints=[one.to_json() for one in self.footprints])


def covering(
    centres: Sequence[float], widths: Sequence[float], first: float, last: float
) -> tuple[float, float] | tuple[None, None]:
    """Give centre and width of what covers all fields in one coordinate [deg].

    Parameters
    ----------
    centres, widths : sequence of float, shape (n,)
        Of the fields [deg].
    first, last : float
        Where the coordinate ends [deg]: it does not wrap round.

    Returns
    -------
    tuple of float
        Centre and width [deg]; both are None if there is no field.
    """
    if not centres:
        return None, None
    fields = list(zip(centres, widths, strict=True))
    low = max(first, min(last, *(centre - width / 2 for centre, width in fields)))
    high = min(last, max(first, *(centre + width / 2 for centre, width in fields)))
    return (low + high) / 2, high - low
