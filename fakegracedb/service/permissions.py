"""Permissions on an event: which user groups may see it, and which may change it."""

from __future__ import annotations

from dataclasses import replace

from ..documents import Event
from ..errors import ApiError
from ..store import Store, View
from .access import ADD_RIGHT, DELETE_RIGHT, Caller, find_event
from .alerts import tell

__all__ = ["add", "groups", "of_group", "one", "remove"]

_RIGHTS = ("view", "change")


def groups(view: View, caller: Caller, asked: str) -> tuple[Event, list[str]]:
    """Give an event with the groups that have a permission on it."""
    event = find_event(view, caller, asked)
    return event, [group for group, rights in event.permissions.items() if rights]


def of_group(view: View, caller: Caller, asked: str, group: str) -> tuple[Event, list[str]]:
    """Give an event with what a group may do with it.

    Raises
    ------
    ApiError
        404 if there is no such group.
    """
    event = find_event(view, caller, asked)
    _require_group(view, group)
    held = event.permissions.get(group, ())
    return event, [right for right in _RIGHTS if right in held]


def one(view: View, caller: Caller, asked: str, group: str, right: str) -> Event:
    """Give an event on which a group has a permission.

    Raises
    ------
    ApiError
        404 if there is no such group or permission, or the group does not have it.
    """
    event = find_event(view, caller, asked)
    _require(view, group, right)
    if right not in event.permissions.get(group, ()):
        raise ApiError(404, "GroupObjectPermission not found.")
    return event


def add(store: Store, caller: Caller, asked: str, group: str, right: str) -> tuple[Event, bool]:
    """Give a group a permission on an event; tell whether it is new.

    Raises
    ------
    ApiError
        403 for a caller who may not, 404 if there is no such group or permission.
    """
    with store.transaction(f"PUT events/{asked}/perms/{group}/{right}", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        _require_right(caller, ADD_RIGHT)
        _require(tx, group, right)
        held = event.permissions.get(group, [])
        if right in held:
            return event, False
        event = replace(event, permissions={**event.permissions, group: [*held, right]})
        tx.put_event(event)
        tell(tx, caller, "exposed", event)
        return event, True


def remove(store: Store, caller: Caller, asked: str, group: str, right: str) -> None:
    """Take a permission on an event from a group.

    Raises
    ------
    ApiError
        403 for a caller who may not, 404 if there is no such group or permission, or the group does
        not have it.
    """
    with store.transaction(f"DELETE events/{asked}/perms/{group}/{right}", caller.name) as tx:
        event = find_event(tx, caller, asked, change=True)
        _require_right(caller, DELETE_RIGHT)
        _require(tx, group, right)
        held = event.permissions.get(group, [])
        if right not in held:
            raise ApiError(404, "GroupObjectPermission not found.")
        left = [other for other in held if other != right]
        tx.put_event(replace(event, permissions={**event.permissions, group: left}))
        tell(tx, caller, "hidden", event)


def _require_right(caller: Caller, right: str) -> None:
    if not caller.has(right):
        raise ApiError(
            403, "You do not have permission to change the permissions of events.", plain=True
        )


def _require_group(view: View, group: str) -> None:
    if group not in view.vocabulary.user_groups:
        raise ApiError(404, "Group does not exist.")


def _require(view: View, group: str, right: str) -> None:
    _require_group(view, group)
    if right not in _RIGHTS:
        raise ApiError(404, "Permission not found.")
