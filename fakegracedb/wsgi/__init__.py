"""The fake server for WSGI: ``application(store)`` answers under waitress, gunicorn and others."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ..api.app import Application
from ..api.message import Identity, Request, Response, group_names, refusal, user_name
from ..api.stage import Stage
from ..errors import ApiError
from ..store import Store
from ..stretches import Stretch
from .answers import StartResponse, sent
from .environments import Environ, request_of

__all__ = ["WsgiApplication", "application"]


def application(
    store: Store | str | os.PathLike[str],
    server_version: str | None = None,
    user: str | None = None,
    *,
    groups: Iterable[str] | None = None,
    anonymous: bool = False,
    admin: bool = True,
    forwarded: bool = False,
) -> WsgiApplication:
    """Give a store as a WSGI application.

    Parameters
    ----------
    store : Store or path-like
        The folder, made at the first change when it is missing.
    server_version : {"2.36", "2.33"}, optional
        Which server is imitated; None: what the store's settings say.
    user : str, optional
        Who asks, where the request does not say; None is the store's default user.
    groups : iterable of str, optional
        Groups for that user to act with; None takes those that the store has.
    anonymous : bool
        Whether requests that do not say are those of a reader without credentials.
    admin : bool
        Whether ``/fake/`` is there, by which tests in other processes set the stage.
    forwarded : bool
        Whether to believe ``X-Forwarded-Proto``, ``-Host`` and ``-Port``: only behind a proxy.

    Returns
    -------
    WsgiApplication
        To be called by the WSGI server.

    Raises
    ------
    ValueError
        For a server version that does not exist, a user who is anonymous or without a name, or
        groups of nobody or that there are not.
    StoreError
        If the folder holds something else, or is none.

    Notes
    -----
    Any number of processes may serve one store. Planned faults and the record of calls belong to
    one process each.
    """
    if anonymous and user is not None:
        raise ValueError(f"user={user!r} and anonymous=True exclude each other")
    if groups is not None and user is None:
        raise ValueError("groups are those of a user: user=… says of whom")
    place = store if isinstance(store, Store) else Store.open_or_make(store)
    other = None
    if user is not None:
        known = None if groups is None else group_names(groups, place.vocabulary.user_groups)
        other = Identity(user_name(user), known)
    elif anonymous:
        other = Identity(None)
    inner = Application(place, server_version)
    return WsgiApplication(inner, other, Stage(inner) if admin else None, forwarded=forwarded)


class WsgiApplication:
    """An application behind the interface of WSGI (PEP 3333).

    Parameters
    ----------
    inner : Application
        Who answers.
    other : Identity or None
        Who asks, where the request does not say; None is the store's default user.
    stage : Stage or None
        Who answers below ``/fake/``; None: nobody does.
    forwarded : bool
        Whether to believe the X-Forwarded headers.
    """

    def __init__(
        self,
        inner: Application,
        other: Identity | None = None,
        stage: Stage | None = None,
        *,
        forwarded: bool = False,
    ) -> None:
        self.inner = inner
        self._other = other
        self._stage = stage
        self._forwarded = forwarded

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            request = request_of(environ, self._other, forwarded=self._forwarded)
        except ApiError as error:
            answer = refusal(error)
        else:
            try:
                answer = self._answer(request, environ.get("PATH_INFO", ""))
            finally:
                if isinstance(request.body, Stretch):
                    request.body.close()
        return sent(answer, environ, start_response)

    def _answer(self, request: Request, path: str) -> Response:
        if self._stage is not None and (path == "/fake" or path.startswith("/fake/")):
            return self._stage.respond(request, path[len("/fake") :])
        return self.inner.respond(request)
