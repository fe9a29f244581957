"""What is kept a line an entry: the log of an object, its file versions, and so on.

All are immutable; `extended` gives a new one, so that whoever reads keeps what it has. On disk an
entry with the key of an earlier one takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from ..documents import Catalog, EMBBLog, EMObservation, FileVersion, Log, Notice, VOEvent
from ..identifiers import disk_name, folded

__all__ = [
    "Catalogs",
    "EMBBLogs",
    "EMObservations",
    "Files",
    "Logs",
    "Notices",
    "Numbered",
    "VOEvents",
]


class _Entry(Protocol):
    @property
    def N(self) -> int: ...  # noqa: N802 - what the server calls it


E = TypeVar("E", bound=_Entry)


class Numbered(Generic[E]):
    """Entries with a number, in the order of their lines.

    Attributes
    ----------
    entries : sequence
        The entries.
    highest : int
        The highest number so far, 0 for none.
    """

    __slots__ = ("entries", "highest")

    entry: ClassVar[Any]

    def __init__(self, entries: Sequence[E] = (), highest: int = 0) -> None:
        self.entries = entries
        self.highest = highest

    def _place(self, number: int) -> int | None:
        """Where the entry with that number stands; usually at the number itself."""
        if number > self.highest:
            return None
        if 0 < number <= len(self.entries) and number == self.entries[number - 1].N:
            return number - 1
        return next((i for i, entry in enumerate(self.entries) if number == entry.N), None)

    def get(self, number: int) -> E | None:
        """Give the entry with a number."""
        place = self._place(number)
        return None if place is None else self.entries[place]

    def find(self, key: int) -> E | None:
        """Give the entry with a key."""
        return self.get(key)

    def extended(self, entries: Iterable[E]) -> Self:
        """Give the series with these at its end, or in place of those with their number."""
        longer = type(self)(list(self.entries), self.highest)
        for entry in entries:
            place = longer._place(entry.N)
            if place is None:
                longer.entries.append(entry)  # type: ignore[attr-defined]
                longer.highest = max(longer.highest, entry.N)
            else:
                longer.entries[place] = entry  # type: ignore[index]
        return longer

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[E]:
        return iter(self.entries)


class Logs(Numbered[Log]):
    """The log of an event or superevent."""

    __slots__ = ()

    entry = Log


class VOEvents(Numbered[VOEvent]):
    """The VOEvents of an event or superevent."""

    __slots__ = ()

    entry = VOEvent


class EMObservations(Numbered[EMObservation]):
    """The observations by follow-up groups of an event or superevent."""

    __slots__ = ()

    entry = EMObservation


class EMBBLogs(Numbered[EMBBLog]):
    """The EMBB log of an event."""

    __slots__ = ()

    entry = EMBBLog


class Notices(Numbered[Notice]):
    """The notices of a superevent."""

    __slots__ = ()

    entry = Notice


class Catalogs(Numbered[Catalog]):
    """The catalogs of a store, every version of each."""

    __slots__ = ()

    entry = Catalog


class Files:
    """The files of an event or superevent: every version of every name."""

    __slots__ = ("_taken", "_versions")

    entry = FileVersion

    def __init__(
        self,
        versions: dict[str, tuple[FileVersion, ...]] | None = None,
        taken: frozenset[str] = frozenset(),
    ) -> None:
        self._versions = versions or {}
        self._taken = taken  # names on disk, as they are where upper and lower case are the same

    def versions(self, name: str) -> tuple[FileVersion, ...]:
        """Give the versions of a name, oldest first; none for an unknown one."""
        return self._versions.get(name, ())

    def get(self, name: str, version: int | None = None) -> FileVersion | None:
        """Give a version of a file, the newest unless told otherwise."""
        versions = self.versions(name)
        if version is None:
            return versions[-1] if versions else None
        return next((file for file in versions if file.version == version), None)

    def find(self, key: tuple[str, int]) -> FileVersion | None:
        """Give the entry with a key."""
        return self.get(*key)

    def next_version(self, name: str) -> int:
        """Give the version that the next upload of a name gets: the highest so far and one."""
        versions = self.versions(name)
        return versions[-1].version + 1 if versions else 0

    def disk_name(self, name: str) -> str:
        """Give the name on disk, without version, of a file that is there or is to be."""
        versions = self.versions(name)
        if versions:
            return versions[0].disk or name
        wanted = disk_name(name)
        if folded(wanted) not in self._taken:
            return wanted
        return disk_name(name, self.disk_names().values())

    def disk_names(self) -> dict[str, str]:
        """Give the name on disk of every file name, without versions."""
        return {name: files[0].disk or name for name, files in self._versions.items()}

    def extended(self, entries: Iterable[FileVersion]) -> Files:
        """Give the files with these versions added, or in the place of those with the same key."""
        versions = dict(self._versions)
        new: set[str] = set()
        for entry in entries:
            others = versions.get(entry.name, ())
            if not others:
                new.add(folded(entry.disk or entry.name))
            elif others[-1].version >= entry.version:
                others = tuple(file for file in others if file.version < entry.version)
                later = versions[entry.name][len(others) :]
                later = tuple(file for file in later if file.version != entry.version)
                versions[entry.name] = (*others, entry, *later)
                continue
            versions[entry.name] = (*others, entry)
        return Files(versions, self._taken | new if new else self._taken)

    def __len__(self) -> int:
        return sum(map(len, self._versions.values()))

    def __iter__(self) -> Iterator[FileVersion]:
        for versions in self._versions.values():
            yield from versions
