"""The test servers that a verb may work on: the real client of a URL, never of production."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .output import CommandError

if TYPE_CHECKING:
    from ligo.gracedb.rest import GraceDb

__all__ = ["client_of", "url"]

_PRODUCTION = "gracedb.ligo.org"


def url(text: str) -> str:
    """Check a URL on the command line, and give the root of its API.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is no URL, or one of the production server.
    """
    from argparse import ArgumentTypeError

    try:
        parts = urlsplit(text)
        host = _host(text)
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host:
        raise ArgumentTypeError(
            f"{text!r} is no URL of a server, as https://gracedb-test.ligo.org/api/; a folder is "
            "given with --store"
        )
    if host == _PRODUCTION:
        raise ArgumentTypeError(f"{host} is the production server, and no place for tests")
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path if '/api' in path else f'{path}/api'}/"


def _host(text: str) -> str:
    return (urlsplit(text).hostname or "").rstrip(".").lower()


def client_of(root: str, api_version: str | None = None, *, is_anonymous: bool = False) -> GraceDb:
    """Give the real client of a server, which looks for credentials as it always does.

    A server on this machine gets none, and nor does one that is to see an anonymous reader.

    Raises
    ------
    CommandError
        If the server behind the URL turns out to be the production server.
    """
    from ligo.gracedb.rest import GraceDb

    client = GraceDb(
        root, api_version=api_version, force_noauth=is_anonymous or _is_here(_host(root))
    )
    links: dict[str, Any] = client.links or {}
    for link in links.values():
        if _host(str(link)) == _PRODUCTION:
            client.close()
            raise CommandError(f"{root} leads to {_PRODUCTION}, the production server")
    return client


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
