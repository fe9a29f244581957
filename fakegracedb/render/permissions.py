"""Permissions on events, and the signoffs on them."""

from __future__ import annotations

from typing import Any

from ..documents import Event, Signoff
from .dialect import Dialect

__all__ = ["group_json", "groups_json", "held_json", "permission_json", "signoff_json"]

# The server's own tables of events, by what an event has of its pipeline.
_TABLES = {
    "CoincInspiral": "coincinspiralevent",
    "MultiBurst": "multiburstevent",
    "MLyBurst": "mlyburstevent",
    "LalInferenceBurst": "lalinferenceburstevent",
    "GRB": "grbevent",
    "NeutrinoEvent": "neutrinoevent",
    "SimInspiral": "siminspiralevent",
}


def _code(event: Event, right: str) -> str:
    found = (table for member, table in _TABLES.items() if member in event.extra_attributes)
    return f"{right}_{next(found, 'event')}"


def groups_json(event: Event, groups: list[str], url: str, dialect: Dialect) -> dict[str, Any]:
    """Give the groups that have a permission on an event, with where to look further."""
    base = f"events/{event.graceid}/perms/"
    return {
        "links": {
            "self": url,
            "groupeventpermissions": {group: dialect.url(f"{base}{group}/") for group in groups},
        }
    }


def group_json(event: Event, group: str, rights: list[str], url: str) -> dict[str, Any]:
    """Give what a group may do with an event."""
    held = [{"group": group, "permission": _code(event, right)} for right in rights]
    return {"links": {"self": url}, "groupeventpermissions": held}


def held_json(event: Event) -> list[dict[str, str]]:
    """Give all permissions on an event, as alerts have them."""
    return [
        {"group": group, "permission": _code(event, right)}
        for group, rights in event.permissions.items()
        for right in rights
    ]


def permission_json(event: Event, group: str, right: str, url: str) -> dict[str, Any]:
    """Give a permission that a group has on an event."""
    held = {"group": group, "permission": _code(event, right)}
    return {"links": {"self": url}, "groupeventpermission": held}


def signoff_json(signoff: Signoff) -> dict[str, Any]:
    """Give a signoff on an event."""
    return {
        "submitter": signoff.submitter,
        "instrument": signoff.instrument,
        "status": signoff.status,
        "comment": signoff.comment,
        "signoff_type": signoff.signoff_type,
    }
