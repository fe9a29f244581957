"""Clients and classes as other people's modules have them: made when the module is imported.

With ``cred=False`` the real client looks for no certificate while it is made; it does look for a
token at every request.
"""

from __future__ import annotations

from typing import Any

from ligo.gracedb.rest import GraceDb
from ligo.gracedb.rest import GraceDb as Bound

__all__ = ["AT_IMPORT", "READER", "Bound", "Subclass"]


class Subclass(GraceDb):  # type: ignore[misc]
    """With a constructor of its own, as many have."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__("https://gracedb-playground.ligo.org/api/", **options)
        self.name = name


AT_IMPORT = GraceDb("https://gracedb-test.ligo.org/api/", cred=False)
READER = GraceDb(force_noauth=True)
