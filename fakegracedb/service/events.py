"""Events: created from an uploaded file, replaced, read."""

from __future__ import annotations

import hashlib
import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .. import ingest
from ..documents import Event
from ..errors import ApiError
from ..identifiers import graceid, graceid_letter, is_content_id
from ..store import Store, Transaction, View
from ..store.layout import event_folder
from ..vocabulary import Vocabulary
from . import labels, logs
from .access import Caller, find_event, new_permissions, refuse
from .files import COMMA
from .outcome import Outcome

__all__ = ["NewEvent", "Upload", "create", "one", "replace_data", "replaceable", "upload_errors"]

_REQUIRED = "This field is required."
_EMPTY = "The submitted file is empty."
_NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded event file: its base name and its bytes."""

    filename: str
    content: bytes | memoryview


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What a user sends to create an event; None where a field was missing.

    Attributes
    ----------
    group, pipeline, search : str or None
        Names.
    labels : tuple of str
        To be applied.
    offline : bool
        Found by an offline search.
    upload : Upload or None
        The event file.
    replay_id, content_id : str or None
        As sent; a malformed one is dropped.
    fields : mapping
        What only some pipelines' files need beside them.
    """

    group: str | None = None
    pipeline: str | None = None
    search: str | None = None
    labels: tuple[str, ...] = ()
    offline: bool = False
    upload: Upload | None = None
    replay_id: str | None = None
    content_id: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


# Creation


def create(store: Store, caller: Caller, new: NewEvent) -> Outcome[tuple[Event, list[str]]]:
    """Create an event from an uploaded file; give it with the warnings.

    Raises
    ------
    ApiError
        400 or 403 for what is refused before there is an event.

    Notes
    -----
    A file that cannot be read is never an error: the event stays, with a warning and without its
    labels.
    """
    names = store.read(lambda view: view.vocabulary)
    _check(names, caller, new)
    group, pipeline, upload = new.group, new.pipeline, new.upload
    assert group is not None
    assert pipeline is not None
    assert upload is not None
    search = new.search or None
    reading = ingest.read(  # before the lock: it may take a while
        ingest.Upload(upload.filename, upload.content, pipeline, group, search, new.fields)
    )
    if reading.refusal is not None:
        raise _not_created(reading.refusal)
    warnings: list[str] = []
    replay_id = new.replay_id
    if replay_id is not None and not re.fullmatch(names.settings.replay_id_regex, replay_id):
        warnings.append(
            f"Ignored a malformed replay_id {replay_id!r}: "
            "it may have up to 30 characters of A-Z a-z 0-9 _ -"
        )
        replay_id = None
    with store.transaction("POST events/", caller.name) as tx:
        number = tx.new_number()
        event = Event(
            graceid=graceid(graceid_letter(group, pipeline, search), number),
            submitter=caller.name,
            created=tx.timestamp(),
            group=group,
            pipeline=pipeline,
            search=search,
            offline=new.offline,
            extra_attributes=_empty_attributes(names, pipeline),
            replay_id=replay_id,
            content_id=_content_id(new),
            permissions=new_permissions(search, names),
        )
        tx.put_event(event)
        _store_original(tx, caller, event, upload)
        event = _take(tx, caller, event, reading, reading.values)
        warnings += reading.warnings
        failure = reading.failure
        if failure is None:
            event, failure = _label(tx, caller, event, new.labels)
        if failure is not None:
            warnings.append(f"Problem scanning data. No alert issued ({failure})")
        return Outcome((event, warnings))


def _check(names: Vocabulary, caller: Caller, new: NewEvent) -> None:
    """Refuse what cannot become an event, in the server's order of checks."""
    pipeline = names.pipeline(new.pipeline) if new.pipeline else None
    if new.pipeline in names.deprecated_pipelines:
        raise ApiError(
            400,
            f"The {new.pipeline} pipeline is no longer supported in GraceDB. "
            "Please use another pipeline.",
            plain=True,
        )
    if new.pipeline in names.unapproved_pipelines:
        raise ApiError(
            400,
            f"The {new.pipeline} pipeline is not approved to upload to GraceDB. "
            "Please ask for its review first.",
            plain=True,
        )
    if new.group == "Test" and not caller.internal:
        raise refuse()
    if new.group != "Test" and new.pipeline is not None:
        if pipeline is None:
            raise ApiError(400, {"error": "Please provide a valid pipeline."})
        if caller.user is None or not caller.user.may_upload(pipeline.name):
            raise ApiError(403, "You don't have permission on this pipeline.", plain=True)
        if not pipeline.enabled and new.search != "MDC":
            raise ApiError(
                400,
                f"The {pipeline.name} pipeline has been temporarily disabled by an EM advocate "
                "due to suspected misbehavior.",
                plain=True,
            )
    if errors := _form_errors(names, new):
        raise ApiError(400, {"errors": errors})
    assert new.upload is not None
    filename = new.upload.filename
    problem = COMMA if "," in filename else logs.name_problem(filename)
    if problem is not None:
        raise _not_created(problem)


def _not_created(reason: str) -> ApiError:
    return ApiError(400, {"warnings": [f"Problem creating event ({reason})"]})


def _form_errors(names: Vocabulary, new: NewEvent) -> list[str]:
    errors = []
    for name, value, choices in (
        ("group", new.group, names.groups),
        ("pipeline", new.pipeline, [pipeline.name for pipeline in names.pipelines]),
    ):
        if not value:
            errors.append(f"{name}: * {_REQUIRED}")
        elif value not in choices:
            errors.append(f"{name}: * {_NO_CHOICE}")
    if new.search and new.search not in names.searches:
        errors.append(f"search: * {_NO_CHOICE}")
    for label in new.labels:
        if names.label(label) is None:
            errors.append(
                f"labels: * Select a valid choice. {label} is not one of the available choices."
            )
            break
    return errors + upload_errors(new.upload)


def upload_errors(upload: Upload | None) -> list[str]:
    """Say what is wrong with an event file before anybody looks into it."""
    if upload is None:
        return [f"eventFile: * {_REQUIRED}"]
    if not len(upload.content):
        return [f"eventFile: * {_EMPTY}"]
    return []


def _empty_attributes(names: Vocabulary, pipeline: str) -> dict[str, Any]:
    from ..documents.attributes import empty

    entry = names.pipeline(pipeline)
    return empty(entry.extra_attributes_key if entry is not None else None)


def _content_id(new: NewEvent) -> str:
    if new.content_id is not None and is_content_id(new.content_id):
        return new.content_id.lower()
    assert new.upload is not None
    return str(uuid.UUID(bytes=hashlib.sha256(new.upload.content).digest()[:16]))


def _store_original(tx: Transaction, caller: Caller, event: Event, upload: Upload) -> None:
    folder = event_folder(event.graceid)
    version = tx.write_file(folder, upload.filename, upload.content).version
    comment = "Event data replaced by new upload" if version else "Original Data"
    logs.write(tx, folder, caller.name, comment, upload.filename, version)


def _take(
    tx: Transaction,
    caller: Caller,
    event: Event,
    reading: ingest.Reading,
    values: Mapping[str, Any],
) -> Event:
    """Take over what was read from an event file: files, log entries, values."""
    folder = event_folder(event.graceid)
    for name, content in reading.files:
        tx.write_file(folder, name, content)
    for entry in reading.logs:
        logs.write(tx, folder, caller.name, entry.comment, entry.filename, entry.file_version)
    if values or reading.attributes or reading.updates:
        event = replace(
            event,
            **_finite_likelihood(tx, values),
            extra_attributes=reading.merged(event.extra_attributes),
        )
        tx.put_event(event)
    return event


def _finite_likelihood(tx: Transaction, values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace an infinite likelihood by the largest one there is, as the server does."""
    likelihood = values.get("likelihood")
    if likelihood is None or not math.isinf(likelihood):
        return dict(values)
    others = [
        event.likelihood
        for event in map(tx.peek, tx.graceids())
        if event is not None and event.likelihood is not None and math.isfinite(event.likelihood)
    ]
    return {**values, "likelihood": max(others, default=None)}


def _label(
    tx: Transaction, caller: Caller, event: Event, wanted: tuple[str, ...]
) -> tuple[Event, str | None]:
    """Apply the labels in the order of the server's own table; a refused one ends it."""
    for label in sorted(set(wanted), key=tx.vocabulary.label_rank):
        try:
            event = labels.apply(tx, caller, event, label)
        except ApiError as error:
            return event, str(error.body)
    return event, None


# Replacement


def replace_data(store: Store, caller: Caller, asked: str, upload: Upload | None) -> Outcome[Event]:
    """Read an event anew from another file; only the submitter may.

    Notes
    -----
    Warnings are dropped and labels stay, as on the server. A file that cannot be read is an error
    here, although its version, its log entry and what had been read of it are kept.
    """
    current = store.read(lambda view: replaceable(view, caller, asked))
    if errors := upload_errors(upload):
        raise ApiError(400, {"errors": errors})
    assert upload is not None
    problem = COMMA if "," in upload.filename else logs.name_problem(upload.filename)
    if problem is not None:
        raise ApiError(500, {"error": problem})
    reading = ingest.read(
        ingest.Upload(
            upload.filename,
            upload.content,
            current.pipeline,
            current.group,
            current.search,
            replaces=True,
        )
    )
    with store.transaction(f"PUT events/{asked}", caller.name) as tx:
        event = replaceable(tx, caller, asked)
        _store_original(tx, caller, event, upload)
        failed = reading.failure is not None and reading.fatal
        values = reading.values if failed else {**reading.values, **reading.unsaved}
        event = _take(tx, caller, event, reading, values)
        return Outcome(event, ApiError(500, {"error": reading.failure}) if failed else None)


def replaceable(view: View, caller: Caller, asked: str) -> Event:
    """Give an event whose data the caller may replace.

    Raises
    ------
    ApiError
        403 for anybody but the submitter, beside what `find_event` raises.
    """
    event = find_event(view, caller, asked, change=True)
    if event.submitter != caller.name:
        raise ApiError(
            403,
            f"You did not create this event. You ({caller.name}) Them ({event.submitter})",
            plain=True,
        )
    return event


# Reading


def one(view: View, caller: Caller, asked: str) -> Event:
    """Give an event."""
    return find_event(view, caller, asked)
