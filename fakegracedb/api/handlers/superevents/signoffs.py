"""Signoffs on superevents."""

from __future__ import annotations

from ....render.lists import whole_list
from ....render.superevents.signoffs import signoff_json
from ....service.superevents import signoffs
from ....service.superevents.signoffs import NewSignoff
from ...call import Call
from ...message import Response

__all__ = ["create", "delete", "detail", "listing", "update"]


def listing(call: Call) -> Response:
    """GET the signoffs."""
    superevent, found = call.read(
        lambda view: signoffs.listing(view, call.caller, call.superevent_id)
    )
    rows = [signoff_json(superevent, signoff, call.dialect) for signoff in found]
    return call.answer(200, whole_list("signoffs", rows, call.url))


def _typeinst(call: Call) -> str:
    return call.parameters["typeinst"]


def detail(call: Call) -> Response:
    """GET a signoff."""
    found = call.read(
        lambda view: signoffs.one(view, call.caller, call.superevent_id, _typeinst(call))
    )
    return call.answer(200, signoff_json(*found, call.dialect))


def _require(call: Call, verb: str, signoff_type: object, instrument: object) -> None:
    for right in signoffs.rights(call.view.vocabulary, verb, signoff_type, instrument):
        call.require(right)


def create(call: Call) -> Response:
    """POST a signoff."""
    # who may do none at all hears of it before the body is read
    _require(call, "create", None, None)
    _require(call, "create", call.form.get("signoff_type"), call.form.get("instrument"))
    names = call.view.vocabulary
    fields = call.fields()
    signoff_type = fields.choice("signoff_type", names.signoff_types, required=True)
    instrument = fields.choice("instrument", names.instruments, blank=True)
    status = fields.choice("status", names.signoff_statuses, required=True)
    comment = fields.text("comment", blank=True)
    fields.check()
    assert signoff_type is not None
    assert status is not None
    new = NewSignoff(signoff_type, instrument or "", status, comment or "")
    made = signoffs.create(call.store, call.caller, call.superevent_id, new)
    return call.answer(201, signoff_json(*made, call.dialect))


def update(call: Call) -> Response:
    """PATCH its status or comment."""
    typeinst = _typeinst(call)
    _require(call, "change", *signoffs.place(typeinst))
    signoffs.find(call.superevent, typeinst)
    fields = call.fields(partial=True)
    status = fields.choice("status", call.view.vocabulary.signoff_statuses)
    comment = fields.text("comment", blank=True)
    fields.check()
    changed = signoffs.update(
        call.store, call.caller, call.superevent_id, typeinst, status, comment
    )
    return call.answer(200, signoff_json(*changed, call.dialect))


def delete(call: Call) -> Response:
    """DELETE a signoff."""
    signoffs.delete(call.store, call.caller, call.superevent_id, _typeinst(call))
    return call.nothing(204)
