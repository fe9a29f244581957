"""What is chosen by arguments and by the environment: which store, which server, who asks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import get_args

from ..api.app import check_server_version
from ..api.message import Identity, group_names, user_name
from ..store import Store
from .adapter import Waits

__all__ = [
    "chosen_identity",
    "chosen_store",
    "chosen_user",
    "chosen_version",
    "chosen_waits",
]


def chosen_store(store: str | os.PathLike[str] | Store | None) -> tuple[Store, bool]:
    """Give the store that is meant, and whether it is a temporary one of its own.

    None is ``$FAKEGRACEDB_STORE``; without that a temporary folder.

    Raises
    ------
    TypeError, ValueError
        For what names no folder.
    StoreError
        For one that holds something else.
    """
    if isinstance(store, Store):
        return store, False
    folder = store if store is not None else os.environ.get("FAKEGRACEDB_STORE") or None
    if folder is None:
        return Store.temporary(), True
    return Store.open_or_make(folder), False


def chosen_version(version: str | None) -> str | None:
    """Give the server version that is meant: None is the environment's, else that of the store.

    Raises
    ------
    ValueError
        If there is no such server.
    """
    if version is None:
        version = os.environ.get("FAKEGRACEDB_SERVER_VERSION") or None
    return check_server_version(version)


def chosen_user(user: str | None) -> str | None:
    """Give the user that is meant: None is the environment's, else the store's default user.

    Raises
    ------
    ValueError
        For what is no name.
    """
    return user_name(user) if user is not None else os.environ.get("FAKEGRACEDB_USER") or None


def chosen_identity(
    store: Store, user: str | None, groups: Iterable[str] | None = None
) -> Identity | None:
    """Give who asks; None is the store's default user, with the groups that the store has."""
    name = chosen_user(user)
    if groups is not None:
        known = store.vocabulary.user_groups
        return Identity(name or str(store.settings["user"]), group_names(groups, known))
    return None if name is None else Identity(name)


def chosen_waits(waits: Waits) -> Waits:
    """Give how waits pass.

    Raises
    ------
    ValueError
        If there is no such way.
    """
    if waits not in get_args(Waits):
        raise ValueError(f"waits must be 'real' or 'skip', not {waits!r}")
    return waits
