"""Graceids that are reserved before there is a file, and the upload that makes them events."""

from __future__ import annotations

from dataclasses import replace

from .. import ingest
from ..documents import Event
from ..errors import ApiError
from ..store import Store, View
from . import events, uploads
from .access import Caller, find_event
from .alerts import tell
from .uploads import Upload

__all__ = ["reserve", "upload"]


def reserve(store: Store, caller: Caller, new: events.NewEvent) -> Event:
    """Give a graceid away; lists and searches leave it out until its file is uploaded.

    Raises
    ------
    ApiError
        400 for a group, pipeline or search that there is not, and for a malformed replay id; 403
        for those who may not create such an event.
    """
    names = store.read(lambda view: view.vocabulary)
    events.refuse_pipeline(names, new)
    errors = events.choice_errors(names, new)
    if not events.well_formed(names, new.replay_id):
        errors.append("replay_id: * Enter up to 30 characters of A-Z a-z 0-9 _ -")
    if errors:
        raise ApiError(400, {"errors": errors})
    events.may_upload(names, caller, new)
    with store.transaction("POST events/reserve/", caller.name) as tx:
        event = events.new_event(tx, caller, new, reserved=True)
        tell(tx, caller, "new", event)
        return event


def upload(
    store: Store,
    caller: Caller,
    asked: str,
    file: Upload | None,
    labels: tuple[str, ...],
    kafka_server: str | None,
    kafka_topic: str | None,
) -> tuple[Event, list[str]]:
    """Give a reserved event its data, as creation does; give it with the warnings.

    Parameters
    ----------
    store : Store
        Where it is.
    caller : Caller
        Who uploads: entries and labels are theirs, the event stays that of who reserved it.
    asked : str
        Its graceid as asked for.
    file : Upload or None
        The event file.
    labels : tuple of str
        To be applied.
    kafka_server, kafka_topic : str or None
        By which way it came; kept, and nothing else.

    Raises
    ------
    ApiError
        400 for an event that has its data already, for a missing, empty or badly named file, and
        for labels that there are not; beside what `find_event` raises.
    """
    reserved = store.read(lambda view: _reserved(view, caller, asked))
    names = store.read(lambda view: view.vocabulary)
    errors = uploads.label_errors(names, labels) + uploads.upload_errors(file)
    if errors:
        raise ApiError(400, {"errors": errors})
    assert file is not None
    if (problem := uploads.name_problem(file)) is not None:
        raise uploads.not_created(problem)
    reading = ingest.read(  # before the lock: it may take a while
        ingest.Upload(
            file.filename, file.content, reserved.pipeline, reserved.group, reserved.search
        )
    )
    if reading.refusal is not None:
        raise uploads.not_created(reading.refusal)
    with store.transaction(f"POST events/{asked}/upload/", caller.name) as tx:
        event = replace(
            _reserved(tx, caller, asked),
            reserved=False,
            kafka_server=kafka_server,
            kafka_topic=kafka_topic,
        )
        if event.content_id is None:
            event = replace(event, content_id=uploads.content_id(file))
        tx.put_event(event)
        return uploads.complete(tx, caller, event, file, reading, labels)


def _reserved(view: View, caller: Caller, asked: str) -> Event:
    event = find_event(view, caller, asked, change=True)
    if not event.reserved:
        raise ApiError(400, f"Event {event.graceid} has already been uploaded")
    return event
