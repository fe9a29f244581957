"""`FakeGraceDb`: the real client, with a folder in place of the server.

Every method is inherited. What is swapped is the wire below them (`StoreAdapter`), and the search
for credentials above them, which the real client makes at construction and at every request.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ligo.gracedb.client import GraceDBClient
from ligo.gracedb.rest import GraceDb

from .api.app import Application
from .api.message import Identity, group_names, user_name
from .errors import FakeGraceDbError, StoreError
from .store import Store
from .transport import StoreAdapter, Waits
from .transport.choices import chosen_store, chosen_user, chosen_version, chosen_waits
from .transport.credentials import Constructor, Shown

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from .alerts import Alerts
    from .api.calls import Calls
    from .api.faults import FaultPlan
    from .clock import Clock
    from .store import StoreClock

    Time = Clock | datetime | timedelta | str | float

__all__ = ["FakeGraceDb"]


def _refuse_patched(real: Any) -> None:
    if not (inspect.isclass(real) and issubclass(real, GraceDBClient)):
        raise FakeGraceDbError(
            f"ligo.gracedb.rest.GraceDb is not the real client now, but {real!r}: import "
            "FakeGraceDb or activate from fakegracedb before it is patched"
        )


_refuse_patched(GraceDb)
_REAL = Constructor(GraceDb.__init__)


class FakeGraceDb(GraceDb):  # type: ignore[misc]  # the real client comes without types
    """A GraceDB client whose server is a folder.

    Parameters
    ----------
    *args, **kwargs
        Those of `ligo.gracedb.rest.GraceDb`, in its order. Credentials are neither needed nor
        looked for, whatever is said about them. `service_url` only names the server in links.
    store : path-like, Store or None
        The folder, made at the first change when it is missing. None is ``$FAKEGRACEDB_STORE``;
        without that a temporary folder, gone when the client is closed or forgotten.
    server_version : {"2.36", "2.33"}, optional
        Which server is imitated; None is ``$FAKEGRACEDB_SERVER_VERSION``, else the store's setting.
    user : str, optional
        Who asks; None is an unauthenticated reader with ``force_noauth=True``, else
        ``$FAKEGRACEDB_USER``, else the store's default user.
    clock : Clock, str, datetime, float or timedelta, optional
        Sets the store's clock, as ``client.clock = …`` does.
    waits : {"real", "skip"}
        With ``"skip"``, retry back-off and injected delays pass without sleeping.

    Raises
    ------
    ValueError
        For an impossible value of ours, or a folder given as `service_url`.
    StoreError
        If `store` holds something else, or is no folder.
    TypeError, ValueError
        As the real constructor, where it refuses something for other reasons than credentials.
    """

    def __init__(
        self,
        *args: Any,
        store: str | os.PathLike[str] | Store | None = None,
        server_version: str | None = None,
        user: str | None = None,
        clock: Time | None = None,
        waits: Waits = "real",
        **kwargs: Any,
    ) -> None:
        try:
            bound = _REAL.signature.bind(self, *args, **kwargs)
        except TypeError:
            super().__init__(*args, **kwargs)  # the real client says what is wrong
            raise
        said = _REAL.said(bound)
        _refuse_folder(said.get("service_url"))
        waits = chosen_waits(waits)
        if user is not None or not said.get("force_noauth"):
            user = chosen_user(user)
        server_version = chosen_version(server_version)
        _REAL.forbid_search(bound)
        super().__init__(*bound.args[1:], **bound.kwargs)

        place, temporary = chosen_store(store)
        application = Application(place, server_version)
        adapters = {
            scheme: StoreAdapter(
                application, None, getattr(self.get_adapter(scheme), "max_retries", 0), waits
            )
            for scheme in ("https://", "http://")
        }
        self.adapters.clear()
        for scheme, adapter in adapters.items():
            self.mount(scheme, adapter)
        self._fakegracedb = _Behind(
            args=args,
            kwargs=kwargs,
            ours={"server_version": server_version, "waits": waits},
            calls=application.calls,
            faults=application.faults,
            adapters=tuple(adapters.values()),
            temporary=temporary,
            shown=Shown.of(said),
        )
        unnamed = user is None and not said.get("force_noauth")
        self._act_as(None if unnamed else Identity(user))
        if clock is not None:
            self.clock = clock

    def _act_as(self, identity: Identity | None) -> None:
        """Ask in somebody's name from now on, and show what credentials that would take."""
        behind = self._fakegracedb
        for adapter in behind.adapters:
            adapter.identity = identity
        adapter = behind.adapters[0]
        authenticated = identity is None or identity.name is not None
        behind.shown.show(self, lambda: adapter.asker, authenticated=authenticated)

    def as_user(self, name: str | None, groups: Iterable[str] | None = None) -> FakeGraceDb:
        """Give another client on the same store, made with the same arguments.

        Parameters
        ----------
        name : str or None
            The user; None is an unauthenticated reader.
        groups : iterable of str, optional
            Groups to act with; None takes those that the store has for this user.

        Returns
        -------
        FakeGraceDb
            This client stays as it is.

        Raises
        ------
        ValueError
            For groups without a name, what is no name, and groups that the store does not know.
        """
        behind = self._fakegracedb
        client = FakeGraceDb(*behind.args, store=self.store, **behind.ours, **behind.kwargs)
        client._fakegracedb.temporary = behind.temporary
        if groups is not None:
            groups = group_names(groups, self.store.vocabulary.user_groups)
            if name is None and groups:
                raise ValueError("an unauthenticated reader is in no group")
        if name is not None:
            name = user_name(name)
        client._act_as(Identity(name, groups))
        return client

    @property
    def store(self) -> Store:
        """The store behind this client."""
        return self._fakegracedb.application.store

    @property
    def clock(self) -> StoreClock:
        """The store's clock; assign a time, ``"system"`` or an offset to set it."""
        return self.store.clock

    @clock.setter
    def clock(self, value: Time) -> None:
        self.store.clock.set(value)

    @property
    def calls(self) -> Calls:
        """What the store was asked so far, by all its clients in this process."""
        return self._fakegracedb.calls

    @property
    def faults(self) -> FaultPlan:
        """The trouble planned for all clients of the store in this process."""
        return self._fakegracedb.faults

    @property
    def alerts(self) -> Alerts:
        """The alerts that the changes of the store caused; `subscribe` to be told of new ones."""
        from .alerts import Alerts

        return Alerts(self.store)

    def close(self) -> None:
        """Close the session, as of the real client, and let go of a temporary store."""
        super().close()
        if self._fakegracedb.temporary:
            for adapter in self._fakegracedb.adapters:
                adapter.release()

    def __repr__(self) -> str:
        kind = type(self).__name__
        try:
            folder = self.store.path
        except StoreError:
            return f"<{kind}: closed>"
        try:
            return f"<{kind}: {folder} as {self._fakegracedb.adapters[0].asker}>"
        except StoreError:  # a store that is damaged or not one; requests say what is wrong
            return f"<{kind}: {folder}>"


def _show_signature() -> None:
    """Let `help` and editors show the real client's arguments and then ours."""
    ours = inspect.signature(FakeGraceDb.__init__).parameters
    mine = {name: p for name, p in ours.items() if p.kind is p.KEYWORD_ONLY}
    real = [p for p in _REAL.signature.parameters.values() if p.name not in mine]
    rest = [real.pop()] if _REAL.rest else []  # **kwargs stand last
    parameters = [*real, *mine.values(), *rest]
    FakeGraceDb.__init__.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]


_show_signature()


@dataclass(slots=True)
class _Behind:
    """What a client keeps beside the real one's attributes, under one name that is not its."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    ours: dict[str, Any]
    calls: Calls  # which can still be read when a temporary store is gone
    faults: FaultPlan
    adapters: tuple[StoreAdapter, ...]
    temporary: bool
    shown: Shown

    @property
    def application(self) -> Application:
        return self.adapters[0].application


def _refuse_folder(service_url: Any) -> None:
    if isinstance(service_url, str):
        scheme, separator, _ = service_url.partition("://")
        if separator and scheme.lower() != "file":
            return
    elif not isinstance(service_url, os.PathLike):
        return  # not given, or a matter of the real client
    raise ValueError(
        f"service_url={os.fspath(service_url)!r} is not a URL of a server (https://…), and only "
        "names the server in links; the folder is given as store=…"
    )
