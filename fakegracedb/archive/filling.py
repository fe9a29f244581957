"""What hangs on an archived object, into a store: logs, files, tags, and the names it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import schemas
from ..documents import Event, Superevent, Tag
from ..errors import ArchiveError
from ..identifiers import split_version, versioned
from ..store.layout import VOCABULARY
from . import records
from .archived import Archived, ArchivedSuperevent
from .endpoints import EVENT, SUPEREVENT, listed_files

if TYPE_CHECKING:
    from ..store import Transaction
    from ..vocabulary import ServerSettings, Vocabulary

__all__ = ["Filler"]

# What is asked for is told by other answers too, as far as a store keeps it.
_TOLD_ELSEWHERE = ("events", "pipeline_preferred_events", "tags", "files")


class Filler:
    """Stages what hangs on objects, and keeps what is told of that.

    Attributes
    ----------
    absent : list of str
        What the archive lacks, in words.
    files : int
        How many files came along.
    """

    def __init__(self) -> None:
        self.absent: list[str] = []
        self.files = 0
        self._limits: ServerSettings | None = None

    def keep_limits(self, tx: Transaction) -> None:
        """Take in what the store's own vocabulary allows."""
        names: Vocabulary | None = tx.document(VOCABULARY)
        self._limits = None if names is None else names.settings

    def put_series(self, tx: Transaction, archived: Archived, folder: str) -> bool:
        """Stage logs, files and so on; tell whether the numbers of any have gaps."""
        logs = [records.log_document(row) for row in archived.logs]
        self._put_tags(tx, archived, logs)
        series: dict[str, list[Any]] = {
            "log": logs,
            "voevent": [records.voevent(row) for row in archived.rows("voevents")],
            "emobservation": [
                records.emobservation(row) for row in archived.rows("emobservations")
            ],
        }
        if isinstance(archived, ArchivedSuperevent):
            series["notice"] = [records.notice(row) for row in archived.rows("notices")]
        else:
            names = tx.vocabulary
            series["embb"] = [records.embb_log(row, names) for row in archived.rows("embb")]
        gaps = self._put_files(tx, archived, folder, logs)
        add: dict[str, Callable[[str, Any], None]] = {
            "log": tx.add_log,
            "voevent": tx.add_voevent,
            "emobservation": tx.add_emobservation,
            "notice": tx.add_notice,
            "embb": tx.add_embb_log,
        }
        for kind, entries in series.items():
            entries.sort(key=lambda entry: int(entry.N))
            numbers = [entry.N for entry in entries]
            if len(set(numbers)) < len(numbers):
                raise ArchiveError(f"{archived.id}: two entries ({kind}) have the same number")
            gaps = gaps or numbers != list(range(1, len(numbers) + 1))
            for entry in entries:
                self.validate(kind, entry.to_json(), f"{folder}: {kind} {entry.N}")
                add[kind](folder, entry)
        return gaps

    def _put_files(
        self, tx: Transaction, archived: Archived, folder: str, logs: Iterable[Any]
    ) -> bool:
        """Stage the files in the order of the log; what is told and lacking is put down as that."""
        there = {(file.name, file.version): file for file in archived.files}
        lacking = []
        by_name: dict[str, list[int]] = {}
        for name, version in _told_files(archived, logs):
            by_name.setdefault(name, []).append(version)
        for name, versions in by_name.items():
            versions.sort()
            for version in versions:
                file = there.get((name, version))
                if "/" in name or "\0" in name:
                    self.absent.append(f"{archived.id}: no file can be called {name!r}")
                    continue
                if file is None:
                    lacking.append(versioned(name, version))
                    tx.add_absent_file(folder, name, version)
                else:
                    tx.write_file(folder, name, archived.content(file), version)
                    self.files += 1
        if lacking:
            shown = ", ".join(lacking[:5]) + (" …" if len(lacking) > 5 else "")
            self.absent.append(
                f"{archived.id}: {len(lacking)} file(s) are not in the archive: {shown}"
            )
        return any(versions != list(range(len(versions))) for versions in by_name.values())

    def _put_tags(self, tx: Transaction, archived: Archived, logs: Iterable[Any]) -> None:
        """Let the tags exist that the entries have."""
        shown = {
            row["name"]: row.get("displayName")
            for name in archived.answers
            if name == "tags" or name.startswith("tags/")
            for row in archived.answers[name].get("tags", ())
        }
        names = tx.vocabulary
        known = {tag.name for tag in names.tags} | {tag.name for tag in tx.new_tags}
        for name in dict.fromkeys(name for log in logs for name in log.tags):
            if name not in known:
                tx.put_tag(Tag(name, shown.get(name)))
            elif (tag := names.tag(name)) is not None and name in shown:
                names = names.with_tag(name, shown[name])
                if names.tag(name) != tag:
                    self.absent.append(
                        f"{archived.id}: the tag {name} is shown as {shown[name]!r} from now on, "
                        f"and was as {tag.display_name!r}"
                    )
        if names is not tx.vocabulary:
            tx.put_vocabulary(names)

    def extend_vocabulary(
        self, tx: Transaction, labelled: Event | Superevent, events: Iterable[Event]
    ) -> None:
        """Let the store know the names that an object has."""
        names = before = tx.vocabulary
        for event in events:
            names = names.with_group(event.group)
            if names.pipeline(event.pipeline) is None:
                names = names.with_pipeline(event.pipeline)
            if event.search:
                names = names.with_search(event.search)
        for label in labelled.labels:
            if names.label(label.name) is None:
                names = names.with_label(label.name)
        if names is not before:
            tx.put_vocabulary(names)

    def validate(self, kind: str, data: Mapping[str, Any], where: str) -> None:
        """Hold a document against its schema, within the store's own limits."""
        schemas.validate(kind, data, where=where, settings=self._limits)

    def tell_unreadable(self, archived: Archived) -> None:
        """Tell what was refused, and what was not asked for."""
        unreadable = [name for name in archived.unreadable if "/" not in name and name != "object"]
        if unreadable:
            self.absent.append(f"{archived.id}: could not be read: {', '.join(unreadable)}")
        endpoints = SUPEREVENT if isinstance(archived, ArchivedSuperevent) else EVENT
        known = {*archived.answers, *archived.unreadable, *_TOLD_ELSEWHERE}
        lacking = [one.name for one in endpoints if one.name not in known]
        if lacking and "object" not in archived.unreadable:
            self.absent.append(f"{archived.id}: the archive lacks its {', '.join(lacking)}")


def _told_files(archived: Archived, logs: Iterable[Any]) -> dict[tuple[str, int], None]:
    """Give the names and versions of all files of which the archive tells, in their order."""
    keys = [split_version(name) for name in listed_files(archived.answers.get("files"))]
    keys += [(file.name, file.version) for file in archived.files]
    keys += [(log.filename, log.file_version) for log in logs if log.filename]
    return {(name, version): None for name, version in keys if version is not None}
