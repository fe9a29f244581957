"""Labels on a superevent: applied, taken off, listed."""

from __future__ import annotations

from dataclasses import replace

from ...documents import Label, Superevent
from ...errors import ApiError
from ...store import Store, Transaction, View
from ...store.layout import superevent_folder
from ...vocabulary import Vocabulary
from .. import logs
from ..access import Caller
from ..alerts import tell
from . import access
from .access import find_superevent

__all__ = [
    "add",
    "answer_of",
    "apply",
    "check",
    "one",
    "remove",
    "request_to",
    "with_label",
    "without_label",
]


def request_to(instrument: str) -> str:
    """Name the label that asks an instrument's operator to sign off; without one, the advocate."""
    return f"{instrument}OPS" if instrument else "ADVREQ"


def answer_of(instrument: str, status: str) -> str:
    """Name the label that tells the status of a signoff, as H1OK or ADVNO."""
    return f"{instrument or 'ADV'}{status}"


def _answers(names: Vocabulary, request: str) -> list[str]:
    """Name the labels that can answer a request; there are none to other labels."""
    return [
        answer_of(instrument, status)
        for instrument in ("", *names.instruments)
        for status in names.signoff_statuses
        if request == request_to(instrument)
    ]


def check(view: View, superevent: Superevent, name: str) -> None:
    """Refuse a label that only signoffs may apply, or that asks for what has been answered.

    Raises
    ------
    ApiError
        400.
    """
    if view.vocabulary.protected(name):
        raise ApiError(
            400,
            f"The label '{name}' is managed by an automated process and cannot be manually added",
        )
    if any(superevent.label(answer) is not None for answer in _answers(view.vocabulary, name)):
        raise ApiError(
            400,
            f"The '{name}' label cannot be applied to request a signoff because a related signoff "
            "already exists.",
        )


def with_label(tx: Transaction, caller: Caller, superevent: Superevent, name: str) -> Superevent:
    """Put a label on a superevent, without the rules and without a word in the log."""
    label = Label(name=name, creator=caller.name, created=tx.timestamp())
    return replace(superevent, labels=(*superevent.labels, label))


def without_label(superevent: Superevent, name: str) -> Superevent:
    """Take a label off a superevent, if it is there, likewise."""
    left = tuple(label for label in superevent.labels if label.name != name)
    return replace(superevent, labels=left)


def apply(tx: Transaction, caller: Caller, superevent: Superevent, name: str) -> Superevent:
    """Apply a label and say so in the log; one that is there already changes nothing."""
    if superevent.label(name) is not None:
        return superevent
    superevent = with_label(tx, caller, superevent, name)
    tx.put_superevent(superevent)
    folder = superevent_folder(superevent.superevent_id)
    logs.write(tx, folder, caller.name, f"Added label: {name}")
    tell(tx, caller, "label_added", superevent, name)
    return superevent


def add(store: Store, caller: Caller, asked: str, name: str) -> tuple[Superevent, Label]:
    """Apply a label of the vocabulary; give it with the superevent.

    Raises
    ------
    ApiError
        400 for one that is there, beside what `check` raises.
    """
    with store.transaction(f"POST superevents/{asked}/labels/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.ADD_LABELS)
        if superevent.label(name) is not None:
            if caller.v2:
                raise ApiError(400, f"Label {name} already applied to superevent {asked}")
            raise ApiError(400, "The fields superevent, name must make a unique set.")
        check(tx, superevent, name)
        superevent = apply(tx, caller, superevent, name)
        return superevent, superevent.labels[-1]


def remove(store: Store, caller: Caller, asked: str, name: str) -> None:
    """Take a label off a superevent.

    Raises
    ------
    ApiError
        404 for one that is not there, 400 for one that only signoffs may take off.
    """
    with store.transaction(f"DELETE superevents/{asked}/labels/{name}/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, access.REMOVE_LABELS)
        gone = _found(superevent, name)
        if tx.vocabulary.protected(name):
            raise ApiError(
                400,
                f"The label '{name}' is managed by an automated process and cannot be removed "
                "manually",
            )
        tx.put_superevent(without_label(superevent, name))
        folder = superevent_folder(superevent.superevent_id)
        logs.write(tx, folder, caller.name, f"Removed label: {name}")
        tell(tx, caller, "label_removed", superevent, gone.to_json())


def one(view: View, caller: Caller, asked: str, name: str) -> tuple[Superevent, Label]:
    """Give a label of a superevent.

    Raises
    ------
    ApiError
        404 for one that is not there.
    """
    superevent = find_superevent(view, caller, asked)
    return superevent, _found(superevent, name)


def _found(superevent: Superevent, name: str) -> Label:
    label = superevent.label(name)
    if label is None:
        raise ApiError(404, {"detail": "Not found."})
    return label
