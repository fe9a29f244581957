"""The swaps that are in: what answers the GraceDB clients of this process. The last one counts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from ..api.message import Identity
from .adapter import StoreAdapter, Waits
from .credentials import NoSearch

if TYPE_CHECKING:
    from ..api.app import Application

__all__ = ["Swap", "asker", "current", "is_served", "lock", "swaps"]

_UNAUTHENTICATED = Identity(None)
_SCHEMES = ("https://", "http://")


@dataclass(eq=False)
class Swap:
    """Who answers the GraceDB clients of this process, and in whose name they ask.

    Attributes
    ----------
    application : Application
        Who answers.
    identity : Identity or None
        Who asks; None is the store's default user.
    named : bool
        Whether that holds for clients with ``force_noauth=True`` too, which are unauthenticated
        readers otherwise.
    waits : {"real", "skip"}
        As for `StoreAdapter`.
    allow_network : bool
        Whether a client may use an adapter that somebody mounted on it for a certain server.
    """

    application: Application
    identity: Identity | None = None
    named: bool = False
    waits: Waits = "real"
    allow_network: bool = False
    # what clients would keep on themselves: the server's root, and a choice of their own
    roots: WeakKeyDictionary[Any, Any] = field(default_factory=WeakKeyDictionary)
    choosing: WeakSet[Any] = field(default_factory=WeakSet)
    blanks: dict[str | None, NoSearch] = field(default_factory=dict)  # by host
    _adapters: WeakKeyDictionary[Any, dict[bool, StoreAdapter]] = field(
        default_factory=WeakKeyDictionary
    )

    def adapter_for(self, client: Any, real: Any) -> StoreAdapter:
        """Give what answers a client in place of its real adapter, with the same retry policy."""
        anonymous = not self.named and _is_anonymous(client)
        known = self._adapters.get(real)
        adapter = None if known is None else known.get(anonymous)
        if adapter is None:
            known = self._adapters.setdefault(real, {})
            identity = _UNAUTHENTICATED if anonymous else self.identity
            retries = getattr(real, "max_retries", 0)
            adapter = StoreAdapter(self.application, identity, retries, self.waits)
            adapter = known.setdefault(anonymous, adapter)
        return adapter

    def lets_choose(self, client: Any) -> bool:
        """Whether somebody has given a client another choice of adapter since the swap is in."""
        return "get_adapter" in client.__dict__ and client in self.choosing

    def leaves(self, client: Any, url: str) -> bool:
        """Whether a client may ask a URL by an adapter of its own."""
        if not self.allow_network:
            return False
        prefix = next((one for one in client.adapters if url.lower().startswith(one.lower())), "")
        return prefix not in ("", *_SCHEMES)


swaps: list[Swap] = []
lock = threading.Lock()


def current() -> Swap | None:
    """Give the swap that counts, if any is in."""
    try:
        return swaps[-1]
    except IndexError:  # in a thread that came late
        return None


def _is_anonymous(client: Any) -> bool:
    """Whether a client has no credentials, as with ``force_noauth=True``."""
    own = client.__dict__
    return own.get("auth") is None and not own.get("cert")


def is_served(client: Any) -> bool:
    """Whether a client has a store of its own, and so is left alone."""
    for adapter in client.__dict__.get("adapters", {}).values():  # not any(): asked very often
        if isinstance(adapter, StoreAdapter):
            return True
    return False


def asker() -> str:
    """Give the name in which clients ask."""
    swap = current()
    return "nobody" if swap is None else StoreAdapter(swap.application, swap.identity).asker
