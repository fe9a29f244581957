"""Labels on an event: applied, taken off, listed."""

from __future__ import annotations

from dataclasses import replace

from ..documents import Event, Label
from ..errors import ApiError
from ..store import Store, Transaction, View
from ..store.layout import event_folder
from ..vocabulary import Vocabulary
from . import logs
from .access import Caller, find_event
from .alerts import tell

__all__ = ["add", "apply", "one", "remove"]


def refusal(names: Vocabulary, label: str, verb: str) -> ApiError | None:
    """Give the answer to a label that is unknown, or that only signoffs may touch."""
    if names.label(label) is None:
        return ApiError(400, f"No such Label '{label}'")
    if names.protected(label):
        return ApiError(
            400,
            f"The '{label}' label is managed as part of an automated process and "
            f"cannot be {verb} manually",
        )
    return None


def apply(tx: Transaction, caller: Caller, event: Event, name: str) -> Event:
    """Apply a label and say so in the log; one that is there already changes nothing.

    Raises
    ------
    ApiError
        400 for an unknown or protected label.
    """
    if (error := refusal(tx.vocabulary, name, "applied")) is not None:
        raise error
    if event.label(name) is not None:
        return event
    label = Label(name=name, creator=caller.name, created=tx.timestamp())
    event = replace(event, labels=(*event.labels, label))
    tx.put_event(event)
    logs.write(tx, event_folder(event.graceid), caller.name, f"Label: {name}")
    tell(tx, caller, "label_added", event, name)
    return event


def add(store: Store, caller: Caller, asked: str, name: str) -> tuple[Event, bool]:
    """Apply a label to an event; give the event, and whether the label is new on it."""
    with store.transaction(f"PUT events/{asked}/labels/{name}", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        labelled = apply(tx, caller, event, name)
        return labelled, labelled is not event


def remove(store: Store, caller: Caller, asked: str, name: str) -> None:
    """Take a label off an event and say so in the log.

    Raises
    ------
    ApiError
        400 for an unknown or protected label, 404 for one that the event does not have.
    """
    with store.transaction(f"DELETE events/{asked}/labels/{name}", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        if (error := refusal(tx.vocabulary, name, "removed")) is not None:
            raise error
        gone = event.label(name)
        if gone is None:
            raise ApiError(404, f"No label '{name}' associated with event {event.graceid}")
        labels = tuple(label for label in event.labels if label is not gone)
        tx.put_event(replace(event, labels=labels))
        logs.write(tx, event_folder(event.graceid), caller.name, f"Deleted label: {name}")
        tell(tx, caller, "label_removed", event, gone.to_json())


def one(view: View, caller: Caller, asked: str, name: str) -> tuple[Event, Label]:
    """Give a label of an event."""
    event = find_event(view, caller, asked)
    label = event.label(name)
    if label is None:
        raise ApiError(404, f"Label {name} Not Found")
    return event, label
