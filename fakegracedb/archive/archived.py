"""What an archive holds of one event or superevent: answers of a server, and files.

::

    S240229a/
        description.json     what `meg` reads of it
        archive.json         every answer of the server, and a manifest of the files
        bayestar.fits,0      the files, by name and version
        G0042/               each of its events, likewise
            description.json
            archive.json
            coinc.xml,0
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..errors import ArchiveError
from ..identifiers import disk_name, versioned

__all__ = [
    "ROWS",
    "Archived",
    "ArchivedEvent",
    "ArchivedFile",
    "ArchivedSuperevent",
    "Upload",
    "blob_names",
    "permission_groups",
    "permission_rights",
]

# Under which keys the rows of an answer stand; servers differ.
ROWS = {
    "logs": ("log", "logs"),
    "labels": ("labels",),
    "voevents": ("voevents",),
    "emobservations": ("observations",),
    "embb": ("embblog",),
    "signoffs": ("signoffs",),
    "permissions": ("permissions",),
    "notices": ("notices",),
    "tags": ("tags",),
    "events": ("events",),
}


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One version of a file.

    Attributes
    ----------
    name : str
        Without its version.
    version : int
        0, 1, 2 …
    size : int
        Bytes.
    sha256 : str
        Of the bytes, hexadecimal; empty where nobody has written it down.
    blob : str
        Where it lies in the object's folder.
    """

    name: str
    version: int
    size: int
    sha256: str
    blob: str


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...


def blob_names(files: Sequence[_Named]) -> list[str]:
    """Give where each file lies in its folder: under its own name, if any system can have that."""
    names: dict[str, str] = {}
    for file in files:
        if file.name not in names:
            names[file.name] = disk_name(file.name, names.values())
    return [versioned(names[file.name], file.version) for file in files]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that an event's own submitter uploaded, as `meg` keeps it.

    Attributes
    ----------
    message : str
        Comment of the log entry.
    tags : tuple of str
        Of the log entry.
    filename : str
        With its version.
    delay : float
        Since the event's first upload [s].
    """

    message: str
    tags: tuple[str, ...]
    filename: str
    delay: float


@dataclass(frozen=True, kw_only=True)
class Archived:
    """What an event and a superevent have in common.

    Attributes
    ----------
    id : str
        At the source.
    source : str
        Where it was fetched: an alias as ``production``, or a URL.
    url : str
        Root of the API it was fetched from; empty where that is not known.
    folder : Path or None
        Where its files are; None for what has none.
    answers : mapping of str to Any
        What the server answered, by a name of `archive.endpoints`: ``object``, ``logs``, ….
    unreadable : mapping of str to int
        HTTP status of what the server refused, by the same names.
    files : tuple of ArchivedFile
        In the order of the server's list.
    mode : {"full", "pipeline"}
        Whether everything was fetched, or only the pipelines' uploads.
    partial : bool
        Whether the server did not let all of it be read.
    fetched, client, server : str
        When (ISO text), and the versions of both; empty where that is not known.
    """

    id: str
    source: str = ""
    url: str = ""
    folder: Path | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    unreadable: Mapping[str, int] = field(default_factory=dict)
    files: tuple[ArchivedFile, ...] = ()
    mode: str = "full"
    partial: bool = False
    fetched: str = ""
    client: str = ""
    server: str = ""

    @property
    def object(self) -> Mapping[str, Any]:
        """The event or superevent itself, as answered."""
        found: Mapping[str, Any] = self.answers["object"]
        return found

    def rows(self, name: str) -> list[Any]:
        """Give the rows of an answer, e.g. of ``logs``; none where the archive lacks it."""
        answer = self.answers.get(name)
        for key in ROWS[name]:
            if isinstance(answer, Mapping) and isinstance(answer.get(key), list):
                return list(answer[key])
        return list(answer) if isinstance(answer, list) else []

    @property
    def logs(self) -> list[dict[str, Any]]:
        """The log entries as answered, by number."""
        return sorted(self.rows("logs"), key=lambda row: int(row["N"]))

    def file(self, name: str, version: int | None = None) -> ArchivedFile | None:
        """Give a version of a file, the newest unless told otherwise; None if it is not here."""
        found = [one for one in self.files if one.name == name]
        if version is None:
            return max(found, key=lambda one: one.version, default=None)
        return next((one for one in found if one.version == version), None)

    def read(self, name: str, version: int | None = None) -> bytes:
        """Read a file, the newest version unless told otherwise.

        Raises
        ------
        ArchiveError
            If the archive lacks it, or it is not what was fetched.
        """
        found = self.file(name, version)
        if found is None:
            asked = name if version is None else versioned(name, version)
            raise ArchiveError(f"{self.id}: the archive has no file {asked!r}")
        return self.content(found)

    def content(self, file: ArchivedFile) -> bytes:
        """Read a file of `files`, and hold it against what the manifest says."""
        problem = ""
        try:
            assert self.folder is not None  # or there are no files
            content = (self.folder / file.blob).read_bytes()
        except OSError as error:
            raise ArchiveError(f"{self.id}: {file.blob}: {error.strerror}") from error
        if len(content) != file.size:
            problem = f"has {len(content)} bytes instead of {file.size}"
        elif file.sha256 and hashlib.sha256(content).hexdigest() != file.sha256:
            problem = "has other bytes than were fetched"
        if problem:
            raise ArchiveError(f"{self.id}: {file.blob} {problem}: fetch it again with --refresh")
        return content


def permission_groups(answer: Any) -> list[str]:
    """Give the user groups that have permissions on an event, of the answer to ``perms/``."""
    return list(((answer or {}).get("links") or {}).get("groupeventpermissions") or ())


def permission_rights(answer: Any) -> list[str]:
    """Give what a group may do with an event, of the answer to ``perms/GROUP/``.

    One that could not be read stands for looking at it.
    """
    rows = (answer or {}).get("groupeventpermissions") or [{"permission": "view"}]
    return [row["permission"].partition("_")[0] for row in rows]


@dataclass(frozen=True, kw_only=True)
class ArchivedEvent(Archived):
    """An event.

    Attributes
    ----------
    uploads : tuple of Upload
        What its pipeline uploaded, the event's own file first; none if that cannot be told.
    """

    uploads: tuple[Upload, ...] = ()

    @property
    def permissions(self) -> list[tuple[str, str]]:
        """Which user groups may do what with it: ``("internal_users", "view")``, …."""
        return [
            (group, right)
            for group in permission_groups(self.answers.get("permissions"))
            for right in permission_rights(self.answers.get(f"permissions/{group}"))
        ]


@dataclass(frozen=True, kw_only=True)
class ArchivedSuperevent(Archived):
    """A superevent.

    Attributes
    ----------
    events : tuple of ArchivedEvent
        Its members, as far as they are here, by number.
    """

    events: tuple[ArchivedEvent, ...] = ()

    def event(self, graceid: str) -> ArchivedEvent | None:
        """Give a member, None if it is not here."""
        return next((one for one in self.events if one.id == graceid), None)
