"""After a history: what no entry told is made right, and logs are compared with the source's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ligo.gracedb.exceptions import HTTPError

from ..archive import ArchivedEvent
from ..archive.archived import permission_groups, permission_rights
from ..archive.endpoints import below
from .deeds import create_superevent
from .entries import operation
from .instants import exact_number
from .making import created_at

if TYPE_CHECKING:
    from .history import History, Told

__all__ = ["compare", "reconcile"]

_TIMES = ("t_start", "t_0", "t_end")


def reconcile(history: History, told: Told) -> None:
    """Make right what the log has not told: members, labels and times as they are in the end."""
    if told.is_superevent:
        if told.new_id is None:  # no entry of its log can be read
            history.run.pace.wait(created_at(told.archived.object))
            create_superevent(history, told, None, {})
        _reconcile_superevent(history, told)
    else:
        _reconcile_permissions(history, told)
        if told.archived.rows("signoffs"):
            history.run.note(f"{told.archived.id}: no server takes signoffs on an event any more")
    _reconcile_labels(history, told)


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


def _reconcile_permissions(history: History, told: Told) -> None:
    """Let user groups have the permissions on an event that they have at the source."""
    event = told.archived
    if not isinstance(event, ArchivedEvent) or "permissions" not in event.answers:
        return
    client = history.run.client
    link = below(client.event(told.new_id).json()["links"]["self"], "perms/")
    try:
        there = client.get(link).json()
        new = {(group, right) for group in permission_groups(there)
               for right in permission_rights(client.get(f"{link}{group}/").json())}  # fmt: skip
        for group, right in sorted(new ^ set(event.permissions)):
            change = client.delete if (group, right) in new else client.put
            change(f"{link}{group}/{right}")
    except HTTPError as error:
        refused = f"{error.response.status_code} {error.response.text}"
        history.run.note(f"{event.id}: permissions on it are not those of it: {refused}")


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
