"""The journal folded: one commit after the other, with the documents as each commit found them.

Documents that have not changed since are read where they lie. Of the others the newest content
before is remembered, or looked for in the journal.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from ..store import Place, Store, View, contents
from ..store.layout import SUPEREVENTS
from .packets import Alert, alerts_of, sent_by
from .past import Past

if TYPE_CHECKING:
    from ..store import Commit

__all__ = ["Fold", "Position"]

_log = logging.getLogger("fakegracedb.alerts")
_MOST_REMEMBERED = 2048  # documents


@dataclass(frozen=True, slots=True)
class Position:
    """How far somebody has followed the alerts of a store.

    Attributes
    ----------
    seq : int
        The last alert.
    n : int
        A commit no later than that alert's, from which it is read on.
    time : str
        When that commit was made: another store's has another time.
    place : Place
        Where in the journal it ends.
    """

    seq: int = 0
    n: int = 0
    time: str = ""
    place: Place = field(default_factory=Place)

    @classmethod
    def newest(cls, view: View) -> Position:
        """Give the position behind all that has been committed."""
        return cls(int(view.counters.get("alerts", 0)), view.version[1], "", view.place)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Position:
        """Build from what `to_json` gave.

        Raises
        ------
        ValueError
            If it is something else.
        """
        try:
            place = Place(int(data["offset"]), str(data["tail"]).encode("latin-1"))
            return cls(int(data["seq"]), int(data["n"]), str(data["time"]), place)
        except (LookupError, TypeError, ValueError) as error:
            raise ValueError(f"this is no position in a store's alerts: {error!r}") from error

    def to_json(self) -> dict[str, Any]:
        """Give a form to keep."""
        place = {"offset": self.place.offset, "tail": self.place.tail.decode("latin-1")}
        return {"seq": self.seq, "n": self.n, "time": self.time, **place}


class Fold:
    """Gives the alerts of a store, in order and each once, from a position on.

    Parameters
    ----------
    position : Position
        Where to begin.

    Notes
    -----
    The store is given with each call, so that a temporary one is not held. It may be compacted,
    restored or made anew in between:

    * alerts of a past that is gone when it is read are missed: a warning says which, and `missed`
      counts them;
    * `restore` and `reset` send nothing, and what the snapshot's own journal tells is not told
      again; numbers go on from the higher of the two;
    * a store that is none of which the position speaks is read from its beginning, with a warning.
    """

    def __init__(self, position: Position) -> None:
        self.missed = 0
        self._begin(position)

    def _begin(self, position: Position) -> None:
        self._seq = position.seq
        self._reached = position  # the end of what has been read
        self._floor = position  # from where all that was not given before can be read again
        self._version: tuple[int, int] | None = None
        self._ahead: deque[tuple[int, Commit]] = deque()  # and where the lines begin, or -1
        self._restores = 0  # among them, that leave nothing as it was
        self._moving: dict[str, int] = {}  # superevents that change ahead, and how often
        self._changes: dict[str, deque[Any]] = {}  # the contents in the commits ahead, by path
        self._before: dict[str, Any] = {}  # typed documents as of now, of those that may change
        self._guessed: set[str] = set()  # of these, where the next content stands for a lost one

    @property
    def position(self) -> Position:
        """Behind the last alert that was given."""
        return replace(self._floor if self._ahead else self._reached, seq=self._seq)

    def position_after(self, alert: Alert) -> Position:
        """Give the position behind an alert of the last `read`."""
        return replace(self._floor, seq=alert.seq)

    @property
    def is_behind(self) -> bool:
        """Whether more has been read of the journal than was given."""
        return bool(self._ahead)

    def read(self, store: Store, most: int = 1000) -> list[Alert]:
        """Give the alerts that came since, about so many at most.

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        if not self._ahead:
            self._floor = self._reached
        alerts: list[Alert] = []
        while len(alerts) < most:
            found = store.read(self._next)
            if found is None:
                break
            commit, made, past = found
            self._count_missed(commit)
            if isinstance(made, StoreError):  # it is not to stand in the way of all that follow
                self._give_up(commit, made)
                made = []
            alerts += (alert for alert in made if alert.seq > self._seq)
            self._pass()
            self._remember(past)
        return alerts

    # Reading the journal

    def _next(self, view: View) -> tuple[Commit, list[Alert] | StoreError, Past] | None:
        """Give the next commit that sends alerts, with them or why they cannot be made.

        It may be called again, where somebody has changed meanwhile what it read.
        """
        self._read_on(view)
        while self._ahead:
            commit = self._ahead[0][1]
            if sent_by(commit) and int(commit.counters.get("alerts", 0)) > self._seq:
                return (commit, *self._made(view, *self._ahead[0]))
            self._count_missed(commit)
            self._pass()
        return None

    def _read_on(self, view: View) -> None:
        if view.version == self._version:
            return
        found = view.commits_from(self._reached.place)
        if found is None:
            commits, place = self._reopened(view)
        else:
            commits, place = found
        for begin, commit in commits:
            self._ahead.append((begin, commit))
            self._restores += _restores(commit)
            for path, data in commit.documents.items():
                self._changes.setdefault(path, deque()).append(data)
                self._move(path, 1)
        if commits:
            newest = commits[-1][1]
            self._reached = Position(0, newest.n, newest.time, place)
        else:
            self._reached = replace(self._reached, place=place)
        self._version = view.version

    def _move(self, path: str, count: int) -> None:
        if path.startswith(f"{SUPEREVENTS}/"):
            name = path.split("/")[1]
            self._moving[name] = self._moving.get(name, 0) + count
            if not self._moving[name]:
                del self._moving[name]

    def _reopened(self, view: View) -> tuple[list[tuple[int, Commit]], Place]:
        """Read a journal that is not the one of before: begun anew, or another store's."""
        commits, place = view.commits_from(Place()) or ([], Place())
        at, newest = self._reached, view.version[1]
        other = newest < at.n or any(
            one.n == at.n and at.time and one.time != at.time for _, one in commits
        )
        if other:
            _log.warning(
                "this is not the store that was followed up to alert %d: it is read from its "
                "beginning",
                self._seq,
            )
            self._begin(Position())
            return commits, place
        self._ahead = deque((-1, commit) for _, commit in self._ahead)  # their journal is gone
        return [one for one in commits if one[1].n > at.n], place

    def _count_missed(self, commit: Commit) -> None:
        """Notice alerts that nobody can make any more."""
        first = int(commit.counters.get("alerts", 0)) - sent_by(commit) + 1
        if (gap := first - self._seq - 1) > 0:
            self.missed += gap
            _log.warning(
                "alerts %d to %d are missed: the journal was begun anew (%s) before they were read",
                self._seq + 1,
                first - 1,
                commit.call or "compact",
            )
            self._seq = first - 1

    def _give_up(self, commit: Commit, error: StoreError) -> None:
        """Say that the alerts of a commit cannot be made."""
        if not self._restores:
            _log.error("%s", error)
            return
        last = int(commit.counters.get("alerts", 0))
        self.missed += last - self._seq
        _log.warning(
            "alerts %d to %d are missed: a snapshot took the place of what they tell of before "
            "they were made",
            self._seq + 1,
            last,
        )

    def _pass(self) -> None:
        """Let the next commit be over."""
        _, commit = self._ahead.popleft()
        self._restores -= _restores(commit)
        for path, data in commit.documents.items():
            contents_ahead = self._changes[path]
            contents_ahead.popleft()
            self._move(path, -1)
            self._guessed.discard(path)
            if contents_ahead:
                self._before[path] = _decoded(path, data)
            else:
                del self._changes[path]
                self._before.pop(path, None)  # it is to be read where it lies
                if self._restores:  # where that is a snapshot's now
                    self._before[path] = _decoded(path, data)
        if commit.base:
            self._before.clear()
        self._seq = max(self._seq, int(commit.counters.get("alerts", 0)))

    # The store as of a commit

    def _made(
        self, view: View, begin: int, commit: Commit
    ) -> tuple[list[Alert] | StoreError, Past]:
        approximate = False
        # a snapshot has taken the place of all that it speaks of
        restored = self._restores > 0

        def later(path: str) -> tuple[bool, Any]:
            nonlocal approximate
            ahead = self._changes.get(path)
            if ahead is None:
                return restored and path in self._before, self._before.get(path)
            if path in commit.documents:
                as_it_is = len(ahead) == 1 and not restored
                return not as_it_is, None if as_it_is else _decoded(path, ahead[0])
            if path not in self._before:
                known, data = (False, None) if begin < 0 else view.earlier(path, begin)
                self._before[path] = _decoded(path, data if known else ahead[0])
                if not known:
                    self._guessed.add(path)
            approximate = approximate or path in self._guessed
            return True, self._before[path]

        past = Past(view, later, self._moving)
        try:
            alerts = list(alerts_of(past, commit))
        except StoreError as error:
            return error, past
        if approximate or restored:
            alerts = [replace(alert, approximate=True) for alert in alerts]
        return alerts, past

    def _remember(self, past: Past) -> None:
        """Keep what was read, as long as it is as of now: it may change next."""
        for path, document in past.read_from_now.items():
            if path not in self._changes:
                self._before.pop(path, None)
                self._before[path] = document
        while len(self._before) > _MOST_REMEMBERED:
            del self._before[next(iter(self._before))]


def _restores(commit: Commit) -> int:
    return int(commit.restoring or (commit.base and commit.call == "restore"))


def _decoded(path: str, data: Any) -> Any:
    return None if data is None else contents.decode(path, data)
