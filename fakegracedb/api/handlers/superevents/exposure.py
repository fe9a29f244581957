"""Permissions on superevents: shown, and changed as a whole."""

from __future__ import annotations

from ....errors import ApiError
from ....render.lists import whole_list
from ....render.superevents.exposure import permissions_json
from ....service.access import require_user
from ....service.superevents import exposure
from ...call import Call
from ...message import Response

__all__ = ["listing", "modify"]


def listing(call: Call) -> Response:
    """GET what groups may do with it, beside insiders."""
    held = call.read(lambda view: exposure.listing(view, call.caller, call.superevent_id))
    return call.answer(200, whole_list("permissions", permissions_json(held), call.url))


def modify(call: Call) -> Response:
    """POST whether it is to be exposed or hidden."""
    require_user(call.caller)
    action = call.form.get("action")
    if not isinstance(action, str) or action not in exposure.ACTIONS:
        raise ApiError(400, "action must be 'expose' or 'hide'")
    held = exposure.modify(call.store, call.caller, call.superevent_id, action)
    return call.answer(200, permissions_json(held))
