"""`validate`: whether a superevent came out right, and how long after t_0 everything was there."""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ligo.gracedb.exceptions import HTTPError

from ..archive.asking import status_of
from ..archive.names import is_gw_id, is_superevent_id
from ..errors import RegenerationError
from .checklist import CHECKLIST
from .instants import nanoseconds_of
from .latencies import Latency, latencies, notice_code

__all__ = ["Check", "Validation", "read_checklist", "validate"]

_DAY = 86400  # s
_NEEDS = ("events", "labels", "any_label", "files", "notices")


@dataclass(frozen=True)
class Check:
    """One check of the list: whether it applies, and what is missing."""

    name: str
    applies: bool
    problem: str = ""


@dataclass
class Validation:
    """What was found.

    Attributes
    ----------
    superevent_id : str
        Of which superevent.
    checks : list of Check
        In the order of the list.
    latencies : list of Latency
        In the order of the log.
    """

    superevent_id: str
    checks: list[Check] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)

    @property
    def failures(self) -> list[Check]:
        """The checks that failed."""
        return [one for one in self.checks if one.problem]

    def to_json(self) -> dict[str, Any]:
        """Give it for programs."""
        return {
            "superevent_id": self.superevent_id,
            "checks": [vars(one) for one in self.checks],
            "latencies": [vars(one) for one in self.latencies],
        }


def read_checklist(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a checklist of the user.

    Raises
    ------
    RegenerationError
        It is none; the message says why.
    """
    try:
        data = json.loads(Path(path).read_bytes())
    except ValueError as error:
        raise RegenerationError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("checks"), list):
        raise RegenerationError(f"{path}: a checklist is an object with `checks`, a list")
    for check in data["checks"]:
        needs = [key for key in _NEEDS if isinstance(check, dict) and key in check]
        if len(needs) != 1 or "name" not in check:
            raise RegenerationError(
                f"{path}: a check has a name and one of {', '.join(_NEEDS)}: {check}"
            )
    return data


@dataclass(frozen=True)
class _Seen:
    """What the server tells of a superevent."""

    superevent: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    logs: Sequence[Mapping[str, Any]]
    files: frozenset[str]
    notices: Mapping[str, int]
    checklist: Mapping[str, Any]

    @property
    def preferred(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.superevent["preferred_event_data"]
        return found

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self.superevent["labels"])


def validate(client: Any, id_: str, *, checklist: Mapping[str, Any] | None = None) -> Validation:
    """Check a superevent.

    Parameters
    ----------
    client : GraceDb
        Of any server or store.
    id_ : str
        Of a superevent, or of one of its events.
    checklist : mapping, optional
        As `CHECKLIST`, which None stands for.

    Raises
    ------
    RegenerationError
        There is no such object, or an event belongs to no superevent.
    """
    name = id_
    if not is_superevent_id(id_) and not is_gw_id(id_):
        name = _read(client.event, "event", id_).get("superevent")
        if not name:
            raise RegenerationError(f"{id_} belongs to no superevent")
    seen = _look(client, name, CHECKLIST if checklist is None else checklist)
    return Validation(
        seen.superevent["superevent_id"],
        [_checked(seen, check) for check in seen.checklist["checks"]],
        latencies(nanoseconds_of(seen.superevent["t_0"]), seen.logs),
    )


def _read(ask: Callable[[str], Any], kind: str, id_: str) -> Any:
    """Give the JSON of an object, which must be there."""
    try:
        return ask(id_).json()
    except HTTPError as error:
        if status_of(error) != 404:
            raise
        raise RegenerationError(f"there is no {kind} {id_}: the server answers 404") from error


def _look(client: Any, name: str, checklist: Mapping[str, Any]) -> _Seen:
    superevent = _read(client.superevent, "superevent", name)
    graceids = superevent.get("gw_events") or [superevent["preferred_event_data"]["graceid"]]
    logs = sorted(client.logs(name).json()["log"], key=lambda row: int(row["N"]))
    return _Seen(
        superevent=superevent,
        events=[client.event(graceid).json() for graceid in graceids],
        logs=logs,
        files=frozenset(client.files(name).json()),
        notices=_count_notices(client, name, logs),
        checklist=checklist,
    )


def _count_notices(client: Any, name: str, logs: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    """Count the notices of each kind: VOEvents, notices or alert files, of which there are most."""
    counts = [
        Counter(code for log in logs if (code := notice_code(log, suffix)) is not None)
        for suffix in (".avro", ".json")
    ]
    for rows, kind in (("voevents", "voevent_type"), ("notices", "notice_type")):
        with contextlib.suppress(HTTPError, AttributeError, KeyError, NotImplementedError):
            answer = getattr(client, rows)(name).json()
            counts.append(Counter(row[kind] for row in answer[rows]))
    xml = Counter(code for log in logs if (code := notice_code(log, ".xml")) is not None)
    counts.append(xml)
    return {code: max(count[code] for count in counts) for code in set().union(*counts)}


def _rated(seen: _Seen, rule: Mapping[str, Any]) -> bool:
    """Tell whether the preferred event is rare enough."""
    event, labels = seen.preferred, seen.labels | set(seen.preferred.get("labels") or ())
    if event.get("offline") or not labels.isdisjoint(rule.get("never_with", ())):
        return False
    if not labels.isdisjoint(rule.get("always_with", ())):
        return True
    fitting = _first_fitting(event, rule["rates"])
    far = event.get("far")
    if fitting is None or far is None:
        return False
    return float(far) * float(fitting["trials"]) <= 1 / (float(fitting["per_days"]) * _DAY)


def _first_fitting(
    event: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    for entry in entries:
        if all(entry[key] == event.get(key) for key in ("group", "search") if key in entry):
            return entry
    return None


def _applies(seen: _Seen, when: Mapping[str, Any]) -> bool:
    rule = seen.checklist.get("significant", CHECKLIST["significant"])
    rules = {"significant": rule, "publishable": seen.checklist.get("publishable", rule)}
    for key, value in when.items():
        if key in rules:
            holds = _rated(seen, rules[key]) == value
        elif key == "with_label":
            holds = not seen.labels.isdisjoint(value)
        elif key == "without_label":
            holds = seen.labels.isdisjoint(value)
        elif key in ("group", "search", "pipeline"):
            holds = seen.preferred.get(key) == value
        else:
            raise RegenerationError(f"the checklist has an unknown condition {key!r}")
        if not holds:
            return False
    return True


def _checked(seen: _Seen, check: Mapping[str, Any]) -> Check:
    name = check["name"]
    if not _applies(seen, check.get("when", {})):
        return Check(name, False)
    return Check(name, True, _problem(seen, check))


def _problem(seen: _Seen, check: Mapping[str, Any]) -> str:
    """Say what is missing; empty if nothing is."""
    if "events" in check:
        return "; ".join(filter(None, (_incomplete(seen, event) for event in seen.events)))
    if "labels" in check:
        return _missing("labels", [one for one in check["labels"] if one not in seen.labels])
    if "any_label" in check:
        there = not seen.labels.isdisjoint(check["any_label"])
        return "" if there else f"none of the labels {', '.join(check['any_label'])}"
    if "files" in check:
        pipeline = str(seen.preferred.get("pipeline", "")).lower()
        # pipelines write their own name in their own way
        there_are = {one.lower() for one in seen.files}
        wanted = [one.format(pipeline=pipeline) for one in check["files"]]
        return _missing("files", [one for one in wanted if one.lower() not in there_are])
    problems = []
    for code, limits in check["notices"].items():
        count = seen.notices.get(code, 0)
        if not limits.get("least", 0) <= count <= limits.get("most", count):
            problems.append(f"{count} notice{'' if count == 1 else 's'} {code}")
    return "; ".join(problems)


def _missing(what: str, names: Sequence[str]) -> str:
    return f"missing {what}: {', '.join(names)}" if names else ""


def _incomplete(seen: _Seen, event: Mapping[str, Any]) -> str:
    entry = _first_fitting(event, seen.checklist.get("complete", CHECKLIST["complete"]))
    labels = event.get("labels") or ()
    missing = [one for one in (entry or {}).get("labels", ()) if one not in labels]
    return f"{event['graceid']} lacks {', '.join(missing)}" if missing else ""
