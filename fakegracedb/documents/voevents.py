"""A VOEvent of an event: what its file was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["VOEvent"]


@dataclass(frozen=True, slots=True)
class VOEvent:
    """A VOEvent.

    Attributes
    ----------
    N : int
        1, 2, 3 … without gaps within an object.
    voevent_type : str
        Code in the vocabulary, as PR.
    created : str
        When, ISO text.
    issuer : str
        User who had it made.
    ivorn : str
        Its name to the world.
    filename : str
        Of its XML, without a version.
    file_version : int
        Of its XML.
    skymap_type, skymap_filename : str or None
        The sky map that it names.
    internal, open_alert, hardware_inj, coinc_comment, significant : bool
        As it says; `open_alert` is kept for those of superevents only.
    prob_has_ns, prob_has_remnant, prob_bns, prob_nsbh, prob_bbh : float or None
        Probabilities, 0 to 1.
    prob_terrestrial, prob_has_mass_gap, prob_has_ssm : float or None
        Likewise.
    raven_coinc : bool
        Whether an external event coincides. This and what follows is kept for superevents only.
    ext_gcn, ext_pipeline, ext_search : str
        That event: its notice, and who found it. The server leaves them empty: its file tells them.
    combined_skymap_filename : str or None
        The sky map of both.
    """

    N: int
    voevent_type: str
    created: str
    issuer: str
    ivorn: str
    filename: str
    file_version: int
    skymap_type: str | None = None
    skymap_filename: str | None = None
    internal: bool = True
    open_alert: bool = False
    hardware_inj: bool = False
    coinc_comment: bool = False
    significant: bool = False
    prob_has_ns: float | None = None
    prob_has_remnant: float | None = None
    prob_bns: float | None = None
    prob_nsbh: float | None = None
    prob_bbh: float | None = None
    prob_terrestrial: float | None = None
    prob_has_mass_gap: float | None = None
    prob_has_ssm: float | None = None
    raven_coinc: bool = False
    ext_gcn: str = ""
    ext_pipeline: str = ""
    ext_search: str = ""
    combined_skymap_filename: str | None = None
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> int:
        """What a later line in the same file must share to take this one's place."""
        return self.N

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> VOEvent:
        """Build from the JSON of a store."""
        return load(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self)
