"""The superevent read back and compared: by a member of the collaboration, and by the public."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import FakeGraceDb
from ..output import counted
from .comparisons import Comparisons
from .expected import ExpectedSuperevent
from .reading import Reading

__all__ = ["has_notices", "of_member", "of_public", "resource"]

_SINGLE = ("ifo", "end_time", "end_time_ns")  # what the public sees of a single trigger
_NOTICE = ("notice_type", "file_version", "created", "issuer", "filename", "N", "links")


def has_notices(client: FakeGraceDb) -> bool:
    """Whether the server knows notices."""
    return "superevent-notice-list-template" in client.templates


def _notices(client: FakeGraceDb, name: str) -> list[dict[str, Any]]:
    found = client.notices(name).json()["notices"] if has_notices(client) else []
    return list(found)


def resource(
    client: FakeGraceDb,
    must: ExpectedSuperevent,
    event: Mapping[str, Any],
    comparisons: Comparisons,
    *,
    public: bool = False,
) -> dict[str, Any]:
    """Read the superevent itself, compare it, and give it.

    Parameters
    ----------
    client : FakeGraceDb
        Who reads.
    must : ExpectedSuperevent
        What must be there.
    event : mapping
        Its preferred event, as a member of the collaboration sees it now.
    comparisons : Comparisons
        Which count.
    public : bool
        Whether the reader shows no credentials.
    """
    superevent: dict[str, Any] = client.superevent(must.name).json()
    of = f"{must.name} for the public" if public else must.name
    comparisons.compare_members(of, must.members, superevent)
    comparisons.compare(f"labels in {of}", must.labels, sorted(superevent["labels"]))
    links = superevent["links"]
    if public:
        shown = [name for name in must.insiders if name in superevent]
        shown += ["links.events"] if "events" in links else []
        comparisons.compare(f"what {of} must not show", [], shown)
        event = _cut(event)
    else:
        comparisons.compare_members(of, must.insiders, superevent)
    comparisons.compare_members(of, {"preferred_event_data": event}, superevent)
    return superevent


def _cut(event: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the public sees of an event: of its tables, where the single triggers were."""
    rows = event["extra_attributes"].get("SingleInspiral")
    tables = {}
    if rows is not None:
        tables["SingleInspiral"] = [{name: row[name] for name in _SINGLE} for row in rows]
    return {**event, "extra_attributes": tables}


def of_member(
    client: FakeGraceDb,
    must: ExpectedSuperevent,
    event: Mapping[str, Any],
    comparisons: Comparisons,
) -> tuple[str, dict[str, Any]]:
    """Compare all that a member of the collaboration sees; tell what that was, and give it."""
    name, compare = must.name, comparisons.compare
    reading = Reading(client, must, comparisons)
    superevent = resource(client, must, event, comparisons)
    facts: dict[str, Any] = {
        "superevent": superevent,
        "log": reading.log(),
        "labels": reading.labels(),
        "files": reading.files(),
        "signoffs": client.signoffs(name).json()["signoffs"],
        "permissions": client.permissions(name).json()["permissions"],
        "notices": _notices(client, name),
    }
    for listed in ("signoffs", "permissions", "notices"):
        compare(f"{listed} of {name}", getattr(must, listed), facts[listed])
    row = {"self": event["links"]["self"], "graceid": event["graceid"]}
    events = client.get(superevent["links"]["events"]).json()["events"]
    compare(f"events of {name}", [row], events)
    compare(f"superevents found by {name!r}", [superevent], list(client.superevents(name)))
    told = (
        f"{_told(facts)}, {counted(len(facts['signoffs']), 'signoff')}, "
        f"{counted(len(facts['permissions']), 'permission')}, a search"
    )
    return told, facts


def of_public(
    client: FakeGraceDb,
    must: ExpectedSuperevent,
    event: Mapping[str, Any],
    comparisons: Comparisons,
) -> tuple[str, dict[str, Any]]:
    """Compare all that a reader without credentials sees, likewise."""
    name, graceid = must.name, event["graceid"]
    with client.as_user(None) as anybody:
        reading = Reading(anybody, must, comparisons, public=True)
        facts: dict[str, Any] = {
            "superevent": resource(anybody, must, event, comparisons, public=True),
            "log": reading.log(),
            "labels": reading.labels(),
            "files": reading.files(),
            "notices": _notices(anybody, name),
        }
        brief = [{key: notice[key] for key in _NOTICE} for notice in must.notices]
        comparisons.compare(f"notices of {reading.of}", brief, facts["notices"])
        for what, status, call in (
            (f"{graceid} for the public", 403, lambda: anybody.event(graceid)),
            (f"signoffs of {reading.of}", 403, lambda: anybody.signoffs(name)),
            (f"a label by the public on {name}", 403, lambda: anybody.write_label(name, "DQV")),
        ):
            comparisons.refused(what, status, call)
    return _told(facts), facts


def _told(facts: Mapping[str, Any]) -> str:
    return (
        f"{counted(len(facts['log']), 'log entry', 'log entries')}, "
        f"{counted(len(facts['files']), 'file version')}, "
        f"{counted(len(facts['labels']), 'label')}, "
        f"{counted(len(facts['notices']), 'notice')}"
    )
