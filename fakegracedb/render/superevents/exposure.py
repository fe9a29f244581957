"""Permissions on superevents."""

from __future__ import annotations

__all__ = ["permissions_json"]


def permissions_json(held: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Give the permissions on a superevent, from groups and what they may."""
    return [{"group": group, "permission": f"{right}_superevent"} for group, right in held]
