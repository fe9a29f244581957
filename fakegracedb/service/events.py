"""Events: created from an uploaded file, replaced, read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .. import ingest
from ..documents import Event
from ..errors import ApiError
from ..identifiers import graceid, graceid_letter, is_content_id
from ..store import Store, Transaction, View
from ..vocabulary import Vocabulary
from . import uploads
from .access import Caller, find_event, new_permissions, refuse
from .alerts import tell
from .outcome import Outcome
from .uploads import Upload

__all__ = [
    "NewEvent",
    "choice_errors",
    "create",
    "may_upload",
    "new_event",
    "refuse_pipeline",
    "replace_data",
    "replaceable",
    "well_formed",
]

_NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."


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
        raise uploads.not_created(reading.refusal)
    warnings: list[str] = []
    if not well_formed(names, new.replay_id):
        warnings.append(
            f"Ignored a malformed replay_id {new.replay_id!r}: "
            "it may have up to 30 characters of A-Z a-z 0-9 _ -"
        )
        new = replace(new, replay_id=None)
    with store.transaction("POST events/", caller.name) as tx:
        event = new_event(tx, caller, new)
        event, more = uploads.complete(tx, caller, event, upload, reading, new.labels)
        return Outcome((event, warnings + more))


def well_formed(names: Vocabulary, replay_id: str | None) -> bool:
    """Whether a replay id can be; none at all can."""
    return replay_id is None or re.fullmatch(names.settings.replay_id_regex, replay_id) is not None


def new_event(tx: Transaction, caller: Caller, new: NewEvent, *, reserved: bool = False) -> Event:
    """Make an event that has no data yet, with the next number."""
    group, pipeline, search = new.group, new.pipeline, new.search or None
    assert group is not None
    assert pipeline is not None
    number = tx.new_number()
    event = Event(
        graceid=graceid(graceid_letter(group, pipeline, search), number),
        submitter=caller.name,
        created=tx.timestamp(),
        group=group,
        pipeline=pipeline,
        search=search,
        offline=new.offline,
        extra_attributes=_empty_attributes(tx.vocabulary, pipeline),
        replay_id=new.replay_id,
        content_id=_content_id(new),
        permissions=new_permissions(search, tx.vocabulary),
        reserved=reserved,
    )
    tx.put_event(event)
    return event


def _check(names: Vocabulary, caller: Caller, new: NewEvent) -> None:
    """Refuse what cannot become an event, in the server's order of checks."""
    refuse_pipeline(names, new)
    may_upload(names, caller, new)
    errors = choice_errors(names, new) + uploads.label_errors(names, new.labels)
    if errors := errors + uploads.upload_errors(new.upload):
        raise ApiError(400, {"errors": errors})
    assert new.upload is not None
    if (problem := uploads.name_problem(new.upload)) is not None:
        raise uploads.not_created(problem)


def refuse_pipeline(names: Vocabulary, new: NewEvent) -> None:
    """Refuse the pipelines that the server takes nothing from any more, or not yet."""
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


def may_upload(names: Vocabulary, caller: Caller, new: NewEvent) -> None:
    """Refuse a caller who may not upload events of a group and pipeline."""
    pipeline = names.pipeline(new.pipeline) if new.pipeline else None
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


def choice_errors(names: Vocabulary, new: NewEvent) -> list[str]:
    """Say which of group, pipeline and search there are not."""
    errors = []
    for name, value, choices in (
        ("group", new.group, names.groups),
        ("pipeline", new.pipeline, [pipeline.name for pipeline in names.pipelines]),
    ):
        if not value:
            errors.append(f"{name}: * {uploads.REQUIRED}")
        elif value not in choices:
            errors.append(f"{name}: * {_NO_CHOICE}")
    if new.search and new.search not in names.searches:
        errors.append(f"search: * {_NO_CHOICE}")
    return errors


def _empty_attributes(names: Vocabulary, pipeline: str) -> dict[str, Any]:
    from ..documents.attributes import empty

    entry = names.pipeline(pipeline)
    return empty(entry.extra_attributes_key if entry is not None else None)


def _content_id(new: NewEvent) -> str | None:
    if new.content_id is not None and is_content_id(new.content_id):
        return new.content_id.lower()
    return None if new.upload is None else uploads.content_id(new.upload)


# Replacement


def replace_data(store: Store, caller: Caller, asked: str, upload: Upload | None) -> Outcome[Event]:
    """Read an event anew from another file; only the submitter may.

    Notes
    -----
    Warnings are dropped and labels stay, as on the server. A file that cannot be read is an error
    here, although its version, its log entry and what had been read of it are kept.
    """
    current = store.read(lambda view: replaceable(view, caller, asked))
    if errors := uploads.upload_errors(upload):
        raise ApiError(400, {"errors": errors})
    assert upload is not None
    if (problem := uploads.name_problem(upload)) is not None:
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
        uploads.store_original(tx, caller, event, upload)
        failed = reading.failure is not None and reading.fatal
        values = reading.values if failed else {**reading.values, **reading.unsaved}
        event = uploads.take(tx, caller, event, reading, values)
        if not failed:
            tell(tx, caller, "update", event)
        return Outcome(event, ApiError(500, {"error": reading.failure}) if failed else None)


def replaceable(view: View, caller: Caller, asked: str) -> Event:
    """Give an event whose data the caller may replace.

    Raises
    ------
    ApiError
        403 for anybody but the submitter, beside what `find_event` raises; 400 for an event that
        is only reserved.
    """
    event = find_event(view, caller, asked, change=True)
    if event.submitter != caller.name:
        raise ApiError(
            403,
            f"You did not create this event. You ({caller.name}) Them ({event.submitter})",
            plain=True,
        )
    if event.reserved:
        raise ApiError(400, f"Event {event.graceid} has not been uploaded yet")
    return event
