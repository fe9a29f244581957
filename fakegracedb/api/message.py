"""The request and the answer, as the application sees them: no sockets, no requests library."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from ..errors import ApiError
from ..stretches import Stretch

if TYPE_CHECKING:
    from .faults import Fault

__all__ = ["Blob", "Identity", "Request", "Response", "group_names", "refusal", "user_name"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks.

    Attributes
    ----------
    name : str or None
        User name; None is an unauthenticated reader.
    groups : tuple of str or None
        Groups to act with; None takes those the store has for this name.
    """

    name: str | None
    groups: tuple[str, ...] | None = None


def group_names(groups: Iterable[str], known: Iterable[str] | None = None) -> tuple[str, ...]:
    """Give names of groups, of which one may stand alone.

    Parameters
    ----------
    groups : iterable of str
        The names.
    known : iterable of str, optional
        The groups that there are; None where no store is at hand to tell.

    Raises
    ------
    ValueError
        For what is neither a name nor several, and for a group that is not known.
    """
    names = (groups,) if isinstance(groups, str) or not isinstance(groups, Iterable) else groups
    names = tuple(names)
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"groups: {name!r} is not the name of a group")
    there = names if known is None else tuple(known)
    for name in names:
        if name not in there:
            raise ValueError(f"no user group {name!r}: {', '.join(there)}")
    return names


def user_name(name: str) -> str:
    """Give the name of a user as it came.

    Raises
    ------
    ValueError
        For what is none.
    """
    if not isinstance(name, str) or not name.strip():
        raise ValueError(
            f"user={name!r} is not the name of a user (a reader without credentials is another "
            "matter: force_noauth=True, as_user(None), --anonymous)"
        )
    return name


@dataclass(slots=True)
class Request:
    """One request.

    Attributes
    ----------
    method : str
        Upper case.
    url : str
        Absolute, as asked; links in the answer lead back to the same scheme, host and port.
    headers : mapping of str
        Case-insensitive.
    body : bytes or Stretch
        The whole body; parts of it are handed on as views, not as copies. A wire that keeps large
        bodies in a file gives a stretch of that.
    identity : Identity or None
        None: the store's default user.
    timeout : float or None
        How long the client waits for the answer [s], where that is known.
    linger : callable or None
        Lets so many seconds pass, and says whether the client is still there then: for a wire that
        finds out in no other way how long the client waits.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | Stretch = b""
    identity: Identity | None = None
    timeout: float | None = None
    linger: Callable[[float], bool] | None = None

    @property
    def content(self) -> bytes:
        """The body in memory."""
        return self.body[:]


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as the body of an answer, read while it is sent.

    Attributes
    ----------
    stream : binary file
        Open for reading, at its beginning. Whoever sends the answer closes it.
    length : int
        Bytes.
    """

    stream: IO[bytes]
    length: int


@dataclass(slots=True)
class Response:
    """One answer.

    Attributes
    ----------
    status : int
        HTTP status.
    body : bytes or Blob
        The content; empty for 204. For HEAD it is that of GET, and the wire sends only its length.
    headers : dict of str
        Without Content-Length, which the wire adds.
    fault : Fault or None
        Planned trouble that the wire has to act out: a delay, a dropped connection, a cut body.
    """

    status: int
    body: bytes | Blob = b""
    headers: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None

    def close(self) -> None:
        """Close what the body would be read from: nobody will."""
        if isinstance(self.body, Blob):
            self.body.stream.close()


def refusal(error: ApiError) -> Response:
    """Give the answer to a request that no application sees."""
    headers = {"Content-Type": "application/json", **error.headers}
    return Response(error.status, json.dumps(error.body).encode(), headers)
