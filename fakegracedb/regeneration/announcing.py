"""Signoffs, VOEvents, notices and observations, done again as a log tells of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from ligo.gracedb.exceptions import HTTPError

from ..clock import parse_time
from .instants import exact_number, shift_iso

if TYPE_CHECKING:
    from .history import History, Told

__all__ = [
    "create_embb",
    "create_emobservation",
    "create_notice",
    "create_voevent",
    "on_v1",
    "signoff",
]

Row: TypeAlias = dict[str, Any]
Deed: TypeAlias = "Callable[[History, Told, Row, dict[str, Any]], bool]"

_GONE = 410
_TAG = "em_follow"


def _own_tag(history: History, told: Told, row: Row) -> list[Row]:
    """Give the entry of the tag that the server puts on some entries of its own, if it follows."""
    tags, entries = history.tags_at_once(told, row)
    return entries[:1] if tags[:1] == [_TAG] else []


def signoff(verb: str) -> Deed:
    """Give the deed that creates, updates or deletes a signoff."""

    def deed(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
        target = history.run.target
        client = target.v1 or target.client  # the client knows of no instruments on v2
        kind = "OP" if values["kind"] == "Operator" else "ADV"
        instrument = values.get("instrument", "")
        status, text = values.get("status"), values.get("text")
        entries = _own_tag(history, told, row)
        if verb == "create":
            client.create_signoff(told.new_id, kind, status, text, instrument)
        elif verb == "update":
            client.update_signoff(told.new_id, kind, status, text, instrument)
        else:
            client.delete_signoff(told.new_id, kind, instrument)
        history.took(told, row, entries)
        return True

    return deed


_VOEVENT = {
    "skymap_type": "skymap_type",
    "skymap_filename": "skymap_filename",
    "combined_skymap_filename": "combined_skymap_filename",
    "internal": "internal",
    "open_alert": "open_alert",
    "hardware_inj": "hardware_inj",
    "coinc_comment": "CoincComment",
    "raven_coinc": "raven_coinc",
    "significant": "Significant",
    "prob_has_ns": "ProbHasNS",
    "prob_has_remnant": "ProbHasRemnant",
    "prob_bns": "BNS",
    "prob_nsbh": "NSBH",
    "prob_bbh": "BBH",
    "prob_terrestrial": "Terrestrial",
    "prob_has_mass_gap": "HasMassGap",
}
_UNSAID = ("significant",)  # what the client has no argument for


def create_voevent(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    """Make a VOEvent with the arguments of the old one, on the API that has them."""
    run = history.run
    place = told.next_of("voevent")
    known = sorted(told.archived.rows("voevents"), key=lambda one: int(one["N"]))
    old = next((one for one in known if one["filename"] == row.get("filename")), None)
    if old is None and place < len(known):
        old = known[place]
    if old is None:  # an archive without VOEvents: the name of the file tells the kind
        old = {"voevent_type": _kind_of(row.get("filename") or "")}
    arguments = {
        argument: old[key]
        for key, argument in _VOEVENT.items()
        if old.get(key) is not None and key not in _UNSAID
    }
    for key in ("skymap_filename", "combined_skymap_filename"):
        if key in arguments:
            arguments[key] = run.shift.filename(arguments[key])
    entries = _own_tag(history, told, row)
    if not on_v1(
        history, lambda client: client.create_voevent(told.new_id, old["voevent_type"], **arguments)
    ):
        return False
    history.took(told, row, entries)
    return True


def _kind_of(filename: str) -> str:
    """Give the kind of a VOEvent as the client takes it, from ``S220609hl-1-Preliminary.xml``."""
    name = filename.rpartition("-")[2].partition(".")[0].lower()
    return {"earlywarning": "early_warning"}.get(name, name)


def on_v1(history: History, call: Callable[[Any], Any]) -> bool:
    """Make a call that v2 has retired; tell whether it could be made."""
    target = history.run.target
    try:
        call(target.v1 or target.client)
    except HTTPError as error:
        if error.response.status_code != _GONE:
            raise
        history.run.note(
            "the target's API has no VOEvents, EM observations, EMBB entries and updates of GRBs "
            "any more"
        )
        return False
    return True


def create_notice(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    """Upload a notice with new ids and times."""
    run, name = history.run, row["filename"]
    moved = run.file(told.archived, name, told.archived.read(name, row.get("file_version")))
    entries = _own_tag(history, told, row)
    run.client.create_notice(told.new_id, moved.name, filecontents=moved.content)
    history.took(told, row, entries)
    return True


def create_emobservation(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    """Record an observation, with its start times moved."""
    place = told.next_of("emobservation")
    known = sorted(told.archived.rows("emobservations"), key=lambda one: int(one["N"]))
    if place >= len(known):
        return False
    old = known[place]
    prints = sorted(old.get("footprints") or (), key=lambda one: int(one["N"]))
    columns = {
        key: [one[key] for one in prints]
        for key in ("ra", "raWidth", "dec", "decWidth", "exposure_time")
    }
    starts = [
        shift_iso(parse_time(one["start_time"]).isoformat()[:26].removesuffix("+00:00"),
                  history.run.shift.delta)
        for one in prints
    ]  # fmt: skip
    if not on_v1(
        history,
        lambda client: client.write_emobservation(
            told.new_id,
            old["group"],
            columns["ra"],
            columns["raWidth"],
            columns["dec"],
            columns["decWidth"],
            starts,
            columns["exposure_time"],
            comment=old.get("comment") or "",
        ),
    ):
        return False
    history.took(told, row, [])
    return True


_EMBB = ("group", "waveband", "instrument", "footprintID", "comment", "extra_info_dict")
_EMBB_LISTS = ("raList", "raWidthList", "decList", "decWidthList", "durationList")
_EMBB_CODES = {"eel_status": "eel-statuses", "obs_status": "obs-statuses"}


def create_embb(history: History, told: Told, old: Row) -> None:
    """Make an entry of an event's EMBB log, of which its log does not tell."""
    delta = history.run.shift.delta
    form: dict[str, Any] = {name: old.get(name) or "" for name in _EMBB}
    form |= {name: ",".join(map(repr, old.get(name) or ())) for name in _EMBB_LISTS}
    form["gpstimeList"] = ",".join(
        exact_number(repr(one), delta) for one in old.get("gpstimeList") or ()
    )

    def create(client: Any) -> None:
        info = client.service_info
        for name, key in _EMBB_CODES.items():
            codes = {words: code for code, words in (info.get(key) or {}).items()}
            form[name] = codes.get(old[name], old[name])
        template = client.templates.get("embb-event-log-template")
        if template is None:
            raise KeyError("the target has no EMBB log")
        client.post(template.format(graceid=told.new_id), data=form)

    try:
        on_v1(history, create)
    except (HTTPError, KeyError) as error:
        why = error.response.text if isinstance(error, HTTPError) else error.args[0]
        history.run.note(f"{told.archived.id}: EMBB entry {old['N']}: {why}")
