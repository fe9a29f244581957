"""Credentials: what keeps the real client from looking for them, and what it shows instead.

The real client looks for tokens, certificates and netrc entries when it is made, and again at every
request, above the adapter. A fake one needs none, and works where there are none.
"""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from igwn_auth_utils.requests import HTTPSciTokenAuth  # type: ignore[import-untyped]

__all__ = ["Constructor", "NoSearch", "Shown", "search_no_more"]

# What a real constructor is told in place of what the user says of credentials.
_NO_SEARCH = {
    "force_noauth": True,
    "fail_if_noauth": False,
    "cred": None,
    "token": False,
    "reload_cred": False,
    "reload_certificate": False,
}
_NO_FILE = "<fakegracedb>"  # where the real client shows the path of a certificate that it found
_TOKEN_LIFE = 3 * 3600  # s


class Constructor:
    """A constructor of the real client, to be called without a search for credentials.

    Parameters
    ----------
    function : callable
        The real ``__init__``.

    Attributes
    ----------
    signature : inspect.Signature
        Its own.
    rest : str
        The name of its ``**kwargs``, if it has any.
    """

    def __init__(self, function: Callable[..., None]) -> None:
        self.signature = inspect.signature(function)
        parameters = self.signature.parameters.values()
        self.rest = next((p.name for p in parameters if p.kind is p.VAR_KEYWORD), "")

    def said(self, bound: inspect.BoundArguments) -> dict[str, Any]:
        """Give what the user said, by name."""
        return {**bound.arguments, **bound.arguments.get(self.rest, {})}

    def forbid_search(self, bound: inspect.BoundArguments) -> None:
        """Change arguments so that no credentials are looked for."""
        arguments = bound.arguments
        said = self.said(bound)
        if said.get("force_noauth") and said.get("fail_if_noauth"):
            return  # which the real client refuses
        for name, value in _NO_SEARCH.items():
            if name in self.signature.parameters:
                arguments[name] = value
            elif self.rest and (name == "force_noauth" or name in arguments.get(self.rest, {})):
                arguments[self.rest] = {**arguments.get(self.rest, {}), name: value}  # handed on


class NoSearch(HTTPSciTokenAuth):  # type: ignore[misc]
    """The token of a session that has none and shall not look for one.

    An empty text is a token that is there, so no search begins; and not one that is sent.

    Parameters
    ----------
    whose : callable
        Gives the name of who asks.
    host : str or None
        The server.
    """

    def __init__(self, whose: Callable[[], str], host: str | None) -> None:
        super().__init__(token="", audience=f"https://{host}", scope="gracedb.read")
        self._whose = whose

    def find_token(self, url: str | None = None, error: bool = True) -> dict[str, Any]:
        """Give the contents of a token such as the user would have."""
        return {
            "sub": self._whose(),
            "scope": self.scope,
            "aud": self.audience,
            "exp": int(time.time()) + _TOKEN_LIFE,
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """What credentials a client shows that was made with certain arguments.

    Attributes
    ----------
    token : bool
        Whether it shows a token.
    certificate : str, tuple of str or None
        The path of its certificate; nobody looks whether it is there.
    """

    token: bool
    certificate: str | tuple[str, ...] | None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Shown:
        """Give what the real client would show, having found all that it was told to look for."""
        use_auth, cred = said.get("use_auth"), said.get("cred")
        certificate: str | tuple[str, ...] | None = None
        if use_auth != "scitoken" and (cred or use_auth == "x509"):
            if isinstance(cred, (tuple, list)):
                certificate = tuple(str(part) for part in cred)
            else:
                certificate = os.fspath(cred) if isinstance(cred, str | os.PathLike) else _NO_FILE
        return cls(use_auth != "x509", certificate)

    def show(self, client: Any, whose: Callable[[], str], *, authenticated: bool) -> None:
        """Let a client show them, and look for none."""
        client.trust_env = False  # or requests looks into netrc and the environment
        client.auth = NoSearch(whose, client.host)
        client.auth_type = set()
        client.cert = False
        if authenticated:
            if self.token:
                client.auth_type.add("scitoken")
            if self.certificate is not None:
                client.auth_type.add("x509")
                client.cert = self.certificate


def search_no_more(client: Any) -> None:
    """Let a real client that was made without credentials look for none at its requests either.

    It would read ``~/.netrc``, and the environment anew each time.
    """
    client.trust_env = False
    client.auth = HTTPSciTokenAuth(token="")  # a text that is there, so that no search begins
