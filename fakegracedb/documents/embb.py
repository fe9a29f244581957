"""An entry of the EMBB log: the older way in which follow-up groups told what they had done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["LISTS", "EMBBLog"]

# As they are sent and answered, and as they are kept.
LISTS = {
    "raList": "ra",
    "decList": "dec",
    "raWidthList": "ra_width",
    "decWidthList": "dec_width",
    "gpstimeList": "gpstime",
    "durationList": "duration",
}


@dataclass(frozen=True, slots=True)
class EMBBLog:
    """An entry.

    Attributes
    ----------
    N : int
        1, 2, 3 … without gaps within an event.
    created : str
        When it was written, ISO text.
    submitter : str
        User who wrote it.
    group, waveband, eel_status, obs_status : str
        Name of the group, and codes of the vocabulary.
    instrument, footprint_id, comment, extra_info : str
        Free text.
    ra, dec, ra_width, dec_width : tuple of float, shape (n,)
        Centres and whole widths of the fields, J2000 [deg]; n may be 0.
    gpstime, duration : tuple of float, shape (n,)
        When each exposure began, GPS [s], and how long it took [s].
    """

    N: int
    created: str
    submitter: str
    group: str
    waveband: str
    eel_status: str
    obs_status: str
    instrument: str = ""
    footprint_id: str = ""
    comment: str = ""
    extra_info: str = ""
    ra: tuple[float, ...] = ()
    dec: tuple[float, ...] = ()
    ra_width: tuple[float, ...] = ()
    dec_width: tuple[float, ...] = ()
    gpstime: tuple[float, ...] = ()
    duration: tuple[float, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> int:
        """What a later line in the same file must share to take this one's place."""
        return self.N

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> EMBBLog:
        """Build from the JSON of a store."""
        return load(cls, data, **{name: tuple(data.get(name, ())) for name in LISTS.values()})

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self, **{name: list(getattr(self, name)) for name in LISTS.values()})
