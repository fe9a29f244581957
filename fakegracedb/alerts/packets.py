"""The alerts of a commit: packets as the server sends them, of the objects as of that commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ..clock import parse_time
from ..documents import EMBBLog, EMObservation, Event, Label, Log, Signoff, VOEvent
from ..errors import StoreError
from ..render import embb, emobservations, labels, logs, permissions, voevents
from ..render.dialect import Dialect, dialect_of
from ..render.events import server_time
from ..render.superevents import emobservations as superevent_emobservations
from ..render.superevents import exposure as superevent_exposure
from ..render.superevents import labels as superevent_labels
from ..render.superevents import logs as superevent_logs
from ..render.superevents import signoffs as superevent_signoffs
from ..render.superevents import voevents as superevent_voevents
from ..service import tags
from ..service.alerts import VERBATIM
from ..service.superevents import exposure
from ..store.layout import main_document
from .objects import object_text
from .topics import topics_of

if TYPE_CHECKING:
    from ..store.commits import Commit
    from .past import Past

__all__ = ["TYPES", "Alert", "alerts_of", "line_text", "sent_by"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert.

    Attributes
    ----------
    seq : int
        1, 2, 3 … over the store; the same for every reader.
    commit : int
        Number of the commit that it tells of.
    time : str
        When that was, by the store's clock, ISO text.
    topics : tuple of str
        Where it goes: identical copies, if there are two.
    uid, alert_type : str
        Id of what it is about, and of what kind it is.
    text : str
        The packet as JSON.
    root : str
        URL of the server that sends it, up to ``/api/``.
    xml_escape : bool
        Whether `payload` has ``&``, ``<`` and ``>`` as XML writes them.
    approximate : bool
        Whether something in it is as of a later commit, since the journal's past is gone.
    """

    seq: int
    commit: int
    time: str
    topics: tuple[str, ...]
    uid: str
    alert_type: str
    text: str
    root: str
    xml_escape: bool = True
    approximate: bool = False

    @property
    def message(self) -> dict[str, Any]:
        """The packet, made anew at each call."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def payload(self) -> str:
        """The packet as a listener gets it."""
        if not self.xml_escape:
            return self.text
        return self.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    @property
    def instant(self) -> datetime:
        """When it was sent."""
        return parse_time(self.time)

    def to_json(self) -> dict[str, Any]:
        """Give the form that files and pipes have it in."""
        return {
            "seq": self.seq,
            "t": self.instant.timestamp(),
            "topics": list(self.topics),
            "message": self.message,
        }

    def __repr__(self) -> str:
        return f"<Alert {self.seq}: {self.alert_type} {self.uid} to {', '.join(self.topics)}>"


def line_text(alert: Alert, topics: tuple[str, ...] | None = None) -> str:
    """Give an alert as one line of text, which ends with its newline; `topics` if not all."""
    data = alert.to_json()
    if topics is not None:
        data["topics"] = list(topics)
    return json.dumps(data) + "\n"


def sent_by(commit: Commit) -> int:
    """Give the number of alerts that a commit sends."""
    return len(commit.alerts["sent"]) if commit.alerts else 0


def alerts_of(past: Past, commit: Commit) -> Iterator[Alert]:
    """Make the alerts of a commit, in order.

    Parameters
    ----------
    past : Past
        The store as of the commit.
    commit : Commit
        A commit that sends some.

    Raises
    ------
    StoreError
        If the journal does not fit together.
    """
    dialect = dialect_of(commit.alerts["line"], "", commit.alerts["root"])
    sent: list[list[Any]] = commit.alerts["sent"]
    first = int(commit.counters["alerts"]) - len(sent) + 1
    for place, (kind, folder, *rest) in enumerate(sent):
        # what is told later is not in it yet
        coming = {
            more[0]
            for later, of, *more in sent[place + 1 :]
            if later == "label_added" and of == folder
        }
        if kind == VERBATIM:
            yield _verbatim(past, commit, first + place, folder, *rest)
            continue
        path = main_document(folder)
        try:
            about = _shown(past.document(path), coming)
            made = object_text(past, path, about, dialect)
            tell = _DATA.get(kind)
            if tell is None and kind not in _OF_OBJECT:
                raise KeyError(kind)
            told = _Told(past, commit, dialect, folder, about, *rest)
            data = made if tell is None else json.dumps(tell(told))
        except (AttributeError, KeyError, TypeError, ValueError, StopIteration) as error:
            raise StoreError(
                f"commit {commit.n} of the journal sends an alert that cannot be made: "
                f"{kind} {folder}: {error!r}"
            ) from error
        uid = about.graceid if isinstance(about, Event) else about.id
        end = f', "dispatched": "{server_time(commit.time)}"}}' if dialect.new else "}"
        names = past.vocabulary
        yield Alert(
            seq=first + place,
            commit=commit.n,
            time=commit.time,
            topics=topics_of(about, names),
            uid=uid,
            alert_type=kind,
            text=(
                f'{{"uid": {json.dumps(uid)}, "alert_type": "{kind}", '
                f'"data": {data}, "object": {made}{end}'
            ),
            root=dialect.root,
            xml_escape=names.settings.alert_xml_escape,
        )


def _verbatim(past: Past, commit: Commit, seq: int, topic: str, message: Any) -> Alert:
    """Give a message that no change has caused."""
    told = message if isinstance(message, dict) else {}
    return Alert(
        seq=seq,
        commit=commit.n,
        time=commit.time,
        topics=(topic,),
        uid=str(told.get("uid", "")),
        alert_type=str(told.get("alert_type", "")),
        text=json.dumps(message),
        root=commit.alerts["root"],
        xml_escape=past.vocabulary.settings.alert_xml_escape,
    )


def _shown(about: Any, coming: set[str]) -> Any:
    if not coming or about is None:
        return about
    return replace(about, labels=tuple(one for one in about.labels if one.name not in coming))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the journal says of one alert, with all that its `data` is made from."""

    past: Past
    commit: Commit
    dialect: Dialect
    folder: str
    about: Any
    what: Any = None

    @property
    def of_event(self) -> bool:
        return isinstance(self.about, Event)

    def line(self, name: str) -> Mapping[str, Any]:
        """Give the entry with the number that is told, as it is when the commit ends."""
        lines = self.commit.lines[f"{self.folder}/{name}"]
        return next(one for one in reversed(lines) if one["N"] == self.what)


def _label(told: _Told, label: Label) -> dict[str, Any]:
    if told.of_event:
        return labels.label_json(told.about, label, told.dialect)
    return superevent_labels.label_json(told.about, label, told.dialect)


def _label_added(told: _Told) -> dict[str, Any]:
    return _label(told, told.about.label(told.what))


def _label_removed(told: _Told) -> dict[str, Any]:
    return _label(told, Label.from_json(told.what))


def _log(told: _Told) -> dict[str, Any]:
    log = Log.from_json(told.line("logs.jsonl"))
    order = partial(tags.ordered, told.past)
    if told.of_event:
        return logs.log_json(told.about, log, order, told.dialect)
    return superevent_logs.log_json(told.about, log, order(log.tags), told.dialect)


def _voevent(told: _Told) -> dict[str, Any]:
    voevent = VOEvent.from_json(told.line("voevents.jsonl"))
    if told.of_event:
        return voevents.voevent_json(told.about, voevent, told.dialect)
    return superevent_voevents.voevent_json(told.about, voevent, told.dialect, internal=True)


def _emobservation(told: _Told) -> dict[str, Any]:
    observation = EMObservation.from_json(told.line("emobservations.jsonl"))
    if told.of_event:
        return emobservations.emobservation_json(told.about, observation, told.dialect)
    return superevent_emobservations.emobservation_json(observation)


def _embb(told: _Told) -> dict[str, Any]:
    entry = EMBBLog.from_json(told.line("embb.jsonl"))
    return embb.embb_json(told.about, entry, told.past.vocabulary, told.dialect)


def _signoff(told: _Told) -> dict[str, Any]:
    return _signoff_json(told, told.about.signoff(told.what or ""))


def _signoff_deleted(told: _Told) -> dict[str, Any]:
    return _signoff_json(told, Signoff.from_json(told.what))


def _signoff_json(told: _Told, signoff: Signoff) -> dict[str, Any]:
    return superevent_signoffs.signoff_json(told.about, signoff, told.dialect)


def _permissions(told: _Told) -> list[dict[str, str]]:
    if told.of_event:
        return permissions.held_json(told.about)
    return superevent_exposure.permissions_json(exposure.rows(told.past, told.about))


# Those whose `data` is the object itself, and how that of the others is made.
_OF_OBJECT = frozenset(
    (
        *("new", "update", "event_added", "event_removed", "confirmed_as_gw"),
        *("selected_as_preferred", "removed_as_preferred"),
        *("added_to_superevent", "removed_from_superevent"),
    )
)
_DATA: dict[str, Callable[[_Told], Any]] = {
    "label_added": _label_added,
    "label_removed": _label_removed,
    "log": _log,
    "voevent": _voevent,
    "emobservation": _emobservation,
    "embb_event_log": _embb,
    "signoff_created": _signoff,
    "signoff_updated": _signoff,
    "signoff_deleted": _signoff_deleted,
    "exposed": _permissions,
    "hidden": _permissions,
}
TYPES = frozenset({*_OF_OBJECT, *_DATA})  # of alerts
