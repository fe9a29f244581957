"""Services: what stands behind the name of a GraceDB, as a client that speaks to it.

A service is a URL, an alias, a folder (a store), or a client that is there already.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from .errors import ProductionError, ServiceError

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

    from .store import Store

__all__ = [
    "ALIASES",
    "connect",
    "connect_for_tests",
    "connect_to_source",
    "is_loopback",
    "is_production",
    "name_of",
    "reached_as",
    "refuse_production",
    "root_for_tests",
    "root_of",
]

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
_PRODUCTION = frozenset({"gracedb.ligo.org"})


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
        is public. A server on this machine gets none.
    **options
        Further arguments of the client.

    Raises
    ------
    ServiceError
        If ``fake`` is meant and the environment names no store.
    """
    if hasattr(service, "superevent") and hasattr(service, "get"):
        return service
    if isinstance(service, str):
        if service == _FAKE:
            named = os.environ.get("FAKEGRACEDB_STORE")
            if not named:
                raise ServiceError("'fake' is the store that $FAKEGRACEDB_STORE names: set it")
            return _fake(named, options)
        url = ALIASES.get(service, service)
        if "://" in url:
            from ligo.gracedb.rest import GraceDb

            root = root_of(url)
            anonymous = not auth or is_loopback(_host(root))
            client = GraceDb(root, force_noauth=anonymous, **options)
            return _settled(client, root, anonymous=anonymous)
    return _fake(service, options)


def connect_to_source(
    service: str | os.PathLike[str] | Store | GraceDb, *, auth: bool = False, **options: Any
) -> GraceDb:
    """Give a client of a service that is read, as `connect`: a store of it must be there.

    Raises
    ------
    ServiceError, StoreError
        As `connect`, and if there is no store.
    """
    client = connect(service, auth=auth, **options)
    if client is not service and hasattr(client, "_fakegracedb") and not client.store.exists():
        client.close()
        path = service if isinstance(service, str | os.PathLike) else client.store.path
        if path == _FAKE:
            path = f"{client.store.path}, which $FAKEGRACEDB_STORE names"
        raise ServiceError(
            f"there is no store in {path}; what is read is a store, a URL, or one of "
            f"{', '.join(ALIASES)}, {_FAKE}"
        )
    return client


def _settled(client: GraceDb, root: str, *, anonymous: bool) -> GraceDb:
    """Let a client know the certificates that were added, and one without a name stay that."""
    from .certificates import bundle

    named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    if named is None and (ours := bundle()).is_file():
        named = str(ours)
    if named is not None:
        client.verify = named
    if anonymous:
        from requests.utils import get_environ_proxies

        from .transport.credentials import search_no_more

        # once for the one server, and not at every request
        client.proxies.update(get_environ_proxies(root))
        search_no_more(client)
    return client


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


# Where nothing is created or tried


def is_production(url: str) -> bool:
    """Whether a URL is one of the production server, however it is spelled."""
    return _host(url) in _PRODUCTION


def _host(url: str) -> str:
    """Give the host that a client would turn to; empty for what is no URL.

    Capitals, a dot at the end, other scripts' forms of letters and dots, and a backslash, which
    ends the host for those who send, all lead to the same server.
    """
    try:
        host = unquote(urlsplit(url.strip().replace("\\", "/")).hostname or "")
    except ValueError:
        return ""
    with contextlib.suppress(UnicodeError):  # which a client would not get past either
        host = host.encode("idna").decode()
    return host.rstrip(".").lower()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by a name or number that nobody else is reached by."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def reached_as(host: str) -> str:
    """Give the host by which a server on this machine is reached from here, by where it listens."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def root_for_tests(service: str) -> str:
    """Give the root of the API of a test server.

    Parameters
    ----------
    service : str
        An alias of `ALIASES`, or a URL.

    Raises
    ------
    ServiceError
        If it is neither.
    ProductionError
        If it is the production server.
    """
    url = ALIASES.get(service, service)
    if not _host(url) or urlsplit(url).scheme not in ("http", "https"):
        names = ", ".join(name for name, its in ALIASES.items() if not is_production(its))
        raise ServiceError(
            f"{service!r} is no URL of a server, as https://gracedb-test.ligo.org/api/, and none "
            f"of {names}"
        )
    if is_production(url):
        raise _refused(service)
    return root_of(url)


def connect_for_tests(service: str, *, auth: bool = True, **options: Any) -> GraceDb:
    """Give a client of a test server, as `connect`.

    Raises
    ------
    ServiceError, ProductionError
        As `root_for_tests` and `refuse_production`.
    """
    client = connect(root_for_tests(service), auth=auth, **options)
    try:
        refuse_production(client)
    except BaseException:
        client.close()
        raise
    return client


def refuse_production(client: GraceDb) -> None:
    """Refuse a client that ends on the production server, by redirections and links too.

    Raises
    ------
    ProductionError
        If it does.
    """
    url = str(client._service_url)
    if is_production(url):
        raise _refused(url)
    answer = client.get(url)
    places = [one for step in (*answer.history, answer) for one in _places(step)]
    try:
        links = answer.json().get("links")
    except (AttributeError, ValueError):
        links = None
    if isinstance(links, dict):
        places += map(str, links.values())
    for place in places:
        if is_production(place):
            raise _refused(f"{url} leads to {place}, which")


def _places(answer: Any) -> tuple[str, str]:
    return str(answer.url), str(answer.headers.get("Location", ""))


def _refused(what: str) -> ProductionError:
    return ProductionError(
        f"{what} is the production server: nothing is ever created or tried there. Take a test "
        "server (playground, test, …) or a store"
    )
