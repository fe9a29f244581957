"""A notice: an alert document that was uploaded to a superevent, and what was read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["Notice"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice.

    Attributes
    ----------
    N : int
        1, 2, 3 … without gaps within a superevent.
    notice_type : str
        Code of the vocabulary's VOEvent types: PR, IN, UP, RE or EW.
    created : str
        When it was uploaded, ISO text.
    issuer : str
        User who uploaded it.
    filename : str
        Of the document, without a version.
    file_version : int
        Of the document.
    significant, raven_coinc : bool
        As the document says.
    ext_gcn, ext_pipeline, ext_search : str
        The external event that the document names; empty for none.
    prob_has_ns, prob_has_remnant, prob_bns, prob_nsbh, prob_bbh : float or None
        Probabilities, 0 to 1.
    prob_terrestrial, prob_has_mass_gap, prob_has_ssm : float or None
        Likewise.
    """

    N: int
    notice_type: str
    created: str
    issuer: str
    filename: str
    file_version: int
    significant: bool = False
    raven_coinc: bool = False
    ext_gcn: str = ""
    ext_pipeline: str = ""
    ext_search: str = ""
    prob_has_ns: float | None = None
    prob_has_remnant: float | None = None
    prob_bns: float | None = None
    prob_nsbh: float | None = None
    prob_bbh: float | None = None
    prob_terrestrial: float | None = None
    prob_has_mass_gap: float | None = None
    prob_has_ssm: float | None = None
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> int:
        """What a later line in the same file must share to take this one's place."""
        return self.N

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Notice:
        """Build from the JSON of a store."""
        return load(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self)
