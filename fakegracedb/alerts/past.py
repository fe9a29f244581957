"""A store as it was when one of its commits was made."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ..errors import StoreError
from ..store import View

__all__ = ["Past"]


class Past(View):
    """The documents of a store as of a commit that is not the newest any more.

    Parameters
    ----------
    view : View
        The store as it is.
    later : callable
        Gives ``True`` and the document at a path as of the commit if it has changed since, else
        ``False`` and whatever.
    moved : collection of str
        Default ids of the superevents that have changed since.

    Notes
    -----
    The log, the files and so on of an object are not asked for here: they are as of now.
    """

    def __init__(
        self,
        view: View,
        later: Callable[[str], tuple[bool, Any]],
        moved: Collection[str],
    ) -> None:
        super().__init__(view._core, view._state)
        self._now = view
        self._later = later
        self._moved = moved

    @property
    def read_from_now(self) -> dict[str, Any]:
        """The documents that were read so far and are as they were."""
        return self._read

    def document(self, path: str) -> Any:
        """Give the typed document at a path, None where there was none."""
        if path in self._read:
            return self._read[path]
        differs, document = self._later(path)
        if not differs:
            document = self._read[path] = self._now.document(path)
        return document

    def series(self, path: str) -> Any:
        """Refuse to read a series, which may have grown since."""
        raise StoreError(f"{path} is not known as of an earlier commit")

    def superevents_between(self, first: float, last: float) -> list[str]:
        """Give the default ids of superevents that may have had a `t_0` in a range, and of more."""
        names = set(self.index.superevents_between(self._now, first, last))
        return sorted(names.union(self._moved))
