"""An event and the labels on it: one document, since they change together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import dump, load
from .signoffs import Signoff

__all__ = ["INSIDERS", "Event", "Label"]

INSIDERS = ("internal_users", "executives")  # the groups to whom every new event is opened


@dataclass(frozen=True, slots=True)
class Label:
    """A label on an event.

    Attributes
    ----------
    name : str
        Its name in the vocabulary.
    creator : str
        User who applied it.
    created : str
        When, ISO text.
    """

    name: str
    creator: str
    created: str
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Label:
        """Build from the JSON of a store."""
        return load(cls, data)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(self)


@dataclass(frozen=True, slots=True)
class Event:
    """An event.

    Attributes
    ----------
    graceid : str
        Canonical id.
    submitter : str
        User who uploaded it.
    created : str
        When, ISO text with microseconds; the latency is counted from it.
    group, pipeline, search : str
        Names in the vocabulary; `search` may be None.
    offline : bool
        Found by an offline search.
    gpstime : float or None
        Time of the event, GPS [s], rounded to microseconds.
    instruments : str
        Comma-separated, as uploaded.
    nevents : int or None
        Number of single-detector triggers, as uploaded.
    far : float or None
        False alarm rate [Hz].
    likelihood : float or None
        As uploaded.
    labels : tuple of Label
        In the order of application.
    extra_attributes : mapping
        Sub-tables by name; only values that are not null (`attributes.shown` fills in the rest).
    superevent : str or None
        Id of the superevent that it belongs to.
    replay_id, content_id : str or None
        Identifier of the replay; UUID of the uploaded bytes.
    permissions : mapping of str to list of str
        ``view`` and ``change`` by user group.
    signoffs : tuple of Signoff
        What people on duty have decided on it; nothing but reading them is in the API.
    reserved : bool
        Only its graceid has been given away: lists and searches leave it out until its file comes.
    kafka_server, kafka_topic : str or None
        By which way the file of a reserved event came.
    partial : bool
        Comes from an archive that lacks parts of it: its numbers may have gaps.
    """

    graceid: str
    submitter: str
    created: str
    group: str
    pipeline: str
    search: str | None = None
    offline: bool = False
    gpstime: float | None = None
    instruments: str = ""
    nevents: int | None = None
    far: float | None = None
    likelihood: float | None = None
    labels: tuple[Label, ...] = ()
    extra_attributes: Mapping[str, Any] = field(default_factory=dict)
    superevent: str | None = None
    replay_id: str | None = None
    content_id: str | None = None
    permissions: Mapping[str, list[str]] = field(default_factory=dict)
    signoffs: tuple[Signoff, ...] = ()
    reserved: bool = False
    kafka_server: str | None = None
    kafka_topic: str | None = None
    partial: bool = False
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The number in the graceid: the key of all events, whatever their letter."""
        return int(self.graceid[1:])

    @property
    def closed(self) -> bool:
        """Whether a group that sees every new event does not see this one."""
        shut_out = any("view" not in self.permissions.get(group, ()) for group in INSIDERS)
        return shut_out and not self.reserved  # nobody finds that one yet

    def label(self, name: str) -> Label | None:
        """Give the label of that name, if the event has it."""
        return next((label for label in self.labels if label.name == name), None)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Event:
        """Build from the JSON of a store."""
        labels = tuple(Label.from_json(label) for label in data.get("labels", ()))
        signoffs = tuple(map(Signoff.from_json, data.get("signoffs", ())))
        return load(cls, data, labels=labels, signoffs=signoffs)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON of a store."""
        return dump(
            self,
            labels=[label.to_json() for label in self.labels],
            signoffs=[signoff.to_json() for signoff in self.signoffs],
        )
