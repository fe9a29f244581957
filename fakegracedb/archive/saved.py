"""Answers of a server that somebody has saved in files of their own: which is what, and of whom."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import ArchiveError
from ..identifiers import split_version
from .archived import Archived, ArchivedEvent, ArchivedFile, ArchivedSuperevent
from .conversion import told_events
from .description import pipeline_uploads
from .names import is_id

__all__ = ["read_saved"]

_LINK = re.compile(r"/(?:super)?events/([A-Za-z0-9-]+)/([a-z_]+)/?")
# What stands behind the id in the links of an answer, and the name of that.
_NAMES = {
    "log": "logs",
    "logs": "logs",
    "labels": "labels",
    "files": "files",
    "tag": "tags",
    "voevent": "voevents",
    "voevents": "voevents",
    "emobservation": "emobservations",
    "emobservations": "emobservations",
    "embb": "embb",
    "signoff": "signoffs",
    "signoffs": "signoffs",
    "perms": "permissions",
    "permissions": "permissions",
    "notices": "notices",
    "events": "events",
    "pipeline_preferred_events": "pipeline_preferred_events",
}
_KEYS = {
    "log": "logs",
    "logs": "logs",
    "labels": "labels",
    "voevents": "voevents",
    "observations": "emobservations",
    "embblog": "embb",
    "signoffs": "signoffs",
    "permissions": "permissions",
    "notices": "notices",
}


@dataclass(slots=True)
class _Found:
    """What was found so far, by id."""

    objects: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    loose: list[tuple[str, Any]] = field(default_factory=list)  # answers that do not say of whom
    files: list[Path] = field(default_factory=list)
    places: list[Path] = field(default_factory=list)  # of the answers


def read_saved(paths: Iterable[Path]) -> list[Archived]:
    """Read the events and superevents of which some files tell.

    Parameters
    ----------
    paths : iterable of Path
        Answers in JSON, in any order and under any name, and files that were downloaded, under
        their own names with or without a version. Folders are passed over.

    Returns
    -------
    list of Archived
        Superevents with their events, then events that belong to none of them.

    Raises
    ------
    ArchiveError
        What looks like an answer is not of its form.
    """
    found = _Found()
    for path in paths:
        if not path.is_file():
            continue
        data = _json(path)
        if data is None or not _take(found, data, path):
            found.files.append(path)
        else:
            found.places.append(path)
    if len(found.objects) == 1:
        (only,) = found.objects
        for name, answer in found.loose:
            found.answers.setdefault(only, {}).setdefault(name, answer)
    files = _placed(found)
    try:
        return _assembled(found, files)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        where = ", ".join(map(str, found.places[:3]))
        raise ArchiveError(
            f"{where}: something in it is not of the form of a server's answers: {error!r}"
        ) from error


def _json(path: Path) -> Any:
    if path.suffix.lower() != ".json":
        return None
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None


def _take(found: _Found, data: Any, path: Path) -> bool:
    """Take in what is an answer of a server; tell whether it is."""
    if isinstance(data, list):
        if data and _is_log(data[0]):
            return _take(found, {"log": data}, path)
        taken = [_take(found, one, path) for one in data]  # all of them, whatever one is
        return bool(taken) and all(taken)
    if not isinstance(data, Mapping):
        return False
    if "superevent_id" in data and "t_0" in data and "t_start" in data:
        found.objects[data["superevent_id"]] = data
        return True
    if "graceid" in data and "pipeline" in data and "submitter" in data:
        found.objects[data["graceid"]] = data
        return True
    if "alert_type" in data and isinstance(data.get("object"), Mapping):
        return _take(found, data["object"], path)  # as it was when the alert was sent
    if data and all(_is_object(value) for value in data.values()):  # by their ids
        return _take(found, list(data.values()), path)
    for key in ("superevents", "events"):
        rows = data.get(key)
        if isinstance(rows, list) and rows and "created" in rows[0]:
            return _take(found, rows, path)
    owner, name = _of_whom(data)
    if name is None:
        name = next((_KEYS[key] for key in _KEYS if isinstance(data.get(key), list)), None)
        if name is None:
            return False
    if owner is None:
        owner = next((part for part in reversed(path.parts[:-1]) if is_id(part)), None)
    if owner is None:
        found.loose.append((name, data))
    else:
        found.answers.setdefault(owner, {})[name] = data
    return True


def _is_object(data: Any) -> bool:
    return isinstance(data, Mapping) and ("superevent_id" in data or "graceid" in data)


def _is_log(data: Any) -> bool:
    return isinstance(data, Mapping) and {"N", "comment", "issuer"} <= data.keys()


def _of_whom(answer: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Give the id and the name of an answer, as its links tell them."""
    for link in _links(answer):
        matched = _LINK.search(link)
        if matched and matched[2] in _NAMES:
            return matched[1], _NAMES[matched[2]]
    return None, None


def _links(answer: Mapping[str, Any]) -> Iterator[str]:
    links = answer.get("links")
    for one in links if isinstance(links, list) else [links]:
        if isinstance(one, Mapping) and isinstance(one.get("self"), str):
            yield one["self"]
    for value in answer.values():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            row = value[0].get("self")
            if isinstance(row, str):
                yield row
    values = list(answer.values())
    if values and all(isinstance(value, str) and "/files/" in value for value in values):
        yield values[0]  # v1 lists files without saying so


def _placed(found: _Found) -> dict[str, list[Path]]:
    """Find whose each file is: a folder above it has the id, or there is one object on top."""
    tops = [one for one, answer in found.objects.items() if "superevent_id" in answer]
    candidates = tops or list(found.objects)
    top = candidates[0] if len(candidates) == 1 else None
    placed: dict[str, list[Path]] = {}
    for path in found.files:
        named = [part for part in path.parts[:-1] if part in found.objects]
        owner = named[-1] if named else top
        if owner is not None:
            placed.setdefault(owner, []).append(path)
    return placed


def _assembled(found: _Found, files: Mapping[str, list[Path]]) -> list[Archived]:
    events: dict[str, ArchivedEvent] = {}
    superevents: list[ArchivedSuperevent] = []
    for id_, answer in found.objects.items():
        answers = {"object": answer, **found.answers.get(id_, {})}
        # files are read where they lie: the folder is the root of the paths
        members: dict[str, Any] = {"id": id_, "answers": answers, "folder": Path("/")}
        if "superevent_id" in answer:
            answers |= found.answers.get(answer.get("gw_id") or "", {})
            one = ArchivedSuperevent(**members, partial="gw_events" not in answer)
            superevents.append(replace(one, files=_read(one, files.get(id_, ()))))
        else:
            event = ArchivedEvent(**members, partial="logs" not in answers)
            event = replace(event, files=_read(event, files.get(id_, ())))
            uploads = pipeline_uploads(answer["submitter"], event.logs)
            events[id_] = replace(event, uploads=uploads)
    whole: list[Archived] = []
    taken: set[str] = set()
    for one in superevents:
        there = {**one.object}
        ids = [*(there.get("gw_events") or ()), *(there.get("em_events") or ())]
        ids += [event.id for event in told_events(one)]
        mine = [events[graceid] for graceid in dict.fromkeys(ids) if graceid in events]
        taken.update(event.id for event in mine)
        whole.append(replace(one, events=tuple(sorted(mine, key=lambda e: (len(e.id), e.id)))))
    return [*whole, *(event for graceid, event in events.items() if graceid not in taken)]


def _read(archived: Archived, paths: Iterable[Path]) -> tuple[ArchivedFile, ...]:
    """Give the files of an object; without a version it is the newest that is told of."""
    found = []
    for path in paths:
        name, version = split_version(path.name)
        if version is None:
            told = [one.get("file_version") for one in archived.logs if one.get("filename") == name]
            version = max((one for one in told if isinstance(one, int)), default=0)
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        blob = path.absolute().relative_to("/").as_posix()
        found.append(ArchivedFile(name, version, len(content), digest, blob))
    return tuple(sorted(found, key=lambda one: (one.name, one.version)))
