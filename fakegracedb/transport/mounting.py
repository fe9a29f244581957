"""`mount`: a fake server below an address of any `requests` session."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..api.app import Application
from .adapter import StoreAdapter, Waits
from .choices import chosen_identity, chosen_store, chosen_version, chosen_waits

if TYPE_CHECKING:
    import requests

    from ..api.calls import Calls
    from ..api.faults import FaultPlan
    from ..store import Store

__all__ = ["Mounted", "mount"]


class Mounted:
    """A fake server below an address of a session; as a context manager it goes at the end.

    Attributes
    ----------
    base : str
        The address.
    store : Store
        The store behind it.
    """

    def __init__(self, session: requests.Session, base: str, adapter: StoreAdapter) -> None:
        self.base = base
        self.store = adapter.application.store
        self._session = session
        self._adapter = adapter
        self._before = session.adapters.get(base)
        session.mount(base, adapter)

    @property
    def calls(self) -> Calls:
        """What the store was asked so far, by all its clients in this process."""
        return self._adapter.application.calls

    @property
    def faults(self) -> FaultPlan:
        """The trouble planned for all clients of the store in this process."""
        return self._adapter.application.faults

    def unmount(self) -> None:
        """Give the address back to what was there before."""
        if self._session.adapters.get(self.base) is not self._adapter:
            return
        if self._before is None:
            del self._session.adapters[self.base]
        else:
            self._session.mount(self.base, self._before)

    def __enter__(self) -> Mounted:
        return self

    def __exit__(self, *exception: object) -> None:
        self.unmount()

    def __repr__(self) -> str:
        return f"<Mounted: {self.store.path} at {self.base}>"


def mount(
    session: requests.Session,
    *,
    store: str | os.PathLike[str] | Store | None = None,
    base: str = "https://gracedb.ligo.org/",
    user: str | None = None,
    groups: Iterable[str] | None = None,
    server_version: str | None = None,
    waits: Waits = "real",
) -> Mounted:
    """Let a store answer what a session asks below an address.

    Parameters
    ----------
    session : requests.Session
        The session. Requests to other addresses go where they went before.
    store : path-like, Store or None
        The folder; None is ``$FAKEGRACEDB_STORE``, without that a temporary folder.
    base : str
        The address, of a server (``https://gracedb.ligo.org/``) or of its API.
    user, groups, server_version, waits
        As for `fakegracedb.activate`.

    Returns
    -------
    Mounted
        With the attributes `store`, `calls` and `faults`; a context manager that unmounts.

    Raises
    ------
    ValueError
        If `base` is no address of a server.

    Examples
    --------
    >>> import requests
    >>> from fakegracedb import mount
    >>> with requests.Session() as session, mount(session, base="https://gracedb.example.org/"):
    ...     session.get("https://gracedb.example.org/api/").json()["server-version"]
    '2.36.0'
    """
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"base={base!r} is not the address of a server, as https://…/")
    base = base if base.endswith("/") else f"{base}/"
    place, _ = chosen_store(store)
    application = Application(place, chosen_version(server_version))
    identity = chosen_identity(place, user, groups)
    retries: Any = getattr(session.get_adapter(base), "max_retries", 0)
    return Mounted(session, base, StoreAdapter(application, identity, retries, chosen_waits(waits)))
