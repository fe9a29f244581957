"""Signoffs on a superevent: made, changed and deleted, with the labels that ask and answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...documents import Signoff, Superevent
from ...errors import ApiError
from ...store import Store, Transaction, View
from ...store.layout import superevent_folder
from ...vocabulary import Vocabulary
from .. import logs
from ..access import Caller
from ..alerts import tell
from . import access, labels, tags
from .access import Right, find_superevent

__all__ = ["NewSignoff", "create", "delete", "find", "listing", "one", "place", "rights", "update"]

_OPERATOR, _ADVOCATE = "OP", "ADV"
_TAG = "em_follow"  # of the log entries that tell of signoffs


@dataclass(frozen=True, slots=True)
class NewSignoff:
    """What a user sends to sign off.

    Attributes
    ----------
    signoff_type : str
        Code: OP or ADV.
    instrument : str
        The operator's; empty for none.
    status : str
        Code: OK or NO.
    comment : str
        Their text.
    """

    signoff_type: str
    instrument: str
    status: str
    comment: str = ""


def place(typeinst: str) -> tuple[str, str]:
    """Take the last part of a signoff's path apart: type, and what follows it for an instrument.

    Notes
    -----
    A text that names no type is taken for the advocate's, as on the server.
    """
    for code in (_OPERATOR, _ADVOCATE):
        if code in typeinst:
            return code, typeinst.replace(code, "", 1)
    return _ADVOCATE, ""


def rights(names: Vocabulary, verb: str, signoff_type: object, instrument: object) -> list[Right]:
    """Give what a caller needs to create, change or delete a signoff.

    Parameters
    ----------
    names : Vocabulary
        Whose instruments have operators.
    verb : {"create", "change", "delete"}
        What is to be done.
    signoff_type, instrument
        As they were sent; with what makes no sense here nothing can be done anyway.
    """
    needed = [access.sign_off(verb, names.instruments)]
    if signoff_type == _ADVOCATE:
        needed.append(access.sign_off_for(""))
    elif signoff_type == _OPERATOR and isinstance(instrument, str):
        needed += [access.sign_off_for(one) for one in names.instruments if one == instrument]
    return needed


def _open(
    tx: Transaction, caller: Caller, asked: str, verb: str, signoff_type: str, instrument: str
) -> Superevent:
    """Give the superevent that is to be signed off, to a caller who may."""
    superevent = find_superevent(tx, caller, asked)
    for right in rights(tx.vocabulary, verb, signoff_type, instrument):
        access.require(caller, right, superevent, superevent.category)
    return superevent


def listing(view: View, caller: Caller, asked: str) -> tuple[Superevent, list[Signoff]]:
    """Give the signoffs: the advocate's, then those of operators by instrument."""
    superevent = find_superevent(view, caller, asked, access.VIEW_SIGNOFFS)
    return superevent, sorted(
        superevent.signoffs, key=lambda one: (one.signoff_type, one.instrument)
    )


def find(superevent: Superevent, typeinst: str) -> Signoff:
    """Find a signoff on a superevent.

    Raises
    ------
    ApiError
        404 if there is none.
    """
    signoff_type, instrument = place(typeinst)
    signoff = superevent.signoff(instrument)
    if signoff is None or signoff.signoff_type != signoff_type:
        raise ApiError(404, {"detail": "Not found."})
    return signoff


def one(view: View, caller: Caller, asked: str, typeinst: str) -> tuple[Superevent, Signoff]:
    """Give a signoff; 404 if there is none."""
    superevent = find_superevent(view, caller, asked, access.VIEW_SIGNOFFS)
    return superevent, find(superevent, typeinst)


def create(store: Store, caller: Caller, asked: str, new: NewSignoff) -> tuple[Superevent, Signoff]:
    """Sign a superevent off; the label that asked for it makes way for the answer.

    Raises
    ------
    ApiError
        400 for a signoff that is there, that does not fit together or was not asked for; 403
        without the right.
    """
    with store.transaction(f"POST superevents/{asked}/signoffs/", caller.name) as tx:
        superevent = _open(tx, caller, asked, "create", new.signoff_type, new.instrument)
        request = labels.request_to(new.instrument)
        _check(caller, asked, superevent, new, request)
        signoff = Signoff(
            signoff_type=new.signoff_type,
            instrument=new.instrument,
            status=new.status,
            submitter=caller.name,
            comment=new.comment,
        )
        superevent = replace(superevent, signoffs=(*superevent.signoffs, signoff))
        answer = labels.answer_of(signoff.instrument, signoff.status)
        superevent = _relabelled(tx, caller, superevent, request, answer)
        tx.put_superevent(superevent)
        kind, whose = _words(signoff)
        said = f"{kind} signoff certified status as {signoff.status}{whose}: '{signoff.comment}'"
        said += f"; label {request} removed and label {answer} applied"
        _tell(tx, caller, superevent, said)
        tell(tx, caller, "label_added", superevent, answer)
        tell(tx, caller, "signoff_created", superevent, signoff.instrument)
        return superevent, signoff


def _check(
    caller: Caller, asked: str, superevent: Superevent, new: NewSignoff, request: str
) -> None:
    """Refuse a new signoff that cannot be, the first fault only."""
    there = superevent.signoff(new.instrument)
    if there is not None:
        text = "The fields superevent, instrument must make a unique set."
        if caller.v2:
            whose = there.instrument or "advocate"
            text = f"{there.signoff_type} signoff for {whose} already exists on superevent {asked}"
        raise ApiError(400, text)
    if new.signoff_type == _OPERATOR and not new.instrument:
        raise ApiError(400, "Operator signoffs require an instrument")
    if new.signoff_type != _OPERATOR and new.instrument:
        raise ApiError(
            400,
            "Advocate signoffs are not relevant to aparticular instrument; do not provide one.",
        )
    if superevent.label(request) is None:
        raise ApiError(
            400,
            f"{new.signoff_type} signoff not requested for superevent {superevent.id}: label "
            f"'{request}' not present.",
        )


def update(
    store: Store,
    caller: Caller,
    asked: str,
    typeinst: str,
    status: str | None,
    comment: str | None,
) -> tuple[Superevent, Signoff]:
    """Change a signoff; with its status its label changes.

    Parameters
    ----------
    status, comment : str or None
        None leaves it as it is.

    Raises
    ------
    ApiError
        400 for what would change nothing, 403 without the right, 404 for no such signoff.
    """
    signoff_type, instrument = place(typeinst)
    call = f"PATCH superevents/{asked}/signoffs/{signoff_type}{instrument}/"
    with store.transaction(call, caller.name) as tx:
        superevent = _open(tx, caller, asked, "change", signoff_type, instrument)
        before = find(superevent, typeinst)
        signoff = replace(
            before,
            status=before.status if status is None else status,
            comment=before.comment if comment is None else comment,
        )
        if signoff == before:
            raise ApiError(400, "Request would not modify the signoff.")
        changed = tuple(signoff if one is before else one for one in superevent.signoffs)
        superevent = replace(superevent, signoffs=changed)
        said: list[str] = []
        if signoff.status != before.status:
            old = labels.answer_of(before.instrument, before.status)
            new = labels.answer_of(signoff.instrument, signoff.status)
            words = [f"status {before.status} -> {signoff.status}"]
            words += [f"label {old} removed"] if superevent.label(old) is not None else []
            words += [f"label {new} applied"] if superevent.label(new) is None else []
            said.append(", ".join(words))
            superevent = _relabelled(tx, caller, superevent, old, new, told=True)
        if signoff.comment != before.comment:
            said.append(f"comment '{before.comment}' -> '{signoff.comment}'")
        tx.put_superevent(superevent)
        kind, whose = _words(signoff)
        _tell(tx, caller, superevent, f"{kind} signoff{whose} updated: {'; '.join(said)}")
        tell(tx, caller, "signoff_updated", superevent, signoff.instrument)
        return superevent, signoff


def delete(store: Store, caller: Caller, asked: str, typeinst: str) -> None:
    """Take a signoff back: it is asked for again.

    Raises
    ------
    ApiError
        403 without the right, 404 for no such signoff.
    """
    signoff_type, instrument = place(typeinst)
    call = f"DELETE superevents/{asked}/signoffs/{signoff_type}{instrument}/"
    with store.transaction(call, caller.name) as tx:
        superevent = _open(tx, caller, asked, "delete", signoff_type, instrument)
        signoff = find(superevent, typeinst)
        left = tuple(one for one in superevent.signoffs if one is not signoff)
        answer = labels.answer_of(signoff.instrument, signoff.status)
        request = labels.request_to(signoff.instrument)
        removed = f"{answer} removed and " if superevent.label(answer) is not None else ""
        superevent = replace(superevent, signoffs=left)
        superevent = _relabelled(tx, caller, superevent, answer, request, told=True)
        tx.put_superevent(superevent)
        kind, whose = _words(signoff)
        said = f"{kind} signoff{whose} deleted: {removed}{request} reapplied"
        _tell(tx, caller, superevent, said)
        tell(tx, caller, "signoff_deleted", superevent, signoff.to_json())


def _relabelled(
    tx: Transaction,
    caller: Caller,
    superevent: Superevent,
    off: str,
    on: str,
    *,
    told: bool = False,
) -> Superevent:
    """Take a label off if it is there and put another on if it is not; the log is not told.

    Parameters
    ----------
    told : bool
        Whether those who listen are: of a label that asked for a signoff they hear nothing.
    """
    gone = superevent.label(off)
    superevent = labels.without_label(superevent, off)
    if told and gone is not None:
        tell(tx, caller, "label_removed", superevent, gone.to_json())
    if superevent.label(on) is not None:
        return superevent
    superevent = labels.with_label(tx, caller, superevent, on)
    if told:
        tell(tx, caller, "label_added", superevent, on)
    return superevent


def _words(signoff: Signoff) -> tuple[str, str]:
    """Give the words of the log for a signoff: of which kind it is, and whose."""
    if signoff.signoff_type == _OPERATOR:
        return "Operator", f" for {signoff.instrument}"
    return "Advocate", ""


def _tell(tx: Transaction, caller: Caller, superevent: Superevent, comment: str) -> None:
    folder = superevent_folder(superevent.superevent_id)
    log = logs.write(tx, folder, caller.name, comment)
    tags.apply(tx, caller, folder, log.N, _TAG, None)
