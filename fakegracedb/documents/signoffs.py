"""A signoff: what a person on duty has decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load

__all__ = ["Signoff"]


@dataclass(frozen=True, slots=True)
class Signoff:
    """A signoff.

    Attributes
    ----------
    signoff_type : str
        Code in the vocabulary: OP or ADV.
    instrument : str
        The operator's, as H1; empty for an advocate.
    status : str
        Code in the vocabulary: OK or NO.
    submitter : str
        User who decided.
    comment : str
        Their text.
    """

    signoff_type: str
    instrument: str
    status: str
    submitter: str
    comment: str = ""
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Signoff:
        """Build from the JSON of a store."""
        return load(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self)
