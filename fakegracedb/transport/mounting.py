"""`mount`: a fake server below an address of any `requests` session, or of all sessions."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

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
    session : requests.Session or class of such
        The session, or the class whose sessions are served.
    base : str
        The address.
    store : Store
        The store behind it.
    """

    def __init__(self, session: Any, base: str, adapter: StoreAdapter) -> None:
        self.session = session
        self.base = base
        self.store = adapter.application.store
        self._adapter = adapter
        self._before: Any = None
        self._put_in()

    def _put_in(self) -> None:
        self._before = self.session.adapters.get(self.base)
        self.session.mount(self.base, self._adapter)

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

    def __enter__(self) -> Any:
        return self.session

    def __exit__(self, *exception: object) -> None:
        self.unmount()

    def __repr__(self) -> str:
        return f"<Mounted: {self.store.path} at {self.base}>"


class _MountedClass(Mounted):
    """A fake server below an address of all sessions of a class, there already or still to come.

    The class is told another choice of adapter. Where somebody has done so since, it cannot be
    taken back, and from the end on lets everything pass.
    """

    def _put_in(self) -> None:
        kind, prefix = self.session, self.base.lower()
        choose = kind.get_adapter
        known: WeakKeyDictionary[Any, StoreAdapter] = WeakKeyDictionary()

        @functools.wraps(choose)
        def get_adapter(session: Any, url: str) -> Any:
            if not self._is_in or not url.lower().startswith(prefix):
                return choose(session, url)
            own = inspect.unwrap(choose)(session, url)
            if isinstance(own, StoreAdapter):
                return own
            served = known.get(own)
            if served is None:
                served = known[own] = self._adapter.with_retries(getattr(own, "max_retries", 0))
            return served

        self._is_in = True
        self._before = vars(kind).get("get_adapter")
        self._ours = kind.get_adapter = get_adapter

    def unmount(self) -> None:
        """Let sessions use their own adapters again."""
        kind = self.session
        self._is_in = False
        if vars(kind).get("get_adapter") is not self._ours:
            return
        if self._before is None:
            del kind.get_adapter
        else:
            kind.get_adapter = self._before


def mount(
    session: requests.Session | type[requests.Session],
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
    session : requests.Session or class of such
        The session; or `requests.Session` itself for all there are, also those that `requests.get`
        makes. Requests to other addresses go where they went before.
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
    >>> with mount(requests.Session, base="https://gracedb.example.org/"):
    ...     requests.get("https://gracedb.example.org/api/events/").json()["numRows"]
    0
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
    adapter = StoreAdapter(application, identity, 0, chosen_waits(waits))
    if isinstance(session, type):
        return _MountedClass(session, base, adapter)
    retries: Any = getattr(session.get_adapter(base), "max_retries", 0)
    return Mounted(session, base, adapter.with_retries(retries))
