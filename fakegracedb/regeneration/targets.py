"""Where things are created: a client of a server or of a store, and the refusal of production."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..client import FakeGraceDb
from ..errors import RegenerationError
from ..services import ALIASES, connect, root_of
from ..transport import StoreAdapter
from .certificates import bundle

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

    from ..store import Store

__all__ = ["BASIC_AUTH", "Target", "is_production", "open_target"]

_PRODUCTION = "gracedb.ligo.org"

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
    """

    client: Any
    name: str
    store: Store | None = None
    _old_client: Any = field(default=None, repr=False)

    @property
    def v1(self) -> Any:
        """A client on the API v1, which has VOEvents and EM observations; None if there is none."""
        adapter = _adapter(self.client)
        if self._old_client is None and self.store is not None and adapter is not None:
            self._old_client = FakeGraceDb(store=self.store, api_version="v1")
            self._old_client._act_as(adapter.identity)
        return self._old_client


def _adapter(client: Any) -> StoreAdapter | None:
    """Give what leads a client to a store; None if nothing does."""
    found = client.get_adapter(client._service_url)
    return found if isinstance(found, StoreAdapter) else None


def is_production(url: str) -> bool:
    """Whether a URL is one of the production server."""
    return (urlsplit(url).hostname or "").rstrip(".").lower() == _PRODUCTION


def open_target(service: Any) -> Target:
    """Give what things are to be created on.

    Parameters
    ----------
    service : str, path-like or GraceDb
        An alias, a URL, the folder of a store, or a client.

    Raises
    ------
    RegenerationError
        The production server, by whatever name; there is no way around that.
    """
    if isinstance(service, str):
        url = ALIASES.get(service, service)
        if "://" in url:
            if is_production(url):
                raise _refused(f"{service}")
            client = connect(service, auth=True)
            if not os.environ.get("REQUESTS_CA_BUNDLE") and (found := bundle()).is_file():
                client.verify = str(found)
            return _checked(client, root_of(url))
    client = connect(service)
    return _checked(client, str(client._service_url))


def _refused(what: str) -> RegenerationError:
    return RegenerationError(
        f"{what} is the production server: nothing is ever created there; --target takes a test "
        "server or the folder of a store"
    )


def _checked(client: GraceDb, url: str) -> Target:
    """Refuse a client that ends on the production server, also by way of a redirection."""
    adapter = _adapter(client)
    if adapter is not None:  # of a store, whatever its URL says
        store = adapter.application.store
        return Target(client, str(store.path), store)
    if is_production(url):
        raise _refused(url)
    answer = client.get(url)
    for one in (*answer.history, answer):
        if is_production(one.url) or is_production(one.headers.get("Location", "")):
            raise _refused(f"{url} leads to {one.url}, which")
    return Target(client, url)
