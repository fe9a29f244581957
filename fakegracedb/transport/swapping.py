"""The fake below every GraceDB client of the process, as long as a `Swap` is in.

The real class itself is changed, so that it does not matter when or where a client or a subclass
was made: its constructor, its choice of an adapter, and those attributes through which it finds
credentials and remembers the server. They are shown otherwise while a swap is in and not written
to, so that nothing has to be undone on clients that nobody knows of.
"""

from __future__ import annotations

import functools
import inspect
from types import MethodType
from typing import Any

from igwn_auth_utils.requests import HTTPSciTokenAuth  # type: ignore[import-untyped]
from ligo.gracedb.client import GraceDBClient
from requests.adapters import HTTPAdapter

from ..errors import FakeGraceDbError
from .adapter import StoreAdapter
from .credentials import Constructor, NoSearch, Shown
from .swaps import Swap, asker, current, is_served, lock, swaps

__all__ = ["Swap", "put_in", "take_out"]

# The real ones, whatever other doubles do to `requests` later on.
_construct = GraceDBClient.__init__
_choose = inspect.unwrap(GraceDBClient.get_adapter)  # also below a server mounted for all sessions
_send = GraceDBClient.send
_constructor = Constructor(_construct)


def put_in(swap: Swap) -> None:
    """Let a swap answer all clients, until it is taken out or another one is put in."""
    with lock:
        if not swaps:
            for name, value in _OURS.items():
                setattr(GraceDBClient, name, value)
        swaps.append(swap)


def take_out(swap: Swap) -> None:
    """Let a swap answer no more, wherever it stands among those that are in."""
    with lock:
        swaps.remove(swap)
        if not swaps:
            for name in _OURS:
                if name in _THEIRS:
                    setattr(GraceDBClient, name, _THEIRS[name])
                else:
                    delattr(GraceDBClient, name)


class _Departed(HTTPAdapter):
    """The adapter of a client that was made while a swap was in, for when none is.

    It may not go on to a real server: it was made for the fake one, without credentials.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make no pool of connections."""

    def close(self) -> None:
        """Nothing to dispose of."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse."""
        raise FakeGraceDbError(
            f"{request.method} {request.url}: this client was made while the fake was swapped in, "
            "and the fake has gone: make the client anew, or swap the fake in again"
        )


# What the class has in place of its own while a swap is in


@functools.wraps(_construct)
def _constructed(self: Any, *args: Any, **kwargs: Any) -> None:
    try:
        bound = _constructor.signature.bind(self, *args, **kwargs)
    except TypeError:
        _construct(self, *args, **kwargs)  # the real client says what is wrong
        raise
    said = _constructor.said(bound)
    _constructor.forbid_search(bound)
    _construct(*bound.args, **bound.kwargs)
    swap = current()
    unauthenticated = bool(said.get("force_noauth"))
    named = swap is not None and swap.named
    Shown.of(said).show(self, asker, authenticated=named or not unauthenticated)
    if unauthenticated:
        self.auth = None
    for prefix, adapter in self.adapters.items():
        self.adapters[prefix] = _Departed(max_retries=getattr(adapter, "max_retries", 0))


def _chosen(self: Any, url: str) -> Any:
    swap = current()
    adapter = _choose(self, url)
    if swap is None or isinstance(adapter, StoreAdapter) or swap.leaves(self, url):
        return adapter
    return swap.adapter_for(self, adapter)


@functools.wraps(_send)
def _sent(self: Any, request: Any, **kwargs: Any) -> Any:
    swap = current()
    if swap is not None and (type(self).get_adapter is not _CHOICE or swap.lets_choose(self)):
        adapter = self.get_adapter(url=request.url)
        if isinstance(adapter, HTTPAdapter) and not isinstance(adapter, StoreAdapter | _Departed):
            _refuse_network(swap, request)
    return _send(self, request, **kwargs)


def _refuse_network(swap: Swap, request: Any) -> None:
    if swap.allow_network:
        return
    raise FakeGraceDbError(
        f"{request.method} {request.url}: while the fake is swapped in, no GraceDB client may open "
        "a connection, and this one chooses its adapter by itself; allow_network=True "
        "(pytest: gracedb_allow_network) lets it"
    )


class _Attribute:
    """An attribute of the instance, read in another way while a swap is in.

    Every request reads some of them several times.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __set__(self, client: Any, value: Any) -> None:
        client.__dict__[self.name] = value

    def __delete__(self, client: Any) -> None:
        try:
            del client.__dict__[self.name]
        except KeyError:
            raise self._missing(client) from None

    def _own(self, client: Any) -> Any:
        """Give the instance's own value."""
        try:
            return client.__dict__[self.name]
        except KeyError:
            raise self._missing(client) from None

    def _missing(self, client: Any) -> AttributeError:
        return AttributeError(f"{type(client).__name__!r} object has no attribute {self.name!r}")


class _Auth(_Attribute):
    """Credentials other than those that the real client would look for are left as they are."""

    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        value = self._own(client)
        searches = value is None or isinstance(value, HTTPSciTokenAuth)
        swap = current()
        if not searches or isinstance(value, NoSearch) or swap is None:
            return value
        host = client.__dict__.get("host")
        return swap.blanks.get(host) or swap.blanks.setdefault(host, NoSearch(asker, host))


class _Certificate(_Attribute):
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        value = self._own(client)
        return False if value in (None, True) else value  # both would be looked for


class _TrustEnv(_Attribute):
    def __get__(self, client: Any, owner: type) -> Any:
        return self if client is None else False  # or requests looks into netrc


class _Root(_Attribute):
    """The server's root, which a client asks for once: every server has its own."""

    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        swap = current()
        if swap is None or is_served(client):
            return self._own(client)
        return swap.roots.get(client)

    def __set__(self, client: Any, value: Any) -> None:
        swap = current()
        if swap is None or is_served(client):
            client.__dict__[self.name] = value
        else:
            client.__dict__.setdefault(self.name, None)
            swap.roots[client] = value


class _Choice(_Attribute):
    """The choice of an adapter: no attribute that another double left on a client hides it.

    One that is assigned while a swap is in counts: so does requests-mock for a session it is
    given.
    """

    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        swap = current()
        if swap is not None and swap.lets_choose(client):
            return client.__dict__[self.name]
        return MethodType(_chosen, client)

    def __set__(self, client: Any, value: Any) -> None:
        swap = current()
        if getattr(value, "__func__", None) in (_chosen, _choose):  # put back what was there
            client.__dict__.pop(self.name, None)
            if swap is not None:
                swap.choosing.discard(client)
        else:
            client.__dict__[self.name] = value
            if swap is not None:
                swap.choosing.add(client)


_CHOICE = _Choice("get_adapter")
_OURS: dict[str, Any] = {
    "__init__": _constructed,
    "get_adapter": _CHOICE,
    "send": _sent,
    "auth": _Auth("auth"),
    "cert": _Certificate("cert"),
    "trust_env": _TrustEnv("trust_env"),
    "_service_info": _Root("_service_info"),
}
_THEIRS = {name: vars(GraceDBClient)[name] for name in _OURS if name in vars(GraceDBClient)}
