"""Services: what stands behind the name of a GraceDB, as a client that speaks to it.

A service is a URL, an alias, a folder (a store), or a client that is there already.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .errors import FakeGraceDbError

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

    from .store import Store

__all__ = ["ALIASES", "connect", "name_of", "root_of"]

ALIASES = {
    "production": "https://gracedb.ligo.org",
    "playground": "https://gracedb-playground.ligo.org",
    "test": "https://gracedb-test.ligo.org",
    "dev": "https://gracedb-test01.igwn.org",
    "cnaf": "https://gracedb-test01.igwn.org",
    "local": "https://gracedb.default.svc.cluster.local",
    "mocked": "https://gracedb-donotexist.igwn.org",
}
_FAKE = "fake"


def connect(
    service: str | os.PathLike[str] | Store | GraceDb, *, auth: bool = False, **options: Any
) -> GraceDb:
    """Give a client of a service.

    Parameters
    ----------
    service : str, path-like, Store or GraceDb
        An alias of `ALIASES`; ``fake``, the store that ``FAKEGRACEDB_STORE`` names; a URL; a store
        or its folder; or a client, which is given back as it is.
    auth : bool
        Whether a real client may look for credentials, as it usually does. Without, it reads what
        is public.
    **options
        Further arguments of the client.

    Raises
    ------
    FakeGraceDbError
        If ``fake`` is meant and the environment names no store.
    """
    if hasattr(service, "superevent") and hasattr(service, "get"):
        return service
    if isinstance(service, str):
        if service == _FAKE:
            named = os.environ.get("FAKEGRACEDB_STORE")
            if not named:
                raise FakeGraceDbError("'fake' is the store that $FAKEGRACEDB_STORE names: set it")
            return _fake(named, options)
        url = ALIASES.get(service, service)
        if "://" in url:
            from ligo.gracedb.rest import GraceDb

            return GraceDb(root_of(url), force_noauth=not auth, **options)
    return _fake(service, options)


def _fake(store: Any, options: dict[str, Any]) -> GraceDb:
    from .client import FakeGraceDb

    return FakeGraceDb(store=store, **options)


def root_of(url: str) -> str:
    """Give the root of the API of a server, whether its own URL was given or that of its API."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if "/api" not in f"{path}/":
        path += "/api"
    return f"{parts.scheme}://{parts.netloc}{path}/"


def name_of(service: str | os.PathLike[str] | Store | GraceDb) -> str:
    """Name a service in a text: by its alias if it has one, else by its URL; stores are fakes."""
    url: str
    if hasattr(service, "_fakegracedb"):
        return _FAKE
    if hasattr(service, "_service_url"):
        url = service._service_url
    elif isinstance(service, str) and "://" in service:
        url = service
    else:
        return service if isinstance(service, str) and service in ALIASES else _FAKE
    root = root_of(url).removesuffix("/api/")
    return next((alias for alias, its in ALIASES.items() if its == root), root_of(url))
