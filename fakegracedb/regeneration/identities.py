"""The id map: ids of the source to those of the target, applied to texts as whole words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

__all__ = ["IdMap"]


class IdMap(Mapping[str, str]):
    """Old ids to new ones, in the order in which they came, those that stayed among them.

    Parameters
    ----------
    pairs : mapping of str to str, optional
        The first ones.
    """

    def __init__(self, pairs: Mapping[str, str] | None = None) -> None:
        self._new: dict[str, str] = {}
        self._pattern: tuple[dict[str, str], re.Pattern[str]] | None = None  # and what it is of
        for old, new in (pairs or {}).items():
            self.add(old, new)

    def add(self, old: str, new: str) -> None:
        """Let an id stand for another."""
        if old:
            self._new = {**self._new, old: new}  # others may be reading the old one

    def __call__(self, text: str) -> str:
        """Replace the old ids in a text: G12 is in ``G12_psd.png``, and not in ``MG12``.

        A number is none if it is a part of one with decimals.
        """
        new, known = self._new, self._pattern
        if not new:
            return text
        if known is None or known[0] is not new:
            words = "|".join(re.escape(old) for old in sorted(new, key=len, reverse=True))
            pattern = rf"(?<![0-9A-Za-z])(?<![0-9]\.)(?:{words})(?![0-9A-Za-z])(?!\.[0-9])"
            known = self._pattern = new, re.compile(pattern)
        return known[1].sub(lambda found: new[found[0]], text)

    def __getitem__(self, old: str) -> str:
        return self._new[old]

    def __iter__(self) -> Iterator[str]:
        return iter(self._new)

    def __len__(self) -> int:
        return len(self._new)

    def __repr__(self) -> str:
        return f"<IdMap {self._new}>"

    def to_json(self) -> dict[str, str]:
        """Give the map as a dict."""
        return dict(self._new)
