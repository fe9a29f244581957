"""Permissions on events, and the signoffs on them."""

from __future__ import annotations

from ...render.lists import whole_list
from ...render.permissions import group_json, groups_json, permission_json, signoff_json
from ...service import permissions
from ...service import signoffs as signoff_service
from ..call import Call
from ..message import Response

__all__ = ["add", "groups", "of_group", "one", "remove", "signoffs"]


def groups(call: Call) -> Response:
    """GET the groups that have one."""
    event, found = call.read(lambda view: permissions.groups(view, call.caller, call.graceid))
    return call.answer(200, groups_json(event, found, call.url, call.dialect))


def of_group(call: Call) -> Response:
    """GET those of a group."""
    group = call.parameters["group"]
    event, rights = call.read(
        lambda view: permissions.of_group(view, call.caller, call.graceid, group)
    )
    return call.answer(200, group_json(event, group, rights, call.url))


def _place(call: Call) -> tuple[str, str]:
    return call.parameters["group"], call.parameters["permission"]


def one(call: Call) -> Response:
    """GET one that a group has."""
    group, right = _place(call)
    event = call.read(lambda view: permissions.one(view, call.caller, call.graceid, group, right))
    return call.answer(200, permission_json(event, group, right, call.url))


def add(call: Call) -> Response:
    """PUT one."""
    group, right = _place(call)
    event, new = permissions.add(call.store, call.caller, call.graceid, group, right)
    return call.answer(201 if new else 200, permission_json(event, group, right, call.url))


def remove(call: Call) -> Response:
    """DELETE one."""
    permissions.remove(call.store, call.caller, call.graceid, *_place(call))
    return call.answer(200, {"message": "Permission successfully deleted."})


def signoffs(call: Call) -> Response:
    """GET the signoffs."""
    found = call.read(lambda view: signoff_service.listing(view, call.caller, call.graceid))
    return call.answer(200, whole_list("signoffs", list(map(signoff_json, found)), call.url))
