"""What fakegracedb raises: errors that mean the fake is at fault or limited.

::

    Exception
    ├── FakeGraceDbError
    │   ├── StoreError      the directory is damaged, foreign, read-only or newer than we are
    │   ├── ApiError        an answer with a status and a body, on its way to the client
    │   └── QueryError      a query that cannot be understood, with the place
    └── NotImplementedError
        └── NotFaked        the real server has it and we do not (also a FakeGraceDbError)

The user of a client never sees an `ApiError`: it becomes the HTTP answer that the real client turns
into its own `ligo.gracedb.exceptions.HTTPError`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["ApiError", "FakeGraceDbError", "NotFaked", "QueryError", "StoreError"]


class FakeGraceDbError(Exception):
    """Base of all errors of the fake itself."""


class StoreError(FakeGraceDbError):
    """The store on disk cannot be used as asked; the message names the file and what to do."""


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
    """A query text that does not parse.

    Attributes
    ----------
    text : str
        The query.
    position : int
        Index of the character at which it went wrong.
    """

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(f"{message}\n  {text}\n  {' ' * position}^")
        self.text = text
        self.position = position


class NotFaked(FakeGraceDbError, NotImplementedError):  # noqa: N818 - a settled, public name
    """The real GraceDB has this call and the fake does not (yet)."""
