"""The id map: ids of the source to those of the target, applied to texts as whole words."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["IdMap"]


class IdMap:
    """Old ids to new ones, in the order in which they came.

    Parameters
    ----------
    pairs : dict of str to str, optional
        The first ones.
    """

    def __init__(self, pairs: dict[str, str] | None = None) -> None:
        self._new: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        for old, new in (pairs or {}).items():
            self.add(old, new)

    def add(self, old: str, new: str) -> None:
        """Let an id stand for another; the same one need not be said."""
        if old and old != new:
            self._new = {**self._new, old: new}  # others may be reading the old one
            self._pattern = None

    def get(self, old: str) -> str | None:
        """Give the new id, None if there is none."""
        return self._new.get(old)

    def __call__(self, text: str) -> str:
        """Replace the old ids in a text: G12 is in ``G12_psd.png``, and not in ``MG12``."""
        if not self._new:
            return text
        if self._pattern is None:
            words = "|".join(re.escape(old) for old in sorted(self._new, key=len, reverse=True))
            self._pattern = re.compile(rf"(?<![0-9A-Za-z])(?:{words})(?![0-9A-Za-z])")
        return self._pattern.sub(lambda found: self._new[found[0]], text)

    def __contains__(self, old: object) -> bool:
        return old in self._new

    def __iter__(self) -> Iterator[str]:
        return iter(self._new)

    def __len__(self) -> int:
        return len(self._new)

    def to_json(self) -> dict[str, str]:
        """Give the map as a dict."""
        return dict(self._new)
