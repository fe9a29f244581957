"""Permissions on a superevent: exposed to partners and the public, or hidden from them."""

from __future__ import annotations

from dataclasses import replace

from ...documents import Superevent
from ...store import Store, View
from ...store.layout import superevent_folder
from .. import logs
from ..access import Caller
from ..alerts import tell
from . import access
from .access import find_superevent

__all__ = ["ACTIONS", "listing", "modify", "rows"]

ACTIONS = {"expose": access.EXPOSE, "hide": access.HIDE}  # and the right to each

# What groups may then do, and what the log says.
_STATES: dict[str, tuple[dict[str, tuple[str, ...]], str]] = {
    "expose": (
        {"lvem_observers": ("view", "annotate"), "public_users": ("view",)},
        "Exposed to LV-EM observers and the general public.",
    ),
    "hide": ({}, "Hidden from LV-EM observers and the general public."),
}


def listing(view: View, caller: Caller, asked: str) -> list[tuple[str, str]]:
    """Give the permissions that the caller may see, as `rows`."""
    return rows(view, find_superevent(view, caller, asked, access.VIEW_PERMISSIONS))


def rows(view: View, superevent: Superevent) -> list[tuple[str, str]]:
    """Give the permissions: each group, in the order of the server's, with each of its rights."""
    known = view.vocabulary.user_groups
    groups = sorted(
        superevent.permissions,
        key=lambda group: known.index(group) if group in known else len(known),
    )
    return [(group, right) for group in groups for right in superevent.permissions[group]]


def modify(store: Store, caller: Caller, asked: str, action: str) -> list[tuple[str, str]]:
    """Expose a superevent, or hide it; give its permissions as `listing`.

    Parameters
    ----------
    action : {"expose", "hide"}
        Which. What it is already is not done, or told in the log, again.

    Raises
    ------
    ApiError
        403 without the right.
    """
    with store.transaction(f"POST superevents/{asked}/permissions/modify/", caller.name) as tx:
        superevent = find_superevent(tx, caller, asked, ACTIONS[action])
        rights, said = _STATES[action]
        permissions = {group: list(held) for group, held in rights.items()}
        if superevent.permissions != permissions:
            superevent = replace(superevent, permissions=permissions)
            tx.put_superevent(superevent)
            logs.write(tx, superevent_folder(superevent.superevent_id), caller.name, said)
            tell(tx, caller, "exposed" if action == "expose" else "hidden", superevent)
        return rows(tx, superevent)
