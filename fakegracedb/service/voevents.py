"""VOEvents of an event: checked, made, numbered, filed and told in the log."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..documents import Event, VOEvent
from ..errors import ApiError
from ..identifiers import split_version
from ..store import Store, Transaction, View
from ..store.layout import event_folder
from . import announcements, logs, tags
from .access import Caller, find_event
from .alerts import tell
from .announcements import TYPES, Announcement, Build, Counterpart

__all__ = ["PROBABILITIES", "Coincidence", "NewVOEvent", "create", "listing", "one"]

# As they are sent, and as they are kept.
PROBABILITIES = {
    "ProbHasNS": "prob_has_ns",
    "ProbHasRemnant": "prob_has_remnant",
    "BNS": "prob_bns",
    "NSBH": "prob_nsbh",
    "BBH": "prob_bbh",
    "Terrestrial": "prob_terrestrial",
    "HasMassGap": "prob_has_mass_gap",
}
_LONGEST = 100  # characters of a sky map's type and name


@dataclass(frozen=True, slots=True)
class Coincidence:
    """What a search for coincidences with an external event has found; None where nothing was sent.

    Attributes
    ----------
    found : bool
        Whether there is a coincidence.
    ext_gcn, ext_pipeline, ext_search : str or None
        The external event: its notice, and who found it.
    time_coinc_far, space_coinc_far : str or None
        False alarm rates of the coincidence in time, and in time and space [Hz], as sent.
    combined_skymap_filename : str or None
        The sky map of both.
    delta_t : str or None
        Time from the event to the external one [s], as sent.
    """

    found: bool = False
    ext_gcn: str | None = None
    ext_pipeline: str | None = None
    ext_search: str | None = None
    time_coinc_far: str | None = None
    space_coinc_far: str | None = None
    combined_skymap_filename: str | None = None
    delta_t: str | None = None


@dataclass(frozen=True, slots=True)
class NewVOEvent:
    """What a user sends; None where a field was missing.

    Attributes
    ----------
    voevent_type : str or None
        Code.
    skymap_type, skymap_filename : str or None
        The sky map.
    internal, open_alert, hardware_inj, coinc_comment, significant : bool
        As the VOEvent is to say.
    probabilities : mapping of str to str
        By the names of `PROBABILITIES`, as sent.
    mass_gap : str or None
        What `HasMassGap` has replaced.
    coincidence : Coincidence
        Goes into the file, and is kept nowhere else.
    """

    voevent_type: str | None
    skymap_type: str | None = None
    skymap_filename: str | None = None
    internal: bool = True
    open_alert: bool = False
    hardware_inj: bool = False
    coinc_comment: bool = False
    significant: bool = False
    probabilities: Mapping[str, str] = field(default_factory=dict)
    mass_gap: str | None = None
    coincidence: Coincidence = field(default_factory=Coincidence)


def create(
    store: Store, caller: Caller, asked: str, new: NewVOEvent, build: Build
) -> tuple[Event, VOEvent]:
    """Make a VOEvent of an event; its file is told in a log entry with a tag.

    Parameters
    ----------
    store : Store
        Where the event is.
    caller : Caller
        Who asks.
    asked : str
        Its graceid as asked for.
    new : NewVOEvent
        What was sent.
    build : callable
        Gives the XML.

    Raises
    ------
    ApiError
        400 for what cannot be, beside what `find_event` raises.
    """
    with store.transaction(f"POST events/{asked}/voevent/", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        folder = event_folder(event.graceid)
        code = _checked_type(tx, event, folder, new)
        voevent = announcements.new(
            tx,
            caller,
            folder,
            event.graceid,
            code,
            skymap_type=new.skymap_type,
            skymap_filename=new.skymap_filename,
            internal=new.internal,
            hardware_inj=new.hardware_inj,
            coinc_comment=new.coinc_comment,
            significant=new.significant,
            **_probabilities(new),
        )
        announcement = Announcement(
            kind="events",
            about=event.graceid,
            event=event,
            voevent=replace(voevent, open_alert=new.open_alert),  # in the file, not in the record
            earlier=list(tx.voevents(folder)),
            counterpart=_counterpart(new.coincidence),
        )
        log = announcements.file(tx, caller, folder, voevent, build(announcement))
        tags.apply(tx, caller, folder, log.N, announcements.EM_FOLLOW, None)
        tell(tx, caller, "voevent", event, voevent.N)
        return event, voevent


def _refused(text: str) -> ApiError:
    return ApiError(400, {"error": text})


def _checked_type(tx: Transaction, event: Event, folder: str, new: NewVOEvent) -> str:
    """Give the type, if all that was sent fits together; first fault first."""
    code = new.voevent_type
    if code not in TYPES or code not in tx.vocabulary.voevent_types:
        raise _refused("You must provide a valid voevent_type.")
    skymap = new.skymap_filename
    if bool(skymap) != bool(new.skymap_type):
        raise _refused("Both or neither of skymap_type and skymap_filename must be specified.")
    if problem := announcements.time_problem(event, "event has no gpstime"):
        raise _refused(problem)
    if not event.far or not math.isfinite(event.far):
        raise _refused("Cannot build a VOEvent because event has no FAR.")
    if code in ("IN", "UP") or (code == "PR" and skymap):
        if not skymap:
            raise _refused("Skymap filename not provided.")
        if tx.files(folder).get(*split_version(skymap)) is None:
            raise _refused(f"Skymap file {skymap} does not exist")
    else:  # as on the server, the others are not asked for this
        _check_coincidence(new.coincidence)
        if new.mass_gap and _number("MassGap", new.mass_gap):
            raise _refused("MassGap has been replaced by HasMassGap")
    return code


def _check_coincidence(coincidence: Coincidence) -> None:
    if not (coincidence.time_coinc_far or coincidence.space_coinc_far):
        return
    for value, what in (
        (coincidence.ext_gcn, "GCN ID"),
        (coincidence.ext_pipeline, "Pipeline"),
        (coincidence.ext_search, "Search"),
    ):
        if not value:
            raise _refused(f"External {what} not provided")


def _probabilities(new: NewVOEvent) -> dict[str, float]:
    """Give the probabilities by the names under which they are kept."""
    found: dict[str, float] = {}
    problems: dict[str, list[str]] = {}
    for name, sent in new.probabilities.items():
        key = PROBABILITIES[name]
        value = _number(key, sent)
        if value > 1:
            problems[key] = ["Ensure this value is less than or equal to 1.0."]
        elif value < 0:
            problems[key] = ["Ensure this value is greater than or equal to 0.0."]
        found[key] = value
    for key, text in (
        ("skymap_type", new.skymap_type),
        ("skymap_filename", new.skymap_filename),
    ):
        if text is not None and (problem := logs.text_problem(text, _LONGEST)):
            problems[key] = [problem]
    for name in ("time_coinc_far", "space_coinc_far", "delta_t"):
        if sent := getattr(new.coincidence, name):
            _number(name, sent)
    if problems:
        raise ApiError(400, str(problems))
    return found


def _counterpart(sent: Coincidence) -> Counterpart | None:
    """Give what the file tells of a coincidence: what was sent of it, as far as it was."""
    if not sent.found:
        return None

    def number(name: str) -> float | None:
        text = getattr(sent, name)
        return _number(name, text) if text else None

    return Counterpart(
        notice_id=sent.ext_gcn,
        observatory=sent.ext_pipeline,
        search=sent.ext_search,
        time_difference=number("delta_t"),
        time_far=number("time_coinc_far"),
        space_far=number("space_coinc_far"),
        skymap_filename=sent.combined_skymap_filename,
    )


def _number(key: str, sent: str) -> float:
    try:
        value = float(sent)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ApiError(400, str({key: [f"“{sent}” value must be a float."]}))
    return value


def listing(view: View, caller: Caller, asked: str) -> tuple[Event, list[VOEvent]]:
    """Give the VOEvents of an event, by time and number."""
    event = find_event(view, caller, asked)
    found = view.voevents(event_folder(event.graceid))
    return event, sorted(found, key=lambda one: (one.created, one.N))


def one(view: View, caller: Caller, asked: str, number: int) -> tuple[Event, VOEvent]:
    """Give a VOEvent.

    Raises
    ------
    ApiError
        404 if there is none of that number.
    """
    event = find_event(view, caller, asked)
    voevent = view.voevents(event_folder(event.graceid)).get(number)
    if voevent is None:
        raise ApiError(404, "VOEvent does not exist.")
    return event, voevent
