"""What fakegracedb raises: errors that mean the fake is at fault or limited.

::

    Exception
    ├── FakeGraceDbError
    │   ├── StoreError      the directory is damaged, foreign, read-only or newer than we are
    │   ├── ApiError        an answer with a status and a body, on its way to the client
    │   ├── QueryError      a query that cannot be understood, with the place
    │   ├── ServiceError    no server or store has the name that was given
    │   │   └── ProductionError     the production server, where nothing is ever created or tried
    │   └── RegenerationError   an object cannot be created again as asked
    │       └── ShiftError      a file whose times cannot be moved
    └── NotImplementedError
        └── NotFaked        the real server has it and we do not (also a FakeGraceDbError)

The user of a client never sees an `ApiError`: it becomes the HTTP answer that the real client turns
into its own `ligo.gracedb.exceptions.HTTPError`.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ApiError",
    "ArchiveError",
    "FakeGraceDbError",
    "NotFaked",
    "ProductionError",
    "QueryError",
    "RegenerationError",
    "ServiceError",
    "ShiftError",
    "StoreError",
]


class FakeGraceDbError(Exception):
    """Base of all errors of the fake itself."""


class StoreError(FakeGraceDbError):
    """The store on disk cannot be used as asked; the message names the file and what to do."""


class ArchiveError(FakeGraceDbError):
    """An archive lacks what was asked of it, or is damaged; the message says which and where."""


class ApiError(FakeGraceDbError):
    """An error answer: status, body and whether the body is JSON.

    Attributes
    ----------
    status : int
        HTTP status.
    body : Any
        What v1 of the real server answers: a dict, a list or a string.
    plain : bool
        The real server sends this string bare, outside its JSON machinery.
    headers : dict of str
        Headers beside the usual ones.
    """

    def __init__(
        self,
        status: int,
        body: Any,
        *,
        plain: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.plain = plain
        self.headers = headers or {}


class QueryError(FakeGraceDbError):
    """A query text that is refused.

    Attributes
    ----------
    message : str
        What is wrong, in the words of the server where it has any.
    reason : str
        What is wrong, in ours.
    text : str
        The query.
    position : int
        Index of the character at which it went wrong.
    cause : {"grammar", "hint", "labels", "date"}
        Of which sort it is: some servers tell less of an error of grammar than of the others.
    """

    def __init__(
        self, message: str, text: str, position: int, *, reason: str = "", cause: str = "grammar"
    ) -> None:
        super().__init__("\n  ".join([message, *_pointed(text, position)]))
        self.message = message
        self.reason = reason or message
        self.text = text
        self.position = position
        self.cause = cause

    @property
    def pointed(self) -> tuple[str, str]:
        """The text (of a long one a part), and a line with a caret below the place."""
        return _pointed(self.text, self.position)

    def __reduce__(self) -> tuple[Any, ...]:
        made = (self.message, self.text, self.position)
        return type(self), made, {"reason": self.reason, "cause": self.cause}


_SHOWN = 90  # characters


def _pointed(text: str, position: int) -> tuple[str, str]:
    first = max(0, min(position - _SHOWN // 2, len(text) - _SHOWN))
    shown = "".join(one if one.isprintable() else " " for one in text[first : first + _SHOWN])
    before, after = "…" if first else "", "…" if first + _SHOWN < len(text) else ""
    return f"{before}{shown}{after}", " " * (len(before) + position - first) + "^"


class ServiceError(FakeGraceDbError):
    """A service that there is not, by the name that was given; the message says which there are."""


class ProductionError(ServiceError):
    """The production server, where nothing is ever created or tried."""


class RegenerationError(FakeGraceDbError):
    """An object cannot be created again as asked; the message says why."""


class ShiftError(RegenerationError):
    """A file whose times cannot be moved; the message says why."""


class NotFaked(FakeGraceDbError, NotImplementedError):  # noqa: N818 - a settled, public name
    """The real GraceDB has this call and the fake does not (yet)."""
