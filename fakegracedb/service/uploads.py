"""An uploaded event file: checked, stored, and what was read from it taken over by its event."""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .. import ingest
from ..documents import Event
from ..errors import ApiError
from ..store import Transaction
from ..store.layout import event_folder
from ..stretches import Content, pieces
from ..vocabulary import Vocabulary
from . import labels, logs
from .access import Caller
from .alerts import tell
from .files import COMMA

__all__ = [
    "REQUIRED",
    "Upload",
    "complete",
    "content_id",
    "label_errors",
    "name_problem",
    "not_created",
    "store_original",
    "take",
    "upload_errors",
]

REQUIRED = "This field is required."
_EMPTY = "The submitted file is empty."


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded event file: its base name and its bytes."""

    filename: str
    content: Content


def upload_errors(upload: Upload | None) -> list[str]:
    """Say what is wrong with an event file before anybody looks into it."""
    if upload is None:
        return [f"eventFile: * {REQUIRED}"]
    if not len(upload.content):
        return [f"eventFile: * {_EMPTY}"]
    return []


def label_errors(names: Vocabulary, wanted: tuple[str, ...]) -> list[str]:
    """Say which label to be applied is none."""
    for label in wanted:
        if names.label(label) is None:
            return [
                f"labels: * Select a valid choice. {label} is not one of the available choices."
            ]
    return []


def name_problem(upload: Upload) -> str | None:
    """Say why an event file cannot have its name, None if it can."""
    return COMMA if "," in upload.filename else logs.name_problem(upload.filename)


def not_created(reason: str) -> ApiError:
    """Give the answer to an upload of which nothing is kept."""
    return ApiError(400, {"warnings": [f"Problem creating event ({reason})"]})


def content_id(upload: Upload) -> str:
    """Give the content id of a file: a UUID made of its bytes."""
    digest = hashlib.sha256()
    for piece in pieces(upload.content):
        digest.update(piece)
    return str(uuid.UUID(bytes=digest.digest()[:16]))


def complete(
    tx: Transaction,
    caller: Caller,
    event: Event,
    upload: Upload,
    reading: ingest.Reading,
    wanted: tuple[str, ...],
) -> tuple[Event, list[str]]:
    """Give an event that has been made its data, log entries and labels; and the warnings.

    Notes
    -----
    A file that cannot be read is never an error: the event stays, with a warning and without its
    labels.
    """
    store_original(tx, caller, event, upload)
    event = take(tx, caller, event, reading, reading.values)
    warnings = list(reading.warnings)
    failure = reading.failure
    if failure is None:
        tell(tx, caller, "new", event)
        event, failure = _label(tx, caller, event, wanted)
    if failure is not None:
        warnings.append(f"Problem scanning data. No alert issued ({failure})")
    return event, warnings


def store_original(tx: Transaction, caller: Caller, event: Event, upload: Upload) -> None:
    """Store an event file and write the entry that tells of it."""
    folder = event_folder(event.graceid)
    version = tx.write_file(folder, upload.filename, upload.content).version
    comment = "Event data replaced by new upload" if version else "Original Data"
    logs.write(tx, folder, caller.name, comment, upload.filename, version)


def take(
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
            **_finite_likelihood(tx, event, values),
            extra_attributes=reading.merged(event.extra_attributes),
        )
        tx.put_event(event)
    return event


def _finite_likelihood(tx: Transaction, event: Event, values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace an infinite likelihood of a coincidence by the largest one there is.

    Notes
    -----
    As the server does; it leaves those of other pipelines as they are.
    """
    likelihood = values.get("likelihood")
    if likelihood is None or not math.isinf(likelihood):
        return dict(values)
    if event.pipeline not in tx.vocabulary.coinc_pipelines:
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
