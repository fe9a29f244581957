"""A superevent, the labels and signoffs on it: one document, since they change together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..identifiers import superevent_key
from ._json import dump, load
from .events import Label
from .signoffs import Signoff

__all__ = ["Superevent"]


@dataclass(frozen=True, slots=True)
class Superevent:
    """A superevent.

    Attributes
    ----------
    superevent_id : str
        Default id, as S240229a; it stays when the superevent is confirmed.
    category : str
        Code in the vocabulary: P, T or M.
    submitter : str
        User who created it.
    created : str
        When, ISO text with microseconds.
    serial : int
        1, 2, 3 … in the order of creation over a store.
    preferred_event : str
        Graceid; one of the members.
    t_start, t_0, t_end : float
        GPS times [s], to the microsecond.
    gw_events, em_events : tuple of str
        Graceids of the members, the latter those of external searches, in the order of joining.
    pipeline_preferred : mapping of str to str
        Graceid of a pipeline's own preferred event, by pipeline.
    em_type : str or None
        Graceid of an external event that coincides.
    time_coinc_far, space_coinc_far : float or None
        False alarm rates of that coincidence, in time and in time and space [Hz].
    gw_id : str or None
        Id as a gravitational wave.
    is_gw : bool
        Whether it is confirmed: then it goes by its `gw_id`.
    gw_number : int or None
        Which of its day and category it is among those confirmed, if its `gw_id` was counted.
    labels : tuple of Label
        In the order of application.
    signoffs : tuple of Signoff
        What people on duty have decided on it.
    permissions : mapping of str to list of str
        ``view`` and ``annotate`` by user group, beside what insiders may do.
    partial : bool
        Comes from an archive that lacks parts of it: its numbers may have gaps, and members be
        missing.
    """

    superevent_id: str
    category: str
    submitter: str
    created: str
    serial: int
    preferred_event: str
    t_start: float
    t_0: float
    t_end: float
    gw_events: tuple[str, ...] = ()
    em_events: tuple[str, ...] = ()
    pipeline_preferred: Mapping[str, str] = field(default_factory=dict)
    em_type: str | None = None
    time_coinc_far: float | None = None
    space_coinc_far: float | None = None
    gw_id: str | None = None
    is_gw: bool = False
    gw_number: int | None = None
    labels: tuple[Label, ...] = ()
    signoffs: tuple[Signoff, ...] = ()
    permissions: Mapping[str, list[str]] = field(default_factory=dict)
    partial: bool = False
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id it goes by: that of a gravitational wave once it is confirmed."""
        return self.gw_id if self.is_gw and self.gw_id is not None else self.superevent_id

    @property
    def date(self) -> str:
        """Six digits: the day of its `t_0` when it was created."""
        return superevent_key(self.superevent_id)[1]

    @property
    def number(self) -> int:
        """Which of its day and category it is."""
        return superevent_key(self.superevent_id)[2]

    @property
    def events(self) -> tuple[str, ...]:
        """Graceids of all members."""
        return (*self.gw_events, *self.em_events)

    def label(self, name: str) -> Label | None:
        """Give the label of that name, if the superevent has it."""
        return next((label for label in self.labels if label.name == name), None)

    def signoff(self, instrument: str) -> Signoff | None:
        """Give the signoff of an instrument's operator, or with an empty name the advocate's."""
        return next((one for one in self.signoffs if one.instrument == instrument), None)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Superevent:
        """Build from the JSON of a store."""
        return load(
            cls,
            data,
            gw_events=tuple(data.get("gw_events", ())),
            em_events=tuple(data.get("em_events", ())),
            labels=tuple(map(Label.from_json, data.get("labels", ()))),
            signoffs=tuple(map(Signoff.from_json, data.get("signoffs", ()))),
        )

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(
            self,
            gw_events=list(self.gw_events),
            em_events=list(self.em_events),
            labels=[label.to_json() for label in self.labels],
            signoffs=[signoff.to_json() for signoff in self.signoffs],
        )
