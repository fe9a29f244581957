"""Where things are created: aliases of servers, clients for them, and the refusal of production."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import RegenerationError

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

__all__ = ["ALIASES", "BASIC_AUTH", "Target", "is_production", "resolve", "target"]

ALIASES = {
    "production": "https://gracedb.ligo.org",
    "playground": "https://gracedb-playground.ligo.org",
    "test": "https://gracedb-test.ligo.org",
    "dev": "https://gracedb-test01.igwn.org",
    "cnaf": "https://gracedb-test01.igwn.org",
    "local": "https://gracedb.default.svc.cluster.local",
    "mocked": "https://gracedb-donotexist.igwn.org",
}
"""Names of servers, and their roots. `mocked` is one that must never be there."""

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
    fake : bool
        Whether it is a store of ours, with a clock that can be set.
    """

    client: Any
    name: str
    fake: bool
    _old_client: Any = field(default=None, repr=False)

    @property
    def v1(self) -> Any:
        """A client on the API v1, which has VOEvents and EM observations; None if there is none."""
        if self._old_client is None and self.fake:
            from ..client import FakeGraceDb

            old = FakeGraceDb(store=self.client.store, api_version="v1")
            self._old_client = old.as_user(None) if _user(self.client) is None else old
        return self._old_client

    def alternatives(self, *, v1: bool) -> list[Any]:
        """Give the clients that may know a call that one version of the API does not have."""
        if not v1:
            return [self.client]
        return [one for one in (self.client, self.v1) if one is not None]


def _user(client: Any) -> str | None:
    identity = client._fakegracedb.adapters[0].identity
    return "" if identity is None else identity.name


def resolve(service: str) -> tuple[str, bool]:
    """Give the API root or the folder that a name, URL or path means, and whether it is a folder.

    Raises
    ------
    RegenerationError
        ``fake`` without a store in the environment.
    """
    if service == "fake":
        folder = os.environ.get("FAKEGRACEDB_STORE")
        if not folder:
            raise RegenerationError("`fake` is the store in $FAKEGRACEDB_STORE, which is not set")
        return folder, True
    url = ALIASES.get(service, service)
    if "://" not in url:
        return url, True
    if urlsplit(url).path.strip("/"):
        return url.rstrip("/") + "/", False
    return url.rstrip("/") + "/api/", False


def is_production(url: str) -> bool:
    """Whether a URL is one of the production server."""
    return (urlsplit(url).hostname or "").rstrip(".").lower() == _PRODUCTION


def target(service: Any) -> Target:
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
    if isinstance(service, str | os.PathLike):
        place, folder = resolve(os.fspath(service))
        if folder:
            from ..client import FakeGraceDb

            return Target(FakeGraceDb(store=Path(place)), place, True)
        if is_production(place):
            raise _refused(place)
        return _checked(_real_client(place), place)
    from ..client import FakeGraceDb

    if isinstance(service, FakeGraceDb):
        return Target(service, str(service.store.path), True)
    url = str(getattr(service, "service_url", getattr(service, "_service_url", "")))
    return _checked(service, url)


def _refused(what: str) -> RegenerationError:
    return RegenerationError(
        f"{what} is the production server: nothing is ever created there; --target takes a test "
        "server or the folder of a store"
    )


def _checked(client: GraceDb, url: str) -> Target:
    """Refuse a client that ends on the production server, also by way of a redirection."""
    from ..transport import StoreAdapter

    if isinstance(client.get_adapter(url), StoreAdapter):
        return Target(client, url, False)  # of a store, whatever its URL says
    if is_production(url):
        raise _refused(url)
    answer = client.get(url)
    for one in (*answer.history, answer):
        if is_production(one.url) or is_production(one.headers.get("Location", "")):
            raise _refused(f"{url} leads to {one.url}, which")
    return Target(client, url, False)


def _real_client(url: str) -> Any:
    from ligo.gracedb.rest import GraceDb

    from .certificates import bundle

    client = GraceDb(url)
    if not os.environ.get("REQUESTS_CA_BUNDLE") and (found := bundle()).is_file():
        client.verify = str(found)
    return client
