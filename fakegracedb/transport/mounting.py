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
    """A fake server below an address of a session.

    As a context manager it gives the session, and goes at the end.

    Attributes
    ----------
    session : requests.Session
        The session.
    base : str
        The address.
    store : Store
        The store behind it.
    """

    def __init__(self, session: requests.Session, base: str, adapter: StoreAdapter) -> None:
        self.session = session
        self.base = base
        self.store = adapter.application.store
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
        if self.session.adapters.get(self.base) is not self._adapter:
            return
        if self._before is None:
            del self.session.adapters[self.base]
        else:
            self.session.mount(self.base, self._before)

    def __enter__(self) -> requests.Session:
        return self.session

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
        With the attributes `store`, `calls`, `faults` and `unmount`. It need not be kept: the
        session holds all that it takes. As a context manager it gives the session, and unmounts.

    Raises
    ------
    TypeError
        If `session` is none.
    ValueError
        If `base` is no address of a server.

    Examples
    --------
    >>> import requests
    >>> from fakegracedb import mount
    >>> with mount(requests.Session(), base="https://gracedb.example.org/") as session:
    ...     session.get("https://gracedb.example.org/api/").json()["server-version"]
    '2.36.0'
    """
    if not hasattr(session, "get_adapter"):
        raise TypeError(f"mount takes a session of requests, not {session!r}")
    parts = urlsplit(base) if isinstance(base, str) else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"base={base!r} is not the address of a server, as https://…/")
    base = base if base.endswith("/") else f"{base}/"
    place, _ = chosen_store(store)
    application = Application(place, chosen_version(server_version))
    identity = chosen_identity(place, user, groups)
    retries: Any = getattr(session.get_adapter(base), "max_retries", 0)
    return Mounted(session, base, StoreAdapter(application, identity, retries, chosen_waits(waits)))
