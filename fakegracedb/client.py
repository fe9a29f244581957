"""`FakeGraceDb`: the real client, with a folder in place of the server.

Every method is inherited. What is swapped is the wire below them (`StoreAdapter`), and the search
for credentials above them, which the real client makes at construction and at every request.
"""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from igwn_auth_utils.requests import HTTPSciTokenAuth  # type: ignore[import-untyped]
from ligo.gracedb.rest import GraceDb

from .api.app import Application, check_server_version
from .api.message import Identity
from .errors import StoreError
from .store import Store
from .transport import StoreAdapter, Waits

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from .alerts import Alerts
    from .api.calls import Calls
    from .api.faults import FaultPlan
    from .clock import Clock
    from .store import StoreClock

    Time = Clock | datetime | timedelta | str | float

__all__ = ["FakeGraceDb"]

_REAL = inspect.signature(GraceDb.__init__)
_REST = next((p.name for p in _REAL.parameters.values() if p.kind is p.VAR_KEYWORD), "")
# What the real constructor is told in place of what the user says of credentials.
_NO_SEARCH = {
    "force_noauth": True,
    "fail_if_noauth": False,
    "cred": None,
    "reload_cred": False,
    "reload_certificate": False,
}
_NO_FILE = "<fakegracedb>"  # where the real client shows the path of a certificate that it found
_TOKEN_LIFE = 3 * 3600  # s


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
            bound = _REAL.bind(self, *args, **kwargs)
        except TypeError:
            super().__init__(*args, **kwargs)  # the real client says what is wrong
            raise
        said = {**bound.arguments, **bound.arguments.get(_REST, {})}
        _refuse_folder(said.get("service_url"))
        if waits not in get_args(Waits):
            raise ValueError(f"waits must be 'real' or 'skip', not {waits!r}")
        if user == "":
            raise ValueError("user is empty; force_noauth=True is a reader without credentials")
        if server_version is None:
            server_version = os.environ.get("FAKEGRACEDB_SERVER_VERSION") or None
        check_server_version(server_version)
        if not (said.get("force_noauth") and said.get("fail_if_noauth")):  # which is an error
            _forbid_search(bound.arguments)
        super().__init__(*bound.args[1:], **bound.kwargs)

        self.trust_env = False  # or requests looks into netrc and the environment
        place, temporary = _opened(store)
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
            certificate=_certificate(said.get("use_auth"), said.get("cred")),
            token=said.get("use_auth") != "x509",
        )
        if user is None and not said.get("force_noauth"):
            user = os.environ.get("FAKEGRACEDB_USER") or None
            self._act_as(None if user is None else Identity(user))
        else:
            self._act_as(Identity(user))
        if clock is not None:
            self.clock = clock

    def _act_as(self, identity: Identity | None) -> None:
        """Ask in somebody's name from now on, and show what credentials that would take."""
        behind = self._fakegracedb
        for adapter in behind.adapters:
            adapter.identity = identity
        self.auth = _NoSearch(behind.adapters[0], self.host)
        self.auth_type = set()
        self.cert: Any = False
        if identity is None or identity.name is not None:
            if behind.token:
                self.auth_type.add("scitoken")
            if behind.certificate is not None:
                self.auth_type.add("x509")
                self.cert = behind.certificate

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
            For groups without a name.
        """
        behind = self._fakegracedb
        client = FakeGraceDb(*behind.args, store=self.store, **behind.ours, **behind.kwargs)
        client._fakegracedb.temporary = behind.temporary
        if groups is not None:
            groups = (groups,) if isinstance(groups, str) else tuple(groups)
            if name is None and groups:
                raise ValueError("an unauthenticated reader is in no group")
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
            return f"<{kind}: {folder} as {_name(self._fakegracedb.adapters[0])}>"
        except StoreError:  # a store that is damaged or not one; requests say what is wrong
            return f"<{kind}: {folder}>"


def _show_signature() -> None:
    """Let `help` and editors show the real client's arguments and then ours."""
    ours = inspect.signature(FakeGraceDb.__init__).parameters
    mine = {name: p for name, p in ours.items() if p.kind is p.KEYWORD_ONLY}
    real = [p for p in _REAL.parameters.values() if p.name not in mine]
    rest = [real.pop()] if _REST else []  # **kwargs stand last
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
    certificate: str | tuple[str, ...] | None
    token: bool

    @property
    def application(self) -> Application:
        return self.adapters[0].application


class _NoSearch(HTTPSciTokenAuth):  # type: ignore[misc]
    """The token of a session that has none and shall not look for one.

    An empty text is a token that is there, so no search begins; and not one that is sent.
    """

    def __init__(self, adapter: StoreAdapter, host: str | None) -> None:
        super().__init__(token="", audience=f"https://{host}", scope="gracedb.read")
        self._adapter = adapter

    def find_token(self, url: str | None = None, error: bool = True) -> dict[str, Any]:
        """Give the contents of a token such as the user would have."""
        return {
            "sub": _name(self._adapter),
            "scope": self.scope,
            "aud": self.audience,
            "exp": int(time.time()) + _TOKEN_LIFE,
        }


def _name(adapter: StoreAdapter) -> str:
    identity = adapter.identity
    if identity is None:
        return str(adapter.application.store.settings["user"])
    return "an unauthenticated reader" if identity.name is None else identity.name


def _forbid_search(arguments: dict[str, Any]) -> None:
    """Change the real constructor's arguments so that it looks for no credentials."""
    for name, value in _NO_SEARCH.items():
        if name in _REAL.parameters:
            arguments[name] = value
        elif _REST and (name == "force_noauth" or name in arguments.get(_REST, {})):
            arguments[_REST] = {**arguments.get(_REST, {}), name: value}  # handed on from there


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


def _opened(store: str | os.PathLike[str] | Store | None) -> tuple[Store, bool]:
    """Give the store that is meant, and whether it is a temporary one of this client."""
    if isinstance(store, Store):
        return store, False
    folder = store if store is not None else os.environ.get("FAKEGRACEDB_STORE") or None
    if folder is None:
        return Store.temporary(), True
    if "://" in os.fspath(folder):
        raise ValueError(f"store={folder!r} is not a folder; a URL is given as service_url")
    return Store(folder), False


def _certificate(use_auth: Any, cred: Any) -> str | tuple[str, ...] | None:
    """Give what the real client would show as its certificate; nobody looks whether it is there."""
    if use_auth == "scitoken" or (not cred and use_auth != "x509"):
        return None
    if isinstance(cred, (tuple, list)):
        return tuple(str(part) for part in cred)
    return os.fspath(cred) if isinstance(cred, (str, os.PathLike)) else _NO_FILE
