"""The wire of `requests` sessions: an adapter that asks an `Application` where others open sockets.

What a session sees is what it would see over a socket: `urllib3` responses that are read as they
arrive, the retry policy of the session obeyed, and the exceptions that `urllib3` and `requests`
raise when an answer is late, cut short or missing.
"""

from __future__ import annotations

import logging
import time
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse, Retry, Timeout
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import (
    InvalidHeader,
    MaxRetryError,
    ProtocolError,
    ReadTimeoutError,
    ResponseError,
)
from urllib3.util.request import set_file_position

from ..api.authorization import GROUPS, identity_of
from ..api.message import Blob, Request, refusal
from ..errors import ApiError, StoreError
from .wire import as_received, body_of, headers_of, without_private_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from ..api.app import Application
    from ..api.faults import Fault
    from ..api.message import Identity

__all__ = ["StoreAdapter", "Waits"]

Waits = Literal["real", "skip"]

# Where urllib3 itself tells of repeated requests, and where programs look for that.
_log = logging.getLogger("urllib3.connectionpool")
_RETRYING = "Retrying (%r) after connection broken by '%r': %s"
_PORTS = {"http": 80, "https": 443}


class StoreAdapter(HTTPAdapter):
    """Answers a session's requests from an application, whatever their URL.

    Parameters
    ----------
    application : Application
        Who answers.
    identity : Identity or None
        Who asks; None is the store's default user.
    max_retries : urllib3.Retry or int
        Policy for repeating requests, as for `requests.adapters.HTTPAdapter`.
    waits : {"real", "skip"}
        Whether back-off, Retry-After and injected delays are slept through, or passed over by
        setting the store's clock forward.

    Attributes
    ----------
    identity : Identity or None
        As given.
    waits : str
        As given.

    Notes
    -----
    There is no connection pool, so nothing here can open a socket. An error that is the fake's own
    (`NotFaked`, `StoreError`) reaches the caller as it is.
    """

    def __init__(
        self,
        application: Application,
        identity: Identity | None = None,
        max_retries: Retry | int = 0,
        waits: Waits = "real",
    ) -> None:
        super().__init__(max_retries=max_retries)
        self._application: Application | None = application
        self.identity = identity
        self.waits = waits

    def with_retries(self, max_retries: Retry | int) -> StoreAdapter:
        """Give one that differs in its policy for repeating requests."""
        return StoreAdapter(self.application, self.identity, max_retries, self.waits)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        """Make no pool of connections: none is ever opened."""

    def close(self) -> None:
        """Nothing to dispose of; as with a real session, requests after this still work."""

    def release(self) -> None:
        """Let go of the application, and with it of its store; requests are refused from now on."""
        self._application = None

    @property
    def application(self) -> Application:
        """Who answers.

        Raises
        ------
        StoreError
            After `release`.
        """
        if self._application is None:
            raise StoreError(
                "this client was closed, and let go of its temporary store; "
                "to go on with a store after closing a client, give the client store=…"
            )
        return self._application

    @property
    def asker(self) -> str:
        """The name of who asks."""
        if self.identity is None:
            return str(self.application.store.settings["user"])
        return self.identity.name or "an unauthenticated reader"

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Have a request answered.

        Parameters
        ----------
        request : requests.PreparedRequest
            The request; its body is read whole.
        stream : bool
            Of no meaning here: the session reads the content or leaves it unread.
        timeout : float, tuple of float, urllib3.Timeout or None
            How long an injected delay may last [s].
        verify, cert, proxies
            Of no meaning without a connection.

        Returns
        -------
        requests.Response
            The answer, its content still to be read.

        Raises
        ------
        requests.exceptions.RequestException
            The kinds that a real adapter raises in the same situation.
        NotFaked, StoreError
            The fake lacks this call, or its store is unusable.
        """
        patience = None if timeout is None else _patience(timeout)
        try:
            raw = self._exchange(request, patience)
        except ProtocolError as error:
            raise exceptions.ConnectionError(error, request=request)  # noqa: B904 - as in requests
        except MaxRetryError as error:
            if isinstance(error.reason, ResponseError):
                raise exceptions.RetryError(error, request=request)  # noqa: B904
            raise exceptions.ConnectionError(error, request=request)  # noqa: B904
        except ReadTimeoutError as error:
            raise exceptions.ReadTimeout(error, request=request)  # noqa: B904
        except InvalidHeader as error:
            raise exceptions.InvalidHeader(error, request=request)  # noqa: B904
        return self.build_response(request, raw)

    def _exchange(self, request: requests.PreparedRequest, patience: float | None) -> HTTPResponse:
        """Ask until there is an answer that the policy does not want repeated."""
        application = self.application
        method = request.method or "GET"
        url = without_private_parts(request.url or "")
        headers = headers_of(request)
        body: Any = request.body
        retries = self.max_retries
        position: Any = None
        while True:
            if body is not None and not isinstance(body, bytes):
                position = set_file_position(body, position)
            try:
                asking = self._asking(headers)
            except ApiError as refused:
                answer = refusal(refused)
            else:
                answer = application.handle(
                    Request(method, url, headers, body_of(body), asking, patience)
                )
            error = None if answer.fault is None else self._act_out(answer.fault, request, patience)
            if error is not None:
                if isinstance(answer.body, Blob):
                    answer.body.stream.close()
                failure: Exception = error
                target = request.path_url
                if isinstance(error, RemoteDisconnected):
                    failure = ProtocolError("Connection aborted.", error)
                retries = retries.increment(method, target, error=failure, _pool=_Server(url))
                self._pause(retries)
                _log.warning(_RETRYING, retries, error, target)
                continue
            raw = as_received(answer, method, retries)
            if not retries.is_retry(method, raw.status, bool(raw.headers.get("Retry-After"))):
                return raw
            try:
                retries = retries.increment(
                    method, request.path_url, response=raw, _pool=_Server(url)
                )
            except MaxRetryError:
                if not retries.raise_on_status:
                    return raw
                raw.close()
                raise
            raw.close()
            self._pause(retries, raw)

    def _asking(self, headers: Mapping[str, str]) -> Identity | None:
        """Work out who asks: an unauthenticated reader may have brought a password after all."""
        if self.identity is None or self.identity.name is not None:
            return self.identity
        return identity_of(headers.get("Authorization", ""), headers.get(GROUPS), self.identity)

    def _act_out(
        self, fault: Fault, request: requests.PreparedRequest, patience: float | None
    ) -> ReadTimeoutError | RemoteDisconnected | None:
        """Let planned trouble happen, up to the head of the answer."""
        if fault.delay:
            if patience is not None and fault.delay > patience:
                self._wait(patience)
                late = f"Read timed out. (read timeout={patience})"
                return ReadTimeoutError(_Server(request.url or ""), request.path_url, late)
            self._wait(fault.delay)
        if fault.drop:
            return RemoteDisconnected("Remote end closed connection without response")
        return None

    def _pause(self, retries: Retry, raw: HTTPResponse | None = None) -> None:
        """Wait between two attempts, as long as `Retry.sleep` would."""
        if self.waits == "real":
            retries.sleep(raw)
            return
        seconds = None
        if raw is not None and retries.respect_retry_after_header:
            seconds = retries.get_retry_after(raw)
        self._wait(seconds or retries.get_backoff_time())

    def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        if self.waits == "real":
            time.sleep(seconds)
        else:
            self.application.store.clock.skip(seconds)


class _Server(ConnectionPool):
    """The server of a URL, named in errors as the pool of connections to it would be."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme
        super().__init__(parts.hostname or "", parts.port or _PORTS.get(parts.scheme))

    def __str__(self) -> str:
        kind = "HTTPSConnectionPool" if self.scheme == "https" else "HTTPConnectionPool"
        return f"{kind}(host={self.host!r}, port={self.port!r})"


def _patience(timeout: Any) -> float | None:
    """Give the seconds that a server has for its answer, of a timeout as `requests` takes it.

    None is for ever. What `requests` refuses is refused in its words.
    """
    if isinstance(timeout, tuple):
        try:
            connect, read = timeout
            limit = Timeout(connect=connect, read=read)
        except ValueError:
            raise ValueError(
                f"Invalid timeout {timeout}. Pass a (connect, read) timeout tuple, "
                f"or a single float to set both timeouts to the same value."
            ) from None
    elif isinstance(timeout, Timeout):
        limit = timeout.clone()
    else:
        limit = Timeout(connect=timeout, read=timeout)
    limit.start_connect()  # and it is connected at once
    return limit.read_timeout
