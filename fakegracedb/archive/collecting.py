"""What a fetch brings of one event or superevent: answers first, then files, then the documents."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import ArchiveError
from ..identifiers import disk_name, split_version, versioned
from .archived import ROWS, Archived, ArchivedEvent, ArchivedFile, ArchivedSuperevent
from .asking import Asker, Refused
from .description import pipeline_uploads
from .endpoints import (
    EVENT,
    SUPEREVENT,
    Endpoint,
    at_version,
    below,
    listed_files,
    root_of_link,
)
from .forms import write_documents
from .progress import Kept

__all__ = ["Collector"]

_GZ = ".gz"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file as the server lists it."""

    name: str
    version: int
    url: str

    @property
    def key(self) -> str:
        return versioned(self.name, self.version)


class Collector:
    """Brings one object, with the events of a superevent, into a folder.

    Parameters
    ----------
    asker : Asker
        Who asks.
    folder : Path
        Where to. It may hold what an earlier, interrupted fetch has brought.
    about : mapping of str to str
        What the archive says of the fetch: source, client, server, fetched, mode.
    related, allow_missing
        As for `fetch`.
    progress : callable, optional
        Is told how many files are done, of how many.
    """

    def __init__(
        self,
        asker: Asker,
        folder: Path,
        about: Mapping[str, str],
        *,
        related: bool = False,
        allow_missing: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.warnings: list[str] = []
        self._url = ""
        self._asker = asker
        self._folder = folder
        self._about: dict[str, Any] = dict(about)
        self._full = about["mode"] == "full"
        self._related = related
        self._allow_missing = allow_missing
        self._progress = progress
        self._lock = threading.Lock()

    # Whole objects

    def event(self, graceid: str) -> None:
        """Bring an event."""
        answer = self._object("event", graceid)
        archived = self._event(answer, self._folder)
        if not self._full and not archived.uploads:
            raise ArchiveError(f"{graceid}: its own submitter has uploaded nothing: use --full")
        self._bring_files(answer, [archived])

    def superevent(self, superevent_id: str) -> None:
        """Bring a superevent and its events."""
        answer = self._object("superevent", superevent_id)
        archived = ArchivedSuperevent(
            id=answer["superevent_id"],
            folder=self._folder,
            partial="gw_events" not in answer,
            **self._common(answer),
        )
        if archived.id != superevent_id:
            raise ArchiveError(f"{superevent_id} is {archived.id}: fetch it by that id")
        if self._full:
            archived = self._with_answers(archived, SUPEREVENT)
            archived = replace(archived, answers={**archived.answers, **self._tags_of(archived)})
        events = self._events(answer)
        for event in events:
            assert event.folder is not None
            event.folder.mkdir(exist_ok=True)
        stale = {path.name for path in self._folder.iterdir() if path.is_dir()}
        for name in stale - {event.id for event in events}:
            shutil.rmtree(self._folder / name)
        self._bring_files(answer, [*events, replace(archived, events=tuple(events))])

    def _object(self, kind: str, id_: str) -> dict[str, Any]:
        ask = getattr(self._asker.client, kind)
        try:
            answer: dict[str, Any] = self._asker.answer(lambda: ask(id_), id_)
        except Refused as error:
            why = "is not there" if error.status == 404 else "may not be read (try with --auth)"
            raise ArchiveError(f"{id_} {why}: the server answers {error.status}") from error
        self._url = root_of_link(_link(answer))
        return answer

    def _common(self, answer: dict[str, Any]) -> dict[str, Any]:
        return {**self._about, "url": self._url, "answers": {"object": answer}}

    # Events

    def _events(self, answer: dict[str, Any]) -> list[ArchivedEvent]:
        """Give the events of a superevent: those that can be read, and what it tells of others."""
        told = {answer["preferred_event_data"]["graceid"]: answer["preferred_event_data"]}
        for one in (answer.get("pipeline_preferred_events") or {}).values():
            told.setdefault(one["graceid"], one)
        members = list(answer.get("gw_events") or ())
        if self._related:
            members += answer.get("em_events") or ()
        ids = sorted({*members, *told}, key=_rank)
        if "gw_events" not in answer:  # to a reader without a name, who may read no events
            return [self._partial(told[graceid], 403) for graceid in ids]
        calls = [partial(self._member, graceid, told.get(graceid)) for graceid in ids]
        return [event for event in self._asker.all(calls) if event is not None]

    def _member(self, graceid: str, told: dict[str, Any] | None) -> ArchivedEvent | None:
        try:
            answer = self._asker.answer(lambda: self._asker.client.event(graceid), graceid)
        except Refused as error:
            if told is None:
                self._warn(f"{graceid} may not be read: the server answers {error.status}")
                return None
            return self._partial(told, error.status)
        if not self._full and answer.get("offline"):
            self._warn(f"{graceid} is an offline event and was left out")
            return None
        event = self._event(answer, self._folder / graceid)
        if not self._full and not event.uploads:
            self._warn(f"{graceid} was left out: its own submitter has uploaded nothing")
            return None
        return event

    def _partial(self, told: dict[str, Any], status: int) -> ArchivedEvent:
        """Give an event of which only its superevent tells."""
        common = self._common(told)
        return ArchivedEvent(
            id=told["graceid"],
            folder=self._folder / told["graceid"],
            partial=True,
            unreadable={"object": status},
            **common,
        )

    def _event(self, answer: dict[str, Any], folder: Path) -> ArchivedEvent:
        event = ArchivedEvent(id=answer["graceid"], folder=folder, **self._common(answer))
        wanted = EVENT if self._full else [one for one in EVENT if one.name == "logs"]
        event = self._with_answers(event, wanted)
        if "permissions" in event.answers:
            event = self._with_rights(event)
        return replace(event, uploads=pipeline_uploads(answer["submitter"], event.logs))

    # Answers

    def _with_answers(self, archived: Any, endpoints: Iterable[Endpoint]) -> Any:
        """Give an object with what the server answers about it, or why it does not."""
        link = _link(archived.object)
        wanted = list(endpoints)
        found = self._asker.all([partial(self._answer, link, one) for one in wanted])
        answers, unreadable = dict(archived.answers), dict(archived.unreadable)
        for endpoint, one in zip(wanted, found, strict=True):
            if isinstance(one, int):
                unreadable[endpoint.name] = one
            else:
                answers[endpoint.name] = one
        return replace(archived, answers=answers, unreadable=unreadable)

    def _answer(self, link: str, endpoint: Endpoint) -> Any:
        """Give an answer, or the status with which it is refused."""
        status = 0
        links = [link]
        if endpoint.elsewhere and (other := at_version(link, endpoint.elsewhere)):
            links.append(other)
        for one in links:
            try:
                url = below(one, endpoint.path)
                if endpoint.name in ROWS:
                    return self._asker.whole_list(url, ROWS[endpoint.name])
                return self._asker.json(url)
            except Refused as error:
                status = status or error.status
                if error.status not in (404, 410):
                    break
        return status

    def _with_rights(self, event: ArchivedEvent) -> ArchivedEvent:
        """Give an event with what each group may do with it."""
        answer = event.answers["permissions"]
        groups = ((answer.get("links") or {}).get("groupeventpermissions") or {}).items()
        answers = dict(event.answers)
        for group, _ in groups:
            url = below(_link(event.object), f"perms/{group}/")
            try:
                answers[f"permissions/{group}"] = self._asker.json(url)
            except Refused:
                continue  # the group is named all the same
        return replace(event, answers=answers)

    def _tags_of(self, archived: ArchivedSuperevent) -> dict[str, Any]:
        """Ask how tags are shown that are not among those that every server has."""
        from ..vocabulary import DEFAULT

        known = {tag.name for tag in DEFAULT.tags}
        first: dict[str, int] = {}
        for log in archived.logs:
            for name in log.get("tag_names") or ():
                first.setdefault(name, log["N"])
        numbers = sorted({number for name, number in first.items() if name not in known})
        found = {}
        for number in numbers:
            url = below(_link(archived.object), f"logs/{number}/tags/")
            try:
                found[f"tags/{number}"] = self._asker.json(url)
            except Refused:
                continue
        return found

    # Files

    def _bring_files(self, answer: Mapping[str, Any], objects: list[Any]) -> None:
        """Bring the files of all objects, and write their documents; the last is the top one."""
        with Kept(self._folder, answer) as kept:
            self._bring(kept, objects)

    def _bring(self, kept: Kept, objects: list[Any]) -> None:
        listed = [self._listed(one) for one in objects]
        total, done = sum(map(len, listed)), 0

        def step() -> None:
            nonlocal done
            with self._lock:
                done += 1
                if self._progress is not None:
                    self._progress(done, total)

        calls = [
            partial(self._file, kept, archived, file, blob, step)
            for archived, files in zip(objects, listed, strict=True)
            for file, blob in zip(files, _blobs(files), strict=True)
        ]
        brought = iter(self._asker.all(calls))
        by_id: dict[str, Any] = {}
        for archived, files in zip(objects, listed, strict=True):
            results = [next(brought) for _ in files]
            finished = self._finished(archived, files, results)
            if isinstance(finished, ArchivedSuperevent):
                events = tuple(by_id[event.id] for event in finished.events)
                finished = replace(finished, events=events)
            by_id[archived.id] = finished
            self._tidy(finished)
            write_documents(archived.folder, finished)
        kept.end()

    def _listed(self, archived: Archived) -> list[_Listed]:
        """Give the files that are to be brought."""
        link = _link(archived.object)
        if not self._full:
            uploads = archived.uploads if isinstance(archived, ArchivedEvent) else ()
            names = dict.fromkeys(one.filename for one in uploads)
            return [_listed(name, below(link, f"files/{_quoted(name)}")) for name in names]
        urls = listed_files(archived.answers.get("files"))
        with_version = [name for name in urls if split_version(name)[1] is not None]
        bare = {split_version(name)[0] for name in with_version}
        # a server that lists only the newest version of a file
        alone = [n for n in urls if split_version(n)[1] is None and n not in bare]
        return [
            *(_listed(name, urls[name]) for name in with_version),
            *(_Listed(name, _last_version(archived, name), urls[name]) for name in alone),
        ]

    def _file(
        self, kept: Kept, archived: Archived, file: _Listed, blob: str, step: Callable[[], None]
    ) -> ArchivedFile | int:
        """Bring a file, unless it is there; or give the status with which it is refused."""
        assert archived.folder is not None
        place = archived.folder / blob
        found = kept.find(place)
        name = file.name
        if found is None:
            try:
                found = self._asker.file(file.url, place)
            except Refused as error:
                if error.status == 404 and file.name.endswith(_GZ):
                    name = file.name.removesuffix(_GZ)
                    blob = versioned(disk_name(name), file.version)
                    place = archived.folder / blob
                    found = self._unpacked(file, place)
                if found is None:
                    self._missing(archived, file, error.status)
                    step()
                    return error.status
            kept.add(place, found)
        step()
        return ArchivedFile(name, file.version, *found, blob)

    def _unpacked(self, file: _Listed, place: Path) -> tuple[int, str] | None:
        """Try a name without its ``.gz``, as some servers have it."""
        url = file.url.replace(f"{_GZ},", ",") if f"{_GZ}," in file.url else file.url[: -len(_GZ)]
        try:
            return self._asker.file(url, place)
        except Refused:
            return None

    def _missing(self, archived: Archived, file: _Listed, status: int) -> None:
        said = f"{archived.id}: the file {file.key!r} is listed and cannot be read: {status}"
        if status == 404 and not self._allow_missing:
            raise ArchiveError(f"{said}; --allow-missing goes on without it")
        self._warn(said)

    def _finished(
        self, archived: Any, files: list[_Listed], results: list[ArchivedFile | int]
    ) -> Any:
        """Give an object with the files that were brought."""
        found: dict[str, ArchivedFile] = {}
        unreadable = dict(archived.unreadable)
        names: dict[str, str] = {}
        for file, result in zip(files, results, strict=True):
            if isinstance(result, int):
                unreadable[f"files/{file.key}"] = result
                continue
            key = versioned(result.name, result.version)
            found.setdefault(key, result)
            if key != file.key:
                names[file.key] = key
        archived = replace(archived, files=tuple(found.values()), unreadable=unreadable)
        if isinstance(archived, ArchivedEvent) and names:
            uploads = pipeline_uploads(archived.object["submitter"], archived.logs, names)
            archived = replace(archived, uploads=uploads)
        return archived

    def _tidy(self, archived: Any) -> None:
        """Remove what an earlier, interrupted fetch has left that is not wanted any more."""
        wanted = {file.blob for file in archived.files}
        if isinstance(archived, ArchivedSuperevent):
            wanted |= {event.id for event in archived.events}
        for path in archived.folder.iterdir():
            if path.name not in wanted and path.name != Kept.NAME:
                path.unlink()

    def _warn(self, text: str) -> None:
        with self._lock:
            self.warnings.append(text)


def _link(answer: Mapping[str, Any]) -> str:
    found = (answer.get("links") or {}).get("self")
    return found if isinstance(found, str) else ""


def _rank(graceid: str) -> tuple[int, str]:
    return len(graceid), graceid


def _listed(key: str, url: str) -> _Listed:
    name, version = split_version(key)
    assert version is not None
    return _Listed(name, version, url)


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="/,")


def _last_version(archived: Archived, name: str) -> int:
    """Give the newest version of a file of which the log tells; 0 if it tells of none."""
    versions = [log.get("file_version") for log in archived.logs if log.get("filename") == name]
    return max((one for one in versions if isinstance(one, int)), default=0)


def _blobs(files: list[_Listed]) -> list[str]:
    """Give where each file lies in its folder: under its own name, if any system can have that."""
    names: dict[str, str] = {}
    for file in files:
        if file.name not in names:
            names[file.name] = disk_name(file.name, names.values())
    return [versioned(names[file.name], file.version) for file in files]
