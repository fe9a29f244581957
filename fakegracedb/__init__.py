"""A GraceDB that lives in a folder: a drop-in client whose server is a directory.

::

    from fakegracedb import FakeGraceDb

    client = FakeGraceDb(store="mystore")  # an ordinary GraceDb client from here on

Importing this costs nothing much; what is named here is loaded when it is first asked for.
"""

from __future__ import annotations

from .lazy import lazy_names

__all__ = [
    "FakeGraceDb",
    "FakeGraceDbError",
    "NotFaked",
    "QueryError",
    "Server",
    "Store",
    "StoreError",
    "__version__",
    "activate",
    "fetch",
    "load",
    "mount",
    "regenerate",
    "replay",
    "wait_for",
]

__version__ = "0.1.0"

TYPE_CHECKING = False  # what type checkers take for true, without the cost of importing typing
if TYPE_CHECKING:
    from .activation import activate
    from .archive import fetch, load
    from .client import FakeGraceDb
    from .errors import FakeGraceDbError, NotFaked, QueryError, StoreError
    from .regeneration import regenerate
    from .replaying import replay
    from .server import Server
    from .store import Store
    from .transport.mounting import mount
    from .waiting import wait_for

_HOMES = {
    "FakeGraceDb": "client",
    "FakeGraceDbError": "errors",
    "NotFaked": "errors",
    "QueryError": "errors",
    "Server": "server",
    "Store": "store",
    "StoreError": "errors",
    "activate": "activation",
    "fetch": "archive",
    "load": "archive",
    "mount": "transport.mounting",
    "regenerate": "regeneration",
    "replay": "replaying",
    "wait_for": "waiting",
}

__getattr__, __dir__ = lazy_names(globals(), _HOMES)
