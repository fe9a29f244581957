"""What is done in history mode for each kind of operation that a log tells of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from ligo.gracedb.exceptions import HTTPError

from ..archive import ArchivedEvent
from ..clock import parse_time
from .entries import Operation, operation
from .instants import exact_number, shift_iso
from .shifting import Shifted
from .stand_ins import stand_in

if TYPE_CHECKING:
    from .history import History, Told

__all__ = ["DEEDS", "compare", "create_event", "create_superevent", "reconcile"]

Row: TypeAlias = dict[str, Any]
Deed: TypeAlias = "Callable[[History, Told, Row, dict[str, Any]], bool]"

_GONE = 410
_TAG = "em_follow"
_TIMES = ("t_start", "t_0", "t_end")


# Events


def create_event(history: History, told: Told) -> None:
    """Create an event from the first file of its log, or from its numbers."""
    run, event, made = history.run, told.archived, told.made
    assert isinstance(event, ArchivedEvent)
    assert made is not None
    moved = _first_file(history, told)
    answer = run.upload_event(event, moved.name, moved.content, [])
    told.new_id = made.new_id = answer["graceid"]
    made.gpstime = answer.get("gpstime")
    run.tell(made.line)
    _match_new(history, told)


def _first_file(history: History, told: Told) -> Shifted:
    run, event = history.run, told.archived
    first = next((row for row in told.rows if row.get("filename")), None)
    if first is not None and event.file(first["filename"], first.get("file_version")) is not None:
        content = event.read(first["filename"], first.get("file_version"))
        return run.file(event, first["filename"], content)
    name, content = stand_in(event.object)
    run.note(f"{event.id}: its file is not in the archive; a stand-in is made from its numbers")
    return run.file(event, name, content)


def _match_new(history: History, told: Told) -> None:
    """Hold what the server has written by itself against what it wrote at the source."""
    rows = sorted(history.run.client.logs(told.new_id).json()["log"], key=lambda row: row["N"])
    waiting = told.waiting()
    for row in rows[told.written :]:
        if waiting and waiting[0]["comment"].strip() == row["comment"].strip():
            told.take(waiting.pop(0))
            told.numbers[max(told.done)] = row["N"]
        else:
            told.written = row["N"]
    told.written = rows[-1]["N"] if rows else 0


def _replace_event(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    moved = history.run.file(
        told.archived,
        row["filename"],
        told.archived.read(row["filename"], row.get("file_version")),
    )
    history.run.client.replace_event(told.new_id, moved.name, filecontents=moved.content)
    _match_new(history, told)
    return row["N"] in told.done


# Superevents


def create_superevent(history: History, told: Told, found: Operation | None, row: Row) -> None:
    """Create the superevent: as its first entry tells it, or from what it is in the end."""
    run, old = history.run, told.archived.object
    said = dict(found.values) if found is not None else {}
    preferred = said.get("preferred_event") or old["preferred_event"]
    others = said.get("events") or []
    linked = history.linked(preferred, "linked_set")
    for graceid in others:
        linked += history.linked(graceid, "linked_added")
    history.linked(preferred)  # makes sure that it is there
    times = {
        name: exact_number(str(said.get(name) or repr(old[name])), run.shift.delta)
        for name in _TIMES
    }
    answer = run.client.create_superevent(
        times["t_start"],
        times["t_0"],
        times["t_end"],
        run.shift.ids.get(preferred) or preferred,
        category=_category(history, preferred),
        events=[run.shift.ids(graceid) for graceid in others] or None,
    ).json()
    told.new_id = answer["superevent_id"]
    run.shift.ids.add(told.archived.id, answer["superevent_id"])
    run.shift.ids.add(old["superevent_id"], answer["superevent_id"])
    run.result.superevent_id = answer["superevent_id"]
    run.tell(f"Created {told.archived.id} -> {told.new_id}")
    if found is not None:
        history.took(told, row, [], linked)
    else:
        told.written = 1
        for event, one in linked:
            event.take(one)
        run.note(f"{told.archived.id}: its log does not tell of its creation")


def _category(history: History, preferred: str) -> str:
    made = history.events[preferred].made
    assert made is not None
    if made.group == "Test":
        return "test"
    return "mdc" if made.search == "MDC" else "production"


def _update_superevent(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    run = history.run
    changes: dict[str, Any] = {}
    linked: list[tuple[Told, Row]] = []
    for name, text in values.items():
        if name in _TIMES:
            changes[name] = exact_number(text, run.shift.delta)
        elif name in ("preferred_event", "em_type"):
            changes[name] = run.shift.ids(text)
        elif name in ("time_coinc_far", "space_coinc_far"):
            changes[name] = float(text)
        else:
            return False
    if "preferred_event" in values:
        before = _preferred_before(told, row)
        linked += history.linked(before, "linked_unset")
        linked += history.linked(values["preferred_event"], "linked_set")
    run.client.update_superevent(told.new_id, **changes)
    history.took(told, row, [], linked)
    return True


def _preferred_before(told: Told, row: Row) -> str:
    """Give the event that was preferred until an entry."""
    preferred = told.archived.object["preferred_event"]
    for one in told.rows:
        if one["N"] >= row["N"]:
            break
        found = operation(one)
        if found is not None and found.kind in ("create_superevent", "update_superevent"):
            preferred = found.values.get("preferred_event", preferred)
    return str(preferred)


def _add_event(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    graceid = values["graceid"]
    if graceid not in history.events:
        return False
    linked = history.linked(graceid, "linked_added")
    history.run.client.add_event_to_superevent(told.new_id, history.run.shift.ids(graceid))
    history.took(told, row, [], linked)
    return True


def _remove_event(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    graceid = values["graceid"]
    if graceid not in history.events:
        return False
    linked = history.linked(graceid, "linked_removed")
    history.run.client.remove_event_from_superevent(told.new_id, history.run.shift.ids(graceid))
    history.took(told, row, [], linked)
    return True


def _prefer(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    graceid = values["graceid"]
    if graceid not in history.events:
        return False
    linked = history.linked(graceid, "linked_prefer")
    before = row["comment"].removeprefix("Removed ").partition(" ")[0]
    if before in history.events:
        linked += history.linked(before, "linked_unprefer")
    history.run.client.add_pipeline_preferred_event(told.new_id, history.run.shift.ids(graceid))
    history.took(told, row, [], linked)
    return True


def _unprefer(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    graceid = values["graceid"]
    if graceid not in history.events:
        return False
    linked = history.linked(graceid, "linked_unprefer")
    new = history.run.shift.ids(graceid)
    history.run.client.remove_pipeline_preferred_event(told.new_id, new)
    history.took(told, row, [], linked)
    return True


def _confirm(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    answer = history.run.client.confirm_superevent_as_gw(told.new_id).json()
    history.run.shift.ids.add(values["new"], answer["gw_id"])
    history.took(told, row, [])
    return True


def _permissions(action: str) -> Deed:
    def deed(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
        history.run.client.modify_permissions(told.new_id, action)
        history.took(told, row, [])
        return True

    return deed


# Both


def _add_label(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    label = values["label"]
    if not history.run.known_labels([label]):
        return False
    history.run.client.write_label(told.new_id, label)
    history.took(told, row, [])
    if told.made is not None:
        told.made.labels.append(label)
    return True


def _remove_label(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    history.run.client.remove_label(told.new_id, values["label"])
    history.took(told, row, [])
    if told.made is not None and values["label"] in told.made.labels:
        told.made.labels.remove(values["label"])
    return True


def _add_tag(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    number = told.numbers.get(int(values["number"]))
    if number is None:
        return False
    history.run.client.add_tag(told.new_id, number, values["tag"])
    history.took(told, row, [])
    return True


def _remove_tag(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    number = told.numbers.get(int(values["number"]))
    if number is None:
        return False
    history.run.client.remove_tag(told.new_id, number, values["tag"])
    history.took(told, row, [])
    return True


def _own_tag(history: History, told: Told, row: Row) -> list[Row]:
    """Give the entry of the tag that the server puts on some entries of its own, if it follows."""
    tags, entries = history.tags_at_once(told, row)
    return entries[:1] if tags[:1] == [_TAG] else []


def _signoff(verb: str) -> Deed:
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


def _create_voevent(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
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
    if not _on_v1(
        history, lambda client: client.create_voevent(told.new_id, old["voevent_type"], **arguments)
    ):
        return False
    history.took(told, row, entries)
    return True


def _kind_of(filename: str) -> str:
    """Give the kind of a VOEvent as the client takes it, from ``S220609hl-1-Preliminary.xml``."""
    name = filename.rpartition("-")[2].partition(".")[0].lower()
    return {"earlywarning": "early_warning"}.get(name, name)


def _on_v1(history: History, call: Callable[[Any], Any]) -> bool:
    """Make a call that v2 has retired; tell whether it could be made."""
    target = history.run.target
    try:
        call(target.v1 or target.client)
    except HTTPError as error:
        if error.response.status_code != _GONE:
            raise
        history.run.note("the target's API has neither VOEvents nor EM observations any more")
        return False
    return True


def _create_notice(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
    run, name = history.run, row["filename"]
    moved = run.file(told.archived, name, told.archived.read(name, row.get("file_version")))
    entries = _own_tag(history, told, row)
    run.client.create_notice(told.new_id, moved.name, filecontents=moved.content)
    history.took(told, row, entries)
    return True


def _create_emobservation(history: History, told: Told, row: Row, values: dict[str, Any]) -> bool:
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
    if not _on_v1(
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


DEEDS: dict[str, Deed] = {
    "replace_event": _replace_event,
    "update_superevent": _update_superevent,
    "add_event": _add_event,
    "remove_event": _remove_event,
    "prefer": _prefer,
    "unprefer": _unprefer,
    "confirm": _confirm,
    "expose": _permissions("expose"),
    "hide": _permissions("hide"),
    "add_label": _add_label,
    "remove_label": _remove_label,
    "add_tag": _add_tag,
    "remove_tag": _remove_tag,
    "create_signoff": _signoff("create"),
    "update_signoff": _signoff("update"),
    "delete_signoff": _signoff("delete"),
    "create_voevent": _create_voevent,
    "create_notice": _create_notice,
    "create_emobservation": _create_emobservation,
}
"""By the kind of an operation, what does it again and tells whether it could."""


# Afterwards


def reconcile(history: History, told: Told) -> None:
    """Make right what the log has not told: members, labels and times as they are in the end."""
    if told.is_superevent:
        if told.new_id is None:  # no entry of its log can be read
            history.run.pace.wait(_created(told))
            create_superevent(history, told, None, {})
        _reconcile_superevent(history, told)
    _reconcile_labels(history, told)


def _created(told: Told) -> int:
    from .making import created_at

    return created_at(told.archived.object)


def _reconcile_superevent(history: History, told: Told) -> None:
    run, old = history.run, told.archived.object
    new = run.client.superevent(told.new_id).json()
    there = {*new.get("gw_events", ()), *new.get("em_events", ())}
    for graceid in sorted((*old.get("gw_events", ()), *old.get("em_events", ()))):
        if graceid in history.events and run.shift.ids(graceid) not in there:
            run.client.add_event_to_superevent(told.new_id, run.shift.ids(graceid))
            run.note(f"{told.archived.id}: {graceid} is added, of which its log does not tell")
    changes: dict[str, Any] = {}
    preferred = run.shift.ids(old["preferred_event"])
    if preferred != new["preferred_event"]:
        changes["preferred_event"] = preferred
    for name in _TIMES:
        wanted = exact_number(repr(old[name]), run.shift.delta)
        if abs(float(wanted) - new[name]) > 1.5e-6:
            changes[name] = wanted
    if changes:
        run.client.update_superevent(told.new_id, **changes)
        said = ", ".join(changes)
        run.note(f"{told.archived.id}: {said} changed, of which its log does not tell")


def _reconcile_labels(history: History, told: Told) -> None:
    run, old = history.run, told.archived.object
    wanted = set(run.known_labels(list(old.get("labels") or ())))
    new = {row["name"] for row in run.client.labels(told.new_id).json()["labels"]}
    for label in sorted(wanted ^ new):
        try:
            if label in wanted:
                run.client.write_label(told.new_id, label)
            else:
                run.client.remove_label(told.new_id, label)
        except HTTPError as error:
            run.note(f"{told.archived.id}: the label {label}: {error.response.text}")
        else:
            done = "added" if label in wanted else "removed"
            run.note(f"{told.archived.id}: {label} is {done}, of which its log does not tell")


def compare(history: History, told: Told) -> list[str]:
    """Say where the new log is not that of the source: numbers, files, versions, tags."""
    if isinstance(told.archived, ArchivedEvent) and told.archived.mode == "pipeline":
        return []  # its archive has only the pipeline's uploads, numbered anew
    client, shift = history.run.client, history.run.shift
    found = {row["N"]: row for row in client.logs(told.new_id).json()["log"]}
    differences = []
    for old in told.rows:
        new = found.pop(old["N"], None)
        where = f"{told.archived.id} log {old['N']}"
        if new is None:
            differences.append(f"{where}: is not there")
            continue
        expected = _shown(old, shift.filename)
        for key, value in _shown(new, str).items():
            if value != expected[key]:
                differences.append(f"{where}: {key} {value!r} instead of {expected[key]!r}")
    differences += [
        f"{told.archived.id} log {number}: {row['comment'].strip()!r} is not in the source"
        for number, row in sorted(found.items())
    ]
    return differences


def _shown(row: Mapping[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    kind = operation(row)
    return {
        "what": kind.kind if kind is not None else name(row["comment"]).strip(),
        "file": name(row.get("filename") or ""),
        "file_version": row.get("file_version"),
        "tags": sorted(row.get("tag_names") or ()),
    }
