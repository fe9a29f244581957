"""The store: the only code of the package that touches the disk."""

from __future__ import annotations

from .bulk import Bundle
from .commits import Commit
from .facets import StoreClock
from .state import Place
from .store import Store
from .transaction import Transaction
from .view import View

__all__ = ["Bundle", "Commit", "Place", "Store", "StoreClock", "Transaction", "View"]
