"""Where things are created: a client of a test server or of a store."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..client import FakeGraceDb
from ..services import ALIASES, connect, refuse_production, root_for_tests
from ..transport import StoreAdapter

if TYPE_CHECKING:
    from ..store import Store

__all__ = ["BASIC_AUTH", "Target", "open_target"]

BASIC_AUTH = (
    "user names and passwords (basic auth) are of no use any more: ligo-gracedb removed them in "
    "2.8. Give the client a token (`htgettoken`) or an X.509 proxy instead; a store needs neither"
)


@dataclass
class Target:
    """A server or store to create things on.

    Attributes
    ----------
    client : GraceDb
        Speaks to it.
    name : str
        What to call it.
    store : Store or None
        The store behind it, with a clock that can be set; None for a server.
    url : str
        Root of the server's API, where another client can be had; empty if only this one can.
    """

    client: Any
    name: str
    store: Store | None = None
    url: str = ""

    @cached_property
    def v1(self) -> Any:
        """A client on the API v1, which has VOEvents and EM observations; None if there is none."""
        adapter = _adapter(self.client)
        if self.store is not None and adapter is not None:
            client = FakeGraceDb(store=self.store, api_version="v1")
            client._act_as(adapter.identity)
            return client
        if not self.url:
            return None
        client = connect(self.url, auth=True, api_version="v1")
        try:
            return client if client.links else None
        except ValueError:  # so says the client of a server that has no such API
            client.close()
            return None


def _adapter(client: Any) -> StoreAdapter | None:
    """Give what leads a client to a store; None if nothing does."""
    found = client.get_adapter(client._service_url)
    return found if isinstance(found, StoreAdapter) else None


def open_target(service: Any) -> Target:
    """Give what things are to be created on.

    Parameters
    ----------
    service : str, path-like, Store or GraceDb
        An alias, a URL, a store or its folder, or a client.

    Raises
    ------
    ProductionError
        The production server, by whatever name; there is no way around that.
    """
    url = ""
    if isinstance(service, str) and "://" in ALIASES.get(service, service):
        url = root_for_tests(service)
    client = connect(url, auth=True) if url else connect(service)
    adapter = _adapter(client)
    if adapter is not None:  # of a store, whatever its URL says
        store = adapter.application.store
        return Target(client, str(store.path), store)
    refuse_production(client)
    return Target(client, str(client._service_url), url=url)
