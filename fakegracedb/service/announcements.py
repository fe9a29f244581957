"""What VOEvents of events and of superevents have in common: how they are numbered and filed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ..clock import utc_from_gps
from ..documents import Event, Log, VOEvent
from ..store import Transaction
from . import logs
from .access import Caller

__all__ = [
    "EM_FOLLOW",
    "TYPES",
    "Announcement",
    "Build",
    "Counterpart",
    "file",
    "new",
    "time_problem",
]

# What the codes are called in the names of files.
TYPES = {
    "PR": "Preliminary",
    "IN": "Initial",
    "UP": "Update",
    "RE": "Retraction",
    "EW": "EarlyWarning",
}
EM_FOLLOW = "em_follow"  # the tag of the log entry that has the file


@dataclass(frozen=True, slots=True)
class Counterpart:
    """An external event that coincides, as the file tells it; None is not told.

    Attributes
    ----------
    notice_id, ivorn : str or None
        Names of its notice.
    observatory, search : str or None
        Who found it.
    time_difference : float or None
        Time from the event or superevent to the external event [s].
    time_far, space_far : float or None
        False alarm rates of the coincidence in time, and in time and space [Hz].
    skymap_filename : str or None
        The sky map of both.
    """

    notice_id: str | None = None
    ivorn: str | None = None
    observatory: str | None = None
    search: str | None = None
    time_difference: float | None = None
    time_far: float | None = None
    space_far: float | None = None
    skymap_filename: str | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the file of a VOEvent is made from.

    Attributes
    ----------
    kind : {"events", "superevents"}
        What it is about, as the paths of URLs have it.
    about : str
        Its graceid or default superevent id.
    event : Event
        Whose measurements are told: itself, or the preferred event. It has a gpstime.
    voevent : VOEvent
        The VOEvent, as the file tells it.
    earlier : list of VOEvent
        Those that came before: it cites them all.
    counterpart : Counterpart or None
        An external event that coincides.
    """

    kind: Literal["events", "superevents"]
    about: str
    event: Event
    voevent: VOEvent
    earlier: list[VOEvent]
    counterpart: Counterpart | None = None


Build: TypeAlias = Callable[[Announcement], bytes]


def time_problem(event: Event, missing: str) -> str | None:
    """Say why the XML could not tell when an event was, None if it can.

    Parameters
    ----------
    missing : str
        What is said of an event without a gpstime.
    """
    if event.gpstime is None or not math.isfinite(event.gpstime):
        reason = missing
    else:
        try:
            utc_from_gps(event.gpstime)
        except ValueError as error:
            reason = str(error)
        else:
            return None
    return f"Cannot build a VOEvent because {reason}."


def new(
    tx: Transaction, caller: Caller, folder: str, about: str, code: str, **said: Any
) -> VOEvent:
    """Give a VOEvent with the next number and the names that follow from it.

    Parameters
    ----------
    folder : str
        Of the event or superevent.
    about : str
        Its graceid or default id.
    code : str
        Type, one of `TYPES`.
    **said
        The members of a `VOEvent` that its maker decides.
    """
    number = tx.voevents(folder).highest + 1
    name = f"{about}-{number}-{TYPES[code]}"
    filename = f"{name}.xml"
    return VOEvent(
        N=number,
        voevent_type=code,
        created=tx.timestamp(),
        issuer=caller.name,
        ivorn=f"ivo://{tx.vocabulary.settings.voevent_stream}#{name}",
        filename=filename,
        file_version=tx.files(folder).next_version(filename),
        **said,
    )


def file(tx: Transaction, caller: Caller, folder: str, voevent: VOEvent, content: bytes) -> Log:
    """Keep a VOEvent and its file, and say so in the log; give the entry, which wants its tag."""
    tx.add_voevent(folder, voevent)
    version = tx.write_file(folder, voevent.filename, content).version
    return logs.write(tx, folder, caller.name, "New VOEvent", voevent.filename, version)
