"""`activate`: every GraceDB client of the process is served by a store, for as long as it lasts."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .api.message import group_names
from .client import FakeGraceDb
from .transport import Waits, swapping
from .transport.choices import chosen_identity

if TYPE_CHECKING:
    from .client import Time
    from .store import Store

__all__ = ["Activation", "activate"]

F = TypeVar("F", bound=Callable[..., Any])


def activate(
    store: str | os.PathLike[str] | Store | None = None,
    *,
    user: str | None = None,
    groups: Iterable[str] | None = None,
    server_version: str | None = None,
    clock: Time | None = None,
    waits: Waits = "real",
    allow_network: bool = False,
) -> Activation:
    """Let a store answer every GraceDB client of this process.

    Use it as a context manager or as a decorator of functions (also asynchronous ones and
    generators) and of test classes. Of a `unittest.TestCase` each test is run in it, from ``setUp``
    to its cleanups, and so are ``setUpClass`` and ``tearDownClass``, which share the store with
    tests if it has a name. Of other classes the methods ``test…`` are decorated; the pytest marker
    does what lies around them too.

    Parameters
    ----------
    store : path-like, Store or None
        The folder. None is ``$FAKEGRACEDB_STORE``; without that a temporary folder, a new one each
        time it is entered.
    user : str, optional
        Who asks, whatever the clients say. None is ``$FAKEGRACEDB_USER``, else the store's default
        user; and clients with ``force_noauth=True`` are unauthenticated readers.
    groups : iterable of str, optional
        Groups to act with; None takes those that the store has for this user.
    server_version : {"2.36", "2.33"}, optional
        As for `FakeGraceDb`.
    clock : Clock, str, datetime, float or timedelta, optional
        Sets the store's clock.
    waits : {"real", "skip"}
        As for `FakeGraceDb`.
    allow_network : bool
        Whether an adapter that was mounted on a client for a certain server is used; and whether
        a client that chooses its adapter by itself may open a connection.

    Returns
    -------
    Activation
        Entering it gives a `FakeGraceDb` on the store.

    Notes
    -----
    It does not matter how a client came about: bound at import, of a subclass, made before, with
    arguments that need credentials. Of several activations the one entered last counts, in all
    threads. At the end all is as it was; a client that was made meanwhile is of no use then, and
    says so.

    Examples
    --------
    >>> from fakegracedb import activate
    >>> from ligo.gracedb.rest import GraceDb
    >>> with activate():
    ...     GraceDb().ping().status_code
    200
    """
    if callable(store):
        raise TypeError(f"activate takes a store, not {store!r}: decorate with @activate()")
    return Activation(
        store,
        user,
        None if groups is None else group_names(groups),
        allow_network,
        {"server_version": server_version, "clock": clock, "waits": waits},
    )


class Activation:
    """What `activate` gives."""

    def __init__(
        self,
        store: str | os.PathLike[str] | Store | None,
        user: str | None,
        groups: tuple[str, ...] | None,
        allow_network: bool,
        options: dict[str, Any],
    ) -> None:
        self._store = store
        self._user = user
        self._groups = groups
        self._allow_network = allow_network
        self._options = options
        self._entered: list[tuple[FakeGraceDb, swapping.Swap]] = []

    def __enter__(self) -> FakeGraceDb:
        client = FakeGraceDb(store=self._store, user=self._user, **self._options)
        behind = client._fakegracedb
        identity = chosen_identity(client.store, self._user, self._groups)
        client._act_as(identity)
        swap = swapping.Swap(
            behind.application,
            identity,
            named=self._user is not None or self._groups is not None,
            waits=self._options["waits"],
            allow_network=self._allow_network,
        )
        swapping.put_in(swap)
        self._entered.append((client, swap))
        return client

    def __exit__(self, *exception: object) -> None:
        client, swap = self._entered.pop()
        swapping.take_out(swap)
        client.close()

    def __call__(self, decorated: F) -> F:
        """Decorate: each call is made with an activation of its own."""
        if inspect.isclass(decorated):
            self._decorate_tests(decorated)
            return decorated
        return cast(F, self._wrapped(decorated))

    def _decorate_tests(self, kind: Any) -> None:
        unittest = sys.modules.get("unittest")
        if unittest is not None and issubclass(kind, unittest.TestCase):
            kind.run = self._wrapped(kind.run)
            for name in ("setUpClass", "tearDownClass"):
                setattr(kind, name, classmethod(self._wrapped(getattr(kind, name).__func__)))
            return
        for name, function in list(vars(kind).items()):
            if name.startswith("test") and inspect.isfunction(function):
                setattr(kind, name, self(function))

    def _anew(self) -> Activation:
        return Activation(self._store, self._user, self._groups, self._allow_network, self._options)

    def _wrapped(self, function: Any) -> Any:
        if inspect.isasyncgenfunction(function):

            @functools.wraps(function)
            async def wrapper(*args: Any, **kwargs: Any) -> Any:
                with self._anew():
                    async for value in function(*args, **kwargs):
                        yield value

        elif inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def wrapper(*args: Any, **kwargs: Any) -> Any:
                with self._anew():
                    return await function(*args, **kwargs)

        elif inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                with self._anew():
                    return (yield from function(*args, **kwargs))

        else:

            @functools.wraps(function)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                with self._anew():
                    return function(*args, **kwargs)

        return wrapper
