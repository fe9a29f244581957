"""Superevents: the list, creation, detail, change, confirmation."""

from __future__ import annotations

from typing import Any

from ....render.lists import page_json
from ....render.superevents.candidates import superevent_json
from ....service.access import require_user
from ....service.superevents import access, candidates, search
from ....service.superevents.candidates import Candidate
from ....store import View
from ...call import Call
from ...message import Response
from ...queries import Source, in_url

__all__ = ["confirm", "create", "detail", "listing", "page", "update"]

_EM_TYPE_LENGTH = 100


def _json(call: Call, view: View, found: Candidate) -> dict[str, Any]:
    return superevent_json(
        found,
        view.vocabulary,
        call.dialect,
        internal=call.caller.internal,
        known=call.caller.user is not None,
    )


def listing(call: Call) -> Response:
    """GET a page of the list."""
    return page(call, in_url)


def page(call: Call, source: Source) -> Response:
    """Answer a page of the superevents that a query finds.

    Parameters
    ----------
    source : callable
        Takes the query out of the call.
    """
    settings = call.view.vocabulary.settings
    start, count = call.page(
        settings.superevent_pagination_default_limit, settings.superevent_pagination_max_limit
    )
    asked = source(call, "superevent")
    sort = call.query.get("sort") or ""

    def found(view: View) -> dict[str, Any]:
        about = (view, call.store.index, call.caller)
        if asked.tree is None:
            superevents = search.superevents(
                *about, asked.text, sort, start, count, line=call.dialect.line
            )
        else:
            superevents = search.superevents_of_node(*about, asked.tree, sort, start, count)
        return page_json(
            "superevents",
            [_json(call, view, one) for one in superevents.rows],
            superevents.total,
            url=asked.url,
            base=call.dialect.url("superevents/"),
            parameters=asked.parameters,
            start=start,
            count=count,
        )

    return call.answer(200, call.read(found))


def detail(call: Call) -> Response:
    """GET a superevent."""

    def found(view: View) -> dict[str, Any]:
        return _json(call, view, candidates.one(view, call.caller, call.superevent_id))

    return call.answer(200, call.read(found))


def _answer(call: Call, status: int, found: Candidate) -> Response:
    """Answer what has been committed; the names that it takes are as the call has found them."""
    return call.answer(status, _json(call, call.view, found))


def create(call: Call) -> Response:
    """POST what a superevent is made of."""
    require_user(call.caller)
    fields = call.fields()
    names = call.view.vocabulary
    category = fields.choice("category", names.superevent_categories, required=True)
    if category is not None:
        access.require(call.caller, access.CREATE, None, category)
    times = {name: fields.gps(name) for name in ("t_start", "t_0", "t_end")}
    preferred = fields.event("preferred_event", call.view.event_numbered)
    events = fields.events("events", call.view.event_numbered)
    labels = fields.all_named("labels", [label.name for label in names.labels])
    fields.check()
    new: dict[str, Any] = {"category": category, "preferred_event": preferred, **times}
    new_superevent = candidates.NewSuperevent(**new, events=events, labels=labels)
    return _answer(call, 201, candidates.create(call.store, call.caller, new_superevent))


def update(call: Call) -> Response:
    """PATCH some of its values."""
    call.require(access.CHANGE)
    fields = call.fields(partial=True)
    read: dict[str, Any] = {
        "gw_id": lambda: fields.text("gw_id", null=True),
        "preferred_event": lambda: fields.event("preferred_event", call.view.event_numbered),
        "em_type": lambda: fields.text("em_type", null=True, longest=_EM_TYPE_LENGTH),
        **{name: lambda name=name: fields.gps(name) for name in ("t_start", "t_0", "t_end")},
        **{
            name: lambda name=name: fields.number(name, null=True)
            for name in ("time_coinc_far", "space_coinc_far")
        },
    }
    sent = {name: read[name]() for name in candidates.CHANGEABLE if name in call.form}
    fields.check()
    return _answer(call, 200, candidates.update(call.store, call.caller, call.superevent_id, sent))


def confirm(call: Call) -> Response:
    """POST that it is a gravitational wave."""
    call.require(access.CONFIRM)
    fields = call.fields()
    gw_id = fields.text("gw_id", null=True)
    fields.check()
    found = candidates.confirm(call.store, call.caller, call.superevent_id, gw_id)
    return _answer(call, 200, found)
