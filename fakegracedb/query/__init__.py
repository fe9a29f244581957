"""Query text → conditions over the rows of the index.

So far the forms that the real client's own tests use: graceids, ``group:`` and ``replay_id:``. The
whole language is issue 4; any other text is `NotFaked`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ..errors import NotFaked
from ..identifiers import parse_graceid
from ..store.index import Row
from ..vocabulary import Vocabulary

__all__ = ["EventQuery", "parse", "parse_superevents"]

_TERM = re.compile(
    r"\s*(?:(?P<id>[GEHMTD]\d{1,18})(?!\S)"
    r"|group:(?![\w$])\s*(?P<group>\w+)(?!\S)"
    r"|replay_id:(?![\w$])\s*(?P<replay>[A-Za-z0-9_-]{1,30})(?!\S))",
    re.ASCII,
)
_SUPEREVENT_ID = re.compile(r"[TM]?(?:S\d{6}[a-z]+|GW\d{6}[A-Z]+)", re.ASCII)


@dataclass(frozen=True)
class EventQuery:
    """A query that has been understood: terms of a kind are alternatives, all kinds must hold."""

    ids: frozenset[tuple[str, int]] = frozenset()
    groups: frozenset[str] = frozenset()
    replays: frozenset[str] = frozenset()
    shows_test: bool = True
    shows_mdc: bool = True

    def matches(self, row: Row) -> bool:
        """Whether an event is found."""
        if row.group == "Test" and not self.shows_test:
            return False
        if row.search == "MDC" and not self.shows_mdc:
            return False
        # ids of one letter are alternatives; two letters are two kinds, and both must hold
        for letter in {letter for letter, _ in self.ids}:
            if (letter, row.number) not in self.ids or not _fits(letter, row):
                return False
        if self.groups and row.group not in self.groups:
            return False
        return not self.replays or row.replay_id in self.replays


def _fits(letter: str, row: Row) -> bool:
    return (
        letter == "G"
        or (letter == "T" and row.group == "Test")
        or (letter == "E" and row.group == "External")
        or (letter == "M" and row.search == "MDC")
        or (letter == "H" and row.graceid[0] == "H")
    )


@lru_cache(maxsize=256)
def parse(text: str, names: Vocabulary) -> EventQuery:
    """Understand a query text.

    Parameters
    ----------
    text : str
        As the user sent it.
    names : Vocabulary
        Whose groups there are.

    Raises
    ------
    NotFaked
        For what is beyond the forms named above.
    """
    ids: set[tuple[str, int]] = set()
    groups: set[str] = set()
    replays: set[str] = set()
    spelling = {group.lower(): group for group in names.groups}
    place = 0
    stripped = text.strip()
    while place < len(stripped):
        term = _TERM.match(stripped, place)
        group = spelling.get(term["group"].lower()) if term and term["group"] else None
        if term is None or (term["group"] and group is None) or (term["id"] or "")[:1] == "D":
            raise NotFaked(
                f"events(query={text!r}): the query language comes with issue 4; "
                "so far graceids, `group: NAME` and `replay_id: NAME` are understood"
            )
        place = term.end()
        if term["id"] and (parsed := parse_graceid(term["id"])):
            ids.add(parsed)
        if group:
            groups.add(group)
        if term["replay"]:
            replays.add(term["replay"])
    letters = {letter for letter, _ in ids}
    return EventQuery(
        ids=frozenset(ids),
        groups=frozenset(groups),
        replays=frozenset(replays),
        shows_test="test" in text.lower() or "T" in letters,
        shows_mdc="mdc" in text.lower() or "M" in letters,
    )


@lru_cache(maxsize=256)
def parse_superevents(text: str) -> frozenset[str]:
    """Understand a query text for superevents: the ids in it, default or confirmed.

    Raises
    ------
    NotFaked
        For what is beyond ids.
    """
    ids = frozenset(text.split())
    if not all(map(_SUPEREVENT_ID.fullmatch, ids)):
        raise NotFaked(
            f"superevents(query={text!r}): the query language comes with issue 4; "
            "so far the ids of superevents are understood"
        )
    return ids
