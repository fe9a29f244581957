"""The frame of a change: the lock, what others left undone, the transaction, the index."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from ..errors import StoreError
from . import disk, layout
from .core import Core
from .delivery import finish
from .state import State
from .transaction import Transaction

if TYPE_CHECKING:
    from .index import Index

__all__ = ["Change", "disk_errors", "prepared", "refuse_foreign"]

X = TypeVar("X", bound=Transaction)


class Change(Generic[X]):
    """A change of a store in a transaction of some kind: committed at the end of the block.

    Parameters
    ----------
    core : Core
        The store.
    kind : type
        Of the transaction.
    call, user : str
        What the journal says of it.
    """

    __slots__ = ("_core", "_transaction", "_what")

    def __init__(self, core: Core, kind: type[X], call: str, user: str) -> None:
        self._core = core
        self._what = kind, call, user

    def __enter__(self) -> X:
        core = self._core
        refuse_foreign(core)
        core.begin_writing()
        try:
            kind, call, user = self._what
            self._transaction: X = kind(core, prepared(core), call, user)
        except BaseException:
            core.end_writing()
            raise
        return self._transaction

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        core, transaction = self._core, self._transaction
        try:
            if kind is not None:
                transaction.roll_back()
                return
            before = transaction.state
            transaction.commit()
            index: Index | None = core.attached.get("index")
            if index is not None:
                index.take(before, core.state, transaction.staged)
                if index.is_due(core.state):
                    with contextlib.suppress(OSError):
                        index.checkpoint(core, core.state)
        finally:
            core.end_writing()


def prepared(core: Core) -> State:
    """Make a directory ready for its one writer, under the lock: nobody's work is half done."""
    with disk_errors(core.path):
        state = core.refresh()
        if state.identity is None:
            _begin(core)
        return finish(core, state)


def refuse_foreign(core: Core) -> None:
    """Refuse to make a store of a directory that is something else.

    Raises
    ------
    StoreError
        Then.
    """
    if core.state.identity is not None or core.exists():
        return
    for name in disk.entries(core.path):
        if name not in layout.OWN_NAMES and not layout.is_temporary(name):
            raise StoreError(
                f"{core.path} is not a store and not empty (it holds {name!r}): "
                "name a folder that does not exist yet, or an empty one"
            )


def _begin(core: Core) -> None:
    """Prepare a directory that is to become a store; it is one when something is committed."""
    refuse_foreign(core)  # one that was there may have given way to something else
    if disk.exists(core.place(layout.SETTINGS)):
        raise StoreError(
            f"{core.path} has no {layout.JOURNAL}: it is a copy that was cut short, or was "
            "made by hand; `store reindex` takes it as it is"
        )
    ignored = core.place(layout.IGNORED)
    if not disk.exists(ignored):
        disk.replace(ignored, layout.GITIGNORE_TEXT.encode())


@contextlib.contextmanager
def disk_errors(path: str) -> Iterator[None]:
    """Say of which store an error of the disk is."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error}") from error
